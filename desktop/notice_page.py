"""The whole window says one thing: why Magray cannot open, or that it is putting things away."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.tokens import ColorRole
from desktop.widgets.flow_layout import FlowLayout

_WIDTH = 520
_ICON = 40


class NoticePage(QFrame):
    """Icon, title, words, what to do.

    Attributes:
        triggered: Name of the button that was pressed.
    """

    triggered = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._look: tuple[str, ColorRole] = ("info", "muted")
        px = theme.px
        restyle(self, surface="window")
        self._icon = QLabel(self)
        self.title = QLabel(self)
        restyle(self.title, role="large")
        self.words = QLabel(self)
        restyle(self.words, role="lead")
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self._buttons = QWidget(self)
        self._flow = FlowLayout(self._buttons, spacing=px(8))
        column = QWidget(self)
        column.setMaximumWidth(px(_WIDTH))
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(px(8))
        inner.addWidget(self._icon)
        for label in (self.title, self.words):
            label.setWordWrap(True)
            inner.addWidget(label)
        inner.addSpacing(px(16))
        inner.addWidget(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(32), px(32), px(32), px(32))
        layout.addStretch(2)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(column, 100)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addStretch(3)
        theme.changed.connect(self._draw)

    def show_notice(
        self, *, title: str, words: str, icon: str = "info", role: ColorRole = "muted", buttons: dict[str, str]
    ) -> None:
        """Say something.

        Args:
            title: What happened, in a few words.
            words: What was kept, and what to do next.
            icon: Name of the icon.
            role: Its colour.
            buttons: Names to labels; the first is the primary one and gets the focus.
        """
        self._look = (icon, role)
        self._draw()
        self.title.setText(title)
        self.words.setText(words)
        self.setAccessibleName(title)
        self.setAccessibleDescription(words)
        while (item := self._flow.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for place, (name, label) in enumerate(buttons.items()):
            button = QPushButton(label, self._buttons)
            restyle(button, kind="plain" if place else "primary")
            button.clicked.connect(lambda _checked=False, name=name: self.triggered.emit(name))
            self._flow.addWidget(button)
            button.show()
            if place == 0:
                button.setFocus(Qt.FocusReason.OtherFocusReason)
        self._buttons.setVisible(bool(buttons))

    def _draw(self) -> None:
        name, role = self._look
        self._icon.setPixmap(self._icons.pixmap(name, role, size=self._theme.px(_ICON)))
