"""Consolidation through the engine: what it does, that it can be undone, and that it does nothing twice."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings as options, strategies as st

from engine import Engine, Memory, NewMemory
from engine.memory.consolidation.parts import SLICE
from tests.helpers.clock import FakeClock

DAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


async def note(engine: Engine, text: str, *, day: int = 0, **fields: object) -> Memory:
    wanted = {"layer": "assets", "occurred_at": DAY + timedelta(days=day)} | fields
    return await engine.remember(text, **wanted)  # type: ignore[arg-type]


async def states(engine: Engine) -> dict[str, tuple[str, str | None, int, bool]]:
    """Text, successor, repeats and whether deleted, by id."""
    found = {}
    async for memory in engine.every_memory():
        found[memory.id] = (memory.text, memory.superseded_by, memory.repeats, memory.deleted_at is not None)
    return found


async def test_repeats_are_merged_and_counted(lived: Engine) -> None:
    old = await note(lived, "The spare keys lie in the blue box under the stairs.")
    middle = await note(lived, "the spare keys lie in the blue box, under the stairs", day=3)
    new = await note(lived, "Please remember: the spare keys lie in the blue box under the stairs", day=5)
    russian = [await note(lived, "Запасные ключи лежат в синей коробке под лестницей.", day=day) for day in (0, 4)]

    done = await lived.consolidate()

    assert done.merged == 2
    kept = await lived.memory(middle.id)
    assert kept.superseded_by is None
    assert kept.repeats == 1
    assert (await lived.memory(old.id)).superseded_by == middle.id
    assert (await lived.memory(new.id)).superseded_by is None  # it asks to be remembered: another word
    assert [(await lived.memory(one.id)).repeats for one in russian] == [0, 1]
    hits = await lived.recall("Where are the spare keys?")
    assert old.id not in [hit.memory.id for hit in hits]


async def test_a_merge_is_an_action_that_can_be_undone_and_is_not_done_again(lived: Engine) -> None:
    await note(lived, "The boiler is serviced by Heinz and Sons every autumn.")
    await note(lived, "The boiler is serviced by Heinz and Sons, every autumn", day=2)
    before = await states(lived)
    await lived.consolidate()
    assert await states(lived) != before
    (action,) = await lived.actions()
    assert (action.event, action.actor, action.reason) == ("merged", "magray", "They say the same.")

    await lived.undo_action(action.id)

    assert await states(lived) == before
    await note(lived, "Something else happened since then at the lake.", day=9)
    assert not (await lived.consolidate()).merged
    assert {key: value for key, value in (await states(lived)).items() if key in before} == before


async def test_a_repeat_in_a_higher_layer_stays_though_it_is_older(lived: Engine) -> None:
    high = await note(lived, "The lease of the flat ends on the last day of June.")
    low = await note(lived, "The lease of the flat ends on the last day of June.", day=5, layer="interact")

    assert (await lived.consolidate()).merged == 1
    assert (await lived.memory(low.id)).superseded_by == high.id


async def test_speakers_documents_and_days_are_kept_apart(lived: Engine) -> None:
    text = "The lease of the flat ends on the last day of June."
    await note(lived, text, speaker="Anna")
    await note(lived, text, speaker="Boris", day=1)
    await note(lived, "We meet the notary tomorrow at the old town hall.", day=1)
    await note(lived, "We meet the notary tomorrow at the old town hall.", day=8)

    assert not (await lived.consolidate()).changed


async def test_titles_tell_of_what_a_text_speaks(lived: Engine) -> None:
    await note(lived, "Her birthday is on the twelfth of May.", title="Anna")
    await note(lived, "Her birthday is on the twelfth of May.", title="Vera", day=1)
    await note(lived, "The door code is 4711.", title="Home")
    await note(lived, "The door code is 8215.", title="Office", day=1)

    assert not (await lived.consolidate()).changed


async def test_what_a_newer_memory_says_otherwise_is_superseded(lived: Engine) -> None:
    old = await note(lived, "My sister lives in Porto.", kind="fact")
    new = await note(lived, "My sister has moved to Lisbon.", kind="fact", day=40)
    code_before = await note(lived, "Код от двери — 4711.", kind="fact")
    code = await note(lived, "Код от двери — 8215.", kind="fact", day=40)
    await note(lived, "I love long horror films.", kind="note")
    await note(lived, "I hate long horror films.", kind="note", day=40)
    pinned = await note(lived, "The door code of the garage is 1111.", kind="fact")
    await lived.pin_memories([pinned.id])
    await note(lived, "The door code of the garage is 2222.", kind="fact", day=40)

    done = await lived.consolidate()

    assert done.superseded == 3
    before = await lived.memory(old.id)
    assert before.superseded_by == new.id
    assert before.valid_to == new.occurred_at
    assert (await lived.memory(code_before.id)).superseded_by == code.id
    assert (await lived.memory(pinned.id)).superseded_by is None
    history = await lived.memory_history(old.id)
    assert history[0].reason == "A newer memory tells another place to live."
    assert history[0].actor == "magray"


async def test_an_older_statement_that_comes_later_is_superseded_too(lived: Engine) -> None:
    await note(lived, "My rent is 950 euros a month.", kind="fact", day=40)
    await lived.consolidate()
    late = await note(lived, "My rent is 900 euros a month.", kind="fact", day=1)

    assert (await lived.consolidate()).superseded == 1
    assert (await lived.memory(late.id)).superseded_by is not None


async def test_superseding_can_be_undone_for_good(lived: Engine) -> None:
    old = await note(lived, "I live in Berlin.", kind="fact")
    await note(lived, "I no longer live in Berlin.", kind="fact", day=40)
    await lived.consolidate()
    (action,) = await lived.actions()

    await lived.undo_action(action.id)
    await note(lived, "I really do not live in Berlin any more.", kind="fact", day=50)
    await lived.consolidate()

    assert (await lived.memory(old.id)).superseded_by is None


async def test_messages_and_other_speakers_contradict_nothing(lived: Engine) -> None:
    await note(lived, "My sister lives in Porto.", kind="fact", speaker="Anna")
    await note(lived, "My sister lives in Lisbon.", kind="fact", speaker="Boris", day=3)
    await note(lived, "My sister lives in Oslo.", kind="message", speaker="Anna", day=4)

    assert not (await lived.consolidate()).changed


async def test_more_than_a_slice_is_gone_through(lived: Engine) -> None:
    names = [f"Person{number} keeps a bicycle with the number {number} in the cellar" for number in range(SLICE + 20)]
    await lived.remember_many([NewMemory(text=text, layer="assets") for text in (*names, names[-1] + ".")])

    assert (await lived.consolidate()).merged == 1
    assert not (await lived.consolidate()).changed


async def test_switched_off_it_does_nothing(lived: Engine) -> None:
    for _ in range(2):
        await note(lived, "The lease of the flat ends on the last day of June.")
    await lived.change_option("consolidation.enabled", False)
    assert (await lived.consolidate()).off
    await lived.run_background("consolidation")
    (job,) = [one for one in await lived.background() if one.name == "consolidation"]
    assert job.result == "Switched off in the settings."
    await lived.change_option("consolidation.enabled", True)
    assert (await lived.consolidate()).merged == 1


async def test_it_is_a_job_of_the_scheduler(lived: Engine) -> None:
    for _ in range(2):
        await note(lived, "The lease of the flat ends on the last day of June.")
    (job,) = [one for one in await lived.background() if one.name == "consolidation"]
    assert (job.priority, job.title) == ("low", "Tidy up memories")

    await lived.run_background("consolidation")

    (job,) = [one for one in await lived.background() if one.name == "consolidation"]
    assert job.result == "1 repeat merged."
    assert not job.failed


async def test_a_run_that_is_cancelled_goes_on_where_it_left_off(lived: Engine) -> None:
    """Whatever slice it ends behind: what was done stays, and the next run does the rest."""
    names = [f"Person{number} keeps a bicycle with the number {number} in the cellar" for number in range(SLICE + 20)]
    texts = [*names, f"{names[0]}.", f"{names[-1]}."]
    await lived.remember_many([NewMemory(text=text, layer="assets") for text in texts])
    left = 1

    async def stop_soon() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await lived._parts.consolidator.run(breathe=stop_soon)
    merged = [action for action in await lived.actions() if action.event == "merged"]
    await lived.consolidate()

    assert len([action for action in await lived.actions() if action.event == "merged"]) == 2 >= len(merged)
    assert not (await lived.consolidate()).changed


PIECES = st.lists(
    st.sampled_from(
        [
            "The boiler is serviced by Heinz every autumn before the frost.",
            "the boiler is serviced by Heinz every autumn, before the frost",
            "The boiler is not serviced by Heinz every autumn before the frost.",
            "Код от двери — 4711.",
            "Код от двери — 8215.",
            "My rent is 900 euros.",
            "My rent is now 950 euros.",
            "Buy milk",
            "buy milk!",
        ]
    ),
    min_size=1,
    max_size=8,
)


@given(pieces=PIECES)
@options(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_text_is_lost_a_second_run_does_nothing_and_all_can_be_undone(
    lived: Engine, fake_clock: FakeClock, pieces: list[str]
) -> None:
    """What a run leaves is what it found once its actions are taken back in turn, the last one first."""
    earlier = [memory.id async for memory in lived.every_memory()]
    await lived.delete_memories(earlier)
    fake_clock.advance(days=1)
    for day, text in enumerate(pieces):
        await note(lived, text, kind="fact", day=day)
    before = await states(lived)
    known = {action.id for action in await lived.actions(limit=1000)}

    await lived.consolidate()
    after = await states(lived)
    assert {key: value[0] for key, value in after.items()} == {key: value[0] for key, value in before.items()}
    assert any(value[1] is None for value in after.values())
    assert not (await lived.consolidate()).changed

    for action in await lived.actions(limit=1000):
        if action.id not in known:
            await lived.undo_action(action.id)
    assert await states(lived) == before
