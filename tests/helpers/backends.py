"""Devices that fail in every way, behind the very seam behind which real ones stand.

Each computes on the CPU by a real session, and then spoils what it is told to spoil.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from engine.device_values import Gpu
from engine.runtime.backend import Backend, Shape
from engine.runtime.devices import PROCESSOR, Device, Inventory
from engine.runtime.execution_providers import COREML, CPU, CUDA, DIRECTML, InstalledRuntime
from engine.runtime.session import open_on

Deed = Callable[["FaultyBackend", Mapping[str, Any], Any], None]
"""What a device does with a batch; it may call `compute` of the backend to do what it should."""


@dataclass
class Lab:
    """Opens sessions as `open_on` does, with devices that exist here only, and knows what was done to each.

    `by_device` names what one device always does; for the others `deeds` is consumed from its front, one a batch; when
    it is empty, devices behave.
    """

    deeds: list[Deed] = field(default_factory=list)
    always: Deed | None = None
    by_device: dict[str, Deed] = field(default_factory=dict)
    cpu: Deed | None = None
    driver: str = "1.2"
    cards: int = 1
    free: tuple[int, ...] = (7, 7, 7, 7)
    """GiB of each card."""
    tensorrt: bool = False
    openings: dict[str, Callable[[], None]] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)
    released: threading.Event = field(default_factory=threading.Event)
    batches: list[tuple[str, int]] = field(default_factory=list)
    accelerators: tuple[str, ...] = (CUDA, DIRECTML, COREML)

    def inventory(self) -> Inventory:
        """A computer with cards."""
        runtime = InstalledRuntime(flavour="cuda", version="1.31.1", providers=(*self.accelerators, CPU))
        gpus = tuple(
            Gpu(
                index=index,
                name="Test Card",
                memory_bytes=8 << 30,
                free_bytes=self.free[index] << 30,
                driver=self.driver,
            )
            for index in range(self.cards if CUDA in self.accelerators else 0)
        )
        return Inventory(runtime=runtime, gpus=gpus, gpu_note="Made up.", tensorrt=self.tensorrt)

    def open(self, path: Path, *, device: Device, threads: int) -> Backend:
        """As `open_on`."""
        self.opened.append(device.name)
        if device.name in self.openings:
            self.openings[device.name]()
        inner = open_on(path, device=PROCESSOR, threads=1)
        return inner if device == PROCESSOR and self.cpu is None else FaultyBackend(self, device, inner)

    def hang(self) -> None:
        """Wait until the test is over, as a driver that never comes back."""
        self.released.wait(60)


class FaultyBackend:
    """A real session with a fault before, behind or in place of it."""

    def __init__(self, lab: Lab, device: Device, inner: Backend) -> None:
        self.lab = lab
        self.device = device
        self.inner = inner

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """As the real session's."""
        return self.inner.inputs

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """As the real session's."""
        return self.inner.outputs

    @property
    def types(self) -> Mapping[str, str]:
        """As the real session's."""
        return self.inner.types

    def run(self, inputs: Mapping[str, Any], output: str, into: Any, *, shrink: bool = False) -> None:
        """Do the next deed."""
        self.lab.batches.append((self.device.name, len(into)))
        if self.device == PROCESSOR:
            deed = self.lab.cpu
        elif self.device.name in self.lab.by_device:
            deed = self.lab.by_device[self.device.name]
        else:
            deed = self.lab.deeds.pop(0) if self.lab.deeds else self.lab.always
        self._output, self._shrink = output, shrink
        if deed is None:
            self.compute(inputs, into)
        else:
            deed(self, inputs, into)

    def compute(self, inputs: Mapping[str, Any], into: Any) -> None:
        """What should be done."""
        self.inner.run(inputs, self._output, into, shrink=self._shrink)


def good(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """Compute."""
    backend.compute(inputs, into)


def raises(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """Half-write the result, then raise."""
    into[: len(into) // 2 + 1] = 123.0
    raise RuntimeError("CUDA failure 700: something went wrong ; GPU=0")


def lost(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """As after a reset of the driver."""
    raise RuntimeError("CUDA failure 700: an illegal memory access was encountered ; GPU=0")


def hangs(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """Never come back while the test runs; on waking, write rubbish where the result was wanted."""
    backend.lab.hang()
    into[...] = 666.0


def not_a_number(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """One NaN among a hundred thousand numbers."""
    backend.compute(inputs, into)
    into.reshape(-1)[into.size // 2] = np.nan


def infinite(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """One infinity of each sign."""
    backend.compute(inputs, into)
    into.reshape(-1)[0], into.reshape(-1)[-1] = np.inf, -np.inf


def out_of_memory(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """Refuse, whatever the size."""
    raise RuntimeError("Failed to allocate memory for requested buffer of size 1073741824")


def fits(texts: int) -> Deed:
    """Out of memory above so many texts."""

    def deed(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
        if len(into) > texts:
            raise RuntimeError("CUDA failure 2: out of memory ; GPU=0 ; hostname=here")
        backend.compute(inputs, into)

    return deed


def slow(seconds: float) -> Deed:
    """Right, after a while."""

    def deed(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
        time.sleep(seconds)
        backend.compute(inputs, into)

    return deed


def wrong(backend: FaultyBackend, inputs: Mapping[str, Any], into: Any) -> None:
    """Finite, plausible, and something else."""
    into[...] = np.random.default_rng(1).standard_normal(into.shape, dtype=np.float32)
