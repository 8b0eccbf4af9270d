"""One message on its way from a stream into the database."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine import values
from engine.background_values import Receipt
from engine.errors import InvalidMemoryError, StreamError
from engine.memory.memory import check
from engine.memory.streams.parts import split_message

BUFFER_BYTES = 48 * 1024
"""Of texts that one stream may hold back; a larger message goes through it alone. With 50 records of overhead a stream
stays under 100 KB."""
CHARACTERS_PER_TOKEN = 4
"""Of running text; a message with more than an embedder reads is kept in parts, so that all of it has a meaning."""

_FIELDS = frozenset(one.name for one in dataclasses.fields(values.NewMemory)) - {"text", "session"}


@dataclass(slots=True, eq=False)
class Record:
    """A message that is not in the database yet.

    Attributes:
        parts: What becomes of it: one memory, or several where it is long.
        size: Bytes of its text in UTF-8.
        at: When it came, aware.
        since: The same, in seconds of the monotonic clock.
        acknowledged: Gets the receipt, where somebody waits for it.
        asked: Somebody waits for it.
    """

    parts: tuple[values.NewMemory, ...]
    size: int
    at: datetime
    since: float
    asked: bool
    acknowledged: asyncio.Future[Receipt] = field(repr=False)


def check_fields(fields: Mapping[str, Any]) -> None:
    """Hold the names of fields against those of `NewMemory`.

    Raises:
        InvalidMemoryError: one of them is no field, or belongs to the stream itself.
    """
    for name in fields:
        if name not in _FIELDS:
            raise InvalidMemoryError(f"{name}: a message of a stream has no such field.")


def as_parts(
    text: Any, fields: Mapping[str, Any], *, session: str, most_bytes: int, dimensions: int, part: int
) -> tuple[tuple[values.NewMemory, ...], int]:
    """What a message becomes, and its size in bytes.

    A long message becomes several memories that follow each other in the session; only the first has its `external_id`.

    Args:
        text: The message; whatever is no text is refused.
        fields: Other fields of `NewMemory`.
        session: The stream's name.
        most_bytes: Size of the largest message.
        dimensions: Of a vector that may come along.
        part: Characters of a part at most; a message with a vector of its own stays whole.

    Raises:
        InvalidMemoryError: a field cannot be used.
        StreamError: the message is too large.
    """
    check_fields(fields)
    if isinstance(text, str) and len(text) > most_bytes:  # before anything that costs as much as it is long
        raise _too_large(len(text), most_bytes)
    memory = check(values.NewMemory(text=text, **{**fields, "session": session}), dimensions=dimensions)
    size = len(memory.text.encode())
    if size > most_bytes:
        raise _too_large(size, most_bytes)
    if memory.vector is not None or len(memory.text) <= part:
        return (memory,), size
    first, *rest = split_message(memory.text, part)
    others = (dataclasses.replace(memory, text=text, external_id=None) for text in rest)
    return (dataclasses.replace(memory, text=first), *others), size


def _too_large(size: int, most: int) -> StreamError:
    return StreamError(
        f"text: a message of {size:,} bytes is too large for a stream ({most:,} at most). It was not kept; save it "
        "as a file and add that."
    )
