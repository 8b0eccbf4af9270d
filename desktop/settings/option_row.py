"""One option: its title, one sentence of help, the control, and what is to be said about its value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.settings.editors import FlagEditor, make_editor
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import LinkButton

if TYPE_CHECKING:
    from engine import OptionState

_LONGEST_DEFAULT = 40


class OptionRow(QWidget):
    """Title and help at the start, the control at the end, the note of a changed or locked value below.

    Attributes:
        changed: The owner wants this value.
        reset_wanted: The owner wants the default back.
    """

    changed = Signal(str, object)
    reset_wanted = Signal(str)

    def __init__(
        self,
        theme: Theme,
        state: OptionState,
        *,
        words: tuple[str, str],
        choice_words: dict[str, str],
        editable: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name = state.option.name
        self.title, self.help = words
        self._choice_words = choice_words
        self._state = state
        self.option = state.option
        px = theme.px
        self._title = QLabel(self.title, self)
        restyle(self._title, role="strong")
        self._help = QLabel(self.help, self)
        restyle(self._help, role="muted")
        for label in (self._title, self._help):
            label.setWordWrap(True)
        self._note = QLabel(self)
        self._note.setWordWrap(True)
        restyle(self._note, role="muted")
        self._back = LinkButton(self.tr("Back to the default"), self)
        self._back.clicked.connect(lambda: self.reset_wanted.emit(self.name))
        self._problem = QLabel(self)
        self._problem.setWordWrap(True)
        restyle(self._problem, role="danger")
        words_column = QVBoxLayout()
        words_column.setSpacing(px(2))
        words_column.addWidget(self._title)
        words_column.addWidget(self._help)
        foot = QHBoxLayout()
        foot.setSpacing(px(8))
        foot.addWidget(self._note)
        foot.addWidget(self._back)
        foot.addStretch(1)
        words_column.addLayout(foot)
        words_column.addWidget(self._problem)
        words_column.addStretch(1)
        self.editor = make_editor(theme, state.option, choice_words=choice_words) if editable else None
        control: QWidget = self.editor if self.editor is not None else QLabel(self)
        if isinstance(control, QLabel):
            control.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            control.setWordWrap(True)
        self._control = control
        grid = QGridLayout(self)
        grid.setContentsMargins(0, px(10), 0, px(10))
        grid.setHorizontalSpacing(px(24))
        grid.setColumnStretch(0, 1)
        grid.addLayout(words_column, 0, 0)
        grid.addWidget(control, 0, 1, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignTrailing)
        control.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if self.editor is not None:
            self.editor.describe(self.title, self.help)
            self.editor.committed.connect(self._commit)
            self._title.setBuddy(self.editor.control)
        self.show_state(state)

    def show_state(self, state: OptionState) -> None:
        """Show the value in force, where it comes from, and the way back from a change."""
        self._state = state
        self._problem.hide()
        if self.editor is not None:
            self.editor.show_value(state.value)
            self.editor.setDisabled(state.locked)
        elif isinstance(self._control, QLabel):
            self._control.setText("" if state.option.kind == "secret" else str(state.value or ""))
        changed = state.origin == "config.toml"
        self._back.setVisible(changed)
        self._back.setAccessibleName(self.tr("{0}: back to the default").format(self.title))
        note = ""
        if state.origin == "environment":
            note = self.tr("Set by the environment ({0}) and locked here.").format(state.option.variable)
        elif state.origin == "command line" and self.editor is not None:
            note = self.tr("Given on the command line and locked here.")
        elif changed:
            note = self.tr("Changed; the default is {0}.").format(self._told(state.option.default))
        elif state.origin == "profile":
            note = self.tr("Preset by the profile.")
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def show_problem(self, words: str) -> None:
        """Say at the field why the value cannot be used; what was typed stays."""
        self._problem.setText(words)
        self._problem.show()
        if self.editor is not None:
            self.editor.describe(self.title, words)
            self.editor.control.setFocus(Qt.FocusReason.OtherFocusReason)

    def matches(self, text: str) -> bool:
        """Whether a search for these words finds this option."""
        held = f"{self.title} {self.help} {self.name}".casefold()
        return all(word in held for word in text.casefold().split())

    def _commit(self, value: Any) -> None:
        if value != self._state.value:
            self.changed.emit(self.name, value)

    def _told(self, value: Any) -> str:
        if isinstance(value, bool) or isinstance(self.editor, FlagEditor):
            return self.tr("on") if value else self.tr("off")
        if isinstance(value, (int, float)):
            return QLocale().toString(value)
        if isinstance(value, (list, tuple)):
            words = ", ".join(str(item) for item in value)
        else:
            words = self._choice_words.get(str(value), str(value)) if value not in (None, "") else ""
        if len(words) > _LONGEST_DEFAULT:
            words = words[:_LONGEST_DEFAULT].rstrip(" ,") + "…"
        return words or self.tr("empty")
