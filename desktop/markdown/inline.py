"""What stands in a line: emphasis, code, links, pictures, formulas, numbers of sources, claims without one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QImage,
    QPainter,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextImageFormat,
)

from desktop.markdown.formulas import Formula, Formulas
from desktop.markdown.look import REASON, SOURCE, WAITING, Look, as_link
from desktop.markdown.pictures import load_picture

if TYPE_CHECKING:
    from markdown_it.token import Token

BEGIN_CLAIM, END_CLAIM = "\ue0f0", "\ue0f1"
"""Stand in a text around a claim that has no source; the reason's place follows the first as one letter."""
_PLACES = {"no_source": "\ue0f2", "not_in_source": "\ue0f3", "not_quoted": "\ue0f4"}
_REASONS = {mark: reason for reason, mark in _PLACES.items()}
_MARKS = re.compile(f"{BEGIN_CLAIM}[{''.join(_REASONS)}]|{END_CLAIM}")
_OPENING = re.compile(r"(?:\s|[-*+](?=\s)|\d{1,9}[.)](?=\s)|\[[ xX]\](?=\s)|\[\^[^\]\s]+\]:?|#{1,6}(?=\s)|>|\|)*")
"""What a block begins with that is not yet words: marks of lists, tasks, footnotes, headings, quotations, tables."""
_CITATION = re.compile(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`]*[^\s<>\"'`.,;:!?)\]}]")
_LINE = "\u2028"
_DEEPEST = 600
"""Pixels of the largest font that a formula is hung on."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a text comes with.

    Attributes:
        citations: Numbers that lead to a source.
        folder: Where relative paths of pictures begin.
        width: Widest picture, device-independent pixels.
        sharpness: Device pixels for each of them.
    """

    citations: frozenset[int] = frozenset()
    folder: Path | None = None
    width: int = 700
    sharpness: float = 1.0
    titles: Mapping[int, str] = field(default_factory=dict)


_OPENING = re.compile(r"(?:\s|[-*+](?=\s)|\d{1,3}[.)](?=\s)|\[[ xX]\](?=\s)|\[\^[^\]\s]+\]:|#{1,6}(?=\s)|>|\|)*")
"""What opens a block: lists, tasks, footnotes, headings, quotes, tables. A mark before it would hide it."""


def mark_claims(text: str, claims: Sequence[tuple[int, int, str]]) -> str:
    """Put the marks of claims without a source into a text.

    Args:
        text: Markdown.
        claims: Begin and end in code points, and the reason, in order.
    """
    for begin, end, reason in sorted(claims, reverse=True):
        claim = text[begin:end]
        opening = _OPENING.match(claim)
        lead = len(opening[0]) if opening else 0
        tail = len(claim) - len(claim.rstrip())
        line = text[text.rfind("\n", 0, begin + lead) + 1 : begin + lead]
        # A row of a table is read cell by cell: a mark in it would be noise, and code is no claim.
        if lead >= len(claim) - tail or "```" in claim or "~~~" in claim or line.lstrip().startswith("|"):
            continue
        inner = claim[lead : len(claim) - tail]
        mark = BEGIN_CLAIM + _PLACES.get(reason, _PLACES["no_source"])
        text = f"{text[: begin + lead]}{mark}{inner}{END_CLAIM}{text[end - tail :]}"
    return text


def without_marks(text: str) -> str:
    """The text without the marks of claims."""
    return _MARKS.sub("", text)


class InlineWriter:
    """Writes the inline tokens of one block.

    Args:
        look: Formats.
        formulas: Draws formulas.
        given: What the text comes with.
    """

    def __init__(self, look: Look, formulas: Formulas, given: Given) -> None:
        self._look = look
        self._formulas = formulas
        self._given = given
        self._claim = ""

    def write(self, cursor: QTextCursor, tokens: Sequence[Token], base: QTextCharFormat) -> None:
        """Write inline tokens at the cursor.

        Args:
            cursor: Where.
            tokens: Children of an `inline` token.
            base: How plain characters look here.
        """
        stack = [base]
        for token in tokens:
            char = stack[-1]
            match token.type:
                case "text" | "text_special":
                    self._text(cursor, token.content, char)
                case "softbreak":
                    cursor.insertText(" ", char)
                case "hardbreak":
                    cursor.insertText(_LINE, char)
                case "strong_open":
                    stack.append(_with(char, strong=True))
                case "em_open":
                    stack.append(_with(char, italic=True))
                case "s_open":
                    stack.append(_with(char, struck=True))
                case "link_open":
                    stack.append(self._link(char, str(token.attrs.get("href", ""))))
                case "strong_close" | "em_close" | "s_close" | "link_close":
                    if len(stack) > 1:
                        stack.pop()
                case "code_inline":
                    self._marked(cursor, token.content, self._look.code(char))
                case "math_inline" | "math_inline_double" | "math_single":
                    self.formula(cursor, token.content.strip(), char, display=False)
                case "image":
                    self._picture(cursor, token, char)
                case "footnote_ref":
                    number = int(token.meta.get("id", 0)) + 1
                    cursor.insertText(str(number), self._look.citation(number, scheme="note"))
                    cursor.insertText("", char)
                case "footnote_anchor":
                    continue
                case "html_inline":
                    if "task-list-item-checkbox" not in token.content:
                        self._text(cursor, token.content, char)
                case _:
                    self._text(cursor, token.content, char)

    # Text

    def _text(self, cursor: QTextCursor, text: str, char: QTextCharFormat) -> None:
        if char.isAnchor():
            self._marked(cursor, text, char)
            return
        begin = 0
        for found in _CITATION.finditer(text):
            numbers = [int(number) for number in found[1].split(",")]
            if not all(number in self._given.citations for number in numbers):
                continue
            self._addresses(cursor, text[begin : found.start()], char)
            for number in numbers:
                cursor.insertText("\u00a0", char)  # the number stays on the line of what it proves
                cursor.insertText(str(number), self._look.citation(number))
            begin = found.end()
        self._addresses(cursor, text[begin:], char)

    def _addresses(self, cursor: QTextCursor, text: str, char: QTextCharFormat) -> None:
        begin = 0
        for found in _ADDRESS.finditer(text) if "http" in text else ():
            self._marked(cursor, text[begin : found.start()], char)
            self._marked(cursor, found[0], self._link(char, without_marks(found[0])))
            begin = found.end()
        self._marked(cursor, text[begin:], char)

    def _marked(self, cursor: QTextCursor, text: str, char: QTextCharFormat) -> None:
        """Text in which marks of claims may stand; they change the look and are not shown."""
        begin = 0
        for found in _MARKS.finditer(text):
            self._insert(cursor, text[begin : found.start()], char)
            self._claim = _REASONS[found[0][1]] if len(found[0]) > 1 else ""
            begin = found.end()
        self._insert(cursor, text[begin:], char)

    def _insert(self, cursor: QTextCursor, text: str, char: QTextCharFormat) -> None:
        if not text:
            return
        if self._claim:
            char = QTextCharFormat(char)
            char.setProperty(REASON, self._claim)
            char.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
            char.setUnderlineColor(self._look.theme.color("warning"))
        cursor.insertText(text, char)

    def _link(self, char: QTextCharFormat, address: str) -> QTextCharFormat:
        link = as_link(QTextCharFormat(char), address)
        link.setForeground(self._look.theme.color("accent"))
        link.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        return link

    # Pictures

    def formula(self, cursor: QTextCursor, latex: str, char: QTextCharFormat, *, display: bool) -> None:
        """Write a formula: its picture, or its source while there is none."""
        latex = without_marks(latex)
        source = f"$${latex}$$" if display else f"${latex}$"
        size = char.font().pixelSize()
        color = char.foreground().color().name()
        formula = self._formulas.get(latex, size=size, color=color, display=display)
        if formula is None:
            waiting = self._look.code(char)
            key = Formulas.key(latex, size=size, color=color, display=display)
            if self._formulas.waits_for(key):
                waiting.setProperty(WAITING, key)
            cursor.insertText(source, waiting)
            return
        image, form = _on_the_line(formula, char.font(), self._given.width)
        name = f"formula:{hash((latex, size, color, display, self._given.width))}"
        self._insert_image(cursor, name, image, form, source)

    def _picture(self, cursor: QTextCursor, token: Token, char: QTextCharFormat) -> None:
        address, words = str(token.attrs.get("src", "")), without_marks(token.content)
        pixels = max(1, math.floor(self._given.width * self._given.sharpness))
        image = load_picture(address, width=pixels, folder=self._given.folder)
        if image is None:
            shown = words or address[:200]
            cursor.insertText(shown, self._link(_with(char, italic=True), address))
            return
        form = QTextImageFormat()
        form.setWidth(image.width() / self._given.sharpness)
        form.setHeight(image.height() / self._given.sharpness)
        form.setToolTip(words)
        title = address if len(address) < 300 else ""
        self._insert_image(cursor, f"picture:{hash(address)}", image, form, f"![{words}]({title})")

    @staticmethod
    def _insert_image(cursor: QTextCursor, name: str, image: QImage, form: QTextImageFormat, source: str) -> None:
        cursor.document().addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(name), image)
        form.setName(name)
        form.setProperty(SOURCE, source)
        cursor.insertImage(form)


def _with(
    char: QTextCharFormat, *, strong: bool | None = None, italic: bool | None = None, struck: bool | None = None
) -> QTextCharFormat:
    changed = QTextCharFormat(char)
    font = QFont(char.font())
    if strong is not None:
        font.setWeight(QFont.Weight.DemiBold)
    if italic is not None:
        font.setItalic(italic)
    if struck is not None:
        font.setStrikeOut(struck)
    changed.setFont(font)
    return changed


def _on_the_line(formula: Formula, font: QFont, widest: int) -> tuple[QImage, QTextImageFormat]:
    """The picture with room under it, so that its line stands on the line of the text.

    A document puts a picture's foot on the lowest point of the picture's own font (`AlignBaseline`): a formula that
    reaches deeper gets a larger font, of which nothing is seen.
    """
    form = QTextImageFormat()
    shrink = min(1.0, widest / formula.width)
    width, height, depth = formula.width * shrink, formula.height * shrink, formula.depth * shrink
    deep = QFont(font)
    descent = QFontMetricsF(deep).descent()
    while descent < depth and deep.pixelSize() < _DEEPEST:
        deep.setPixelSize(max(deep.pixelSize() + 1, int(deep.pixelSize() * depth / descent)))
        descent = QFontMetricsF(deep).descent()
    form.setFont(deep)
    form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
    below = max(0.0, descent - depth)
    scale = formula.image.height() / height
    room = QImage(
        formula.image.width(), max(1, round((height + below) * scale)), QImage.Format.Format_ARGB32_Premultiplied
    )
    room.fill(Qt.GlobalColor.transparent)
    painter = QPainter(room)
    painter.drawImage(0, 0, formula.image)
    painter.end()
    form.setWidth(width)
    form.setHeight(height + below)
    return room, form
