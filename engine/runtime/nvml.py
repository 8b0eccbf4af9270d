"""NVIDIA's graphics processors, asked of the driver's own library (NVML) by ctypes.

The library comes with the driver and its functions have kept their form for ten years, so eight declarations stand in
for a dependency that most computers would install for nothing.
Source: https://docs.nvidia.com/deploy/nvml-api
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.device_values import Gpu

_TEXT = 96  # NVML_DEVICE_NAME_V2_BUFFER_SIZE
_MOST_CARDS = 64


class _Memory(ctypes.Structure):
    _fields_ = [("total", ctypes.c_ulonglong), ("free", ctypes.c_ulonglong), ("used", ctypes.c_ulonglong)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NvidiaCards:
    """What the driver told, or why it told nothing."""

    gpus: tuple[Gpu, ...]
    note: str


def read_nvidia_cards(
    *, load: Callable[[str], Any] = ctypes.CDLL, visible: str | None = None, libraries: tuple[str, ...] | None = None
) -> NvidiaCards:
    """The NVIDIA cards that CUDA programs may use, in the order of their numbers there. It takes milliseconds.

    Args:
        load: opens a shared library.
        visible: `CUDA_VISIBLE_DEVICES`; by default the environment's.
        libraries: names to look under; by default the system's.
    """
    names = library_names() if libraries is None else libraries
    library = None
    for name in names:
        try:
            library = load(name)
            break
        except OSError:
            continue
    if library is None:
        looked = names[0] if names else "its library"
        return NvidiaCards(gpus=(), note=f"No NVIDIA driver is installed ({looked} is not there).")
    try:
        _check(library.nvmlInit_v2(), "nvmlInit")
    except (_NvmlError, AttributeError) as error:
        return NvidiaCards(gpus=(), note=f"The NVIDIA driver does not answer ({error}).")
    try:
        cards = _cards(library)
    except (_NvmlError, AttributeError) as error:
        return NvidiaCards(gpus=(), note=f"The NVIDIA driver answers only in part ({error}).")
    finally:
        library.nvmlShutdown()
    wanted = os.environ.get("CUDA_VISIBLE_DEVICES") if visible is None else visible
    shown = _visible(cards, wanted)
    if not shown:
        why = "CUDA_VISIBLE_DEVICES hides them all" if cards else "it knows no card"
        return NvidiaCards(gpus=(), note=f"The NVIDIA driver is there, but {why}.")
    return NvidiaCards(gpus=shown, note="Told by the NVIDIA driver.")


def library_names() -> tuple[str, ...]:
    """Where the driver's library lies on this system; none on macOS, which has no such driver."""
    if sys.platform == "win32":
        root, programs = os.environ.get("SYSTEMROOT", r"C:\Windows"), os.environ.get("PROGRAMFILES", "")
        return (
            str(Path(root) / "System32" / "nvml.dll"),
            str(Path(programs) / "NVIDIA Corporation" / "NVSMI" / "nvml.dll"),
        )
    if sys.platform == "darwin":
        return ()
    return ("libnvidia-ml.so.1", "/usr/lib/wsl/lib/libnvidia-ml.so.1")


class _NvmlError(Exception):
    """A function gave another code than 0."""


def _check(code: int, function: str) -> None:
    if code:
        raise _NvmlError(f"{function}: code {code}")


def _cards(library: Any) -> list[tuple[str, Gpu]]:
    """Every card with its UUID."""
    driver = _text(library.nvmlSystemGetDriverVersion, "nvmlSystemGetDriverVersion")
    count = ctypes.c_uint()
    _check(library.nvmlDeviceGetCount_v2(ctypes.byref(count)), "nvmlDeviceGetCount")
    cards = []
    for number in range(min(count.value, _MOST_CARDS)):
        handle = ctypes.c_void_p()
        _check(library.nvmlDeviceGetHandleByIndex_v2(number, ctypes.byref(handle)), "nvmlDeviceGetHandleByIndex")
        memory, major, minor = _Memory(), ctypes.c_int(), ctypes.c_int()
        # A card in several parts (MIG) refuses to tell its memory: that is unknown then, and no failure.
        knows_memory = library.nvmlDeviceGetMemoryInfo(handle, ctypes.byref(memory)) == 0
        knows_compute = (
            library.nvmlDeviceGetCudaComputeCapability(handle, ctypes.byref(major), ctypes.byref(minor)) == 0
        )
        gpu = Gpu(
            index=number,
            name=_text(library.nvmlDeviceGetName, "nvmlDeviceGetName", handle),
            memory_bytes=int(memory.total) if knows_memory else None,
            free_bytes=int(memory.free) if knows_memory else None,
            driver=driver,
            compute_capability=f"{major.value}.{minor.value}" if knows_compute else None,
        )
        cards.append((_text(library.nvmlDeviceGetUUID, "nvmlDeviceGetUUID", handle), gpu))
    return cards


def _text(function: Any, name: str, *arguments: Any) -> str:
    buffer = ctypes.create_string_buffer(_TEXT)
    _check(function(*arguments, buffer, ctypes.c_uint(_TEXT)), name)
    return buffer.value.decode("utf-8", "replace")


def _visible(cards: list[tuple[str, Gpu]], wanted: str | None) -> tuple[Gpu, ...]:
    """Cards as CUDA numbers them: those of `CUDA_VISIBLE_DEVICES`, up to the first one that does not exist.

    Source: CUDA C++ programming guide, "CUDA Environment Variables".
    """
    if wanted is None:
        return tuple(gpu for _, gpu in cards)
    shown: list[Gpu] = []
    for part in (part.strip() for part in wanted.split(",")):
        if part.isdigit():
            found = cards[int(part)][1] if int(part) < len(cards) else None
        else:
            found = next((gpu for uuid, gpu in cards if part and uuid.startswith(part)), None)
        if found is None:
            break
        shown.append(
            Gpu(
                index=len(shown),
                name=found.name,
                memory_bytes=found.memory_bytes,
                free_bytes=found.free_bytes,
                driver=found.driver,
                compute_capability=found.compute_capability,
            )
        )
    return tuple(shown)
