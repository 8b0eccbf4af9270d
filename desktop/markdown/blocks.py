"""Markdown cut into top-level blocks, also while the text is still growing.

`MarkdownFlow` parses only what is not settled: a block is settled once another one has begun behind it. A growing
text therefore costs as much as its last block, however long it is; a code block that is still open costs as much as its
new lines.
"""

from __future__ import annotations

import copy
import re
import time
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

BlockKind = Literal["text", "code", "table", "formula", "rule", "notes"]

WINDOW = 6_000
"""Characters parsed in one go, about 10 ms; a block that is longer takes a longer one."""
LONGEST = 8_000
"""A paragraph beyond this is cut at a word and shown as several: one of a megabyte would hold the window."""

_LISTS = ("bullet_list_open", "ordered_list_open")
_ITEMS = 60
"""Items of a list that are laid out at once."""

_FENCE = re.compile(r"( {0,3})(`{3,}|~{3,})([^\n]*)(?:\n|\Z)")
_BLANK = re.compile(r"(?:[ \t]*\n)+")
_DEFINITION = re.compile(r"^ {0,3}\[[^\]\n]+\]:", re.MULTILINE)
"""A footnote or the address of a link, told after its use: the text has to be read as a whole."""


@dataclass(frozen=True, slots=True)
class Block:
    """One top-level block.

    Attributes:
        kind: What it is; lists, quotations and headings are `text`.
        source: Its Markdown.
        tokens: As the parser gave them; empty for code.
        code: What stands in a code block, or a formula's LaTeX.
        language: What the code block names as its language.
        continues: It goes on with the list before it.
    """

    kind: BlockKind
    source: str
    tokens: tuple[Token, ...] = field(default=(), compare=False, repr=False)
    code: str = ""
    language: str = ""
    continues: bool = False


def _any_link(url: str) -> bool:
    return len(url) < 4_000_000


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin
    from mdit_py_plugins.texmath import texmath_plugin

    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin, inline=False)
    parser.use(tasklists_plugin)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, allow_labels=False)
    parser.use(texmath_plugin, delimiters="brackets")
    # Any link may be written; what a click on one does is decided where it is clicked.
    parser.validateLink = _any_link  # type: ignore[method-assign]
    return parser


def warm_up() -> None:
    """Load what the first text would wait for; in any thread."""
    from desktop.markdown.code import lexer_of

    parse("A *word*, `code` and $x$.\n\n- one\n")
    lexer_of("python")


def tidy(text: str) -> str:
    """The text with one kind of line break and without what a document keeps for itself."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def parse(text: str) -> list[tuple[Block, int]]:
    """The blocks of a text, each with the place where it begins.

    Args:
        text: Tidied Markdown.
    """
    starts = [0]
    starts.extend(match.end() for match in re.finditer("\n", text))
    found: list[tuple[Block, int]] = []
    group: list[Token] = []
    end = depth = 0
    for token in _parser().parse(text):
        group.append(token)
        depth += token.nesting  # footnotes do not tell their level
        if depth:
            continue
        first = next((one.map for one in group if one.map is not None), None)
        # Formulas in brackets do not tell their lines: they reach from the block before to the next end of a paragraph.
        begin = starts[min(first[0], len(starts) - 1)] if first else end
        if first:
            end = starts[first[1]] if first[1] < len(starts) else len(text)
        else:
            end = text.find("\n\n", begin + len(_leading(text, begin)))
            end = len(text) if end < 0 else end + 1
        if group[0].type in _LISTS and sum(one.level == 1 for one in group) > 2 * _ITEMS:
            found.extend(_list_parts(group, text, starts, end))
        else:
            found.append((_block(group, text[begin:end].strip("\n")), begin))
        group = []
    return found


def _list_parts(tokens: list[Token], text: str, starts: list[int], end: int) -> list[tuple[Block, int]]:
    """A long list as several short ones, so that none is laid out in one long go."""
    opening, closing = tokens[0], tokens[-1]
    parts: list[list[Token]] = []
    count = 0
    for token in tokens[1:-1]:
        if token.level == 1 and token.nesting == 1:
            if count % _ITEMS == 0:
                parts.append([])
            count += 1
        parts[-1].append(token)
    found: list[tuple[Block, int]] = []
    begins = [starts[part[0].map[0]] if part[0].map else end for part in parts]
    for place, part in enumerate(parts):
        head = copy.copy(opening)
        if opening.type == "ordered_list_open":
            head.attrs = {**opening.attrs, "start": int(opening.attrs.get("start", 1)) + place * _ITEMS}
        stop = begins[place + 1] if place + 1 < len(parts) else end
        source = text[begins[place] : stop].strip("\n")
        block = Block("text", source, (head, *part, closing), continues=place > 0)
        found.append((block, begins[place]))
    return found


def _leading(text: str, begin: int) -> str:
    blank = _BLANK.match(text, begin)
    return blank[0] if blank else ""


def _block(tokens: list[Token], source: str) -> Block:
    first = tokens[0]
    match first.type:
        case "fence":
            language = (first.info or "").strip().split(maxsplit=1)
            name = language[0] if language else ""
            return Block("code", source, code=first.content.removesuffix("\n"), language=name)
        case "code_block":
            return Block("code", source, code=first.content.removesuffix("\n"))
        case "math_block" | "math_block_label" | "math_block_eqno":
            return Block("formula", source, code=first.content.strip())
        case "hr":
            return Block("rule", source)
        case "table_open":
            return Block("table", source, tuple(tokens))
        case "footnote_block_open":
            return Block("notes", source, tuple(tokens))
    return Block("text", source, tuple(tokens))


class MarkdownFlow:
    """The blocks of one text, which may grow.

    Attributes:
        blocks: Settled ones, and the last, which may still change.
        complete: Everything fed so far is in `blocks`.
    """

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.complete = True
        self._text = ""
        self._settled = 0
        """Characters whose blocks do not change any more."""
        self._kept = 0
        """How many of the blocks are settled."""
        self._scanned = 0
        self._whole = False

    def feed(self, text: str, *, final: bool = True, deadline: float | None = None) -> None:
        """Take the text as it is now; it is cheap where it only grew.

        Args:
            text: The whole text.
            final: Nothing more comes.
            deadline: `time.perf_counter()` after which to stop; `complete` tells whether anything is left.
        """
        text = tidy(text)
        whole = final and bool(_DEFINITION.search(text)) and len(text) < 16 * WINDOW
        if whole and (text != self._text or not self._whole):
            self._begin()
            self.blocks = [block for block, _ in parse(text)]
            self._text, self._settled, self._kept, self._whole = text, len(text), len(self.blocks), True
            self.complete = True
            return
        if not text.startswith(self._text[: self._settled]) or self._whole != whole:
            self._begin()
        self._text = text
        self._go_on(deadline)

    def _begin(self) -> None:
        self.blocks, self._settled, self._kept, self._scanned, self._whole = [], 0, 0, 0, False

    def _go_on(self, deadline: float | None) -> None:
        text = self._text
        window = WINDOW
        self.complete = False
        del self.blocks[self._kept :]
        while True:
            if blank := _BLANK.match(text, self._settled):
                self._settled = blank.end()
            if self._settled >= len(text):
                break
            fence = _FENCE.match(text, self._settled)
            if fence and not ("`" in fence[2] and "`" in fence[3]):
                if not self._take_fence(fence):
                    break
            else:
                end = min(len(text), self._settled + window)
                if not self._take_window(end):
                    if end >= len(text):
                        break
                    window *= 2
                    del self.blocks[self._kept :]
                    continue
                window = WINDOW
            if deadline is not None and time.perf_counter() >= deadline:
                self.complete = self._settled >= len(text)
                return
        self.complete = True

    def _take_fence(self, fence: re.Match[str]) -> bool:
        """Settle a code block that is closed; show one that is open.

        Returns:
            Whether it was settled.
        """
        text, indent = self._text, len(fence[1])
        closing = re.compile(rf"^ {{0,3}}{fence[2][0]}{{{len(fence[2])},}}[ \t]*$", re.MULTILINE)
        begin = fence.end()
        found = closing.search(text, max(begin, self._scanned))
        # While it grows, the last line may become a fence: it is looked at again.
        self._scanned = max(begin, text.rfind("\n") + 1)
        end = found.start() if found else len(text)
        code = text[begin:end].removesuffix("\n")
        if indent:
            code = re.sub(rf"^ {{1,{indent}}}", "", code, flags=re.MULTILINE)
        language = fence[3].strip().split(maxsplit=1)
        name = language[0] if language else ""
        stop = found.end() if found else len(text)
        # The source of an open block is its opening line only: it is what tells one open block from another.
        source = text[fence.start() : stop] if found else fence[0]
        self.blocks.append(Block("code", source, code=code, language=name))
        # A fence at the very end may still become a longer line.
        if found and stop < len(text):
            self._settle(stop)
            return True
        return False

    def _take_window(self, end: int) -> bool:
        """Parse up to `end`; everything but the last block is settled."""
        base = self._settled
        found = parse(self._text[base:end])
        if not found:
            self._settled = end
            return True
        if len(found) > 1:
            self.blocks.extend(block for block, _ in found[:-1])
            self._settle(base + found[-1][1])
            return True
        block = found[0][0]
        if block.kind == "text" and end - base > LONGEST - 1 and block.tokens[0].type == "paragraph_open":
            cut = self._text.rfind(" ", base + LONGEST // 2, base + LONGEST) + 1 or base + LONGEST
            self.blocks.append(parse(self._text[base:cut])[0][0])
            self._settle(cut)
            return True
        self.blocks.append(block)
        return False

    def _settle(self, place: int) -> None:
        self._settled, self._kept, self._scanned = place, len(self.blocks), 0
