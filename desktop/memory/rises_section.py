"""Why a memory rises or stays: what the promotion model makes of each of its features."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QLabel, QWidget

from desktop.memory.detail_sections import Section, ShareBar
from desktop.theme import Theme

_SHOWN = 6


class RisesSection(Section):
    """The features that weigh most, for and against."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, "", parent)
        heading = self.findChild(QLabel)
        if heading is not None:
            heading.setText(self.tr("Why it rises"))
        self.hide()

    def show_view(self, view: Any) -> None:
        """Tell it of another memory."""
        self.clear()
        for words in view.words:
            self.add_line(words)
        weighty = sorted(view.features, key=lambda feature: -abs(feature.contribution))[:_SHOWN]
        most = max((abs(feature.contribution) for feature in weighty), default=0.0)
        for feature in weighty:
            if most > 0:
                figure = self.tr("for it") if feature.contribution > 0 else self.tr("against it")
                share = feature.contribution / most
                self.body.addWidget(ShareBar(self.theme, feature.name, figure, share, self))
        self.show()
