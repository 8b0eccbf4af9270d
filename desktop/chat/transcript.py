"""The transcript: what its owner does with the pointer and the keys, and the actions of a turn."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QTextCursor,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from desktop.chat.caret import MOVES, Place
from desktop.chat.entries import Entry
from desktop.chat.links import Link, LinkWalk, Target
from desktop.chat.message_actions import MessageActions
from desktop.chat.piece import CodePiece, Piece, Shown, reason_of
from desktop.chat.transcript_accessible import SpokenTurns
from desktop.chat.transcript_view import TranscriptView
from desktop.chat.turn import Turn
from desktop.chat.turn_words import reason_words
from desktop.icons import Icons
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING

_SCROLL_MS = 30


class Transcript(TranscriptView):
    """Shows the entries of one conversation.

    Attributes:
        citation_activated: An answer's entry id and a citation's number were clicked.
        older_wanted: The first known entry is nearly in view; there may be older ones in the store.
        action_wanted: Name of an action and the entry's id; see `MessageActions`.
        link_activated: An address in a text was clicked.
        quote_wanted: A selected text is to be quoted in the next question.
        code_saved: Code and its language are to be saved to a file.
        focused_entry: The entry that the keyboard or the pointer is at changed; its id.
    """

    citation_activated = Signal(str, int)
    older_wanted = Signal()
    action_wanted = Signal(str, str)
    link_activated = Signal(str)
    quote_wanted = Signal(str)
    code_saved = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self._actions_bar: MessageActions | None = None
        self._pressed: QPoint | None = None
        self._dragged = False
        self._clicks = 0
        self._clicked_at = 0.0
        self.links = LinkWalk(self)
        self._spoken: SpokenTurns | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Conversation"))
        self.setAccessibleDescription(self.tr("Questions and answers. Citation numbers open their source."))
        self._dragging = QTimer(self)
        self._dragging.setInterval(_SCROLL_MS)
        self._dragging.timeout.connect(self._drag_on)
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)

    @property
    def actions_bar(self) -> MessageActions:
        """What can be done with a turn; it floats at the turn that it belongs to."""
        if self._actions_bar is None:
            self._actions_bar = MessageActions(self._theme, self._icons, self.viewport())
            self._actions_bar.triggered.connect(self.action_wanted)
            self._actions_bar.follow_in_tab_order(self)
        return self._actions_bar

    # Entries

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id."""
        place = self.place_of(entry_id)
        return None if place is None else self._entries[place]

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show another conversation, at its end."""
        self._show(entries)
        self.links.forget()
        self.to_end()

    def prepend_entries(self, entries: Sequence[Entry]) -> None:
        """Older entries came from the store; what is read stays in its place."""
        if entries:
            self._insert_before(entries)
            self.lay_out()

    def append_entry(self, entry: Entry) -> None:
        """A new turn at the end. The view follows when it was at the end before, and always to a question."""
        follow = entry.question or self._following or not self._entries
        self._append(entry)
        if follow:
            self._following = True
        self._show_actions(entry)
        self.lay_out()

    def append_entries(self, entries: Sequence[Entry]) -> None:
        """Later entries came from the store; the view stays where it is."""
        self._following = False
        for entry in entries:
            self._append(entry)
        self.lay_out()

    def replace_entry(self, entry_id: str, entry: Entry) -> None:
        """An entry changed: more was written, the answer came. An unknown id appends it."""
        place = self.place_of(entry_id)
        if place is None:
            self.append_entry(entry)
            return
        self._put(place, entry)
        if self._actions_bar is not None and self._actions_bar.entry_id in (entry_id, entry.id):
            self._actions_bar.entry_id = ""
        if entry.state != "streaming":
            self._show_actions(entry)
        self.lay_out()

    def replace_from(self, index: int, entries: Sequence[Entry]) -> None:
        """Other entries from an index on: another version was chosen."""
        self._cut(index)
        for entry in entries:
            self._append(entry)
        if self._actions_bar is not None:
            self._actions_bar.entry_id = ""
        self.lay_out()

    def remove_entry(self, entry_id: str) -> None:
        """Take one entry away."""
        place = self.place_of(entry_id)
        if place is not None:
            following = self._following
            self.replace_from(place, self._entries[place + 1 :])
            self._following = following

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

    # Layout

    def _laid_out(self) -> None:
        self._place_actions()
        if QAccessible.isActive() or self._spoken is not None:
            self._spoken = self._spoken or SpokenTurns(self.viewport())
            left, column = self._column
            rects = [(t.entry, QRect(left, self.top_of(i), column, self._heights[i])) for i, t in self.in_view()]
            self._spoken.show(rects)
        if self._entries and self.verticalScrollBar().value() < 2 * self.viewport().height():
            self.older_wanted.emit()

    def _place_actions(self) -> None:
        """Put the bar at the foot of its turn; without one it belongs to the last answer."""
        if not self._entries:
            if self._actions_bar is not None:
                self._actions_bar.hide()
            return
        bar = self.actions_bar
        entry = self.entry(bar.entry_id) if bar.entry_id else None
        if entry is None:
            entry = next((e for e in reversed(self._entries) if not e.question and _acts(e)), None)
            if entry is None:
                bar.hide()
                return
            bar.show_for(entry)
        for index, turn in self.in_view():
            if turn.entry.id == entry.id and turn.pieces and turn.complete:
                y = self.top_of(index) + turn.foot + self._theme.px(3)
                bar.adjustSize()
                x = self._column[0] - bar.inset
                if entry.question:
                    x = self._column[0] + self._column[1] - bar.width() + bar.inset
                bar.move(x, y)
                bar.show()
                return
        bar.hide()

    def _show_actions(self, entry: Entry | None) -> None:
        if entry is not None and _acts(entry):
            self.actions_bar.show_for(entry)
            self._place_actions()

    # The pointer

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
            self._show_actions(self._entries[self._index_at(round(point.y()))])

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

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Selection first, then what can be done with the turn under the pointer."""
        entry = None
        if self._entries:
            entry = self._entries[self._index_at(event.pos().y())]
        menu = self.actions_bar.menu(entry, parent=self)
        selected = self.selection.span is not None
        copy = QAction(self._icons.icon("copy"), self.tr("Copy selected text"), menu)
        copy.setEnabled(selected)
        copy.triggered.connect(self.copy)
        quote = QAction(self._icons.icon("quote"), self.tr("Quote in the next question"), menu)
        quote.setEnabled(selected)
        quote.triggered.connect(lambda: self.quote_wanted.emit(self.selection.text()))
        first = next(iter(menu.actions()), copy)
        menu.insertAction(first, copy)
        menu.insertAction(first if first is not copy else copy, quote)
        whole = QAction(self.tr("Select all"), menu)
        whole.triggered.connect(self.select_all)
        menu.addAction(whole)
        menu.popup(event.globalPos())

    # Keys

    def select_all(self) -> None:
        """Select the whole conversation as far as it is known."""
        self.selection.select_all()
        self.viewport().update()

    def copy(self) -> None:
        """Copy what is selected."""
        text = self.selection.text()
        if text:
            mime = QMimeData()
            mime.setText(text)
            QGuiApplication.clipboard().setMimeData(mime)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows scroll, with Shift they select; Tab goes through what can be clicked, Enter clicks it."""
        for key, move in MOVES.items():
            if event.matches(key):
                self._begin_at_view()
                self.selection.extend(move)
                self._show_caret()
                return
        bar = self.verticalScrollBar()
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all()
        elif event.key() == Qt.Key.Key_Escape and self.selection.span is not None:
            self.selection.clear()
            self.viewport().update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.links.current is not None:
            self.activate(self.links.current.target)
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.to_end()
        elif event.key() == Qt.Key.Key_Space:
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            bar.setValue(bar.value() + (-1 if back else 1) * (bar.pageStep() - self._theme.px(40)))
        else:
            super().keyPressEvent(event)

    def _begin_at_view(self) -> None:
        """Where nothing was selected, a selection begins at the top of the view."""
        if self.selection.caret is None:
            place = self.place_at(QPointF(self._column[0], self._theme.px(8)))
            if place is not None:
                self.selection.set(place, place)

    def _show_caret(self) -> None:
        caret = self.selection.caret
        turn = self.turn(caret.turn) if caret is not None else None
        if caret is None or turn is None:
            return
        piece = turn.pieces[min(caret.piece, len(turn.pieces) - 1)]
        block = piece.document.findBlock(min(caret.at, piece.end))
        rect = piece.document.documentLayout().blockBoundingRect(block)
        line = block.layout().lineForTextPosition(caret.at - block.position())
        y = self.top_of(caret.turn) + piece.y + piece.head + rect.top() + (line.y() if line.isValid() else 0)
        self._bring_into_view(round(y), self._theme.px(24))
        self._show_actions(self._entries[caret.turn])
        self.viewport().update()

    def _bring_into_view(self, y: int, height: int) -> None:
        bar = self.verticalScrollBar()
        room = self._theme.px(16)
        if y < room:
            bar.setValue(bar.value() + y - room)
        elif y + height > self.viewport().height() - room:
            bar.setValue(bar.value() + y + height - self.viewport().height() + room)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab goes through citations, links and buttons in view before it leaves."""
        link = self.links.step(1 if following else -1)
        self.viewport().update()
        if link is None:
            return super().focusNextPrevChild(following)
        index = self.place_of(link.target.entry_id)
        if index is not None:
            rect = self.links.rect(link)
            self._bring_into_view(self.top_of(index) + link.piece.y + round(rect.top()), round(rect.height()))
            self._show_actions(self._entries[index])
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes with the focus."""
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.links.forget()
        super().focusOutEvent(event)
        self.viewport().update()

    def _shown(self, index: int, place: int, piece: Piece) -> list[Shown]:
        shown = super()._shown(index, place, piece)
        caret = self.selection.caret
        keyboard = self.hasFocus() and caret is not None and self.selection.span is not None
        if keyboard and caret is not None and caret[:2] == (index, place):
            shown.append(Shown(caret.at, caret.at, "caret"))
        return shown

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring of what the keyboard is at stands over everything."""
        super().paintEvent(event)
        link = self.links.current
        index = self.place_of(link.target.entry_id) if link is not None and self.hasFocus() else None
        if link is None or index is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.color("accent"), FOCUS_RING))
        rect = self.links.rect(link).adjusted(-3, -1, 3, 1)
        origin = QPointF(self._column[0] + link.piece.x, self.top_of(index) + link.piece.y)
        painter.drawRoundedRect(rect.translated(origin), 3, 3)
        painter.end()

    @property
    def focused_link(self) -> Link | None:
        """What Enter would click."""
        return self.links.current

    def selected_places(self) -> tuple[Place, Place] | None:
        """First and last place of what is selected."""
        return self.selection.span


def _acts(entry: Entry) -> bool:
    """There is something to do with it."""
    return entry.state not in ("pending", "streaming") and (not entry.question or entry.stored)
