"""Controls that change one option each: they show a value, and tell when the owner has settled on another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.theme import Theme
from desktop.widgets.choice_box import ChoiceBox
from desktop.widgets.switch import Switch

if TYPE_CHECKING:
    from engine import Option

_WIDE, _NARROW = 240, 130
_LIST_LINES = 5
_LARGEST = 2**31 - 1
"""A spin box counts in 32 bits."""


class Editor(QWidget):
    """Base of all. `committed` carries a value of the option's type, or a text where the field holds none.

    Attributes:
        committed: The owner has settled on a value.
    """

    committed = Signal(object)

    def __init__(self, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.control = control
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(control)
        self.setFocusProxy(control)

    def show_value(self, value: Any) -> None:
        """Show a value without telling of it."""
        raise NotImplementedError

    def describe(self, name: str, help_text: str) -> None:
        """Name the control for screen readers."""
        self.control.setAccessibleName(name)
        self.control.setAccessibleDescription(help_text)


class _NoWheel(QObject):
    """A wheel scrolls the page: it changes no value that merely came under the pointer."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def _keep_wheel_out(control: QWidget) -> None:
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(_NoWheel(control))


class FlagEditor(Editor):
    """On or off, with the word beside the box."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._box = Switch(theme)
        super().__init__(self._box, parent)
        self._box.toggled.connect(self._tell_state)
        self._box.clicked.connect(lambda: self.committed.emit(self._box.isChecked()))

    def show_value(self, value: Any) -> None:
        """Show on or off."""
        self._box.setChecked(bool(value))
        self._tell_state(bool(value))

    def _tell_state(self, on: bool) -> None:
        self._box.setText(self.tr("On") if on else self.tr("Off"))


class ChoiceEditor(Editor):
    """One of a few; `words` gives each choice its name for people."""

    def __init__(self, theme: Theme, choices: tuple[str, ...], words: dict[str, str], parent: QWidget | None = None):
        self._box = ChoiceBox(theme)
        for choice in choices:
            self._box.addItem(words.get(choice, choice), choice)
        self._box.setMinimumWidth(theme.px(_NARROW))
        super().__init__(self._box, parent)
        _keep_wheel_out(self._box)
        self._box.activated.connect(lambda _row: self.committed.emit(self._box.currentData()))

    def show_value(self, value: Any) -> None:
        """Show the choice."""
        self._box.setCurrentIndex(max(0, self._box.findData(str(value))))


class TextEditor(Editor):
    """One line of text; Enter or leaving the field settles it, Escape takes the typing back."""

    def __init__(self, theme: Theme, *, placeholder: str = "", parent: QWidget | None = None) -> None:
        self._line = QLineEdit()
        self._line.setPlaceholderText(placeholder)
        self._line.setFixedWidth(theme.px(_WIDE))
        self._shown = ""
        super().__init__(self._line, parent)
        self._line.editingFinished.connect(self._commit)

    def _commit(self) -> None:
        text = self._line.text().strip()
        if text != self._shown:
            self.committed.emit(self.parsed(text))

    def parsed(self, text: str) -> Any:
        """The value that a text stands for."""
        return text

    def written(self, value: Any) -> str:
        """The text that stands for a value."""
        return "" if value is None else str(value)

    def show_value(self, value: Any) -> None:
        """Show the text."""
        self._shown = self.written(value)
        self._line.setText(self._shown)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes back what was typed."""
        if event.key() == Qt.Key.Key_Escape and self._line.text() != self._shown:
            self._line.setText(self._shown)
            return
        super().keyPressEvent(event)


class NumberEditor(TextEditor):
    """A number, written as the language writes it; what is no number goes out as text and is refused with a reason."""

    def __init__(self, theme: Theme, *, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent=parent)
        self._whole = whole
        self._line.setFixedWidth(theme.px(_NARROW))
        self._line.setAlignment(Qt.AlignmentFlag.AlignTrailing)

    def parsed(self, text: str) -> Any:
        """The number that a text stands for, or the text."""
        value, right = QLocale().toDouble(text)
        if not right:
            value, right = QLocale.c().toDouble(text)
        if not right or (self._whole and value != int(value)):
            return text
        return int(value) if value == int(value) else value

    def written(self, value: Any) -> str:
        """A number as the language writes it."""
        locale = QLocale()
        locale.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
        return locale.toString(value) if isinstance(value, int) else locale.toString(float(value), "g", 10)


class _Lines(QPlainTextEdit):
    left = Signal()

    def focusOutEvent(self, event: Any) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class ListEditor(Editor):
    """A list of texts, one a line."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._text = _Lines()
        self._text.setTabChangesFocus(True)
        self._text.setFixedWidth(theme.px(_WIDE))
        line = self._text.fontMetrics().lineSpacing()
        self._text.setFixedHeight(line * _LIST_LINES + theme.px(16))
        self._shown: list[str] = []
        super().__init__(self._text, parent)
        self._text.left.connect(self._commit)

    def _commit(self) -> None:
        lines = [line.strip() for line in self._text.toPlainText().splitlines() if line.strip()]
        if lines != self._shown:
            self.committed.emit(lines)

    def show_value(self, value: Any) -> None:
        """Show the list."""
        self._shown = [str(item) for item in value]
        self._text.setPlainText("\n".join(self._shown))


def make_editor(theme: Theme, option: Option, *, choice_words: dict[str, str]) -> Editor | None:
    """The control for an option, or None where it is only shown: keys and folders are not typed here."""
    match option.kind:
        case "flag":
            return FlagEditor(theme)
        case "choice":
            return ChoiceEditor(theme, option.choices, choice_words)
        case "integer" | "number":
            return NumberEditor(theme, whole=option.kind == "integer")
        case "list":
            return ListEditor(theme)
        case "text":
            return TextEditor(theme)
        case _:
            return None
