"""Kills at random moments: the short form of `magray bench durability`."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.bench import BenchContext
from engine.bench.durability import run

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(300)]


async def test_ten_kills_lose_nothing(tmp_path: Path) -> None:
    figures = await run(BenchContext(shared=None, work=tmp_path, say=lambda text: None, quick=True))
    told = {figure.name: figure.value for figure in figures}
    assert told["kills"] == 10
    assert [figure for figure in figures if figure.passed is False] == []
    assert told["memories acknowledged"] > 0, "a busy machine remembers little between two kills, but something"
