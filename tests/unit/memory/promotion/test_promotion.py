"""Promotion at work over a real database: judged, risen, settled, learned, undone, erased."""

import asyncio
import dataclasses
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from engine import NotFoundError, Settings
from engine.memory.promotion.jobs import promotion_job, refit_job
from engine.memory.promotion.models.base import PromotionModelError
from engine.memory.promotion.prior import load_prior
from engine.scheduler import Turn
from tests.helpers.rising_house import CHAT, FACT, RisingHouse, learnable

SMALL_TALK = ("Hey! How are you?", CHAT, FACT, CHAT, "Bye, see you later!", CHAT, "You too, take care!")
FACT_AT = 2


async def test_a_fact_rises_before_it_goes_and_small_talk_does_not(house: RisingHouse) -> None:
    ids = await house.talk(*SMALL_TALK)
    assert await house.promotion.run() == ""  # it is too early
    house.clock.advance(hours=22, minutes=30)
    assert await house.promotion.run() == "1 memory promoted."
    layers = [(await house.get(one)).layer for one in ids]
    assert layers == ["interact"] * FACT_AT + ["insights"] + ["interact"] * 4
    (entry,) = await house.life.history(ids[FACT_AT])
    assert (entry.event, entry.actor) == ("promoted", "magray")
    assert "names people, numbers or days" in entry.reason or "worth knowing" in entry.reason
    assert await house.promotion.run() == ""  # nothing is judged twice
    assert len(await house.examples()) == len(ids)
    assert await house.problems() == []


async def test_the_judgement_is_written_down(house: RisingHouse) -> None:
    ids = await house.talk(*SMALL_TALK)
    house.clock.advance(hours=23)
    await house.promotion.run()
    told = {one.memory: one for one in await house.examples()}
    fact, chat = told[ids[FACT_AT]], told[ids[1]]
    assert (fact.decision, chat.decision) == ("rise", "expire")
    assert fact.probability > chat.probability
    assert len(fact.features) == 12
    assert (fact.model, fact.layer, fact.explored, fact.propensity, fact.weight) == (0, "interact", False, 1.0, 1.0)
    assert fact.due_at - fact.at == timedelta(days=14) // timedelta(microseconds=1)
    assert fact.outcome is None


async def test_the_outcome_is_use_and_not_recall(house: RisingHouse) -> None:
    house.promotion.follow(Settings(promotion={"share": 0.9, "explore": 0.0}))
    ids = await house.talk(FACT, "I work as a nurse at a hospital in Oslo.", "My dog Pepper turned 3 in March.")
    house.clock.advance(hours=23)
    await house.promotion.run()
    house.clock.advance(days=3)
    await house.use("recalled", *ids, rank=1)
    await house.use("quoted", ids[0], rank=4)
    await house.life.pin([ids[1]])
    house.clock.advance(days=12)
    text = await house.promotion.run()
    assert "3 outcomes noted" in text
    told = {one.memory: one for one in await house.examples() if one.layer == "interact"}
    assert [told[one].outcome for one in ids] == [1, 1, 0]
    assert told[ids[0]].weight == 2.0  # a use from the fourth place
    assert told[ids[1]].weight == 1.0


async def test_what_is_used_again_and_again_rises_early(house: RisingHouse) -> None:
    ids = await house.talk(FACT, CHAT)
    for _ in range(4):
        house.clock.advance(hours=1)
        await house.use("quoted", ids[0], rank=1)
    assert await house.promotion.run() == "1 memory promoted."
    assert (await house.get(ids[0])).layer == "insights"
    (example,) = await house.examples()
    assert (example.memory, example.decision) == (ids[0], "early")
    house.clock.advance(hours=2)
    await house.use("quoted", ids[0], rank=1)
    house.clock.advance(minutes=1)
    assert await house.promotion.run() == ""  # no two layers in a day
    house.clock.advance(days=8)
    assert await house.promotion.run() == ""  # nor for what was counted already
    await house.use("quoted", ids[0], rank=1)
    await house.promotion.run()
    assert (await house.get(ids[0])).layer == "assets"


async def test_from_insights_it_rises_for_ever(house: RisingHouse) -> None:
    house.promotion.follow(Settings(promotion={"share": 0.9, "explore": 0.0}))
    (one,) = await house.talk(FACT)
    await house.life.promote([one])
    house.clock.advance(days=88)
    await house.promotion.run()
    risen = await house.get(one)
    assert (risen.layer, risen.expires_at) == ("assets", None)


async def test_chance_keeps_some_and_says_so(tmp_path: Path) -> None:
    async with RisingHouse(tmp_path / "data", promotion={"explore": 0.5, "share": 0.01}) as house:
        ids = await house.talk(*[f"{CHAT} {number}" for number in range(30)])
        house.clock.advance(hours=23)
        await house.promotion.run()
        kept = [one for one in await house.examples() if one.decision == "rise" and one.explored]
        assert 2 <= len(kept) <= 20
        assert {one.propensity for one in kept} <= {0.25, 0.75}
        chance = next(one for one in kept if one.propensity == 0.25)
        assert chance.weight == 4.0
        (entry,) = await house.life.history(chance.memory)
        assert entry.reason == "Kept by chance, to learn from it"
        assert set(ids) >= {one.memory for one in kept}


async def test_what_chance_keeps_in_insights_gets_another_season_only(tmp_path: Path) -> None:
    async with RisingHouse(tmp_path / "data", promotion={"explore": 0.5, "share": 0.01}) as house:
        ids = await house.talk(*[f"{CHAT} {number}" for number in range(12)])
        await house.life.promote(ids)
        house.clock.advance(days=88)
        await house.promotion.run()
        kept = [one.memory for one in await house.examples() if one.decision == "rise" and one.propensity == 0.25]
        assert kept
        for one in kept:
            memory = await house.get(one)
            assert memory.layer == "insights"
            assert memory.expires_at == house.clock.now() + timedelta(days=90)
        house.clock.advance(days=88)
        await house.promotion.run()  # at the end of that season it is judged again
        again = [one for one in await house.examples() if one.memory == kept[0]]
        assert len(again) == 2


async def test_the_owner_has_the_last_word(house: RisingHouse) -> None:
    house.promotion.follow(Settings(promotion={"share": 0.9, "explore": 0.0}))
    pinned, down, kept = await house.talk(FACT, FACT + " Again.", FACT + " Once more.")
    await house.life.pin([pinned])
    house.clock.advance(hours=23)
    await house.promotion.run()
    assert (await house.get(pinned)).layer == "interact"
    assert (await house.get(down)).layer == "insights"
    await house.life.demote([down])
    house.clock.advance(hours=23)
    await house.promotion.run()
    assert (await house.get(down)).layer == "interact"
    assert (await house.promotion.explain(down)).words.startswith("You took it down yourself")
    assert (await house.promotion.explain(pinned)).words == "It is pinned, so it stays."
    assert kept != down


async def test_undoing_something_else_takes_nothing_down(house: RisingHouse) -> None:
    house.promotion.follow(Settings(promotion={"share": 0.9, "explore": 0.0}))
    tagged, undone = await house.talk(FACT, FACT + " Again.")
    action = await house.life.tag([tagged], add=["travel"])
    await house.life.undo(action.id)
    risen = await house.life.promote([undone], actor="magray")
    await house.life.undo(risen.id)
    house.clock.advance(hours=23)
    assert await house.promotion.run() == "1 memory promoted."
    assert (await house.get(tagged)).layer == "insights"
    assert (await house.get(undone)).layer == "interact"


async def test_it_can_be_switched_off(house: RisingHouse) -> None:
    house.promotion.follow(Settings(promotion={"enabled": False}))
    (one,) = await house.talk(FACT)
    house.clock.advance(hours=23)
    assert await house.promotion.run() == ""
    view = await house.promotion.explain(one)
    assert view.decision == "stays"
    assert "switched off" in view.words
    assert "switched off" in (await house.promotion.status()).words


async def test_an_explanation_sums_to_the_probability(house: RisingHouse) -> None:
    ids = await house.talk(*SMALL_TALK)
    house.clock.advance(minutes=5)
    await house.use("recalled", ids[FACT_AT], rank=2)
    view = await house.promotion.explain(ids[FACT_AT])
    logit = view.base + sum(one.contribution for one in view.features)
    assert view.probability == pytest.approx(1 / (1 + np.exp(-logit)))
    assert view.decision == "rises"
    assert view.use == "Recalled once"
    assert view.reasons
    assert (view.model, view.kind, view.judged_at, view.judged) == (0, "logistic", None, "")
    chat = await house.promotion.explain(ids[3])
    assert chat.decision == "goes"
    assert "Too little used to rise yet." in chat.missing or "It reads like small talk." in chat.missing
    house.clock.advance(hours=23)
    await house.promotion.run()
    later = await house.promotion.explain(ids[3])
    assert later.judged == "expire"
    assert later.judged_at == house.clock.now()
    with pytest.raises(NotFoundError):
        await house.promotion.explain("nothing")


async def test_a_memory_without_conversation_vector_or_words(house: RisingHouse) -> None:
    (one,) = await house.add("🙂", kind="note", layer="assets")
    view = await house.promotion.explain(one.id)
    assert 0 < view.probability < 1
    assert view.words == "It is kept for ever."
    await house.sql("DELETE FROM vector")
    assert 0 < (await house.promotion.explain(one.id)).probability < 1


async def test_clusters_of_the_owner_are_the_topics(house: RisingHouse) -> None:
    (one,) = await house.talk(FACT)
    ((data,),) = await house.sql("SELECT data FROM vector")
    insert = "INSERT INTO cluster (name, summary, model, centre, size, made_at) VALUES ('', '', ?, ?, 3, 0)"
    await house.sql(insert, "made-from-hashes", data)
    await house.sql(insert, "made-from-hashes", b"too short")
    view = await house.promotion.explain(one)
    assert next(part.value for part in view.features if part.name == "topic_relevance") == pytest.approx(1.0)


async def test_a_refit_takes_over_only_when_it_is_time_and_better(house: RisingHouse) -> None:
    start = house.store.now_us()
    assert "500 more outcomes" in await house.promotion.refit()
    await house.lay(learnable(600, start=start))
    house.clock.advance(hours=1)
    assert "better" in await house.promotion.refit()
    status = await house.promotion.status()
    assert (status.version, status.problem) == (1, "")
    assert [one.state for one in status.versions] == ["champion", "former"]
    assert status.versions[0].metrics["auc"] > 0.8
    assert status.outcomes == 600
    assert status.new_outcomes == 0
    assert "version 1" in status.words
    assert status.accuracy["auc"] > 0.8
    assert {one.state for one in status.drift} == {"stable"}
    assert "500 more" in await house.promotion.refit()
    await house.lay(learnable(600, start=start + 10**10, seed=6))
    assert "24 hours" in await house.promotion.refit()
    house.clock.advance(hours=24)
    told = await house.promotion.refit()
    assert [one.version for one in (await house.promotion.status()).versions] == [2, 1, 0]
    assert told == (await house.promotion.status()).last_refit


async def test_the_next_refit_is_told(house: RisingHouse) -> None:
    assert (await house.promotion.status()).next_refit is None
    await house.lay(learnable(500, start=house.store.now_us()))
    assert (await house.promotion.status()).next_refit == house.clock.now()
    assert "enough to learn" in (await house.promotion.status()).words


async def test_drift_shows_what_has_changed(house: RisingHouse) -> None:
    start = house.store.now_us()
    await house.lay(learnable(600, start=start))
    await house.promotion.refit()
    shifted = [
        dataclasses.replace(one, features=(*one.features[:6], one.features[6] + 3, *one.features[7:]))
        for one in learnable(1000, start=start + 10**10, seed=7)
    ]
    await house.lay(shifted)
    drift = {one.name: one for one in (await house.promotion.status()).drift}
    assert drift["importance"].state == "changed"
    assert drift["novelty"].state == "stable"
    assert "how it is said" in (await house.promotion.status()).words


async def test_a_model_that_judges_worse_than_before_is_told(house: RisingHouse) -> None:
    start = house.store.now_us()
    await house.lay(learnable(600, start=start))
    await house.promotion.refit()
    assert "worse" not in (await house.promotion.status()).words
    await house.lay(learnable(1000, start=start + 10**10, signal=-3.0, seed=9))
    status = await house.promotion.status()
    assert status.accuracy["auc"] < 0.4
    assert "It judges worse than when it was made." in status.words


async def test_going_back_to_an_earlier_version(house: RisingHouse) -> None:
    await house.lay(learnable(600, start=house.store.now_us()))
    await house.promotion.refit()
    await house.promotion.rollback(0)
    assert (await house.promotion.status()).version == 0
    await house.promotion.rollback(1)
    assert (await house.promotion.status()).version == 1
    with pytest.raises(NotFoundError, match="no version 9"):
        await house.promotion.rollback(9)
    assert (await house.promotion.status()).version == 1


@pytest.mark.expected_logs("version 1 of the promotion model cannot be used")
async def test_a_model_of_another_version_is_passed_over_and_told(house: RisingHouse) -> None:
    (one,) = await house.talk(FACT)
    await house.lay(learnable(600, start=house.store.now_us()))
    await house.promotion.refit()
    await house.sql("UPDATE promotion_model SET data = ?", b"from the future")
    await house.close()
    await house.start()
    status = await house.promotion.status()
    assert status.version == 0
    assert "shipped model decides meanwhile" in status.problem
    assert (await house.promotion.explain(one)).model == 0
    with pytest.raises(NotFoundError, match="cannot be used"):
        await house.promotion.rollback(1)


async def test_one_class_keeps_the_champion_and_waits_for_new_outcomes(house: RisingHouse) -> None:
    unused = [dataclasses.replace(one, outcome=0) for one in learnable(600, start=house.store.now_us())]
    await house.lay(unused)
    told = await house.promotion.refit()
    assert "one kind" in told
    assert "stays as it is" in told
    status = await house.promotion.status()
    assert (status.version, status.last_refit) == (0, told)
    house.clock.advance(days=2)
    assert "500 more outcomes" in await house.promotion.refit()


async def test_what_was_let_go_is_not_learned_from(house: RisingHouse) -> None:
    gone = [dataclasses.replace(one, decision="expire") for one in learnable(600, start=house.store.now_us())]
    await house.lay(gone)
    assert "500 more outcomes" in await house.promotion.refit()
    assert (await house.promotion.status()).outcomes == 0


async def test_erased_memories_leave_no_judgement(house: RisingHouse) -> None:
    ids = await house.talk(*SMALL_TALK)
    house.clock.advance(hours=23)
    await house.promotion.run()
    await house.memory.delete(ids[:2])
    assert len(await house.examples()) == len(ids)
    await house.memory.erase(ids)
    assert await house.examples() == []
    await house.talk("something else")  # and what was counted of their words is counted anew
    (other,) = await house.talk("one more")
    await house.promotion.explain(other)
    assert house.promotion._reader is not None
    assert house.promotion._reader._words.texts == 2


async def test_a_clock_set_forward_by_a_year_and_back(house: RisingHouse) -> None:
    (one,) = await house.talk(FACT)
    house.clock.jump(timedelta(days=365))
    view = await house.promotion.explain(one)
    assert np.isfinite([part.value for part in view.features]).all()
    house.clock.jump(timedelta(days=-730))
    view = await house.promotion.explain(one)
    assert np.isfinite([part.value for part in view.features]).all()
    await house.promotion.run()


async def test_many_are_judged_in_batches_with_a_breath_between(house: RisingHouse) -> None:
    await house.add(*[f"I met Clara in Oslo, visit {number}." for number in range(450)], session="s", kind="message")
    house.clock.advance(hours=23)
    breaths = 0

    async def breathe() -> None:
        nonlocal breaths
        breaths += 1
        await asyncio.sleep(0)

    await house.promotion.run(breathe)
    assert breaths >= 3
    assert len(await house.examples()) == 450


async def test_the_jobs(house: RisingHouse) -> None:
    async def breathe() -> None:
        await asyncio.sleep(0)

    turn = Turn(breathe=breathe, report=lambda done, words: None)
    job, learn = promotion_job(house.promotion), refit_job(house.promotion)
    assert (job.every, learn.every) == (timedelta(seconds=30), timedelta(hours=1))
    await house.talk(*SMALL_TALK)
    house.clock.advance(hours=23)
    assert await job.run(turn) == "1 memory promoted."
    assert "outcomes" in await learn.run(turn)


def test_the_shipped_model_can_be_read() -> None:
    prior = load_prior()
    assert prior.model.width == 12
    assert 0.01 < prior.reference.cut(0.3) < prior.reference.cut(0.1) < 1
    assert prior.metrics["auc"] > 0.7


def test_a_shipped_model_that_is_missing_or_damaged_is_told(tmp_path: Path) -> None:
    with pytest.raises(PromotionModelError, match="cannot be read"):
        load_prior(tmp_path)
