import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine import Settings
from engine.agent.chat import context
from engine.agent.chat.context import Material
from engine.errors import OverLongError
from engine.memory.store.chat_notes import StoredSummary
from engine.memory.store.turns import History, Turn
from engine.values import Hit, Memory
from tests.helpers.scripted_models import INFO, ScriptedModel

NOW = datetime(2026, 3, 14, 12, tzinfo=UTC)


def turns(count: int, words: int = 20) -> tuple[Turn, ...]:
    return tuple(
        Turn(
            number=number + 1,
            id=f"m{number}",
            conversation_id="c",
            role="assistant" if number % 2 else "user",
            text=f"turn {number} " + "word " * words,
            created_at=NOW + timedelta(minutes=number),
        )
        for number in range(count)
    )


def hits(count: int) -> list[Hit]:
    fields: Any = {"layer": "assets", "kind": "note", "created_at": NOW, "occurred_at": NOW}
    return [
        Hit(
            memory=Memory(id=f"h{n}", text=f"fact {n} " + "detail " * 30, **fields),
            score=1.0 - n / 100,
        )
        for n in range(count)
    ]


def material(**fields: object) -> Material:
    return Material(question="What was said?", asked="q", now=NOW, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("window", [2000, 4096, 16_000, 200_000])
@pytest.mark.parametrize("count", [0, 3, 40, 200])
def test_a_request_never_outgrows_the_window(settings: Settings, window: int, count: int) -> None:
    model = ScriptedModel(["x"], dataclasses.replace(INFO, context_tokens=window))
    built = context.build(
        material(history=History(turns(count), earlier=7 if count == 200 else 0), hits=hits(40)), model, settings
    )
    sent = sum(model.count_tokens(message.text) for message in built.request.messages)
    sent += model.count_tokens(built.request.system)
    assert sent + (built.request.max_output_tokens or 0) <= window
    assert built.view.tokens <= window - built.view.reserved
    assert built.request.messages[-1].role == "user"
    roles = [message.role for message in built.request.messages]
    assert all(one != other for one, other in itertools.pairwise(roles))


def test_older_turns_are_told_in_short_never_left_out_silently(settings: Settings) -> None:
    model = ScriptedModel(["x"], dataclasses.replace(INFO, context_tokens=4096))
    built = context.build(material(history=History(turns(120), earlier=30)), model, settings)
    (summary,) = [part for part in built.view.parts if part.kind == "summary"]
    assert "30 still older turns are not told here" in summary.text
    assert any("older turns went in shortened" in note for note in built.view.notes)
    told = [part.message_id for part in built.view.parts if part.kind == "turn"]
    assert told == [f"m{number}" for number in range(120 - len(told), 120)]
    assert summary.text in built.request.messages[0].text


def test_a_summary_takes_the_place_of_what_it_tells(settings: Settings) -> None:
    model = ScriptedModel(["x"])
    history = History(turns(10), summary=StoredSummary(6, "They spoke of herons.", "local/m"))
    built = context.build(material(history=history), model, settings)
    assert [part.message_id for part in built.view.parts if part.kind == "turn"] == ["m6", "m7", "m8", "m9"]
    (summary,) = [part for part in built.view.parts if part.kind == "summary"]
    assert summary.text == "They spoke of herons."
    assert built.view.notes == ("the beginning of the conversation went in as a summary",)


def test_what_fits_goes_word_for_word(settings: Settings) -> None:
    built = context.build(material(history=History(turns(10))), ScriptedModel(["x"]), settings)
    assert [part.kind for part in built.view.parts] == ["system", *["turn"] * 10, "question"]
    assert built.view.notes == ()


def test_memory_keeps_to_its_budget(settings: Settings) -> None:
    model = ScriptedModel(["x"], dataclasses.replace(INFO, context_tokens=200_000))
    built = context.build(material(hits=hits(200)), model, settings)
    spent = sum(part.tokens for part in built.view.parts if part.kind == "memory")
    assert settings.chat.memory_tokens * 0.9 < spent <= settings.chat.memory_tokens
    assert [hit.memory.id for hit in built.hits] == [
        part.memory_id for part in built.view.parts if part.kind == "memory"
    ]


def test_the_beginning_stays_the_same_from_turn_to_turn(settings: Settings) -> None:
    """So that a vendor can read it from its cache."""
    model = ScriptedModel(["x"])
    one = context.build(material(history=History(turns(4)), hits=hits(3)), model, settings).request
    two = context.build(material(history=History(turns(6)), hits=hits(5)), model, settings).request
    assert one.system == two.system
    assert one.messages[:4] == two.messages[:4]


def test_a_question_too_long_is_refused_in_words(settings: Settings) -> None:
    model = ScriptedModel(["x"], dataclasses.replace(INFO, context_tokens=2000))
    long = dataclasses.replace(material(), question="word " * 3000)
    with pytest.raises(OverLongError, match=r"It is kept; shorten it"):
        context.build(long, model, settings)
