"""Tells the old single-byte encodings apart by which letters they make of the bytes.

General detectors need a page of text; a note of one line in windows-1251 or KOI8-R is often taken for something else.
Here each candidate is scored by how usual its letters are: frequent letters of the script count most, signs and box
drawing count against it, and so do capitals inside a word and words of two scripts.
"""

from __future__ import annotations

import re

CANDIDATES = (
    "cp1252",
    "cp1251",
    "koi8-u",
    "cp866",
    "mac_cyrillic",
    "iso8859-5",
    "cp1250",
    "iso8859-2",
    "cp1254",
    "cp1253",
    "cp1255",
    "cp1256",
)
"""Where two fit equally well, the earlier one wins."""

_SURE = 0.4
_AHEAD = 0.03
_MINIMUM = 2
_SAMPLE = 16 * 1024

_SIGNS = bytes([0x80, 0x85, *range(0x91, 0x98), 0x99, 0xA0, 0xA3, 0xA7, 0xA9, 0xAB, 0xAE, 0xB0, 0xB1, 0xB7, 0xBB, 0xBD])
"""Bytes that mean signs in cp1252 and may mean letters elsewhere: the pound sign is a Polish capital in cp1250."""
_FEW = 0.05
_KANA = re.compile(rb"(?:[\xa4\xa5][\xa1-\xf6]|\xa1[\xa2\xa3\xa6\xbc]){3,}")
"""Japanese syllables in EUC-JP and nothing else; in cp866 every second letter would be the same one."""

_CYRILLIC = "оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъё"
"""By falling frequency in Russian."""


def _weights() -> dict[str, float]:
    weights = {letter: 1.0 - 0.85 * rank / len(_CYRILLIC) for rank, letter in enumerate(_CYRILLIC)}
    for letters, weight in (
        ("іїєґўј", 0.3),
        ("éäöüàèßçñáíóúåøæâêîôûëïœãõìòù", 0.8),
        ("łąęśżźćńčšžřěůőűťďňľăşţ", 0.75),
        ("ışğİ", 0.8),
        ("ýþðÿ", 0.5),
        ("“”‘’«»„–—…№€°§©®·•\xa0£", 0.4),
        ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋ", 0.65),
        ("אבגדהוזחטיךכלםמןנסעףפץצקרשת", 0.65),
    ):
        weights.update(dict.fromkeys(letters, weight))
    weights.update({chr(code): 0.65 for code in range(0x621, 0x653)})
    return weights


_WEIGHTS = _weights()
_MIXED = re.compile(r"[A-Za-z][\u0370-\u06ff]|[\u0370-\u06ff][A-Za-z]")


def guess(data: bytes) -> str | None:
    """The single-byte encoding that makes the most usual letters of the bytes, or None where none does clearly.

    Args:
        data: Bytes that are not UTF-8; only the first 16 KB with bytes above 127 are looked at.
    """
    sample = _dense(data)
    beyond = bytes(byte for byte in sample if byte > 127)
    high = len(beyond)
    if high < _MINIMUM:
        return None
    if _KANA.fullmatch(beyond):  # which Chinese and Japanese write by the same bytes
        return "euc_jp"
    if high < _FEW * len(data) and not beyond.translate(None, _SIGNS):
        return "cp1252"
    scored = []
    for rank, encoding in enumerate(CANDIDATES):
        text = sample.decode(encoding, "replace")
        scored.append((_score(text, high), -rank, text, encoding))
    scored.sort(reverse=True)
    score, _, text, encoding = scored[0]
    rivals = [other for other, _, other_text, _ in scored[1:] if other_text != text]
    if score < _SURE or (rivals and rivals[0] > score - _AHEAD):
        return None
    return encoding


def _dense(data: bytes) -> bytes:
    """Only lines with bytes above 127: the others tell nothing."""
    if len(data) <= _SAMPLE:
        return data
    lines = [line for line in data[: 64 * _SAMPLE].splitlines(keepends=True) if not line.isascii()]
    return b"".join(lines)[:_SAMPLE]


def _within_word(text: str, place: int) -> bool:
    return 0 < place < len(text) - 1 and text[place - 1].isalpha() and text[place + 1].islower()


def _score(text: str, high: int) -> float:
    total = 0.0
    before = " "
    for place, character in enumerate(text):
        if character > "\x7f":
            lower = character.lower()
            weight = _WEIGHTS.get(lower[0])
            if weight is None:
                weight = -2.0 if character == "�" or character < "\xa0" else -0.7
            if (character != lower and before.islower()) or (not character.isalpha() and _within_word(text, place)):
                weight = -1.5
            total += weight
        elif before > "\x7f" and character.isupper() and before.islower():
            total -= 1.5
        before = character
    return (total - 2.0 * len(_MIXED.findall(text))) / high
