"""Writes entries into the transcript's document: block and character formats, made from the theme.

Blocks carry two properties of their own: the key of their entry and the part that they play. The view paints cards and
quotation grounds by them, so that the document itself holds no decoration.
"""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat, QTextOption

from desktop.chat.entries import Entry, Span, paragraphs
from desktop.theme import Theme
from desktop.tokens import CHAT_LINE_HEIGHT, ColorRole

ENTRY_KEY = QTextFormat.Property.UserProperty.value + 1
PART = QTextFormat.Property.UserProperty.value + 2
QUOTED = QTextFormat.Property.UserProperty.value + 3

CARD_PAD_X = 14
CARD_PAD_Y = 11
_CARD_SHARE = 0.76
"""Widest card of a question, as a share of the column."""
_CITATION_RAISED = 22.0
"""How high a citation number stands over the line, in hundredths of its own height."""
_BETWEEN = 28
"""Room between two turns."""
_WIDTHS_KEPT = 500


class Part(IntEnum):
    """What a block is."""

    QUESTION = 1
    NAME = 2
    ANSWER = 3
    FOOT = 4


class TranscriptWriter:
    """Turns entries into blocks for a column of a given width."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self._chars: dict[tuple[int, str, bool], QTextCharFormat] = {}
        self._widths: dict[tuple[float, str], float] = {}
        self._fresh = True
        self.column: float = theme.px(600)

    def forget(self) -> None:
        """Fonts and colours changed."""
        self._chars.clear()
        self._widths.clear()

    def write(self, cursor: QTextCursor, entry: Entry, key: int, *, first: bool) -> None:
        """Write one entry at the cursor.

        Args:
            cursor: Stands in an empty block when `first`, else behind the block that goes before.
            entry: What to write.
            key: Number of the entry, kept in its blocks.
            first: Nothing stands before it.
        """
        self._fresh = first
        if entry.question:
            self._write_question(cursor, entry, key, first=first)
        else:
            self._write_answer(cursor, entry, key, first=first)

    def _block(self, cursor: QTextCursor, block: QTextBlockFormat, char: QTextCharFormat) -> None:
        if self._fresh:
            cursor.setBlockFormat(block)
            cursor.setBlockCharFormat(char)
            self._fresh = False
        else:
            cursor.insertBlock(block, char)

    def _char(self, *, size: int, role: ColorRole = "text", strong: bool = False) -> QTextCharFormat:
        key = (size, role, strong)
        if key not in self._chars:
            char = QTextCharFormat()
            font = self._theme.font("chat", strong=strong)
            font.setPixelSize(size)
            char.setFont(font)
            char.setForeground(self._theme.color(role))
            self._chars[key] = char
        return QTextCharFormat(self._chars[key])

    def _block_format(self, key: int, part: Part) -> QTextBlockFormat:
        block = QTextBlockFormat()
        block.setProperty(ENTRY_KEY, key)
        block.setProperty(PART, int(part))
        return block

    def _set_chat_lines(self, block: QTextBlockFormat) -> None:
        height = round(self._theme.font_pixels("chat") * CHAT_LINE_HEIGHT)
        block.setLineHeight(height, QTextBlockFormat.LineHeightTypes.MinimumHeight.value)

    def _write_question(self, cursor: QTextCursor, entry: Entry, key: int, *, first: bool) -> None:
        px = self._theme.px
        char = self._char(size=self._theme.font_pixels("chat"))
        lines = entry.text.split("\n")
        margin = self.question_margin(entry.text)
        for place, line in enumerate(lines):
            block = self._block_format(key, Part.QUESTION)
            self._set_chat_lines(block)
            block.setLeftMargin(margin)
            block.setRightMargin(px(CARD_PAD_X))
            if place == 0:
                block.setTopMargin(self.top_margin(entry, first=first))
            if place == len(lines) - 1:
                block.setBottomMargin(px(CARD_PAD_Y))
            self._block(cursor, block, char)
            cursor.insertText(line, char)

    def top_margin(self, entry: Entry, *, first: bool) -> float:
        """Room above an entry's first block, the card's own padding included."""
        px = self._theme.px
        return (px(CARD_PAD_Y) if entry.question else 0) + (0 if first else px(_BETWEEN))

    def question_margin(self, text: str) -> float:
        """Room at the left of a question, so that its card ends at the column's right edge."""
        return self.column - self._theme.px(CARD_PAD_X) - self._natural_width(text)

    def _natural_width(self, text: str) -> float:
        """Width of the text when it is wrapped at the widest card."""
        widest = self.column * _CARD_SHARE - 2 * self._theme.px(CARD_PAD_X)
        key = (widest, text)
        if key not in self._widths:
            probe = QTextDocument()
            probe.setDocumentMargin(0)
            option = QTextOption()
            option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
            probe.setDefaultTextOption(option)
            probe.setDefaultFont(self._theme.font("chat"))
            probe.setPlainText(text)
            probe.setTextWidth(widest)
            if len(self._widths) > _WIDTHS_KEPT:
                self._widths.clear()
            self._widths[key] = min(widest, probe.idealWidth() + 2)
        return self._widths[key]

    def _write_answer(self, cursor: QTextCursor, entry: Entry, key: int, *, first: bool) -> None:
        px = self._theme.px
        small = self._theme.font_pixels("secondary")
        block = self._block_format(key, Part.NAME)
        block.setTopMargin(self.top_margin(entry, first=first))
        block.setBottomMargin(px(6))
        self._block(cursor, block, self._char(size=small, strong=True))
        cursor.insertText("Magray", self._char(size=small, strong=True))
        if note := self._note(entry):
            cursor.insertText("\u2002" + note, self._char(size=small, role="muted"))
        if entry.state == "pending":
            self._write_paragraph(cursor, [Span(entry.text)], key, role="muted", last=True)
        elif entry.answer is None:
            spans = [[Span(line)] for line in entry.text.split("\n") if line.strip()]
            for place, paragraph in enumerate(spans):
                self._write_paragraph(cursor, paragraph, key, last=place == len(spans) - 1)
        else:
            cut = paragraphs(entry.text, entry.answer.citations)
            for place, paragraph in enumerate(cut):
                self._write_paragraph(cursor, paragraph, key, last=place == len(cut) - 1)
        foot = self._block_format(key, Part.FOOT)
        height = px(26)
        foot.setLineHeight(height, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        self._block(cursor, foot, self._char(size=small, role="muted"))

    @staticmethod
    def _note(entry: Entry) -> str:
        if entry.state == "failed":
            return QCoreApplication.translate("Transcript", "could not answer")
        if entry.quoted:
            return QCoreApplication.translate("Transcript", "quoted from your files, no language model is set up")
        return ""

    def _write_paragraph(
        self, cursor: QTextCursor, spans: list[Span], key: int, *, role: ColorRole = "text", last: bool = False
    ) -> None:
        theme = self._theme
        size = theme.font_pixels("chat")
        plain = self._char(size=size, role=role)
        quoted = self._char(size=size, role=role)
        quoted.setProperty(QUOTED, True)
        block = self._block_format(key, Part.ANSWER)
        self._set_chat_lines(block)
        block.setBottomMargin(0 if last else theme.px(8))
        self._block(cursor, block, plain)
        for span in spans:
            if span.citation is None:
                cursor.insertText(span.text, quoted if span.quoted else plain)
                continue
            number = self._char(size=theme.font_pixels("secondary"), role="accent", strong=True)
            number.setBaselineOffset(_CITATION_RAISED)
            number.setAnchor(True)
            number.setAnchorHref(f"cite:{key}/{span.citation}")
            number.setFontUnderline(False)
            number.setUnderlineStyle(QTextCharFormat.UnderlineStyle.NoUnderline)
            cursor.insertText("\u00a0", plain)  # the number stays on the line of what it proves
            cursor.insertText(span.text, number)
            cursor.insertText(" ", plain)
