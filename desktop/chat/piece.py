"""One document of a turn: a paragraph, a list, a table, a block of code. It lays itself out and paints itself."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QPainter,
    QPalette,
    QPen,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLine,
    QTextList,
    QTextTable,
)

from desktop.markdown.blocks import Block
from desktop.markdown.look import CODE, DEPTH, QUOTED, REASON, SOURCE, TASK, WAITING, Look
from desktop.tokens import RADIUS_CARD

PieceKind = Literal["text", "code", "table", "rule", "name", "meta", "thought", "question"]
GroundKind = Literal["quote", "code", "bar", "block", "box", "ticked"]
_OBJECT = "\ufffc"
CODE_PAD_X, _CODE_PAD_Y, _CODE_HEAD = 14, 10, 32


@dataclass(frozen=True, slots=True)
class Ground:
    """Something painted behind the text, in the piece's own coordinates."""

    kind: GroundKind
    rect: QRectF


@dataclass(frozen=True, slots=True)
class Shown:
    """Part of a piece's text that is painted otherwise: selected, or found.

    Attributes:
        begin: First position in the document.
        end: One past the last.
        kind: What it is.
    """

    begin: int
    end: int
    kind: Literal["selected", "found", "current", "passage", "caret"]


class Piece:
    """A document with the room around it.

    Args:
        look: Formats.
        document: What it shows.
        kind: What it is.
        block: The Markdown that it was made of, where it was.
        above: Design pixels between it and the piece before.

    Attributes:
        x: Left edge in the turn, device-independent pixels.
        y: Top edge in the turn.
    """

    def __init__(
        self,
        look: Look,
        document: QTextDocument,
        *,
        kind: PieceKind = "text",
        block: Block | None = None,
        above: int = 0,
    ) -> None:
        self._look = look
        self.document = document
        self.kind: PieceKind = kind
        self.block = block
        px = look.theme.px
        self.above = px(above)
        self.x = 0
        self.y = 0
        self.width = 0
        self.cited: frozenset[int] = frozenset()
        """Numbers that it was written to lead to a source."""
        code = kind == "code"
        self.pad_x = px(CODE_PAD_X) if code else 0
        self.head = px(_CODE_HEAD) if code else 0
        self.pad_bottom = px(_CODE_PAD_Y) if code else 0
        self._grounds: list[Ground] | None = None
        self._height = 0
        self._found: tuple[str, int, list[tuple[int, int]]] = ("", -1, [])

    # Size

    def set_width(self, width: int) -> None:
        """Lay it out in this width."""
        if width != self.width:
            self.width = width
            self.document.setTextWidth(max(1, width - 2 * self.pad_x))
            self._grounds = None
            self._height = 0

    @property
    def height(self) -> int:
        """Whole pixels."""
        if not self._height:
            if self.kind == "rule":
                self._height = self._look.theme.px(17)
            else:
                self._height = self.head + math.ceil(self.document.size().height()) + self.pad_bottom
        return self._height

    @property
    def origin(self) -> QPointF:
        """Where the document begins in the piece."""
        return QPointF(self.pad_x, self.head)

    # Text

    @property
    def end(self) -> int:
        """The last position of the document."""
        return max(0, self.document.characterCount() - 1)

    def place_at(self, point: QPointF, *, exact: bool = False) -> int:
        """The position at a point of the piece; -1 where `exact` and there is no character."""
        accuracy = Qt.HitTestAccuracy.ExactHit if exact else Qt.HitTestAccuracy.FuzzyHit
        return int(self.document.documentLayout().hitTest(point - self.origin, accuracy))

    def link_at(self, point: QPointF) -> str:
        """The address under a point, or an empty text."""
        return str(self.document.documentLayout().anchorAt(point - self.origin))

    def format_at(self, place: int) -> QTextCharFormat:
        """How the character at a position looks."""
        cursor = QTextCursor(self.document)
        cursor.setPosition(min(place + 1, self.end))
        return cursor.charFormat()

    def links(self) -> list[tuple[int, int, str]]:
        """Begin, end and address of every link, in order."""
        found: list[tuple[int, int, str]] = []
        for block in blocks_of(self.document):
            for form in block.textFormats():
                if not form.format.isAnchor():
                    continue
                begin = block.position() + form.start
                address = form.format.anchorHref()
                if found and found[-1][1] == begin and found[-1][2] == address:
                    begin = found.pop()[0]
                found.append((begin, block.position() + form.start + form.length, address))
        return found

    def waits_for(self, key: str) -> bool:
        """A formula of this key is still shown as its source."""
        if self.block is None or ("$" not in self.block.source and "\\" not in self.block.source):
            return False
        return any(
            form.format.property(WAITING) == key
            for block in blocks_of(self.document)
            for form in block.textFormats()
            if form.format.hasProperty(WAITING)
        )

    def copied(self, begin: int, end: int) -> str:
        """The text between two positions as it is copied: formulas as their source, items with their marks."""
        parts: list[str] = []
        cell = None
        for block in blocks_of(self.document, begin):
            if block.position() > end:
                break
            first = max(begin, block.position()) - block.position()
            last = min(end - block.position(), block.length() - 1)
            text = _utf16_slice(block.text(), first, last)
            if _OBJECT in text:
                text = _with_sources(block, text, first)
            made: QTextList | None = block.textList()
            if first == 0 and (made is not None or block.blockFormat().intProperty(TASK)):
                indent = "  " * ((made.format().indent() if made is not None else block.blockFormat().indent()) - 1)
                text = f"{indent}{_mark_of(block)} {text}"
            table: QTextTable | None = QTextCursor(block).currentTable()
            here = table.cellAt(block.position()).row() if table is not None else None
            if parts:
                parts.append("\t" if here is not None and here == cell else "\n")
            cell = here
            parts.append(text.replace("\u2028", "\n").replace("\u00a0", " "))
        return "".join(parts)

    @property
    def text(self) -> str:
        """All of it as it is read aloud."""
        return self.copied(0, self.end)

    def find(self, words: str) -> list[tuple[int, int]]:
        """Positions of every match, however letters are written; found once for the same words."""
        if self._found[0] == words and self._found[1] == self.end:
            return self._found[2]
        found: list[tuple[int, int]] = []
        cursor = QTextCursor(self.document)
        while words:
            cursor = self.document.find(words, cursor)
            if cursor.isNull():
                break
            found.append((cursor.selectionStart(), cursor.selectionEnd()))
        self._found = (words, self.end, found)
        return found

    # Grounds

    def grounds(self) -> list[Ground]:
        """What is painted behind the text, found once for each width."""
        if self._grounds is None:
            self._grounds = list(self._find_grounds())
        return self._grounds

    def _find_grounds(self) -> Iterator[Ground]:
        if self.kind not in ("text", "question", "thought"):
            return
        px = self._look.theme.px
        for block in blocks_of(self.document):
            form = block.blockFormat()
            layout = block.layout()
            depth = form.intProperty(DEPTH)
            bounds = self.document.documentLayout().blockBoundingRect(block)
            yield from self._bars(block, depth)
            if task := form.intProperty(TASK):
                yield Ground("ticked" if task == 2 else "box", self._box_rect(block))
            if form.boolProperty(CODE):
                left: float = form.indent() * self.document.indentWidth() + px(16) * depth
                yield Ground("block", QRectF(left - px(6), bounds.top(), self.width - left, bounds.height()))
                continue
            for kind, begin, end in _marked_ranges(block):
                for place in range(layout.lineCount()):
                    line = layout.lineAt(place)
                    first, last = max(begin, line.textStart()), min(end, line.textStart() + line.textLength())
                    if first < last:
                        yield Ground(kind, self._line_rect(line, first, last, layout.position()))

    def _bars(self, block: QTextBlock, depth: int) -> Iterator[Ground]:
        """The bars beside a quotation: as high as its letters, and joined to those of the paragraph before."""
        px, size = self._look.theme.px, self._look.theme.font_pixels("chat")
        if not depth or not block.layout().lineCount():
            return

        def reach(one: QTextBlock) -> tuple[float, float]:
            layout = one.layout()
            first, last = layout.lineAt(0), layout.lineAt(layout.lineCount() - 1)
            top = layout.position().y()
            return top + first.y() + first.ascent() - size * 1.15, top + last.y() + last.ascent() + size * 0.4

        top, bottom = reach(block)
        before = block.previous()
        joined = before.isValid() and before.layout().lineCount() > 0
        for level in range(depth):
            begin = top
            if joined and before.blockFormat().intProperty(DEPTH) > level:
                begin = min(top, reach(before)[1])
            yield Ground("bar", QRectF(px(16) * level, begin, px(3), bottom - begin))

    def _box_rect(self, block: QTextBlock) -> QRectF:
        """The box before a task, on the middle of its first line."""
        line = block.layout().lineAt(0)
        side, px = self._look.theme.px(14), self._look.theme.px
        middle = block.layout().position().y() + line.y() + line.ascent() - self._look.theme.font_pixels("chat") * 0.36
        rect: QRectF = line.naturalTextRect().translated(block.layout().position())
        right = self.document.defaultTextOption().textDirection() == Qt.LayoutDirection.RightToLeft
        left = rect.right() + px(6) if right else rect.left() - px(6) - side
        return QRectF(round(left) + 0.5, round(middle - side / 2) + 0.5, side - 1, side - 1)

    def _line_rect(self, line: QTextLine, first: int, last: int, offset: QPointF) -> QRectF:
        px = self._look.theme.px
        left, right = cursor_x(line, first), cursor_x(line, last)
        size = self._look.theme.font_pixels("chat")
        base = line.y() + line.ascent()
        rect = QRectF(min(left, right), base - size, abs(right - left), size * 1.3).translated(offset)
        return rect.adjusted(-px(2), -px(1), px(2), px(1))

    # Painting

    def paint(self, painter: QPainter, clip: QRectF, shown: list[Shown], palette: QPalette) -> None:
        """Paint it; the painter stands at its top left corner.

        Args:
            painter: Where.
            clip: What is to be seen of it.
            shown: What is selected and found.
            palette: Colours of the text.
        """
        theme, px = self._look.theme, self._look.theme.px
        if self.kind == "rule":
            painter.fillRect(QRectF(0, px(8), self.width, 1), theme.color("border"))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        if self.kind == "code":
            painter.setBrush(theme.color("sunken"))
            painter.drawRoundedRect(QRectF(0, 0, self.width, self.height), px(RADIUS_CARD), px(RADIUS_CARD))
        for ground in self.grounds():
            if ground.kind in ("box", "ticked"):
                self._paint_box(painter, ground)
                continue
            role = {"quote": "quote", "code": "sunken", "bar": "border", "block": "sunken"}[ground.kind]
            painter.setBrush(theme.color(role))  # type: ignore[arg-type]
            radius = px(3) if ground.kind in ("quote", "code") else px(1)
            painter.drawRoundedRect(ground.rect, radius, radius)
        painter.save()
        painter.translate(self.origin)
        context = QAbstractTextDocumentLayout.PaintContext()
        context.palette = palette
        context.clip = clip.translated(-self.origin)
        context.selections = [selection for one in shown if (selection := self._selection(one)) is not None]
        caret = next((one for one in shown if one.kind == "caret"), None)
        if caret is not None:
            context.cursorPosition = caret.begin
        self.document.documentLayout().draw(painter, context)
        painter.restore()

    def _paint_box(self, painter: QPainter, ground: Ground) -> None:
        theme = self._look.theme
        ticked = ground.kind == "ticked"
        painter.setPen(QPen(theme.color("accent" if ticked else "muted"), 1))
        painter.setBrush(theme.color("accent") if ticked else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ground.rect, theme.px(3), theme.px(3))
        if ticked:
            rect = ground.rect
            painter.setPen(QPen(theme.color("on_accent"), 1.6))
            painter.drawPolyline(
                [
                    QPointF(rect.left() + 0.22 * rect.width(), rect.top() + 0.52 * rect.height()),
                    QPointF(rect.left() + 0.43 * rect.width(), rect.top() + 0.73 * rect.height()),
                    QPointF(rect.left() + 0.8 * rect.width(), rect.top() + 0.3 * rect.height()),
                ]
            )
        painter.setPen(Qt.PenStyle.NoPen)

    def _selection(self, shown: Shown) -> QAbstractTextDocumentLayout.Selection | None:
        if shown.kind == "caret" or shown.begin >= shown.end:
            return None
        theme = self._look.theme
        selection = QAbstractTextDocumentLayout.Selection()
        selection.cursor = QTextCursor(self.document)
        selection.cursor.setPosition(min(shown.begin, self.end))
        selection.cursor.setPosition(min(shown.end, self.end), QTextCursor.MoveMode.KeepAnchor)
        form = QTextCharFormat()
        if shown.kind == "selected":
            form.setBackground(theme.color("accent"))
            form.setForeground(theme.color("on_accent"))
        else:
            form.setBackground(theme.color("warning", alpha=0.55 if shown.kind == "current" else 0.25))
            if shown.kind == "passage":
                form.setBackground(theme.color("accent", alpha=0.22))
        selection.format = form
        return selection


def blocks_of(document: QTextDocument, position: int = 0) -> Iterator[QTextBlock]:
    """Every block from the one at a position on."""
    block = document.findBlock(position) if position else document.begin()
    while block.isValid():
        yield block
        block = block.next()


def cursor_x(line: QTextLine, place: int) -> float:
    """Where a position of the text stands in its line."""
    found: Any = line.cursorToX(place)  # the binding gives the place back beside it
    return float(found[0] if isinstance(found, tuple) else found)


def _marked_ranges(block: QTextBlock) -> list[tuple[GroundKind, int, int]]:
    """What is quoted, and what is code, in a block; neighbours joined, spaces at the end of a quotation left out."""
    found: list[tuple[GroundKind, int, int]] = []
    for form in block.textFormats():
        kind: GroundKind
        if form.format.boolProperty(QUOTED):
            kind = "quote"
        elif form.format.boolProperty(CODE):
            kind = "code"
        else:
            continue
        begin, end = form.start, form.start + form.length
        if found and found[-1][0] == kind and found[-1][2] == begin:
            begin = found.pop()[1]
        found.append((kind, begin, end))
    return found


def _utf16_slice(text: str, begin: int, end: int) -> str:
    if text.isascii() or len(text.encode("utf-16-le", "surrogatepass")) == 2 * len(text):
        return text[begin:end]
    return text.encode("utf-16-le", "surrogatepass")[2 * begin : 2 * end].decode("utf-16-le", "replace")


def _with_sources(block: QTextBlock, text: str, first: int) -> str:
    """The text with the source of each drawn character in its place."""
    sources = []
    for form in block.textFormats():
        if form.format.objectType() == QTextFormat.ObjectTypes.ImageObject.value and form.start + form.length > first:
            sources.extend([str(form.format.property(SOURCE) or "")] * form.length)
    given = iter(sources)
    return re.sub(_OBJECT, lambda _match: next(given, ""), text)


def _mark_of(block: QTextBlock) -> str:
    if task := block.blockFormat().intProperty(TASK):
        return "[x]" if task == 2 else "[ ]"
    made: QTextList | None = block.textList()
    text = made.itemText(block) if made is not None else ""
    return text if text and text[0].isdigit() else "•"


def reason_of(form: QTextCharFormat) -> str:
    """Why a claim has no source; empty for anything else."""
    return str(form.property(REASON) or "")
