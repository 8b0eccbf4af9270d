"""Which ONNX Runtime is installed, what it can run on, and in which order to try."""

from __future__ import annotations

import importlib
import importlib.metadata
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from engine.errors import RuntimeUnavailableError

Flavour = Literal["cpu", "cuda", "directml", "unknown"]

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"
DIRECTML = "DmlExecutionProvider"
COREML = "CoreMLExecutionProvider"

PREFERENCE = (CUDA, TENSORRT, DIRECTML, COREML, CPU)
"""Best first. Others that a build may list (Azure's, which calls a service) are never chosen."""

PLAIN_NAMES = {CPU: "CPU", CUDA: "CUDA", TENSORRT: "TensorRT", DIRECTML: "DirectML", COREML: "CoreML"}

_DISTRIBUTIONS: tuple[tuple[str, Flavour], ...] = (
    ("onnxruntime-gpu", "cuda"),
    ("onnxruntime-directml", "directml"),
    ("onnxruntime", "cpu"),
)
_INSTALL = "Install one with `uv sync --extra cpu` (or --extra cuda, or --extra directml on Windows)."


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledRuntime:
    """The ONNX Runtime of this environment."""

    flavour: Flavour
    version: str
    providers: tuple[str, ...]


def load_onnxruntime() -> ModuleType:
    """Import ONNX Runtime, once it is needed and not before.

    Raises:
        RuntimeUnavailableError: it is not installed or does not load on this system.
    """
    try:
        module = importlib.import_module("onnxruntime")
        if not hasattr(module, "InferenceSession"):
            # Two flavours in one environment, one of them removed: the folder stays behind, empty.
            raise ImportError("the installed package is incomplete")
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == "onnxruntime"
        what = "ONNX Runtime is not installed." if missing else f"ONNX Runtime does not load ({error})."
        raise RuntimeUnavailableError(f"{what} {_INSTALL}") from error
    # On Windows the official builds hand events to the system, which may send them to Microsoft.
    module.disable_telemetry_events()
    return module


def installed_runtime() -> InstalledRuntime:
    """What is installed here.

    Raises:
        RuntimeUnavailableError: nothing is.
    """
    module = load_onnxruntime()
    return InstalledRuntime(
        flavour=_flavour(), version=str(module.__version__), providers=tuple(module.get_available_providers())
    )


def _flavour() -> Flavour:
    for distribution, flavour in _DISTRIBUTIONS:
        try:
            importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
        return flavour
    return "unknown"  # a frozen build carries no metadata
