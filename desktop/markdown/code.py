"""Colours for code: what Pygments says of each word, in the theme's own colours."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QTextCharFormat, QTextDocument, QTextLayout

from desktop.theme import Theme
from desktop.tokens import ColorRole

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_ROLES: tuple[tuple[str, ColorRole], ...] = (
    ("Token.Comment", "muted"),
    ("Token.Literal.String", "success"),
    ("Token.Literal.Number", "warning"),
    ("Token.Keyword.Constant", "warning"),
    ("Token.Keyword", "accent"),
    ("Token.Operator.Word", "accent"),
    ("Token.Name.Tag", "accent"),
    ("Token.Name.Decorator", "warning"),
    ("Token.Name.Attribute", "warning"),
    ("Token.Name.Exception", "danger"),
    ("Token.Generic.Deleted", "danger"),
    ("Token.Generic.Inserted", "success"),
    ("Token.Generic.Heading", "accent"),
    ("Token.Generic.Error", "danger"),
)
CODE_ROLES: tuple[ColorRole, ...] = ("text", "muted", "success", "warning", "accent", "danger")
"""Every role that code is written in; each is readable on the ground of code."""
_SLICE = 4_000
_LONGEST_LINE = 5_000
_ENDINGS = {
    "python": "py", "py": "py", "javascript": "js", "js": "js", "typescript": "ts", "ts": "ts", "bash": "sh",
    "sh": "sh", "shell": "sh", "console": "txt", "c++": "cpp", "cpp": "cpp", "c": "c", "c#": "cs", "csharp": "cs",
    "rust": "rs", "go": "go", "java": "java", "kotlin": "kt", "swift": "swift", "ruby": "rb", "php": "php",
    "html": "html", "css": "css", "json": "json", "yaml": "yml", "yml": "yml", "toml": "toml", "sql": "sql",
    "xml": "xml", "markdown": "md", "md": "md", "latex": "tex", "tex": "tex", "r": "r", "diff": "diff", "csv": "csv",
    "powershell": "ps1", "dockerfile": "dockerfile", "ini": "ini", "svg": "svg",
}  # fmt: skip


def file_ending(language: str) -> str:
    """The usual ending of a file in a language, without the dot."""
    return _ENDINGS.get(language.casefold(), "txt")


@cache
def lexer_of(language: str) -> Lexer | None:
    """The lexer for what a code block names as its language; None where there is none."""
    if not language:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language.casefold(), stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


def role_of(token: Any) -> ColorRole:
    """The colour role of a Pygments token type."""
    name = str(token)
    return next((role for prefix, role in _ROLES if name.startswith(prefix)), "text")


class Highlighter:
    """Colours the code of one document, a slice at a time, as it grows.

    Args:
        document: Holds one line of code a block.
        language: As the code block names it.
        theme: Gives the colours.
    """

    def __init__(self, document: QTextDocument, language: str, theme: Theme) -> None:
        self._document = document
        self._lexer = lexer_of(language)
        self._theme = theme
        self._done = 0
        """Lines that have their colours."""
        self._tokens: Iterator[tuple[int, Any, str]] | None = None
        self._end = 0
        self._line = 0
        self._column = 0
        self._ranges: list[QTextLayout.FormatRange] = []
        self._forms: dict[ColorRole, QTextCharFormat] = {}

    @property
    def complete(self) -> bool:
        """Every line has its colours."""
        return self._lexer is None or self._done >= self._document.blockCount()

    def restart(self) -> None:
        """Colour everything anew: what stood open is closed now."""
        self._done, self._tokens = 0, None

    def work(self, code: str, *, settled: bool, deadline: float) -> None:
        """Colour what has no colours yet.

        Args:
            code: All of it.
            settled: Nothing more comes; otherwise the last line is left for later.
            deadline: `time.perf_counter()` to stop at.
        """
        if self._lexer is None:
            return
        last = self._document.blockCount() - (0 if settled else 1)
        while self._done < last:
            if self._tokens is None:
                lines = code.split("\n")
                part = "\n".join(lines[self._done : last])
                self._line, self._column, self._ranges = self._done, 0, []
                self._end = last
                # A line of a megabyte would be one step of the lexer.
                if any(len(line) > _LONGEST_LINE for line in lines[self._done : last]):
                    self._done = last
                    return
                self._tokens = iter(self._lexer.get_tokens_unprocessed(part))
            for _, kind, value in self._tokens:
                self._take(kind, value)
                if time.perf_counter() >= deadline:
                    return
            self._put()
            self._tokens = None
            self._done = self._end

    def _take(self, kind: Any, value: str) -> None:
        role = role_of(kind)
        for place, piece in enumerate(value.split("\n")):
            if place:
                self._put()
                self._line += 1
                self._column, self._ranges = 0, []
            length = len(piece) if piece.isascii() else len(piece.encode("utf-16-le", "surrogatepass")) // 2
            if length and role != "text":
                found = QTextLayout.FormatRange()
                found.start, found.length, found.format = self._column, length, self._form(role)
                self._ranges.append(found)
            self._column += length

    def _put(self) -> None:
        block = self._document.findBlockByNumber(self._line)
        if block.isValid() and self._ranges:
            block.layout().setFormats(self._ranges)
            self._document.markContentsDirty(block.position(), block.length())

    def _form(self, role: ColorRole) -> QTextCharFormat:
        if role not in self._forms:
            form = QTextCharFormat()
            form.setForeground(self._theme.color(role))
            self._forms[role] = form
        return self._forms[role]


def widest_fence(code: str) -> str:
    """The fence that a code needs around it in Markdown."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    return "`" * (longest + 1)
