"""Why a memory rises or fades: how likely it is to be of use, what speaks for and against it, and what is missing."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QWidget

from desktop.memory.detail_sections import Section, ShareBar
from desktop.theme import Theme
from engine import PromotionView

_SHOWN = 5
_TOO_LITTLE = 0.05
"""What adds less than this to the logit changes the chance by a percent at most."""


class RisesSection(Section):
    """The decision in a sentence, the chance against the cut, the features that weigh most, and what would help."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.hide()

    def show_view(self, view: PromotionView) -> None:
        """Tell it of another memory."""
        self.clear()
        titles = {
            "rises": self.tr("Why it rises"),
            "goes": self.tr("Why it would fade"),
            "stays": self.tr("Why it stays"),
        }
        self.set_title(titles[view.decision])
        self.add_line(view.words)
        if view.use:
            self.add_line(view.use)
        if view.decision != "stays":
            self._show_chance(view)
        self.show()

    def _show_chance(self, view: PromotionView) -> None:
        percent, cut = (self.tr("%Ln %", "", round(100 * share)) for share in (view.probability, view.cut))
        figure = self.tr("{0}, rises from {1}").format(percent, cut)
        chance = ShareBar(self.theme, self.tr("Likely to be of use"), figure, view.probability, self)
        self.body.addWidget(chance)
        weighty = sorted(view.features, key=lambda feature: -abs(feature.contribution))[:_SHOWN]
        most = max((abs(feature.contribution) for feature in weighty), default=0.0)
        for feature in weighty:
            if abs(feature.contribution) < _TOO_LITTLE:
                continue
            words = self.tr("for it") if feature.contribution > 0 else self.tr("against it")
            bar = ShareBar(self.theme, feature.title, words, feature.contribution / most, self)
            bar.setToolTip(self.tr("Adds {0} to the logit").format(QLocale().toString(feature.contribution, "f", 2)))
            self.body.addWidget(bar)
        for words in view.missing:
            self.add_line(words)
