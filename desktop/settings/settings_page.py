"""One page of the settings: a title, panels, and a column of options."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from desktop.settings.option_row import OptionRow
from desktop.settings.pages import PageSpec
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel

_COLUMN = 680


class SettingsPage(QScrollArea):
    """Scrolls one column of at most 680 design pixels.

    Args:
        panels: Widgets shown over the options.
        rows: One for each option of the page.
    """

    def __init__(
        self,
        theme: Theme,
        spec: PageSpec,
        *,
        panels: Sequence[QWidget],
        rows: Sequence[OptionRow],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.spec = spec
        self.rows = list(rows)
        self.panels = list(panels)
        px = theme.px
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(spec.title)
        ground = QWidget(self)
        outer = QVBoxLayout(ground)
        outer.setContentsMargins(px(32), px(24), px(32), px(32))
        column = QWidget(ground)
        column.setMaximumWidth(px(_COLUMN))
        outer.addWidget(column)
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        title = QLabel(spec.title, column)
        restyle(title, role="large")
        self._column.addWidget(title)
        if spec.intro:
            intro = QLabel(spec.intro, column)
            intro.setWordWrap(True)
            restyle(intro, role="muted_body")
            self._column.addSpacing(px(4))
            self._column.addWidget(intro)
        self._column.addSpacing(px(16))
        for panel in self.panels:
            panel.setParent(column)
            self._column.addWidget(panel)
        self._lines: list[QWidget] = []
        for row in self.rows:
            line = Panel(column, surface="surface", edge="top")
            line.setFixedHeight(1)
            self._lines.append(line)
            self._column.addWidget(line)
            row.setParent(column)
            self._column.addWidget(row)
        self._column.addStretch(1)
        self.setWidget(ground)
        ground.setAutoFillBackground(False)  # `setWidget` turns it on
        self.viewport().setAutoFillBackground(False)

    def show_matching(self, text: str) -> None:
        """Show the options that a search finds; without words all of them, with the panels."""
        words = text.strip()
        for panel in self.panels:
            panel.setVisible(not words)
        for line, row in zip(self._lines, self.rows, strict=True):
            shown = not words or row.matches(words)
            row.setVisible(shown)
            line.setVisible(shown)
        if words and not any(row.matches(words) for row in self.rows):
            for panel in self.panels:
                panel.show()
