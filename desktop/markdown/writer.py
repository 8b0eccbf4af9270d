"""Writes one block of Markdown into a document of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextLength,
    QTextList,
    QTextListFormat,
    QTextOption,
    QTextTableFormat,
)

from desktop.markdown.blocks import Block
from desktop.markdown.formulas import Formulas
from desktop.markdown.inline import Given, InlineWriter
from desktop.markdown.look import CODE, DEPTH, TASK, Look

if TYPE_CHECKING:
    from markdown_it.token import Token

_BETWEEN = 8
"""Design pixels between paragraphs of one block."""
_ALIGN = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "right": Qt.AlignmentFlag.AlignRight,
    "center": Qt.AlignmentFlag.AlignHCenter,
}
_BULLETS = (QTextListFormat.Style.ListDisc, QTextListFormat.Style.ListCircle, QTextListFormat.Style.ListSquare)


def new_document(look: Look, *, wrap_anywhere: bool = True) -> QTextDocument:
    """An empty document in the chat's font."""
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setIndentWidth(look.theme.px(24))
    document.setDefaultFont(look.theme.font("chat"))
    option = QTextOption()
    if wrap_anywhere:
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    return document


class BlockWriter:
    """Turns blocks into documents.

    Args:
        look: Formats.
        formulas: Draws formulas.
        given: What the text comes with.
    """

    def __init__(self, look: Look, formulas: Formulas, given: Given) -> None:
        self._look = look
        self._formulas = formulas
        self._given = given

    def write(self, block: Block) -> QTextDocument:
        """The document of any block but code."""
        document = new_document(self._look)
        cursor = QTextCursor(document)
        inline = InlineWriter(self._look, self._formulas, self._given)
        if block.kind == "formula":
            form = QTextBlockFormat()
            form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            cursor.setBlockFormat(form)
            inline.formula(cursor, block.code, self._look.char(), display=True)
        elif block.kind == "table":
            self._write_table(cursor, block.tokens, inline)
        elif block.kind != "rule":
            _Writing(self._look, inline, cursor, small=block.kind == "notes").write(block.tokens)
        return document

    def _write_table(self, cursor: QTextCursor, tokens: Sequence[Token], inline: InlineWriter) -> None:
        rows: list[list[tuple[Token, Token]]] = []
        head = 0
        opened: Token | None = None
        for token in tokens:
            match token.type:
                case "tr_open":
                    rows.append([])
                case "thead_close":
                    head = len(rows)
                case "th_open" | "td_open":
                    opened = token
                case "inline" if opened is not None:
                    rows[-1].append((opened, token))
                    opened = None
        columns = max((len(row) for row in rows), default=0)
        if not columns:
            return
        look, px = self._look, self._look.theme.px
        form = QTextTableFormat()
        form.setBorderCollapse(True)
        form.setBorder(1)
        form.setBorderBrush(look.theme.color("border"))
        form.setBorderStyle(QTextTableFormat.BorderStyle.BorderStyle_Solid)
        form.setCellPadding(px(6))
        form.setCellSpacing(0)
        form.setHeaderRowCount(head)
        form.setColumnWidthConstraints([QTextLength()] * columns)
        table = cursor.insertTable(len(rows), columns, form)
        lines = look.lines(chat=False)
        for y, row in enumerate(rows):
            char = look.char(size=look.theme.font_pixels("body") + 1, strong=y < head)
            for x, (opening, content) in enumerate(row):
                place = table.cellAt(y, x).firstCursorPosition()
                block = QTextBlockFormat(lines)
                style = str(opening.attrs.get("style", ""))
                block.setAlignment(_ALIGN.get(style.removeprefix("text-align:"), Qt.AlignmentFlag.AlignLeading))
                place.setBlockFormat(block)
                place.setBlockCharFormat(char)
                inline.write(place, content.children or [], char)
        # The paragraph that Qt keeps behind every table takes no room.
        last = QTextCursor(cursor.document())
        last.movePosition(QTextCursor.MoveOperation.End)
        thin = QTextBlockFormat()
        thin.setLineHeight(0, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        last.setBlockFormat(thin)


class _Writing:
    """One pass over the tokens of a text block: paragraphs, headings, lists and quotations in each other."""

    def __init__(self, look: Look, inline: InlineWriter, cursor: QTextCursor, *, small: bool) -> None:
        self._look = look
        self._inline = inline
        self._cursor = cursor
        self._small = small
        self._fresh = True
        self._lists: list[tuple[QTextListFormat, bool]] = []
        self._made: list[QTextList | None] = []
        self._quotes = 0
        self._item_begins = False
        self._task = 0
        self._note = ""

    def write(self, tokens: Sequence[Token]) -> None:
        heading = 0
        for place, token in enumerate(tokens):
            match token.type:
                case "bullet_list_open" | "ordered_list_open":
                    self._open_list(token)
                case "bullet_list_close" | "ordered_list_close":
                    self._lists.pop()
                    self._made.pop()
                case "list_item_open":
                    self._item_begins = True
                    self._task = _task_of(tokens, place)
                case "list_item_close":
                    if self._item_begins:  # an item without words still has its mark
                        self._paragraph(0)
                case "blockquote_open":
                    self._quotes += 1
                case "blockquote_close":
                    self._quotes -= 1
                case "footnote_open":
                    self._note = f"{int(token.meta.get('id', 0)) + 1}"
                case "heading_open":
                    heading = int(token.tag[1:])
                case "inline":
                    self._paragraph(heading)
                    char = self._look.heading(heading) if heading else self._char()
                    self._inline.write(self._cursor, _without_box(token.children or []), char)
                    heading = 0
                case "fence" | "code_block":
                    self._code(token.content.removesuffix("\n"))
                case "math_block" | "math_block_label":
                    self._paragraph(0)
                    self._inline.formula(self._cursor, token.content.strip(), self._char(), display=True)
                case "th_open" | "td_open":
                    self._paragraph(0)  # a table inside a list stands cell under cell

    def _char(self) -> QTextCharFormat:
        if self._small:
            return self._look.small()
        return self._look.char(role="muted" if self._quotes else "text")

    def _open_list(self, token: Token) -> None:
        form = QTextListFormat()
        form.setIndent(len(self._lists) + 1)
        ordered = token.type == "ordered_list_open"
        if ordered:
            form.setStyle(QTextListFormat.Style.ListDecimal)
            form.setStart(int(token.attrs.get("start", 1)))
        else:
            form.setStyle(_BULLETS[min(len(self._lists), len(_BULLETS) - 1)])
        self._lists.append((form, ordered))
        self._made.append(None)

    def _paragraph(self, heading: int) -> None:
        """Begin a paragraph with the look of where it stands."""
        look = self._look
        px = look.theme.px
        form = look.lines(chat=not heading and not self._small)
        tight = bool(self._lists)
        if not self._fresh:
            form.setTopMargin(px(3 if tight else _BETWEEN))
        if heading:
            form.setHeadingLevel(heading)
        if self._quotes:
            form.setProperty(DEPTH, self._quotes)
            form.setLeftMargin(px(16) * self._quotes)
        begins, self._item_begins = self._item_begins, False
        task = self._task if begins else 0
        if self._lists and (task or not begins):
            form.setIndent(len(self._lists))
        if task:
            form.setProperty(TASK, task)
        self._block(form)
        if begins and self._lists and not task:
            made = self._made[-1]
            if made is None:
                self._made[-1] = self._cursor.createList(self._lists[-1][0])
            else:
                made.add(self._cursor.block())
        if self._note:
            self._cursor.insertText(f"{self._note}. ", self._char())
            self._note = ""

    def _code(self, code: str) -> None:
        for line in code.split("\n"):
            form = QTextBlockFormat()
            form.setProperty(CODE, True)
            form.setIndent(len(self._lists))
            form.setProperty(DEPTH, self._quotes)
            form.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            begins, self._item_begins = self._item_begins, False
            self._block(form)
            if begins and self._lists:
                self._made[-1] = self._cursor.createList(self._lists[-1][0])
            self._cursor.insertText(line, self._look.code())

    def _block(self, form: QTextBlockFormat) -> None:
        if self._fresh:
            self._cursor.setBlockFormat(form)
            self._cursor.setBlockCharFormat(self._char())
            self._fresh = False
        else:
            self._cursor.insertBlock(form, self._char())


def _task_of(tokens: Sequence[Token], place: int) -> int:
    """1 for a task to do, 2 for one that is done, 0 for any other item."""
    if "task-list-item" not in str(tokens[place].attrs.get("class", "")):
        return 0
    inline = next((token for token in tokens[place:] if token.type == "inline"), None)
    first = inline.children[0].content if inline is not None and inline.children else ""
    return 2 if "checked=" in first else 1


def _without_box(tokens: Sequence[Token]) -> Sequence[Token]:
    """The words of a task without the box, which the list draws."""
    if tokens and tokens[0].type == "html_inline" and "task-list-item-checkbox" in tokens[0].content:
        if len(tokens) > 1 and tokens[1].type == "text":
            tokens[1].content = tokens[1].content.lstrip()
        return tokens[1:]
    return tokens
