"""Cuts a long message into parts of which an embedder reads all. Nothing is lost: the parts joined are the message."""

from __future__ import annotations

from collections.abc import Iterator

_ENDS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")
"""Where a cut hurts least, best first."""
_LATEST_SHARE = 0.5
"""A cut lies behind this share of the room, so that parts are not much shorter than need be."""


def split_message(text: str, most: int) -> list[str]:
    """Parts of a message.

    Args:
        text: The message; shorter ones stay whole.
        most: Characters of a part, at least 1.

    Returns:
        Parts in order, each with something visible in it where the message has; joined they are the message.
    """
    parts: list[str] = []
    for part in _cut(text, most):
        if parts and not (part.strip() and parts[-1].strip()):
            parts[-1] += part  # blank room alone is no part
        else:
            parts.append(part)
    return parts


def _cut(text: str, most: int) -> Iterator[str]:
    begin = 0
    while len(text) - begin > most:
        earliest = begin + max(1, int(most * _LATEST_SHARE))
        end = begin + most
        for mark in _ENDS:
            found = text.rfind(mark, earliest - len(mark), begin + most)
            if found >= 0 and found + len(mark) > begin:
                end = found + len(mark)
                break
        yield text[begin:end]
        begin = end
    yield text[begin:]
