"""Public values about devices: what a computer can compute on, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpu:
    """A graphics processor of this computer.

    Attributes:
        index: Its number, from 0, as in `cuda:0`; -1 where nothing can be computed on it by that number.
        name: As its driver names it.
        memory_bytes: All its memory; None where nobody tells.
        free_bytes: What was free when it was looked at.
        driver: Version of its driver.
        compute_capability: NVIDIA's, as `8.9`.
    """

    index: int
    name: str
    memory_bytes: int | None = None
    free_bytes: int | None = None
    driver: str | None = None
    compute_capability: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderStatus:
    """One execution provider of ONNX Runtime.

    Attributes:
        name: In plain words, as CUDA.
        listed: The installed ONNX Runtime was built with it.
        state: `in use`, `ready` (it loads, something else was chosen), `not tried`, `failing` (its breaker is open),
            `not loading`, `unfit` (ruled out beforehand) or `missing`.
        reason: Why it is not in use; None where it is.
        library: The file that does not load.
        mend: What the owner can do.
    """

    name: str
    listed: bool
    state: Literal["in use", "ready", "not tried", "failing", "not loading", "unfit", "missing"]
    reason: str | None = None
    library: str | None = None
    mend: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFigures:
    """Counts of one device since the start.

    Attributes:
        calls: Batches that it was given.
        failures: Those that it did not compute.
        fallbacks: Batches that the CPU computed in its place, those included that were kept from it.
        out_of_memory: Batches that were halved.
        p50_ms: Milliseconds of a batch, median of the last 1024; None where none ran.
        p95_ms: 95 % took no longer.
        p99_ms: 99 % took no longer.
        last_error: What it said last when it failed.
    """

    calls: int
    failures: int
    fallbacks: int
    out_of_memory: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceState:
    """One device that something was computed on.

    Attributes:
        device: As in the option `runtime.device`: `cpu`, `cuda:0`, `directml:0`, `coreml`.
        breaker: `closed` (in use), `open` (left alone after failures) or `half-open` (the next batch is a trial).
        failures_in_row: Up to now.
        seconds_until_trial: Until an open breaker lets a batch through; else 0.
    """

    device: str
    breaker: Literal["closed", "open", "half-open"]
    failures_in_row: int
    seconds_until_trial: float
    figures: DeviceFigures


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelDevice:
    """What one loaded model runs on.

    Attributes:
        model: Its id.
        device: What it runs on now; several cards that share its batches stand side by side, the fastest first.
        rates: Texts a second by device, as measured when it was chosen.
        why: Why nothing better is used; empty where there is nothing better.
        mend: What the owner can do about that.
        choosing: A better device is being tried just now.
    """

    model: str
    device: str
    rates: Mapping[str, float] = field(default_factory=dict)
    why: str = ""
    mend: str | None = None
    choosing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesStatus:
    """What this computer can compute on, what is used, and why nothing better.

    Attributes:
        runtime: The kind of ONNX Runtime: cpu, cuda, directml or unknown.
        version: Its version.
        wanted: The option `runtime.device`.
        summary: One or two sentences for the owner.
        mend: What would make it better; None where nothing would.
        gpus: Graphics processors that were found.
        gpu_note: How they were looked for, and why none was found.
        providers: Execution providers, best first.
        devices: Devices that something was computed on.
        models: Models that are loaded.
    """

    runtime: str
    version: str
    wanted: str
    summary: str
    mend: str | None
    gpus: tuple[Gpu, ...]
    gpu_note: str
    providers: tuple[ProviderStatus, ...]
    devices: tuple[DeviceState, ...]
    models: tuple[ModelDevice, ...]
