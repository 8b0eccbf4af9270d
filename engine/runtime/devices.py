"""The devices of this computer: what they are called, which there are, and which provider each belongs to."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import sysconfig
from dataclasses import dataclass
from typing import Literal

from engine.device_values import Gpu
from engine.executors import usable_cores
from engine.runtime.execution_providers import (
    COREML,
    CPU,
    CUDA,
    DIRECTML,
    PLAIN_NAMES,
    PREFERENCE,
    TENSORRT,
    InstalledRuntime,
    installed_runtime,
)
from engine.runtime.nvml import read_nvidia_cards
from engine.runtime.tensorrt import INSTALL_TENSORRT, find_tensorrt, library_name

_PROVIDERS = {"cpu": CPU, "cuda": CUDA, "tensorrt": TENSORRT, "directml": DIRECTML, "coreml": COREML}
_SHORT = {provider: short for short, provider in _PROVIDERS.items()}
_NUMBERED = (CUDA, TENSORRT, DIRECTML)
_NVIDIA = (CUDA, TENSORRT)
_NAME = re.compile(r"(cpu|coreml|cuda|tensorrt|directml)(?::(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Device:
    """Something that an ONNX session can run on."""

    provider: str
    index: int = 0

    @property
    def name(self) -> str:
        """As in the option `runtime.device`: `cpu`, `cuda:0`."""
        short = _SHORT.get(self.provider, self.provider)
        return f"{short}:{self.index}" if self.provider in _NUMBERED else short

    @property
    def plain(self) -> str:
        """For the owner's eyes; the first card needs no number."""
        plain = PLAIN_NAMES.get(self.provider, self.provider)
        return f"{plain} (card {self.index})" if self.index else plain


PROCESSOR = Device(CPU)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """What was found on this computer, before anything was tried."""

    runtime: InstalledRuntime
    gpus: tuple[Gpu, ...] = ()
    gpu_note: str = ""
    tensorrt: bool = False

    @property
    def signature(self) -> str:
        """Names everything whose change makes earlier figures and refusals void: runtime, drivers, cards, cores."""
        told = [
            self.runtime.flavour,
            self.runtime.version,
            *self.runtime.providers,
            *(f"{gpu.name} {gpu.memory_bytes} {gpu.driver} {gpu.compute_capability}" for gpu in self.gpus),
            *(["tensorrt"] if self.tensorrt else []),
            sysconfig.get_platform(),
            str(usable_cores()),
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def take_inventory() -> Inventory:
    """Look around; a few milliseconds, and nothing is loaded beside ONNX Runtime and the driver's own library.

    Raises:
        RuntimeUnavailableError: ONNX Runtime is not installed.
    """
    # CUDA's own order is by speed, the driver's by slot: only the latter lets both mean the same card.
    os.environ.setdefault("CUDA_DEVICE_ORDER", "PCI_BUS_ID")
    cards, runtime = read_nvidia_cards(), installed_runtime()
    there = TENSORRT in runtime.providers and find_tensorrt() is not None
    return Inventory(runtime=runtime, gpus=cards.gpus, gpu_note=cards.note, tensorrt=there)


def parse_device(name: str) -> Device | None:
    """The device that the option `runtime.device` names; None for `auto`.

    Raises:
        ValueError: it names none.
    """
    if name == "auto":
        return None
    match = _NAME.fullmatch(name)
    if match is None or (match[2] is not None and _PROVIDERS[match[1]] not in _NUMBERED):
        raise ValueError(f"{name} is no device; there are auto, cpu, cuda, cuda:1, tensorrt, directml and coreml")
    return Device(_PROVIDERS[match[1]], int(match[2] or 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a device is not used: it cannot run the model, is not built in, was measured to be slower, or failed."""

    device: Device
    kind: Literal["unfit", "missing", "slower", "failed"]
    why: str
    mend: str | None = None
    library: str | None = None

    @property
    def advice(self) -> str | None:
        """The mend as a sentence of its own."""
        return self.mend[0].upper() + self.mend[1:] if self.mend else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Devices to try beside the CPU, best first, and those that are ruled out beforehand."""

    attempts: tuple[Device, ...]
    refused: tuple[Refusal, ...]


def plan_devices(inventory: Inventory, *, accelerators: tuple[str, ...], wanted: Device | None) -> Plan:
    """Decide what is worth trying for one model.

    Args:
        inventory: what there is.
        accelerators: providers that have kernels for the model's operators.
        wanted: the one device that the owner forces; None for the best.
    """
    if wanted is not None:
        return _forced(inventory, wanted, accelerators)
    attempts: list[Device] = []
    refused: list[Refusal] = []
    for provider in PREFERENCE:
        if provider == CPU or provider not in inventory.runtime.providers:
            continue
        device = Device(provider, _freest(inventory.gpus) if provider in _NVIDIA else 0)
        if provider == TENSORRT:
            refusal = _without_tensorrt(inventory, device, accelerators)
            if refusal is None:
                attempts.append(device)
            else:
                refused.append(refusal)
        elif provider in accelerators:
            attempts.append(device)
        else:
            why = "it has no kernels for this model's 8-bit operators"
            refused.append(Refusal(device=device, kind="unfit", why=why))
    if CUDA in accelerators and CUDA not in inventory.runtime.providers and inventory.gpus:
        refused.append(_another_flavour(inventory.gpus[0]))
    return Plan(attempts=tuple(attempts), refused=tuple(refused))


def exists_elsewhere(provider: str, *, system: str = sys.platform) -> str | None:
    """Where a provider exists, if that is not this system; None where it could be here."""
    if provider == DIRECTML and system != "win32":
        return "It exists on Windows only"
    if provider == COREML and system != "darwin":
        return "It exists on macOS only"
    if provider in _NVIDIA and system == "darwin":
        return "It does not exist on macOS"
    return None


def other_cards(inventory: Inventory, taken: Device) -> tuple[Device, ...]:
    """The other cards of a computer with several, those with the most free memory first."""
    if taken.provider != CUDA:
        return ()
    rest = [gpu for gpu in inventory.gpus if gpu.index not in (taken.index, -1)]
    return tuple(Device(CUDA, gpu.index) for gpu in sorted(rest, key=lambda gpu: -(gpu.free_bytes or 0)))


def _without_tensorrt(inventory: Inventory, device: Device, accelerators: tuple[str, ...]) -> Refusal | None:
    """Why TensorRT is not even tried, or None."""
    if TENSORRT not in accelerators:
        why = "it is prepared for models of whole or half precision and 512 tokens at most"
        return Refusal(device=device, kind="unfit", why=why)
    return without_library(inventory, device)


def without_library(inventory: Inventory, device: Device) -> Refusal | None:
    """TensorRT without its library, as nearly everywhere; None for everything else."""
    if device.provider != TENSORRT or inventory.tensorrt:
        return None
    library = library_name()
    why = f"{library} is not there"
    return Refusal(device=device, kind="missing", why=why, mend=INSTALL_TENSORRT, library=library)


def _forced(inventory: Inventory, wanted: Device, accelerators: tuple[str, ...]) -> Plan:
    if wanted.provider == CPU:
        return Plan(attempts=(), refused=())
    count = len(inventory.gpus)
    elsewhere = exists_elsewhere(wanted.provider)
    why, mend = NOT_BUILT_IN, _install(wanted.provider)
    if wanted.provider in inventory.runtime.providers:
        if wanted.provider == TENSORRT:
            refusal = _without_tensorrt(inventory, wanted, accelerators)
            if refusal is not None:
                return Plan(attempts=(), refused=(refusal,))
        if wanted.provider not in _NVIDIA or not 0 < count <= wanted.index:
            return Plan(attempts=(wanted,), refused=())
        short = _SHORT[wanted.provider]
        why = f"the only card is {short}:0" if count == 1 else f"the cards are {short}:0 to {short}:{count - 1}"
        mend = _TAKE_BEST
    elif elsewhere is not None:
        why, mend = elsewhere[0].lower() + elsewhere[1:], _TAKE_BEST
    elif wanted.provider in _NVIDIA and count:
        return Plan(attempts=(), refused=(_another_flavour(inventory.gpus[0], wanted),))
    elif wanted.provider in _NVIDIA:
        why = f"{NOT_BUILT_IN}, and no NVIDIA driver answers"
        mend = f"If there is an NVIDIA card, install its driver; then {_install(CUDA)} If there is none, {_TAKE_BEST}"
    return Plan(attempts=(), refused=(Refusal(device=wanted, kind="missing", why=why, mend=mend),))


NOT_BUILT_IN = "the installed ONNX Runtime was built without it"
_TAKE_BEST = "let Magray choose: magray config set runtime.device auto."


def _install(provider: str) -> str | None:
    if provider in _NVIDIA:
        return "install the ONNX Runtime for NVIDIA cards: uv sync --extra cuda."
    if provider == DIRECTML:
        return "install the ONNX Runtime for DirectML: uv sync --extra directml."
    return None  # CoreML comes with every build for macOS


def _another_flavour(gpu: Gpu, wanted: Device | None = None) -> Refusal:
    return Refusal(
        device=wanted or Device(CUDA, max(gpu.index, 0)),
        kind="missing",
        why=f"a {gpu.name} is there, but {NOT_BUILT_IN}",
        mend=_install(CUDA),
    )


def _freest(gpus: tuple[Gpu, ...]) -> int:
    """The card with the most free memory; the first where that is not known."""
    return max(gpus, key=lambda gpu: (gpu.free_bytes or 0, -gpu.index)).index if gpus else 0
