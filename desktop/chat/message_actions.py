"""What can be done with a turn: a quiet row of words at its foot, and the same and more in the context menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from desktop.chat.entries import Entry
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.words import number

_ICONS = {
    "copy": "copy",
    "sources": "search",
    "remember": "bookmark",
    "retry": "retry",
    "again": "edit",
    "edit": "edit",
    "regenerate": "retry",
    "continue": "play",
    "quote": "quote",
    "saw": "info",
    "pin": "bookmark",
    "unpin": "bookmark",
    "undo_remembered": "undo",
    "delete": "trash",
}
_ON_THE_BAR = ("retry", "copy", "edit", "sources", "remember", "regenerate", "continue")
_UNFINISHED = ("length", "stopped", "error")


def action_names(entry: Entry) -> list[str]:
    """What can be done with an entry, in order."""
    message = entry.message
    pin = [] if message is None else ["unpin" if message.pinned else "pin"]
    if entry.state in ("pending", "streaming"):
        return []
    if entry.state == "failed":
        return ["retry", "copy"] if entry.retry else ["copy"]
    if entry.question:
        return ["copy", "edit", "again", *pin, "delete"] if message is not None else ["copy", "again"]
    names = ["copy"]
    if entry.answer is not None:
        names += ["sources"] if entry.answer.abstained else ["sources", "remember"]
    if message is not None:
        names.append("regenerate")
        if message.stop in _UNFINISHED:
            names.append("continue")
        if entry.remembered:
            names.append("undo_remembered")
        if message.usage is not None:
            names.append("saw")
        names += ["quote", *pin, "delete"]
    return names


class MessageActions(QWidget):
    """Floats over the transcript at the turn that it belongs to.

    Attributes:
        triggered: Name of the action and id of the entry. Beside the names of `action_names` these are `previous` and
            `next` (another version).
    """

    triggered = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.entry_id = ""
        self._entry: Entry | None = None
        self.inset = theme.px(2)
        self._labels = {
            "copy": self.tr("Copy"),
            "sources": self.tr("What was searched"),
            "remember": self.tr("Remember this"),
            "retry": self.tr("Try again"),
            "again": self.tr("Ask again in other words"),
            "edit": self.tr("Edit"),
            "regenerate": self.tr("Answer anew"),
            "continue": self.tr("Go on"),
            "quote": self.tr("Quote in the next question"),
            "saw": self.tr("What the model saw"),
            "pin": self.tr("Pin"),
            "unpin": self.tr("Unpin"),
            "undo_remembered": self.tr("Undo what was remembered"),
            "delete": self.tr("Delete"),
        }
        self._buttons: dict[str, QPushButton] = {}
        self._dots: dict[str, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(2))
        self.previous = IconButton(icons, "chevron-left", self.tr("Version before"), self, role="muted")
        self.next = IconButton(icons, "chevron-right", self.tr("Version after"), self, role="muted")
        self.version = QLabel(self)
        restyle(self.version, role="muted")
        for name, button in (("previous", self.previous), ("next", self.next)):
            button.setIconSize(icons.box() * 0.7)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _checked=False, name=name: self.triggered.emit(name, self.entry_id))
        for widget in (self.previous, self.version, self.next):
            row.addWidget(widget)
            widget.hide()
        for name in _ON_THE_BAR:
            if self._buttons:
                dot = QLabel("·", self)
                restyle(dot, role="muted")
                row.addWidget(dot)
                self._dots[name] = dot
            words = QPushButton(self._labels[name], self)
            restyle(words, kind="subtle")
            words.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            words.setCursor(Qt.CursorShape.PointingHandCursor)
            words.clicked.connect(lambda _checked=False, name=name: self.triggered.emit(name, self.entry_id))
            self._buttons[name] = words
            row.addWidget(words)
        self.more = IconButton(icons, "more", self.tr("More about this message"), self, role="muted")
        self.more.setIconSize(icons.box() * 0.7)
        self.more.setCursor(Qt.CursorShape.PointingHandCursor)
        self.more.clicked.connect(self._show_more)
        row.addWidget(self.more)
        self.hide()

    @property
    def button_order(self) -> list[QWidget]:
        """Everything that the keyboard reaches, in order."""
        return [self.previous, self.next, *self._buttons.values(), self.more]

    def follow_in_tab_order(self, before: QWidget) -> None:
        """Stand right behind a widget when the Tab key goes round."""
        for button in self.button_order:
            QWidget.setTabOrder(before, button)
            before = button

    def show_for(self, entry: Entry) -> None:
        """Belong to another turn."""
        if self.entry_id == entry.id and self._entry is entry:
            return
        self.entry_id, self._entry = entry.id, entry
        names = action_names(entry)
        shown = [name for name in _ON_THE_BAR if name in names]
        for name, button in self._buttons.items():
            button.setVisible(name in shown)
            if name in self._dots:
                self._dots[name].setVisible(name in shown and name != shown[0])
        self.more.setVisible(any(name not in shown for name in names))
        message = entry.message
        many = message is not None and message.versions > 1
        for widget in (self.previous, self.version, self.next):
            widget.setVisible(many)
        if message is not None and many:
            words = self.tr("{0} / {1}").format(number(message.version), number(message.versions))
            self.version.setText(words)
            self.version.setAccessibleName(
                self.tr("Version {0} of {1}").format(number(message.version), number(message.versions))
            )
            self.previous.setEnabled(message.version > 1)
            self.next.setEnabled(message.version < message.versions)
        self.adjustSize()

    def _show_more(self) -> None:
        menu = self.menu(self._entry, parent=self)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def menu(self, entry: Entry | None, *, parent: QWidget) -> QMenu:
        """A context menu of the entry's actions; it deletes itself."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if entry is None:
            return menu
        labels = dict(self._labels)
        labels["copy"] = self.tr("Copy the question") if entry.question else self.tr("Copy the answer")
        for name in action_names(entry):
            if name == "delete":
                menu.addSeparator()
            action = QAction(self._icons.icon(_ICONS[name]), labels[name], menu)
            action.triggered.connect(
                lambda _checked=False, name=name, entry_id=entry.id: self.triggered.emit(name, entry_id)
            )
            menu.addAction(action)
        return menu
