"""Which device is taken, by measurement, by force and by what is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import SettingsError
from engine.paths import resources
from engine.runtime.accelerator import alike, finite, texts_per_second
from engine.runtime.backend import Sample
from engine.runtime.device_session import DeviceSession
from engine.runtime.execution_providers import CUDA, DIRECTML
from engine.runtime.faults import DeviceError, FaultKind
from engine.runtime.manager import Devices
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Lab

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"
ROWS, TOKENS = 4, 8
SAMPLES: list[int] = []


def sample() -> Sample:
    SAMPLES.append(1)
    ids = np.random.default_rng(2).integers(1000, 20000, size=(ROWS, TOKENS))
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return Sample(inputs, "last_hidden_state", (ROWS, TOKENS, 384))


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(accelerators=(CUDA, DIRECTML))
    yield made
    made.released.set()


class Start:
    """One start of Magray: devices, one session, chosen."""

    def __init__(self, lab: Lab, notes: Path | None = None, *, model: str = "m", **options: Any) -> None:
        lab.opened.clear()
        lab.batches.clear()
        self.devices = Devices(RuntimeSettings(**options), notes=notes, inventory=lab.inventory, opener=lab.open)
        self.session: DeviceSession = self.devices.open(MODEL, model=model, threads=1, accelerators=(CUDA, DIRECTML))
        self.session.accelerate(sample)
        assert self.session.settle(60)
        self.used = self.session.device.name
        self.status = self.devices.status()
        self.why = self.status.models[0].why
        self.failing = self.session.choice.failing
        self.devices.close()


def test_the_fastest_by_measurement(lab: Lab) -> None:
    lab.cpu = backends.slow(0.05)
    start = Start(lab)
    assert start.used in ("cuda:0", "directml:0")
    rates = start.status.models[0].rates
    assert set(rates) == {"cpu", "cuda:0", "directml:0"}
    assert rates["cpu"] < min(rates["cuda:0"], rates["directml:0"])
    assert "another one is faster" in start.why
    states = {provider.name: provider.state for provider in start.status.providers}
    assert sorted((states["CUDA"], states["DirectML"])) == ["in use", "ready"]
    assert states["CPU"] == "ready"


def test_a_device_that_is_no_faster_than_the_cpu_is_not_worth_its_memory(lab: Lab) -> None:
    lab.always = backends.slow(0.05)
    start = Start(lab)
    assert start.used == "cpu"
    assert "the CPU does as well" in start.why
    assert start.status.mend is None


def test_what_was_measured_is_kept_and_only_the_best_is_started_again(lab: Lab, tmp_path: Path) -> None:
    lab.cpu = backends.slow(0.05)
    first = Start(lab, tmp_path / "devices.json")
    assert set(lab.opened) == {"cpu", "cuda:0", "directml:0"}
    measured = len(lab.batches)
    second = Start(lab, tmp_path / "devices.json")
    assert second.used == first.used
    assert sorted(lab.opened) == ["cpu", first.used]
    assert len(lab.batches) < measured / 2  # held against the CPU once, and not measured
    assert second.status.models[0].rates == first.status.models[0].rates


def test_a_cpu_that_was_best_starts_nothing_else(lab: Lab, tmp_path: Path) -> None:
    lab.always = backends.slow(0.05)
    Start(lab, tmp_path / "devices.json")
    second = Start(lab, tmp_path / "devices.json")
    assert lab.opened == ["cpu"]
    assert "the CPU does as well" in second.why


@pytest.mark.parametrize("change", ["driver", "model"])
def test_another_driver_or_model_is_measured_anew(lab: Lab, tmp_path: Path, change: str) -> None:
    lab.always = backends.slow(0.05)
    Start(lab, tmp_path / "devices.json")
    if change == "driver":
        lab.driver = "2.0"
    Start(lab, tmp_path / "devices.json", model="n" if change == "model" else "m")
    assert set(lab.opened) == {"cpu", "cuda:0", "directml:0"}


def test_the_owner_may_force_a_slow_one(lab: Lab) -> None:
    lab.always = backends.slow(0.02)
    start = Start(lab, device="directml")
    assert start.used == "directml:0"
    assert lab.opened == ["cpu", "directml:0"]


def test_the_owner_may_force_the_cpu(lab: Lab) -> None:
    lab.cpu = backends.slow(0.02)
    before = len(SAMPLES)
    start = Start(lab, device="cpu")
    assert start.used == "cpu"
    assert lab.opened == ["cpu"]
    assert len(SAMPLES) == before  # nothing was even prepared


def test_a_forced_one_that_fails_falls_back_and_says_so(lab: Lab) -> None:
    def refuse() -> None:
        raise DeviceError(FaultKind.RAISED, "libcudnn.so.9 does not load", mend="Install it.", library="libcudnn.so.9")

    lab.openings["cuda:0"] = refuse
    start = Start(lab, device="cuda")
    assert start.used == "cpu"
    assert start.status.mend == "Install it."
    cuda = start.status.providers[0]
    assert (cuda.state, cuda.library, cuda.mend) == ("not loading", "libcudnn.so.9", "Install it.")
    assert start.status.summary == "Runs on CPU. CUDA is not used: libcudnn.so.9 does not load."


def test_without_a_card_the_driver_comes_before_the_library(lab: Lab) -> None:
    def refuse() -> None:
        raise DeviceError(FaultKind.RAISED, "libcudnn.so.9 does not load", mend="Install it.", library="libcudnn.so.9")

    lab.cards = False
    lab.openings["cuda:0"] = refuse
    start = Start(lab, device="cuda")
    assert start.status.mend == "No NVIDIA card answers here. If there is one, install its driver first. Install it."
    assert start.failing
    assert not Start(lab).failing  # nobody asked for a card, and there is none


def test_one_that_does_not_load_leaves_the_others_their_chance(lab: Lab) -> None:
    def refuse() -> None:
        raise ImportError("what a driver raises has no common base\nsecond line")

    lab.cpu = backends.slow(0.05)
    lab.openings["cuda:0"] = refuse
    start = Start(lab)
    assert start.used == "directml:0"
    assert "CUDA: what a driver raises has no common base" in start.why


def test_a_name_that_is_no_device_is_told() -> None:
    settings = RuntimeSettings().model_copy(update={"device": "abacus"})
    with pytest.raises(SettingsError, match=r"runtime\.device: abacus"):
        Devices(settings)


def test_likeness_of_outputs() -> None:
    truth = np.random.default_rng(1).standard_normal((3, 5, 64)).astype(np.float32)
    assert alike(truth * 2, truth) == pytest.approx(1)
    assert alike(-truth, truth) == pytest.approx(-1)
    logits = np.array([[1.0], [-2.0], [3.0]])
    assert alike(logits, logits) == pytest.approx(1)
    assert alike(np.array([[3.0], [1.0], [-2.0]]), logits) < 0.5
    assert alike(np.zeros((2, 4)), np.ones((2, 4))) == 0


def test_only_numbers_that_count_must_be_numbers() -> None:
    values = np.ones((2, 3, 4), dtype=np.float32)
    mask = np.array([[1, 1, 0], [1, 1, 1]])
    assert finite(values, mask)
    values[0, 2, 1] = np.nan  # padding
    assert finite(values, mask)
    assert not finite(values, None)
    values[1, 2, 1] = np.inf
    assert not finite(values, mask)
    large = np.full((4, 64), 60000, dtype=np.float16)
    assert finite(large, None)  # its sum is no half-precision number, each of them is


def test_the_median_run_counts_after_one_that_does_not() -> None:
    moments = iter([0.0, 0.0, 9.0, 9.0, 9.5, 9.5, 9.6, 9.6])
    runs: list[int] = []
    rate = texts_per_second(lambda: runs.append(1), texts=10, clock=lambda: next(moments, 9.6))
    assert len(runs) >= 2
    assert rate > 0
