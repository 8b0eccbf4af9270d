"""The ways in which a device fails, told apart by what it raised."""

from __future__ import annotations

import enum

from engine.errors import RuntimeUnavailableError


class FaultKind(enum.StrEnum):
    """What happened."""

    RAISED = "raised"
    HUNG = "hung"
    OUT_OF_MEMORY = "out of memory"
    NOT_FINITE = "not finite"
    WRONG = "wrong"
    LOST = "lost"


class DeviceError(RuntimeUnavailableError):
    """A device did not do what it was asked. It never reaches the caller of a session while the CPU answers."""

    def __init__(self, kind: FaultKind, why: str, *, mend: str | None = None, library: str | None = None) -> None:
        """Make one.

        Args:
            kind: what happened.
            why: in plain words, without a full stop.
            mend: what the owner can do.
            library: the file that does not load.
        """
        super().__init__(why)
        self.kind = kind
        self.why = why
        self.mend = mend
        self.library = library


_MEMORY = (
    "out of memory",
    "outofmemory",
    "failed to allocate memory",
    "memoryallocation",  # cudaErrorMemoryAllocation
    "alloc_failed",  # CUBLAS_STATUS_ALLOC_FAILED, CUDNN_STATUS_ALLOC_FAILED
    "bfcarena",
    "bad allocation",
    "bad_alloc",
    "8007000e",  # E_OUTOFMEMORY of DirectX
)
_LOST = (
    "887a0005",  # DXGI_ERROR_DEVICE_REMOVED
    "887a0006",  # DXGI_ERROR_DEVICE_HUNG
    "887a0007",  # DXGI_ERROR_DEVICE_RESET
    "illegal memory access",
    "device-side assert",
    "unspecified launch failure",
    "launch timed out",
    "no cuda-capable device",
    "gpu is lost",
    "unknown error",  # what CUDA says after the driver was reset
    "context is destroyed",
    "ecc error",
)


def first_line(error: BaseException) -> str:
    """What an error says, in one line."""
    lines = str(error).strip().splitlines()
    return lines[0][:300].rstrip(".") if lines else type(error).__name__


def classify(error: BaseException) -> DeviceError:
    """What an exception of a device means.

    ONNX Runtime raises a dozen types that tell nothing; the drivers' own words are in the message. After some errors
    CUDA refuses every further call of the process (CUDA C++ programming guide, "sticky errors"): those are `LOST`.
    """
    if isinstance(error, DeviceError):
        return error
    told = _whole(error).lower()
    if isinstance(error, MemoryError) or any(sign in told for sign in _MEMORY):
        kind = FaultKind.OUT_OF_MEMORY
    elif any(sign in told for sign in _LOST):
        kind = FaultKind.LOST
    else:
        kind = FaultKind.RAISED
    fault = DeviceError(kind, first_line(error.__cause__ or error))
    fault.__cause__ = error
    return fault


def _whole(error: BaseException) -> str:
    told = str(error)
    cause = error.__cause__
    return f"{told} {cause}" if cause is not None else told
