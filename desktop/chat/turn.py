"""One turn laid out: its pieces one under the other, made piece by piece within a time."""

from __future__ import annotations

import math
import time
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QTextCharFormat, QTextCursor, QTextDocument

from desktop.chat.code_piece import CodePiece
from desktop.chat.entries import Entry, Span, paragraphs
from desktop.chat.piece import Piece
from desktop.chat.turn_words import (
    attachment_words,
    name_note,
    reason_words,
    remembered_words,
    right_to_left,
    stop_words,
    usage_words,
)
from desktop.markdown.blocks import Block, MarkdownFlow
from desktop.markdown.formulas import Formulas
from desktop.markdown.inline import Given, mark_claims
from desktop.markdown.look import QUOTED, Look, as_link
from desktop.markdown.writer import BlockWriter, new_document

CARD_PAD_X, CARD_PAD_Y = 14, 11
_CARD_SHARE = 0.76
"""Widest card of a question, as a share of the column."""
_BETWEEN = 28
"""Room between two turns."""
_FOOT = 26
"""Room for the actions under an answer."""
_ABOVE = {"text": 10, "code": 10, "table": 12, "formula": 12, "rule": 8, "notes": 14}
_HEADING_ABOVE = 18
_LETTER = 7.4
"""Width of a letter of the chat, about, in design pixels."""
_LINE = 22


def estimated_height(entry: Entry, width: int, unit: float) -> int:
    """About how high a turn will be.

    Args:
        entry: The turn.
        width: Of the column, device-independent pixels.
        unit: `Theme.unit`.
    """
    letters = max(10.0, (width * (_CARD_SHARE if entry.question else 1.0)) / (_LETTER * unit))
    lines = entry.text.count("\n") + math.ceil(len(entry.text) / letters)
    around = _BETWEEN + (2 * CARD_PAD_Y if entry.question else _FOOT + 20)
    return round((max(1, lines) * _LINE + around) * unit)


class Turn:
    """What is shown of one entry.

    Attributes:
        entry: What it shows.
        pieces: Those made so far, from top to bottom.
        complete: All of them are made and coloured.
        card: Ground of a question; empty for an answer.
    """

    between = _BETWEEN
    """Design pixels over it, where it is not the first."""
    room_below = _FOOT
    """Design pixels under an answer."""
    folder: Path | None = None
    """Where relative paths of pictures begin."""

    def __init__(self, entry: Entry, *, look: Look, formulas: Formulas, first: bool, sharpness: float) -> None:
        self.entry = entry
        self.pieces: list[Piece] = []
        self.complete = False
        self.measured = False
        """It was complete once: what comes now comes to what is known."""
        self.card = QRect()
        self.first = first
        self._look = look
        self._formulas = formulas
        self._sharpness = sharpness
        self._width = 0
        self._flow = MarkdownFlow()
        self._head = 0
        """How many pieces stand before those of the text."""
        self._tail = 0
        self._fed: tuple[str, bool] | None = None

    # Changing

    def update(self, entry: Entry) -> None:
        """Show another state of the entry; what did not change is kept."""
        old, self.entry = self.entry, entry
        self.complete = False
        if entry.written != old.written or entry.question != old.question or not entry.written:
            self.pieces, self._head, self._tail, self._fed = [], 0, 0, None
            return
        if _heads(entry) != _heads(old):
            del self.pieces[: self._head]
            self._head = 0
        if self._tail:
            del self.pieces[len(self.pieces) - self._tail :]
            self._tail = 0

    def set_width(self, width: int) -> None:
        """Lay out in another width."""
        if width != self._width:
            self._width = width
            for piece in self.pieces:
                piece.set_width(self._room(piece))
            if self.entry.question:
                self._place_card()

    def redo(self, key: str) -> bool:
        """A formula came: write the pieces that wait for it anew.

        Returns:
            Whether there were any.
        """
        found = [place for place, piece in enumerate(self.pieces) if piece.waits_for(key)]
        writer = self._writer()
        for place in found:
            old = self.pieces[place]
            if old.block is not None:
                self.pieces[place] = self._made(writer, old.block, first=old.above == 0)
        return bool(found)

    def work(self, deadline: float) -> None:
        """Make pieces until the time is over; at least one is made.

        Args:
            deadline: `time.perf_counter()`.
        """
        if self.complete:
            return
        if self.entry.question:
            self._make_question()
            self.complete = True
        elif not self.entry.written:
            self._make_plain()
            self.complete = True
        else:
            self.complete = self._make_written(deadline)
        for piece in self.pieces:
            piece.set_width(self._room(piece))
        if self.entry.question:
            self._place_card()
        self.measured = self.measured or self.complete

    # Geometry

    def place_pieces(self) -> int:
        """Put the pieces one under the other.

        Returns:
            The height of the turn, the room over it included.
        """
        px = self._look.theme.px
        y = 0 if self.first else px(self.between)
        if self.entry.question:
            y += px(CARD_PAD_Y)
        for place, piece in enumerate(self.pieces):
            y += piece.above if place else 0
            piece.y = y
            y += piece.height
        if self.entry.question:
            bottom = y + px(CARD_PAD_Y)
            self.card.setTop(0 if self.first else px(_BETWEEN))
            self.card.setBottom(bottom - 1)
            return bottom
        return self._bottom(y)

    def _bottom(self, y: int) -> int:
        """The end of an answer whose pieces end at `y`, with the room for its actions."""
        px = self._look.theme.px
        if not self.complete:
            done = sum(len(piece.block.source) for piece in self.pieces if piece.block is not None)
            left = max(0, len(self.entry.text) - done)
            letters = max(10.0, self._width / (_LETTER * self._look.theme.unit))
            y += round(left / letters * px(_LINE))
        return y + px(self.room_below)

    @property
    def foot(self) -> int:
        """Where the actions stand."""
        if not self.pieces:
            return 0
        last = self.pieces[-1]
        if self.entry.question:
            return self.card.bottom() + 1
        return last.y + last.height

    def piece_at(self, y: int) -> int:
        """The piece that a height lies in or is nearest to; -1 where there is none."""
        for place, piece in enumerate(self.pieces):
            following = self.pieces[place + 1] if place + 1 < len(self.pieces) else None
            if following is None or y < (piece.y + piece.height + following.y) / 2:
                return place
        return -1

    def _room(self, piece: Piece) -> int:
        px = self._look.theme.px
        if self.entry.question:
            widest = self._width * _CARD_SHARE - 2 * px(CARD_PAD_X)
            piece.document.setTextWidth(widest)
            natural = max(one.document.idealWidth() for one in self.pieces) if self.pieces else widest
            return math.ceil(min(widest, natural + 2))
        if piece.kind == "thought":
            piece.x = px(14)
            return self._width - px(14)
        return self._width

    def _place_card(self) -> None:
        pad = self._look.theme.px(CARD_PAD_X)
        widest = max((piece.width for piece in self.pieces), default=0)
        left = self._width - pad - widest
        for piece in self.pieces:
            piece.x = left
        self.card = QRect(left - pad, self.card.top(), widest + 2 * pad, self.card.height())

    # Pieces

    def _document(self, *, direction: str = "") -> QTextDocument:
        document = new_document(self._look)
        if right_to_left(direction):
            option = document.defaultTextOption()
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
            document.setDefaultTextOption(option)
        return document

    def _make_question(self) -> None:
        document = self._document(direction=self.entry.text)
        cursor = QTextCursor(document)
        cursor.setBlockFormat(self._look.lines())
        cursor.insertText(self.entry.text, self._look.char())
        self.pieces = [Piece(self._look, document, kind="question")]
        message = self.entry.message
        if message is not None and message.attachments:
            words = "\n".join(attachment_words(one) for one in message.attachments)
            self.pieces.append(self._small(words, above=4))

    def _small(self, text: str, *, above: int = 0, link: str = "", address: str = "") -> Piece:
        document = self._document()
        cursor = QTextCursor(document)
        cursor.insertText(text, self._look.small())
        if link:
            if text:
                cursor.insertText(" · ", self._look.small())
            char = as_link(self._look.small(), address)
            char.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            cursor.insertText(link, char)
        return Piece(self._look, document, kind="meta", above=above)

    def _make_name(self) -> Piece:
        document = self._document()
        cursor = QTextCursor(document)
        cursor.insertText("Magray", self._look.small("text", strong=True))
        if note := name_note(self.entry):
            cursor.insertText("\u2002" + note, self._look.small())
        return Piece(self._look, document, kind="name")

    def _make_heads(self) -> list[Piece]:
        heads = [self._make_name()]
        entry = self.entry
        if entry.thinking:
            label = (
                QCoreApplication.translate("Transcript", "Hide what it thought")
                if entry.unfolded
                else QCoreApplication.translate("Transcript", "Show what it thought")
            )
            heads.append(self._small("", above=4, link=label, address="think:"))
            if entry.unfolded:
                document = self._document(direction=entry.thinking)
                QTextCursor(document).insertText(entry.thinking.strip(), self._look.small())
                heads.append(Piece(self._look, document, kind="thought", above=6))
        return heads

    def _make_tails(self) -> list[Piece]:
        entry, tails = self.entry, list[Piece]()
        if words := stop_words(entry):
            tails.append(self._small(words, above=8))
        if entry.switched:
            tails.append(self._small(entry.switched, above=8))
        if entry.answer is not None and entry.answer.basis:
            tails.append(self._small(entry.answer.basis, above=8))
        if entry.answer is not None and entry.answer.unsourced:
            tails.append(self._small(self._unsourced_words(), above=8))
        if entry.remembered:
            undo = QCoreApplication.translate("Transcript", "Undo")
            tails.append(self._small(remembered_words(entry.remembered), above=8, link=undo, address="undo:"))
        if entry.message is not None and entry.message.usage is not None and entry.message.model != "quotes":
            words = usage_words(entry.message.usage)
            saw = QCoreApplication.translate("Transcript", "What the model saw")
            tails.append(self._small(words, above=8, link=saw, address="saw:"))
        return tails

    def _unsourced_words(self) -> str:
        claims = self.entry.answer.unsourced if self.entry.answer is not None else ()
        if len(claims) == 1:
            return QCoreApplication.translate("Transcript", "Dotted: {0}").format(
                reason_words(claims[0].reason)[:1].lower() + reason_words(claims[0].reason)[1:]
            )
        return QCoreApplication.translate(
            "Transcript", "Dotted: no source of yours stands behind these %Ln claims.", "", len(claims)
        )

    def _make_plain(self) -> None:
        """Quotations letter by letter, what is looked for, what went wrong."""
        entry = self.entry
        pieces = [self._make_name()]
        if entry.state == "pending":
            pieces.append(self._paragraph([Span(entry.text)], muted=True, above=6))
        else:
            citations = entry.answer.citations if entry.answer is not None else ()
            cut = paragraphs(entry.text, citations)
            pieces.extend(self._paragraph(spans, above=8 if place else 6) for place, spans in enumerate(cut))
            pieces.extend(self._make_tails())
        self.pieces = pieces

    def _paragraph(self, spans: list[Span], *, muted: bool = False, above: int) -> Piece:
        document = self._document(direction=self.entry.text)
        cursor = QTextCursor(document)
        cursor.setBlockFormat(self._look.lines())
        plain = self._look.char(role="muted" if muted else "text")
        quoted = self._look.char()
        quoted.setProperty(QUOTED, True)
        for span in spans:
            if span.citation is None:
                text = span.text.rstrip() if span is spans[-1] else span.text
                cursor.insertText(text, quoted if span.quoted else plain)
                continue
            cursor.insertText("\u00a0", plain)  # the number stays on the line of what it proves
            cursor.insertText(span.text, self._look.citation(span.citation))
            cursor.insertText(" ", plain)
        return Piece(self._look, document, above=above)

    # Markdown

    def _writer(self) -> BlockWriter:
        given = Given(
            citations=self.entry.cited,
            folder=self.folder,
            width=max(1, self._width),
            sharpness=self._sharpness,
        )
        return BlockWriter(self._look, self._formulas, given)

    def _make_written(self, deadline: float) -> bool:
        entry = self.entry
        if self._head == 0:
            heads = self._make_heads()
            self.pieces[:0] = heads
            self._head = len(heads)
        final = entry.state != "streaming"
        text = entry.text
        if entry.answer is not None and entry.answer.unsourced and entry.answer.text == text:
            text = mark_claims(text, [(one.start, one.end, one.reason) for one in entry.answer.unsourced])
        # What is settled is not parsed again; the numbers of an answer are known at its end only.
        fed = (text, final)
        if fed != self._fed or not self._flow.complete:
            self._flow.feed(text, final=final, deadline=deadline)
            self._fed = fed
        if not self._make_blocks(self._flow.blocks, deadline, settled=final and self._flow.complete):
            return False
        if not self._flow.complete:
            return False
        del self.pieces[self._head + len(self._flow.blocks) :]
        if final:
            tails = self._make_tails()
            self.pieces.extend(tails)
            self._tail = len(tails)
        return True

    def _make_blocks(self, blocks: list[Block], deadline: float, *, settled: bool) -> bool:
        writer = self._writer()
        cited = self.entry.cited
        colored = True
        for place, block in enumerate(blocks):
            at = self._head + place
            old = self.pieces[at] if at < len(self.pieces) else None
            last = place == len(blocks) - 1
            if isinstance(old, CodePiece) and block.kind == "code":
                if old.block is block or old.grow(block, settled=settled or not last):
                    colored = old.color(deadline) and colored
                    continue
            elif old is not None and old.block == block and (old.cited == cited or "[" not in block.source):
                continue
            made = self._made(writer, block, first=place == 0)
            if isinstance(made, CodePiece):
                made.grow(block, settled=settled or not last)
                colored = made.color(deadline) and colored
            if old is None:
                self.pieces.append(made)
            else:
                self.pieces[at] = made
            made.set_width(self._room(made))
            if time.perf_counter() >= deadline and not last:
                return False
        return colored

    def _made(self, writer: BlockWriter, block: Block, *, first: bool) -> Piece:
        heading = block.kind == "text" and bool(block.tokens) and block.tokens[0].type == "heading_open"
        above = 8 if first else 3 if block.continues else _HEADING_ABOVE if heading else _ABOVE[block.kind]
        if block.kind == "code":
            return CodePiece(self._look, block, above=above)
        kind = {"table": "table", "rule": "rule"}.get(block.kind, "text")
        document = writer.write(block)
        if right_to_left(self.entry.text):
            option = document.defaultTextOption()
            option.setTextDirection(Qt.LayoutDirection.RightToLeft)
            document.setDefaultTextOption(option)
        made = Piece(self._look, document, kind=kind, block=block, above=above)  # type: ignore[arg-type]
        made.cited = self.entry.cited
        return made


def _heads(entry: Entry) -> tuple[str, str, bool]:
    return name_note(entry), entry.thinking, entry.unfolded
