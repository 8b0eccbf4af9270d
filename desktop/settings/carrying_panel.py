"""Memories carried out into a file of JSON Lines, and in from one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QCheckBox, QFileDialog, QHBoxLayout, QPushButton

from desktop.settings.panel import SettingsPanel
from desktop.theme import restyle
from desktop.widgets.card import Card
from desktop.words import number, short_path

if TYPE_CHECKING:
    from engine import ImportReport

_FIRST = 5
"""Lines told one by one."""


class CarryingPanel(SettingsPanel):
    """One card: two buttons, whether vectors go along, and what came of it."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        card = Card(self.theme, self)
        card.body.addWidget(self.label(self.tr("Memories as a file that other programs can read"), role="strong"))
        card.body.addWidget(
            self.label(
                self.tr(
                    "One memory a line (JSON Lines), with everything known about it. Reading such a file adds what is "
                    "not there yet and changes nothing else."
                ),
                role="muted",
            )
        )
        self.out = QPushButton(self.tr("Write memories to a file…"), card)
        self.into = QPushButton(self.tr("Read memories from a file…"), card)
        self.vectors = QCheckBox(self.tr("With vectors, so that another computer need not compute them"), card)
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        for button in (self.out, self.into):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self.said = self.label(role="success")
        self.said.hide()
        card.body.addSpacing(self.theme.px(4))
        card.body.addLayout(row)
        card.body.addWidget(self.vectors)
        card.body.addWidget(self.said)
        self.column.addWidget(card)
        self.out.clicked.connect(self._choose_target)
        self.into.clicked.connect(self._choose_source)

    def refresh(self) -> None:
        """There is nothing to ask for."""

    def write(self, path: str) -> None:
        """Write every memory to this file."""
        vectors = self.vectors.isChecked()
        self._busy(self.tr("Writing…"))
        self.start(
            "export memories",
            lambda: self.engine.export_memories(path, vectors=vectors),
            lambda count: self._tell(_written(count, short_path(path)), "success"),
            failure=self._failed,
        )

    def read(self, path: str) -> None:
        """Add the memories in this file."""
        self._busy(self.tr("Reading…"))
        self.start(
            "import memories",
            lambda: self.engine.import_memories(path, on_progress=self._progress),
            self._imported,
            failure=self._failed,
        )

    def _choose_target(self) -> None:
        dialog = QFileDialog(self, self.tr("Write memories to a file"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("jsonl")
        dialog.setNameFilter(self.tr("JSON Lines (*.jsonl)"))
        dialog.fileSelected.connect(self.write)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_source(self) -> None:
        dialog = QFileDialog(self, self.tr("Read memories from a file"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("JSON Lines (*.jsonl *.json *.txt)"))
        dialog.fileSelected.connect(self.read)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _progress(self, lines: int) -> None:
        if shiboken6.isValid(self):  # the window may be closed while the file is read on
            self.said.setText(self.tr("Reading, line {0}…").format(number(lines)))

    def _imported(self, report: ImportReport) -> None:
        words = [self.tr("{0} added, {1} were there already.").format(number(report.added), number(report.present))]
        if report.failed:
            words.append(self.tr("{0} lines were not taken:").format(number(report.failed)))
            words += [self.tr("line {0}: {1}").format(number(one.line), one.reason) for one in report.problems[:_FIRST]]
            if report.failed > _FIRST:
                words.append("…")
        self._tell("\n".join(words), "warning" if report.failed else "success")

    def _busy(self, words: str) -> None:
        self.out.setEnabled(False)
        self.into.setEnabled(False)
        self._tell(words, "muted", ready=False)

    def _failed(self, error: Exception) -> None:
        self._tell(str(error), "danger")

    def _tell(self, words: str, role: str, *, ready: bool = True) -> None:
        restyle(self.said, role=role)
        self.said.setText(words)
        self.said.show()
        if ready:
            self.out.setEnabled(True)
            self.into.setEnabled(True)


def _written(count: int, path: str) -> str:
    if count == 1:
        return QCoreApplication.translate("Carrying", "1 memory written to {0}.").format(path)
    return QCoreApplication.translate("Carrying", "%Ln memories written to {0}.", "", count).format(path)
