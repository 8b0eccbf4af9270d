"""The house of all devices: trying again, releasing, closing, and what survives the death of a process."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import RuntimeUnavailableError
from engine.paths import resources
from engine.runtime.backend import Sample
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.device_session import DeviceSession
from engine.runtime.devices import Device
from engine.runtime.execution_providers import CPU, CUDA, DIRECTML, TENSORRT
from engine.runtime.faults import DeviceError, FaultKind
from engine.runtime.manager import Devices
from engine.runtime.tensorrt import library_name
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Lab
from tests.helpers.clock import FakeClock

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"


def feed(rows: int = 2, tokens: int = 8) -> dict[str, np.ndarray]:
    ids = np.random.default_rng(2).integers(1000, 20000, size=(rows, tokens))
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}


def sample() -> Sample:
    return Sample(feed(), "last_hidden_state", (2, 8, 384))


def run(session: DeviceSession) -> np.ndarray:
    into = np.empty((2, 8, 384), dtype=np.float32)
    session.run(feed(), "last_hidden_state", into)
    return into


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(accelerators=(CUDA,))
    yield made
    made.released.set()


@pytest.fixture
def devices(lab: Lab, fake_clock: FakeClock) -> Iterator[Devices]:
    made = Devices(
        RuntimeSettings(device="cuda", idle_minutes=10),
        inventory=lab.inventory,
        opener=lab.open,
        clock=fake_clock.monotonic,
    )
    yield made
    lab.released.set()
    made.close()


def opened(devices: Devices) -> DeviceSession:
    session = devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
    session.accelerate(sample)
    assert devices.settle(60)
    return session


def test_nothing_is_loaded_before_it_is_asked_for(devices: Devices, lab: Lab) -> None:
    status = devices.status()
    assert lab.opened == []
    assert status.summary == "No model is loaded yet."
    assert [(one.name, one.state) for one in status.providers] == [
        ("CUDA", "not tried"),
        ("TensorRT", "missing"),
        ("DirectML", "missing"),
        ("CoreML", "missing"),
        ("CPU", "ready"),
    ]
    assert status.gpus[0].name == "Test Card"


@pytest.mark.expected_logs("CUDA failed")
def test_trying_again_forgets_failures_and_chooses_anew(devices: Devices, lab: Lab) -> None:
    lab.always = backends.wrong
    session = opened(devices)
    assert session.device.name == "cpu"
    lab.always = None
    devices.try_again(seconds=60)
    assert session.device.name == "cuda:0"
    lab.always = backends.raises
    for _ in range(3):
        run(session)
    assert session.device.provider == CPU
    lab.always = None
    devices.try_again(seconds=60)
    assert session.device.name == "cuda:0"
    run(session)
    (state,) = (one for one in devices.status().devices if one.device == "cuda:0")
    assert (state.breaker, state.failures_in_row) == ("closed", 0)


def test_a_model_that_nobody_uses_gives_its_memory_back_and_comes_again(
    devices: Devices, lab: Lab, fake_clock: FakeClock
) -> None:
    session = opened(devices)
    before = run(session)
    fake_clock.advance(599)
    assert devices.release_idle() == 0
    fake_clock.advance(1)
    assert devices.release_idle() == 1
    assert not session.loaded
    assert devices.release_idle() == 0
    assert np.array_equal(run(session), before)
    assert devices.settle(60)
    assert session.device.name == "cuda:0"
    assert lab.opened == ["cpu", "cuda:0"] * 2


def test_models_are_never_released_where_the_owner_says_so(lab: Lab, fake_clock: FakeClock) -> None:
    settings = RuntimeSettings(device="cpu", idle_minutes=0)
    devices = Devices(settings, inventory=lab.inventory, opener=lab.open, clock=fake_clock.monotonic)
    session = opened(devices)
    fake_clock.advance(days=30)
    assert devices.release_idle() == 0
    assert session.loaded
    devices.close()


def test_closed_means_closed(devices: Devices) -> None:
    session = opened(devices)
    devices.close_session(session)
    devices.close_session(session)
    with pytest.raises(RuntimeUnavailableError, match="closed"):
        run(session)
    assert devices.status().models == ()


def test_closing_waits_for_no_driver(devices: Devices, lab: Lab) -> None:
    lab.openings["cuda:0"] = lab.hang
    session = devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
    session.accelerate(sample)
    devices.close()
    assert not session.loaded


def test_closing_ends_the_wait_of_one_who_tries_again(devices: Devices, lab: Lab) -> None:
    opened(devices)
    lab.openings["cuda:0"] = lab.hang
    waiting = threading.Thread(target=devices.try_again)  # three minutes' patience
    waiting.start()
    while lab.opened.count("cuda:0") < 2:
        waiting.join(0.01)
    devices.close()
    waiting.join(5)
    assert not waiting.is_alive()


def test_news_are_passed_on(devices: Devices, lab: Lab) -> None:
    moves: list[str] = []
    devices.listen(notice=lambda level, text: None, changed=lambda: moves.append("moved"))
    opened(devices)
    assert moves == ["moved"]


def test_inputs_that_no_device_takes_are_told_and_blamed_on_none(devices: Devices) -> None:
    session = opened(devices)
    with pytest.raises(RuntimeUnavailableError, match="failed on CPU"):
        session.run(feed(1, 600), "last_hidden_state", np.empty((1, 600, 384), dtype=np.float32))
    (state,) = (one for one in devices.status().devices if one.device == "cuda:0")
    assert state.breaker == "closed"
    assert state.failures_in_row == 0
    run(session)


@pytest.mark.expected_logs("CUDA failed")
def test_a_trial_with_inputs_that_no_device_takes_leaves_the_next_its_turn(
    devices: Devices, lab: Lab, fake_clock: FakeClock
) -> None:
    session = opened(devices)
    lab.deeds = [backends.raises] * 3
    for _ in range(3):
        run(session)
    fake_clock.advance(300)
    with pytest.raises(RuntimeUnavailableError, match="failed on CPU"):
        session.run(feed(1, 600), "last_hidden_state", np.empty((1, 600, 384), dtype=np.float32))
    run(session)
    (state,) = (one for one in devices.status().devices if one.device == "cuda:0")
    assert state.breaker == "closed"


STARTS = """
    import os, sys
    from pathlib import Path
    import numpy as np
    from engine.runtime.backend import Sample
    from engine.runtime.execution_providers import CUDA
    from engine.runtime.manager import Devices
    from engine.settings import RuntimeSettings
    from tests.helpers.backends import Lab
    from tests.unit.runtime.test_manager import MODEL, sample, run

    lab = Lab(accelerators=(CUDA,))
    if sys.argv[2] == "crash":
        lab.openings["cuda:0"] = os.abort  # as a driver that takes the process with it
    devices = Devices(RuntimeSettings(device="cuda"), notes=Path(sys.argv[1]), inventory=lab.inventory, opener=lab.open)
    session = devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
    run(session)
    session.accelerate(sample)
    if sys.argv[2] == "retry":
        devices.try_again(seconds=60)
    devices.settle(60)
    assert np.isfinite(run(session)).all()
    print(session.device.name, "|", session.choice.summary, "|", session.choice.mend)
    devices.close()
"""


def test_a_start_that_died_on_a_driver_is_the_only_one_that_does(tmp_path: Path, repository: Path) -> None:
    def start(how: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", textwrap.dedent(STARTS), str(tmp_path / "devices.json"), how]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=repository)

    assert start("well").stdout.startswith("cuda:0 | Runs on CUDA. | None")
    assert start("crash").returncode != 0
    for _ in range(2):
        after = start("crash")  # the driver would still take the process with it: it is not asked
        assert after.returncode == 0, after.stderr
        assert after.stdout.startswith("cpu | Runs on CPU. CUDA is not used: Magray ended while it started this device")
        assert "magray gpu --retry" in after.stdout
    assert start("retry").stdout.startswith("cuda:0 | Runs on CUDA. | None")
    assert start("well").stdout.startswith("cuda:0")


def test_what_is_listed_and_no_model_tried_is_tried_without_one(lab: Lab) -> None:
    lab.accelerators = (CUDA, TENSORRT, DIRECTML)
    asked: list[str] = []

    def load(device: Device) -> None:
        asked.append(device.name)
        if device.provider == CUDA:
            raise DeviceError(
                FaultKind.RAISED, "libcudnn.so.9 does not load", mend="Install cuDNN 9.", library="libcudnn.so.9"
            )

    devices = Devices(RuntimeSettings(), inventory=lab.inventory, opener=lab.open, load=load)
    devices.open(MODEL, model="m", threads=1, accelerators=())  # as one of 8 bits: no card has kernels for it
    devices.probe()
    rows = {one.name: one for one in devices.status().providers}
    assert asked == ["cuda:0", "directml:0"]
    assert rows["CUDA"].state == "not loading"
    assert rows["CUDA"].library == "libcudnn.so.9"
    assert rows["CUDA"].mend == "Install cuDNN 9."
    assert rows["TensorRT"].library == library_name()
    assert rows["DirectML"].state == "unfit"
    assert "no kernels" in (rows["DirectML"].reason or "")
    devices.close()


@pytest.mark.expected_logs("the last start ended while it tried")
def test_what_took_the_process_with_it_is_not_tried_again(lab: Lab, tmp_path: Path) -> None:
    notes = tmp_path / "devices.json"
    first = DeviceNotes(notes)
    first.begin("cuda:0", signature=lab.inventory().signature)
    content = json.loads(notes.read_text())
    notes.write_text(json.dumps(content | {"process": [2**22 + 1, 0.0]}))  # of a process that has ended
    asked: list[str] = []
    devices = Devices(
        RuntimeSettings(),
        notes=notes,
        inventory=lab.inventory,
        opener=lab.open,
        load=lambda one: asked.append(one.name),
    )
    devices.probe()
    (row,) = [one for one in devices.status().providers if one.name == "CUDA"]
    assert "ended while it started this device" in (row.reason or "")
    assert asked == []
    devices.close()


def test_a_driver_that_hangs_does_not_hold_up_the_look_at_it(lab: Lab) -> None:
    devices = Devices(RuntimeSettings(), inventory=lab.inventory, opener=lab.open, load=lambda _: lab.hang())
    devices.probe(seconds=0.1)
    (row,) = [one for one in devices.status().providers if one.name == "CUDA"]
    assert row.state == "failing"
    assert "did not answer within 0.1 s" in (row.reason or "")
    lab.released.set()
    devices.close()
