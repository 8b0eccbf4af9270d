"""Rows at the foot of the left panel: a word with its count, and the state of everything in a few words."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from desktop.theme import Theme, restyle
from desktop.tokens import ColorRole

_STATE_COLORS: dict[str, ColorRole] = {"ok": "success", "degraded": "warning", "failed": "danger", "busy": "muted"}


class SideRow(QPushButton):
    """One line: words at the start, a figure at the end.

    Args:
        clickable: False makes it something to read only: out of the Tab order, without a hover.
    """

    def __init__(self, theme: Theme, words: str, parent: QWidget | None = None, *, clickable: bool = True) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = words
        self._count: int | None = None
        restyle(self, kind="quiet")
        self.setAccessibleName(words)
        if clickable:
            self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        else:
            self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_count(self, count: int) -> None:
        """Show a figure, written as the language writes it."""
        if count != self._count:
            self._count = count
            self.setAccessibleName(f"{self._words}: {QLocale().toString(count)}")
            self.update()

    def sizeHint(self) -> QSize:
        """A row of the design."""
        return QSize(self._theme.px(120), self._theme.px(31))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and ring by the style sheet, words and figure here."""
        super().paintEvent(event)
        painter = QPainter(self)
        inner = self.rect().adjusted(self._theme.px(10), 0, -self._theme.px(10), 0)
        painter.setPen(self._theme.color("text"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, self._words)
        if self._count is not None:
            painter.setPen(self._theme.color("muted"))
            figure = QLocale().toString(self._count)
            painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing, figure)


class StatusRow(SideRow):
    """A dot in the colour of the state, and always its words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        self._state = "busy"
        self.setAccessibleName(self.tr("Status"))

    def set_status(self, state: str, words: str, details: str = "") -> None:
        """Show a state.

        Args:
            state: `ok`, `degraded`, `failed` or `busy`.
            words: A few words.
            details: The whole sentence, for the tool tip and for screen readers.
        """
        self._state = state
        self._words = words
        self.setAccessibleName(words)
        self.setAccessibleDescription(details)
        self.setToolTip(details)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dot and words."""
        QPushButton.paintEvent(self, event)
        px = self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        inner = self.rect().adjusted(px(10), 0, -px(10), 0)
        side = px(9)
        dot = QRectF(inner.left(), inner.center().y() - side / 2 + 0.5, side, side)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            dot.moveRight(inner.right())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(_STATE_COLORS.get(self._state, "muted")))
        painter.drawEllipse(dot)
        painter.setPen(self._theme.color("text"))
        room = inner.adjusted(side + px(7), 0, 0, 0)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            room = inner.adjusted(0, 0, -side - px(7), 0)
        words = QFontMetrics(self.font()).elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading, words)
