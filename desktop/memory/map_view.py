"""The map as one view of what the filter means: laid out in the background, better and better while it is looked at."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.memory.map_canvas import KEY_FACTOR
from desktop.memory.map_scene import MapScene
from desktop.memory.map_words import MapWords
from desktop.memory.memory_words import memories_words
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.buttons import IconButton
from desktop.widgets.card import Panel
from desktop.widgets.chip_bar import ChipBar
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.empty_state import EmptyState
from engine import MapUpdate, MemoryFilter

if TYPE_CHECKING:
    from desktop.messages import Messages
    from engine import Engine

REFRESH_MILLISECONDS = 1500
"""While memories change, the map is asked for anew this often, never more."""


class MapView(QWidget):
    """One of the views of the page.

    Attributes:
        selected: Ids (`list[str]`) of what is selected.
        opened: The id of a memory whose source is to be opened.
        counted: How many memories are on the map.
        menu_wanted: A menu for what is selected is to be shown at a place of the screen (`QPoint`).
        step_wanted: The name of what the empty view offers: `clear`, `note`, `files`.
    """

    selected = Signal(object)
    opened = Signal(str)
    counted = Signal(int)
    menu_wanted = Signal(QPoint)
    step_wanted = Signal(str)

    def __init__(
        self, *, theme: Theme, icons: Icons, operations: Operations, messages: Messages, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        self._operations = operations
        self._messages = messages
        self._engine: Engine | None = None
        self._filter = MemoryFilter()
        self._stale = True
        self._drawing = self._turns = 0
        self._selected_ids: list[str] = []
        self.setAccessibleName(self.tr("Map of memories"))
        self.status = ElidedLabel("", self, role="muted")
        self._colors = ChipBar(theme, self)
        self._colors.setAccessibleName(self.tr("What colours mean"))
        self._colors.set_chips({"clusters": self.tr("By subject"), "layers": self.tr("By layer")})
        self._colors.chosen.connect(lambda _key: self._recolor())
        self.lasso = IconButton(icons, "lasso", self.tr("Draw around memories (or hold Shift)"), self)
        self.lasso.setCheckable(True)
        self.farther = IconButton(icons, "zoom-out", self.tr("Farther"), self, keys="-")
        self.nearer = IconButton(icons, "zoom-in", self.tr("Nearer"), self, keys="+")
        self.fit = IconButton(icons, "fit", self.tr("Show everything"), self, keys="0")
        self._empty = EmptyState(theme, icons, self)
        self._empty.triggered.connect(self._empty_step)
        self.scene = MapScene(theme=theme, parent=self)
        self.words = MapWords(canvas=self.scene.canvas, theme=theme, icons=icons, operations=operations)
        self._bar = self._make_bar()
        self._stack = QStackedLayout()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.scene)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._bar)
        self._column.addLayout(self._stack, 1)
        self._bar.hide()
        self._connect()
        self.setFocusProxy(self.scene.canvas)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self._load_if_seen)

    def _make_bar(self) -> Panel:
        px = self._theme.px
        bar = Panel(self, surface="surface", edge="bottom")
        row = QHBoxLayout(bar)
        row.setContentsMargins(px(16), px(8), px(12), px(8))
        row.setSpacing(px(4))
        row.addWidget(self._colors, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(px(8))
        row.addWidget(self.status, 1)
        for button in (self.lasso, self.farther, self.nearer, self.fit):
            row.addWidget(button)
        return bar

    def _connect(self) -> None:
        canvas = self.scene.canvas
        canvas.picked.connect(self._picked)
        canvas.opened.connect(self._open)
        canvas.menu_wanted.connect(self.menu_wanted)
        canvas.lasso_ended.connect(lambda: self.lasso.setChecked(False))
        self.lasso.toggled.connect(canvas.set_lasso_mode)
        self.farther.clicked.connect(lambda: canvas.zoom(1 / KEY_FACTOR))
        self.nearer.clicked.connect(lambda: canvas.zoom(KEY_FACTOR))
        self.fit.clicked.connect(canvas.fit)

    # ------------------------------------------------------------------ the engine

    def attach(self, engine: Engine) -> None:
        """Show this engine's memories from now on."""
        self._engine = engine
        self.words.attach(engine)
        self.reload()

    def set_filter(self, wanted: MemoryFilter) -> None:
        """Show what another filter means."""
        if wanted != self._filter:
            self._filter = wanted
            self._stale = True
            self._drawing = 0  # what is being drawn is not wanted any more
            self.scene.canvas.fit()
        self._load_if_seen()

    def reload(self) -> None:
        """Memories have changed: what is new finds its place, nothing else moves."""
        self._stale = True
        self.words.forget()
        if not self._refresh.isActive():
            self._load_if_seen()
            self._refresh.start()

    def select_ids(self, ids: Sequence[str]) -> None:
        """Mark what is selected elsewhere."""
        engine = self._engine
        if list(ids) == self._selected_ids or engine is None:
            return
        self._selected_ids = list(ids)
        if not ids:
            self._mark([])
            return
        self._operations.start(
            Operation(
                name="places of memories on the map", run=lambda: engine.numbers_of_memories(list(ids)),
                success=self._mark, owner=self, replaces="places of memories on the map",
            )
        )  # fmt: skip

    def _mark(self, numbers: list[int]) -> None:
        self.scene.canvas.set_selected(numbers)

    def showEvent(self, event: QShowEvent) -> None:
        """A map that nobody sees is not laid out."""
        super().showEvent(event)
        self._load_if_seen()

    def hideEvent(self, event: QHideEvent) -> None:
        """Words are for those who look."""
        super().hideEvent(event)
        self.words.stop()

    def _load_if_seen(self) -> None:
        engine, wanted = self._engine, self._filter
        if engine is None or not self._stale or self._drawing or not self.isVisible():
            return
        self._stale = False
        self._turns += 1
        turn = self._drawing = self._turns

        async def draw() -> None:
            async with contextlib.aclosing(engine.memory_map(wanted)) as updates:
                async for update in updates:
                    if not shiboken6.isValid(self) or turn != self._drawing:
                        return
                    self._show(update)

        def ended(_nothing: None) -> None:
            if turn == self._drawing:
                self._drawing = 0
                if self._stale and not self._refresh.isActive():  # memories have changed meanwhile
                    self._refresh.start()

        def failed(error: Exception) -> None:
            self._drawing = 0
            self._failed(error)

        self._operations.start(
            Operation(name="draw the map", run=draw, success=ended, failure=failed, owner=self, replaces="draw the map")
        )

    def _failed(self, error: Exception) -> None:
        words = Operations.describe(error, name="draw the map")
        self._stale = True
        if len(self.scene.canvas.points.numbers):
            self._messages.error(words, key="draw the map")
            return
        self._empty.show_state("error", self.tr("The map could not be drawn"), words, {"again": self.tr("Try again")})
        self._bar.hide()
        self._stack.setCurrentWidget(self._empty)

    # ------------------------------------------------------------------ what is shown

    def _show(self, update: MapUpdate) -> None:
        if not len(update.numbers) and update.stage == "done":
            self._show_empty(update)
            return
        if not len(update.numbers):
            return
        named = any(one.name for one in update.names)
        self._colors.setVisible(named)
        self.scene.show_update(update, by_layer=not named or self._colors.current() == "layers")
        words = self._status_words(update)
        done = update.stage == "done" and not update.unplaced
        # The page says how many there are.
        self.status.setText(self.tr("What is alike lies close together") if done else words)
        canvas = self.scene.canvas
        canvas.setAccessibleName(f"{self.tr('Map of memories')}. {words}")
        canvas.setAccessibleDescription(self.words.help())
        self._bar.show()
        self._stack.setCurrentWidget(self.scene)
        self.counted.emit(len(update.numbers))
        self.words.caption()

    def _recolor(self) -> None:
        self.scene.set_by_layer(self._colors.current() == "layers")

    def _status_words(self, update: MapUpdate) -> str:
        count = memories_words(len(update.numbers))
        if update.stage == "placing":
            return self.tr("{0} so far · finding their places").format(count)
        if update.stage == "refining":
            return self.tr("{0} · still moving to their neighbours, {1} %").format(count, round(100 * update.share))
        if update.unplaced:
            return self.tr("{0} · {1} get a place once they are read").format(count, memories_words(update.unplaced))
        return count

    def _show_empty(self, update: MapUpdate) -> None:
        if update.unplaced:
            self._empty.show_state(
                "clock",
                self.tr("These memories have no places yet"),
                self.tr("They are being read by the new model. The map fills as soon as that is done."),
                {"again": self.tr("Look again")},
            )
        elif self._filter == MemoryFilter():
            self._empty.show_state(
                "map",
                self.tr("Nothing to map yet"),
                self.tr("Here memories lie next to what they are like. It begins with a note or a file."),
                {"note": self.tr("Write a note"), "files": self.tr("Add files")},
            )
        else:
            self._empty.show_state(
                "search",
                self.tr("Nothing is like this"),
                self.tr("No memory fits all of these filters at once."),
                {"clear": self.tr("Show everything")},
            )
        self.scene.clear()
        self._bar.hide()
        self._stack.setCurrentWidget(self._empty)
        self.counted.emit(0)

    def _empty_step(self, name: str) -> None:
        if name == "again":
            self._stale = True
            self._load_if_seen()
        else:
            self.step_wanted.emit(name)

    # ------------------------------------------------------------------ pointing and choosing

    def _picked(self, numbers: list[int]) -> None:
        engine = self._engine
        if engine is None:
            return

        def tell(ids: list[str]) -> None:
            self._selected_ids = ids
            self.selected.emit(ids)

        self._operations.start(
            Operation(
                name="ids of memories on the map", run=lambda: engine.memory_ids(numbers), success=tell, owner=self,
                replaces="ids of memories on the map",
            )
        )  # fmt: skip

    def _open(self, number: int) -> None:
        engine = self._engine
        if engine is None:
            return

        def tell(ids: list[str]) -> None:
            for memory_id in ids:
                self.opened.emit(memory_id)

        self._operations.start(
            Operation(
                name="open a memory of the map", run=lambda: engine.memory_ids([number]), success=tell, owner=self
            )
        )
