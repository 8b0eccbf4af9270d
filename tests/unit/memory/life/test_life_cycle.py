import asyncio
from datetime import timedelta

import pytest

from engine import ConversationSource, InvalidMemoryError, MemoriesChanged, Memory, NotFoundError
from engine.life_values import Action
from engine.memory.store import life_deeds
from engine.memory.store.database import Database
from tests.helpers.life_house import LifeHouse

HOURS = timedelta(hours=1)
DAYS = timedelta(days=1)


async def one(house: LifeHouse, text: str = "the garden gate is green", **fields: object) -> Memory:
    (memory,) = await house.add(text, **fields)
    return memory


async def test_promoting_goes_up_one_layer_after_the_other(house: LifeHouse) -> None:
    memory = await one(house)
    house.clock.advance(hours=5)
    action = await house.life.promote([memory.id], reason="It was asked for twice.")
    risen = await house.get(memory.id)
    assert (risen.layer, risen.expires_at) == ("insights", house.clock.now() + 90 * DAYS)
    assert risen.moved_at == house.clock.now()
    assert (action.event, action.actor, action.reason) == ("promoted", "owner", "It was asked for twice.")
    await house.life.promote([memory.id], actor="magray")
    highest = await house.get(memory.id)
    assert (highest.layer, highest.expires_at) == ("assets", None)
    assert await house.life.promote([memory.id]) == Action(
        id="", at=house.clock.now(), event="promoted", can_undo=False
    )
    assert await house.found("garden gate", layer="assets") == {memory.text}
    assert await house.problems() == []


async def test_promoting_and_demoting_to_a_named_layer(house: LifeHouse) -> None:
    low, high = await one(house, "low one"), await one(house, "high one", layer="assets")
    await house.life.promote([low.id, high.id], to="assets")
    assert (await house.get(low.id)).layer == "assets"
    await house.life.demote([low.id, high.id], to="interact")
    assert {(await house.get(memory.id)).layer for memory in (low, high)} == {"interact"}
    assert (await house.get(low.id)).expires_at == house.clock.now() + 24 * HOURS
    assert (await house.life.demote([low.id])).id == ""
    assert (await house.life.promote([low.id], to="interact")).id == ""
    with pytest.raises(InvalidMemoryError, match="heaven"):
        await house.life.promote([low.id], to="heaven")  # type: ignore[arg-type]


async def test_what_cannot_be_changed_is_refused_and_nothing_is_changed(house: LifeHouse) -> None:
    living, dead = await one(house, "living"), await one(house, "dead")
    await house.memory.delete([dead.id])
    with pytest.raises(InvalidMemoryError, match="was deleted"):
        await house.life.promote([living.id, dead.id])
    with pytest.raises(NotFoundError):
        await house.life.pin([living.id, "0" * 32])
    with pytest.raises(InvalidMemoryError, match="must be a list"):
        await house.life.archive(living.id)
    await house.life.edit(living.id, text="living on")
    (version,) = await house.life.versions(living.id)
    with pytest.raises(InvalidMemoryError, match=living.id):
        await house.life.tag([version.id], add=["x"])
    assert (await house.get(living.id)).layer == "interact"
    assert [action.event for action in await house.life.actions()] == ["edited", "deleted"]


async def test_keeping_begins_the_term_anew(house: LifeHouse) -> None:
    memory = await one(house)
    house.clock.advance(hours=20)
    await house.life.keep([memory.id])
    assert (await house.get(memory.id)).expires_at == house.clock.now() + 24 * HOURS
    asset = await one(house, "for ever", layer="assets")
    assert (await house.life.keep([asset.id])).id == ""


async def test_the_archive_and_back(house: LifeHouse) -> None:
    memory = await one(house, layer="insights")
    await house.life.archive([memory.id])
    assert (await house.get(memory.id)).archived_at == house.clock.now()
    assert await house.found("garden gate") == set()
    assert await house.found("garden gate", archived=True) == {memory.text}
    assert await house.problems() == []
    house.clock.advance(days=200)
    await house.life.wake([memory.id])
    woken = await house.get(memory.id)
    assert (woken.archived_at, woken.expires_at) == (None, house.clock.now() + 90 * DAYS)
    assert await house.found("garden gate") == {memory.text}
    assert await house.found("garden gate", archived=True) == set()
    assert await house.problems() == []


async def test_promoting_what_is_archived_wakes_it(house: LifeHouse) -> None:
    memory = await one(house)
    await house.life.archive([memory.id])
    assert (await house.life.keep([memory.id])).id == "", "keeping is for what is alive"
    await house.life.promote([memory.id])
    assert await house.found("garden gate") == {memory.text}


async def test_pins(house: LifeHouse) -> None:
    memory = await one(house)
    await house.life.pin([memory.id])
    house.clock.advance(days=400)
    assert (await house.life.sweep(house.clock.now())).id == ""
    assert await house.found("garden gate") == {memory.text}
    action = await house.life.pin([memory.id], False)
    assert action.event == "unpinned"
    assert (await house.get(memory.id)).expires_at == house.clock.now() + 24 * HOURS
    assert (await house.life.pin([memory.id], False)).id == ""


async def test_tags(house: LifeHouse) -> None:
    memory = await one(house, tags=("home", "old"))
    await house.life.tag([memory.id], add=["  new   tag ", "home"], remove=["old"])
    assert (await house.get(memory.id)).tags == ("home", "new tag")
    assert await house.found("tag") == {memory.text}, "tags are searched"
    for add, remove in ((["a"], ["a"]), ([" "], []), (["x" * 300], [])):
        with pytest.raises(InvalidMemoryError):
            await house.life.tag([memory.id], add=add, remove=remove)
    with pytest.raises(InvalidMemoryError, match="list"):
        await house.life.tag([memory.id], add="letters")


async def test_an_edit_keeps_the_row_and_the_version_before(house: LifeHouse) -> None:
    said = {"session": "talk", "speaker": "Ann", "external_id": "x-1", "tags": ("home",)}
    source = ConversationSource("c1", "m1")
    memory = (await house.add("the gate is green too", source=source, **{**said, "session": "other"}))[0]
    house.clock.advance(hours=1)
    edited = await house.life.edit(memory.id, text="the gate is crimson", title="Gate", importance=0.5)
    assert (edited.id, edited.external_id, edited.tags, edited.source) == (memory.id, "x-1", ("home",), source)
    assert (edited.text, edited.title, edited.importance) == ("the gate is crimson", "Gate", 0.5)
    assert (edited.created_at, edited.expires_at) == (memory.created_at, memory.expires_at)
    (version,) = await house.life.versions(memory.id)
    assert (version.text, version.title, version.version_of) == ("the gate is green too", None, memory.id)
    assert (version.created_at, version.superseded_at) == (memory.created_at, house.clock.now())
    assert await house.found("crimson") == {"the gate is crimson"}
    assert "the gate is green too" not in await house.found("the gate is green too", superseded=True)
    (entry,) = await house.life.history(memory.id)
    assert (entry.before["text"], entry.after["text"]) == ("the gate is green too", "the gate is crimson")
    assert await house.problems() == []


async def test_neighbours_stay_where_they_are_when_the_middle_is_edited(house: LifeHouse) -> None:
    _, middle, _ = await house.add("alpha begins", "beta goes on", "gamma ends", session="talk")
    await house.life.edit(middle.id, text="delta goes on")
    hit = next(hit for hit in await house.memory.recall("delta") if hit.memory.id == middle.id)
    beside = {hit.memory.text for hit in await house.memory.recall("delta") if hit.scores.get("bm25_window", 0) > 0}
    assert hit.memory.text == "delta goes on"
    assert beside == {"alpha begins", "delta goes on", "gamma ends"}


async def test_tags_and_kind_alone_make_no_version(house: LifeHouse) -> None:
    memory = await one(house)
    await house.life.edit(memory.id, kind="decision", tags=["a", "b"], importance=1)
    edited = await house.get(memory.id)
    assert (edited.kind, edited.tags, edited.importance) == ("decision", ("a", "b"), 1.0)
    assert await house.life.versions(memory.id) == []
    assert await house.found("garden", kind="decision") == {memory.text}
    assert await house.problems() == []


@pytest.mark.parametrize(
    "fields", [{"text": " "}, {"importance": 2}, {"importance": float("nan")}, {"kind": "poem"}, {"tags": "letters"}]
)
async def test_an_edit_that_cannot_be_used_changes_nothing(house: LifeHouse, fields: dict[str, object]) -> None:
    memory = await one(house)
    with pytest.raises(InvalidMemoryError):
        await house.life.edit(memory.id, **fields)  # type: ignore[arg-type]
    assert await house.get(memory.id) == memory
    assert await house.life.actions() == []


async def test_two_edits_at_once_both_happen(house: LifeHouse) -> None:
    memory = await one(house)
    await asyncio.gather(*(house.life.edit(memory.id, text=f"version {n}") for n in range(4)))
    assert len(await house.life.versions(memory.id)) == 4
    assert await house.problems() == []


async def test_edits_are_undone_one_after_the_other_and_done_again(house: LifeHouse) -> None:
    memory = await one(house, "text one", title="One")
    for number in ("two", "three"):
        house.clock.advance(hours=1)
        await house.life.edit(memory.id, text=f"text {number}", title=None)
    last, first = await house.life.actions()
    with pytest.raises(InvalidMemoryError, match="its text"):
        await house.life.undo(first.id)
    await house.life.undo(last.id)
    assert [version.text for version in await house.life.versions(memory.id)] == ["text one"]
    undone = await house.life.undo(first.id)
    assert await house.get(memory.id) == memory
    assert await house.life.versions(memory.id) == []
    assert await house.found("three") == set() or "text three" not in await house.found("three")
    again = await house.life.undo(undone.id)
    assert again.undoes == undone.id
    assert (await house.get(memory.id)).text == "text two"
    assert [version.text for version in await house.life.versions(memory.id)] == ["text one"]
    with pytest.raises(InvalidMemoryError, match="undone already"):
        await house.life.undo(undone.id)
    assert await house.problems() == []


async def test_merging_counts_and_hides(house: LifeHouse) -> None:
    low = await one(house, "olaf tunes the piano", tags=("music",))
    high = await one(house, "olaf tunes our piano", layer="assets", tags=("home",))
    third = await one(house, "the piano is tuned by olaf")
    before = [await house.get(memory.id) for memory in (low, high, third)]
    action = await house.life.merge([low.id, high.id, third.id])
    stays = await house.get(high.id)
    assert (stays.repeats, stays.tags, stays.superseded_by) == (2, ("home", "music"), None)
    hidden = await house.get(low.id)
    assert (hidden.superseded_by, hidden.superseded_at, hidden.valid_to) == (high.id, house.clock.now(), None)
    assert await house.found("piano") == {stays.text}
    assert await house.found("piano", superseded=True) == {low.text, high.text, third.text}
    assert house.query("SELECT COUNT(*) FROM link WHERE kind = 'part'") == [(2,)]
    with pytest.raises(InvalidMemoryError, match="hidden behind"):
        await house.life.merge([low.id, third.id])
    await house.life.undo(action.id)
    assert [await house.get(memory.id) for memory in (low, high, third)] == before
    assert house.query("SELECT COUNT(*) FROM link") == [(0,)]
    assert await house.problems() == []


async def test_merging_into_a_new_text(house: LifeHouse) -> None:
    source = ConversationSource("c1", "m1")
    first = await one(house, "olaf tunes", speaker="Ann", source=source)
    second = await one(house, "the piano", speaker="Ann", layer="insights", source=ConversationSource("c1", "m2"))
    action = await house.life.merge([first.id, second.id], text="olaf tunes the piano")
    made = await house.get(action.memories[0])
    assert (made.text, made.layer, made.speaker, made.repeats) == ("olaf tunes the piano", "insights", "Ann", 1)
    assert made.source == ConversationSource("c1", None)
    assert await house.found("piano") == {"olaf tunes the piano"}
    undone = await house.life.undo(action.id)
    assert await house.found("piano") == {"olaf tunes", "the piano"}
    assert (await house.get(made.id)).deleted_at is not None
    await house.life.undo(undone.id)
    assert await house.found("piano") == {"olaf tunes the piano"}
    assert await house.problems() == []


async def test_merging_needs_two_that_are_free(house: LifeHouse) -> None:
    memory, other = await one(house), await one(house, "another one")
    for ids, keep in (([memory.id], None), ([memory.id, memory.id], None), ([memory.id, other.id], "elsewhere")):
        with pytest.raises(InvalidMemoryError):
            await house.life.merge(ids, keep=keep)
    action = await house.life.merge([memory.id, other.id], keep=memory.id)
    assert (await house.get(other.id)).superseded_by == action.memories[0] == memory.id


async def test_splitting(house: LifeHouse) -> None:
    whole = await one(house, "olaf tunes the piano and ann paints the gate", tags=("home",), layer="assets")
    action = await house.life.split(whole.id, ["olaf tunes the piano", "ann paints the gate"])
    parts = [await house.get(memory) for memory in action.memories[1:]]
    assert [(part.text, part.layer, part.tags) for part in parts] == [
        ("olaf tunes the piano", "assets", ("home",)),
        ("ann paints the gate", "assets", ("home",)),
    ]
    assert await house.found("piano gate") == {part.text for part in parts}
    await house.life.undo(action.id)
    assert await house.found("piano gate") == {whole.text}
    assert await house.get(whole.id) == whole
    for pieces in (["one"], ["one", " "], "letters"):
        with pytest.raises(InvalidMemoryError):
            await house.life.split(whole.id, pieces)
    assert await house.problems() == []


async def test_what_was_split_cannot_come_back_once_the_whole_is_erased(house: LifeHouse) -> None:
    whole = await one(house, "olaf tunes and ann paints")
    action = await house.life.split(whole.id, ["olaf tunes", "ann paints"])
    assert await house.memory.erase([whole.id]) == 1
    with pytest.raises(InvalidMemoryError, match="erased since"):
        await house.life.undo(action.id)
    assert await house.found("olaf ann") == {"olaf tunes", "ann paints"}


async def test_superseding(house: LifeHouse) -> None:
    old = await one(house, "the office is in kazan")
    house.clock.advance(days=3)
    new = await one(house, "the office is in minsk")
    action = await house.life.supersede([old.id], by=new.id, reason="They moved.")
    hidden = await house.get(old.id)
    assert (hidden.superseded_by, hidden.superseded_at, hidden.valid_to) == (new.id, house.clock.now(), new.occurred_at)
    with pytest.raises(InvalidMemoryError, match="by itself"):
        await house.life.supersede([new.id], by=old.id)
    with pytest.raises(InvalidMemoryError, match="by itself"):
        await house.life.supersede([new.id], by=new.id)
    await house.life.undo(action.id)
    assert await house.get(old.id) == old


async def test_deleting_is_an_action_too(house: LifeHouse) -> None:
    first, second = await house.add("first note", "second note")
    assert await house.memory.delete([first.id, second.id]) == 2
    (action,) = await house.life.actions()
    assert (action.event, set(action.memories)) == ("deleted", {first.id, second.id})
    await house.memory.undelete([second.id])
    await house.memory.delete([second.id])
    assert (await house.life.undo((await house.life.actions())[0].id)).memories == (second.id,)
    assert await house.found("note") == {"second note"}


async def test_of_many_only_what_was_changed_since_stays(house: LifeHouse) -> None:
    memories = await house.add(*(f"note number {n}" for n in range(5)))
    action = await house.life.archive([memory.id for memory in memories])
    await house.life.wake([memories[0].id])
    await house.memory.erase([memories[1].id])
    undone = await house.life.undo(action.id)
    assert set(undone.memories) == {memory.id for memory in memories[2:]}
    assert len(await house.found("note")) == 4
    last = await house.life.archive([memories[0].id])
    await house.life.wake([memories[0].id])
    with pytest.raises(InvalidMemoryError, match="whether it is archived"):
        await house.life.undo(last.id)
    with pytest.raises(NotFoundError):
        await house.life.undo("f" * 32)


async def test_undoing_brings_back_what_would_have_expired_with_a_new_term(house: LifeHouse) -> None:
    memory = await one(house)
    action = await house.life.archive([memory.id])
    house.clock.advance(days=30)
    await house.life.undo(action.id)
    assert (await house.get(memory.id)).expires_at == house.clock.now() + 24 * HOURS
    assert await house.found("garden") == {memory.text}


async def test_what_is_told_and_logged(house: LifeHouse) -> None:
    memory = await one(house)
    house.told.clear()
    await house.life.pin([memory.id], reason="because\x00 of it")
    assert house.told == [MemoriesChanged(changed=1)]
    await house.life.tag([memory.id], add=["a"], actor="magray")
    tagged, pinned = await house.life.history(memory.id)
    assert (tagged.event, tagged.actor, tagged.before, tagged.after) == (
        "tagged",
        "magray",
        {"tags": []},
        {"tags": ["a"]},
    )
    assert (pinned.reason, pinned.after, pinned.undone) == ("because  of it", {"pinned": True}, False)
    await house.life.undo(tagged.action)
    assert (await house.life.history(memory.id))[1].undone
    assert [action.event for action in await house.life.actions(limit=2)] == ["undone", "tagged"]
    other = await one(house, "other")
    assert await house.life.actions(memory=other.id) == []
    with pytest.raises(NotFoundError):
        await house.life.history("0" * 32)
    with pytest.raises(NotFoundError):
        await house.life.versions("0" * 32)


async def test_thousands_at_once(house: LifeHouse) -> None:
    memories = await house.add(*(f"note {n} of the garden" for n in range(3000)))
    ids = [memory.id for memory in memories]
    action = await house.life.promote(ids)
    assert len(action.memories) == 3000
    assert house.query("SELECT COUNT(*) FROM memory WHERE layer = 'insights' AND label = sequence") == [(3000,)]
    await house.life.undo(action.id)
    assert house.query("SELECT COUNT(*) FROM memory WHERE layer = 'interact'") == [(3000,)]


async def test_what_magray_supersedes_and_takes_back_is_logged(house: LifeHouse) -> None:
    old, new, other = await house.add("rent is nine hundred", "rent is a thousand", "nothing to do with it")
    at = house.store.now_us()

    def supersede(store: Database, writer: object) -> int:
        return life_deeds.supersede(store, writer, [old.id, "gone"], by=new.id, at=at, reason="Said later.")  # type: ignore[arg-type]

    assert await house.memory.write(supersede) == 1
    assert await house.memory.write(supersede) == 0
    (entry,) = await house.life.history(old.id)
    assert (entry.event, entry.actor, entry.reason, entry.undone) == ("superseded", "magray", "Said later.", False)
    assert await house.memory.write(lambda store, writer: life_deeds.hold_again(store, writer, [new.id])) == 1
    assert await house.get(old.id) == old
    back, entry = await house.life.history(old.id)
    assert (back.event, entry.undone) == ("restored", True)
    assert await house.life.history(other.id) == []


async def test_what_was_deleted_for_long_comes_back_with_a_new_term(house: LifeHouse) -> None:
    (memory,) = await house.add("the gate is green")
    await house.memory.delete([memory.id])
    house.clock.advance(days=9)
    assert await house.memory.undelete([memory.id]) == 1
    assert (await house.get(memory.id)).expires_at == house.clock.now() + 24 * HOURS
    assert await house.found("gate") == {memory.text}
