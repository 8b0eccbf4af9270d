from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

import pytest

from engine.runtime.nvml import library_names, read_nvidia_cards

CARDS = [
    ("GPU-aaaa-1", "GeForce RTX 4090", 24 << 30, 20 << 30, (8, 9)),
    ("GPU-bbbb-2", "H200", 141 << 30, None, (9, 0)),
]


class Driver:
    """Speaks as `libnvidia-ml.so.1` does: codes as results, values through pointers."""

    def __init__(self, cards: list[Any] | None = None, *, fails: str = "") -> None:
        self.cards = CARDS if cards is None else cards
        self.fails = fails
        self.open = 0

    def _code(self, name: str) -> int:
        return 999 if name == self.fails else 0

    def nvmlInit_v2(self) -> int:
        self.open += not self._code("nvmlInit_v2")
        return self._code("nvmlInit_v2")

    def nvmlShutdown(self) -> int:
        self.open -= 1
        return 0

    def nvmlSystemGetDriverVersion(self, buffer: Any, length: Any) -> int:
        assert length.value == 96
        buffer.value = b"570.86.15"
        return self._code("nvmlSystemGetDriverVersion")

    def nvmlDeviceGetCount_v2(self, count: Any) -> int:
        count._obj.value = len(self.cards)
        return self._code("nvmlDeviceGetCount_v2")

    def nvmlDeviceGetHandleByIndex_v2(self, number: int, handle: Any) -> int:
        handle._obj.value = number + 1
        return 0

    def nvmlDeviceGetName(self, handle: Any, buffer: Any, length: Any) -> int:
        buffer.value = self.cards[handle.value - 1][1].encode()
        return 0

    def nvmlDeviceGetUUID(self, handle: Any, buffer: Any, length: Any) -> int:
        buffer.value = self.cards[handle.value - 1][0].encode()
        return 0

    def nvmlDeviceGetMemoryInfo(self, handle: Any, memory: Any) -> int:
        _, _, total, free, _ = self.cards[handle.value - 1]
        if free is None:
            return 3  # NVML_ERROR_NOT_SUPPORTED, as for a card in several parts
        memory._obj.total, memory._obj.free = total, free
        return 0

    def nvmlDeviceGetCudaComputeCapability(self, handle: Any, major: Any, minor: Any) -> int:
        major._obj.value, minor._obj.value = self.cards[handle.value - 1][4]
        return 0


def loading(driver: Driver) -> Callable[[str], Any]:
    def load(name: str) -> Any:
        return driver

    return load


def test_every_card_with_what_its_driver_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    driver = Driver()
    found = read_nvidia_cards(load=loading(driver), libraries=("nvml",))
    first, second = found.gpus
    assert (first.index, first.name, first.memory_bytes, first.free_bytes) == (
        0,
        "GeForce RTX 4090",
        24 << 30,
        20 << 30,
    )
    assert (first.driver, first.compute_capability) == ("570.86.15", "8.9")
    assert (second.index, second.memory_bytes, second.compute_capability) == (1, None, "9.0")
    assert driver.open == 0


@pytest.mark.parametrize(
    ("visible", "names"),
    [
        ("1", ["H200"]),
        ("1,0", ["H200", "GeForce RTX 4090"]),
        ("GPU-bbbb", ["H200"]),
        ("0,7,1", ["GeForce RTX 4090"]),
        ("", []),
        ("-1", []),
    ],
)
def test_only_what_cuda_would_show_and_in_its_order(visible: str, names: list[str]) -> None:
    found = read_nvidia_cards(load=loading(Driver()), libraries=("nvml",), visible=visible)
    assert [gpu.name for gpu in found.gpus] == names
    assert [gpu.index for gpu in found.gpus] == list(range(len(names)))
    if not names:
        assert "CUDA_VISIBLE_DEVICES hides them all" in found.note


def test_no_driver_is_said_plainly() -> None:
    def load(name: str) -> Any:
        raise OSError(f"{name}: cannot open shared object file")

    found = read_nvidia_cards(load=load, libraries=("libnvidia-ml.so.1",))
    assert found.gpus == ()
    assert found.note == "No NVIDIA driver is installed (libnvidia-ml.so.1 is not there)."
    assert read_nvidia_cards(load=load, libraries=()).gpus == ()


@pytest.mark.parametrize(
    ("fails", "told"),
    [
        ("nvmlInit_v2", "does not answer"),
        ("nvmlDeviceGetCount_v2", "only in part"),
        ("nvmlSystemGetDriverVersion", "part"),
    ],
)
def test_a_driver_that_refuses_is_said_plainly(fails: str, told: str) -> None:
    driver = Driver(fails=fails)
    found = read_nvidia_cards(load=loading(driver), libraries=("nvml",))
    assert found.gpus == ()
    assert told in found.note
    assert "999" in found.note
    assert driver.open == 0


def test_a_driver_too_old_to_know_a_function_is_said_plainly() -> None:
    class Old:
        def nvmlInit_v2(self) -> int:
            return 0

        def nvmlShutdown(self) -> int:
            return 0

    def load(name: str) -> Any:
        return Old()

    assert "only in part" in read_nvidia_cards(load=load, libraries=("nvml",)).note


def test_a_driver_without_cards_and_without_limits() -> None:
    assert "it knows no card" in read_nvidia_cards(load=loading(Driver([])), libraries=("nvml",)).note
    many = [(f"GPU-{number}", "card", 1, 1, (7, 0)) for number in range(100)]
    assert len(read_nvidia_cards(load=loading(Driver(many)), libraries=("nvml",)).gpus) == 64


def test_this_computer_is_looked_at_without_harm() -> None:
    found = read_nvidia_cards()
    assert found.note
    assert all(gpu.name for gpu in found.gpus)
    assert isinstance(library_names(), tuple)
    assert ctypes.sizeof(ctypes.c_ulonglong) == 8
