"""A conversation as it was read from an export, before it is stored."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engine.values import Role


@dataclass(slots=True, kw_only=True)
class ImportedMessage:
    """One message.

    Attributes:
        key: Its id in the export.
        parent: The key of the message before it; None for the first.
        role: Who speaks.
        text: What is said.
        created_at: Microseconds since 1970; None where the export does not tell.
        model: Who wrote it, for an assistant's.
        stored: Columns of the message table that Magray's own export brings along.
    """

    key: str
    parent: str | None
    role: Role
    text: str
    created_at: int | None = None
    model: str | None = None
    stored: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ImportedConversation:
    """One conversation.

    Attributes:
        external_id: What the other program calls it, with that one's name; None for a file without ids.
        title: Its title; may be empty.
        messages: Parents before children.
        last: Key of the last message of the branch that was shown; None takes the last message.
        created_at: Microseconds since 1970; None where the export does not tell.
        stored: Columns of the conversation table that Magray's own export brings along.
    """

    external_id: str | None
    title: str
    messages: list[ImportedMessage]
    last: str | None = None
    created_at: int | None = None
    stored: dict[str, Any] = field(default_factory=dict)

    def branch(self) -> set[str]:
        """Keys of the messages of the branch that was shown."""
        parents = {message.key: message.parent for message in self.messages}
        key = self.last if self.last in parents else (self.messages[-1].key if self.messages else None)
        found: set[str] = set()
        while key is not None and key not in found:
            found.add(key)
            key = parents.get(key)
        return found


class ExportBroken(Exception):  # noqa: N818 - it says what is wrong with a file, in words for its owner
    """An export, or one conversation in it, cannot be read; the text says why, without a full stop."""


def microseconds(moment: object) -> int | None:
    """Seconds since 1970 or an ISO 8601 text, in microseconds; None where it is neither."""
    if isinstance(moment, bool) or moment is None:
        return None
    if isinstance(moment, (int, float)):
        if not math.isfinite(moment) or not 0 <= moment < 32_503_680_000:  # the year 3000
            return None
        return int(moment * 1_000_000)
    if not isinstance(moment, str):
        return None
    try:
        read = datetime.fromisoformat(moment)
    except ValueError:
        return None
    aware = read if read.tzinfo is not None else read.replace(tzinfo=UTC)
    try:
        return int(aware.timestamp() * 1_000_000)
    except (OverflowError, OSError):
        return None


def in_order(messages: Sequence[ImportedMessage]) -> Iterator[ImportedMessage]:
    """Parents before children, otherwise as given; a message whose parent is missing or stands below it begins anew."""
    known = {message.key for message in messages}
    children: dict[str | None, list[ImportedMessage]] = {}
    for message in messages:
        if message.parent not in known or message.parent == message.key:
            message.parent = None
        children.setdefault(message.parent, []).append(message)
    given: set[str] = set()
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        message = waiting.pop()
        if message.key not in given:
            given.add(message.key)
            yield message
            waiting += reversed(children.get(message.key, []))
    for message in messages:  # what hangs in a ring
        if message.key not in given:
            given.add(message.key)
            message.parent = None
            yield message
