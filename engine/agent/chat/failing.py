"""What to tell the owner when a model does not answer."""

from __future__ import annotations

from engine.chat_values import Failed
from engine.errors import MagrayError
from engine.values import Message


def failure(error: MagrayError, *, message: Message | None) -> Failed:
    """The step that tells of an error; `message` is what had been said before it, where that is kept."""
    return Failed(
        error=str(error),
        retryable=bool(getattr(error, "retryable", False)),
        kept=message.text if message is not None else "",
        message=message,
        kind=type(error).__name__,
    )
