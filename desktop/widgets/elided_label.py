"""A label of one line that shortens its text to the room it has."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStyle, QStyleOption, QWidget


class ElidedLabel(QLabel):
    """One line of plain text, cut with an ellipsis; the whole text is in the tool tip while it is cut.

    File names are best cut in the middle (`Qt.TextElideMode.ElideMiddle`): their ends tell them apart.
    """

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        role: str = "body",
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._own_tool_tip = False
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role)
        self.setText(text)

    def setText(self, text: str) -> None:
        """Show another text; line breaks become spaces."""
        line = " ".join(text.split())
        if line != self.text():
            super().setText(line)
            self._update_tool_tip()

    def shown_text(self) -> str:
        """What fits, with the ellipsis where it was cut."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())

    def setToolTip(self, text: str) -> None:
        """Give a tool tip of its own instead of the whole text."""
        self._own_tool_tip = bool(text)
        super().setToolTip(text)

    def sizeHint(self) -> QSize:
        """Room for the whole text in one line."""
        metrics = self.fontMetrics()
        margins = self.contentsMargins()
        return QSize(
            metrics.horizontalAdvance(self.text()) + 1 + margins.left() + margins.right(),
            metrics.height() + margins.top() + margins.bottom(),
        )

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters and the ellipsis."""
        least = min(self.fontMetrics().averageCharWidth() * 4, self.sizeHint().width())
        return QSize(least, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the tool tip in step with what is cut."""
        super().resizeEvent(event)
        self._update_tool_tip()

    def changeEvent(self, event: QEvent) -> None:
        """Another font cuts at another place."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._update_tool_tip()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw ground and text in the style's colours."""
        option = QStyleOption()
        option.initFrom(self)
        painter = QPainter(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        alignment = QStyle.visualAlignment(self.layoutDirection(), self.alignment())
        self.style().drawItemText(
            painter,
            self.contentsRect(),
            int(alignment.value) | int(Qt.TextFlag.TextSingleLine.value),
            option.palette,
            self.isEnabled(),
            self.shown_text(),
            self.foregroundRole(),
        )

    def _update_tool_tip(self) -> None:
        if not self._own_tool_tip:
            super().setToolTip(self.text() if self.shown_text() != self.text() else "")
