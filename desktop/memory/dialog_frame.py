"""What the dialogs of the memory page have in common: words above, a field, and two buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.theme import Theme, restyle

_WIDTH = 440


class DialogFrame(QDialog):
    """A column (`body`) between a question and two buttons, `yes` and `no`. `accept` is called by the first one."""

    def __init__(self, *, theme: Theme, parent: QWidget | None = None, danger: bool = False) -> None:
        super().__init__(parent)
        self.theme = theme
        self.setMinimumWidth(theme.px(_WIDTH))
        head = self.question = QLabel(self)
        head.setWordWrap(True)
        head.setTextFormat(Qt.TextFormat.PlainText)
        head.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.px(8))
        buttons = QDialogButtonBox(self)
        self.yes: QPushButton = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        restyle(self.yes, kind="danger" if danger else "primary")
        self.no: QPushButton = buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        (self.no if danger else self.yes).setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        edge = theme.px(16)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(12))
        layout.addWidget(head)
        layout.addLayout(self.body)
        layout.addWidget(buttons)

    def add_note(self, words: str) -> QLabel:
        """A quiet line."""
        note = QLabel(words, self)
        note.setWordWrap(True)
        note.setTextFormat(Qt.TextFormat.PlainText)
        restyle(note, role="muted")
        self.body.addWidget(note)
        return note
