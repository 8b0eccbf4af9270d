"""TensorRT, as far as it goes without a card: found, told what it needs, chosen by measurement, and never missed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from engine.paths import resources
from engine.runtime import session, tensorrt
from engine.runtime.backend import Sample
from engine.runtime.devices import Device, Inventory, parse_device, plan_devices
from engine.runtime.execution_providers import CPU, CUDA, TENSORRT, InstalledRuntime, load_onnxruntime
from engine.runtime.faults import DeviceError
from engine.runtime.manager import Devices
from engine.runtime.provider_library import check_library, mend_of
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Lab

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"
ROWS, TOKENS = 4, 8


def computer(*providers: str, tensorrt: bool) -> Inventory:
    runtime = InstalledRuntime(flavour="cuda", version="1.31.1", providers=providers)
    return Inventory(runtime=runtime, tensorrt=tensorrt)


def test_it_is_found_by_its_file(tmp_path: Path) -> None:
    assert tensorrt.find_tensorrt([tmp_path]) is None
    library = tmp_path / tensorrt.library_name()
    library.write_bytes(b"")
    assert tensorrt.find_tensorrt([tmp_path / "none", tmp_path]) == library


def test_the_folders_of_the_system_are_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / tensorrt.library_name()
    library.write_bytes(b"")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert tensorrt.find_tensorrt() == library


def test_it_is_told_the_range_of_shapes_and_where_to_keep_what_it_compiled(tmp_path: Path) -> None:
    told = tensorrt.options(index=1, cache=tmp_path, inputs={"input_ids": 2, "attention_mask": 2})
    assert told["device_id"] == "1"
    assert told["trt_engine_cache_enable"] == "1"
    assert told["trt_engine_cache_path"] == str(tmp_path)
    assert told["trt_profile_min_shapes"] == "input_ids:1x1,attention_mask:1x1"
    assert told["trt_profile_max_shapes"] == "input_ids:128x512,attention_mask:128x512"
    assert tensorrt.options(index=0, cache=None, inputs={}) == {"device_id": "0"}


def test_names() -> None:
    assert parse_device("tensorrt:1") == Device(TENSORRT, 1)
    assert Device(TENSORRT).name == "tensorrt:0"
    assert Device(TENSORRT).plain == "TensorRT"


def test_it_is_tried_only_where_its_library_is_and_for_models_that_it_was_prepared_for() -> None:
    both = (CUDA, TENSORRT)
    plan = plan_devices(computer(TENSORRT, CUDA, CPU, tensorrt=True), accelerators=both, wanted=None)
    assert plan.attempts == (Device(CUDA), Device(TENSORRT))
    plan = plan_devices(computer(TENSORRT, CUDA, CPU, tensorrt=False), accelerators=both, wanted=None)
    assert plan.attempts == (Device(CUDA),)
    (refusal,) = plan.refused
    assert refusal.library == tensorrt.library_name()
    assert "TensorRT 10" in (refusal.mend or "")
    plan = plan_devices(computer(TENSORRT, CUDA, CPU, tensorrt=True), accelerators=(CUDA,), wanted=None)
    assert plan.attempts == (Device(CUDA),)
    assert plan.refused[0].kind == "unfit"
    forced = plan_devices(computer(TENSORRT, CUDA, CPU, tensorrt=True), accelerators=both, wanted=Device(TENSORRT))
    assert forced.attempts == (Device(TENSORRT),)
    forced = plan_devices(computer(TENSORRT, CPU, tensorrt=False), accelerators=both, wanted=Device(TENSORRT))
    assert forced.refused[0].kind == "missing"


def test_its_own_library_is_loaded_before_onnx_runtimes(tmp_path: Path) -> None:
    for name in ("libonnxruntime_providers_tensorrt.so", "onnxruntime_providers_tensorrt.dll"):
        (tmp_path / name).write_bytes(b"")
    loaded: list[str] = []

    def load(path: str, mode: int = 0) -> None:
        loaded.append(Path(path).name)
        if "providers" in path:
            raise OSError("libnvonnxparser.so.10: cannot open shared object file: No such file or directory")

    with pytest.raises(DeviceError) as caught:
        check_library(
            TENSORRT,
            onnxruntime=ModuleType("onnxruntime"),
            load=load,
            folder=tmp_path,
            tensorrt=lambda: tmp_path / tensorrt.library_name(),
        )
    assert loaded[0] == tensorrt.library_name()
    assert caught.value.library == "libnvonnxparser.so.10"
    assert caught.value.mend == mend_of("libnvinfer.so.10")


def sample() -> Sample:
    ids = np.random.default_rng(2).integers(1000, 20000, size=(ROWS, TOKENS))
    inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return Sample(inputs, "last_hidden_state", (ROWS, TOKENS, 384))


@pytest.fixture
def lab() -> Iterator[Lab]:
    made = Lab(accelerators=(CUDA, TENSORRT), tensorrt=True, cpu=backends.slow(0.2))
    made.by_device = {"cuda:0": backends.slow(0.05)}
    yield made
    made.released.set()


def chosen(lab: Lab, **options: Any) -> Any:
    devices = Devices(RuntimeSettings(**options), inventory=lab.inventory, opener=lab.open)
    one = devices.open(MODEL, model="m", threads=1, accelerators=(CUDA, TENSORRT))
    one.accelerate(sample)
    assert one.settle(60)
    found = (one.choice, devices.status())
    devices.close()
    return found


def test_the_faster_of_the_two_is_taken(lab: Lab) -> None:
    _, status = chosen(lab)
    assert status.models[0].device == "tensorrt:0"
    assert set(status.models[0].rates) == {"cpu", "cuda:0", "tensorrt:0"}
    _, status = chosen(lab, device="tensorrt")
    assert status.models[0].device == "tensorrt:0"


def test_nobody_misses_it_who_did_not_ask_for_it(lab: Lab) -> None:
    lab.tensorrt = False
    choice, status = chosen(lab)
    assert status.models[0].device == "cuda:0"
    assert choice.summary == "Runs on CUDA."
    assert choice.mend is None
    (row,) = [provider for provider in status.providers if provider.name == "TensorRT"]
    assert row.state == "not loading"
    assert row.library == tensorrt.library_name()
    assert "TensorRT 10" in (row.mend or "")
    choice, _ = chosen(lab, device="tensorrt")
    assert choice.failing
    assert tensorrt.library_name() in choice.summary


def test_trying_again_throws_away_what_was_compiled(lab: Lab, tmp_path: Path) -> None:
    engines = tmp_path / "tensorrt"
    engines.mkdir()
    (engines / "old.engine").write_bytes(b"torn")
    devices = Devices(RuntimeSettings(), notes=tmp_path / "devices.json", inventory=lab.inventory, opener=lab.open)
    devices.try_again(seconds=1)
    assert not engines.exists()
    devices.close()


class Recorded:
    """As much of ONNX Runtime as opening a session takes; what it is told is kept."""

    def __init__(self, real: ModuleType) -> None:
        self.real = real
        self.asked: list[list[Any]] = []
        self.__version__ = real.__version__

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def get_available_providers(self) -> list[str]:
        return [TENSORRT, CUDA, CPU]

    def InferenceSession(self, model: str, options: Any, *, providers: list[Any], **_: Any) -> Any:
        self.asked.append(providers)
        inner = self.real.InferenceSession(model, options, providers=[CPU])
        inner.get_providers = lambda: [one if isinstance(one, str) else one[0] for one in providers]
        return inner


def test_a_session_is_told_all_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = Recorded(load_onnxruntime())
    monkeypatch.setattr(session, "load_onnxruntime", lambda: recorded)
    monkeypatch.setattr(session, "check_library", lambda *_, **__: None)
    opened = session.open_on(MODEL, device=Device(TENSORRT, 1), threads=1, engines=tmp_path / "tensorrt")
    trial, names, model = recorded.asked
    assert names == [CPU]
    for providers in (trial, model):
        assert [one if isinstance(one, str) else one[0] for one in providers] == [TENSORRT, CUDA, CPU]
        assert providers[1][1]["device_id"] == "1"
    assert "trt_profile_max_shapes" not in trial[0][1]
    told = model[0][1]
    assert told["trt_engine_cache_path"] == str(tmp_path / "tensorrt")
    assert (tmp_path / "tensorrt").is_dir()
    assert set(told["trt_profile_opt_shapes"].split(",")) == {f"{name}:32x128" for name in opened.inputs}
