"""The whole error tree of the engine.

    MagrayError
    ├── SettingsError            an option has a value that cannot be used
    │   └── OptionError          one option: unknown, of another type, outside its limits
    ├── StoreError               the database cannot be opened, read or written
    │   ├── StoreDamagedError    the database's file is damaged
    │   ├── StoreNewerError      it was written by a newer version of Magray
    │   ├── StoreBusyError       another Magray has this data folder open
    │   ├── StoreReadOnlyError   the data folder or the database cannot be written
    │   └── StoreFullError       the disk is full
    ├── BackupError              a backup cannot be made, read or restored
    │   ├── BackupDamagedError   it is no backup, is damaged, or was changed
    │   └── PassphraseError      a passphrase is needed, is wrong, or too short
    ├── MemoryImportError        a file of memories cannot be read at all
    ├── NotFoundError            an id names nothing
    ├── InvalidMemoryError       a text, vector or field cannot be remembered
    ├── StreamError              a live stream does not take a message
    │   └── StreamFullError      it came faster than it could be kept, for too long
    ├── IndexDamagedError        a derived index is torn, foreign or older (it is rebuilt)
    ├── RuntimeUnavailableError  ONNX Runtime is missing or a model does not load
    ├── ModelError               a model file is missing, damaged or of another kind
    ├── ConversationImportError  an export of conversations cannot be read
    ├── IngestionError           a file cannot be read (becomes the reason on its row)
    ├── ChatModelError           a language model cannot answer
    │   ├── KeyMissingError      no key is set for the provider
    │   ├── KeyRefusedError      the provider does not take the key
    │   ├── ModelGoneError       the provider has no such model (any more)
    │   ├── RateLimitedError     too many requests, or the account is used up
    │   ├── OverLongError        the request does not fit the model's window
    │   ├── UnreachableError     no connection, or no answer in time
    │   ├── StreamBrokenError    the answer was cut off, or is not what the protocol says
    │   ├── OfflineError         the offline switch forbids it; nothing was sent
    │   └── BudgetReachedError   the month's budget is used up; the owner is asked
    └── EngineClosedError        a call after close

Every message says what happened, what was kept where that is in doubt, and what to do next.
"""

from __future__ import annotations

from typing import Literal

OptionProblem = Literal["unknown", "type", "limits", "choice", "form", "fixed"]
"""What is wrong with an option: no such option; another type of value; outside its limits; none of its choices; not of
its form; it cannot stand in `config.toml`."""


class MagrayError(Exception):
    """Base of every error that the engine raises on purpose. `str(error)` is fit for the owner's eyes."""


class SettingsError(MagrayError):
    """An option has a value that cannot be used; the message names the option and where the value came from."""


class OptionError(SettingsError):
    """One option cannot be set to a value.

    Attributes:
        name: the option's dotted name.
        problem: what is wrong, for a front end that says it in its own words.
        needs: what a value must be, in words; empty where that is not the matter.
        nearest: the known option that an unknown name is most like, or None.
    """

    def __init__(
        self, message: str, *, name: str, problem: OptionProblem, needs: str = "", nearest: str | None = None
    ) -> None:
        super().__init__(message)
        self.name = name
        self.problem = problem
        self.needs = needs
        self.nearest = nearest


class StoreError(MagrayError):
    """The database cannot be opened, read or written; the message names the file."""


class StoreDamagedError(StoreError):
    """The database's file is damaged; it was left as it is. The message names the youngest backup beside it."""


class StoreNewerError(StoreError):
    """The database was written by a newer version of Magray; nothing was changed."""


class StoreBusyError(StoreError):
    """Another process holds this data folder."""


class StoreReadOnlyError(StoreError):
    """The data folder or the database cannot be written."""


class StoreFullError(StoreError):
    """The disk is full; what was acknowledged before is kept."""


class BackupError(MagrayError):
    """A backup cannot be made, read or restored; the message says what was kept."""


class BackupDamagedError(BackupError):
    """A file is no backup, is damaged, or was changed after it was made; nothing of it was used."""


class PassphraseError(BackupError):
    """A passphrase is needed, is wrong, or is too short. The message never holds it."""


class MemoryImportError(MagrayError):
    """A file of memories cannot be read at all; nothing was imported."""


class NotFoundError(MagrayError):
    """An id names nothing."""


class InvalidMemoryError(MagrayError):
    """A text, a vector or a field cannot be remembered; the message names the field."""


class StreamError(MagrayError):
    """A live stream is closed, too many are open, or a message is too large; the message says what was kept."""


class StreamFullError(StreamError):
    """Messages come faster than they can be kept; this one was not remembered and may be sent again."""


class IndexDamagedError(MagrayError):
    """A derived index is torn, foreign or older than its manifest says. It can always be rebuilt."""


class RuntimeUnavailableError(MagrayError):
    """ONNX Runtime is missing or cannot run a model; the message says what to install."""


class ModelError(MagrayError):
    """A model file is missing, damaged or of another kind than its entry says."""


class ConversationImportError(MagrayError):
    """An export of conversations cannot be read; nothing was imported."""


class IngestionError(MagrayError):
    """A file cannot be read. The message becomes the reason on that file's row."""


class EngineClosedError(MagrayError):
    """The engine was called after it was closed."""


class ChatModelError(MagrayError):
    """A language model cannot answer. The question is kept; the message says what to do.

    Attributes:
        retryable: The same request may succeed later, or with another model.
    """

    retryable = False


class KeyMissingError(ChatModelError):
    """No key is set for the provider."""


class KeyRefusedError(ChatModelError):
    """The provider does not take the key. The message never holds it."""


class ModelGoneError(ChatModelError):
    """The provider has no such model, or not for this account."""


class RateLimitedError(ChatModelError):
    """Too many requests, or the account is used up.

    Attributes:
        retry_after: Seconds that the provider asks to wait, or None.
    """

    retryable = True

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class OverLongError(ChatModelError):
    """The request does not fit the model's window."""


class UnreachableError(ChatModelError):
    """No connection to the provider, no answer in time, or an error on its side."""

    retryable = True


class StreamBrokenError(ChatModelError):
    """The answer was cut off or is not what the protocol says; what came before stands."""

    retryable = True


class OfflineError(ChatModelError):
    """The offline switch forbids it; nothing was sent."""


class BudgetReachedError(ChatModelError):
    """The month's budget is used up; nothing was sent. The owner may allow it."""
