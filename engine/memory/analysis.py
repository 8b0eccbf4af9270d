"""Texts made ready for the lexical index, and a cheap guess at their language. No third-party engine is known here.

Words of most scripts are cut at spaces and stemmed by the index. Chinese, Japanese, Korean, Thai and their neighbours
write without spaces (or glue particles to words), so their runs become overlapping pairs of characters:
黑猫警长 becomes 黑猫 猫警 警长 长. The last character stands alone too, so that every character begins some token and a
query of one character finds it by prefix.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

from engine.memory.stop_words import STOP_WORDS

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f"  # Myanmar
    "\u1780-\u17ff"  # Khmer
    "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af"  # Hangul
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_TONES = re.compile("[\u0e47-\u0e4e\u0ec8-\u0ece\u3099\u309a]")

_SCRIPTS: tuple[tuple[int, int, str], ...] = (
    (0x0370, 0x03FF, "el"),
    (0x0400, 0x052F, "ru"),
    (0x0530, 0x058F, "hy"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x077F, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x0980, 0x09FF, "bn"),
    (0x0B80, 0x0BFF, "ta"),
    (0x0C00, 0x0C7F, "te"),
    (0x0E00, 0x0E7F, "th"),
    (0x10A0, 0x10FF, "ka"),
    (0x1100, 0x11FF, "ko"),
    (0x3040, 0x30FF, "ja"),
    (0x3400, 0x4DBF, "zh"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)
"""First and last code point -> the language that most likely writes it."""

_WORD = re.compile(r"[^\W\d_]+")


def searchable(text: str) -> str:
    """A text as the lexical index takes it: compatible forms made one, ё as е, unspaced scripts as pairs."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).replace("ё", "е").replace("Ё", "Е")
    return _RUN.sub(_pairs, _TONES.sub("", text))


def single_characters(text: str) -> list[str]:
    """Characters of unspaced scripts that stand alone in a query: they are searched by prefix."""
    if text.isascii():
        return []
    text = _TONES.sub("", unicodedata.normalize("NFKC", text))
    return [run for run in _RUN.findall(text) if len(run) == 1]


def question_text(text: str) -> str:
    """A query as the lexical index takes it: as `searchable`, without the lone last characters of longer runs."""
    if text.isascii():
        return text
    text = unicodedata.normalize("NFKC", text).replace("ё", "е").replace("Ё", "Е")
    return _RUN.sub(lambda run: _joined(run.group(), last=False), _TONES.sub("", text))


@lru_cache(maxsize=256)
def guess_language(text: str) -> str:
    """The language of a short text as an ISO 639-1 code, by its script, then by its stop words.

    Latin script without a telling word counts as English: names and keywords are shared by all of its languages. Good
    enough to tell whether an embedder knows the language; not more.
    """
    scripts: Counter[str] = Counter()
    if text.isascii():
        scripts["latin"] = sum(map(str.isalpha, text))
    else:
        scripts.update(script_language(ord(character)) for character in text if character.isalpha())
    if not scripts.total():
        return "en"
    if scripts["ja"] and scripts["ja"] + scripts["zh"] >= scripts.total() / 2:
        return "ja"  # kana among Han
    words = _WORD.findall(text.casefold())
    found = {language: sum(map(stop.__contains__, words)) for language, stop in STOP_WORDS.items()}
    most = max(found.values())
    latin = scripts.pop("latin", 0)
    if scripts:
        script, letters = scripts.most_common(1)[0]
        # "как настроить Docker compose" is Russian, "who is Иван Петров" is English
        if letters > 2 * latin or (not most and letters * 3 >= latin):
            return script
    return "en" if not most or found["en"] == most else max(found, key=lambda language: found[language])


def script_language(code: int) -> str:
    """The language that most likely writes a character of that code point; `latin` for Latin letters."""
    if code < 0x0370:
        return "latin"
    for first, last, language in _SCRIPTS:
        if first <= code <= last:
            return language
    return "latin"


def _pairs(run: re.Match[str]) -> str:
    return _joined(run.group(), last=True)


def _joined(run: str, *, last: bool) -> str:
    if len(run) == 1:
        return f" {run} "
    pairs = [run[at : at + 2] for at in range(len(run) - 1)]
    return f" {' '.join([*pairs, run[-1]] if last else pairs)} "
