"""Whatever a device does, the caller of a session gets the right vectors, in the same call."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.paths import resources
from engine.runtime.backend import Sample
from engine.runtime.device_session import DeviceSession
from engine.runtime.devices import PROCESSOR
from engine.runtime.execution_providers import CUDA
from engine.runtime.manager import Devices
from engine.runtime.session import OnnxSession, open_on
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Deed, Lab
from tests.helpers.clock import FakeClock

pytestmark = pytest.mark.expected_logs("CUDA failed: ")

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"
OUTPUT = "last_hidden_state"
ROWS, TOKENS, WIDTH = 8, 16, 384
Inputs = dict[str, np.ndarray]


def feed(rows: int = ROWS, tokens: int = TOKENS, *, seed: int = 3) -> Inputs:
    ids = np.random.default_rng(seed).integers(1000, 20000, size=(rows, tokens))
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}


@pytest.fixture(scope="module")
def plain() -> OnnxSession:
    return open_on(MODEL, device=PROCESSOR, threads=1)


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(accelerators=(CUDA,))
    yield made
    made.released.set()


class House:
    """Devices of a lab with one session on `cuda:0`."""

    def __init__(self, lab: Lab, clock: FakeClock, plain: OnnxSession, **options: Any) -> None:
        self.told: list[tuple[str, str]] = []
        self.lab = lab
        self.clock = clock
        self.plain = plain
        values = {"device": "cuda", "idle_minutes": 0, "breaker_failures": 3, "streams": 1} | options
        seconds = values.pop("gpu_timeout_seconds", 30)
        notes: Path | None = values.pop("notes", None)
        start_seconds = values.pop("start_seconds", 60.0)
        settings = RuntimeSettings(**values).model_copy(update={"gpu_timeout_seconds": seconds})
        self.devices = Devices(
            settings,
            notes=notes,
            inventory=lab.inventory,
            opener=lab.open,
            clock=clock.monotonic,
            start_seconds=start_seconds,
        )
        self.devices.listen(notice=lambda level, text: self.told.append((level, text)))
        self.session: DeviceSession = self.devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
        self.session.accelerate(lambda: Sample(feed(2, 8), OUTPUT, (2, 8, WIDTH)))
        assert self.session.settle(120)
        lab.batches.clear()

    def right(self, inputs: Inputs | None = None) -> None:
        """Run a batch and hold it against a plain session."""
        inputs = inputs or feed()
        shape = (*inputs["input_ids"].shape, WIDTH)
        into = np.full(shape, np.nan, dtype=np.float32)
        self.session.run(inputs, OUTPUT, into)
        expected = np.empty(shape, dtype=np.float32)
        self.plain.run(inputs, OUTPUT, expected)
        likeness = np.einsum("ijk,ijk->ij", into, expected)
        likeness /= np.linalg.norm(into, axis=2) * np.linalg.norm(expected, axis=2)
        # A batch that was split is scaled in other company (see OnnxEmbedder); one that was not is the same to the bit.
        assert likeness.min() > 0.9
        if all(rows == len(into) for _, rows in self.lab.batches):
            assert np.array_equal(into, expected)

    def figures(self) -> Any:
        (state,) = (one for one in self.devices.status().devices if one.device == "cuda:0")
        return state

    @property
    def used(self) -> str:
        return self.session.device.name


@pytest.fixture
def make(lab: Lab, fake_clock: FakeClock, plain: OnnxSession) -> Iterator[Callable[..., House]]:
    houses: list[House] = []

    def build(**options: Any) -> House:
        houses.append(House(lab, fake_clock, plain, **options))
        return houses[-1]

    yield build
    lab.released.set()
    for house in houses:
        house.devices.close()


@pytest.mark.parametrize(
    "deed",
    [backends.raises, backends.lost, backends.not_a_number, backends.infinite, backends.out_of_memory],
    ids=lambda deed: deed.__name__,
)
def test_a_fault_gives_the_right_vectors_in_the_same_call(make: Callable[..., House], lab: Lab, deed: Deed) -> None:
    house = make()
    assert house.used == "cuda:0"
    lab.deeds = [deed] * 4
    house.right(feed(1))
    figures = house.figures().figures
    assert figures.failures == 1
    assert figures.fallbacks == 1
    assert figures.last_error
    lab.deeds.clear()
    assert house.session.settle(30)
    house.right()
    assert house.figures().figures.failures == 1
    assert house.used == "cuda:0"


def test_a_device_that_hangs_is_abandoned_and_its_late_answer_thrown_away(make: Callable[..., House], lab: Lab) -> None:
    house = make(gpu_timeout_seconds=0.5)
    lab.deeds = [backends.hangs]
    began = time.perf_counter()
    house.right()
    assert 0.5 <= time.perf_counter() - began < 10
    assert "0.5 s" in house.figures().figures.last_error
    assert house.session.settle(30)  # loaded again, on another thread
    assert lab.opened.count("cuda:0") == 2
    house.right()
    lab.released.set()
    for _ in range(20):  # the driver wakes up and writes rubbish: into arrays that nobody looks at any more
        house.right()
    assert house.figures().figures.failures == 1


def test_a_driver_that_hangs_never_shares_memory_with_what_comes_after(make: Callable[..., House], lab: Lab) -> None:
    seen: list[np.ndarray] = []

    def noting(backend: backends.FaultyBackend, inputs: Inputs, into: Any) -> None:
        seen.extend([*inputs.values(), into])
        if len(seen) == 4:
            lab.hang()
        backend.compute(inputs, into)

    house = make(gpu_timeout_seconds=0.5)
    lab.always = noting
    given = feed()
    house.right(given)
    assert house.session.settle(30)
    house.right(given)
    hung, later = seen[:4], seen[4:]
    assert len(later) == 4
    assert not any(np.shares_memory(one, other) for one in hung for other in (*later, *given.values()))


def test_falling_back_loads_nothing_anew(make: Callable[..., House], lab: Lab) -> None:
    house = make(breaker_failures=100)
    lab.opened.clear()
    lab.always = backends.raises
    for _ in range(5):
        house.right()
    assert "cpu" not in lab.opened  # its session is kept warm


def test_a_slow_device_is_no_fault(make: Callable[..., House], lab: Lab) -> None:
    house = make()
    lab.deeds = [backends.slow(0.15)]
    house.right()
    assert house.figures().figures.failures == 0
    assert house.figures().figures.p50_ms >= 150


def test_failures_in_a_row_open_the_breaker_and_time_closes_it(
    make: Callable[..., House], lab: Lab, fake_clock: FakeClock
) -> None:
    house = make()
    lab.always = backends.raises
    for _ in range(3):
        house.right()
    assert house.figures().breaker == "open"
    assert house.used == "cpu"
    ((level, text),) = house.told
    assert level == "warning"
    assert "nothing was lost" in text
    status = house.devices.status()
    assert status.mend is not None
    assert "magray gpu --retry" in status.mend
    assert status.providers[0].state == "failing"
    assert status.summary.startswith("Runs on CPU. CUDA is not used: ")
    before = len(lab.batches)
    house.right()  # not even asked
    assert len(lab.batches) == before
    fake_clock.advance(299)
    house.right()
    assert len(lab.batches) == before
    fake_clock.advance(1)
    house.right()  # the trial fails
    assert len(lab.batches) == before + 1
    assert house.figures().breaker == "open"
    assert len(house.told) == 1
    lab.always = None
    fake_clock.advance(300)
    house.right()
    assert house.figures().breaker == "closed"
    assert house.used == "cuda:0"
    assert "works again" in house.told[-1][1]
    assert house.devices.status().mend is None


def test_a_flapping_device_costs_batches_and_no_result(make: Callable[..., House], lab: Lab) -> None:
    house = make()
    lab.deeds = [backends.good, backends.raises, backends.not_a_number] * 6
    for number in range(18):
        house.right(feed(seed=number))
    figures = house.figures()
    assert figures.breaker == "closed"
    assert figures.figures.failures == 12
    assert figures.figures.fallbacks == 12


def test_a_device_that_hangs_again_and_again_is_left_alone(
    make: Callable[..., House], lab: Lab, fake_clock: FakeClock
) -> None:
    house = make(gpu_timeout_seconds=0.5)
    lab.always = backends.hangs
    for _ in range(3):
        house.right()
        assert house.session.settle(30)
    assert house.figures().breaker == "open"
    began = time.perf_counter()
    house.right()
    assert time.perf_counter() - began < 2
    fake_clock.advance(300)
    house.right()  # begins to load it again, and computes on the CPU meanwhile
    assert house.session.settle(30)
    lab.always = None
    house.right()
    assert house.used == "cuda:0"
    assert house.figures().breaker == "closed"


def test_what_does_not_fit_is_halved_and_remembered(make: Callable[..., House], lab: Lab) -> None:
    house = make()
    lab.always = backends.fits(3)
    house.right(feed(16))
    assert [rows for _, rows in lab.batches] == [16, 8, 4, 2, 2, 2, 2, 2, 2, 2, 2]
    lab.batches.clear()
    house.right(feed(16))
    assert [rows for _, rows in lab.batches] == [2] * 8
    state = house.figures()
    assert state.figures.out_of_memory == 3
    assert state.figures.failures == 0
    assert state.breaker == "closed"
    lab.always = None
    for _ in range(40):  # memory came back: the batches grow again
        house.right(feed(16))
    assert max(rows for _, rows in lab.batches) > 2
    assert house.figures().figures.failures == 0


def test_a_batch_that_was_made_for_a_card_is_cut_for_the_cpu(lab: Lab, plain: OnnxSession) -> None:
    sizes: list[int] = []

    def noting(backend: backends.FaultyBackend, inputs: Inputs, into: Any) -> None:
        sizes.append(len(into))
        backend.compute(inputs, into)

    lab.cpu = noting
    devices = Devices(RuntimeSettings(device="cpu"), inventory=lab.inventory, opener=lab.open)
    session = devices.open(MODEL, model="m", threads=1, cpu_tokens=64)
    into, expected = (np.empty((ROWS, TOKENS, WIDTH), dtype=np.float32) for _ in range(2))
    session.run(feed(), OUTPUT, into)
    assert sizes == [4, 4]
    plain.run(feed(), OUTPUT, expected)
    likeness = np.einsum("ijk,ijk->ij", into, expected)
    likeness /= np.linalg.norm(into, axis=2) * np.linalg.norm(expected, axis=2)
    assert likeness.min() > 0.9
    devices.close()


def test_a_device_that_computes_something_else_is_not_used(make: Callable[..., House], lab: Lab) -> None:
    lab.always = backends.wrong
    house = make()
    assert house.used == "cpu"
    house.right()
    (model,) = house.devices.status().models
    assert "something else than the CPU" in model.why


def test_a_device_that_hangs_at_the_start_is_told_and_the_cpu_answers(make: Callable[..., House], lab: Lab) -> None:
    lab.openings["cuda:0"] = lab.hang
    house = make(start_seconds=0.2)
    house.right()
    assert house.used == "cpu"
    assert "did not end within 0.2 s" in house.session.choice.summary


def test_the_cpu_answers_while_a_device_is_still_starting(lab: Lab, fake_clock: FakeClock, plain: OnnxSession) -> None:
    lab.openings["cuda:0"] = lab.hang
    devices = Devices(RuntimeSettings(idle_minutes=0), inventory=lab.inventory, opener=lab.open)
    session = devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
    session.accelerate(lambda: Sample(feed(2, 8), OUTPUT, (2, 8, WIDTH)))
    into, expected = (np.empty((ROWS, TOKENS, WIDTH), dtype=np.float32) for _ in range(2))
    session.run(feed(), OUTPUT, into)
    plain.run(feed(), OUTPUT, expected)
    assert np.array_equal(into, expected)
    assert session.status.choosing
    lab.openings.clear()
    lab.released.set()
    assert session.settle(30)
    devices.close()


def test_many_threads_get_their_own_vectors_from_a_device_that_fails_at_random(
    make: Callable[..., House], lab: Lab
) -> None:
    house = make(streams=4, breaker_failures=1000)
    chance = np.random.default_rng(5)
    lab.deeds = [
        (backends.good, backends.raises, backends.not_a_number, backends.fits(4))[int(chance.integers(4))]
        for _ in range(200)
    ]
    wrong: list[int] = []

    def work(number: int) -> None:
        inputs = feed(6, 8, seed=number)
        expected, into = (np.empty((6, 8, WIDTH), dtype=np.float32) for _ in range(2))
        house.plain.run(inputs, OUTPUT, expected)
        for _ in range(10):
            into[...] = np.nan
            house.session.run(inputs, OUTPUT, into)
            likeness = np.einsum("ijk,ijk->ij", into, expected)
            likeness /= np.linalg.norm(into, axis=2) * np.linalg.norm(expected, axis=2)
            if not likeness.min() > 0.9:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
