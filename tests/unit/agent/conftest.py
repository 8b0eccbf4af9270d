"""The bundled embedder, and hits made by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import DataPaths, Settings
from engine.embedding import Embedder, open_embedder
from engine.values import DocumentSource, Hit, Memory

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="session")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedder]:
    """The real model with a cache of its own."""
    folder: Path = tmp_path_factory.mktemp("agent")
    opened = open_embedder(Settings(data_dir=folder), paths=DataPaths.resolve(folder))
    opened.embed_passages([f"{number} " + "words " * 250 for number in range(12)])  # its threads are there from now on
    yield opened
    opened.close()


def make_hit(text: str, *, name: str = "a.md", page: int | None = None, start: int = 0, score: float = 1.0) -> Hit:
    """One passage of a document, as recall gives it."""
    source = DocumentSource(name, f"/files/{name}", page, (), start, start + len(text))
    memory = Memory(
        id=f"{name}:{start}",
        text=text,
        layer="assets",
        kind="document_chunk",
        created_at=MOMENT,
        occurred_at=MOMENT,
        title=name,
        source=source,
    )
    return Hit(memory=memory, score=score)


@pytest.fixture
def hit() -> Callable[..., Hit]:
    """Makes hits."""
    return make_hit
