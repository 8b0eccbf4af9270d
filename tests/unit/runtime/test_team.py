"""Several cards: the best leads, the others help, and none of them holds up a batch."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.paths import resources
from engine.runtime.backend import Sample
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.device_session import DeviceSession
from engine.runtime.devices import PROCESSOR
from engine.runtime.execution_providers import CUDA
from engine.runtime.manager import Devices
from engine.runtime.session import OnnxSession, open_on
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Lab

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"
OUTPUT = "last_hidden_state"
ROWS, TOKENS, WIDTH = 4, 8, 384
RATES = {"cpu": 10.0, "cuda:0": 60.0, "cuda:1": 130.0, "cuda:2": 80.0}


def feed(seed: int) -> dict[str, Any]:
    ids = np.random.default_rng(seed).integers(1000, 20000, size=(ROWS, TOKENS))
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}


@pytest.fixture(scope="module")
def plain() -> OnnxSession:
    return open_on(MODEL, device=PROCESSOR, threads=1)


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(accelerators=(CUDA,), cards=3, free=(2, 7, 5), cpu=backends.good)
    yield made
    made.released.set()


class House:
    """One session on the cards of a lab."""

    def __init__(
        self, lab: Lab, plain: OnnxSession, notes: Path, *, rates: dict[str, float] | None = None, **options: Any
    ) -> None:
        self.plain = plain
        self.lab = lab
        if rates is not None:  # as measured by a start before
            DeviceNotes(notes).keep_rates("m", rates, signature=lab.inventory().signature)
        options = {"streams": 2} | options
        self.devices = Devices(RuntimeSettings(**options), notes=notes, inventory=lab.inventory, opener=lab.open)
        self.session: DeviceSession = self.devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
        self.session.accelerate(lambda: Sample(feed(2), OUTPUT, (ROWS, TOKENS, WIDTH)))
        assert self.session.settle(60)
        lab.batches.clear()

    def right(self, seed: int) -> bool:
        """Whether a batch gets its own vectors."""
        given, wanted = (np.empty((ROWS, TOKENS, WIDTH), np.float32) for _ in range(2))
        self.session.run(feed(seed), OUTPUT, given)
        self.plain.run(feed(seed), OUTPUT, wanted)
        return bool(np.abs(given - wanted).max() < 1e-3)

    def many(self, count: int) -> Counter[str]:
        """Batches by device, from as many threads as there are streams."""
        self.lab.batches.clear()
        with ThreadPoolExecutor(self.session.streams) as pool:
            assert all(pool.map(self.right, range(count)))
        return Counter(name for name, _ in self.lab.batches)


@pytest.fixture
def house(lab: Lab, plain: OnnxSession, tmp_path: Path) -> Iterator[House]:
    made = House(lab, plain, tmp_path / "devices.json", rates=RATES)
    yield made
    lab.released.set()
    made.devices.close()


def test_the_card_with_the_most_free_memory_leads_and_the_others_help(house: House) -> None:
    assert house.session.device.name == "cuda:1"
    assert house.devices.status().models[0].device == "cuda:1, cuda:2, cuda:0"
    assert house.session.streams == 6
    assert house.right(1)
    assert house.lab.batches == [("cuda:1", ROWS)]  # one alone goes to the best


def test_a_queue_of_batches_is_spread(house: House) -> None:
    house.lab.by_device = dict.fromkeys(("cuda:0", "cuda:1", "cuda:2"), backends.slow(0.02))
    spread = house.many(60)
    assert set(spread) == {"cuda:0", "cuda:1", "cuda:2"}
    assert min(spread.values()) >= 3
    assert sum(spread.values()) == 60


def test_a_slow_card_gets_fewer_and_a_very_slow_one_none(lab: Lab, plain: OnnxSession, tmp_path: Path) -> None:
    lab.by_device = {"cuda:0": backends.slow(0.3), "cuda:1": backends.slow(0.03), "cuda:2": backends.slow(0.08)}
    house = House(lab, plain, tmp_path / "devices.json", rates=RATES | {"cuda:0": 13.0, "cuda:2": 50.0})
    status = house.devices.status().models[0]
    assert status.device == "cuda:1, cuda:2"
    assert "another one is faster" in status.why
    spread = house.many(40)
    assert "cuda:0" not in spread
    assert spread["cuda:1"] > spread["cuda:2"] > 0
    house.devices.close()


@pytest.mark.expected_logs("CUDA")
def test_one_that_fails_leaves_its_batches_to_the_others(house: House) -> None:
    house.lab.by_device = {"cuda:1": backends.raises}
    spread = house.many(30)
    assert 3 <= spread["cpu"] <= 3 + 6  # those that opened its breaker, and those that were under way by then
    assert set(spread) == {"cpu", "cuda:0", "cuda:1", "cuda:2"}
    assert house.session.device.name == "cuda:2"
    choice = house.session.choice
    assert choice.failing
    assert "is tried again in" in choice.passed_over[0][1]
    house.lab.by_device = {}
    assert house.many(12)["cpu"] == 0


@pytest.mark.expected_logs("CUDA")
def test_one_that_hangs_holds_up_its_own_batch_only(lab: Lab, plain: OnnxSession, tmp_path: Path) -> None:
    house = House(lab, plain, tmp_path / "devices.json", rates=RATES, gpu_timeout_seconds=1)
    lab.by_device["cuda:2"] = backends.hangs
    assert all(house.right(seed) for seed in range(3))  # one after the other: the best does them
    with ThreadPoolExecutor(3) as pool:
        barrier = threading.Barrier(3)

        def at_once(seed: int) -> bool:
            barrier.wait()
            return house.right(seed)

        assert all(pool.map(at_once, range(3)))
    lab.released.set()
    house.devices.close()


@pytest.mark.expected_logs("CUDA")
def test_one_that_lost_its_driver_is_loaded_again_while_the_others_work(house: House) -> None:
    house.lab.by_device["cuda:1"] = backends.lost
    house.lab.opened.clear()
    assert house.right(1)
    del house.lab.by_device["cuda:1"]
    assert all(house.right(seed) for seed in range(3))
    assert house.session.settle(30)
    assert house.lab.opened == ["cuda:1"]
    assert house.devices.status().models[0].device == "cuda:1, cuda:2, cuda:0"


def test_a_helper_that_computes_something_else_or_does_not_load_is_left_out(
    lab: Lab, plain: OnnxSession, tmp_path: Path
) -> None:
    def broken() -> None:
        raise RuntimeError("CUDA failure 101: invalid device ordinal")

    lab.by_device = {"cuda:0": backends.wrong}
    lab.openings = {"cuda:2": broken}
    house = House(lab, plain, tmp_path / "devices.json", rates=RATES)
    status = house.devices.status().models[0]
    assert status.device == "cuda:1"
    assert "computes something else" in status.why
    assert "invalid device ordinal" in status.why
    house.devices.close()


def test_what_was_measured_is_kept_and_helpers_come_without_it(lab: Lab, plain: OnnxSession, tmp_path: Path) -> None:
    lab.cpu = backends.slow(0.2)
    lab.by_device = {"cuda:1": backends.slow(0.03), "cuda:2": backends.slow(0.05), "cuda:0": backends.slow(0.07)}
    first = House(lab, plain, tmp_path / "devices.json")
    rates = first.devices.status().models[0].rates
    first.devices.close()
    assert set(rates) == {"cpu", "cuda:0", "cuda:1", "cuda:2"}
    second = House(lab, plain, tmp_path / "devices.json")
    assert second.devices.status().models[0].rates == rates
    assert second.session.streams == 6
    second.devices.close()


def test_one_card_that_the_owner_names_is_the_only_one(lab: Lab, plain: OnnxSession, tmp_path: Path) -> None:
    house = House(lab, plain, tmp_path / "devices.json", device="cuda:2")
    assert house.devices.status().models[0].device == "cuda:2"
    assert house.session.streams == 2
    house.devices.close()


def test_memory_is_given_back_on_every_card(house: House) -> None:
    into = np.empty((ROWS, TOKENS, WIDTH), np.float32)
    house.session.run(feed(1), OUTPUT, into, shrink=True)
    assert {name for name, _ in house.lab.batches} == {"cpu", "cuda:0", "cuda:1", "cuda:2"}
    house.session.release()
    assert not house.session.loaded
