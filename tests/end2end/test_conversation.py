"""What was typed outlives a kill at any moment of a turn."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from engine import Engine, Settings

SCRIPT = """
import asyncio, sys
from engine import Asked, Engine, Said, Settings
from tests.helpers.scripted_models import ScriptedModel, ScriptedModels, scripted

async def main():
    async with Engine.open(Settings(data_dir=sys.argv[1])) as engine:
        conversation = await engine.create_conversation("Lease")
        await engine.set_draft(None, "typed and not sent")
        await engine.set_draft(conversation.id, "When does the lease end?")
        model = ScriptedModel([["It ends", " in May."]])
        model.wait = asyncio.Event()  # never set: the answer hangs behind its first words
        async with scripted(engine, ScriptedModels(model)):
            async for step in engine.chat(conversation.id, "When does the lease end?"):
                if isinstance(step, (Asked if sys.argv[2] == "asked" else Said)):
                    print("now", flush=True)
                    if sys.argv[2] == "asked":
                        await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.end2end
@pytest.mark.parametrize("moment", ["asked", "said"])
async def test_the_question_outlives_a_kill(repository: Path, data_dir: Path, moment: str) -> None:
    kill_at(moment, repository, data_dir)
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        (conversation,) = await engine.conversations()
        (message,) = await engine.messages(conversation.id)
        assert message.text == "When does the lease end?"
        assert (await engine.draft(conversation.id)).text == ""
        assert (await engine.draft(None)).text == "typed and not sent"
        assert (await engine.verify()).problems == ()


def kill_at(moment: str, repository: Path, data_dir: Path) -> None:
    """Begin a turn in a process of its own and kill that one in the middle of it."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, str(data_dir), moment], cwd=repository, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "now\n"
    process.kill()
    process.wait(20)
    process.stdout.close()
