"""What to tell the owner when a model does not answer."""

from __future__ import annotations

from engine import errors
from engine.chat_values import Failed
from engine.errors import MagrayError
from engine.values import Message

_MENDS: tuple[tuple[type[MagrayError], str], ...] = (
    (errors.KeyMissingError, "Add a key in the settings, under Providers."),
    (errors.KeyRefusedError, "Check the key in the settings, under Providers."),
    (errors.ModelGoneError, "Choose another model."),
    (errors.RateLimitedError, "Wait a little and try again, or choose another model."),
    (errors.OverLongError, "Shorten the message, or choose a model with a larger window."),
    (errors.UnreachableError, "Check that the server runs and that this computer is online, then try again."),
    (errors.StreamBrokenError, "Try again, or go on from where it stopped."),
    (errors.OfflineError, "Turn Offline off in the settings, or choose a model on this computer."),
    (errors.BudgetReachedError, "Allow more for this month in the settings, or choose a model that costs nothing."),
    (errors.SettingsError, "Choose a model in the settings, under Chat models."),
)


def failure(error: MagrayError, *, message: Message | None) -> Failed:
    """The step that tells of an error; `message` is what had been said before it, where that is kept."""
    mend = next((words for kind, words in _MENDS if isinstance(error, kind)), "")
    return Failed(
        error=str(error),
        mend="" if mend and mend in str(error) else mend,
        retryable=bool(getattr(error, "retryable", False)),
        kept=message.text if message is not None else "",
        message=message,
        kind=type(error).__name__,
    )
