"""What decides which memories rise: the model in charge, those before it, and how far the memories have moved since."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDateTime, QLocale
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton

from desktop.settings.panel import SettingsPanel, clear
from desktop.theme import restyle
from desktop.widgets.buttons import LinkButton
from desktop.widgets.card import Card
from desktop.words import number

if TYPE_CHECKING:
    from engine import PromotionStatus, PromotionVersion


class PromotionPanel(SettingsPanel):
    """Says how promotion stands, learns anew, and goes back to an earlier version."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._card = Card(self.theme, self)
        self.title = self.label(self.tr("What rises by itself"), role="strong")
        self.words = self.label(role="muted")
        self.drift = self.label(role="secondary")
        self._versions = QGridLayout()
        self._versions.setHorizontalSpacing(self.theme.px(24))
        self._versions.setVerticalSpacing(self.theme.px(4))
        self._versions.setColumnStretch(0, 1)
        self.refit = QPushButton(self.tr("Learn anew now"), self._card)
        self.refit.setAutoDefault(False)
        self.refit.clicked.connect(self._learn)
        row = QHBoxLayout()
        row.addWidget(self.refit)
        row.addStretch(1)
        for label in (self.title, self.words, self.drift):
            self._card.body.addWidget(label)
        self._card.body.addLayout(self._versions)
        self._card.body.addSpacing(self.theme.px(4))
        self._card.body.addLayout(row)
        self.column.addWidget(self._card)
        self.bridge.settings_changed.connect(lambda name: self.refresh() if name.startswith("promotion.") else None)
        self.refresh()

    def refresh(self) -> None:
        """Ask how promotion stands."""
        self.start("promotion", self.engine.promotion, self.show_status, replaces="settings-promotion")

    def show_status(self, status: PromotionStatus) -> None:
        """Put it into words and rows."""
        self.words.setText(" ".join(part for part in (status.words, status.problem, status.last_refit) if part))
        moved = [one.title for one in status.drift if one.state != "stable"]
        drift = ""
        if moved:
            drift = self.tr("Your memories have changed since it learned: {0}.").format(", ".join(moved))
        elif status.drift:
            drift = self.tr("Your memories are much as they were when it learned.")
        self.drift.setText(drift)
        self.drift.setVisible(bool(drift))
        self.refit.setEnabled(status.enabled)
        clear(self._versions)
        heads = (self.tr("Version"), self.tr("Right order"), self.tr("Judged by"), "")
        for column, head in enumerate(heads):
            self._versions.addWidget(self.label(head, role="muted"), 0, column)
        for row, version in enumerate(status.versions, start=1):
            self._add_row(row, version)

    def _add_row(self, row: int, version: PromotionVersion) -> None:
        auc, examples = version.metrics.get("auc"), version.metrics.get("examples")
        cells = (
            self._name(version),
            "" if auc is None else QLocale().toString(100 * float(auc), "f", 0) + " %",
            "" if examples is None else self.tr("%Ln memories", "", int(examples)),
        )
        for column, text in enumerate(cells):
            label = self.label(text)
            restyle(label, role="secondary")
            self._versions.addWidget(label, row, column)
        if version.state == "champion":
            label = self.label(self.tr("decides"), role="secondary")
            self._versions.addWidget(label, row, len(cells))
            return
        back = LinkButton(self.tr("Let it decide"), self)
        back.setAccessibleName(self.tr("Let {0} decide").format(self._name(version)))
        back.clicked.connect(lambda _checked=False, wanted=version.version: self._go_back(wanted))
        self._versions.addWidget(back, row, len(cells))

    def _name(self, version: PromotionVersion) -> str:
        kinds = {
            "logistic": self.tr("logistic regression"),
            "trees": self.tr("decision trees"),
            "network": self.tr("neural network"),
        }
        kind = kinds.get(version.kind, version.kind)
        if version.made_at is None:
            return self.tr("as it came with Magray, {0}").format(kind)
        day = QLocale().toString(
            QDateTime.fromSecsSinceEpoch(int(version.made_at.timestamp())).date(), QLocale.FormatType.ShortFormat
        )
        return self.tr("{0} of {1}, {2}").format(number(version.version), day, kind)

    def _learn(self) -> None:
        def told(words: str) -> None:
            self.refresh()
            self.words.setText(words)

        self.start("learn promotion anew", self.engine.refit_promotion, told)

    def _go_back(self, version: int) -> None:
        self.start(
            "another promotion model",
            lambda: self.engine.rollback_promotion(version),
            self.show_status,
        )
