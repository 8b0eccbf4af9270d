from __future__ import annotations

import sys
from types import ModuleType

import pytest

from engine.errors import RuntimeUnavailableError
from engine.runtime.execution_providers import (
    COREML,
    CPU,
    CUDA,
    DIRECTML,
    Candidate,
    InstalledRuntime,
    candidates,
    installed_runtime,
    load_onnxruntime,
)


def runtime(*providers: str) -> InstalledRuntime:
    return InstalledRuntime(flavour="cpu", version="1.24.4", providers=providers)


def test_what_is_installed_here() -> None:
    found = installed_runtime()
    assert CPU in found.providers
    assert found.flavour in ("cpu", "cuda", "directml")
    assert tuple(int(part) for part in found.version.split(".")[:2]) >= (1, 24)


def test_best_first_and_the_cpu_last() -> None:
    chosen = candidates(runtime(CPU, DIRECTML, CUDA), accelerators=(CUDA, DIRECTML))
    assert chosen == (Candidate(provider=CUDA), Candidate(provider=DIRECTML), Candidate(provider=CPU))


def test_what_has_no_kernels_for_the_model_is_ruled_out_with_a_reason() -> None:
    cuda, cpu = candidates(runtime(CUDA, CPU), accelerators=(DIRECTML,))
    assert cuda.ruled_out == "it has no kernels for this model's 8-bit operators"
    assert cpu == Candidate(provider=CPU)


def test_services_and_compilers_are_never_tried() -> None:
    listed = runtime("AzureExecutionProvider", "TensorrtExecutionProvider", COREML, CPU)
    assert [candidate.provider for candidate in candidates(listed, accelerators=())] == [COREML, CPU]


def test_the_cpu_is_tried_even_when_it_is_not_listed() -> None:
    assert candidates(runtime(), accelerators=()) == (Candidate(provider=CPU),)


def test_a_missing_runtime_says_in_one_line_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(RuntimeUnavailableError) as caught:
        load_onnxruntime()
    told = str(caught.value)
    assert "\n" not in told
    for extra in ("--extra cpu", "--extra cuda", "--extra directml"):
        assert extra in told


def test_a_folder_left_behind_by_another_flavour_is_not_taken_for_a_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "onnxruntime", ModuleType("onnxruntime"))
    with pytest.raises(RuntimeUnavailableError, match="incomplete"):
        load_onnxruntime()
