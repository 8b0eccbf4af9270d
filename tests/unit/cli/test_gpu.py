"""`magray gpu` over the real embedder of this computer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.cli.gpu import _print
from engine.device_values import (
    DeviceFigures,
    DevicesStatus,
    DeviceState,
    Gpu,
    ModelDevice,
    ProviderStatus,
)


def test_it_says_what_computes_in_words_and_as_json(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--data-dir", str(data_dir), "gpu", "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert {
        "runtime",
        "version",
        "wanted",
        "summary",
        "mend",
        "gpus",
        "gpu_note",
        "providers",
        "devices",
        "models",
    } == set(told)
    assert told["models"][0]["model"].startswith("all-minilm-l6-v2@")
    assert told["models"][0]["choosing"] is False
    assert main(["--data-dir", str(data_dir), "gpu", "--retry"]) == 0
    words = capsys.readouterr().out
    assert words.startswith("Runs on ")
    assert told["version"] in words
    assert "all-minilm-l6-v2" in words


def test_without_the_model_the_computer_is_told_all_the_same(
    data_dir: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGRAY_EMBEDDING__MODEL", "multilingual-e5-small")
    assert main(["--data-dir", str(data_dir), "gpu"]) == 0
    captured = capsys.readouterr()
    assert "No model is loaded yet." in captured.out
    assert "multilingual-e5-small" in captured.err
    assert "No model was tried." in captured.err


def test_every_trouble_is_shown_with_its_mend(capsys: pytest.CaptureFixture[str]) -> None:
    figures = DeviceFigures(
        calls=7, failures=3, fallbacks=4, out_of_memory=0, p50_ms=1.25, p95_ms=2.5, p99_ms=3.75, last_error="it hung"
    )
    _print(
        DevicesStatus(
            runtime="cuda",
            version="1.31.1",
            wanted="cuda",
            summary="Runs on CPU. CUDA is not used: libcudnn.so.9 does not load.",
            mend="Install cuDNN 9.",
            gpus=(
                Gpu(
                    index=0, name="A Card", memory_bytes=8 << 30, free_bytes=6 << 30, driver="1.2",
                    compute_capability="8.9",
                ),
                Gpu(index=1, name="Another"),
            ),
            gpu_note="Told by the NVIDIA driver.",
            providers=(
                ProviderStatus(
                    name="CUDA", listed=True, state="not loading", reason="It does not load.", library="libcudnn.so.9",
                    mend="Install cuDNN 9.",
                ),
            ),
            devices=(
                DeviceState(
                    device="cuda:0", breaker="open", failures_in_row=3, seconds_until_trial=120.0, figures=figures
                ),
            ),
            models=(ModelDevice(model="m", device="cpu", rates={"cpu": 100.0, "cuda:0": 2500.0}),),
        )
    )  # fmt: skip
    out = capsys.readouterr().out
    for part in (
        "Install cuDNN 9.",
        "Library: libcudnn.so.9",
        "0: A Card, 8.0 GiB, 6.0 free, compute capability 8.9, driver 1.2",
        "1: Another",
        "7 batches, 3 failed, 4 done by the CPU in its place; breaker open, next trial in 120 s",
        "1.2 / 2.5 / 3.8 ms",
        "last error: it hung",
        "m on cpu (measured: cpu 100 texts/s, cuda:0 2,500 texts/s)",
    ):
        assert part in out
