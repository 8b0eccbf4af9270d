"""A reading worker with the limits of the defaults, and what it is asked with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.executors import Executors
from engine.ingestion.worker_client import Worker, WorkerError

MEMORY_MB = 900
SECONDS = 30.0


@dataclass
class Reader:
    """Asks a real worker process as the pipeline does."""

    worker: Worker
    tokenizer: Path
    folder: Path
    zip_limit: int = 512 << 20
    peak: int = 0

    async def read(self, path: Path, *, name: str | None = None, seconds: float = SECONDS) -> dict[str, Any]:
        """The answer's head, with the page texts under `texts`."""
        reply = await self.worker.ask(
            "read",
            seconds=seconds,
            path=str(path),
            name=name or path.name,
            zip_limit=self.zip_limit,
            tokenizer=str(self.tokenizer),
            tokens=220,
        )
        head = dict(reply.head)
        texts = []
        start = 0
        for length in head.get("pages", ()):
            texts.append(reply.body[start : start + length].decode())
            start += length
        return {**head, "texts": texts}

    async def reason(self, path: Path, *, name: str | None = None, seconds: float = SECONDS) -> tuple[str, str]:
        """State and reason of a file that gives no text."""
        with pytest.raises(WorkerError) as caught:
            await self.read(path, name=name, seconds=seconds)
        return "skipped" if caught.value.skipped else "failed", str(caught.value)

    async def unpack(
        self, path: Path, media_type: str = "application/zip", *, total: int = 512 << 20, member: int = 512 << 20
    ) -> list[dict[str, Any]]:
        """What lies in an archive."""
        target = self.folder / f"unpacked-{path.name}"
        target.mkdir()
        reply = await self.worker.ask(
            "unpack",
            seconds=SECONDS,
            path=str(path),
            name=path.name,
            media_type=media_type,
            target=str(target),
            total_bytes=total,
            member_bytes=member,
        )
        members: list[dict[str, Any]] = reply.head["members"]
        return members


@pytest.fixture
async def reader(tmp_path: Path, repository: Path) -> AsyncIterator[Reader]:
    """Ends with the test."""
    executors = Executors()
    worker = Worker(executors, memory_mb=MEMORY_MB, nice=True)
    folder = tmp_path / "unpacked"
    folder.mkdir()
    yield Reader(worker, repository / "resources" / "models" / "all-minilm-l6-v2" / "tokenizer.json", folder)
    await worker.close()
    executors.close()
