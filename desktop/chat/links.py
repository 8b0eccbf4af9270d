"""What can be clicked in a transcript, one after the other for the keyboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QCoreApplication, QRectF

from desktop.chat.code_piece import CodePiece
from desktop.chat.entries import Entry
from desktop.chat.piece import Piece, cursor_x
from desktop.words import shown_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop.chat.turn import Turn


class _View(Protocol):
    def in_view(self) -> Iterator[tuple[int, Turn]]: ...

    def code_labels(self) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class Target:
    """Something to click.

    Attributes:
        entry_id: The turn that it stands in.
        address: `cite:1`, `note:1`, `code:copy`, `think:`, `saw:`, `undo:`, or an address that the text gives.
        piece: Where it stands.
    """

    entry_id: str
    address: str
    piece: Piece


@dataclass(frozen=True, slots=True)
class Link:
    """A target and the characters that it is written with; a button of code has none."""

    target: Target
    begin: int = 0
    end: int = 0

    @property
    def piece(self) -> Piece:
        """Where it stands."""
        return self.target.piece


class LinkWalk:
    """Goes through the links in view.

    Args:
        view: The transcript.
    """

    def __init__(self, view: _View) -> None:
        self._view = view
        self.current: Link | None = None

    def forget(self) -> None:
        """None is current."""
        self.current = None

    def step(self, step: int) -> Link | None:
        """Go to the next link (1) or the one before (-1).

        Returns:
            None at the end: the focus goes on to the next widget.
        """
        links = [link for _, turn in self._view.in_view() for link in links_of(turn)]
        at = next((place for place, link in enumerate(links) if link == self.current), None)
        place = (0 if step > 0 else len(links) - 1) if at is None else at + step
        self.current = links[place] if 0 <= place < len(links) else None
        return self.current

    def rect(self, link: Link) -> QRectF:
        """Where a link is in its piece."""
        piece = link.piece
        if isinstance(piece, CodePiece) and link.target.address.startswith("code:"):
            name = link.target.address.partition(":")[2]
            return next(rect for button, rect in piece.buttons(self._view.code_labels()) if button == name)
        block = piece.document.findBlock(link.begin)
        line = block.layout().lineForTextPosition(link.begin - block.position())
        top = block.layout().position().y()
        left = cursor_x(line, link.begin - block.position())
        last = min(link.end - block.position(), line.textStart() + line.textLength())
        right = cursor_x(line, last)
        rect = QRectF(min(left, right), line.y() + top, abs(right - left), line.height())
        return rect.translated(block.layout().position().x(), 0).translated(piece.origin)

    @staticmethod
    def words(entry: Entry, address: str) -> str:
        """What is told of a link before it is clicked."""
        scheme, _, rest = address.partition(":")
        if scheme == "cite" and rest.isdigit():
            citations = entry.answer.citations if entry.answer is not None else ()
            citation = next((item for item in citations if item.number == int(rest)), None)
            return f"“{' '.join(shown_text(citation.quote).split())[:600]}”" if citation is not None else ""
        if scheme == "note":
            return QCoreApplication.translate("Transcript", "Goes to the footnote")
        return "" if scheme in ("think", "saw", "undo", "code") else address[:400]


def links_of(turn: Turn) -> list[Link]:
    """Everything that can be clicked in a turn, in order."""
    found = []
    for piece in turn.pieces:
        if isinstance(piece, CodePiece):
            found += [Link(Target(turn.entry.id, f"code:{name}", piece)) for name in ("copy", "save")]
        else:
            found += [Link(Target(turn.entry.id, address, piece), begin, end) for begin, end, address in piece.links()]
    return found
