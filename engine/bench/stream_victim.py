"""The process that is killed while it streams: it says what was acknowledged, and nothing else.

Started as `python -m engine.bench.stream_victim DATA_DIR LIFE STREAMS`. Each line on standard output is one JSON list
`[external_id, text]`, written after `add` has returned. Every tenth message is only `put`, which promises nothing.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from engine.engine import Engine
from engine.settings import Settings


async def send(engine: Engine, life: str, number: int) -> None:
    """Send one message after the other until the process ends."""
    async with engine.stream(f"stream {number}", layer="assets") as stream:
        message = 0
        while True:
            key = f"{life}-{number}-{message}"
            text = f"Message {key} of the {number}th stream."
            if message % 10 == 9:
                await stream.put(text)
            else:
                await stream.add(text, external_id=key)
                os.write(1, (json.dumps([key, text]) + "\n").encode())
            message += 1


async def live(data_dir: Path, life: str, streams: int) -> None:
    """Open the engine and send through many streams."""
    async with Engine.open(Settings(data_dir=data_dir)) as engine, asyncio.TaskGroup() as group:
        for number in range(streams):
            group.create_task(send(engine, life, number))


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
