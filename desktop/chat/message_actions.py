"""What can be done with a turn: a quiet row of words at an answer's foot, and the same in the context menu."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QWidget

from desktop.chat.entries import Entry
from desktop.icons import Icons
from desktop.theme import Theme, restyle

_ICONS = {"copy": "copy", "sources": "search", "remember": "bookmark", "retry": "retry", "again": "edit"}


class MessageActions(QWidget):
    """Floats over the transcript at the answer that it belongs to.

    Attributes:
        triggered: Name of the action and id of the entry.
    """

    triggered = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.entry_id = ""
        self.inset = theme.px(2)
        self._labels = {
            "copy": self.tr("Copy"),
            "sources": self.tr("What was searched"),
            "remember": self.tr("Remember this"),
            "retry": self.tr("Try again"),
            "again": self.tr("Ask again in other words"),
        }
        self._buttons: dict[str, QPushButton] = {}
        self._dots: dict[str, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(2))
        for name in ("copy", "sources", "remember", "retry"):
            if self._buttons:
                dot = QLabel("·", self)
                restyle(dot, role="muted")
                row.addWidget(dot)
                self._dots[name] = dot
            button = QPushButton(self._labels[name], self)
            restyle(button, kind="subtle")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(lambda _checked=False, name=name: self.triggered.emit(name, self.entry_id))
            self._buttons[name] = button
            row.addWidget(button)
        self.hide()

    def follow_in_tab_order(self, before: QWidget) -> None:
        """Stand right behind a widget when the Tab key goes round."""
        for button in self._buttons.values():
            QWidget.setTabOrder(before, button)
            before = button

    @staticmethod
    def _names(entry: Entry) -> list[str]:
        if entry.question:
            return ["copy", "again"]
        if entry.state == "failed":
            return ["retry"]
        if entry.answer is None:
            return ["copy"]
        return ["copy", "sources"] if entry.answer.abstained else ["copy", "sources", "remember"]

    def show_for(self, entry: Entry) -> None:
        """Belong to another answer."""
        if self.entry_id == entry.id:
            return
        self.entry_id = entry.id
        names = self._names(entry)
        for name, button in self._buttons.items():
            button.setVisible(name in names)
            if name in self._dots:
                self._dots[name].setVisible(name in names and name != names[0])
        self.adjustSize()

    def menu(self, entry: Entry | None, *, parent: QWidget) -> QMenu:
        """A context menu of the entry's actions; it deletes itself."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if entry is not None and entry.state != "pending":
            labels = dict(self._labels)
            labels["copy"] = self.tr("Copy the question") if entry.question else self.tr("Copy the answer")
            for name in self._names(entry):
                action = QAction(self._icons.icon(_ICONS[name]), labels[name], menu)
                action.triggered.connect(
                    lambda _checked=False, name=name, entry_id=entry.id: self.triggered.emit(name, entry_id)
                )
                menu.addAction(action)
        return menu
