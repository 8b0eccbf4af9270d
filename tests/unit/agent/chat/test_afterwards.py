from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine import ChatStep, Conversation, Engine, Sees, Settings
from engine.errors import RateLimitedError
from engine.settings import Settings as AllSettings
from tests.helpers.scripted_models import ScriptedModel, ScriptedModels, scripted


async def collect(steps: AsyncIterator[ChatStep]) -> list[ChatStep]:
    return [step async for step in steps]


@pytest.fixture
def settings(data_dir: Any) -> Settings:
    plain = AllSettings(data_dir=data_dir)
    return plain.model_copy(
        update={"chat": plain.chat.model_copy(update={"history_tokens": 600, "memory_tokens": 100})}
    )


@pytest.mark.parametrize("provisional", ["", "When does the lease of the…"])
async def test_a_small_model_gives_the_title(engine: Engine, provisional: str) -> None:
    conversation = await engine.create_conversation(provisional, provisional=True)
    title = ScriptedModel(["“The lease of the flat.”\nAnd more"])
    async with scripted(engine, ScriptedModels(ScriptedModel(["Yes."]), title=title)) as parts:
        await collect(engine.chat(conversation.id, "When does the lease of the flat in Bauman street end?"))
        await parts.afterwards.settled()
        await collect(engine.chat(conversation.id, "And the garage?"))
        await parts.afterwards.settled()
    assert (await engine.conversation(conversation.id)).title == "The lease of the flat"
    assert len(title.asked) == 1
    assert title.asked[0].purpose == "title"


async def test_a_title_of_the_owners_stays(engine: Engine, conversation: Conversation) -> None:
    title = ScriptedModel(["Another"])
    async with scripted(engine, ScriptedModels(ScriptedModel(["Yes."]), title=title)) as parts:
        await collect(engine.chat(conversation.id, "When does the lease end?"))
        await parts.afterwards.settled()
    assert (await engine.conversation(conversation.id)).title == "Lease"
    assert title.asked == []


@pytest.mark.expected_logs("given up: Slow down")
async def test_without_a_title_from_a_model_the_first_question_names_it(engine: Engine) -> None:
    conversation = await engine.create_conversation()
    title = ScriptedModel([RateLimitedError("Slow down.")])
    async with scripted(engine, ScriptedModels(ScriptedModel(["Yes."]), title=title)) as parts:
        await collect(engine.chat(conversation.id, "When does the lease end?"))
        await parts.afterwards.settled()
    assert (await engine.conversation(conversation.id)).title == "When does the lease end?"


async def test_older_turns_are_summarised_before_they_no_longer_fit(engine: Engine, conversation: Conversation) -> None:
    summarise = ScriptedModel(["They spoke of herons one to four.", "They spoke of many herons."])
    model = ScriptedModel(["A heron is a bird. " * 12])
    async with scripted(engine, ScriptedModels(model, summarise=summarise)) as parts:
        for number in range(6):
            steps = await collect(
                engine.chat(conversation.id, f"What about heron number {number}? " + "Tell me. " * 10)
            )
            await parts.afterwards.settled()
    view = next(step.view for step in steps if isinstance(step, Sees))
    (summary,) = [part for part in view.parts if part.kind == "summary"]
    assert summary.text.startswith("They spoke of")
    assert "heron number 0" in summarise.asked[0].messages[0].text
    if len(summarise.asked) > 1:
        assert "So far: They spoke of herons one to four." in summarise.asked[1].messages[0].text
    told = [part.text for part in view.parts if part.kind == "turn"]
    assert "heron number 4" in told[-2]


async def test_settings_that_change_hold_from_the_next_turn(engine: Engine, conversation: Conversation) -> None:
    for place in (
        "harbour",
        "garden",
        "kitchen",
        "attic",
        "library",
        "chapel",
        "forest",
        "museum",
        "station",
        "bakery",
    ):
        await engine.remember(
            f"A heron stands in the {place}, and the {place} smells of tar and bread.", layer="assets"
        )
    model = ScriptedModel(["Many."])
    async with scripted(engine, ScriptedModels(model)):
        few = await collect(engine.chat(conversation.id, "Where do herons stand?"))
        await engine.change_option("chat.memory_tokens", 5000)
        many = await collect(engine.chat(conversation.id, "Where do herons stand by night?"))

    def memories(steps: list[ChatStep]) -> int:
        view = next(step.view for step in steps if isinstance(step, Sees))
        return sum(part.kind == "memory" for part in view.parts)

    assert 1 <= memories(few) <= 5
    assert memories(many) > memories(few) + 3
