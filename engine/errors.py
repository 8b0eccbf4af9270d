"""The whole error tree of the engine.

    MagrayError
    ├── SettingsError            an option has a value that cannot be used
    ├── StoreError               the database cannot be opened, read or written
    │   ├── StoreNewerError      it was written by a newer version of Magray
    │   ├── StoreBusyError       another Magray has this data folder open
    │   ├── StoreReadOnlyError   the data folder or the database cannot be written
    │   └── StoreFullError       the disk is full
    ├── NotFoundError            an id names nothing
    ├── InvalidMemoryError       a text, vector or field cannot be remembered
    ├── IndexDamagedError        a derived index is torn, foreign or older (it is rebuilt)
    ├── RuntimeUnavailableError  ONNX Runtime is missing or a model does not load
    ├── ModelError               a model file is missing, damaged or of another kind
    ├── IngestionError           a file cannot be read (becomes the reason on its row)
    └── EngineClosedError        a call after close

Every message says what happened, what was kept where that is in doubt, and what to do next.
"""

from __future__ import annotations


class MagrayError(Exception):
    """Base of every error that the engine raises on purpose. `str(error)` is fit for the owner's eyes."""


class SettingsError(MagrayError):
    """An option has a value that cannot be used; the message names the option and where the value came from."""


class StoreError(MagrayError):
    """The database cannot be opened, read or written; the message names the file."""


class StoreNewerError(StoreError):
    """The database was written by a newer version of Magray; nothing was changed."""


class StoreBusyError(StoreError):
    """Another process holds this data folder."""


class StoreReadOnlyError(StoreError):
    """The data folder or the database cannot be written."""


class StoreFullError(StoreError):
    """The disk is full; what was acknowledged before is kept."""


class NotFoundError(MagrayError):
    """An id names nothing."""


class InvalidMemoryError(MagrayError):
    """A text, a vector or a field cannot be remembered; the message names the field."""


class IndexDamagedError(MagrayError):
    """A derived index is torn, foreign or older than its manifest says. It can always be rebuilt."""


class RuntimeUnavailableError(MagrayError):
    """ONNX Runtime is missing or cannot run a model; the message says what to install."""


class ModelError(MagrayError):
    """A model file is missing, damaged or of another kind than its entry says."""


class IngestionError(MagrayError):
    """A file cannot be read. The message becomes the reason on that file's row."""


class EngineClosedError(MagrayError):
    """The engine was called after it was closed."""
