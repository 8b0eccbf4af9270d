"""A language model that names groups and tells sessions: only where the owner allows it, and never the only way."""

from __future__ import annotations

import dataclasses

from engine import Engine, NewMemory, Settings
from engine.agent.chat.condensing import Condensing
from engine.errors import BudgetReachedError
from engine.memory.consolidation.consolidator import Consolidator
from tests.helpers.clock import FakeClock
from tests.helpers.scripted_models import ScriptedModel, ScriptedModels

TURNS = [
    "We want to buy the small house by the lake.",
    "The house by the lake costs three hundred thousand euros.",
    "The seller of the house wants an answer by Friday.",
    "The bank gives us a loan for the house.",
]


def allowed(engine: Engine) -> Settings:
    options = engine.settings.consolidation.model_copy(update={"use_model": True})
    return engine.settings.model_copy(update={"consolidation": options})


def with_model(engine: Engine, models: ScriptedModels, settings: Settings) -> Consolidator:
    room = dataclasses.replace(engine._parts.consolidator._room, writer=Condensing(models, settings))
    return Consolidator(room, settings, events=engine.events)


async def say(engine: Engine, fake_clock: FakeClock) -> None:
    await engine.remember_many([NewMemory(text=text, session="s", kind="message") for text in TURNS])
    fake_clock.advance(hours=4)


async def test_it_tells_sessions_and_names_groups_where_allowed(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, fake_clock)
    many = [f"The garden bed number {number} needs compost and water." for number in range(14)]
    await lived.remember_many([NewMemory(text=text, layer="assets") for text in many])
    model = ScriptedModel(["They want to buy a house by the lake.", '"Garden beds."\nBeds need compost.'])

    done = await with_model(lived, ScriptedModels(model), allowed(lived)).run()

    assert done.episodes == 1
    (episode,) = [memory async for memory in lived.every_memory() if "episode" in memory.tags]
    assert episode.text == "They want to buy a house by the lake."
    assert "house" in (episode.title or "").casefold()
    told = model.asked[0].messages[0].text
    assert all(text in told for text in TURNS)
    assert "Garden beds" in [one.name for one in await lived.clusters()]


async def test_it_is_not_asked_where_the_owner_did_not_allow_it(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, fake_clock)
    model = ScriptedModel(["Nobody asked me."])

    await with_model(lived, ScriptedModels(model), lived.settings).run()

    assert model.asked == []
    (episode,) = [memory async for memory in lived.every_memory() if "episode" in memory.tags]
    assert all(line.startswith("You: ") for line in episode.text.splitlines())


async def test_a_model_that_cannot_write_is_done_without(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, fake_clock)
    model = ScriptedModel([BudgetReachedError("The month's budget is used up.")])

    done = await with_model(lived, ScriptedModels(model), allowed(lived)).run()

    assert done.episodes == 1
    assert model.asked


async def test_what_is_no_name_is_not_taken(settings: Settings) -> None:
    wanted = settings.model_copy(
        update={"consolidation": settings.consolidation.model_copy(update={"use_model": True})}
    )
    for written in ("x" * 200, "  ", "\n\n"):
        assert await Condensing(ScriptedModels(ScriptedModel([written])), wanted).name(["one", "two"]) is None
    assert await Condensing(ScriptedModels(None), wanted).tell(["one"]) is None


async def test_options_reach_the_writer(lived: Engine) -> None:
    writer = lived._parts.consolidator._room.writer
    assert writer is not None
    assert not writer.settings.consolidation.use_model

    await lived.change_option("consolidation.use_model", True)

    assert writer.settings.consolidation.use_model
