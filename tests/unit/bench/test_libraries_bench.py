"""The bench beside other libraries says what it lacks, and turns are fair."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from engine.bench import BenchContext, BenchUnavailableError, run_bench
from engine.bench.libraries import _figure, _Spent, _turns


def collections(folder: Path) -> Path:
    for name in ("locomo/one", "locomo/two", "xquad/en", "cranfield"):
        (folder / name).mkdir(parents=True)
        rows = [{"_id": str(n), "text": f"{name} says {'more ' * (n % 7)}{n}"} for n in range(40)] + [{"text": " "}]
        (folder / name / "corpus.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


def context(folder: Path, *, compare: Path | None = None) -> BenchContext:
    return BenchContext(
        shared=collections(folder / "shared"), work=folder, say=lambda _: None, quick=True, compare=compare
    )


def test_turns_are_alike_and_no_text_comes_twice(tmp_path: Path) -> None:
    turns = _turns(context(tmp_path))
    assert [len(texts) for texts in turns] == [30, 30]
    texts = [text for part in turns for text in part]
    assert len(set(texts)) == len(texts)
    for texts in turns:
        assert {text.split("/")[0].split(" ")[0] for text in texts} == {"locomo", "xquad", "cranfield"}
        assert all(text.strip() for text in texts)


async def test_without_an_interpreter_it_says_how_to_get_one(tmp_path: Path) -> None:
    result = await run_bench("libraries", shared=tmp_path, say=lambda _: None)
    assert result.figures == ()
    assert "--compare" in result.unavailable


async def test_an_interpreter_without_the_libraries_is_told(tmp_path: Path) -> None:
    from engine.bench import libraries

    with pytest.raises(BenchUnavailableError, match=r"cannot make the model(.|\n)*onnx"):
        await libraries.run(context(tmp_path, compare=Path(sys.executable)))


def test_a_figure_is_the_ratio_of_times() -> None:
    spent = {"magray": _Spent(2.0, 3.0), "other": _Spent(13.0, 15.0)}
    figure = _figure("x", spent, "other", 26, 6.0)
    assert figure.value == 6.5
    assert figure.passed
    assert figure.note == "13 texts a second against 2, 26 texts of mixed length; by processor time 5.0 x"
