"""The ground of the transcript: turns one under the other in a scroll area, laid out only where they are seen.

Every turn has a height: measured once it was laid out, estimated before. What is laid out at a time is little, so
opening and scrolling cost the same after ten turns and after ten thousand. A turn that turns out higher or lower above
the view moves the scroll bar, never what is read.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from desktop.chat.caret import Place, Selection
from desktop.chat.code_piece import CodePiece
from desktop.chat.column import column_edges
from desktop.chat.entries import Entry
from desktop.chat.heights import Heights
from desktop.chat.piece import Piece, Shown
from desktop.chat.turn import Turn, estimated_height
from desktop.markdown.formulas import Formulas
from desktop.markdown.look import Look
from desktop.theme import Theme, restyle
from desktop.tokens import RADIUS_CARD

_TOP, _BOTTOM = 24, 12
_FRAME = 0.008
"""Seconds that laying out may take before what is there is painted."""
_KEPT = 60
"""Turns that stay laid out beside those in view."""
_AHEAD_MS = 40
_END_NEAR = 24


class TranscriptView(QAbstractScrollArea):
    """Holds entries and shows those in view.

    Args:
        theme: Gives colours and sizes.
        parent: The parent.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.look = Look(theme)
        self.formulas = Formulas(self)
        self.formulas.drawn.connect(self._formula_drawn)
        self._entries: list[Entry] = []
        self._turns: dict[int, Turn] = {}
        self._heights = Heights()
        self._column = (0, 0)
        self._following = True
        self._setting = False
        self._wants_frame = False
        self._changed = True
        self._moved = False
        self.selection = Selection(self.turn, self._entries)
        self.hovered_code: tuple[Piece, str] | None = None
        self.words = ""
        """What is looked for; marked wherever it is shown."""
        self.match: tuple[str, int, int] | None = None
        """Entry, piece and begin of the match that is looked at."""
        restyle(self, look="bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that the text never wraps anew because it comes; unseen while there is nothing to scroll.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: restyle(bar, empty=low >= high))
        restyle(bar, empty=True)
        bar.setSingleStep(theme.px(48))
        self._ahead = QTimer(self)
        self._ahead.setSingleShot(True)
        self._ahead.setInterval(_AHEAD_MS)
        self._ahead.timeout.connect(self._look_ahead)
        theme.changed.connect(self._restyle)

    # Entries

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries known, oldest first."""
        return self._entries

    def place_of(self, entry_id: str) -> int | None:
        """Where an entry stands, looked for from the end."""
        for place in range(len(self._entries) - 1, -1, -1):
            if self._entries[place].id == entry_id:
                return place
        return None

    def _show(self, entries: Sequence[Entry]) -> None:
        self._entries[:] = entries
        self._turns.clear()
        self.selection.clear()
        self._heights.reset(self._estimate(entry) for entry in self._entries)

    def _insert_before(self, older: Sequence[Entry]) -> None:
        top = self._heights.top(0)
        count = len(older)
        old = [self._heights[index] for index in range(len(self._entries))]
        self._entries[:0] = older
        self._turns = {index + count: turn for index, turn in self._turns.items()}
        for index, turn in self._turns.items():
            if turn.first and index:
                turn.first = False
        self.selection.shift(count)
        self._heights.reset([*(self._estimate(entry) for entry in older), *old])
        self._move_bar(self._heights.top(count) - top)

    def _append(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._heights.append(self._estimate(entry))

    def _put(self, index: int, entry: Entry) -> None:
        self._entries[index] = entry
        turn = self._turns.get(index)
        if turn is not None:
            turn.update(entry)
        else:
            self._set_height(index, self._estimate(entry))

    def _cut(self, index: int) -> None:
        """Take the entries from an index on away."""
        for place in range(len(self._entries) - 1, index - 1, -1):
            self._turns.pop(place, None)
            self._heights.pop()
        del self._entries[index:]
        if self.selection.caret is not None and self.selection.caret.turn >= index:
            self.selection.clear()

    def _estimate(self, entry: Entry) -> int:
        return estimated_height(entry, self._column[1] or self._theme.px(600), self._theme.unit)

    # Layout

    def turn(self, index: int) -> Turn | None:
        """A turn, laid out wholly; None where there is none."""
        if not 0 <= index < len(self._entries):
            return None
        turn = self._turn(index)
        while not turn.complete:
            turn.work(time.perf_counter() + 1)
        self._set_height(index, turn.place_pieces())
        return turn

    def _turn(self, index: int) -> Turn:
        turn = self._turns.get(index)
        if turn is None:
            turn = self._turns[index] = self._made_turn(index)
        turn.set_width(self._column[1])
        return turn

    def _made_turn(self, index: int) -> Turn:
        return Turn(
            self._entries[index],
            look=self.look,
            formulas=self.formulas,
            first=index == 0,
            sharpness=self.devicePixelRatioF(),
        )

    def _set_height(self, index: int, height: int, shift: int | None = None) -> None:
        """A turn has another height.

        Args:
            index: Which.
            height: The new one.
            shift: By how much what is read moved in it; None where that is not known: then its end stays in place.
        """
        top = self._heights.top(index)
        change = self._heights.set(index, height)
        if change:
            self._changed = self._moved = True
        if top < self.verticalScrollBar().value() - self._theme.px(_TOP):
            self._move_bar(change if shift is None else shift)

    def _measure(self, index: int, deadline: float) -> None:
        """Go on with a turn; what is read in it stays where it is."""
        turn = self._turn(index)
        inside = -self.top_of(index)
        height = self._heights[index]
        at = turn.piece_at(inside) if turn.measured and 0 < inside < height else -1
        read = turn.pieces[at] if at >= 0 else None
        before = read.y if read is not None else 0
        turn.work(deadline)
        now = turn.place_pieces()
        if read is None or at >= len(turn.pieces):
            self._set_height(index, now)
        else:
            self._set_height(index, now, turn.pieces[at].y - before)

    def _move_bar(self, change: int) -> None:
        """What is above the view grew: the view goes along."""
        if not change:
            return
        self._set_range()
        self._set_bar(self.verticalScrollBar().value() + change)

    def _set_bar(self, value: int) -> None:
        bar = self.verticalScrollBar()
        self._setting = True
        bar.setValue(value)
        self._setting = False

    def _set_range(self) -> None:
        px = self._theme.px
        page = self.viewport().height()
        whole = px(_TOP) + self._heights.total + px(_BOTTOM)
        bar = self.verticalScrollBar()
        self._setting = True
        bar.setPageStep(page)
        bar.setRange(0, max(0, whole - page))
        self._setting = False

    def lay_out(self, scrolled: int = 0) -> None:
        """Lay out what is in view, as far as a frame's time allows; what is left comes with the next one.

        Args:
            scrolled: By how many pixels the bar has moved what is shown, where nothing else changed; 0 otherwise.
        """
        self._changed = not scrolled
        if not self._entries or self._column[1] <= 0:
            self._set_range()
            self.viewport().update()
            return
        deadline = time.perf_counter() + _FRAME
        bar = self.verticalScrollBar()
        complete = self._lay_out_view(deadline)
        for _ in range(4 if self._following else 0):
            # From the end upwards heights are measured that were estimated before: others come into view.
            laid_out_at = bar.value()
            self._set_range()
            self._set_bar(bar.maximum())
            if bar.value() == laid_out_at and not self._moved:
                break
            self._changed = True
            complete = self._lay_out_view(deadline)
        self._set_range()
        if complete:
            self._ahead.start()
        else:
            self._want_frame()
        self._drop_far()
        if self._changed:
            self.viewport().update()
        else:
            self.viewport().scroll(0, scrolled)
        self._laid_out()

    def _laid_out(self) -> None:
        """Hook: everything in view has its place."""

    def _lay_out_view(self, deadline: float) -> bool:
        """Lay out the turns in view.

        Returns:
            Whether all of them are complete.
        """
        complete = True
        self._moved = False
        height = self.viewport().height()
        index = self._index_at(0)
        begun = False
        while index < len(self._entries):
            if self.top_of(index) > height:
                break
            turn = self._turn(index)
            if not turn.complete and (not begun or time.perf_counter() < deadline):
                self._measure(index, deadline)
                begun = self._changed = True
            elif turn.pieces:
                self._set_height(index, turn.place_pieces())
            complete = complete and turn.complete
            index += 1
        return complete

    def _want_frame(self) -> None:
        if not self._wants_frame:
            self._wants_frame = True
            QTimer.singleShot(0, self, self._next_frame)

    def _next_frame(self) -> None:
        self._wants_frame = False
        self.lay_out()

    def _look_ahead(self) -> None:
        """While nothing happens: the turns right above and below the view."""
        height = self.viewport().height()
        for index in (*range(self._index_at(height) + 1, self._index_at(2 * height) + 1), *self._before()):
            turn = self._turn(index)
            if not turn.complete:
                self._measure(index, time.perf_counter() + _FRAME)
                self._set_range()
                if self._following:
                    self._set_bar(self.verticalScrollBar().maximum())
                self._ahead.start()
                return

    def _before(self) -> Iterator[int]:
        first = self._index_at(0)
        last = self._index_at(-self.viewport().height())
        return iter(range(first - 1, last - 1, -1))

    def _drop_far(self) -> None:
        if len(self._turns) <= 3 * _KEPT:
            return
        middle = self._index_at(self.viewport().height() // 2)
        near = sorted(self._turns, key=lambda index: abs(index - middle))[: 2 * _KEPT]
        self._turns = {index: self._turns[index] for index in near}

    def _formula_drawn(self, key: str) -> None:
        changed = False
        for index, turn in self._turns.items():
            if turn.redo(key):
                changed = True
                turn.complete = False
                self._entries[index] = turn.entry
        if changed:
            self._want_frame()

    def _restyle(self) -> None:
        """Other colours, other fonts."""
        share = self._anchor()
        self.look.forget()
        self._turns.clear()
        self._return_to(share)

    # Where things are

    def top_of(self, index: int) -> int:
        """Top of a turn in the viewport."""
        return self._theme.px(_TOP) + self._heights.top(index) - self.verticalScrollBar().value()

    def _index_at(self, y: int) -> int:
        """The turn at a height of the viewport."""
        return self._heights.at(y + self.verticalScrollBar().value() - self._theme.px(_TOP))

    def index_at(self, y: int) -> int | None:
        """The turn at a height of the viewport; None where there is none."""
        return self._index_at(y) if self._entries else None

    def in_view(self) -> Iterator[tuple[int, Turn]]:
        """Turns in view that are laid out, and their indexes."""
        if not self._entries:
            return
        index, height = self._index_at(0), self.viewport().height()
        while index < len(self._entries) and self.top_of(index) < height:
            turn = self._turns.get(index)
            if turn is not None:
                yield index, turn
            index += 1

    def place_at(self, point: QPointF) -> Place | None:
        """The place nearest to a point of the viewport."""
        if not self._entries:
            return None
        index = self._index_at(round(point.y()))
        turn = self._turns.get(index)
        if turn is None or not turn.pieces:
            return Place(index, 0, 0)
        y = round(point.y()) - self.top_of(index)
        at = turn.piece_at(y)
        return Place(index, at, max(0, turn.pieces[at].place_at(self.in_piece(point, index, turn.pieces[at]))))

    def in_piece(self, point: QPointF, index: int, piece: Piece) -> QPointF:
        """A point of the viewport in the coordinates of a piece."""
        return point - QPointF(self._column[0] + piece.x, self.top_of(index) + piece.y)

    def piece_under(self, point: QPointF) -> tuple[int, Turn, Piece, QPointF] | None:
        """The piece that a point of the viewport lies in, and the point there."""
        if not self._entries:
            return None
        index = self._index_at(round(point.y()))
        turn = self._turns.get(index)
        if turn is None:
            return None
        for piece in turn.pieces:
            inside = self.in_piece(point, index, piece)
            if 0 <= inside.y() < piece.height and -self._theme.px(4) <= inside.x() <= piece.width + self._theme.px(4):
                return index, turn, piece, inside
        return None

    # Scrolling

    def at_end(self) -> bool:
        """The last line is in view."""
        bar = self.verticalScrollBar()
        return bool(bar.value() >= bar.maximum() - self._theme.px(_END_NEAR))

    def to_end(self) -> None:
        """Show the last line, and go along with it."""
        self._following = True
        self.lay_out()

    def _anchor(self) -> tuple[int, float]:
        """The turn at the top of the view, and how much of it is above the view."""
        if not self._entries:
            return 0, 0.0
        index = self._index_at(0)
        return index, -self.top_of(index) / max(1, self._heights[index])

    def _return_to(self, anchor: tuple[int, float]) -> None:
        index, share = anchor
        if 0 <= index < len(self._entries) and not self._following:
            turn = self._turn(index)
            turn.work(time.perf_counter() + _FRAME)
            self._heights.set(index, turn.place_pieces())
            self._set_range()
            self._set_bar(
                self._theme.px(_TOP) + self._heights.top(index) + round(share * self._heights[index])
                if index or share > 0
                else 0
            )
        self.lay_out()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar moved; by the owner's hand, unless we set it."""
        if self._setting:
            return
        self._following = self.at_end()
        self.lay_out(dy)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width wraps anew; what is in view stays in view."""
        super().resizeEvent(event)
        # The column stands in the whole width, so that a scroll bar does not move it.
        left, column = column_edges(self._theme, self.width())
        column = min(column, max(1, self.viewport().width() - left))
        if column != self._column[1]:
            anchor = self._anchor()
            self._column = (left, column)
            for index in range(len(self._entries)):
                if index not in self._turns:
                    self._heights.set(index, self._estimate(self._entries[index]))
            self._return_to(anchor)
        else:
            self._column = (left, column)
            self.lay_out()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cards and grounds first, the text over them."""
        if not self._entries:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Text, self._theme.color("text"))
        asked = event.rect()
        for index, turn in self.in_view():
            top = self.top_of(index)
            if turn.entry.question and turn.pieces:
                self._paint_card(painter, turn, top)
            for place, piece in enumerate(turn.pieces):
                y = top + piece.y
                if y > asked.bottom():
                    break
                if y + piece.height < asked.top():
                    continue
                painter.save()
                painter.translate(self._column[0] + piece.x, y)
                clip = QRectF(0, asked.top() - y, piece.width, asked.height())
                piece.paint(painter, clip, self._shown(index, place, piece), palette)
                if isinstance(piece, CodePiece):
                    hovered = self.hovered_code[1] if self.hovered_code and self.hovered_code[0] is piece else ""
                    piece.paint_head(painter, self.code_labels(), hovered)
                painter.restore()
        painter.end()

    def code_labels(self) -> tuple[str, str]:
        """What the buttons over code say."""
        return self.tr("Copy"), self.tr("Save")

    def _shown(self, index: int, place: int, piece: Piece) -> list[Shown]:
        shown: list[Shown] = []
        if self.words:
            entry = self._entries[index].id
            for begin, end in piece.find(self.words):
                shown.append(Shown(begin, end, "current" if self.match == (entry, place, begin) else "found"))
        selected = self.selection.shown_in(index, place, piece.end)
        if selected is not None:
            shown.append(selected)
        return shown

    def _paint_card(self, painter: QPainter, turn: Turn, top: int) -> None:
        rect = QRectF(turn.card.translated(self._column[0], top)).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(self._theme.color("raised"))
        radius = self._theme.px(RADIUS_CARD)
        painter.drawRoundedRect(rect, radius, radius)
