"""Slash commands about memories, against a real engine."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.chat.memory_commands import Find, MemoryCommands
from desktop.messages import Messages
from engine import Engine


class Typed:
    """Runs commands as the slash does, and keeps what it is told."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Find]] = []
        self.put_back: list[str] = []
        self.messages = Messages()
        self.commands = MemoryCommands(
            tell=lambda asked, find: self.found.append((asked, find)),
            put_back=self.put_back.append,
            messages=self.messages,
        )

    async def run(self, engine: Engine, name: str, argument: str = "") -> str:
        """What the note says."""
        next(one for one in self.commands.commands() if one.name == name).run(argument)
        _, find = self.found.pop()
        return await find(engine)


@pytest.fixture
def typed(qapp: object) -> Typed:
    return Typed()


async def test_what_was_done_last_is_taken_back(engine: Engine, typed: Typed) -> None:
    assert await typed.run(engine, "undo") == "There is nothing to take back."
    memory = await engine.remember("The key is with Ann.", layer="interact")
    await engine.promote_memories([memory.id])
    assert await typed.run(engine, "undo")
    assert (await engine.memory(memory.id)).layer == "interact"
    assert await typed.run(engine, "undo") == "There is nothing to take back."


async def test_memories_are_found_and_shown(engine: Engine, typed: Typed, qtbot: QtBot) -> None:
    assert await typed.run(engine, "search", "lantern") == "Nothing like this was found in your files and notes."
    await engine.remember("The *lantern* hangs at the gate.", layer="assets")
    assert "\\*lantern\\*" in await typed.run(engine, "search", "lantern")
    with qtbot.waitSignal(typed.commands.memory_wanted) as told:
        next(one for one in typed.commands.commands() if one.name == "explore").run("gate")
    assert told.args == ["gate"]


async def test_a_backup_is_made_and_listed(engine: Engine, typed: Typed) -> None:
    assert await typed.run(engine, "backups") == "There is no backup yet. “/backup” makes one."
    assert "was made and read back" in await typed.run(engine, "backup")
    (made,) = await engine.backups()
    assert Path(made.path).stem.split("-")[0] in (await typed.run(engine, "backups")).replace("\\", "")


async def test_a_folder_is_kept_in_step(engine: Engine, typed: Typed, tmp_path: Path) -> None:
    assert "No folder is kept in step yet" in await typed.run(engine, "watch")
    folder = tmp_path / "papers"
    folder.mkdir()
    assert await typed.run(engine, "watch", f'"{folder}"') == f"`{folder}` is kept in step from now on."
    assert str(folder) in await typed.run(engine, "watch")
    next(one for one in typed.commands.commands() if one.name == "watch").run(str(tmp_path / "nowhere"))
    assert typed.put_back == [f"/watch {tmp_path / 'nowhere'}"]
    told = typed.messages.take()
    assert told is not None
    assert told.text == f"There is no folder {tmp_path / 'nowhere'}."


async def test_background_work_is_listed_and_paused(engine: Engine, typed: Typed) -> None:
    assert "paused" in await typed.run(engine, "background", "pause")
    assert any(one.paused for one in await engine.background())
    await typed.run(engine, "background", "resume")
    assert not any(one.paused for one in await engine.background())


async def test_tidying_up_and_verifying_say_what_they_did(engine: Engine, typed: Typed) -> None:
    assert await typed.run(engine, "tidy") == "Everything is tidy; nothing was changed."
    for _ in range(2):
        await engine.remember("The spare key hangs in the shed behind the ladder.", layer="assets", kind="fact")
    assert (await typed.run(engine, "tidy")).startswith("Memories merged: 1")
    assert await typed.run(engine, "promotion")
    assert "every index agrees" in await typed.run(engine, "verify", "mend")
    assert "built anew" in await typed.run(engine, "rebuild")
