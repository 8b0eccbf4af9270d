"""What every session takes from the house of all devices."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.runtime.accelerator import Accelerator, DeviceRecord
from engine.runtime.backend import Opener
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.devices import Device, Inventory
from engine.runtime.execution_providers import TENSORRT
from engine.runtime.tensorrt import START_SECONDS as TENSORRT_SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a session takes from its house; one for all models.

    Attributes:
        inventory: What there is.
        notes: What earlier starts learned.
        record: Gives what is known of a device.
        open_on: Loads a model.
        gpu_seconds: That a batch may take.
        start_seconds: That loading may take.
        streams: Batches at the same time, by device.
        notice: Tells the owner something once: level and text.
        changed: Tells that something may run elsewhere now.
        clock: Seconds, never going back.
    """

    inventory: Inventory
    notes: DeviceNotes
    record: Callable[[Device], DeviceRecord]
    open_on: Opener
    gpu_seconds: float
    start_seconds: float
    streams: Callable[[Device], int]
    notice: Callable[[str, str], None]
    changed: Callable[[], None]
    clock: Callable[[], float] = time.monotonic

    def accelerator(self, path: Path, device: Device) -> Accelerator:
        """One model on one device, not started."""
        return Accelerator(
            path=path,
            record=self.record(device),
            open_on=self.open_on,
            seconds=self.gpu_seconds,
            streams=self.streams(device),
            start_seconds=max(self.start_seconds, TENSORRT_SECONDS if device.provider == TENSORRT else 0.0),
        )
