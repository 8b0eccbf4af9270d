import asyncio
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from engine import InvalidMemoryError
from engine.memory import looking_back
from tests.helpers.life_house import LifeHouse

HOUR = timedelta(hours=1)


async def test_a_day_long_past_is_as_it_was(house: LifeHouse) -> None:
    """Edited, superseded, archived, deleted and remembered since."""
    edited, cooled, replaced, deleted = await house.add(
        "the lease ends in may", "the lease is short", "the lease costs ten", "the lease is red", layer="insights"
    )
    then = house.clock.now()
    house.clock.advance(hours=1)
    (newer,) = await house.add("the lease costs twelve", layer="assets")
    await house.life.edit(edited.id, text="the lease ends in june")
    await house.life.supersede([replaced.id], by=newer.id)
    await house.life.archive([cooled.id])
    await house.memory.delete([deleted.id])
    now = house.clock.now()
    house.clock.advance(hours=1)
    assert await house.found("lease", as_of=then) == {edited.text, cooled.text, replaced.text, deleted.text}
    assert await house.found("lease", as_of=now) == {"the lease ends in june", cooled.text, newer.text}
    assert await house.found("lease", as_of=now, superseded=True) == {
        "the lease ends in june", cooled.text, newer.text, replaced.text,
    }  # fmt: skip
    assert await house.found("lease", as_of=now, archived=True) == {cooled.text}
    assert await house.found("lease", as_of=then, archived=True) == set()
    assert await house.found("lease", as_of=then - HOUR) == set()
    assert await house.found("lease") == {"the lease ends in june", newer.text}
    assert await house.problems() == []


async def test_the_words_of_a_version_find_it(house: LifeHouse) -> None:
    memory, _ = await house.add("olaf tunes the piano in march", "ann paints", layer="assets")
    then = house.clock.now()
    house.clock.advance(hours=1)
    await house.life.edit(memory.id, text="olaf tunes the piano in april")
    (hit,) = await house.memory.recall("march", as_of=then, limit=1)
    assert (hit.memory.text, hit.memory.version_of) == (memory.text, memory.id)
    assert hit.scores["bm25"] > 0
    assert "March" not in hit.reason
    await house.life.archive([memory.id])
    (hit,) = await house.memory.recall("march", as_of=then, limit=1)
    assert hit.memory.text == memory.text


async def test_an_edit_that_was_taken_back_was_never_known(house: LifeHouse) -> None:
    (memory,) = await house.add("the gate is green", layer="assets")
    house.clock.advance(hours=1)
    await house.life.edit(memory.id, text="the gate is crimson")
    between = house.clock.now()
    house.clock.advance(hours=1)
    (action,) = await house.life.actions()
    undone = await house.life.undo(action.id)
    assert await house.found("gate", as_of=between) == {"the gate is green"}
    await house.life.undo(undone.id)
    assert await house.found("gate", as_of=between) == {"the gate is crimson"}
    assert await house.found("gate", as_of=between - HOUR) == {"the gate is green"}


async def test_a_merge_that_was_taken_back_was_never_known(house: LifeHouse) -> None:
    first, second = await house.add("the gate is green", "green is the gate today", layer="assets")
    house.clock.advance(hours=1)
    action = await house.life.merge([first.id, second.id], text="green gate")
    between = house.clock.now()
    assert await house.found("gate", as_of=between) == {"green gate"}
    house.clock.advance(hours=1)
    await house.life.undo(action.id)
    assert await house.found("gate", as_of=between) == {first.text, second.text}


async def test_what_was_true_on_a_day(house: LifeHouse) -> None:
    start = house.clock.now()
    (kazan,) = await house.add("the office is in kazan", layer="assets", occurred_at=start - 1000 * HOUR)
    (minsk,) = await house.add("the office is in minsk", layer="assets", occurred_at=start - 100 * HOUR)
    (same,) = await house.add("our office is in minsk", layer="assets", occurred_at=start - 100 * HOUR)
    house.clock.advance(hours=1)
    known = house.clock.now()
    house.clock.advance(hours=1)
    await house.life.supersede([kazan.id], by=minsk.id)
    await house.life.merge([minsk.id, same.id], keep=minsk.id)
    assert await house.found("office") == {minsk.text}
    assert await house.found("office", valid_at=start - 500 * HOUR) == {kazan.text}
    assert await house.found("office", valid_at=start) == {minsk.text}
    assert await house.found("office", valid_at=start - 2000 * HOUR) == set()
    # on the day before, nobody knew yet that kazan had ended
    assert await house.found("office", valid_at=start, as_of=known) == {kazan.text, minsk.text, same.text}
    assert await house.found("office", valid_at=start, as_of=house.clock.now()) == {minsk.text}
    assert await house.found("office", valid_at=start - 500 * HOUR, as_of=house.clock.now()) == {kazan.text}


async def test_filters_and_bad_moments(house: LifeHouse) -> None:
    await house.add("a note here", layer="assets")
    await house.add("a decision here", layer="insights", kind="decision")
    now = house.clock.now()
    assert await house.found("here", as_of=now, layer="assets") == {"a note here"}
    assert await house.found("here", as_of=now, kind="decision") == {"a decision here"}
    for how in ({"as_of": datetime(2026, 1, 1)}, {"valid_at": "yesterday"}):  # noqa: DTZ001 - that is the point
        with pytest.raises(InvalidMemoryError, match=next(iter(how))):
            await house.memory.recall("here", **how)  # type: ignore[arg-type]


async def test_what_does_not_count_does_not_crowd_out_what_does(
    house: LifeHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Hundreds of newer memories match better; the index is asked for more until enough of the day are found."""
    monkeypatch.setattr(looking_back, "_FIRST_WORDS", 8)
    monkeypatch.setattr(looking_back, "SLICE", 32)
    (old,) = await house.add("olaf mentioned a piano once among many other things of that evening", layer="assets")
    then = house.clock.now()
    house.clock.advance(hours=1)
    await house.add(*(f"piano {n}" for n in range(200)), layer="assets")
    (hit,) = await house.memory.recall("piano", as_of=then)
    assert hit.memory.id == old.id
    assert hit.scores["bm25"] > 0
    assert hit.scores["dense"] != 0


async def test_normal_recall_does_not_change_with_the_archive(house: LifeHouse) -> None:
    """Not even the scores: what has cooled is in another index."""
    await house.add(*(f"note {n} about the piano" for n in range(40)), layer="assets")
    extra = await house.add(*(f"piano piano {n}" for n in range(40)), layer="insights")
    await house.life.archive([memory.id for memory in extra])
    await asyncio.to_thread(house.indexes.rebuild)  # tantivy counts what was dropped until segments are merged
    with_archive = await house.memory.recall("which piano", limit=30, noted=False)
    await house.memory.erase([memory.id for memory in extra])
    await asyncio.to_thread(house.indexes.rebuild)
    without = await house.memory.recall("which piano", limit=30, noted=False)
    assert [(hit.memory.id, hit.scores) for hit in with_archive] == [(hit.memory.id, hit.scores) for hit in without]


def expected(model: dict[str, list[tuple[datetime, datetime | None, str]]], moment: datetime) -> set[str]:
    """Texts that held at a moment, by the plain definition."""
    return {
        text
        for stretches in model.values()
        for start, end, text in stretches
        if start <= moment and (end is None or end > moment)
    }


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deeds=st.lists(
        st.tuples(st.sampled_from(["add", "edit", "archive", "delete", "supersede"]), st.integers(0, 50)),
        min_size=3,
        max_size=14,
    )
)
async def test_every_past_hour_is_as_the_definition_says(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[tuple[str, int]]
) -> None:
    async with LifeHouse(tmp_path_factory.mktemp("house") / "data") as house:
        model: dict[str, list[tuple[datetime, datetime | None, str]]] = {}
        moments = []
        for count, (deed, which) in enumerate(deeds):
            house.clock.advance(hours=1)
            now = house.clock.now()
            living = [memory for memory, stretches in model.items() if stretches[-1][1] is None]
            if deed == "add" or not living:
                (memory,) = await house.add(f"common word{count} first", layer="assets")
                model[memory.id] = [(now, None, memory.text)]
            else:
                chosen = living[which % len(living)]
                start, _, text = model[chosen][-1]
                if deed == "edit":
                    await house.life.edit(chosen, text=f"common word{count} again")
                    model[chosen][-1:] = [(start, now, text), (now, None, f"common word{count} again")]
                elif deed == "archive":
                    await house.life.archive([chosen])
                elif deed == "delete":
                    await house.memory.delete([chosen])
                    model[chosen][-1] = (start, now, text)
                elif deed == "supersede" and len(living) > 1:
                    other = living[(which + 1) % len(living)]
                    await house.life.supersede([chosen], by=other)
                    model[chosen][-1] = (start, now, text)
            moments.append(now)
        for moment in moments:
            assert await house.found("common", as_of=moment, limit=100) == expected(model, moment)
        assert await house.problems() == []
