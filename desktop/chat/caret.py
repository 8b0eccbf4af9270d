"""Where in a transcript something stands, what is selected, and how a key moves on: across pieces and turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtGui import QKeySequence, QTextCursor

from desktop.chat.entries import Entry
from desktop.chat.piece import Piece, Shown
from desktop.chat.turn import Turn

_Op = QTextCursor.MoveOperation
_Keys = QKeySequence.StandardKey

MOVES: dict[QKeySequence.StandardKey, QTextCursor.MoveOperation] = {
    _Keys.SelectNextChar: _Op.Right,
    _Keys.SelectPreviousChar: _Op.Left,
    _Keys.SelectNextLine: _Op.Down,
    _Keys.SelectPreviousLine: _Op.Up,
    _Keys.SelectNextWord: _Op.NextWord,
    _Keys.SelectPreviousWord: _Op.PreviousWord,
    _Keys.SelectStartOfLine: _Op.StartOfLine,
    _Keys.SelectEndOfLine: _Op.EndOfLine,
    _Keys.SelectStartOfDocument: _Op.Start,
    _Keys.SelectEndOfDocument: _Op.End,
}
"""Keys that move the end of the selection."""
_FORWARD = (_Op.Right, _Op.Down, _Op.NextWord)


class Place(NamedTuple):
    """A position in a transcript. Places are in order as they are read."""

    turn: int
    piece: int
    at: int


class Selection:
    """From `anchor` to `caret`, in either order.

    Args:
        turn_of: Gives a turn laid out, or None beyond the ends.
        entries: Of all turns, as they are at any time.
    """

    def __init__(self, turn_of: Callable[[int], Turn | None], entries: Sequence[Entry]) -> None:
        self._turn_of = turn_of
        self._entries = entries
        self.anchor: Place | None = None
        self.caret: Place | None = None

    def clear(self) -> None:
        """Select nothing."""
        self.anchor = self.caret = None

    def set(self, anchor: Place, caret: Place) -> None:
        """Select what lies between two places."""
        self.anchor, self.caret = anchor, caret

    def shift(self, turns: int) -> None:
        """Turns came before all others."""
        if self.anchor is not None and self.caret is not None:
            self.anchor = self.anchor._replace(turn=self.anchor.turn + turns)
            self.caret = self.caret._replace(turn=self.caret.turn + turns)

    @property
    def span(self) -> tuple[Place, Place] | None:
        """First and last place; None where nothing is selected."""
        if self.anchor is None or self.caret is None or self.anchor == self.caret:
            return None
        return min(self.anchor, self.caret), max(self.anchor, self.caret)

    def shown_in(self, turn: int, piece: int, end: int) -> Shown | None:
        """What is selected of one piece.

        Args:
            turn: Its turn.
            piece: Its place in the turn.
            end: The last position of its document.
        """
        span = self.span
        if span is None or not span[0][:2] <= (turn, piece) <= span[1][:2]:
            return None
        begin = span[0].at if span[0][:2] == (turn, piece) else 0
        last = span[1].at if span[1][:2] == (turn, piece) else end
        return Shown(begin, last, "selected")

    # Whole words and paragraphs

    def select_around(self, place: Place, kind: QTextCursor.SelectionType) -> None:
        """Select the word or the paragraph at a place."""
        piece = self._piece(place)
        if piece is None:
            return
        cursor = QTextCursor(piece.document)
        cursor.setPosition(min(place.at, piece.end))
        cursor.select(kind)
        self.set(place._replace(at=cursor.selectionStart()), place._replace(at=cursor.selectionEnd()))

    def select_all(self) -> None:
        """Everything that is known of the conversation."""
        last = self._last()
        if last is not None:
            self.set(Place(0, 0, 0), last)

    def _last(self) -> Place | None:
        count = len(self._entries)
        turn = self._turn_of(count - 1) if count else None
        if turn is None or not turn.pieces:
            return None
        return Place(count - 1, len(turn.pieces) - 1, turn.pieces[-1].end)

    def _piece(self, place: Place) -> Piece | None:
        turn = self._turn_of(place.turn)
        if turn is None or place.piece >= len(turn.pieces):
            return None
        return turn.pieces[place.piece]

    # Moving

    def extend(self, move: QTextCursor.MoveOperation) -> None:
        """Move the end of the selection, into the next piece where this one ends."""
        caret = self.caret
        if caret is None:
            return
        if move == _Op.Start:
            self.caret = Place(0, 0, 0)
            return
        if move == _Op.End:
            self.caret = self._last() or caret
            return
        piece = self._piece(caret)
        if piece is None:
            return
        cursor = QTextCursor(piece.document)
        cursor.setPosition(min(caret.at, piece.end))
        if cursor.movePosition(move) and cursor.position() != caret.at:
            self.caret = caret._replace(at=cursor.position())
        elif move in (*_FORWARD, _Op.Left, _Op.Up, _Op.PreviousWord):
            self.caret = self._beside(caret, 1 if move in _FORWARD else -1) or caret

    def _beside(self, place: Place, step: int) -> Place | None:
        turn = self._turn_of(place.turn)
        if turn is not None and 0 <= place.piece + step < len(turn.pieces):
            piece = place.piece + step
            return Place(place.turn, piece, 0 if step > 0 else turn.pieces[piece].end)
        other = self._turn_of(place.turn + step)
        if other is None or not other.pieces:
            return None
        piece = 0 if step > 0 else len(other.pieces) - 1
        return Place(place.turn + step, piece, 0 if step > 0 else other.pieces[piece].end)

    # Copying

    def text(self) -> str:
        """What is selected, as it is copied: turns that are selected wholly in their Markdown, others as they look."""
        span = self.span
        if span is None:
            return ""
        first, last = span
        texts = []
        for index in range(first.turn, last.turn + 1):
            if first.turn < index < last.turn:
                texts.append(self._entries[index].text)
                continue
            turn = self._turn_of(index)
            if turn is None:
                continue
            begins = first.turn < index or first[1:] == (0, 0)
            ends = index < last.turn or (last.piece, last.at) == (len(turn.pieces) - 1, turn.pieces[-1].end)
            texts.append(turn.entry.text if begins and ends else self._part_of(turn, index))
        return "\n\n".join(text for text in texts if text)

    def _part_of(self, turn: Turn, index: int) -> str:
        parts = []
        for place, piece in enumerate(turn.pieces):
            shown = self.shown_in(index, place, piece.end)
            if shown is not None and piece.kind not in ("rule", "meta"):
                parts.append(piece.copied(shown.begin, shown.end))
        return "\n\n".join(part for part in parts if part.strip())
