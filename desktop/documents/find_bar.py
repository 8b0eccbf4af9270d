"""Finding words in the document that is shown."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.widgets.card import Panel
from desktop.widgets.clear_action import add_clear_action
from desktop.words import number

TYPING_MILLISECONDS = 200


class FindBar(Panel):
    """A field, how many were found, previous, next, close.

    Attributes:
        words_changed: What is looked for, after a pause in typing; empty looks for nothing.
        step: 1 for the next match, -1 for the previous one.
        closed: The owner closed the bar.
    """

    words_changed = Signal(str)
    step = Signal(int)
    closed = Signal()

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface", edge="bottom")
        self.field = QLineEdit(self)
        self.field.setPlaceholderText(self.tr("Find in this document"))
        self.field.setAccessibleName(self.tr("Find in this document"))
        add_clear_action(self.field, icons)
        self.field.installEventFilter(self)
        self._told = ""
        self._count = QLabel(self)
        restyle(self._count, role="muted")
        self._previous = IconButton(icons, "chevron-up", self.tr("Previous match"), self, keys="Shift+Return")
        self._next = IconButton(icons, "chevron-down", self.tr("Next match"), self, keys="Return")
        self._close = close = IconButton(icons, "close", self.tr("Close the search"), self, keys="Esc")
        self._previous.clicked.connect(lambda: self.step.emit(-1))
        self._next.clicked.connect(lambda: self.step.emit(1))
        close.clicked.connect(self.leave)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(self.field, 1)
        row.addWidget(self._count)
        row.addWidget(self._previous)
        row.addWidget(self._next)
        row.addWidget(close)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MILLISECONDS)
        self._typing.timeout.connect(self._tell)
        self.field.textChanged.connect(lambda _text: self._typing.start())
        self.show_count(None, 0, complete=True)
        self.hide()

    @property
    def parts_in_order(self) -> list[QWidget]:
        """Everything that the keyboard reaches, in order."""
        return [self.field, self._previous, self._next, self._close]

    def enter(self) -> None:
        """Show the bar and let the owner type."""
        self.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        if self.field.text() != self._told:
            self._tell()

    def leave(self) -> None:
        """Hide the bar; nothing is looked for any longer."""
        self._typing.stop()
        self._told = ""
        # The focus is given away first: a field that hides hands it on as if Tab had been pressed.
        self.closed.emit()
        self.hide()
        self.words_changed.emit("")

    def show_count(self, current: int | None, count: int, *, complete: bool) -> None:
        """Tell which of how many matches is shown; `current` from 0, or None before the search has ended."""
        total = number(count) if complete else self.tr("more than {0}").format(number(count))
        if current is None:
            words = ""
        elif count == 0:
            words = self.tr("Not found")
        else:
            words = self.tr("{0} of {1}").format(number(current + 1), total)
        self._count.setText(words)
        self._count.setAccessibleName(words)
        for button in (self._previous, self._next):
            button.setEnabled(count > 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter steps on, Shift+Enter back, Escape closes."""
        if watched is self.field and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self._typing.isActive():
                    self._tell()
                else:
                    self.step.emit(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.leave()
                return True
        return super().eventFilter(watched, event)

    def _tell(self) -> None:
        self._typing.stop()
        words = self.field.text().strip()
        if words != self._told:
            self._told = words
            self.words_changed.emit(words)
