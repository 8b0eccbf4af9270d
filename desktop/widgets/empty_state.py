"""What an empty view shows: what this place is for, and the first step."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.flow_layout import FlowLayout

_TEXT_WIDTH = 420
_ICON = 32


class EmptyState(QWidget):
    """Icon, title, one or two sentences, and up to a few actions, centred in the view that is empty.

    Attributes:
        triggered: The name of the action that was chosen.
    """

    triggered = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._icon_name = ""
        column = QWidget(self)
        column.setMaximumWidth(theme.px(_TEXT_WIDTH))
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._icon = QLabel(column)
        self._title = QLabel(column)
        restyle(self._title, role="title")
        self._text = QLabel(column)
        restyle(self._text, role="muted_body")
        self._buttons = QWidget(column)
        self._button_flow = FlowLayout(self._buttons, spacing=theme.px(8), centered=True)
        inside = QVBoxLayout(column)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(theme.px(8))
        for label in (self._icon, self._title, self._text):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            inside.addWidget(label)
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        inside.addSpacing(theme.px(8))
        inside.addWidget(self._buttons)
        edge = theme.px(24)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(column, 1000)
        across.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.addStretch(2)
        layout.addLayout(across)
        layout.addStretch(3)
        theme.changed.connect(self._draw_icon)

    def show_state(self, icon: str, title: str, text: str, actions: dict[str, str] | None = None) -> None:
        """Say what this place is for.

        Args:
            icon: Name of the icon; empty for none.
            title: A few words.
            text: One or two sentences.
            actions: Names to labels; the first is the primary one.
        """
        self._icon_name = icon
        self._draw_icon()
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        while (item := self._button_flow.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for position, (name, label) in enumerate((actions or {}).items()):
            button = QPushButton(label, self._buttons)
            restyle(button, kind="plain" if position else "primary")
            button.clicked.connect(lambda _checked=False, name=name: self.triggered.emit(name))
            self._button_flow.addWidget(button)
        self._buttons.setVisible(bool(actions))

    def minimumSizeHint(self) -> QSize:
        """Small views cut it rather than grow."""
        return QSize(self._theme.px(_TEXT_WIDTH) // 2, super().minimumSizeHint().height())

    def _draw_icon(self) -> None:
        self._icon.setVisible(bool(self._icon_name))
        if self._icon_name:
            side = self._theme.px(_ICON)
            self._icon.setPixmap(self._icons.pixmap(self._icon_name, "muted", size=side))
