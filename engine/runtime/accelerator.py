"""One model on one device that may fail in any way: run where it can be abandoned, checked before it is believed."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.runtime.abandonable import AbandonableThreads, HungError
from engine.runtime.backend import Backend, Opener
from engine.runtime.batch_limit import BatchLimit
from engine.runtime.buffers import Buffers
from engine.runtime.circuit_breaker import CircuitBreaker
from engine.runtime.devices import Device
from engine.runtime.faults import DeviceError, FaultKind, classify
from engine.runtime.splitting import run_in_parts
from engine.runtime.statistics import DeviceStatistics

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
START_SECONDS = 180.0
"""For loading a model on a device. CUDA may compile kernels for a new card, CoreML always compiles."""
MOST_ABANDONED = 8
"""Threads left behind in a driver, each with a model's memory, after which a device is not started again."""


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """What all models on one device share: a driver that fails one of them fails the next."""

    device: Device
    breaker: CircuitBreaker
    statistics: DeviceStatistics = field(default_factory=DeviceStatistics)


class Accelerator:
    """Loads and runs one model on one device. Thread-safe.

    The driver is called on daemon threads with a time limit. It only ever sees arrays that nobody else uses: one that
    wakes up minutes later writes into memory that has been given up, never into another batch.
    """

    def __init__(
        self,
        *,
        path: Path,
        record: DeviceRecord,
        open_on: Opener,
        seconds: float,
        streams: int = 1,
        start_seconds: float = START_SECONDS,
    ) -> None:
        """Make one that is not started.

        Args:
            path: the ONNX file.
            record: of the device.
            open_on: loads the model.
            seconds: that a batch may take.
            streams: batches that run at the same time.
            start_seconds: that loading may take.
        """
        self._path = path
        self._record = record
        self._open_on = open_on
        self._seconds = seconds
        self._start_seconds = start_seconds
        self._streams = streams
        self._threads = AbandonableThreads(f"magray-{record.device.name}", size=streams)
        self._limit = BatchLimit()
        self._buffers = Buffers()
        self._lock = threading.Lock()
        self._backend: Backend | None = None

    @property
    def device(self) -> Device:
        """Where it runs."""
        return self._record.device

    @property
    def record(self) -> DeviceRecord:
        """What is known of that device."""
        return self._record

    @property
    def streams(self) -> int:
        """Batches that may run at the same time."""
        return self._streams

    @property
    def limit(self) -> BatchLimit:
        """What fits into its memory."""
        return self._limit

    @property
    def ready(self) -> bool:
        """Loaded, and not lost since."""
        return self._backend is not None

    @property
    def given_up(self) -> bool:
        """It hung so often that it is not started again."""
        return self._threads.abandoned >= MOST_ABANDONED

    def start(self) -> None:
        """Load the model.

        Raises:
            DeviceError: the device does not take it, or does not answer.
        """
        if self.given_up:
            raise DeviceError(FaultKind.HUNG, f"it hung {self._threads.abandoned} times since the start")

        def load() -> Backend:
            return self._open_on(self._path, device=self.device, threads=1)

        try:
            backend = self._threads.call(load, seconds=self._start_seconds)
        except HungError as error:
            raise DeviceError(FaultKind.HUNG, f"loading the model did not end within {self._start_seconds:g} s") from (
                error
            )
        except Exception as error:  # what a driver raises has no common base
            raise classify(error) from error
        with self._lock:
            self._backend = backend

    def run(self, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool = False) -> None:
        """Run a batch, in parts where it does not fit; `into` is whole or, after an error, undefined.

        Raises:
            DeviceError: the device failed.
        """

        def part(some: Mapping[str, NDArray[Any]], target: NDArray[Any]) -> None:
            self._run_part(some, output, target, shrink=shrink)

        run_in_parts(inputs, into, limit=self._limit, run=part, refused=self._record.statistics.ran_out_of_memory)

    def release_buffers(self) -> None:
        """Let go of the calling thread's arrays."""
        self._buffers.release()

    def close(self) -> None:
        """Let go of the model. Safe to call twice."""
        with self._lock:
            self._backend = None
        self._threads.close()

    def _run_part(self, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool) -> None:
        backend = self._backend
        if backend is None:
            raise DeviceError(FaultKind.LOST, "it is not loaded just now")
        own: dict[str, NDArray[Any]] = {}
        for name, array in inputs.items():
            own[name] = self._buffers.take(f"in {name}", array.shape, array.dtype.type)
            own[name][...] = array
        result: NDArray[Any] = self._buffers.take("out", into.shape, into.dtype.type)
        try:
            self._threads.call(_running(backend, own, output, result, shrink=shrink), seconds=self._seconds)
        except HungError as error:
            self._buffers.release()  # the driver may still write into them
            self._lose(backend)
            raise DeviceError(FaultKind.HUNG, f"a batch did not end within {self._seconds:g} s") from error
        except Exception as error:  # what a driver raises has no common base
            fault = classify(error)
            if fault.kind is FaultKind.LOST:
                self._lose(backend)
            raise fault from error
        if not finite(result, inputs.get("attention_mask")):
            raise DeviceError(FaultKind.NOT_FINITE, "it gave numbers that are none (NaN or infinite)")
        into[...] = result

    def _lose(self, backend: Backend) -> None:
        with self._lock:
            if self._backend is backend:
                self._backend = None
        _log.info("the model on %s is given up", self.device.name)


def _running(
    backend: Backend, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool
) -> Callable[[], None]:
    return lambda: backend.run(inputs, output, into, shrink=shrink)


def finite(values: NDArray[Any], mask: NDArray[Any] | None) -> bool:
    """Whether all numbers that count are numbers.

    Args:
        values: any shape, floating.
        mask: (texts, tokens), 1 where a token counts; looked at only where `values` begins with the same shape.
    """
    # One sum in double precision is not finite as soon as a part is not; it is three times as quick as looking.
    if np.isfinite(values.sum(dtype=np.float64)):
        return True
    unusable = ~np.isfinite(values)
    if mask is not None and values.ndim > mask.ndim and values.shape[: mask.ndim] == mask.shape:
        unusable &= mask.astype(bool).reshape(*mask.shape, *(1,) * (values.ndim - mask.ndim))
    return not bool(unusable.any())


def alike(given: NDArray[Any], expected: NDArray[Any]) -> float:
    """Mean cosine between corresponding vectors of two outputs; of all numbers at once where there are no vectors."""
    wide = expected.ndim > 1 and expected.shape[-1] > 1
    a = given.reshape(-1, expected.shape[-1] if wide else expected.size).astype(np.float64)
    b = expected.reshape(a.shape).astype(np.float64)
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return float(np.mean(np.einsum("ij,ij->i", a, b) / np.maximum(lengths, 1e-30)))


def texts_per_second(
    run: Callable[[], None], *, texts: int, budget: float = 1.0, clock: Callable[[], float] = time.perf_counter
) -> float:
    """The median over three runs or more, as many as fit into `budget` seconds, after one that does not count."""
    run()
    began = clock()
    seconds: list[float] = []
    while len(seconds) < 3 or (clock() - began < budget and len(seconds) < 20):
        start = clock()
        run()
        seconds.append(clock() - start)
        if clock() - began > 4 * budget:
            break
    return texts / max(sorted(seconds)[len(seconds) // 2], 1e-9)
