"""What memories of the map hold: on a card beside the one that is pointed at, and beside all where few are seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.icons import Icons
from desktop.memory.hover_card import HoverCard
from desktop.memory.map_canvas import MapCanvas
from desktop.memory.map_captions import MOST
from desktop.memory.memory_words import line_of, row_words, source_words
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.layer_mark import layer_name
from engine import MemoryRow

if TYPE_CHECKING:
    from engine import Engine

HOVER_MILLISECONDS = 70
"""The pointer rests so long on a memory before its text is fetched."""
CAPTION_MILLISECONDS = 160
"""The view rests so long before the words of a few memories are fetched."""
_ROWS_KEPT = 300
_MARK = 14


class MapWords(QObject):
    """Fetches words for a canvas and gives them to it."""

    def __init__(self, *, canvas: MapCanvas, theme: Theme, icons: Icons, operations: Operations) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._engine: Engine | None = None
        self._rows: dict[int, MemoryRow] = {}
        self.hovering = self._timer(HOVER_MILLISECONDS)
        self.hovering.timeout.connect(self._fetch_pointed)
        self._captioning = self._timer(CAPTION_MILLISECONDS)
        self._captioning.timeout.connect(self._fetch_captions)
        canvas.pointed.connect(self._pointed)
        canvas.moved.connect(self.caption)

    def _timer(self, milliseconds: int) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        return timer

    def attach(self, engine: Engine) -> None:
        """Ask this engine from now on."""
        self._engine = engine
        self._rows.clear()

    def forget(self) -> None:
        """Memories may have changed."""
        self._rows.clear()

    def stop(self) -> None:
        """Nobody looks: nothing that was about to be fetched is fetched."""
        self.hovering.stop()
        self._captioning.stop()

    def help(self) -> str:
        """What can be done with the map, for those who hear it."""
        return self.tr(
            "What is alike lies close together. Arrows move the map, plus and minus zoom, zero shows everything, "
            "Tab goes from group to group, Space selects what is in the middle, Enter opens it, "
            "and Control and A select all that is seen."
        )

    def caption(self) -> None:
        """Where only a few are seen, their first words are written beside them."""
        if 0 < len(self._canvas.seen()) <= MOST:
            self._captioning.start()
        else:
            self._captioning.stop()
            self._canvas.set_captions({})

    def _fetch_captions(self) -> None:
        engine, numbers = self._engine, self._canvas.seen().tolist()
        if engine is None or not 0 < len(numbers) <= MOST:
            return

        def put(rows: dict[int, MemoryRow]) -> None:
            self._keep(rows)
            self._canvas.set_captions({number: line_of(row.text, row.source) for number, row in rows.items()})

        self._operations.start(
            Operation(
                name="first words of memories on the map", run=lambda: engine.memory_rows(numbers), success=put,
                owner=self, replaces="first words of memories on the map",
            )
        )  # fmt: skip

    def _pointed(self, number: int) -> None:
        if number < 0:
            self.hovering.stop()
            self._canvas.setAccessibleDescription(self.help())
        elif number in self._rows:
            self._show(self._rows[number])
        else:
            self.hovering.start()

    def _fetch_pointed(self) -> None:
        engine, number = self._engine, self._canvas.pointed_at
        if engine is None or number < 0:
            return

        def put(rows: dict[int, MemoryRow]) -> None:
            self._keep(rows)
            row = rows.get(self._canvas.pointed_at)
            if row is not None:
                self._show(row)

        self._operations.start(
            Operation(
                name="read a memory of the map", run=lambda: engine.memory_rows([number]), success=put, owner=self,
                replaces="read a memory of the map",
            )
        )  # fmt: skip

    def _keep(self, rows: dict[int, MemoryRow]) -> None:
        if len(self._rows) > _ROWS_KEPT:
            self._rows.clear()
        self._rows.update(rows)

    def _show(self, row: MemoryRow) -> None:
        now = datetime.now(UTC)
        note = f"{layer_name(row.layer)} · {source_words(row, now=now)}"
        mark = self._icons.layer_mark(row.layer, size=self._theme.px(_MARK))
        self._canvas.show_card(HoverCard(line_of(row.text, row.source), note, mark))
        self._canvas.setAccessibleDescription(row_words(row, now=now))
