"""What language models used this month: requests, tokens, money, and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QGridLayout, QPushButton

from desktop.settings.panel import SettingsPanel, clear
from desktop.theme import restyle
from desktop.widgets.card import Card
from desktop.words import number

if TYPE_CHECKING:
    from engine import UsageLine, UsageReport


class UsagePanel(SettingsPanel):
    """A card that is there once something was used."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._card = Card(self.theme, self)
        self._title = self.label(role="strong")
        self._words = self.label(role="muted")
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(self.theme.px(24))
        self._table.setVerticalSpacing(self.theme.px(4))
        self._table.setColumnStretch(0, 1)
        self._allow = QPushButton(self.tr("Go on beyond the budget this month"), self._card)
        self._allow.setAutoDefault(False)
        self._allow.clicked.connect(
            lambda: self.start("allow over budget", self.engine.allow_over_budget, lambda _none: self.refresh())
        )
        self._card.body.addWidget(self._title)
        self._card.body.addWidget(self._words)
        self._card.body.addLayout(self._table)
        self._card.body.addWidget(self._allow)
        self.column.addWidget(self._card)
        self._show_card(False)
        self.bridge.settings_changed.connect(lambda name: self.refresh() if name == "llm.monthly_budget" else None)
        self.refresh()

    def _show_card(self, shown: bool) -> None:
        self._card.setVisible(shown)
        self.column.setContentsMargins(0, 0, 0, self.theme.px(24) if shown else 0)

    def refresh(self) -> None:
        """Ask what was used."""
        self.start("usage", self.engine.usage, self._show, replaces="settings-usage")

    def _show(self, report: UsageReport) -> None:
        self._show_card(bool(report.total.requests))
        self._title.setText(self.tr("This month: {0}").format(_money(report.month_cost)))
        over = bool(report.budget) and report.month_cost >= report.budget
        words = ""
        if report.budget:
            words = self.tr("The budget is {0}.").format(_money(report.budget))
        if over and not report.over_budget_allowed:
            words += " " + self.tr("It is used up: Magray asks before it goes on.")
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._allow.setVisible(over and not report.over_budget_allowed)
        clear(self._table)
        if not report.by_model:
            return
        heads = (self.tr("Model"), self.tr("Requests"), self.tr("Tokens in"), self.tr("Tokens out"), self.tr("Cost"))
        for column, head in enumerate(heads):
            self._table.addWidget(self.label(head, role="muted"), 0, column)
        for row, line in enumerate(report.by_model, start=1):
            for column, text in enumerate(_cells(line)):
                label = self.label(text)
                restyle(label, role="secondary")
                self._table.addWidget(label, row, column)


def _cells(line: UsageLine) -> tuple[str, ...]:
    cost = _money(line.cost) + ("+" if line.unpriced else "")
    return (line.key, number(line.requests), number(line.input_tokens), number(line.output_tokens), cost)


def _money(dollars: float) -> str:
    return "$" + QLocale().toString(dollars, "f", 2)
