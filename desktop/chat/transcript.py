"""The transcript: one document that holds the turns near the view, older ones come when one scrolls up to them.

One text document keeps text selectable across turns, reachable by the keyboard and readable to screen readers. Cards of
questions and the ground of quotations are painted behind it, for visible blocks only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextFrameFormat,
    QTextLine,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolTip, QWidget

from desktop.chat.column import column_edges
from desktop.chat.entries import Entry
from desktop.chat.message_actions import MessageActions
from desktop.chat.transcript_writer import (
    CARD_PAD_X,
    CARD_PAD_Y,
    ENTRY_KEY,
    PART,
    QUOTED,
    Part,
    TranscriptWriter,
)
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.tokens import RADIUS_CARD

PAGE = 60
"""Entries written at once; more are written when the view comes near the first of them."""


class Transcript(QTextBrowser):
    """Shows the entries of one conversation.

    Attributes:
        citation_activated: An answer's entry id and a citation's number were clicked.
        older_wanted: The first known entry is in view; there may be older ones in the store.
        action_wanted: Name of an action (`copy`, `sources`, `remember`, `retry`) and the entry's id.
    """

    citation_activated = Signal(str, int)
    older_wanted = Signal()
    action_wanted = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._entries: list[Entry] = []
        self._start = 0
        self._base = 0
        self._writer = TranscriptWriter(theme)
        self._busy = False
        restyle(self, look="bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that the text never wraps anew because it comes; unseen while there is nothing to scroll.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: restyle(bar, empty=low >= high))
        restyle(bar, empty=True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(self.tr("Conversation"))
        self.setAccessibleDescription(self.tr("Questions and answers. Citation numbers open their source."))
        self.document().setDocumentMargin(0)
        self.viewport().setMouseTracking(True)
        self.anchorClicked.connect(self._anchor_clicked)
        self.cursorPositionChanged.connect(self._follow_caret)
        self.actions_bar = MessageActions(theme, icons, self.viewport())
        self.actions_bar.triggered.connect(self.action_wanted)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._rewrite)

    # Entries

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries known, oldest first."""
        return self._entries

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show another conversation, at its end."""
        self._entries = list(entries)
        self._base = 0
        self._start = max(0, len(self._entries) - PAGE)
        self._rewrite(keep_place=False)
        self.to_end()

    def prepend_entries(self, entries: Sequence[Entry]) -> None:
        """Older entries came from the store."""
        if not entries:
            return
        self._entries[:0] = entries
        # Keys in the document stay true: they count from a base that moves down.
        self._base -= len(entries)
        self._start += len(entries)
        self._write_older()

    def append_entry(self, entry: Entry) -> None:
        """A new turn at the end. The view follows when it was at the end before."""
        at_end = self.at_end()
        self._entries.append(entry)
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        first = len(self._entries) == 1
        cursor.beginEditBlock()
        self._writer.write(cursor, entry, self._key(len(self._entries) - 1), first=first)
        cursor.endEditBlock()
        if at_end or entry.question:
            self.to_end()
        self._place_actions()

    def replace_entry(self, entry_id: str, entry: Entry) -> None:
        """An entry changed: the answer came. An unknown id appends it."""
        for place in range(len(self._entries) - 1, -1, -1):
            if self._entries[place].id == entry_id:
                break
        else:
            self.append_entry(entry)
            return
        self._entries[place] = entry
        if place < self._start:
            return
        if place == len(self._entries) - 1:
            at_end = self.at_end()
            del self._entries[place]
            self._remove_from(self._key(place))
            self.append_entry(entry)
            if at_end:
                self.to_end()
        else:
            self._rewrite()

    def _remove_from(self, key: int) -> None:
        block = self.document().lastBlock()
        while block.previous().isValid() and block.previous().blockFormat().intProperty(ENTRY_KEY) >= key:
            block = block.previous()
        cursor = QTextCursor(block)
        if block.previous().isValid():
            cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id."""
        return next((entry for entry in reversed(self._entries) if entry.id == entry_id), None)

    def _key(self, place: int) -> int:
        return place + self._base

    def _entry_of(self, block: QTextBlock) -> Entry | None:
        if not block.blockFormat().hasProperty(ENTRY_KEY):
            return None
        place = block.blockFormat().intProperty(ENTRY_KEY) - self._base
        return self._entries[place] if 0 <= place < len(self._entries) else None

    # Writing

    def _rewrite(self, *, keep_place: bool = True) -> None:
        bar = self.verticalScrollBar()
        share = bar.value() / bar.maximum() if keep_place and bar.maximum() else None
        self._set_margins()
        self._busy = True
        self.document().clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for place in range(self._start, len(self._entries)):
            self._writer.write(cursor, self._entries[place], self._key(place), first=place == self._start)
        cursor.endEditBlock()
        self._set_margins()  # clearing a document takes its frame's format away
        self._busy = False
        if share is not None:
            bar.setValue(round(share * bar.maximum()))
        self._place_actions()

    def _write_older(self) -> None:
        """Write one page more at the top; what is in view stays where it is."""
        if self._start == 0:
            return
        self._busy = True
        begin = max(0, self._start - PAGE)
        bar = self.verticalScrollBar()
        before = self._height()
        value = bar.value()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        # The block that was first keeps its text; an empty one is put before it to write into.
        old_format = cursor.blockFormat()
        had_first = self._entries[self._start]
        cursor.insertBlock()
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        for place in range(begin, self._start):
            self._writer.write(cursor, self._entries[place], self._key(place), first=place == begin)
        cursor.movePosition(QTextCursor.MoveOperation.NextBlock)
        old_format.setTopMargin(self._theme.px(28) + (self._theme.px(CARD_PAD_Y) if had_first.question else 0))
        cursor.setBlockFormat(old_format)
        cursor.endEditBlock()
        self._start = begin
        self._busy = False
        bar.setValue(round(value + self._height() - before))

    def _height(self) -> float:
        return self.document().documentLayout().documentSize().height()

    def _set_margins(self) -> None:
        px = self._theme.px
        # The column stands in the whole width, so that a scroll bar that comes does not move it.
        left, column = column_edges(self._theme, self.width())
        self._writer.column = column
        frame = QTextFrameFormat()
        frame.setLeftMargin(left)
        frame.setRightMargin(max(0, self.viewport().width() - left - column))
        frame.setTopMargin(px(24))
        frame.setBottomMargin(px(8))
        self.document().rootFrame().setFrameFormat(frame)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width wraps anew; the last line in view stays in view."""
        at_end = self.at_end()
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._rewrite()
        if at_end:
            self.to_end()
        self._place_actions()

    # Scrolling

    def at_end(self) -> bool:
        """The last line is in view."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - self._theme.px(24)

    def to_end(self) -> None:
        """Show the last line."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        # The layout of what was just written may still be under way.
        QTimer.singleShot(0, self, lambda: bar.setValue(bar.maximum()))

    def _scrolled(self, value: int) -> None:
        self._place_actions()
        if self._busy or value > self.viewport().height():
            return
        if self._start > 0:
            self._write_older()
        elif self._entries:
            self.older_wanted.emit()

    # Painting

    def _visible_blocks(self) -> Iterator[QTextBlock]:
        """Blocks in view, from the first block of the entry that the view begins in."""
        top = self.verticalScrollBar().value()
        layout = self.document().documentLayout()
        place = layout.hitTest(QPointF(self.viewport().width() / 2, top), Qt.HitTestAccuracy.FuzzyHit)
        block = self.document().findBlock(max(0, place))
        key = block.blockFormat().intProperty(ENTRY_KEY)
        while block.previous().isValid() and block.previous().blockFormat().intProperty(ENTRY_KEY) == key:
            block = block.previous()
        bottom = top + self.viewport().height()
        while block.isValid() and layout.blockBoundingRect(block).top() <= bottom:
            yield block
            block = block.next()

    def _text_rect(self, block: QTextBlock) -> QRectF:
        """The block's lines, in the viewport."""
        layout = block.layout()
        rect = QRectF()
        for place in range(layout.lineCount()):
            rect = rect.united(layout.lineAt(place).rect())
        return rect.translated(layout.position()).translated(0, -self.verticalScrollBar().value())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cards and quotation grounds first, the text over them."""
        if self._entries:
            painter = QPainter(self.viewport())
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            card, card_key = QRectF(), None
            for block in self._visible_blocks():
                form = block.blockFormat()
                part = form.intProperty(PART)
                key = form.intProperty(ENTRY_KEY)
                if card_key is not None and (part != Part.QUESTION or key != card_key):
                    self._paint_card(painter, card)
                    card, card_key = QRectF(), None
                if part == Part.QUESTION:
                    card, card_key = card.united(self._text_rect(block)), key
                elif part == Part.ANSWER:
                    self._paint_quotes(painter, block)
            if card_key is not None:
                self._paint_card(painter, card)
            painter.end()
        super().paintEvent(event)

    def _paint_card(self, painter: QPainter, text: QRectF) -> None:
        px = self._theme.px
        rect = text.adjusted(-px(CARD_PAD_X), -px(CARD_PAD_Y), px(CARD_PAD_X), px(CARD_PAD_Y))
        rect = QRectF(rect.toAlignedRect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self._theme.color("border"), 1))
        painter.setBrush(self._theme.color("raised"))
        painter.drawRoundedRect(rect, px(RADIUS_CARD), px(RADIUS_CARD))

    def _paint_quotes(self, painter: QPainter, block: QTextBlock) -> None:
        layout = block.layout()
        offset = layout.position() - QPointF(0, self.verticalScrollBar().value())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("quote"))
        for begin, end in quoted_ranges(block):
            for place in range(layout.lineCount()):
                line = layout.lineAt(place)
                first, last = max(begin, line.textStart()), min(end, line.textStart() + line.textLength())
                if first < last:
                    self._paint_line(painter, line, first, last, offset)

    def _paint_line(self, painter: QPainter, line: QTextLine, first: int, last: int, offset: QPointF) -> None:
        px = self._theme.px
        left, right = cursor_x(line, first), cursor_x(line, last)
        size = self._theme.font_pixels("chat")
        base = line.y() + line.ascent()
        rect = QRectF(min(left, right), base - size, abs(right - left), size * 1.3).translated(offset)
        painter.drawRoundedRect(rect.adjusted(-px(3), -px(1), px(3), px(1)), px(3), px(3))

    # What the owner does

    def _anchor_clicked(self, url: QUrl) -> None:
        if url.scheme() != "cite":
            return
        key, _, number = url.path().partition("/")
        place = int(key) - self._base
        if 0 <= place < len(self._entries):
            self.citation_activated.emit(self._entries[place].id, int(number))

    def _follow_caret(self) -> None:
        if self.hasFocus():
            self._show_actions(self._entry_of(self.textCursor().block()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The actions of an answer follow the pointer."""
        super().mouseMoveEvent(event)
        if not event.buttons():
            cursor = self.cursorForPosition(event.position().toPoint())
            self._show_actions(self._entry_of(cursor.block()))

    def _show_actions(self, entry: Entry | None) -> None:
        if entry is not None and not entry.question and entry.state != "pending":
            self.actions_bar.show_for(entry)
            self._place_actions()

    def _place_actions(self) -> None:
        """Put the bar at the foot of its answer; without one it belongs to the last answer."""
        entry = self.entry(self.actions_bar.entry_id) if self.actions_bar.entry_id else None
        if entry is None:
            entry = next((e for e in reversed(self._entries) if not e.question and e.state != "pending"), None)
            if entry is None:
                self.actions_bar.hide()
                return
            self.actions_bar.show_for(entry)
        block = self._foot_of(entry)
        if block is None:
            self.actions_bar.hide()
            return
        rect = self.document().documentLayout().blockBoundingRect(block)
        y = rect.top() - self.verticalScrollBar().value()
        side = self.document().rootFrame().frameFormat().leftMargin()
        self.actions_bar.adjustSize()
        self.actions_bar.move(round(side) - self.actions_bar.inset, round(y + self._theme.px(3)))
        self.actions_bar.show()

    def _foot_of(self, entry: Entry) -> QTextBlock | None:
        for block in self._visible_blocks():
            form = block.blockFormat()
            if form.intProperty(PART) == Part.FOOT and self._entry_of(block) is entry:
                return block
        return None

    def viewportEvent(self, event: QEvent) -> bool:
        """A citation number tells its source where the pointer rests on it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            anchor = self.anchorAt(event.pos())
            words = self._citation_words(anchor)
            if words:
                QToolTip.showText(event.globalPos(), words, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def _citation_words(self, anchor: str) -> str:
        scheme, _, rest = anchor.partition(":")
        key, _, number = rest.partition("/")
        if scheme != "cite" or not number.isdigit():
            return ""
        place = int(key) - self._base
        answer = self._entries[place].answer if 0 <= place < len(self._entries) else None
        if answer is None:
            return ""
        citation = next((item for item in answer.citations if item.number == int(number)), None)
        return f"“{' '.join(citation.quote.split())}”" if citation is not None else ""

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Selection first, then what can be done with the turn under the pointer."""
        entry = self._entry_of(self.cursorForPosition(event.pos()).block())
        menu = self.actions_bar.menu(entry, parent=self)
        copy = QAction(self._icons.icon("copy"), self.tr("Copy selected text"), menu)
        copy.setEnabled(self.textCursor().hasSelection())
        copy.triggered.connect(self.copy)
        menu.insertAction(next(iter(menu.actions()), copy), copy)
        whole = QAction(self.tr("Select all"), menu)
        whole.triggered.connect(self.selectAll)
        menu.addAction(whole)
        menu.popup(event.globalPos())


def quoted_ranges(block: QTextBlock) -> list[tuple[int, int]]:
    """Begin and end of what is quoted in a block, neighbours joined."""
    ranges: list[tuple[int, int]] = []
    for form in block.textFormats():
        if not form.format.boolProperty(QUOTED):
            continue
        begin, end = form.start, form.start + form.length
        if ranges and ranges[-1][1] == begin:
            begin = ranges.pop()[0]
        ranges.append((begin, end))
    return ranges


def cursor_x(line: QTextLine, place: int) -> float:
    """Where a position of the text stands in its line."""
    found: Any = line.cursorToX(place)  # the binding gives the place back beside it
    return float(found[0] if isinstance(found, tuple) else found)
