"""Whether the library behind an execution provider really loads, and if not, which file it lacks.

ONNX Runtime lists CUDA wherever it was built with it. When its library does not load, the session silently runs on the
CPU and only standard error knows why. So the library is loaded here first, in the way in which ONNX Runtime does it.
"""

from __future__ import annotations

import contextlib
import ctypes
import io
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from engine.runtime.execution_providers import CUDA, TENSORRT
from engine.runtime.faults import DeviceError, FaultKind, first_line
from engine.runtime.tensorrt import INSTALL_TENSORRT, find_tensorrt

_log = logging.getLogger(__name__)

_MISSING = (
    re.compile(r"^(?P<library>[^\s:]+): cannot open shared object file"),
    re.compile(r"Could not find module '(?P<library>[^']+)'"),
    re.compile(r"Library not loaded: (?P<library>\S+)"),
)

_OWN = {CUDA: "onnxruntime_providers_cuda", TENSORRT: "onnxruntime_providers_tensorrt"}
_GLOBAL = getattr(ctypes, "RTLD_GLOBAL", 0)


def check_library(
    provider: str,
    *,
    onnxruntime: ModuleType,
    load: Callable[..., Any] = ctypes.CDLL,
    folder: Path | None = None,
    tensorrt: Callable[[], Path | None] = find_tensorrt,
) -> None:
    """Load what a provider needs.

    Args:
        provider: only CUDA's and TensorRT's lie in libraries of their own; nothing is done for others.
        onnxruntime: the module.
        load: opens a shared library.
        folder: of the libraries; by default the module's.
        tensorrt: tells where TensorRT's library lies.

    Raises:
        DeviceError: something does not load; it names the library and the mend.
    """
    if provider not in _OWN:
        return
    said = _preload(onnxruntime)
    home = folder if folder is not None else Path(str(onnxruntime.__file__)).parent / "capi"
    prefix, suffix = ("", ".dll") if sys.platform == "win32" else ("lib", ".so")
    shared = home / f"{prefix}onnxruntime_providers_shared{suffix}"
    own = home / f"{prefix}{_OWN[provider]}{suffix}"
    if not own.exists():
        return  # built in, or lying elsewhere: the trial that follows tells
    try:
        if shared.exists():
            # The provider takes `Provider_GetHost` from it without naming it as a dependency.
            load(str(shared), mode=_GLOBAL)
        if provider == TENSORRT and (found := tensorrt()) is not None:
            # Of NVIDIA's Python package the system knows nothing; what is loaded once is found by its name.
            load(str(found), mode=_GLOBAL)
        load(str(own))
    except OSError as error:
        library = _library_of(str(error), own.name, said)
        said_by_system = first_line(error).removeprefix(f"{library}: ")
        raise DeviceError(
            FaultKind.RAISED, f"{library} does not load ({said_by_system})", mend=mend_of(library), library=library
        ) from error


def mend_of(library: str) -> str:
    """What to install for a library."""
    name = library.lower()
    if "nvinfer" in name or "nvonnxparser" in name:
        return INSTALL_TENSORRT
    if "cudnn" in name:
        return "Install cuDNN 9: uv pip install 'onnxruntime-gpu[cuda,cudnn]'."
    if any(part in name for part in ("cublas", "cudart", "cufft", "curand", "nvrtc", "nvjitlink")):
        return "Install the CUDA libraries: uv pip install 'onnxruntime-gpu[cuda,cudnn]'."
    if any(part in name for part in ("libcuda.so", "nvcuda", "nvml", "nvidia-ml")):
        return "Install or update NVIDIA's driver, then start the computer anew."
    if any(part in name for part in ("vcruntime", "msvcp")):
        return "Install Microsoft's Visual C++ runtime: https://aka.ms/vs/17/release/vc_redist.x64.exe"
    return "Install Magray's CUDA libraries anew: uv sync --extra cuda --reinstall."


def _preload(onnxruntime: ModuleType) -> str:
    """Let ONNX Runtime load CUDA and cuDNN where they came as Python packages; returns what it printed meanwhile."""
    if not hasattr(onnxruntime, "preload_dlls"):
        return ""
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said):  # what it prints would spoil the output of a command
            onnxruntime.preload_dlls()
    except Exception as error:  # it is a convenience of its makers and raises whatever it meets
        _log.info("CUDA's libraries could not be loaded beforehand: %s", error)
    if said.getvalue().strip():
        _log.info("loading CUDA's libraries: %s", said.getvalue().strip())
    return said.getvalue()


def _library_of(message: str, own: str, said: str) -> str:
    """The file that is missing. Windows names the outermost only; then what could not be loaded before it is meant."""
    for pattern in _MISSING:
        match = pattern.search(message)
        if match is not None:
            named = Path(match["library"].replace("\\", "/")).name
            if named != own:
                return named
    failed = re.search(r"^Failed to load (?P<path>.+?): ", said, re.MULTILINE)
    return Path(failed["path"].replace("\\", "/")).name if failed is not None else own
