"""The transcript under the pointer: what is selected, what is clicked, what is told of it."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QHelpEvent, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from desktop.chat.code_piece import CodePiece
from desktop.chat.entries import Entry
from desktop.chat.links import LinkWalk, Target
from desktop.chat.piece import Piece, reason_of
from desktop.chat.transcript_view import TranscriptView
from desktop.chat.turn import Turn
from desktop.chat.turn_words import reason_words
from desktop.theme import Theme

_SCROLL_MS = 30


class TranscriptPointer(TranscriptView):
    """Lets turns be selected and clicked.

    Attributes:
        citation_activated: An answer's entry id and a citation's number were clicked.
        action_wanted: Name of an action and the entry's id; see `MessageActions`.
        link_activated: An address in a text was clicked.
        code_saved: Code and its language are to be saved to a file.
    """

    citation_activated = Signal(str, int)
    action_wanted = Signal(str, str)
    link_activated = Signal(str)
    code_saved = Signal(str, str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._pressed: QPoint | None = None
        self._dragged = False
        self._clicks = 0
        self._clicked_at = 0.0
        self.links = LinkWalk(self)
        self._dragging = QTimer(self)
        self._dragging.setInterval(_SCROLL_MS)
        self._dragging.timeout.connect(self._drag_on)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)

    def _pointed(self, entry: Entry) -> None:
        """Hook: the pointer is over a turn."""

    def jump_to(self, entry_id: str, *, found: Sequence[tuple[int, int, int]] = ()) -> bool:
        """Bring an entry into view.

        Args:
            entry_id: Which.
            found: Piece, begin and end of what was found in it; the view goes to the first.

        Returns:
            False when it is not known.
        """
        index = self.place_of(entry_id)
        if index is None:
            return False
        self._following = False
        turn = self.turn(index)
        self._set_range()
        y = self._heights.top(index)
        if found and turn is not None and found[0][0] < len(turn.pieces):
            piece = turn.pieces[found[0][0]]
            block = piece.document.findBlock(found[0][1])
            y += piece.y + round(piece.document.documentLayout().blockBoundingRect(block).top()) + piece.head
            y -= self.viewport().height() // 3
        self._set_bar(max(0, y))
        self.lay_out()
        return True

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin to select: letters, a word at the second click, a paragraph at the third."""
        if event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        point = event.position()
        place = self.place_at(point)
        self._pressed, self._dragged = point.toPoint(), False
        again = time.monotonic() - self._clicked_at < QApplication.doubleClickInterval() / 1000
        self._clicks = self._clicks % 3 + 1 if again else 1
        self._clicked_at = time.monotonic()
        if place is None:
            return
        if self._clicks == 2:
            self.selection.select_around(place, QTextCursor.SelectionType.WordUnderCursor)
        elif self._clicks == 3:
            self.selection.select_around(place, QTextCursor.SelectionType.BlockUnderCursor)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.selection.anchor is not None:
            self.selection.caret = place
        else:
            self.selection.set(place, place)
        self.viewport().update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of a double click."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Select on, or let the actions and the cursor follow the pointer."""
        point = event.position()
        if event.buttons() & Qt.MouseButton.LeftButton and self._pressed is not None:
            far = (point.toPoint() - self._pressed).manhattanLength() >= QApplication.startDragDistance()
            if (far or self._dragged) and self._clicks < 2:
                self._dragged = True
                self._select_to(point)
                if not self.viewport().rect().contains(point.toPoint()):
                    self._dragging.start()
            return
        under = self.piece_under(point)
        self._hover(under)
        if self._entries and not event.buttons():
            self._pointed(self._entries[self._index_at(round(point.y()))])

    def _select_to(self, point: QPointF) -> None:
        place = self.place_at(point)
        if place is not None:
            self.selection.caret = place
            self.viewport().update()

    def _drag_on(self) -> None:
        """The pointer is held beyond an edge: scroll, the faster the farther."""
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        below, above = point.y() - self.viewport().height(), -point.y()
        if max(below, above) <= 0 or not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            self._dragging.stop()
            return
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (below if below > 0 else -above))
        self._select_to(QPointF(point))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click that selected nothing follows what it is on."""
        self._dragging.stop()
        pressed, self._pressed = self._pressed, None
        if event.button() != Qt.MouseButton.LeftButton or pressed is None or self._dragged:
            return
        target = self._target_at(event.position())
        if target is not None and (self._clicks == 1 or target.address.startswith("code:")):
            self.activate(target)

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._hover(None)
        super().leaveEvent(event)

    def _target_at(self, point: QPointF) -> Target | None:
        under = self.piece_under(point)
        if under is None:
            return None
        index, turn, piece, inside = under
        if isinstance(piece, CodePiece) and (button := self._button_at(piece, inside)):
            return Target(turn.entry.id, f"code:{button}", piece)
        address = piece.link_at(inside)
        return Target(self._entries[index].id, address, piece) if address else None

    def _button_at(self, piece: CodePiece, inside: QPointF) -> str:
        reach = self._theme.px(6)
        for name, rect in piece.buttons(self.code_labels()):
            if QRectF(rect).adjusted(-reach, -reach, reach, reach).contains(inside):
                return name
        return ""

    def _hover(self, under: tuple[int, Turn, Piece, QPointF] | None) -> None:
        hovered: tuple[Piece, str] | None = None
        shape = Qt.CursorShape.ArrowCursor
        if under is not None:
            _, _, piece, inside = under
            button = self._button_at(piece, inside) if isinstance(piece, CodePiece) else ""
            if button:
                hovered = (piece, button)
            shape = Qt.CursorShape.IBeamCursor
            if button or piece.link_at(inside):
                shape = Qt.CursorShape.PointingHandCursor
        if self.viewport().cursor().shape() != shape:
            self.viewport().setCursor(shape)
        if hovered != self.hovered_code:
            self.hovered_code = hovered
            self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        """A citation number tells its source where the pointer rests on it, a link its address, a claim its lack."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            words = self.words_at(QPointF(event.pos()))
            if words:
                QToolTip.showText(event.globalPos(), words, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def words_at(self, point: QPointF) -> str:
        """What is told of the thing under a point."""
        under = self.piece_under(point)
        if under is None:
            return ""
        index, _, piece, inside = under
        address = piece.link_at(inside)
        if address:
            return self.links.words(self._entries[index], address)
        place = piece.place_at(inside, exact=True)
        reason = reason_of(piece.format_at(place)) if place >= 0 else ""
        return reason_words(reason) if reason else ""

    def activate(self, target: Target) -> None:
        """Do what a click on something does."""
        scheme, _, rest = target.address.partition(":")
        match scheme:
            case "cite" if rest.isdigit():
                self.citation_activated.emit(target.entry_id, int(rest))
            case "note" if rest.isdigit():
                self._go_to_note(target.entry_id)
            case "think" | "saw":
                self.action_wanted.emit(scheme, target.entry_id)
            case "undo":
                self.action_wanted.emit("undo_remembered", target.entry_id)
            case "code" if isinstance(target.piece, CodePiece):
                if rest == "copy":
                    QGuiApplication.clipboard().setText(target.piece.code)
                else:
                    self.code_saved.emit(target.piece.code, target.piece.language)
            case _:
                self.link_activated.emit(target.address)

    def _go_to_note(self, entry_id: str) -> None:
        index = self.place_of(entry_id)
        turn = self.turn(index) if index is not None else None
        if turn is None:
            return
        at = next((p for p, piece in enumerate(turn.pieces) if piece.block and piece.block.kind == "notes"), None)
        if at is not None:
            self.jump_to(entry_id, found=[(at, 0, 0)])
