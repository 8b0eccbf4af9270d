"""The cost of the breaker and of a fallback: `python run.py test -m benchmark --benchmark-enable`."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from engine.paths import resources
from engine.runtime.backend import Sample
from engine.runtime.circuit_breaker import CircuitBreaker
from engine.runtime.devices import PROCESSOR
from engine.runtime.execution_providers import CUDA
from engine.runtime.manager import Devices
from engine.runtime.session import open_on
from engine.settings import RuntimeSettings
from tests.helpers import backends
from tests.helpers.backends import Lab

pytestmark = [pytest.mark.benchmark, pytest.mark.expected_logs("CUDA failed: ")]

MODEL = resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx"
OUTPUT = "last_hidden_state"
SHAPE = (8, 128, 384)


def feed() -> dict[str, np.ndarray]:
    ids = np.random.default_rng(3).integers(1000, 20000, size=SHAPE[:2])
    return {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}


def test_deciding(benchmark: BenchmarkFixture) -> None:
    """Wanted: under a millisecond."""
    breaker = CircuitBreaker()

    def decide() -> None:
        permit = breaker.admit()
        assert permit is not None
        breaker.succeeded(permit)

    benchmark(decide)


@pytest.mark.benchmark(group="one batch of 8 texts of 128 tokens")
def test_the_cpu_alone(benchmark: BenchmarkFixture) -> None:
    """The reference of the next one."""
    into = np.empty(SHAPE, dtype=np.float32)
    inputs, session = feed(), open_on(MODEL, device=PROCESSOR, threads=1)
    benchmark(lambda: session.run(inputs, OUTPUT, into))


@pytest.mark.benchmark(group="one batch of 8 texts of 128 tokens")
def test_a_device_that_raises_and_the_cpu_behind_it(benchmark: BenchmarkFixture) -> None:
    """Wanted: at most 50 ms more than the CPU alone."""
    lab = Lab(accelerators=(CUDA,))
    settings = RuntimeSettings(device="cuda", idle_minutes=0, breaker_failures=1000, streams=1)
    devices = Devices(settings, notes=None, inventory=lab.inventory, opener=lab.open)
    session = devices.open(MODEL, model="m", threads=1, accelerators=(CUDA,))
    session.accelerate(lambda: Sample(feed(), OUTPUT, SHAPE))
    assert session.settle(120)
    lab.always = backends.raises
    into = np.empty(SHAPE, dtype=np.float32)
    inputs = feed()
    benchmark(lambda: session.run(inputs, OUTPUT, into))
    lab.released.set()
    devices.close()
