"""Finding in the document that is shown: what was found, and which match comes next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from desktop.documents.find_bar import FindBar
from desktop.documents.text_parts import TextSpan
from desktop.documents.text_search import Match, Matches, find_all, nearest
from desktop.operations import Operation, Operations

_AROUND = 24
"""Code points of context that tell one match from another on a drawn page."""


class DocumentSearch(QObject):
    """Holds the matches of one document and walks along them.

    Attributes:
        found: Other matches are known.
        stepped: A match is to be shown.
    """

    found = Signal()
    stepped = Signal(object)

    def __init__(self, *, operations: Operations, bar: FindBar, owner: QObject) -> None:
        super().__init__(owner)
        self._operations = operations
        self._bar = bar
        self._pages: Sequence[str] = ()
        self._matches = Matches((), complete=True)
        self._current = 0
        self._from_page = 0
        bar.words_changed.connect(self._look)
        bar.step.connect(self.step)

    def reset(self, pages: Sequence[str]) -> None:
        """Another document is shown."""
        self._pages = pages
        self._take("", Matches((), complete=True))

    def begin(self, page: int) -> None:
        """A search that begins now first shows the matches from this page on."""
        self._from_page = page

    def step(self, step: int) -> None:
        """Go to the next match (1) or the previous one (-1), around the ends."""
        found = self._matches.found
        if found:
            self._current = (self._current + step) % len(found)
            self._show()

    def spans_on(self, page: int) -> list[TextSpan]:
        """The matches on a page."""
        return [self.span_of(match) for match in self._matches.found if match.page == page]

    @staticmethod
    def span_of(match: Match) -> TextSpan:
        """What a match spans in its page's text."""
        return TextSpan(match.start, match.end)

    def words_around(self, match: Match) -> str:
        """Words by which a drawn page finds this match: its own, or with those around it where it is not the first."""
        text = self._pages[match.page]
        words = text[match.start : match.end]
        first = next(other for other in self._matches.found if other.page == match.page)
        if match == first:
            return words
        start = text.rfind(" ", 0, max(0, match.start - _AROUND)) + 1
        end = text.find(" ", match.end + _AROUND)
        return text[start : end if end >= 0 else len(text)]

    def _look(self, words: str) -> None:
        pages = self._pages

        def take(matches: Matches) -> None:
            if pages is self._pages:
                self._take(words, matches)

        self._operations.start(
            Operation(
                name="find in a document",
                run=lambda: find_all(pages, words),
                success=take,
                owner=self,
                replaces="document:find",
            )
        )

    def _take(self, words: str, matches: Matches) -> None:
        self._matches = matches
        self._current = nearest(matches.found, self._from_page, 0)
        self.found.emit()
        if matches.found:
            self._show()
        else:
            self._bar.show_count(0 if words else None, 0, complete=True)

    def _show(self) -> None:
        found = self._matches.found
        self._bar.show_count(self._current, len(found), complete=self._matches.complete)
        self.stepped.emit(found[self._current])
