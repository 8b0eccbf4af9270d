"""What the computer has left, and what Magray takes of it: memory, battery, and the memory of each index."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QGridLayout, QLabel, QProgressBar, QWidget

from desktop.icons import Icons
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle
from desktop.widgets.card import Card
from desktop.widgets.layer_mark import LayerMark, layer_name
from desktop.widgets.section_header import SectionHeader
from desktop.words import bytes_words, number
from engine import LAYERS

if TYPE_CHECKING:
    from engine import Engine, IndexMemory, ResourcesStatus

_POLL_MS = 5000


class ResourcesCard(Card):
    """Looked at every few seconds while it is seen; `attach` gives it the engine."""

    def __init__(self, *, theme: Theme, icons: Icons, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._engine: Engine | None = None
        self.setAccessibleName(self.tr("This computer"))
        self.body.addWidget(SectionHeader(theme, self.tr("This computer"), self))
        self.memory = QLabel(self)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Memory in use, percent"))
        self.own = QLabel(self)
        self.load = QLabel(self)
        for label, role in ((self.memory, "body"), (self.own, "muted"), (self.load, "muted")):
            label.setWordWrap(True)
            restyle(label, role=role)
        for widget in (self.memory, self.bar, self.own, self.load):
            self.body.addWidget(widget)
        self.body.addSpacing(theme.px(8))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.px(8))
        self._grid.setVerticalSpacing(theme.px(4))
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self.indexes: dict[str, QLabel] = {}
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self.refresh)

    def attach(self, engine: Engine) -> None:
        """The engine is open."""
        self._engine = engine
        self.refresh()

    def refresh(self) -> None:
        """Look now."""
        engine = self._engine
        if engine is not None:
            self._operations.start(
                Operation(
                    name="look at the computer",
                    run=engine.resources,
                    success=self.put,
                    owner=self,
                    replaces="look at the computer",
                )
            )

    def put(self, status: ResourcesStatus) -> None:
        """Show what was found."""
        percent = round(status.memory_percent)
        words = self.tr("{0} % of {1} memory in use").format(percent, bytes_words(status.memory_total))
        if status.pressure != "none":
            words = self.tr("{0} · it is short, so Magray works with smaller caches").format(words)
        self.memory.setText(words)
        self.bar.setValue(percent)
        parts = [self.tr("Magray takes {0}").format(bytes_words(status.own_memory))]
        if status.battery_percent is not None:
            charge = round(status.battery_percent)
            on_battery, charging = self.tr("on battery, {0} %"), self.tr("battery {0} %")
            parts.append((on_battery if status.on_battery else charging).format(charge))
        self.own.setText(" · ".join(parts))
        self.load.setText(
            self.tr("Background work waits: {0}").format(status.load.reason)
            if status.load.reason
            else self.tr("Nothing holds background work back.")
        )
        for index in status.indexes:
            self._put_index(index)

    def showEvent(self, event: Any) -> None:
        """Up to date again, and followed."""
        super().showEvent(event)
        self.refresh()
        self._poll.start()

    def hideEvent(self, event: Any) -> None:
        """Nobody looks: nothing is asked."""
        self._poll.stop()
        super().hideEvent(event)

    def _put_index(self, index: IndexMemory) -> None:
        label = self.indexes.get(index.name)
        if label is None:
            row = len(self.indexes)
            if index.name in LAYERS:
                layer = index.name
                name = layer_name(layer)
                self._grid.addWidget(LayerMark(self._theme, self._icons, layer, self), row, 0)
            else:
                name = {"lexical": self.tr("Words"), "archive": self.tr("Archive")}.get(index.name, index.name)
            self._grid.addWidget(QLabel(name, self), row, 1)
            label = self.indexes[index.name] = QLabel(self)
            label.setAccessibleName(name)
            restyle(label, role="muted")
            self._grid.addWidget(label, row, 2)
        count = self.tr("1 memory") if index.memories == 1 else self.tr("{0} memories").format(number(index.memories))
        parts = [count]
        if index.memory_bytes:
            parts.append(self.tr("{0} of memory").format(bytes_words(index.memory_bytes)))
        parts.append(self.tr("{0} on the disk").format(bytes_words(index.file_bytes)))
        label.setText(" · ".join(parts))
