"""Finding words in the open conversation: a bar over the transcript, and the way from match to match."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.documents.find_bar import FindBar
from desktop.icons import Icons
from desktop.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.chat.chat_pane import ChatPane

_MARKS = re.compile(r"[*_`~#|\\]|\[(?=[^\]\n]*\]\()|\]\([^)\s]*\)")
"""What Markdown writes and a reader does not see."""
_SPACES = re.compile(r"\s+")


class ChatFindBar(FindBar):
    """The bar, in the words of the chat."""

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme=theme, icons=icons, parent=parent)
        self.field.setPlaceholderText(self.tr("Find in this conversation"))
        self.field.setAccessibleName(self.tr("Find in this conversation"))


def count_in(text: str, words: str) -> int:
    """How often words stand in a text as a reader sees it."""
    return readable(text).count(readable(words))


def readable(text: str) -> str:
    """Letters as they are compared."""
    return _SPACES.sub(" ", _MARKS.sub("", text)).casefold()


class ChatFind(QObject):
    """Looks for words in every message of the conversation.

    Args:
        pane: Bar and transcript.
        load_all: Called before a search with what is to be done when every message is known.
    """

    def __init__(
        self, *, pane: ChatPane, load_all: Callable[[Callable[[], None]], None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._load_all = load_all
        self._matches: list[tuple[str, int]] = []
        """Entry, and which of the matches in it."""
        self._at: int | None = None
        self._words = ""
        pane.find_bar.words_changed.connect(self._look)
        pane.find_bar.step.connect(self._step)
        pane.find_bar.closed.connect(self._left)

    def begin(self, words: str = "") -> None:
        """Show the bar, with these words where some are given."""
        if words:
            self._pane.find_bar.field.setText(words)
        self._pane.find_bar.enter()

    def mark(self, entry_id: str, words: str) -> None:
        """Go to what a search of all conversations found: the words together, else the longest of them."""
        transcript = self._pane.transcript
        index = transcript.place_of(entry_id)
        turn = transcript.turn(index) if index is not None else None
        if turn is None:
            return
        for one in (words, *sorted(words.split(), key=len, reverse=True)):
            places = [(at, begin, end) for at, piece in enumerate(turn.pieces) for begin, end in piece.find(one)]
            if places:
                self._show_words(one)
                transcript.match = (entry_id, places[0][0], places[0][1])
                transcript.jump_to(entry_id, found=places)
                return

    def close(self) -> None:
        """Another conversation is shown: nothing is looked for."""
        if not self._pane.find_bar.isHidden():
            self._pane.find_bar.hide()
        self._show_words("")
        self._matches, self._at = [], None

    def _show_words(self, words: str) -> None:
        transcript = self._pane.transcript
        self._words = words
        transcript.words, transcript.match = words, None
        transcript.viewport().update()

    def _look(self, words: str) -> None:
        self._show_words(words)
        self._matches, self._at = [], None
        if not words:
            self._pane.find_bar.show_count(None, 0, complete=True)
            return
        self._load_all(lambda: self._count(words))

    def _count(self, words: str) -> None:
        if words != self._words:
            return
        transcript = self._pane.transcript
        self._matches = [
            (entry.id, number) for entry in transcript.entries for number in range(count_in(entry.text, words))
        ]
        # The search begins where one reads, and goes up: the newest is what one looks for most often.
        first = transcript.index_at(transcript.viewport().height())
        last = transcript.entries[first].id if first is not None else ""
        before = {entry.id for entry in transcript.entries[: (first or 0) + 1]}
        at = next((i for i in range(len(self._matches) - 1, -1, -1) if self._matches[i][0] in before), None)
        self._at = at if at is not None else (0 if self._matches and last else None)
        self._show()

    def _step(self, step: int) -> None:
        if self._matches:
            self._at = ((self._at if self._at is not None else -1) + step) % len(self._matches)
            self._show()

    def _show(self) -> None:
        count = len(self._matches)
        self._pane.find_bar.show_count(self._at if self._at is not None else 0, count, complete=True)
        if self._at is None or not count:
            self._pane.transcript.viewport().update()
            return
        entry_id, number = self._matches[self._at]
        transcript = self._pane.transcript
        index = transcript.place_of(entry_id)
        turn = transcript.turn(index) if index is not None else None
        if turn is None:
            return
        places = [
            (place, begin, end) for place, piece in enumerate(turn.pieces) for begin, end in piece.find(self._words)
        ]
        if places:
            place, begin, end = places[min(number, len(places) - 1)]
            transcript.match = (entry_id, place, begin)
            transcript.jump_to(entry_id, found=[(place, begin, end)])
        else:
            transcript.jump_to(entry_id)

    def _left(self) -> None:
        self._show_words("")
        self._pane.composer.focus()
