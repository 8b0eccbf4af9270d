"""Arrays that are used again and again, one set a thread, so that a batch costs no allocation."""

from __future__ import annotations

import ctypes
import math
import sys
import threading
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    ScalarT = TypeVar("ScalarT", bound=np.generic)


class Buffers:
    """Named arrays of a thread. What `take` gave is valid until the same thread takes the same name again.

    A buffer grows to the largest shape seen, up to `cap_bytes`; what is larger is allocated for one use and let go.
    """

    def __init__(self, *, cap_bytes: int = 32 << 20) -> None:
        self._cap = cap_bytes
        self._local = threading.local()

    def take(self, name: str, shape: tuple[int, ...], dtype: type[ScalarT]) -> NDArray[ScalarT]:
        """A contiguous array of that shape with arbitrary content."""
        import numpy as np

        count = math.prod(shape)
        kept: dict[str, NDArray[Any]] | None = getattr(self._local, "kept", None)
        if kept is None:
            kept = self._local.kept = {}
        flat = kept.get(name)
        if flat is None or flat.dtype != np.dtype(dtype) or flat.size < count:
            flat = np.empty(count, dtype=dtype)
            if flat.nbytes <= self._cap:
                kept[name] = flat
        return flat[:count].reshape(shape)

    def release(self) -> None:
        """Let go of this thread's arrays."""
        self._local.kept = {}


def release_unused_memory() -> None:
    """Ask the allocator of the C library to give free pages back; only glibc keeps them and knows how."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
