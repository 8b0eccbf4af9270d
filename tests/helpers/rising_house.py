"""The life house with promotion in it: a real database, the shipped model, a fake clock, chance that is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from engine.memory.promotion.promotion import Promotion
from engine.memory.store import memories, promotion_queries
from engine.memory.store.promotion_queries import Example
from tests.helpers.life_house import HashEmbedder, LifeHouse

FACT = "I bought a blue kayak for 340 euros in Lisbon last Friday with my sister Clara."
CHAT = "Wow, thanks! That is so great, good for you!"


class RisingHouse(LifeHouse):
    """Chance decides nothing unless a test asks for it."""

    def __init__(self, folder: Path, *, seed: int = 1, **settings: Any) -> None:
        options = {"explore": 0.0} | settings.pop("promotion", {})
        super().__init__(folder, promotion=options, **settings)
        self._seed = seed

    async def start(self) -> RisingHouse:
        """Open everything."""
        await super().start()
        self.promotion = Promotion(
            store=self.store,
            life=self.life,
            embedder=HashEmbedder(),
            executors=self.executors,
            settings=self.settings,
            clock=self.clock,
            random=np.random.default_rng(self._seed),
        )
        self.events.subscribe(self.promotion.heard)
        return self

    async def talk(self, *texts: str) -> list[str]:
        """Say something in one sitting; ids in the order in which it was said."""
        said = []
        for text in texts:
            (one,) = await self.add(text, session="s1", speaker="Anna", kind="message")
            self.clock.advance(minutes=1)
            said.append(one.id)
        return said

    async def use(self, event: str, *ids: str, rank: int | None = None) -> None:
        """Something happened to memories, now."""
        details = [None if rank is None else str(rank)] * len(ids)
        at = self.store.now_us()

        def write() -> None:
            with self.store.write() as writer:
                memories.log_usage(writer, event, ids, details=details, at=at)

        await self.executors.run("store", write)

    async def examples(self) -> list[Example]:
        """Every judgement, oldest first."""

        def read() -> list[Example]:
            with self.store.read() as reader:
                return promotion_queries.newest(reader, 10_000)

        return await self.executors.run("query", read)

    async def lay(self, examples: list[Example]) -> None:
        """Write judgements as if they had been made."""

        def write() -> None:
            with self.store.write() as writer:
                promotion_queries.add_examples(writer, examples)

        await self.executors.run("store", write)

    async def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run one statement on the store."""

        def run() -> list[tuple[Any, ...]]:
            with self.store.write() as writer:
                return list(writer.execute_sql(statement, values).fetchall())

        return await self.executors.run("store", run)


def learnable(
    count: int, *, start: int, step: int = 1_000_000, seed: int = 5, signal: float = 3.0, column: int = 3
) -> list[Example]:
    """Judgements whose outcome hangs on one feature, one every step."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(count, 12))
    used = random.random(count) < 1 / (1 + np.exp(-signal * rows[:, column]))
    return [
        Example(
            memory=f"{number:032x}",
            at=start + number * step,
            due_at=start + number * step + 1,
            features=tuple(json.loads(json.dumps([round(one, 6) for one in row.tolist()]))),
            probability=0.3,
            model=0,
            layer="interact",
            decision="rise",
            explored=False,
            propensity=1.0,
            outcome=int(used[number]),
        )
        for number, row in enumerate(rows)
    ]
