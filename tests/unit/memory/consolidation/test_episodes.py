"""Episodes through the engine: made once, grown, undone, and gone with what they tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from engine import Engine, Memory, NewMemory
from engine.agent.language import language
from engine.memory.consolidation.episodes import LONGEST, tell
from engine.memory.store.episode_queries import Turn, key_of
from tests.helpers.clock import FakeClock

DAY = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
TALK = [
    ("Anna", "I went to the adoption agency yesterday, and they were very kind to us."),
    ("Boris", "That is wonderful! Did the adoption agency tell you how long it takes?"),
    ("Anna", "The adoption takes two years on average, the agency said."),
    ("Boris", "Two years go by quickly. Our neighbours adopted a girl from Riga."),
    ("Anna", "We want to adopt a child who needs a loving home."),
    ("Boris", "The adoption papers need to be signed by both of you."),
]
RUSSIAN = [
    (None, "Мы вчера ездили смотреть дачу у озера, она нам понравилась."),
    ("Magray", "Расскажите, что вам понравилось в этой даче?"),
    (None, "На даче есть баня и старый яблоневый сад."),
    (None, "Хозяин дачи просит три миллиона рублей."),
    (None, "Дачу у озера можно купить в рассрочку на год."),
]


async def say(
    engine: Engine, talk: Sequence[tuple[str | None, str]], *, session: str = "s1", start: int = 0
) -> list[str]:
    new = [
        NewMemory(
            text=text,
            speaker=speaker,
            session=session,
            kind="message",
            occurred_at=DAY + timedelta(minutes=start + number),
        )
        for number, (speaker, text) in enumerate(talk)
    ]
    return [memory.id for memory in await engine.remember_many(new)]


async def episodes(engine: Engine) -> list[Memory]:
    return [memory async for memory in engine.every_memory() if "episode" in memory.tags]


async def test_a_session_that_is_over_is_told_once(lived: Engine, fake_clock: FakeClock) -> None:
    ids = await say(lived, TALK)
    assert not (await lived.consolidate()).episodes  # it may still go on
    fake_clock.advance(hours=4)

    assert (await lived.consolidate()).episodes == 1
    (episode,) = await episodes(lived)
    assert (episode.layer, episode.kind, episode.external_id) == ("insights", "note", key_of("s1"))
    assert "adoption" in (episode.title or "").casefold()
    assert "2026" in (episode.title or "")
    told = episode.text.splitlines()
    assert all(line.split(": ", 1)[0] in ("Anna", "Boris") for line in told)
    assert all(line.split(": ", 1)[1] in " ".join(text for _, text in TALK) for line in told)
    assert [memory.id for memory in await lived.episode_turns(episode.id)] == ids
    assert all([(await lived.memory(one)).superseded_by is None for one in ids])

    assert not (await lived.consolidate()).changed
    assert len(await episodes(lived)) == 1


async def test_russian_sessions_are_told_in_russian(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, RUSSIAN)
    fake_clock.advance(hours=4)
    await lived.consolidate()

    (episode,) = await episodes(lived)
    assert "января 2026" in (episode.title or "")
    assert "дач" in (episode.title or "").casefold()
    assert "Вы: " in episode.text


async def test_it_grows_when_the_session_goes_on(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, TALK)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (before,) = await episodes(lived)
    more = await say(lived, [("Anna", "The adoption agency called: a boy from Riga waits for adoption.")], start=300)
    fake_clock.advance(hours=4)

    assert (await lived.consolidate()).episodes == 1

    (after,) = await episodes(lived)
    assert after.id == before.id
    assert "a boy from Riga" in after.text
    assert more[0] in [memory.id for memory in await lived.episode_turns(after.id)]
    assert [version.text for version in await lived.memory_versions(after.id)] == [before.text]
    assert not (await lived.consolidate()).changed


async def test_what_the_owner_wrote_into_it_stays(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, TALK)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (episode,) = await episodes(lived)
    await lived.edit_memory(episode.id, text="Anna and Boris talked of adoption.")
    await say(lived, [("Anna", "The agency called again.")], start=300)
    fake_clock.advance(hours=4)

    await lived.consolidate()

    assert (await lived.memory(episode.id)).text == "Anna and Boris talked of adoption."
    assert len(await lived.episode_turns(episode.id)) == len(TALK) + 1


async def test_undoing_takes_it_away_for_good(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, TALK)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (action,) = [one for one in await lived.actions() if one.event == "folded"]
    assert action.actor == "magray"

    await lived.undo_action(action.id)

    assert await episodes(lived) == []
    await say(lived, [("Anna", "The agency called again.")], start=300)
    fake_clock.advance(hours=4)
    assert not (await lived.consolidate()).episodes
    assert await episodes(lived) == []


async def test_short_talks_and_single_notes_are_no_episodes(lived: Engine, fake_clock: FakeClock) -> None:
    await say(lived, TALK[:3])
    await lived.remember("A note without a session.", kind="message")
    fake_clock.advance(hours=4)

    assert not (await lived.consolidate()).episodes


async def test_it_speaks_once_its_turns_have_cooled(lived: Engine, fake_clock: FakeClock) -> None:
    ids = await say(lived, TALK)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (episode,) = await episodes(lived)
    question = "What did the adoption agency say?"
    assert episode.id not in [hit.memory.id for hit in await lived.recall(question)]
    assert episode.id in [hit.memory.id for hit in await lived.recall(question, layer="insights")]

    await lived.archive_memories(ids[:2])

    assert episode.id in [hit.memory.id for hit in await lived.recall(question)]
    assert [memory.id for memory in await lived.episode_turns(episode.id)] == ids


async def test_what_has_expired_is_found_by_its_episode(lived: Engine, fake_clock: FakeClock) -> None:
    """A day later the turns lie in the archive, and recall still knows what was said."""
    await say(lived, TALK)
    fake_clock.advance(hours=25)
    await lived._parts.life.sweep(fake_clock())
    assert await lived.recall("How long does the adoption take?") == []

    await lived.consolidate()

    (hit,) = await lived.recall("How long does the adoption take?")
    assert "The adoption takes two years on average" in hit.memory.text
    assert all(turn.archived_at is not None for turn in await lived.episode_turns(hit.memory.id))


async def test_turns_that_cool_are_told_at_once(lived: Engine, fake_clock: FakeClock) -> None:
    ids = await say(lived, TALK)
    await lived.archive_memories(ids)

    assert (await lived.consolidate()).episodes == 1


async def test_a_deleted_turn_is_no_longer_told(lived: Engine, fake_clock: FakeClock) -> None:
    ids = await say(lived, TALK)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (episode,) = await episodes(lived)
    doomed = next(number for number, (_, text) in enumerate(TALK) if text.split(".")[0] in episode.text)
    await lived.delete_memories([ids[doomed]])

    await lived.consolidate()

    (after,) = await episodes(lived)
    assert TALK[doomed][1].split(".")[0] not in after.text
    assert ids[doomed] not in [memory.id for memory in await lived.episode_turns(after.id)]
    await lived.delete_memories(ids)
    await lived.consolidate()
    assert await episodes(lived) == []


async def test_an_erased_turn_takes_the_episode_and_its_versions_with_it(
    lived: Engine, fake_clock: FakeClock, data_dir: Path
) -> None:
    """The canary stands in the episode's title and text; after erasing in no file of the data folder."""
    canary = "xanaduquartz"
    secret = (
        ("Anna", f"The vault code is {canary}, remember {canary} for the vault."),
        ("Boris", f"I will not forget {canary} and the vault."),
    )
    ids = await say(lived, [*TALK[:3], *secret])
    fake_clock.advance(hours=4)
    await lived.consolidate()
    await say(lived, [("Anna", f"The vault was opened by {canary} today.")], start=300)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (episode,) = await episodes(lived)
    assert canary in episode.text
    assert canary in (episode.title or "").casefold()

    everything = [memory.id async for memory in lived.every_memory() if canary in memory.text.casefold()]
    await lived.delete_memories([one for one in everything if one != episode.id], erase=True)

    assert await episodes(lived) == []
    await lived.consolidate()
    assert all(canary not in memory.text for memory in await episodes(lived))
    await lived.close()
    for path in data_dir.rglob("*"):
        if path.is_file():
            assert canary.encode() not in path.read_bytes().lower(), path
    assert ids


async def test_erasing_an_episode_leaves_the_turns(lived: Engine, fake_clock: FakeClock) -> None:
    ids = await say(lived, TALK)
    fake_clock.advance(hours=4)
    await lived.consolidate()
    (episode,) = await episodes(lived)

    assert await lived.delete_memories([episode.id], erase=True) == 1
    assert all([(await lived.memory(one)).deleted_at is None for one in ids])
    assert await lived.episode_turns(episode.id) == []


def test_long_and_odd_turns_are_told_within_bounds() -> None:
    turns = [
        Turn(number, str(number), text, None, 1_768_467_600_000_000 + number, None)
        for number, text in enumerate(["…", "?", "x" * 5000, "word " * 2000, "", "A real sentence about boats."])
    ]

    title, text = tell(turns, [], language())

    assert title
    assert len(text) <= LONGEST
    assert text
