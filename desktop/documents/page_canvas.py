"""Shows the pages of a document under each other. Only what is seen, and its neighbours, is ever drawn."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.documents.page_cache import CACHE_BYTES, DrawnPage, PageCache
from desktop.documents.page_layout import PageLayout, PageSize
from desktop.documents.page_painter import paint_blank, paint_drawn, paint_marks
from desktop.theme import Theme
from desktop.tokens import FOCUS_RING, LIGHT
from engine import RenderedPage

ZOOM_STEPS = (0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0)
WIDEST_FIT = 1.4
"""Fitting to a wide window stops here: lines longer than this are tiring."""
POINTS_PER_INCH = 72.0
PAGE_PIXELS = 8_000_000
"""A page is drawn with so many pixels at most (32 MB) and stretched beyond."""
_PASSAGE_AT = 0.3
"""A passage is shown this far below the top of the view."""


class PageCanvas(QAbstractScrollArea):
    """The pages of one document.

    It asks for one page at a time by `page_wanted` and gets it by `put_page` or `page_failed`. What is seen comes
    first, so a quick scroll through a thousand pages draws only where it stops.

    Attributes:
        page_wanted: Page from 0, pixels per point, and the words whose rectangles are wanted (or None).
        page_changed: Another page is in the middle of the view.
        zoom_changed: The zoom, 1.0 for natural size.
    """

    page_wanted = Signal(int, float, object)
    page_changed = Signal(int)
    zoom_changed = Signal(float)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._layout = PageLayout(gap=theme.px(16))
        self._cache = PageCache()
        self._fit = True
        self._zoom = 1.0
        self._page = 0
        self._asked: int | None = None
        self._ring = False
        self._failed: dict[int, str] = {}
        self._highlights: dict[int, tuple[str, QColor]] = {}
        self._scroll_to_highlight: int | None = None
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self.viewport().update)

    # ------------------------------------------------------------------ what is shown

    @property
    def page(self) -> int:
        """The page in the middle of the view, from 0."""
        return self._page

    @property
    def zoom(self) -> float:
        """1.0 is natural size."""
        return self._zoom

    @property
    def fits_width(self) -> bool:
        """The zoom follows the width of the view."""
        return self._fit

    def show_pages(self, count: int, *, page: int = 0, highlight: str | None = None) -> None:
        """Show another document at a page.

        Args:
            count: How many pages it has.
            page: From 0.
            highlight: Words to mark on that page and to scroll to.
        """
        self._cache.clear()
        self._failed.clear()
        self._highlights.clear()
        self._asked = None
        self._layout.reset(count)
        self._page = 0
        self._fit = True
        # Nothing is asked for before it is known which page is looked at.
        self._asked = page
        self._apply_zoom()
        self._asked = None
        self.go_to(page, highlight=highlight)

    def clear(self) -> None:
        """Show nothing and hold nothing."""
        self.show_pages(0)

    def go_to(self, page: int, *, highlight: str | None = None, strong: bool = False) -> None:
        """Scroll to a page, or to words on it.

        Args:
            page: From 0.
            highlight: Words to mark; what was marked elsewhere is unmarked.
            strong: Marked as a match of a search rather than as the passage quoted.
        """
        if not self._layout.count:
            return
        page = min(max(page, 0), self._layout.count - 1)
        self._scroll_to_highlight = page if highlight is not None else None
        if highlight is not None:
            self.mark(page, highlight, strong=strong)
        if highlight is None or page not in self._visible():
            self.verticalScrollBar().setValue(int(self._layout.top(page) - self._layout.gap))
        self._seen()
        drawn = self._cache.get(page)
        if drawn is not None and drawn.highlight == highlight:
            self._show_highlight(page, drawn)
        self.viewport().update()
        self._ask()

    def mark(self, page: int, words: str | None, *, strong: bool = False) -> None:
        """Mark words on a page without going there, instead of what was marked; None marks nothing."""
        # Paper is white in both schemes, so its marks are those of the light one.
        color = QColor(LIGHT.warning if strong else LIGHT.accent)
        self._highlights = {page: (words, color)} if words is not None else {}
        self.viewport().update()
        self._ask()

    def zoom_in(self) -> None:
        """One step larger."""
        self.set_zoom(next((step for step in ZOOM_STEPS if step > self._zoom * 1.01), ZOOM_STEPS[-1]))

    def zoom_out(self) -> None:
        """One step smaller."""
        self.set_zoom(next((step for step in reversed(ZOOM_STEPS) if step < self._zoom / 1.01), ZOOM_STEPS[0]))

    def set_zoom(self, zoom: float) -> None:
        """A zoom of its own from now on."""
        self._fit = False
        self._zoom = zoom
        self._apply_zoom()

    def fit_width(self) -> None:
        """Let the zoom follow the width of the view again."""
        self._fit = True
        self._apply_zoom()

    # ------------------------------------------------------------------ what was drawn

    def put_page(self, page: int, scale: float, highlight: str | None, rendered: RenderedPage) -> None:
        """A page was drawn as asked."""
        if self._asked == page:
            self._asked = None
        if page >= self._layout.count:
            return
        drawn = DrawnPage.of(rendered, scale=scale, highlight=highlight)
        self._cache.put(page, drawn, keep=self._needed())
        self._failed.pop(page, None)
        self._learn(page, PageSize(rendered.width / scale, rendered.height / scale))
        if self._scroll_to_highlight == page and self._wanted_highlight(page) == highlight:
            self._show_highlight(page, drawn)
        self.viewport().update()
        self._ask()

    def page_failed(self, page: int, words: str) -> None:
        """A page cannot be drawn; its place says why."""
        if self._asked == page:
            self._asked = None
        self._failed[page] = words
        self.viewport().update()
        self._ask()

    def _learn(self, page: int, size: PageSize) -> None:
        anchor = self._anchor()
        if self._layout.learn(page, size):
            if self._fit:
                self._set_per_point(self._fitting_zoom())
            self._update_bars()
            self._restore(anchor)

    def _show_highlight(self, page: int, drawn: DrawnPage) -> None:
        self._scroll_to_highlight = None
        bar = self.verticalScrollBar()
        if drawn.highlights:
            first = min(drawn.highlights, key=lambda rectangle: rectangle.y)
            factor = self._layout.height(page) / drawn.image.height()
            y = self._layout.top(page) + first.y * factor
            bar.setValue(int(y - self.viewport().height() * _PASSAGE_AT))
            across = self.horizontalScrollBar()
            left = first.x * factor + self._left(page) + across.value()
            if left < across.value() or left > across.value() + self.viewport().width() * 0.8:
                across.setValue(int(left - self._layout.gap))

    # ------------------------------------------------------------------ zoom and scrolling

    def _fitting_zoom(self) -> float:
        room = self.viewport().width() - 2 * self._layout.gap
        natural = self._layout.widest() * self.logicalDpiX() / POINTS_PER_INCH
        return min(max(room / natural, ZOOM_STEPS[0]), WIDEST_FIT) if natural > 0 else 1.0

    def _apply_zoom(self) -> None:
        anchor = self._anchor()
        self._set_per_point(self._fitting_zoom() if self._fit else self._zoom)
        self._update_bars()
        self._restore(anchor)
        self.viewport().update()
        self._ask()

    def _set_per_point(self, zoom: float) -> None:
        changed = zoom != self._zoom
        self._zoom = zoom
        self._layout.set_zoom(zoom * self.logicalDpiX() / POINTS_PER_INCH)
        if changed:
            self.zoom_changed.emit(zoom)

    def _anchor(self) -> tuple[int, float]:
        """The page at the upper third of the view, and how far down it that is, as a share."""
        y = self.verticalScrollBar().value() + self.viewport().height() * _PASSAGE_AT
        page = self._layout.page_at(y)
        if not self._layout.count:
            return 0, 0.0
        return page, (y - self._layout.top(page)) / max(self._layout.height(page), 1.0)

    def _restore(self, anchor: tuple[int, float]) -> None:
        page, share = anchor
        if self._layout.count:
            y = self._layout.top(page) + share * self._layout.height(page)
            self.verticalScrollBar().setValue(round(y - self.viewport().height() * _PASSAGE_AT))

    def _update_bars(self) -> None:
        view = self.viewport().size()
        vertical, horizontal = self.verticalScrollBar(), self.horizontalScrollBar()
        vertical.setPageStep(view.height())
        vertical.setSingleStep(self._theme.px(48))
        vertical.setRange(0, max(0, int(self._layout.total_height()) - view.height()))
        width = self._layout.widest() * self._layout.per_point + 2 * self._layout.gap
        horizontal.setPageStep(view.width())
        horizontal.setRange(0, max(0, int(width) - view.width()) if not self._fit else 0)

    def _scrolled(self) -> None:
        self._seen()
        self._ask()

    def _seen(self) -> None:
        middle = self.verticalScrollBar().value() + self.viewport().height() * 0.4
        page = self._layout.page_at(middle)
        if page != self._page:
            self._page = page
            self.page_changed.emit(page)

    # ------------------------------------------------------------------ asking

    def _visible(self) -> range:
        top = self.verticalScrollBar().value()
        return self._layout.between(top, top + self.viewport().height())

    def _needed(self) -> list[int]:
        """Pages to have, the most urgent first: what is seen, what comes next, what came before."""
        seen = self._visible()
        if not seen:
            return []
        pixels = self._layout.height(seen.start) * self._layout.width(seen.start) * self.devicePixelRatioF() ** 2
        if pixels * 4 > CACHE_BYTES / 4:
            return list(seen)
        around = [page for page in (seen.stop, seen.start - 1) if 0 <= page < self._layout.count]
        return [*seen, *around]

    def _scale(self, page: int) -> float:
        size = self._layout.size(page)
        scale = self._layout.per_point * self.devicePixelRatioF()
        most = math.sqrt(PAGE_PIXELS / max(size.width * size.height, 1.0))
        return round(min(scale, most), 4)

    def _wanted_highlight(self, page: int) -> str | None:
        marked = self._highlights.get(page)
        return marked[0] if marked is not None else None

    def _ask(self) -> None:
        if self._asked is not None or not self.isVisible():
            return
        for page in self._needed():
            if page in self._failed:
                continue
            drawn, scale, highlight = self._cache.get(page), self._scale(page), self._wanted_highlight(page)
            if drawn is None or abs(drawn.scale - scale) > 0.001 or drawn.highlight != highlight:
                self._asked = page
                self.page_wanted.emit(page, scale, highlight)
                return

    # ------------------------------------------------------------------ events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the pages that are seen."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self._theme.color("window"))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for page in self._visible():
            place, drawn = self._place(page), self._cache.get(page)
            if drawn is None:
                paint_blank(painter, self._theme, place, self._failed.get(page, ""))
                continue
            paint_drawn(painter, self._theme, place, drawn)
            marked = self._highlights.get(page)
            if marked is not None and drawn.highlight == marked[0]:
                paint_marks(painter, self._theme, place, drawn, marked[1])
        if self._ring:
            painter.setPen(QPen(self._theme.color("accent"), FOCUS_RING))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))

    def _left(self, page: int) -> float:
        width = self._layout.width(page)
        free = self.viewport().width() - width
        return free / 2 if free >= 0 else self._layout.gap - self.horizontalScrollBar().value()

    def _place(self, page: int) -> QRectF:
        """Where a page lies in the viewport."""
        top = self._layout.top(page) - self.verticalScrollBar().value()
        return QRectF(round(self._left(page)), round(top), self._layout.width(page), self._layout.height(page))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Follow the width."""
        super().resizeEvent(event)
        self._apply_zoom()

    def event(self, event: QEvent) -> bool:
        """Ask for pages once they can be seen, and at another density once the window moved to another screen."""
        answer = super().event(event)
        if event.type() in (QEvent.Type.Show, QEvent.Type.DevicePixelRatioChange):
            self._ask()
        elif isinstance(event, QFocusEvent):
            by_keys = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
            self._ring = event.gotFocus() and event.reason() in by_keys
            self.viewport().update()
        return answer

    def wheelEvent(self, event: QWheelEvent) -> None:
        """With Ctrl the wheel zooms."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            turned: QPoint = event.angleDelta()
            if turned.y():
                (self.zoom_in if turned.y() > 0 else self.zoom_out)()
            event.accept()
            return
        super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Scroll and zoom by keys."""
        bar = self.verticalScrollBar()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        # With Shift or without: on many keyboards plus is a shifted key.
        if control and event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom_in()
        elif control and event.key() in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom_out()
        elif control and event.key() == Qt.Key.Key_0:
            self.fit_width()
        elif event.key() == Qt.Key.Key_Home:
            bar.setValue(bar.minimum())
        elif event.key() == Qt.Key.Key_End:
            bar.setValue(bar.maximum())
        elif event.key() == Qt.Key.Key_Space:
            bar.setValue(bar.value() + bar.pageStep())
        else:
            super().keyPressEvent(event)
