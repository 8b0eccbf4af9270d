"""What may follow a slash or an at sign: a small list over the composer, for the arrow keys and the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop.theme import Theme, restyle
from desktop.tokens import RADIUS_CONTROL

CompletionKind = Literal["/", "@"]
_ROWS = 7
_ROW = 32


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One row.

    Attributes:
        label: What is chosen.
        detail: A few quiet words beside it.
        value: Handed back when it is chosen.
    """

    label: str
    detail: str
    value: Any


class _Rows(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Any) -> QSize:
        return QSize(0, self._theme.px(_ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Any) -> None:
        theme, px = self._theme, self._theme.px
        suggestion: Suggestion = index.data(Qt.ItemDataRole.UserRole)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("sunken"))
            painter.drawRoundedRect(option.rect.adjusted(px(4), 1, -px(4), -1), px(RADIUS_CONTROL), px(RADIUS_CONTROL))
        room = option.rect.adjusted(px(12), 0, -px(12), 0)
        font = theme.font("body", strong=True)
        metrics = QFontMetrics(font)
        label = metrics.elidedText(suggestion.label, Qt.TextElideMode.ElideMiddle, room.width() * 6 // 10)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.setFont(font)
        painter.setPen(theme.color("text"))
        painter.drawText(room, flags, label)
        room.setLeft(room.left() + metrics.horizontalAdvance(label) + px(12))
        small = theme.font("secondary")
        painter.setFont(small)
        painter.setPen(theme.color("muted"))
        detail = QFontMetrics(small).elidedText(suggestion.detail, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, flags, detail)
        painter.restore()


class CompletionBox(QListWidget):
    """Floats over the window; the field keeps the keyboard.

    Attributes:
        chosen: The value of a `Suggestion`.
    """

    chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        restyle(self, kind="completion")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setItemDelegate(_Rows(theme, self))
        self.setAccessibleName(self.tr("Suggestions"))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole).value))
        self.itemEntered.connect(self.setCurrentItem)
        self.hide()

    def show_suggestions(self, suggestions: Sequence[Suggestion], *, over: QWidget) -> None:
        """Show what can be chosen over a widget; nothing hides the list."""
        self.clear()
        if not suggestions:
            self.hide()
            return
        for suggestion in suggestions:
            item = QListWidgetItem(suggestion.label, self)
            item.setData(Qt.ItemDataRole.UserRole, suggestion)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{suggestion.label}, {suggestion.detail}")
        self.setCurrentRow(0)
        px = self._theme.px
        height = px(_ROW) * min(_ROWS, len(suggestions)) + px(10)
        parent: QWidget = self.parentWidget() or over
        corner = over.mapTo(parent, QPoint(0, 0))
        self.setGeometry(corner.x(), corner.y() - height - px(6), over.width(), height)
        self.show()
        self.raise_()

    def take_key(self, event: QKeyEvent) -> bool:
        """Use a key that was pressed in the field.

        Returns:
            Whether it was for the list.
        """
        if self.isHidden() or not self.count():
            return False
        key = event.key()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = 1 if key == Qt.Key.Key_Down else -1
            self.setCurrentRow((self.currentRow() + step) % self.count())
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            if event.modifiers():
                return False
            item = self.currentItem()
            self.hide()
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole).value)
            return True
        if key == Qt.Key.Key_Escape:
            self.hide()
            return True
        return False
