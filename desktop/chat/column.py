"""The text column: everything in the middle of the window stands between the same two edges."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from desktop.theme import Theme
from desktop.tokens import COLUMN_WIDTH

_SIDE_SHARE = 0.07
"""Air at each side of the column where the window is not wide, as a share of the width."""
_SIDE_LEAST = 24


def column_edges(theme: Theme, width: int) -> tuple[int, int]:
    """Left edge and width of the column in a place of this width."""
    side = max(theme.px(_SIDE_LEAST), round(width * _SIDE_SHARE))
    column = max(theme.px(120), min(theme.px(COLUMN_WIDTH), width - 2 * side))
    return (width - column) // 2, column


class ColumnLayout(QLayout):
    """Holds one widget between the column's edges.

    Args:
        theme: Gives the sizes.
        parent: The widget laid out.
        top: Design pixels above.
        bottom: Design pixels below.
    """

    def __init__(self, theme: Theme, parent: QWidget, *, top: int = 0, bottom: int = 0) -> None:
        super().__init__(parent)
        self._theme = theme
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, theme.px(top), 0, theme.px(bottom))

    def addItem(self, item: QLayoutItem) -> None:
        """Take a widget's item (called by `addWidget`)."""
        self._items.append(item)

    def count(self) -> int:
        """How many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item at an index, or None."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def _extra(self) -> int:
        shown = any(not item.isEmpty() for item in self._items)
        margins = self.contentsMargins()
        return margins.top() + margins.bottom() if shown else 0

    def hasHeightForWidth(self) -> bool:
        """Words wrap."""
        return any(item.hasHeightForWidth() for item in self._items)

    def heightForWidth(self, width: int) -> int:
        """Height of the widget in the column of a place of this width."""
        _, column = column_edges(self._theme, width)
        heights = [
            item.heightForWidth(column) if item.hasHeightForWidth() else item.sizeHint().height()
            for item in self._items
            if not item.isEmpty()
        ]
        return max(heights, default=0) + self._extra()

    def sizeHint(self) -> QSize:
        """As the widget wants to be."""
        hints = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = max((hint.width() for hint in hints), default=0)
        return QSize(width, max((hint.height() for hint in hints), default=0) + self._extra())

    def minimumSize(self) -> QSize:
        """As small as the widget can be."""
        least = [item.minimumSize() for item in self._items if not item.isEmpty()]
        width = max((size.width() for size in least), default=0)
        return QSize(width, max((size.height() for size in least), default=0) + self._extra())

    def setGeometry(self, rect: QRect) -> None:
        """Place the widget."""
        super().setGeometry(rect)
        left, column = column_edges(self._theme, rect.width())
        top = self.contentsMargins().top()
        height = rect.height() - self._extra()
        for item in self._items:
            item.setGeometry(QRect(rect.x() + left, rect.y() + top, column, height))
