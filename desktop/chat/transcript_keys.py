"""A text of turns under the keys: arrows scroll and select, Tab goes through what can be clicked; read aloud, too."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, QRect, Qt
from PySide6.QtGui import (
    QAccessible,
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
from desktop.chat.piece import Piece, Shown
from desktop.chat.transcript_accessible import SpokenTurns, spoken
from desktop.chat.transcript_pointer import TranscriptPointer
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING


class TranscriptKeys(TranscriptPointer):
    """Reacts to the keyboard and to screen readers."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._spoken: SpokenTurns | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def spoken_words(self, entry: Entry) -> str:
        """What a screen reader says of a turn."""
        return spoken(entry)

    def _laid_out(self) -> None:
        super()._laid_out()
        if QAccessible.isActive() or self._spoken is not None:
            self._spoken = self._spoken or SpokenTurns(self.viewport())
            left, column = self._column
            self._spoken.show(
                [
                    (self.spoken_words(turn.entry), QRect(left, self.top_of(index), column, self._heights[index]))
                    for index, turn in self.in_view()
                ]
            )

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
        self._pointed(self._entries[caret.turn])
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
            self._pointed(self._entries[index])
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
