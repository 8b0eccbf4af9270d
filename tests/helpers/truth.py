"""A real database in a temporary folder, with vectors made from the texts, for tests of what is derived from it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.clock import Clock, utc_now
from engine.memory.layer_index import LayerIndex
from engine.memory.lexical_sync import LexicalIndex
from engine.memory.migrations import migrate
from engine.memory.records import Memory, Removal
from engine.memory.store import life_deeds, memories
from engine.memory.store.database import Database
from engine.settings import IndexSettings
from engine.values import NewMemory

MODEL = "made-from-hashes"
DIMENSIONS = 16

Index = LayerIndex | LexicalIndex


def vector_of(text: str) -> NDArray[np.float32]:
    """A unit vector that belongs to the text and to no other."""
    seed = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")
    made = np.random.default_rng(seed).standard_normal(DIMENSIONS)
    return (made / np.linalg.norm(made)).astype(np.float32)


class Truth:
    """The database of one test."""

    def __init__(self, folder: Path, *, clock: Clock = utc_now) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.indexes = folder / "indexes"
        self.indexes.mkdir(exist_ok=True)
        self.store = Database(folder / "magray.db", lock_path=folder / "magray.lock", synchronous="NORMAL", clock=clock)
        self.store.open()
        migrate(self.store, backups=folder / "backups")

    def close(self) -> None:
        """Close the database."""
        self.store.close()

    def add(self, *texts: str, vectors: Sequence[NDArray[np.float32]] | None = None, **fields: Any) -> list[str]:
        """Write memories in one transaction; returns their ids."""
        made = [vector_of(text) for text in texts] if vectors is None else vectors
        rows = [
            memories.NewRow(
                memory=NewMemory(text=text, **{"layer": "assets", **fields}),
                vector=vector.astype("<f4").tobytes(),
                model=MODEL,
                dimensions=DIMENSIONS,
            )
            for text, vector in zip(texts, made, strict=True)
        ]
        with self.store.write() as writer:
            numbers = memories.insert(self.store, writer, rows)
            return [memory.id for memory in memories.fetch(writer, numbers)]

    def delete(self, *ids: str) -> None:
        """Hide memories."""
        with self.store.write() as writer:
            life_deeds.delete(self.store, writer, ids)

    def undelete(self, *ids: str) -> None:
        """Show them again."""
        with self.store.write() as writer:
            life_deeds.restore(self.store, writer, ids)

    def erase(self, *ids: str) -> None:
        """Remove them for good."""
        with self.store.write() as writer:
            memories.erase(self.store, writer, ids)

    def move(self, memory_id: str, layer: str) -> None:
        """Move a living memory to another layer by the rules of `records.py`."""
        with self.store.write() as writer:
            query = Memory.select().where(Memory.id == memory_id, Memory.label.is_null(False))
            for row in query.execute(writer):
                left, came = self.store.next_sequences(writer, 2)
                Removal.insert(
                    sequence=left, memory=row.number, layer=row.layer, label=row.label, group_key=row.group_key
                ).execute(writer)
                Memory.update(layer=layer, label=came, sequence=came).where(Memory.number == row.number).execute(writer)

    def living(self, layer: str | None = None) -> Collection[int]:
        """Numbers of living memories."""
        with self.store.read() as reader:
            query = Memory.select(Memory.number).where(Memory.label.is_null(False))
            if layer is not None:
                query = query.where(Memory.layer == layer)
            return {row[0] for row in query.tuples().execute(reader)}

    def labels(self, layer: str = "assets") -> set[int]:
        """Labels of a layer's living memories."""
        with self.store.read() as reader:
            query = Memory.select(Memory.label).where(Memory.label.is_null(False), Memory.layer == layer)
            return {row[0] for row in query.tuples().execute(reader)}

    def texts(self, labels: Sequence[int]) -> list[str]:
        """Texts by label, in their order; labels that are none any more are left out."""
        with self.store.read() as reader:
            found = dict(Memory.select(Memory.label, Memory.text).tuples().execute(reader))
        return [found[int(label)] for label in labels if int(label) in found]

    def texts_of(self, numbers: Sequence[int]) -> list[str]:
        """Texts by number, in their order; numbers that are none any more are left out."""
        with self.store.read() as reader:
            found = dict(Memory.select(Memory.number, Memory.text).tuples().execute(reader))
        return [found[number] for number in numbers if number in found]

    def layer_index(
        self,
        layer: str = "assets",
        *,
        dimensions: int = DIMENSIONS,
        matryoshka: Sequence[int] = (),
        folder: Path | None = None,
        **settings: Any,
    ) -> LayerIndex:
        """A vector index over this database, not opened yet."""
        options = {"exact_below": 20, "merge_tail": 8, "merge_slice": 16, **settings}
        return LayerIndex(
            layer,
            self.store,
            self.indexes if folder is None else folder,
            settings=IndexSettings(**options),
            model=MODEL,
            dimensions=dimensions,
            ef=100,
            matryoshka=matryoshka,
        )

    def lexical_index(self) -> LexicalIndex:
        """The word index over this database, not opened yet."""
        return LexicalIndex(self.store, self.indexes)


def follow(index: Index) -> None:
    """Bring an index wholly up to date and let it finish its work."""
    while not index.catch_up():
        continue
    while index.work():
        continue
