import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import BackgroundStatus, ComponentStatus, FileState, health
from engine.health import (
    background_component,
    documents_component,
    language_model_component,
    memory_component,
    overview,
    storage_component,
)

COUNTS = {"interact": 1, "insights": 2, "assets": 12405}


def test_memory_says_what_is_indexed() -> None:
    assert memory_component(COUNTS, {"waiting": 0}).summary == "12,408 memories in three layers, all indexed"
    assert "7 waiting" in memory_component(COUNTS, {"waiting": 7}).summary
    rebuilding = memory_component(COUNTS, {"rebuilding": 2})
    assert rebuilding.state == "ok", "everything is found meanwhile"
    assert "2 of 5" in rebuilding.summary
    failed = memory_component(COUNTS, {"failed": 1})
    assert failed.state == "degraded"
    assert failed.mend


def test_documents_that_failed_come_with_a_mend() -> None:
    fine = documents_component({FileState.DONE: 5, FileState.SKIPPED: 1}, 5, paused=False)
    assert (fine.state, fine.summary, fine.mend) == ("ok", "5 read, 1 skipped", None)
    bad = documents_component({FileState.FAILED: 2, FileState.QUEUED: 3}, 5, paused=True)
    assert bad.state == "degraded"
    assert bad.summary == "5 read, 3 paused, 2 could not be read"
    assert bad.mend


def test_storage_warns_before_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").write_bytes(b"x" * 2_000_000)
    assert storage_component(tmp_path).figures["bytes"] == 2_000_000
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10, 9, 1))
    low = storage_component(tmp_path)
    assert low.state == "degraded"
    assert low.mend


@pytest.mark.parametrize("worst", ["ok", "degraded", "failed"])
def test_one_line_says_the_worst_first(worst: str, tmp_path: Path) -> None:
    components = [
        language_model_component(),
        ComponentStatus(name="embedder", state=worst, summary="it is so"),  # type: ignore[arg-type]
        ComponentStatus(name="memory", state="ok", summary="fine"),
    ]
    whole = overview(components, memories=COUNTS, documents=1, conversations=2, data_dir=tmp_path, version="1")
    assert whole.state == worst
    assert whole.summary == "Everything works." if worst == "ok" else "Embedder: it is so" in whole.summary


def test_a_file_that_cannot_be_read_does_not_make_magray_ill(tmp_path: Path) -> None:
    bad = documents_component({FileState.FAILED: 2}, 5, paused=False)
    whole = overview([bad], memories=COUNTS, documents=1, conversations=2, data_dir=tmp_path, version="1")
    assert (whole.state, whole.summary) == ("ok", "Everything works.")


def test_files_that_go_while_they_are_counted_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept").write_bytes(bytes(7_000_000))
    walk = os.walk

    def walked(folder: Path) -> Iterator[tuple[str, list[str], list[str]]]:
        for parent, folders, names in walk(folder):
            yield parent, folders, [*names, ".tmp-gone-by-now"]

    monkeypatch.setattr(health.os, "walk", walked)
    assert health.storage_component(tmp_path, ()).summary.startswith("7 MB")


def test_background_work_is_told_where_it_failed() -> None:
    well = BackgroundStatus(name="expiry", title="Archive", priority="normal", state="resting")
    assert background_component([well]) == ()
    bad = dataclasses.replace(well, name="backup", title="Make backups", failed=True, result="The disk is full.")
    (told,) = background_component([well, bad])
    assert (told.state, told.summary) == ("degraded", "Make backups: this failed. The disk is full.")
    assert "magray background run backup" in (told.mend or "")
    (told,) = background_component([bad, bad])
    assert "and 1 more" in told.summary
