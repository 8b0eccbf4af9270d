"""Words of rich text (RTF 1.9.1): which character set a number means, what is a sign, what is no text."""

from __future__ import annotations

import codecs
import re
from typing import Final

CHARACTER_SETS: Final = {
    77: "mac_roman",
    78: "cp932",
    79: "cp949",
    80: "cp936",
    81: "cp950",
    83: "mac_greek",
    86: "mac_turkish",
    89: "mac_cyrillic",
    88: "mac_latin2",
    128: "cp932",
    129: "cp949",
    130: "johab",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
"""Python's name of the encoding for each `\\fcharset` but 0 and 1, which mean the document's own."""
SYMBOLS = 2
"""The character set of fonts whose letters are pictures."""
SIGNS: Final = {
    "line": "\n",
    "tab": " ",
    "emdash": "—",
    "endash": "–",
    "bullet": "•",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "emspace": " ",
    "enspace": " ",
    "qmspace": " ",
    "softline": "\n",
}
ENDS = frozenset({"par", "sect", "page", "column"})
LEFT_OUT = frozenset(
    "colortbl info pict xe tc txe rxe nonshppict sp sn sv fldinst private listtext pntext pntxta pntxtb "  # noqa: SIM905 - a word list
    "leveltext levelnumbers listname listtable list listoverridetable revtbl rsidtbl generator filetbl datafield "
    "formfield ftnsep ftnsepc aftnsep aftnsepc".split()
)
SPEAKING = frozenset({"shpinst", "shptxt", "dptxbxtext", "ud", "annotation", "footnote", "result"})
"""Destinations of later versions, marked as to be passed over by older programs, that hold text."""
NOTES = frozenset({"footnote", "annotation"})
MARGINS = frozenset(kind + where for kind in ("header", "footer") for where in ("", "l", "r", "f"))
HEADING_STYLE = re.compile(r"heading ([1-9])", re.IGNORECASE)
CONTENTS_STYLE = re.compile(r"(?:toc|contents) [1-9]", re.IGNORECASE)
_OTHER_NAMES = {"cp936": "gb18030", "cp10000": "mac_roman", "cp10007": "mac_cyrillic", "cp65001": "utf-8"}


def code_page(number: int) -> str | None:
    """Python's name of a Windows code page, or None where it has none."""
    name = f"cp{number}"
    try:
        return codecs.lookup(_OTHER_NAMES.get(name, name)).name
    except LookupError:
        return None
