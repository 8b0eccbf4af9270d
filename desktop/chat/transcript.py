"""The transcript: what its owner does with the pointer and the keys, and the actions of a turn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QPointF, QRect, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QWidget

from desktop.chat.caret import MOVES, Place
from desktop.chat.entries import Entry
from desktop.chat.links import Link
from desktop.chat.message_actions import MessageActions
from desktop.chat.piece import Piece, Shown
from desktop.chat.transcript_accessible import SpokenTurns
from desktop.chat.transcript_pointer import TranscriptPointer
from desktop.icons import Icons
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING


class Transcript(TranscriptPointer):
    """Shows the entries of one conversation.

    Attributes:
        older_wanted: The first known entry is nearly in view; there may be older ones in the store.
        quote_wanted: A selected text is to be quoted in the next question.
    """

    older_wanted = Signal()
    quote_wanted = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self._actions_bar: MessageActions | None = None
        self._spoken: SpokenTurns | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Conversation"))
        self.setAccessibleDescription(self.tr("Questions and answers. Citation numbers open their source."))

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

    def _pointed(self, entry: Entry) -> None:
        self._show_actions(entry)

    def _show_actions(self, entry: Entry | None) -> None:
        if entry is not None and _acts(entry):
            self.actions_bar.show_for(entry)
            self._place_actions()

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
