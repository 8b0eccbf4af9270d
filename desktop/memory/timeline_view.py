"""The timeline as one view of what the filter means: what was added, promoted and recalled, and when."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedLayout, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.memory.timeline_canvas import TimelineCanvas
from desktop.memory.timeline_spans import (
    ZOOMS,
    Zoom,
    days_between,
    figures_words,
    moment_of,
    spans_of,
)
from desktop.memory.timeline_table import TimelineTable
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton, LinkButton
from desktop.widgets.card import Panel
from desktop.widgets.chip_bar import ChipBar
from desktop.widgets.date_box import DateBox
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.empty_state import EmptyState
from engine import DayActivity, MemoryFilter

if TYPE_CHECKING:
    from desktop.messages import Messages
    from engine import Engine


_FOOT = 34


class TimelineView(QWidget):
    """One of the views of the page.

    Attributes:
        selected: As the other views have it; a timeline selects no memories.
        opened: The same.
        range_chosen: A stretch of time, first moment and first one behind (aware `datetime`s), or None twice for all.
        filter_wanted: The filter with that stretch (`MemoryFilter`).
        step_wanted: The name of what the empty view offers: `clear`, `note`, `files`.
    """

    selected = Signal(object)
    opened = Signal(str)
    range_chosen = Signal(object, object)
    filter_wanted = Signal(object)
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
        self._days: Sequence[DayActivity] = ()
        self._stale = True
        self._zoomed = False
        self.setAccessibleName(self.tr("Timeline of memories"))
        self.zooms = ChipBar(theme, self)
        self.zooms.setAccessibleName(self.tr("What a bar stands for"))
        self.zooms.set_chips({"day": self.tr("Days"), "week": self.tr("Weeks"), "month": self.tr("Months")})
        self.zooms.chosen.connect(self._zoom_chosen)
        self.status = ElidedLabel("", self, role="muted")
        self.everything = LinkButton(self.tr("All time"), self)
        self.everything.setToolTip(self.tr("Let go of the chosen days"))
        self.everything.clicked.connect(lambda: self._choose(None, None))
        self.everything.hide()
        self.jump = DateBox(theme, icons, self)
        self.jump.setAccessibleName(self.tr("Go to a day"))
        self.jump.setToolTip(self.tr("Go to a day"))
        self.jump.dateChanged.connect(self._jump)
        self.as_table = IconButton(icons, "list", self.tr("Show the figures as a table"), self)
        self.as_table.setCheckable(True)
        self.as_table.toggled.connect(self._show_state)
        self.canvas = TimelineCanvas(theme=theme, parent=self)
        self.canvas.chosen.connect(self._choose)
        self.canvas.zoom_wanted.connect(self._zoom_by)
        self.table = TimelineTable(theme, self)
        self.table.span_chosen.connect(lambda span: self._choose(span.first, span.end))
        self._empty = EmptyState(theme, icons, self)
        self._empty.triggered.connect(self._empty_step)
        self._bar, self._foot = self._make_bar(), self._make_foot()
        self._stack = QStackedLayout()
        for view in (self._empty, self.canvas, self.table):
            self._stack.addWidget(view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addLayout(self._stack, 1)
        column.addWidget(self._foot)
        self._show_bars(False)
        self.setFocusProxy(self.canvas)

    def _make_bar(self) -> Panel:
        px = self._theme.px
        bar = Panel(self, surface="surface", edge="bottom")
        row = QHBoxLayout(bar)
        row.setContentsMargins(px(16), px(8), px(12), px(8))
        row.setSpacing(px(8))
        row.addWidget(self.zooms, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addStretch(1)
        words = QLabel(self.tr("Go to"), bar)
        restyle(words, role="muted")
        words.setBuddy(self.jump)
        row.addWidget(words)
        row.addWidget(self.jump)
        row.addWidget(self.as_table)
        return bar

    def _make_foot(self) -> Panel:
        px = self._theme.px
        foot = Panel(self, surface="surface", edge="top")
        row = QHBoxLayout(foot)
        row.setContentsMargins(px(16), px(4), px(12), px(4))
        row.setSpacing(px(8))
        row.addWidget(self.status, 1)
        row.addWidget(self.everything)
        foot.setMinimumHeight(px(_FOOT))
        return foot

    # ------------------------------------------------------------------ the engine

    def attach(self, engine: Engine) -> None:
        """Show this engine's days from now on."""
        self._engine = engine
        self.reload()

    def set_filter(self, wanted: MemoryFilter) -> None:
        """Show what another filter means. Its stretch of time is marked, and the days around it stay."""
        timeless = _timeless(wanted)
        if timeless != _timeless(self._filter):
            self._stale = True
        self._filter = wanted
        self._show_range()
        self._load_if_seen()

    def reload(self) -> None:
        """Memories have changed."""
        self._stale = True
        self._load_if_seen()

    def showEvent(self, event: QShowEvent) -> None:
        """What changed meanwhile is fetched now."""
        super().showEvent(event)
        self._load_if_seen()

    def _load_if_seen(self) -> None:
        engine, wanted = self._engine, _timeless(self._filter)
        if engine is None or not self._stale or not self.isVisible():
            return
        self._stale = False
        self._operations.start(
            Operation(
                name="days of memories", run=lambda: engine.memory_activity(wanted), success=self._show,
                failure=self._failed, owner=self, replaces="days of memories",
            )
        )  # fmt: skip

    def _failed(self, error: Exception) -> None:
        words = Operations.describe(error, name="days of memories")
        self._stale = True
        if self._days:
            self._messages.error(words, key="days of memories")
            return
        title = self.tr("The timeline could not be drawn")
        self._empty.show_state("error", title, words, {"again": self.tr("Try again")})
        self._show_bars(False)
        self._stack.setCurrentWidget(self._empty)

    # ------------------------------------------------------------------ what is shown

    @property
    def zoom(self) -> Zoom:
        """What a bar stands for."""
        current = self.zooms.current()
        return next(zoom for zoom in ZOOMS if zoom == current)

    def _show(self, days: list[DayActivity]) -> None:
        self._days = days
        if days and not self._zoomed:
            # The whole story first, as far as it fits.
            length = (_today() - days[0].day).days
            self.zooms.set_current("day" if length <= 92 else "week" if length <= 3 * 365 else "month")
        self._rebuild()
        self._show_state()

    def _rebuild(self) -> None:
        spans = spans_of(self._days, self.zoom, today=_today())
        self.canvas.show_spans(spans, self.zoom)
        self.table.figures.show_spans(spans, self.zoom)
        if self._days:
            blocked = self.jump.blockSignals(True)
            self.jump.setDateRange(_qdate(self._days[0].day), _qdate(max(_today(), self._days[-1].day)))
            if self.canvas.cursor_span is None:
                self.jump.setDate(_qdate(_today()))
            self.jump.blockSignals(blocked)
        self._show_range()

    def _show_range(self) -> None:
        days = days_between(self._filter.since, self._filter.until)
        self.canvas.set_range(days)
        self.everything.setVisible(days is not None)
        held = [day for day in self._days if days is None or days[0] <= day.day < days[1]]
        sums = [sum(day.added for day in held), sum(day.promoted for day in held), sum(day.recalled for day in held)]
        words = figures_words(sums)
        self.status.setText(self.tr("Chosen days: {0}").format(words) if days is not None else words)

    def _show_bars(self, on: bool) -> None:
        self._bar.setVisible(on)
        self._foot.setVisible(on)

    def _show_state(self) -> None:
        if self._days:
            self._show_bars(True)
            self._stack.setCurrentWidget(self.table if self.as_table.isChecked() else self.canvas)
            return
        if _timeless(self._filter) == MemoryFilter():
            self._empty.show_state(
                "calendar",
                self.tr("Nothing has happened yet"),
                self.tr("Here you see when memories came, rose and were recalled. It begins with a note or a file."),
                {"note": self.tr("Write a note"), "files": self.tr("Add files")},
            )
        else:
            self._empty.show_state(
                "search",
                self.tr("Nothing is like this"),
                self.tr("No memory fits all of these filters at once."),
                {"clear": self.tr("Show everything")},
            )
        self._show_bars(False)
        self._stack.setCurrentWidget(self._empty)

    def _empty_step(self, name: str) -> None:
        if name == "again":
            self.reload()
        else:
            self.step_wanted.emit(name)

    # ------------------------------------------------------------------ choosing

    def _zoom_chosen(self, _zoom: str) -> None:
        self._zoomed = True
        self._rebuild()

    def _zoom_by(self, finer: int) -> None:
        place = ZOOMS.index(self.zoom) - finer
        if 0 <= place < len(ZOOMS):
            self.zooms.set_current(ZOOMS[place])
            self._zoom_chosen(ZOOMS[place])

    def _jump(self, day: QDate) -> None:
        self.canvas.show_day(date(day.year(), day.month(), day.day()))

    def _choose(self, first: date | None, end: date | None) -> None:
        since = moment_of(first) if first is not None else None
        until = moment_of(end) if end is not None else None
        self._filter = dataclasses.replace(self._filter, since=since, until=until)
        self._show_range()
        self.range_chosen.emit(since, until)
        self.filter_wanted.emit(self._filter)


def _timeless(wanted: MemoryFilter) -> MemoryFilter:
    return dataclasses.replace(wanted, since=None, until=None)


def _today() -> date:
    return datetime.now().astimezone().date()


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
