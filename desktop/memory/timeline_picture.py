"""Three calm rows of bars: what was added, promoted and recalled, day by day, week by week or month by month."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.memory.hover_card import HoverCard
from desktop.memory.timeline_spans import Span, Zoom, figures_words, month_labels, nice_top, span_words, week_labels
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING
from desktop.words import number

_STEPS: dict[Zoom, int] = {"day": 14, "week": 22, "month": 36}
"""Design pixels from one bar to the next."""
_WIDEST: dict[Zoom, int] = {"day": 28, "week": 44, "month": 72}
"""Where there is room, bars stand so far apart at most."""
_GUTTER, _TOP, _BETWEEN = 112, 20, 28
_AXIS: dict[Zoom, int] = {"day": 52, "week": 32, "month": 32}
_BAR_SHARE = 0.66
_INK = 0.82
"""Bars are a little lighter than the accent: there are many of them."""


class TimelinePicture(QAbstractScrollArea):
    """Shows spans; `TimelineCanvas` adds the hands.

    Attributes:
        walked: The keys, or the pointer, stand on another span (`Span`, or None).
    """

    walked = Signal(object)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._zoom: Zoom = "day"
        self._spans: list[Span] = []
        self._firsts: list[date] = []
        self._labels: dict[int, tuple[str, bool]] = {}
        self._weeks: dict[int, str] = {}
        self._range: tuple[date, date] | None = None
        self._cursor = -1
        self._hover = -1
        self._anchor = -1
        self._drag: tuple[int, int] | None = None
        self._ring = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(self.tr("What happened over time"))
        theme.changed.connect(self.viewport().update)

    # ------------------------------------------------------------------ what is shown

    @property
    def spans(self) -> list[Span]:
        """All of them, the oldest first."""
        return self._spans

    @property
    def days(self) -> tuple[date, date] | None:
        """The days that are chosen: the first one, and the first one behind."""
        return self._range

    @property
    def cursor_span(self) -> Span | None:
        """What the keys stand on."""
        return self._spans[self._cursor] if 0 <= self._cursor < len(self._spans) else None

    def show_spans(self, spans: Sequence[Span], zoom: Zoom) -> None:
        """Show other spans; the day in the middle of the view stays there."""
        at_end = self.horizontalScrollBar().value() >= self.horizontalScrollBar().maximum()
        middle = self.day_at(self.viewport().width() / 2) if self._spans else None
        on = self.cursor_span
        self._spans, self._zoom = list(spans), zoom
        self._firsts = [span.first for span in self._spans]
        self._labels = dict(month_labels(self._spans, zoom))
        self._weeks = dict(week_labels(self._spans, zoom))
        self._hover = self._anchor = -1
        self._cursor = self._place(on.first) if on is not None else -1
        self._update_bar()
        bar = self.horizontalScrollBar()
        if at_end or middle is None:
            bar.setValue(bar.maximum())
        else:
            self._center(middle)
        self._describe()
        self.viewport().update()

    def set_range(self, days: tuple[date, date] | None) -> None:
        """Mark the days that the filter means."""
        self._range = days
        self.viewport().update()

    def show_day(self, day: date) -> None:
        """Bring a day into view and let the keys stand on it."""
        if not self._spans:
            return
        self._cursor = self._place(day)
        self._center(self._spans[self._cursor].first)
        self._describe()
        self.viewport().update()

    def day_at(self, x: float) -> date | None:
        """The first day of the span at a pixel of the view."""
        place = self._place_at(x, strict=False)
        return self._spans[place].first if place >= 0 else None

    def _place(self, day: date) -> int:
        return max(0, bisect_right(self._firsts, day) - 1)

    # ------------------------------------------------------------------ geometry

    def _gutter(self) -> float:
        return float(self._theme.px(_GUTTER))

    def _step(self) -> float:
        px, count = self._theme.px, max(len(self._spans), 1)
        room = self.viewport().width() - self._gutter() - px(16)
        return min(max(room / count, px(_STEPS[self._zoom])), px(_WIDEST[self._zoom]))

    def _left(self, place: int) -> float:
        return self._gutter() + place * self._step() - self.horizontalScrollBar().value()

    def _place_at(self, x: float, *, strict: bool = True) -> int:
        if not self._spans or (strict and x < self._gutter()):
            return -1
        place = int((x - self._gutter() + self.horizontalScrollBar().value()) // self._step())
        if strict and not 0 <= place < len(self._spans):
            return -1
        return min(max(place, 0), len(self._spans) - 1)

    def _seen(self) -> range:
        if not self._spans:
            return range(0)
        first = self._place_at(self._gutter() + 0.1, strict=False)
        last = self._place_at(self.viewport().width(), strict=False)
        return range(first, last + 1)

    def _rows(self) -> list[QRectF]:
        px = self._theme.px
        top, between = px(_TOP), px(_BETWEEN)
        high = (self.viewport().height() - top - px(_AXIS[self._zoom]) - 2 * between) / 3
        high = max(float(px(24)), min(high, float(px(300))))
        left, width = self._gutter(), self.viewport().width() - self._gutter()
        return [QRectF(left, top + row * (high + between), width, high) for row in range(3)]

    def _center(self, day: date) -> None:
        bar = self.horizontalScrollBar()
        seen = self.viewport().width() - self._gutter()
        bar.setValue(round((self._place(day) + 0.5) * self._step() - seen / 2))

    def _update_bar(self) -> None:
        bar = self.horizontalScrollBar()
        seen = round(self.viewport().width() - self._gutter())
        whole = round(len(self._spans) * self._step()) + self._theme.px(16)
        bar.setPageStep(max(1, seen))
        bar.setSingleStep(round(self._step() * 3))
        bar.setRange(0, max(0, whole - seen))

    # ------------------------------------------------------------------ drawing

    def paintEvent(self, event: QPaintEvent) -> None:
        """Only the spans that are seen."""
        painter = QPainter(self.viewport())
        theme = self._theme
        painter.fillRect(event.rect(), theme.color("surface"))
        seen, rows = self._seen(), self._rows()
        self._paint_axis(painter, seen, rows)
        painter.setClipRect(QRectF(self._gutter(), 0, self.viewport().width(), self.viewport().height()))
        self._paint_range(painter, rows)
        tops = [nice_top(max((self._spans[place].figures[row] for place in seen), default=0)) for row in range(3)]
        for row, (rect, top) in enumerate(zip(rows, tops, strict=True)):
            self._paint_bars(painter, seen, row, rect, top)
        painter.setClipping(False)
        self._paint_titles(painter, rows, tops)
        self._paint_pointed(painter, rows)
        if self._ring:
            painter.setPen(QPen(theme.color("accent"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _chosen_days(self) -> tuple[date, date] | None:
        if self._drag is not None:
            low, high = sorted(self._drag)
            return self._spans[low].first, self._spans[high].end
        return self._range

    def _paint_range(self, painter: QPainter, rows: list[QRectF]) -> None:
        days = self._chosen_days()
        if days is None or not self._spans or days[0] >= self._spans[-1].end or days[1] <= self._spans[0].first:
            return
        left = self._left(self._place(max(days[0], self._spans[0].first)))
        right = self._left(self._place(min(days[1], self._spans[-1].end) - timedelta(days=1)) + 1)
        top, bottom = rows[0].top() - self._theme.px(8), rows[-1].bottom()
        painter.fillRect(QRectF(left, top, right - left, bottom - top), self._theme.color("quote"))

    def _paint_bars(self, painter: QPainter, seen: range, row: int, rect: QRectF, top: int) -> None:
        step, days = self._step(), self._chosen_days()
        wide = max(2.0, round(step * _BAR_SHARE))
        full, pale = (self._theme.mixed("accent", "surface", share) for share in (_INK, 0.3))
        painter.setPen(self._theme.color("border"))
        painter.drawLine(QPointF(rect.left(), rect.bottom()), QPointF(rect.right(), rect.bottom()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place in seen:
            span = self._spans[place]
            count = span.figures[row]
            if not count:
                continue
            chosen = days is None or (span.first < days[1] and span.end > days[0])
            painter.setBrush(full if chosen else pale)
            # A single one among thousands is still seen.
            high = max(2.0, rect.height() * count / top)
            left = round(self._left(place) + (step - wide) / 2)
            radius = min(2.0, wide / 3)
            painter.drawRoundedRect(QRectF(left, rect.bottom() - high, wide, high), radius, radius)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _paint_titles(self, painter: QPainter, rows: list[QRectF], tops: list[int]) -> None:
        theme, px = self._theme, self._theme.px
        names = (self.tr("Added"), self.tr("Promoted"), self.tr("Recalled"))
        strong, quiet = theme.font("secondary", strong=True), theme.font("secondary")
        line = QFontMetricsF(strong).lineSpacing()
        painter.fillRect(QRectF(0, 0, self._gutter(), self.viewport().height()), theme.color("surface"))
        for rect, name, top in zip(rows, names, tops, strict=True):
            at = QRectF(px(16), rect.bottom() - line - px(2), self._gutter() - px(24), line)
            painter.setFont(strong)
            painter.setPen(theme.color("text"))
            painter.drawText(at, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(quiet)
            painter.setPen(theme.color("muted"))
            at.moveTop(rect.top() - line / 2)
            painter.drawText(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number(top))
            painter.setPen(QPen(theme.color("border"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(rect.left(), rect.top()), QPointF(rect.right(), rect.top()))

    def _paint_axis(self, painter: QPainter, seen: range, rows: list[QRectF]) -> None:
        theme, px = self._theme, self._theme.px
        font = theme.font("secondary")
        size = QFontMetricsF(font)
        painter.setFont(font)
        bottom = rows[-1].bottom()
        painter.setPen(theme.color("muted"))
        for place in (one for one in seen if one in self._weeks):
            at = QRectF(self._left(place) - px(10), bottom + px(6), self._step() + px(20), size.height())
            if at.left() >= self._gutter() - px(12):
                painter.drawText(at, Qt.AlignmentFlag.AlignCenter, self._weeks[place])
        if self._weeks:
            bottom += size.lineSpacing() + px(2)
        free = self._gutter() - 1.0
        before = max((place for place in self._labels if place < seen.start), default=None) if seen else None
        for place in ([before] if before is not None else []) + [one for one in seen if one in self._labels]:
            words, line = self._labels[place]
            left = max(self._left(place), self._gutter())
            following = next((one for one in range(place + 1, seen.stop) if one in self._labels), None)
            room = (self._left(following) if following is not None else self.viewport().width()) - left
            if place != before and line:
                painter.setPen(theme.color("border"))
                painter.drawLine(QPointF(round(left), rows[0].top() - px(8)), QPointF(round(left), rows[-1].bottom()))
            width = size.horizontalAdvance(words)
            if left < free or (place == before and room < width + px(8)):
                continue
            painter.setPen(theme.color("muted"))
            painter.drawText(QPointF(left + px(4), bottom + px(8) + size.ascent()), words)
            free = left + width + px(12)

    def _paint_pointed(self, painter: QPainter, rows: list[QRectF]) -> None:
        place = self._hover if self._hover >= 0 else (self._cursor if self.hasFocus() else -1)
        if not 0 <= place < len(self._spans) or self._drag is not None:
            return
        theme, px = self._theme, self._theme.px
        left, step = self._left(place), self._step()
        if left + step < self._gutter():
            return
        column = QRectF(left, rows[0].top() - px(8), step, rows[-1].bottom() - rows[0].top() + px(8))
        painter.setPen(QPen(theme.color("muted"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(column.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
        span = self._spans[place]
        card = HoverCard(span_words(span, self._zoom), figures_words(span.figures))
        card.paint(painter, theme, QPointF(column.right(), rows[0].bottom()), QRectF(self.viewport().rect()))

    def _describe(self) -> None:
        """Say to a screen reader what the keys stand on, or what there is."""
        span = self.cursor_span
        if span is not None:
            self.setAccessibleDescription(f"{span_words(span, self._zoom)}: {figures_words(span.figures)}")
        else:
            sums = [sum(one.figures[row] for one in self._spans) for row in range(3)]
            keys = self.tr("Left and right walk, Shift stretches, Enter shows what was said then.")
            self.setAccessibleDescription(f"{figures_words(sums)}. {keys}")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The newest stays at the edge where it was there."""
        bar = self.horizontalScrollBar()
        at_end = bar.value() >= bar.maximum()
        super().resizeEvent(event)
        self._update_bar()
        if at_end:
            bar.setValue(bar.maximum())
