"""A line inside a view that says something the owner should know, with what can be done about it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.tokens import ColorRole
from desktop.widgets.buttons import IconButton, LinkButton

MessageLevel = Literal["info", "success", "warning", "error"]

_LOOKS: dict[MessageLevel, tuple[str, ColorRole]] = {
    "info": ("info", "accent"),
    "success": ("check-circle", "success"),
    "warning": ("warning", "warning"),
    "error": ("error", "danger"),
}


class MessageBar(QWidget):
    """Icon, words, links, and a way to dismiss it. Hidden until `show_message`; it never takes the focus.

    Args:
        air: Device-independent pixels around it, above and at the sides; gone while it is hidden.

    Attributes:
        triggered: The name of the link that was chosen; the bar hides itself.
        dismissed: The owner closed it.
    """

    triggered = Signal(str)
    dismissed = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None, *, air: int = 0) -> None:
        super().__init__(parent)
        card = QFrame(self)
        restyle(card, card="notice")
        card.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        around = QVBoxLayout(self)
        around.setContentsMargins(air, air, air, 0)
        around.addWidget(card)
        self._icons = icons
        self._level: MessageLevel = "info"
        self._icon = QLabel(card)
        self._text = QLabel(card)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._links = QHBoxLayout()
        self._links.setSpacing(theme.px(12))
        self._close = IconButton(
            icons, "close", QCoreApplication.translate("MessageBar", "Dismiss"), card, role="muted"
        )
        self._close.clicked.connect(self._dismiss)
        row = QHBoxLayout(card)
        row.setContentsMargins(theme.px(12), theme.px(4), theme.px(4), theme.px(4))
        row.setSpacing(theme.px(8))
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addLayout(self._links)
        row.addWidget(self._close)
        theme.changed.connect(self._draw_icon)
        self.hide()

    def show_message(
        self,
        text: str,
        *,
        level: MessageLevel = "info",
        actions: dict[str, str] | None = None,
        dismissible: bool = True,
    ) -> None:
        """Say something in place of what was said before.

        Args:
            text: What happened, what was kept, what to do next.
            level: Chooses the icon.
            actions: Names to the words of links.
            dismissible: The owner may close it.
        """
        self._level = level
        self._draw_icon()
        self._text.setText(text)
        self.setAccessibleName(text)
        while (item := self._links.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.deleteLater()
        for name, words in (actions or {}).items():
            link = LinkButton(words, self)
            link.clicked.connect(lambda _checked=False, name=name: self._choose(name))
            self._links.addWidget(link)
        self._close.setVisible(dismissible)
        self.show()

    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def _choose(self, name: str) -> None:
        self.hide()
        self.triggered.emit(name)

    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _draw_icon(self) -> None:
        name, role = _LOOKS[self._level]
        self._icon.setPixmap(self._icons.pixmap(name, role))
