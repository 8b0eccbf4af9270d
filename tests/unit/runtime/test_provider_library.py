from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from engine.runtime.execution_providers import CUDA, DIRECTML
from engine.runtime.faults import DeviceError
from engine.runtime.provider_library import check_library, mend_of

PREFIX, SUFFIX = ("", ".dll") if sys.platform == "win32" else ("lib", ".so")
OWN = f"{PREFIX}onnxruntime_providers_cuda{SUFFIX}"
SHARED = f"{PREFIX}onnxruntime_providers_shared{SUFFIX}"


def runtime(said: str = "", *, error: Exception | None = None) -> ModuleType:
    module = ModuleType("onnxruntime")

    def preload_dlls() -> None:
        if error is not None:
            raise error
        print(said)

    module.preload_dlls = preload_dlls  # type: ignore[attr-defined]
    return module


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (OWN, SHARED):
        (tmp_path / name).write_bytes(b"not a library")
    return tmp_path


def refusing(message: str) -> Any:
    def load(path: str, mode: int = 0) -> None:
        if path.endswith(OWN):
            raise OSError(message)

    return load


@pytest.mark.parametrize(
    ("message", "library", "mend"),
    [
        ("libcudnn.so.9: cannot open shared object file: No such file or directory", "libcudnn.so.9", "cuDNN 9"),
        ("libcublasLt.so.12: cannot open shared object file: No such file", "libcublasLt.so.12", "CUDA libraries"),
        ("libcuda.so.1: cannot open shared object file: No such file", "libcuda.so.1", "NVIDIA's driver"),
        ("Could not find module 'C:\\x\\cudnn64_9.dll' (or one of its dependencies).", "cudnn64_9.dll", "cuDNN 9"),
        ("undefined symbol: cudaFrobnicate", OWN, "anew"),
    ],
)
def test_the_missing_file_and_the_mend_are_named(folder: Path, message: str, library: str, mend: str) -> None:
    with pytest.raises(DeviceError) as caught:
        check_library(CUDA, onnxruntime=runtime(), load=refusing(message), folder=folder)
    assert caught.value.library == library
    assert mend in (caught.value.mend or "")
    assert library in caught.value.why


def test_windows_names_the_outermost_only_and_the_one_behind_it_is_found(folder: Path) -> None:
    said = "Failed to load C:\\site\\cublas64_12.dll: [WinError 126]\nFailed to load cudnn64_9.dll: not found"
    message = f"Could not find module 'C:\\ort\\{OWN}' (or one of its dependencies)."
    with pytest.raises(DeviceError) as caught:
        check_library(CUDA, onnxruntime=runtime(said), load=refusing(message), folder=folder)
    assert caught.value.library == "cublas64_12.dll"


def test_a_file_that_is_no_library_is_told_by_the_systems_own_loader(folder: Path) -> None:
    (folder / SHARED).unlink()
    with pytest.raises(DeviceError) as caught:
        check_library(CUDA, onnxruntime=runtime(), folder=folder)
    assert caught.value.library == OWN


def test_the_shared_part_is_loaded_first(folder: Path) -> None:
    loaded: list[str] = []

    def load(path: str, mode: int = 0) -> None:
        loaded.append(Path(path).name)

    check_library(CUDA, onnxruntime=runtime(), load=load, folder=folder)
    assert loaded == [SHARED, OWN]


def test_what_the_loader_prints_stays_out_of_a_commands_output(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_library(CUDA, onnxruntime=runtime("noise"), load=lambda *_, **__: None, folder=folder)
    assert capsys.readouterr().out == ""


def test_nothing_is_loaded_for_others_or_where_nothing_lies(tmp_path: Path) -> None:
    def load(*_: Any, **__: Any) -> None:
        raise AssertionError

    check_library(DIRECTML, onnxruntime=runtime(), load=load, folder=tmp_path)
    check_library(CUDA, onnxruntime=runtime(error=RuntimeError("odd")), load=load, folder=tmp_path)
    check_library(CUDA, onnxruntime=ModuleType("onnxruntime"), load=load, folder=tmp_path)


def test_every_kind_of_library_has_a_mend() -> None:
    assert "Visual C++" in mend_of("MSVCP140.dll")
    assert "driver" in mend_of("nvcuda.dll")
    assert mend_of("libcufft.so.11").startswith("Install the CUDA libraries")
