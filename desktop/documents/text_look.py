"""How a part of a text is set: which lines are headings, and which line breaks are none.

Nothing here changes the length of the text, so places stay true.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from desktop.documents.text_parts import PARAGRAPH_LENGTH

_HEADING = re.compile(r"#{1,6}\s")
_FENCE = re.compile(r"\s*(```|~~~)")
_OWN_LINE = re.compile(r"\s*([-*+>|]|\d+[.)]\s|#{1,6}\s|```|~~~|\s{2,}\S|[\[<!]|:)")
"""Lines that begin something of their own in Markdown: lists, quotes, tables, headings, code, links, images."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A text made ready to be set.

    Attributes:
        text: As long as what was given.
        headings: Numbers of the blocks that are headings, with the level (1 to 6) of each.
    """

    text: str
    headings: dict[int, int]


def set_markdown(text: str) -> Setting:
    """Join lines that were only wrapped, as Markdown means them, and find the headings."""
    lines = text.split("\n")
    joined: list[str] = []
    headings: dict[int, int] = {}
    fenced = False
    block, length = 0, len(lines[0])
    for number, line in enumerate(lines):
        fence = bool(_FENCE.match(line))
        if not fenced and _HEADING.match(line):
            headings[block] = len(line) - len(line.lstrip("#"))
        fenced = fenced != fence
        joined.append(line)
        if number + 1 == len(lines):
            break
        following = lines[number + 1]
        wrapped = not (
            fenced
            or fence
            or not line.strip()
            or not following.strip()
            or block in headings
            or line.endswith(("  ", "\\"))
            or line.lstrip().startswith("|")
            or _OWN_LINE.match(following)
            or length + len(following) > PARAGRAPH_LENGTH
        )
        joined.append(" " if wrapped else "\n")
        length = length + len(following) if wrapped else len(following)
        block += not wrapped
    return Setting("".join(joined), headings)


def set_plain(text: str) -> Setting:
    """Leave it as it is."""
    return Setting(text, {})
