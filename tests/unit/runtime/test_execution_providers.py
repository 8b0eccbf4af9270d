from __future__ import annotations

import sys
from types import ModuleType

import pytest

from engine.errors import RuntimeUnavailableError
from engine.runtime.execution_providers import (
    CPU,
    installed_runtime,
    load_onnxruntime,
)


def test_what_is_installed_here() -> None:
    found = installed_runtime()
    assert CPU in found.providers
    assert found.flavour in ("cpu", "cuda", "directml")
    assert tuple(int(part) for part in found.version.split(".")[:2]) >= (1, 24)


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
