"""What counts as a contradiction: pairs written by hand in English and Russian, with hard ones that are none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.agent.language import language
from engine.memory.consolidation.contradictions import Contradictions

PAIRS = Path(__file__).parents[3] / "data" / "consolidation" / "contradictions.jsonl"
ROWS = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def rules() -> Contradictions:
    return Contradictions(language())


def reason(rules: Contradictions, new: str, old: str) -> str | None:
    before = rules.single(old)
    return None if before is None else rules.reason(rules.read(new), before)


@pytest.mark.parametrize("part", ["development", "held_out", "unseen"])
@pytest.mark.parametrize("tongue", ["en", "ru"])
def test_no_wrong_contradiction_and_few_missed(rules: Contradictions, part: str, tongue: str) -> None:
    rows = [row for row in ROWS if row["part"] == part and row["language"] == tongue]
    found = {row["new"] + row["old"]: reason(rules, row["new"], row["old"]) for row in rows}
    wrong = [row for row in rows if found[row["new"] + row["old"]] and not row["contradicts"]]
    right = sum(bool(found[row["new"] + row["old"]]) for row in rows if row["contradicts"])

    assert not wrong
    assert right >= 0.8 * sum(row["contradicts"] for row in rows)


def test_a_memory_that_says_more_is_never_superseded(rules: Contradictions) -> None:
    assert reason(rules, "My rent is 950 euros.", "My rent is 900 euros.")
    assert not reason(rules, "My rent is 950 euros.", "My rent is 900 euros. The deposit was paid in May.")
    assert not reason(rules, "My rent is 950 euros.", "My rent is 900 euros and the deposit is 1800 euros.")


def test_a_newer_memory_may_say_more(rules: Contradictions) -> None:
    assert reason(rules, "I talked to the landlord. My rent is now 950 euros.", "My rent is 900 euros.")
    assert not reason(rules, " ".join(["My rent is 950 euros."] * 9), "My rent is 900 euros.")


def test_nothing_contradicts_itself(rules: Contradictions) -> None:
    for row in ROWS:
        assert reason(rules, row["old"], row["old"]) is None


def test_the_reason_repeats_neither_of_them(rules: Contradictions) -> None:
    words = reason(rules, "The vault code is 8215 at the lake.", "The vault code is 4711 at the lake.")

    assert words is not None
    assert not {"8215", "4711", "vault", "lake"} & set(words.split())


@pytest.mark.parametrize("text", ["", "…", "?", "!!!", "«»", "5", "не", "no longer", "— это —", "is is is"])
def test_odd_texts_are_read_without_harm(rules: Contradictions, text: str) -> None:
    assert reason(rules, text, "I live in Berlin.") is None
    assert reason(rules, "I live in Berlin.", text) is None
