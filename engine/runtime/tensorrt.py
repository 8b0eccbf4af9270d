"""TensorRT: where its libraries are, and what ONNX Runtime is told about it.

It compiles an engine for a range of shapes, which takes minutes, and keeps it in a folder, so that the next start takes
seconds. The range is given beforehand: a batch outside of it would compile anew in the middle of the work. So TensorRT
is used for models of 512 tokens at most, and batches of 128 texts at most are the rule anyway.
Source: https://onnxruntime.ai/docs/execution-providers/TensorRT-ExecutionProvider.html
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

MOST_TEXTS, MOST_TOKENS = 128, 512
_USUAL_TEXTS, _USUAL_TOKENS = 32, 128
START_SECONDS = 1200.0
"""For compiling an engine."""
INSTALL_TENSORRT = "Install TensorRT 10 if you want it, as by uv pip install tensorrt-cu13. CUDA does without."
_LINUX_FOLDERS = ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/local/cuda/lib64")


def library_name(system: str = sys.platform) -> str:
    """TensorRT's own library."""
    return "nvinfer_10.dll" if system == "win32" else "libnvinfer.so.10"


def find_tensorrt(folders: Iterable[Path] | None = None) -> Path | None:
    """Where TensorRT's library lies, or None; only file names are looked at.

    Args:
        folders: to look in; by default NVIDIA's Python package, then where the system looks for libraries.
    """
    name = library_name()
    for folder in _folders() if folders is None else folders:
        path = folder / name
        if path.is_file():
            return path
    return None


def _folders() -> list[Path]:
    found = []
    package = importlib.util.find_spec("tensorrt_libs")
    if package is not None and package.origin is not None:
        found.append(Path(package.origin).parent)
    variable = "PATH" if sys.platform == "win32" else "LD_LIBRARY_PATH"
    found += [Path(part) for part in os.environ.get(variable, "").split(os.pathsep) if part]
    return found if sys.platform == "win32" else found + [Path(folder) for folder in _LINUX_FOLDERS]


def options(*, index: int, cache: Path | None, inputs: Mapping[str, int]) -> dict[str, str]:
    """What ONNX Runtime is told.

    Args:
        index: of the card.
        cache: folder for engines and timings; None keeps nothing.
        inputs: number of axes by input whose first two are texts and tokens; empty where the shapes are fixed.
    """
    told = {"device_id": str(index)}
    if cache is not None:
        folder = str(cache)
        told |= {
            "trt_engine_cache_enable": "1",
            "trt_engine_cache_path": folder,
            "trt_timing_cache_enable": "1",
            "trt_timing_cache_path": folder,
        }
    ranges = {"min": (1, 1), "opt": (_USUAL_TEXTS, _USUAL_TOKENS), "max": (MOST_TEXTS, MOST_TOKENS)}
    for bound, (texts, tokens) in ranges.items() if inputs else ():
        shape = f"{texts}x{tokens}"
        told[f"trt_profile_{bound}_shapes"] = ",".join(f"{name}:{shape}" for name in inputs)
    return told
