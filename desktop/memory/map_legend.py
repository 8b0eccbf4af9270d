"""What marks and colours of the map mean. A click shows that group as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.memory.map_marks import mark_icon
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.widgets.flow_layout import FlowLayout
from desktop.words import number

_MARK = 14
_LONGEST = 28


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """A mark, its colour, what it stands for, and how many there are; `group` is what a click shows."""

    mark: int
    color: QColor
    words: str
    count: int
    group: int


class MapLegend(Panel):
    """Entries in lines that wrap.

    Attributes:
        group_wanted: A group is to be seen as a whole.
    """

    group_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface", edge="top")
        self._theme = theme
        self._entries: tuple[LegendEntry, ...] = ()
        self._row = QWidget(self)
        self._flow = FlowLayout(self._row, spacing=theme.px(4))
        self._row.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(theme.px(12), theme.px(4), theme.px(12), theme.px(4))
        layout.addWidget(self._row)
        self.setAccessibleName(self.tr("What the colours and marks of the map mean"))
        theme.changed.connect(self._draw_marks)

    @property
    def buttons(self) -> list[QPushButton]:
        """One for each entry."""
        return self._row.findChildren(QPushButton)

    def show_entries(self, entries: Sequence[LegendEntry]) -> None:
        """Explain these."""
        if tuple(entries) == self._entries:
            return
        same = [one.group for one in entries] == [one.group for one in self._entries]
        self._entries = tuple(entries)
        if not same or len(self.buttons) != len(entries):
            while (item := self._flow.takeAt(0)) is not None:
                old = item.widget()
                if old is not None:
                    old.setParent(None)
                    old.deleteLater()
            for entry in entries:
                self._flow.addWidget(self._make(entry))
        for button, entry in zip(self.buttons, entries, strict=True):
            shown = entry.words if len(entry.words) <= _LONGEST else f"{entry.words[: _LONGEST - 1].rstrip()}…"
            button.setText(f"{shown} {number(entry.count)}".replace("&", "&&"))
            button.setAccessibleName(self.tr("Show {0}: {1}").format(entry.words, number(entry.count)))
            button.setToolTip(self.tr("Show all of {0}").format(entry.words))
        self._draw_marks()

    def _make(self, entry: LegendEntry) -> QPushButton:
        button = QPushButton(self._row)
        restyle(button, kind="subtle")
        button.setAutoDefault(False)
        side = self._theme.px(_MARK)
        button.setIconSize(QSize(side, side))
        button.clicked.connect(lambda _checked=False, group=entry.group: self.group_wanted.emit(group))
        button.show()
        return button

    def _draw_marks(self) -> None:
        for button, entry in zip(self.buttons, self._entries, strict=True):
            button.setIcon(mark_icon(self._theme, entry.mark, entry.color))
