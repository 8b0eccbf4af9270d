"""Kills before chosen operations on files: nothing is lost, the indexes are neither stuck nor called damaged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.end2end,
    pytest.mark.skipif(sys.platform != "linux", reason="the killer is preloaded the Linux way"),
]

KILLS = 15


@pytest.fixture(scope="module")
def killer(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        pytest.skip("there is no C compiler")
    library = tmp_path_factory.mktemp("killer") / "kill_at.so"
    source = repository / "tests" / "helpers" / "kill_at.c"
    subprocess.run(
        [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True, capture_output=True
    )
    return library


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be: a kill leaves what was written to the system, no disk is needed for that."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else tmp_path) as made:
        yield Path(made)


@pytest.mark.parametrize("seed", [1, 4, 9])
def test_after_a_kill_at_any_moment_the_indexes_catch_up(
    seed: int, killer: Path, folder: Path, repository: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.kill_points", str(folder), str(seed), str(KILLS)],
        env={**os.environ, "LD_PRELOAD": str(killer), "KILL_AT": str(killer)},
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["operations"] > 100
    assert told["kills"] == KILLS
    assert told["problems"] == {}


@pytest.mark.parametrize("seed", [1, 2])
def test_a_kill_while_a_backup_is_made_or_restored_leaves_one_whole_state(
    seed: int, killer: Path, folder: Path, repository: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.helpers.backup_kills", str(folder), str(seed), str(KILLS)],
        env={**os.environ, "LD_PRELOAD": str(killer), "KILL_AT": str(killer)},
        cwd=repository,
        capture_output=True,
        text=True,
        timeout=150,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["operations"] > 100
    assert told["kills"] == KILLS
    assert told["problems"] == {}
