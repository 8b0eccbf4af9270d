"""Mends letters that a PDF names wrongly."""

from __future__ import annotations

import re
from typing import Final

_TEX: Final = {
    0x0B: "ff",
    0x0C: "fi",
    0x0E: "ffi",
    0x0F: "ffl",
    0x10: "“",
    0x11: "”",
    0x15: "–",
    0x16: "—",
    0x1B: "ff",
    0x1C: "fi",
    0x1D: "fl",
    0x1E: "ffi",
    0x1F: "ffl",
}
"""Ligatures and signs in TeX's text encodings OT1 and T1 (Cork), where text has control characters."""
_TEX_SIGN = re.compile(
    r"(?<=[A-Za-z])[\x0b\x0c\x0e-\x11\x15\x16\x1b-\x1f]|[\x0b\x0c\x0e-\x11\x15\x16\x1b-\x1f](?=[A-Za-z])"
)
_LEADS = range(0xC3, 0xD5)
_SHARE = 0.8
_FEWEST = 4


def with_ligatures(text: str) -> str:
    """A line with the ligatures of TeX spelled out that a PDF without names of its glyphs leaves as control characters.

    Else "significant" is read as "signicant".
    """
    if text.isprintable():
        return text
    return _TEX_SIGN.sub(lambda match: _TEX[ord(match.group())], text)


def in_utf8(text: str) -> str:
    """A text whose letters are pairs of UTF-8 bytes, taken for one UTF-16 unit each, as the letters they were meant as.

    Some drawing programs write the table from glyphs to letters in UTF-8, where PDF wants UTF-16BE (ISO 32000-1,
    9.10.3): the Russian letter U+041C, in UTF-8 D0 9C, then reads as U+D09C, a Korean syllable. Real Korean has few
    syllables of that kind. One character stays one, so that places on the page hold.
    """
    if text.isascii():
        return text
    beyond = [character for character in text if ord(character) > 0xFF]
    meant = sum(map(_is_pair, beyond))
    if meant < _FEWEST or meant < _SHARE * len(beyond):
        return text
    return "".join(ord(one).to_bytes(2, "big").decode() if _is_pair(one) else one for one in text)


def _is_pair(character: str) -> bool:
    lead, follow = divmod(ord(character), 0x100)
    return lead in _LEADS and 0x80 <= follow < 0xC0
