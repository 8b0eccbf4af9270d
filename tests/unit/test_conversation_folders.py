"""Folders that the owner puts conversations into."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import Conversation, ConversationsChanged, Engine, InvalidMemoryError, NotFoundError, Settings


async def made(engine: Engine, *titles: str) -> list[str]:
    return [(await engine.create_conversation(title)).id for title in titles]


def titles(found: list[Conversation]) -> set[str]:
    return {one.title for one in found}


async def test_conversations_are_put_into_folders_and_out(engine: Engine) -> None:
    heard: list[str] = []
    engine.events.subscribe(
        lambda event: heard.append(event.conversation_id) if isinstance(event, ConversationsChanged) else None
    )
    lease, trip, rent = await made(engine, "Lease", "Trip", "Rent")
    assert await engine.conversation_folders() == []
    heard.clear()
    await engine.set_conversation_folder([lease, rent], "  Harbour\n office ")
    await engine.set_conversation_folder(trip, "about")
    assert heard == [lease, rent, trip]
    assert await engine.conversation_folders() == [("about", 1), ("Harbour office", 2)]
    assert (await engine.conversation(lease)).folder == "Harbour office"
    assert titles(await engine.conversations(folder="Harbour office")) == {"Lease", "Rent"}
    assert titles(await engine.conversations(folder="")) == set()
    assert titles(await engine.conversations()) == {"Lease", "Trip", "Rent"}
    assert titles(await engine.conversations("harbour")) == {"Lease", "Rent"}  # a search covers folders and their names
    await engine.set_conversation_folder(lease, "")
    assert titles(await engine.conversations(folder="")) == {"Lease"}
    await engine.set_conversation(rent, archived=True)
    assert await engine.conversation_folders() == [("about", 1), ("Harbour office", 0)]


async def test_folders_are_renamed_united_and_taken_away(engine: Engine) -> None:
    lease, trip = await made(engine, "Lease", "Trip")
    await engine.set_conversation_folder(lease, "Harbour")
    await engine.set_conversation_folder(trip, "Summer")
    await engine.rename_conversation_folder("Harbour", "Office")
    assert await engine.conversation_folders() == [("Office", 1), ("Summer", 1)]
    await engine.rename_conversation_folder("Office", "Summer")
    assert await engine.conversation_folders() == [("Summer", 2)]
    await engine.delete_conversation(trip)
    await engine.rename_conversation_folder("Summer", "")
    await engine.undelete_conversation(trip)
    assert await engine.conversation_folders() == []
    assert titles(await engine.conversations(folder="")) == {"Lease", "Trip"}


async def test_what_cannot_be_done_changes_nothing(engine: Engine) -> None:
    (lease,) = await made(engine, "Lease")
    with pytest.raises(NotFoundError):
        await engine.set_conversation_folder([lease, "nothing"], "Harbour")
    with pytest.raises(NotFoundError):
        await engine.rename_conversation_folder("Harbour", "Office")
    with pytest.raises(InvalidMemoryError, match="100 at most"):
        await engine.set_conversation_folder(lease, "x" * 101)
    with pytest.raises(InvalidMemoryError, match="100 at most"):
        await engine.rename_conversation_folder("Harbour", "x" * 101)
    assert (await engine.conversation(lease)).folder == ""


async def test_export_and_import_keep_the_folder(engine: Engine, tmp_path: Path) -> None:
    (lease,) = await made(engine, "Lease")
    await engine.ask("When does the lease end?", conversation_id=lease)
    await engine.set_conversation_folder(lease, "Harbour")
    exported = json.loads(await engine.export_conversation(lease, "json"))
    assert exported["conversation"]["folder"] == "Harbour"
    path = tmp_path / "lease.json"
    path.write_text(json.dumps(exported))
    async with Engine.open(Settings(data_dir=tmp_path / "other")) as other:
        await other.import_conversations(path)
        assert await other.conversation_folders() == [("Harbour", 1)]
    exported["conversation"] |= {"folder": ["no", "text"], "id": "another"}
    path.write_text(json.dumps(exported))
    found = await engine.import_conversations(path)
    assert (await engine.conversation(found.conversations[0])).folder == ""
