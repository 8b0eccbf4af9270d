from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.errors import RuntimeUnavailableError
from engine.paths import resources
from engine.runtime import session as session_module
from engine.runtime.devices import PROCESSOR, Device
from engine.runtime.execution_providers import COREML, CPU, CUDA, DIRECTML, load_onnxruntime
from engine.runtime.manager import Devices
from engine.runtime.session import OnnxSession, open_on
from engine.settings import RuntimeSettings

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"


@pytest.fixture(scope="module")
def session() -> OnnxSession:
    return open_on(MODEL, device=PROCESSOR, threads=1)


def feed(rows: int, tokens: int) -> dict[str, np.ndarray]:
    ids = np.random.default_rng(3).integers(1000, 20000, size=(rows, tokens))
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}


def test_inputs_and_outputs_are_as_documented(session: OnnxSession) -> None:
    assert set(session.inputs) == {"input_ids", "attention_mask", "token_type_ids"}
    assert session.outputs["last_hidden_state"][-1] == 384
    assert session.choice.provider == CPU
    assert session.choice.summary == "Runs on CPU."


@pytest.mark.parametrize(("rows", "tokens"), [(1, 1), (3, 17), (2, 256)])
@pytest.mark.parametrize("shrink", [False, True])
def test_a_run_equals_a_plain_session(session: OnnxSession, rows: int, tokens: int, shrink: bool) -> None:
    inputs = feed(rows, tokens)
    into = np.full((rows, tokens, 384), np.nan, dtype=np.float32)
    session.run(inputs, "last_hidden_state", into, shrink=shrink)
    # The same nodes are fused: 8 bits round to other numbers where sums are taken in another order.
    plain = load_onnxruntime().InferenceSession(
        str(MODEL), providers=[CPU], disabled_optimizers=session_module._SLOW_ON_CPU
    )
    np.testing.assert_allclose(into, plain.run(["last_hidden_state"], inputs)[0], atol=2e-2)


def test_inputs_that_the_model_does_not_take_are_told(session: OnnxSession) -> None:
    inputs = feed(1, 600)  # beyond its 512 positions
    with pytest.raises(RuntimeUnavailableError, match="failed on CPU"):
        session.run(inputs, "last_hidden_state", np.empty((1, 600, 384), dtype=np.float32))
    inputs = feed(1, 8)
    into = np.empty((1, 8, 384), dtype=np.float32)
    session.run(inputs, "last_hidden_state", into)  # and it still works
    assert np.isfinite(into).all()


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"not a model")
    devices = Devices(RuntimeSettings())
    with pytest.raises(RuntimeUnavailableError, match=r"model\.onnx.*CPU"):
        devices.open(file, model="none")
    devices.close()


def test_a_provider_that_the_runtime_lacks_is_never_replaced_in_silence() -> None:
    missing = CUDA if CUDA not in load_onnxruntime().get_available_providers() else COREML
    with pytest.raises(RuntimeUnavailableError, match="built without it"):
        open_on(MODEL, device=Device(missing), threads=1)


def test_a_silent_fall_back_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """ONNX Runtime may build a session without the provider that was asked for, and only print so."""
    real = load_onnxruntime()

    class Silent:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        @staticmethod
        def get_available_providers() -> list[str]:
            return [DIRECTML, CPU]

        @staticmethod
        def InferenceSession(path: str, options: Any, *, providers: list[str], **_: Any) -> Any:
            return real.InferenceSession(path, options, providers=[CPU])

    monkeypatch.setattr(session_module, "load_onnxruntime", Silent)
    with pytest.raises(RuntimeUnavailableError, match="does not take it"):
        session_module._build(MODEL, provider=DIRECTML, threads=1)


def test_threads_zero_takes_every_core(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[int] = []
    real = load_onnxruntime()

    class Noting:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        @staticmethod
        def InferenceSession(path: str, options: Any, *, providers: list[str], **_: Any) -> Any:
            built.append(options.intra_op_num_threads)
            assert not options.enable_mem_pattern
            return real.InferenceSession(path, options, providers=providers)

    monkeypatch.setattr(session_module, "load_onnxruntime", Noting)
    session_module._build(MODEL, provider=CPU, threads=0)
    session_module._build(MODEL, provider=CPU, threads=1)
    assert built == [session_module.usable_cores(), 1]


def test_threads_sleep_while_they_wait() -> None:
    """Spinning ones would cost the desktop a core."""
    options = session_module._build(MODEL, provider=CPU, threads=0).get_session_options()
    assert options.get_session_config_entry("session.intra_op.allow_spinning") == "0"
    assert options.get_session_config_entry("session.inter_op.allow_spinning") == "0"
