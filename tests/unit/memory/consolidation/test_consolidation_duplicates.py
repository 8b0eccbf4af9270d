"""What counts as a repeat: pairs written by hand, and properties that hold for any text."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from engine.memory.consolidation.duplicates import Said, repeats

PAIRS = Path(__file__).parents[3] / "data" / "consolidation" / "repeats.jsonl"
ROWS = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
DAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


def said(text: str, *, kind: str = "note", speaker: str | None = None, at: datetime = DAY) -> Said:
    return Said.of(text, kind=kind, speaker=speaker, occurred_at=at)


def either(one: Said, other: Said) -> bool:
    return repeats(one, other) or repeats(other, one)


@pytest.mark.parametrize("row", ROWS, ids=[row["one"][:40] for row in ROWS])
def test_pairs_written_by_hand(row: dict[str, Any]) -> None:
    one, other = said(row["one"], kind=row["kind"]), said(row["other"], kind=row["kind"])

    assert either(one, other) is row["repeats"]


def test_speakers_are_kept_apart() -> None:
    text = "The lease of the flat ends in the last week of June."

    assert repeats(said(text, speaker="Anna"), said(text, speaker="Anna"))
    assert not either(said(text, speaker="Anna"), said(text, speaker="Boris"))
    assert not either(said(text, speaker="Anna"), said(text))


def test_kinds_are_kept_apart_and_passages_left_alone() -> None:
    text = "The lease of the flat ends in the last week of June."

    assert not either(said(text, kind="fact"), said(text, kind="note"))
    assert not either(said(text, kind="document_chunk"), said(text, kind="document_chunk"))


@pytest.mark.parametrize(
    "text", ["We meet the notary tomorrow at the town hall.", "Завтра мы встречаемся с нотариусом в ратуше."]
)
def test_tomorrow_is_another_day_each_day(text: str) -> None:
    assert repeats(said(text), said(text, at=DAY + timedelta(hours=2)))
    assert not either(said(text), said(text, at=DAY + timedelta(days=1)))


def test_code_differs_by_every_sign_but_white_space_at_line_ends() -> None:
    one = said("def f(x):\n    return x + 1  \n\n", kind="code")

    assert repeats(one, said("def f(x):\r\n    return x + 1", kind="code"))
    assert not either(one, said("def f(x):\n    return x - 1", kind="code"))
    assert not either(one, said("def f(x):\n  return x + 1", kind="code"))


def test_only_the_fuller_one_can_stay() -> None:
    fuller = said("The spare keys of the summer house hang behind the door of the wooden tool shed.")
    other = said("The spare keys of the summer house hang behind the door of the tool shed.")

    assert repeats(fuller, other)
    assert not repeats(other, fuller)


SAMPLE = [
    "the",
    "boiler",
    "house",
    "green",
    "five",
    "not",
    "Anna",
    "in",
    "on",
    "5",
    "7",
    "tomorrow",
    "дом",
    "не",
    "пять",
]
WORDS = st.lists(
    st.sampled_from(SAMPLE),
    min_size=1,
    max_size=14,
).map(" ".join)


@given(WORDS)
def test_every_text_of_some_length_repeats_itself(text: str) -> None:
    assert repeats(said(text, kind="fact"), said(text, kind="fact"))


@given(WORDS, WORDS)
def test_nothing_with_other_numbers_or_denials_is_a_repeat(one: str, other: str) -> None:
    """The words that matter most stand in both as often, whatever else differs."""
    first, second = said(one), said(other)
    if either(first, second):
        for word in ("5", "7", "not", "не", "five", "пять", "tomorrow", "анна", "anna"):
            assert first.words.count(word) == second.words.count(word)
