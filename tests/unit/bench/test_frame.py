"""The frame of the benches: figures, limits, what is printed, the ledger of the durability bench."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

from engine import bench
from engine.bench import BENCHES, BenchContext, BenchUnavailableError, Figure, find_shared, run_bench
from engine.bench.durability import Ledger, figures
from engine.cli import main


@pytest.mark.parametrize(
    ("value", "limit", "sense", "passed"),
    [
        (1.0, None, "at least", None),
        (0.7, 0.7, "at least", True),
        (0.69, 0.7, "at least", False),
        (15.0, 15.0, "at most", True),
        (15.1, 15.0, "at most", False),
    ],
)
def test_a_limit_is_kept_or_missed(value: float, limit: float | None, sense: str, passed: bool | None) -> None:
    assert Figure(name="f", value=value, limit=limit, sense=sense).passed is passed  # type: ignore[arg-type]


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Figure]]:
    """Two benches of this test's own in the place of the real ones; the second needs what is not there."""
    found: dict[str, list[Figure]] = {"figures": []}

    async def run(context: BenchContext) -> Sequence[Figure]:
        context.say("working")
        assert context.work.is_dir()
        return found["figures"]

    async def lacking(context: BenchContext) -> Sequence[Figure]:
        context.collection("nowhere")
        return []

    for name, function in (("one", run), ("two", lacking)):
        module = ModuleType(f"bench_{name}")
        module.run = function  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, f"bench_{name}", module)
    monkeypatch.setattr(bench, "BENCHES", {"one": ("bench_one", "first"), "two": ("bench_two", "second")})
    monkeypatch.setattr("engine.cli.parser.BENCHES", bench.BENCHES)
    monkeypatch.setattr("engine.cli.bench.BENCHES", bench.BENCHES)
    return found


def test_every_figure_is_printed_beside_its_reference(
    measured: dict[str, list[Figure]], capsys: pytest.CaptureFixture[str]
) -> None:
    measured["figures"] = [
        Figure(
            name="recall p95", value=12.34, unit="ms", reference=10.0, reference_name="bare", limit=15, sense="at most"
        ),
        Figure(name="memories", value=100000, note="all of them"),
    ]
    assert main(["bench", "one"]) == 0
    captured = capsys.readouterr()
    assert "recall p95: 12.3 ms   bare 10 ms   at most 15 ms: kept" in captured.out
    assert "memories: 100,000   all of them" in captured.out
    assert captured.err == "one: working\n"


def test_a_missed_limit_is_said_and_ends_with_1(
    measured: dict[str, list[Figure]], capsys: pytest.CaptureFixture[str]
) -> None:
    measured["figures"] = [Figure(name="share", value=0.5, limit=0.7)]
    assert main(["bench"]) == 1
    assert "MISSED" in capsys.readouterr().out


def test_json_holds_everything(measured: dict[str, list[Figure]], capsys: pytest.CaptureFixture[str]) -> None:
    measured["figures"] = [Figure(name="share", value=0.8, limit=0.7)]
    assert main(["bench", "--json", "--quick"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["quick"] is True
    one, two = told["benches"]
    assert one["figures"][0]["passed"] is True
    assert one["figures"][0]["limit"] == 0.7
    assert two["figures"] == []
    assert "nowhere" in two["unavailable"]


def test_a_bench_asked_for_by_name_that_cannot_run_ends_with_1(
    measured: dict[str, list[Figure]], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["bench", "two", "--shared", str(tmp_path)]) == 1
    assert "not measured: the collection nowhere is needed" in capsys.readouterr().out


async def test_the_working_folder_is_removed(measured: dict[str, list[Figure]]) -> None:
    places: list[Path] = []

    async def run(context: BenchContext) -> Sequence[Figure]:
        places.append(context.work)
        (context.work / "file").touch()
        raise BenchUnavailableError("no")

    sys.modules["bench_one"].run = run  # type: ignore[attr-defined]
    result = await run_bench("one", shared=None, say=lambda text: None)
    assert result.unavailable == "no"
    assert not places[0].exists()


def test_the_named_folder_is_taken(tmp_path: Path) -> None:
    assert find_shared(tmp_path) == tmp_path


def test_benches_are_known_by_name() -> None:
    assert set(BENCHES) >= {"retrieval", "latency", "compact", "embedding", "answers", "start", "memory", "durability"}


def test_the_ledger_keeps_what_was_acknowledged() -> None:
    ledger = Ledger()
    ledger.hear(["remembered", {"a": "1", "b": "2", "c": "3"}])
    ledger.hear(["deleting", ["a", "b"]])
    assert ledger.expected() == {"live": {"c": "3"}, "deleted": [], "files": {}}  # either outcome is right
    ledger.hear(["deleted", ["a"]])
    ledger.hear(["ingested", "/f.md", 4])
    ledger.hear(["working"])
    assert ledger.expected() == {"live": {"c": "3"}, "deleted": ["a"], "files": {"/f.md": 4}}
    assert ledger.acknowledged == 3


def test_whatever_is_found_wrong_misses_a_limit() -> None:
    ledger = Ledger()
    good = {"lost": [], "returned": [], "torn": [], "problems": [], "memories": 5}
    ledger.hear(["checked", good])
    assert all(figure.passed is not False for figure in figures(ledger, kills=1, orphans=0, crashes=0))
    for name, value in (("lost", ["a"]), ("returned", ["b"]), ("torn", ["/f"]), ("problems", ["one missing"])):
        wrong = Ledger()
        wrong.hear(["checked", {**good, name: value}])
        assert sum(figure.passed is False for figure in figures(wrong, kills=1, orphans=0, crashes=0)) == 1
    assert any(figure.passed is False for figure in figures(ledger, kills=1, orphans=1, crashes=0))
    assert any(figure.passed is False for figure in figures(ledger, kills=1, orphans=0, crashes=1))
