"""Memories as JSON Lines: one memory a line, with every field that it has. Reading trusts nothing.

```json
{"id": "…", "text": "…", "layer": "assets", "kind": "note", "created_at": "2026-03-14T09:26:53+00:00", …,
 "links": [{"part": "…", "kind": "part"}], "position": 3,
 "vector": {"model": "…", "dimensions": 384, "data": "base64 of little-endian float32"}}
```

Times are ISO 8601 with their zone. What is missing takes its default; fields of other names are passed over. A line
without an `id` gets one that is made of what it says, so that importing it twice adds it once.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from engine.memory.memory import LONGEST_TEXT, clean, is_visible
from engine.memory.store.memories import to_us
from engine.values import KINDS, LAYERS

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes: the longest text, each of its characters escaped, and a vector."""

_LONGEST_NAME = 10_000
_MOST_TAGS, _MOST_LINKS, _MOST_DIMENSIONS = 1000, 10_000, 65_536
_MOST_COUNT = 2**53
_LENGTH_ERROR = 1e-5
"""What rounding to float32 may leave of a length of 1: such a vector stays as it is, bit by bit."""

_ID = re.compile(r"[0-9a-f]{32}")


class LineBroken(Exception):  # noqa: N818 - it describes the line
    """A line that is no memory; the message says why, beginning with the field."""


@dataclass(frozen=True, slots=True)
class GivenVector:
    """A vector of length 1: whose it is, and its bytes, little-endian float32."""

    model: str
    dimensions: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a document it stands."""

    document_id: str
    path: str
    page: int | None
    heading: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One line, held against the rules. Times are microseconds since 1970 UTC.

    Attributes:
        id: As given, or made of what it says.
        place: Where in a document it stands.
        conversation: Conversation and message that it came from.
        expires: Whether `expires_at` was given at all; where it was not the layer decides.
        links: (id of a part, kind): what it was made of.
        columns: The other fields by the name of their column.
    """

    id: str
    external_id: str | None
    text: str
    layer: str
    kind: str
    place: Place | None
    conversation: tuple[str, str | None] | None
    expires: bool
    links: tuple[tuple[str, str], ...]
    vector: GivenVector | None
    columns: Mapping[str, Any]


def read_line(line: bytes) -> Record:
    """One memory.

    Raises:
        LineBroken: it is none.
    """
    try:
        plain = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError as error:
        raise LineBroken("it is not UTF-8 text") from error
    except RecursionError as error:
        raise LineBroken("it is nested too deeply") from error
    except ValueError as error:
        raise LineBroken(f"it is not JSON ({str(error)[:100]})") from error
    if not isinstance(plain, dict):
        raise LineBroken("it is not a JSON object")
    return _record(plain)


def _record(plain: dict[str, Any]) -> Record:
    text = clean(_text(plain, "text", longest=LONGEST_TEXT, needed=True) or "")
    if not is_visible(text):
        raise LineBroken("text: there is nothing visible in it")
    place, conversation = _source(plain.get("source"))
    columns = {name: read(plain, name) for name, read in _COLUMNS.items() if name in plain}
    external_id = _text(plain, "external_id")
    if external_id == "":
        raise LineBroken("external_id: it is empty")
    layer, kind = _one_of(plain, "layer", LAYERS, "assets"), _one_of(plain, "kind", KINDS, "note")
    given = _id(plain, "id")
    return Record(
        id=given or _made_id(text, kind, external_id, columns),
        external_id=external_id,
        text=text,
        layer=layer,
        kind=kind,
        place=place,
        conversation=conversation,
        expires="expires_at" in plain,
        links=_links(plain.get("links")),
        vector=_vector(plain.get("vector")),
        columns=columns,
    )


def _made_id(text: str, kind: str, external_id: str | None, columns: Mapping[str, Any]) -> str:
    said = [text, kind, external_id, *(columns.get(name) for name in ("occurred_at", "session", "speaker", "title"))]
    return hashlib.blake2b(json.dumps(said).encode(), digest_size=16).hexdigest()


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _text(plain: dict[str, Any], name: str, *, longest: int = _LONGEST_NAME, needed: bool = False) -> str | None:
    value = plain.get(name)
    if value is None and not needed:
        return None
    if not isinstance(value, str):
        raise LineBroken(f"{name}: a {_kind(value)} is no text")
    if len(value) > longest:
        raise LineBroken(f"{name}: {len(value):,} characters are too many ({longest:,})")
    return clean(value)


def _one_of(plain: dict[str, Any], name: str, known: tuple[str, ...], default: str) -> str:
    value = plain.get(name, default)
    if not isinstance(value, str) or value not in known:
        raise LineBroken(f"{name}: {str(value)[:40]!r} is not one of {', '.join(known)}")
    return value


def _id(plain: dict[str, Any], name: str) -> str | None:
    value = plain.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise LineBroken(f"{name}: it is not 32 hexadecimal digits")
    return value


def _time(plain: dict[str, Any], name: str) -> int | None:
    value = plain.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > 64:
        raise LineBroken(f"{name}: a {_kind(value)} is no time in ISO 8601")
    try:
        moment = datetime.fromisoformat(value)
        if moment.utcoffset() is None:
            raise LineBroken(f"{name}: a time needs its zone")
        return to_us(moment.astimezone(UTC))
    except ValueError as error:
        raise LineBroken(f"{name}: {value[:40]!r} is no time in ISO 8601") from error
    except OverflowError as error:
        raise LineBroken(f"{name}: in UTC it lies outside of the years 1 to 9999") from error


def _needed_time(plain: dict[str, Any], name: str) -> int:
    found = _time(plain, name)
    if found is None:
        raise LineBroken(f"{name}: there is no time")
    return found


def _flag(plain: dict[str, Any], name: str) -> bool:
    value = plain[name]
    if not isinstance(value, bool):
        raise LineBroken(f"{name}: a {_kind(value)} is neither true nor false")
    return value


def _count(plain: dict[str, Any], name: str) -> int:
    value = plain[name]
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_COUNT:
        raise LineBroken(f"{name}: it is no count")
    return value


def _share(plain: dict[str, Any], name: str) -> float:
    value = plain[name]
    if isinstance(value, bool) or not isinstance(value, (int, float)) or abs(value) > _MOST_COUNT:
        raise LineBroken(f"{name}: it is no number")
    return float(value)


def _tags(plain: dict[str, Any], name: str) -> str:
    value = plain[name]
    if not isinstance(value, list) or len(value) > _MOST_TAGS:
        raise LineBroken(f"{name}: it is no list of at most {_MOST_TAGS:,} texts")
    tags = [_text({name: tag}, name, longest=_LONGEST_NAME, needed=True) for tag in value]
    return json.dumps(tags, ensure_ascii=False)


def _source(value: object) -> tuple[Place | None, tuple[str, str | None] | None]:
    if value is None:
        return None, None
    if not isinstance(value, dict) or value.get("type") not in ("document", "conversation"):
        raise LineBroken("source: it is neither a document nor a conversation")
    if value["type"] == "conversation":
        conversation = _text(value, "conversation_id", needed=True)
        return None, (conversation or "", _text(value, "message_id"))
    document = _id(value, "document_id")
    path = _text(value, "path", needed=True)
    heading = value.get("heading") or []
    if document is None or not path:
        raise LineBroken("source: a document needs its id and its path")
    if not isinstance(heading, list) or len(heading) > _MOST_TAGS:
        raise LineBroken("source: its headings are no list of texts")
    numbers: dict[str, Any] = {"page": None, "start": 0, "end": 0} | {k: v for k, v in value.items() if v is not None}
    return Place(
        document_id=document,
        path=path,
        page=None if numbers["page"] is None else _count(numbers, "page"),
        heading=tuple(_text({"heading": one}, "heading", needed=True) or "" for one in heading),
        start=_count(numbers, "start"),
        end=_count(numbers, "end"),
    ), None


def _links(value: object) -> tuple[tuple[str, str], ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > _MOST_LINKS:
        raise LineBroken(f"links: it is no list of at most {_MOST_LINKS:,} links")
    found = []
    for one in value:
        part = _id(one, "part") if isinstance(one, dict) else None
        kind = _text(one, "kind") if isinstance(one, dict) else None
        if part is None or not kind:
            raise LineBroken("links: a link needs its part and its kind")
        found.append((part, kind))
    return tuple(found)


def _vector(value: object) -> GivenVector | None:
    if value is None:
        return None
    if not isinstance(value, dict):
        raise LineBroken("vector: it is no object")
    model, data, size = value.get("model"), value.get("data"), value.get("dimensions")
    if not isinstance(model, str) or not isinstance(data, str) or isinstance(size, bool) or not isinstance(size, int):
        raise LineBroken("vector: it needs its model, its dimensions and its data")
    try:
        numbers = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise LineBroken("vector: its data are not base64") from error
    if not 0 < size <= _MOST_DIMENSIONS or len(numbers) != 4 * size:
        raise LineBroken(f"vector: {len(numbers):,} bytes are not {size:,} numbers")
    array = np.frombuffer(numbers, "<f4").astype(np.float64)
    length = float(np.linalg.norm(array))
    if not np.isfinite(length) or length == 0.0:
        raise LineBroken("vector: it must be finite and not all zero")
    if abs(length - 1.0) > _LENGTH_ERROR:
        numbers = (array / length).astype("<f4").tobytes()
    return GivenVector(model, size, numbers)


def _kind(value: object) -> str:
    names = {dict: "object", list: "list", str: "text", bool: "truth value", int: "number", float: "number"}
    return names.get(type(value), "nothing" if value is None else "value")


_Read = Callable[[dict[str, Any], str], Any]

_COLUMNS: dict[str, _Read] = {
    "speaker": _text,
    "session": _text,
    "title": _text,
    "tags": _tags,
    "created_at": _needed_time,
    "occurred_at": _needed_time,
    "position": lambda plain, name: _signed(plain, name),
    "pinned": _flag,
    "importance": _share,
    "access_count": _count,
    "accessed_at": _time,
    "expires_at": _time,
    "superseded_by": _id,
    "valid_to": _time,
    "superseded_at": _time,
    "version_of": _id,
    "repeats": _count,
    "moved_at": _time,
    "archived_at": _time,
    "deleted_at": _time,
}


def _signed(plain: dict[str, Any], name: str) -> int:
    value = plain[name]
    if isinstance(value, bool) or not isinstance(value, int) or not math.fabs(value) < 2**62:
        raise LineBroken(f"{name}: it is no whole number")
    return value
