from __future__ import annotations

import pytest

from engine.errors import RuntimeUnavailableError
from engine.runtime.faults import DeviceError, FaultKind, classify, first_line
from engine.runtime.statistics import DeviceStatistics


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("CUDA failure 2: out of memory ; GPU=0 ; hostname=a ; file=cuda_call.cc", FaultKind.OUT_OF_MEMORY),
        (
            "bfc_arena.cc:376 AllocateRawInternal Failed to allocate memory for requested buffer",
            FaultKind.OUT_OF_MEMORY,
        ),
        ("CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED ; GPU=0", FaultKind.OUT_OF_MEMORY),
        ("Non-zero status code returned: 8007000E Not enough memory resources", FaultKind.OUT_OF_MEMORY),
        ("CUDA failure 700: an illegal memory access was encountered ; GPU=0", FaultKind.LOST),
        ("887A0005 The GPU device instance has been suspended", FaultKind.LOST),
        ("CUDNN failure 4: CUDNN_STATUS_INTERNAL_ERROR ; GPU=0", FaultKind.RAISED),
        ("", FaultKind.RAISED),
    ],
)
def test_the_drivers_words_tell_what_happened(said: str, kind: FaultKind) -> None:
    assert classify(RuntimeError(said)).kind is kind


def test_what_was_wrapped_is_looked_into() -> None:
    wrapped = RuntimeUnavailableError("The model failed on CUDA.")
    wrapped.__cause__ = RuntimeError("CUDA failure 2: out of memory")
    fault = classify(wrapped)
    assert fault.kind is FaultKind.OUT_OF_MEMORY
    assert fault.why == "CUDA failure 2: out of memory"
    assert classify(fault) is fault
    assert classify(MemoryError()).kind is FaultKind.OUT_OF_MEMORY


def test_one_line_and_never_nothing() -> None:
    assert first_line(ValueError("a.\nb")) == "a"
    assert first_line(KeyError()) == "KeyError"
    assert len(first_line(ValueError("x" * 5000))) == 300
    assert isinstance(classify(ValueError("a")), DeviceError)


def test_percentiles_by_the_nearest_rank() -> None:
    statistics = DeviceStatistics()
    assert statistics.figures().p50_ms is None
    for milliseconds in range(1, 101):
        statistics.ran(milliseconds / 1000)
    figures = statistics.figures()
    assert (figures.p50_ms, figures.p95_ms, figures.p99_ms) == (50, 95, 99)
    assert figures.calls == 100
    for _ in range(2000):
        statistics.ran(0.005)
    assert statistics.figures().p99_ms == 5  # what is long ago is forgotten
    statistics.failed("broken")
    statistics.fell_back()
    statistics.ran_out_of_memory("full")
    figures = statistics.figures()
    assert (figures.failures, figures.fallbacks, figures.out_of_memory, figures.last_error) == (1, 1, 1, "full")
    assert figures.calls == 2101
