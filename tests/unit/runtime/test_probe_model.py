from __future__ import annotations

import numpy as np
import pytest

from engine.runtime import session as session_module
from engine.runtime.devices import PROCESSOR
from engine.runtime.execution_providers import CPU, load_onnxruntime
from engine.runtime.faults import DeviceError
from engine.runtime.probe_model import COLUMNS, INNER, ROWS, probe_model, weights
from engine.runtime.session import try_out


def test_onnxruntime_takes_it_and_gives_what_numpy_gives() -> None:
    session = load_onnxruntime().InferenceSession(probe_model(), providers=[CPU])
    assert [(node.name, node.shape) for node in session.get_inputs()] == [("x", [ROWS, INNER])]
    assert [(node.name, node.shape) for node in session.get_outputs()] == [("y", [ROWS, COLUMNS])]
    x = np.random.default_rng(0).integers(-9, 9, size=(ROWS, INNER)).astype(np.float32)
    (given,) = session.run(None, {"x": x})
    expected = np.maximum(x @ np.array(weights(), dtype=np.float32), 0)
    assert np.array_equal(given, expected)
    assert (expected == 0).any()
    assert (expected > 0).any()


def test_a_device_that_multiplies_rightly_passes() -> None:
    try_out(PROCESSOR)


def test_a_device_that_multiplies_wrongly_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    class Wrong:
        def run(self, outputs: None, inputs: dict[str, np.ndarray]) -> list[np.ndarray]:
            return [np.zeros((ROWS, COLUMNS), dtype=np.float32)]

    monkeypatch.setattr(session_module, "_build", lambda *_, **__: Wrong())
    with pytest.raises(DeviceError, match="wrongly"):
        try_out(PROCESSOR)
