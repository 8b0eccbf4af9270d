"""What a memory said before it was edited, and a way back to it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QWidget

from desktop.memory.detail_sections import moment_words
from desktop.memory.dialog_frame import DialogFrame
from desktop.theme import Theme, restyle
from engine import Memory

_LIST, _TEXT = 110, 140


class VersionsDialog(DialogFrame):
    """A list of moments, and the text of the chosen one.

    Attributes:
        chosen: The memory's id and the text that it shall have again (`str`, `str`).
    """

    chosen = Signal(str, str)

    def __init__(
        self, *, theme: Theme, memory: Memory, versions: Sequence[Memory], parent: QWidget | None = None
    ) -> None:
        super().__init__(theme=theme, parent=parent)
        self.setWindowTitle(self.tr("Older versions"))
        self.question.setText(self.tr("What this memory said before it was edited"))
        self.yes.setText(self.tr("Use this text again"))
        self.no.setText(self.tr("Close"))
        self._id, self._versions = memory.id, list(versions)
        self.list = QListWidget(self)
        restyle(self.list, kind="pages")
        self.list.setAccessibleName(self.tr("Older versions"))
        self.list.setMaximumHeight(theme.px(_LIST))
        for version in self._versions:
            until = version.superseded_at or version.created_at
            item = QListWidgetItem(self.tr("Until {0}").format(moment_words(until)))
            item.setData(Qt.ItemDataRole.ToolTipRole, version.text[:200])
            self.list.addItem(item)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("The text of the chosen version"))
        self.text.setMinimumHeight(theme.px(_TEXT))
        self.list.currentRowChanged.connect(self._show)
        self.body.addWidget(self.list)
        self.body.addWidget(self.text)
        self.list.setCurrentRow(0)
        self.list.setFocus()

    def accept(self) -> None:
        """Tell which text."""
        self.chosen.emit(self._id, self._versions[self.list.currentRow()].text)
        super().accept()

    def _show(self, row: int) -> None:
        self.text.setPlainText(self._versions[row].text)
