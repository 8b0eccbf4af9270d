"""Downloads in real processes that are killed, stopped, and begun again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import tiny_onnx
from tests.helpers.hub import Fault, LoopbackHub, loopback_hub

pytestmark = pytest.mark.end2end

# A model of whose files the catalogue knows no checksum, so that a hub may have any under these names.
MODEL, REPOSITORY = "mmarco-minilm-l6", "Slite/mmarco-mMiniLMv2-L6-H384-v1-onnx-o4"
WORDS = 60_000
WEIGHTS = tiny_onnx.model(output="logits", pooled=True, width=1, vocabulary=WORDS)
SENT = 200_000  # of about 240,000 bytes, before it stalls


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with loopback_hub() as server:
        server.add(REPOSITORY, "model_optimized.onnx", WEIGHTS)
        server.add(REPOSITORY, "tokenizer.json", tiny_onnx.tokenizer(WORDS).encode())
        yield server


def start(data_dir: Path, hub: LoopbackHub, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "--data-dir", str(data_dir), "models", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "MAGRAY_MODELS__HUB": hub.address, "HTTP_PROXY": "http://127.0.0.1:9"},
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=60)
    return process.returncode, out, err


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda one: one.name)
def test_a_process_that_ends_in_the_middle_costs_nothing_that_had_arrived(
    data_dir: Path, hub: LoopbackHub, end: signal.Signals
) -> None:
    hub.faults = [Fault(kind="stall", after=SENT)]
    process = start(data_dir, hub, "download", MODEL)
    assert hub.stalled.wait(30)
    part = data_dir / "models" / ".incoming" / MODEL / "fp16" / "model_optimized.onnx.part"
    until = time.monotonic() + 30
    while part.stat().st_size < SENT // 2 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(end)
    status, _, err = finish(process)
    hub.go_on.set()
    if end is signal.SIGKILL:
        assert status == -signal.SIGKILL
    else:
        assert status in (130, 143)
        assert "Stopped. What" in err
    assert not (data_dir / "models" / MODEL).exists()
    kept = part.stat().st_size
    assert SENT // 2 <= kept <= SENT
    hub.asked.clear()
    status, out, err = finish(start(data_dir, hub, "download", MODEL, "--json"))
    assert status == 0, err
    assert json.loads(out)["state"] == "installed"
    assert (data_dir / "models" / MODEL / "fp16" / "model_optimized.onnx").read_bytes() == WEIGHTS
    assert hub.body_requests[0].range == f"bytes={kept}-"
    status, out, err = finish(start(data_dir, hub, "verify", MODEL))
    assert (status, "is what it should be" in out) == (0, True), err


def test_two_processes_do_not_fetch_the_same_model(data_dir: Path, hub: LoopbackHub) -> None:
    hub.faults = [Fault(kind="stall", after=SENT)]
    first = start(data_dir, hub, "download", MODEL)
    assert hub.stalled.wait(30)
    status, _, err = finish(start(data_dir, hub, "download", MODEL))
    assert (status, "Another Magray works on mmarco-minilm-l6" in err) == (1, True)
    hub.go_on.set()
    assert finish(first)[0] == 0
