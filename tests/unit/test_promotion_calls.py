"""Promotion through the engine's public calls: wired, live settings, and gone with what is erased."""

from datetime import timedelta
from pathlib import Path

import pytest

from engine import Engine, EngineClosedError, NewMemory, NotFoundError, Settings
from tests.helpers.clock import FakeClock

FACT = "I bought a blue kayak for 340 euros in Lisbon last Friday with my sister Clara."


async def test_promotion_through_the_engine(tmp_path: Path) -> None:
    clock = FakeClock()
    settings = Settings(data_dir=tmp_path / "data", promotion={"explore": 0.0})
    async with Engine.open(settings, clock=clock) as engine:
        await engine.pause_background()
        texts = ("Hey! How are you?", FACT, "Wow, thanks, that is so great!")
        said = [NewMemory(text=text, kind="message", session="s", speaker="Anna") for text in texts]
        hello, fact, _ = await engine.remember_many(said)
        view = await engine.explain_promotion(fact.id)
        assert view.decision == "rises"
        assert len(view.features) == 12
        assert view.probability > (await engine.explain_promotion(hello.id)).probability
        clock.advance(minutes=1)
        await engine.note_opened([fact.id])
        await engine._parts.memory.close()  # what was noted is written
        assert (await engine.explain_promotion(fact.id)).use == "Opened once"
        clock.advance(hours=23)
        assert await engine._parts.promotion.run() == "1 memory promoted."
        assert (await engine.memory(fact.id)).layer == "insights"
        (action,) = [one for one in await engine.actions(limit=5) if one.event == "promoted"]
        assert action.actor == "magray"
        await engine.undo_action(action.id)
        assert (await engine.memory(fact.id)).layer == "interact"
        assert "took it down" in (await engine.explain_promotion(fact.id)).words
        status = await engine.promotion()
        assert (status.version, status.waiting, status.enabled) == (0, 3, True)
        assert "500" in await engine.refit_promotion()
        assert (await engine.rollback_promotion(0)).version == 0
        with pytest.raises(NotFoundError):
            await engine.rollback_promotion(5)
        await engine.change_option("promotion.enabled", False)
        assert not (await engine.promotion()).enabled
        await engine.delete_memories([fact.id], erase=True)
        assert (await engine.promotion()).waiting == 2
        names = {one.name for one in await engine.background()}
        assert {"promotion", "refit"} <= names
    with pytest.raises(EngineClosedError):
        await engine.promotion()


async def test_what_expired_while_magray_was_closed_is_judged_first(tmp_path: Path) -> None:
    clock = FakeClock()
    settings = Settings(data_dir=tmp_path / "data", promotion={"explore": 0.0})
    async with Engine.open(settings, clock=clock) as engine:
        fact = await engine.remember(FACT, kind="message", layer="interact")
    clock.advance(days=3)
    async with Engine.open(settings, clock=clock) as engine:
        await engine.run_background("promotion")
        memory = await engine.memory(fact.id)
        assert memory.layer == "insights"
        assert memory.expires_at == clock.now() + timedelta(days=90)
