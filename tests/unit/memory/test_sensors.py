"""Readings of this computer, and of containers as Linux shows them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from engine.memory.index_memory import graph_bytes, tail_bytes
from engine.memory.sensors import Sensors, container_memory


def version_2(folder: Path, limit: str, used: int, inactive: int) -> Path:
    folder.mkdir()
    (folder / "memory.max").write_text(f"{limit}\n")
    (folder / "memory.current").write_text(f"{used}\n")
    (folder / "memory.stat").write_text(f"anon 5\ninactive_file {inactive}\nactive_file 7\n")
    return folder


def test_a_container_of_version_2(tmp_path: Path) -> None:
    assert container_memory(version_2(tmp_path / "a", "1000", 900, 300)) == (1000, 600)
    assert container_memory(version_2(tmp_path / "b", "max", 900, 300)) is None
    assert container_memory(version_2(tmp_path / "c", "1000", 100, 300)) == (1000, 0)
    assert container_memory(version_2(tmp_path / "d", "nonsense", 100, 300)) is None
    assert container_memory(tmp_path / "missing") is None


def test_a_container_of_version_1(tmp_path: Path) -> None:
    folder = tmp_path / "memory"
    folder.mkdir()
    (folder / "memory.usage_in_bytes").write_text("900\n")
    (folder / "memory.stat").write_text("inactive_file 1\ntotal_inactive_file 400\n")
    (folder / "memory.limit_in_bytes").write_text("1000\n")
    assert container_memory(tmp_path) == (1000, 500)
    (folder / "memory.limit_in_bytes").write_text("9223372036854771712\n")
    assert container_memory(tmp_path) is None


def test_this_computer(tmp_path: Path) -> None:
    sensors = Sensors(cgroups=tmp_path)
    first, second = sensors.read(), sensors.read()
    assert first.memory_total == psutil.virtual_memory().total
    assert 0 < first.memory_used < first.memory_total
    assert first.own_memory > 1 << 20
    assert first.others_percent == 0  # there was no look before
    assert 0 <= second.others_percent <= 100


def test_a_container_counts_where_it_is_nearer_to_its_end(tmp_path: Path) -> None:
    sensors = Sensors(cgroups=version_2(tmp_path / "tight", str(1 << 30), 1 << 30, 0))
    reading = sensors.read()
    assert (reading.memory_total, reading.memory_used) == (1 << 30, 1 << 30)
    wide = Sensors(cgroups=version_2(tmp_path / "wide", str(1 << 30), 0, 0)).read()
    assert wide.memory_total == psutil.virtual_memory().total


@pytest.mark.parametrize(
    ("found", "charge", "on_battery"),
    [
        (None, None, False),
        (SimpleNamespace(percent=55.5, power_plugged=False), 55.5, True),
        (SimpleNamespace(percent=99, power_plugged=True), 99.0, False),
        (SimpleNamespace(percent=99, power_plugged=None), 99.0, False),
    ],
)
def test_a_battery(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: object, charge: float | None, on_battery: bool
) -> None:
    monkeypatch.setattr(psutil, "sensors_battery", lambda: found, raising=False)
    reading = Sensors(cgroups=tmp_path).read()
    assert (reading.battery_percent, reading.on_battery) == (charge, on_battery)


def test_a_system_that_knows_no_batteries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(psutil, "sensors_battery", raising=False)
    assert Sensors(cgroups=tmp_path).read().battery_percent is None


def test_the_formula_of_an_index_stands_as_measured() -> None:
    assert graph_bytes(20_000, room=5_000, dimensions=384, neighbours=24) == pytest.approx(36.9e6, rel=0.05)
    assert graph_bytes(0, room=0, dimensions=384, neighbours=24) == 0
    assert tail_bytes(10, dimensions=384) == 10 * (1536 + 16)
