from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.runtime.device_notes import DeviceNotes


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "devices.json"


def dead(file: Path) -> None:
    """Make the notes look as if their process had ended."""
    content = json.loads(file.read_text("utf-8"))
    content["process"] = [os.getpid(), 1.0]
    file.write_text(json.dumps(content), "utf-8")


@pytest.mark.expected_logs("the last start ended while it tried cuda:0")
def test_a_start_that_died_on_a_device_is_remembered(file: Path) -> None:
    DeviceNotes(file).begin("cuda:0", signature="s")
    dead(file)
    for _ in range(3):  # not only once: until something changes or the owner says so
        assert DeviceNotes(file).crashed("cuda:0", signature="s")
    notes = DeviceNotes(file)
    assert not notes.crashed("cuda:1", signature="s")
    assert not notes.crashed("cuda:0", signature="another driver")
    notes.forget()
    assert not DeviceNotes(file).crashed("cuda:0", signature="s")


def test_one_that_went_well_is_not(file: Path) -> None:
    notes = DeviceNotes(file)
    notes.begin("cuda:0", signature="s")
    notes.end("cuda:0")
    dead(file)
    assert not DeviceNotes(file).crashed("cuda:0", signature="s")
    notes.begin("cuda:0", signature="s")
    notes.end()  # Magray was closed meanwhile
    dead(file)
    assert not DeviceNotes(file).crashed("cuda:0", signature="s")


def test_another_process_that_starts_right_now_did_not_die(file: Path) -> None:
    DeviceNotes(file).begin("cuda:0", signature="s")
    assert not DeviceNotes(file).crashed("cuda:0", signature="s")


def test_figures_are_kept_for_this_machine_only(file: Path) -> None:
    notes = DeviceNotes(file)
    notes.keep_rates("a", {"cpu": 10.0, "cuda:0": 99.5}, signature="s")
    assert DeviceNotes(file).rates("a", signature="s") == {"cpu": 10.0, "cuda:0": 99.5}
    assert DeviceNotes(file).rates("a", signature="t") == {}
    assert DeviceNotes(file).rates("b", signature="s") == {}
    notes.keep_rates("b", {"cpu": 1.0}, signature="t")
    assert DeviceNotes(file).rates("a", signature="t") == {}


def test_only_so_many_models_are_kept(file: Path) -> None:
    notes = DeviceNotes(file)
    for number in range(100):
        notes.keep_rates(str(number), {"cpu": 1.0}, signature="s")
    assert notes.rates("0", signature="s") == {}
    assert notes.rates("99", signature="s") == {"cpu": 1.0}


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"rates": 3, "crashed": [], "starting": "x", "process": {}}', "\0"]
)
def test_a_file_that_is_damaged_is_no_file(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content, "utf-8")
    notes = DeviceNotes(file)
    assert not notes.crashed("cuda:0", signature="")
    assert notes.rates("a", signature="") == {}
    notes.keep_rates("a", {"cpu": 1.0}, signature="s")
    assert DeviceNotes(file).rates("a", signature="s") == {"cpu": 1.0}


def test_where_nothing_can_be_written_nothing_is_remembered(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a folder should be", "utf-8")
    notes = DeviceNotes(tmp_path / "cache" / "devices.json")
    notes.begin("cuda:0", signature="s")
    notes.end("cuda:0")
    nowhere = DeviceNotes(None)
    nowhere.keep_rates("a", {"cpu": 1.0}, signature="s")
    assert nowhere.rates("a", signature="s") == {"cpu": 1.0}
