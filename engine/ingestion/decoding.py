"""Bytes to text: byte-order mark, UTF-8, what the file declares, then detection by its content."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes
from charset_normalizer.md import mess_ratio

from engine.ingestion.charset_guess import guess
from engine.ingestion.reading import skip

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 128 * 1024
_DAMAGE = 0.01
"""Share of characters that may be lost before a text counts as not decoded."""
_CONTROLS = re.compile("[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f]")
_BINARY = 0.02
"""Share of control characters above which bytes are no text."""
_MESSY = 0.2
"""Charset-normalizer's own bound: above it a decoded text is taken for noise."""
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A decoded text, the name of its encoding, and how many characters could not be decoded."""

    text: str
    encoding: str
    lost: int = 0


def decode(data: bytes, *, declared: str | None = None) -> Decoded:
    """Decode a text file.

    Args:
        data: The whole file.
        declared: The encoding that something beside the bytes names (a mail header). What HTML and XML say in their
            first lines is looked up here.

    Raises:
        Unreadable: the bytes are no text, or no encoding fits.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _checked(_lossy(data[len(mark) :], encoding))
    silent = _without_mark(data)
    if silent is not None:
        return _checked(_lossy(data, silent))
    if b"\x1b$" in data[:_SAMPLE]:  # ISO-2022 writes Japanese, Korean and Chinese in seven bits, which pass for ASCII
        for encoding in ("iso2022_kr",) if b"\x1b$)C" in data[:_SAMPLE] else ("iso2022_jp_2",):
            escaped = _lossy(data, encoding)
            if not escaped.lost:
                return escaped
    try:
        return _checked(Decoded(data.decode("utf-8"), "utf-8"))
    except UnicodeDecodeError:
        nearly = _lossy(data, "utf-8")
    if declared is None:
        match = _DECLARED.search(data[:4096])
        declared = (match.group(1) or match.group(2)).decode("ascii") if match else None
    named = _known(declared)
    if named is not None:
        told = _lossy(data, named)
        if _good(told) and mess_ratio(told.text[:4096], _MESSY) <= _MESSY:
            return _checked(told)
    multibyte = sum(1 for character in nearly.text if ord(character) > 127 and character != "�")
    if _good(nearly) and multibyte > 20 * nearly.lost:
        return _checked(nearly)
    if _looks_binary(data[:_SAMPLE].decode("latin-1")):
        raise skip("it is not a text: it holds binary data of an unknown kind")
    for name in (guess(data), _detect(data)):
        detected = None if name is None else _lossy(data, name)
        if detected is not None and _good(detected):
            return _checked(detected)
    if _good(nearly):
        return _checked(nearly)
    raise skip("it is not a text: none of the known encodings fits its bytes")


def _without_mark(data: bytes) -> str | None:
    """UTF-16 and UTF-32 without a mark show by where their zero bytes stand; zero bytes elsewhere mean binary data."""
    sample = data[:4096]
    if b"\0" not in sample:
        return None
    if len(sample) < 4:
        raise skip("it is not a text: it holds binary data of an unknown kind")
    sample = sample[: len(sample) // 4 * 4]
    quarter = len(sample) // 4
    zeros = [sample[place::4].count(0) / quarter for place in range(4)]
    if min(zeros[2:]) > 0.95 and zeros[0] < 0.05:
        return "utf-32-le"
    if min(zeros[:2]) > 0.95 and zeros[3] < 0.05:
        return "utf-32-be"
    even, odd = (zeros[0] + zeros[2]) / 2, (zeros[1] + zeros[3]) / 2
    for encoding, full, bare in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if full > bare + 0.2 and bare < 0.05:
            return encoding
    raise skip("it is not a text: it holds binary data of an unknown kind")


def _known(name: str | None) -> str | None:
    if not name:
        return None
    try:
        info = codecs.lookup(name.strip().lower().removeprefix("x-"))
    except LookupError:
        return None
    # Codecs such as `zlib` or `idna` are no character sets; UTF-16 would have shown by its zero bytes.
    if not getattr(info, "_is_text_encoding", True) or info.name.startswith(("utf-16", "utf-32", "idna", "punycode")):
        return None
    return {"gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932", "iso8859-1": "cp1252"}.get(
        info.name, info.name
    )


def _detect(data: bytes) -> str | None:
    best = from_bytes(_sample(data)).best()
    return None if best is None else best.encoding


def _sample(data: bytes) -> bytes:
    """Enough bytes to detect by: lines beyond ASCII first, since plain ones fit every encoding."""
    if len(data) <= _SAMPLE:
        return data
    first = next((place for place, byte in enumerate(data[: 64 * _SAMPLE]) if byte > 127), 0)
    start = data.rfind(b"\n", 0, first) + 1
    return data[start : start + _SAMPLE]


def _lossy(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    return Decoded(text, encoding, text.count("�") - (data.count("�".encode()) if encoding == "utf-8" else 0))


def _good(decoded: Decoded) -> bool:
    return decoded.lost <= _DAMAGE * len(decoded.text)


def _looks_binary(text: str) -> bool:
    return bool(text) and len(_CONTROLS.findall(text)) > _BINARY * len(text)


def _checked(decoded: Decoded) -> Decoded:
    if _looks_binary(decoded.text[:_SAMPLE]) or not _good(decoded):
        raise skip("it is not a text: it holds binary data of an unknown kind")
    return decoded
