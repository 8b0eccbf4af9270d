"""Any order of batches, faults, pauses, releases and retries: the caller always gets the right numbers."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.runtime.backend import Backend, Sample, Shape
from engine.runtime.devices import PROCESSOR, Device, Inventory
from engine.runtime.execution_providers import CPU, CUDA, InstalledRuntime
from engine.runtime.manager import Devices
from engine.settings import RuntimeSettings
from tests.helpers.clock import FakeClock

WIDTH = 4


def right(ids: np.ndarray) -> np.ndarray:
    """What the model of this test computes."""
    return np.repeat(np.sin(ids.astype(np.float32))[:, :, None], WIDTH, axis=2)


class Card:
    """A model in numpy, on a device whose next deeds are told beforehand."""

    def __init__(self) -> None:
        self.deeds: list[str] = []
        self.starts = True
        self.room = 1 << 30
        self.released = threading.Event()

    def open(self, path: Path, *, device: Device, threads: int) -> Backend:
        """As `open_on`."""
        if device != PROCESSOR and not self.starts:
            raise OSError("the driver is gone")
        return Loaded(self, device)


class Loaded:
    """One loaded model."""

    def __init__(self, card: Card, device: Device) -> None:
        self.card = card
        self.device = device

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """One input."""
        return {"ids": ("texts", "tokens")}

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """One output."""
        return {"out": ("texts", "tokens", WIDTH)}

    @property
    def types(self) -> Mapping[str, str]:
        """Of both."""
        return {"ids": "int64", "out": "float32"}

    def run(self, inputs: Mapping[str, Any], output: str, into: Any, *, shrink: bool = False) -> None:
        """Compute, or do the next deed."""
        deed = self.card.deeds.pop(0) if self.card.deeds and self.device != PROCESSOR else "good"
        if deed == "raise":
            into[...] = 13.0
            raise RuntimeError("CUDA failure 999: something")
        if deed == "lose":
            raise RuntimeError("CUDA failure 700: an illegal memory access was encountered")
        if deed == "hang":
            self.card.released.wait(20)
            into[...] = 666.0
            return
        if self.device != PROCESSOR and into.size > self.card.room:
            raise RuntimeError("CUDA failure 2: out of memory")
        into[...] = right(inputs["ids"])
        if deed == "nan":
            into[0, 0, 0] = np.nan
        if deed == "infinite":
            into[-1, -1, -1] = -np.inf


class AnyDevice(RuleBasedStateMachine):
    """One session for its whole life."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.card = Card()
        self.runs = 0
        runtime = InstalledRuntime(flavour="cuda", version="1", providers=(CUDA, CPU))
        options = RuntimeSettings(device="cuda", idle_minutes=10, streams=2)
        self.devices = Devices(
            options.model_copy(update={"gpu_timeout_seconds": 0.5}),
            inventory=lambda: Inventory(runtime=runtime),
            opener=self.card.open,
            clock=self.clock.monotonic,
        )
        self.session = self.devices.open(Path("model.onnx"), model="m", accelerators=(CUDA,), cpu_tokens=40)
        self.session.accelerate(lambda: Sample({"ids": np.arange(1, 9).reshape(2, 4)}, "out", (2, 4, WIDTH)))
        self.devices.settle(30)

    def run_one(self, rows: int, tokens: int) -> None:
        self.runs += 1
        ids = np.arange(self.runs, self.runs + rows * tokens).reshape(rows, tokens)
        into = np.full((rows, tokens, WIDTH), np.nan, dtype=np.float32)
        self.session.run({"ids": ids}, "out", into)
        assert np.array_equal(into, right(ids))

    @rule(rows=st.integers(1, 12), tokens=st.integers(1, 12))
    def run(self, rows: int, tokens: int) -> None:
        self.run_one(rows, tokens)

    @rule(deeds=st.lists(st.sampled_from(["good", "raise", "lose", "nan", "infinite"]), min_size=1, max_size=6))
    def plan(self, deeds: list[str]) -> None:
        self.card.deeds = deeds

    @rule(rows=st.integers(1, 4), really=st.sampled_from([False, False, True]))
    def hang(self, rows: int, really: bool) -> None:
        self.card.deeds = ["hang"] if really else []
        self.run_one(rows, 5)
        self.card.deeds = []

    @rule(room=st.sampled_from([1, 40, 200, 1 << 30]))
    def change_memory(self, room: int) -> None:
        self.card.room = room

    @rule(starts=st.booleans())
    def change_driver(self, starts: bool) -> None:
        self.card.starts = starts

    @rule(seconds=st.sampled_from([1, 299, 300, 700]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def settle(self) -> None:
        assert self.devices.settle(30)

    @rule()
    def release(self) -> None:
        self.devices.release_idle()

    @rule()
    def try_again(self) -> None:
        self.card.deeds = []
        self.devices.try_again(seconds=30)
        if self.card.starts and self.card.room >= 32:
            # A computer with much else to do may take longer than the limit: then that is said.
            assert self.session.device == Device(CUDA) or "did not end" in self.session.choice.summary

    @rule(callers=st.integers(2, 4))
    def run_many(self, callers: int) -> None:
        wrong: list[BaseException] = []

        def work(number: int) -> None:
            ids = np.arange(number * 100, number * 100 + 30).reshape(5, 6)
            into = np.full((5, 6, WIDTH), np.nan, dtype=np.float32)
            try:
                self.session.run({"ids": ids}, "out", into)
                assert np.array_equal(into, right(ids))
            except BaseException as error:
                wrong.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(callers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert wrong == []

    @invariant()
    def counts_add_up(self) -> None:
        status = self.devices.status()
        for state in status.devices:
            figures = state.figures
            assert figures.failures <= figures.calls
            if state.device == "cpu":
                assert (figures.failures, state.breaker) == (0, "closed")
        assert status.summary.startswith("Runs on ")

    def teardown(self) -> None:
        self.card.released.set()
        self.devices.close()


AnyDevice.TestCase.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.expected_logs("CUDA failed: ")
class TestAnyDevice(AnyDevice.TestCase):  # type: ignore[misc, name-defined]
    """Found by pytest under this name, with its mark."""
