"""Names and short texts of groups, in the words of their memories."""

from __future__ import annotations

from hypothesis import given, strategies as st

from engine.agent.language import language
from engine.memory.consolidation.naming import LONGEST_SENTENCE, Namer

GARDEN = ["The garden needs water.", "Water the garden in the evening.", "Tomatoes like the garden."]
BOATS = ["The boat lies in the harbour.", "A boat needs paint.", "Boats in the harbour need water."]


def test_a_name_holds_what_sets_a_group_apart() -> None:
    namer = Namer(language())
    namer.add(1, GARDEN)
    namer.add(2, BOATS)

    assert namer.name(1).split(", ")[0] == "Garden"
    assert set(namer.name(2).casefold().split(", ")) & {"boat", "harbour"}
    assert "tomatoes" not in namer.name(1).casefold()  # one memory alone says it


def test_words_are_written_as_the_memories_write_them() -> None:
    namer = Namer(language())
    namer.add(1, ["Anna talks to NASA.", "NASA calls Anna.", "anna is at NASA"])

    assert namer.name(1) == "NASA, anna" or namer.name(1) == "Anna, NASA"


def test_groups_without_words_get_a_name_too() -> None:
    namer = Namer(language())
    namer.add(1, ["1234", "5678"])
    namer.add(2, ["Alpha.", "Beta."])
    namer.add(3, [])

    assert namer.name(1) == namer.name(3) == "…"
    assert set(namer.name(2).casefold().split(", ")) == {"alpha", "beta"}
    assert namer.summary(1, ["1234", "5678"]) == ""


def test_a_short_text_does_not_say_the_same_twice_and_asks_nothing() -> None:
    namer = Namer(language())
    texts = [
        "The garden needs water every evening.",
        "The garden needs water every evening!",
        "Does the garden need water in the evening?",
        "Tomatoes in the garden grow tall.",
    ]
    namer.add(1, texts)

    told = namer.summary(1, texts)

    assert told.count("needs water every evening") == 1
    assert "?" not in told
    assert "Tomatoes" in told


@given(st.lists(st.text(max_size=80), max_size=6))
def test_any_texts_can_be_named(texts: list[str]) -> None:
    namer = Namer(language())
    namer.add(1, texts)

    assert namer.name(1)
    assert len(namer.summary(1, texts)) <= 2 * (LONGEST_SENTENCE + 2)
