"""Promotion at work: judges what is about to go, lets it rise, sees what became of it, and learns.

Every step is short and leaves everything in order: judgements are written before the memories move, so that a crash
between the two only leaves a judgement of a memory that went on as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, cast

import numpy as np

from engine.clock import Clock, microseconds
from engine.embedding.embedder import Embedder
from engine.errors import NotFoundError
from engine.events import Event, MemoriesChanged
from engine.executors import Executors
from engine.life_settings import PromotionSettings
from engine.life_values import PromotionStatus, PromotionView
from engine.memory.life.life_cycle import LifeCycle
from engine.memory.promotion import looking, words
from engine.memory.promotion.champion import Champion, load_champion
from engine.memory.promotion.judging import Judging, Reader
from engine.memory.promotion.learning import Learning
from engine.memory.promotion.models.base import FloatArray, sigmoid
from engine.memory.promotion.policy import EARLY_SHARE, Decision, cut_for, decide
from engine.memory.promotion.prior import Prior, load_prior
from engine.memory.promotion.threads import Threads
from engine.memory.store import promotion_queries as queries
from engine.memory.store.database import Database
from engine.memory.store.promotion_queries import Example, Judgeable
from engine.settings import Settings
from engine.values import Layer

BEFORE: dict[Layer, timedelta] = {"interact": timedelta(hours=2), "insights": timedelta(days=3)}
"""How long before its time is up a memory is judged."""
SETTLED: dict[Layer, timedelta] = {"interact": timedelta(hours=1), "insights": timedelta(days=7)}
"""How long a memory is in its layer before much use alone lets it rise: one busy hour makes nothing last for ever."""
ABOVE: dict[Layer, Layer] = {"interact": "insights", "insights": "assets"}
FIRST_LOOK = timedelta(days=1)
"""How far back the first look after a start goes for what was used."""
BATCH = 100

_RECENT_PROBABILITIES = 500
_US = timedelta(microseconds=1)


class Promotion:
    """Lets memories rise by themselves. Made by `assemble`; its methods run one at a time."""

    def __init__(
        self,
        *,
        store: Database,
        life: LifeCycle,
        embedder: Embedder,
        executors: Executors,
        settings: Settings,
        clock: Clock,
        prior: Callable[[], Prior] = load_prior,
        random: np.random.Generator | None = None,
    ) -> None:
        """Nothing is read yet.

        Args:
            store: The open database.
            life: Moves memories.
            embedder: Its vectors are looked at.
            executors: Where work runs.
            settings: `promotion.*` and `layers.*` are used.
            clock: What time it is.
            prior: Reads the shipped model.
            random: Where exploration takes its chance from.
        """
        self._threads = Threads(store, executors)
        self._learning = Learning(self._threads, clock)
        self._life = life
        self._embedder = embedder
        self._settings: PromotionSettings = settings.promotion
        self._life_hours = {
            "interact": settings.layers.interact_hours,
            "insights": settings.layers.insights_days * 24.0,
        }
        self._clock = clock
        self._load_prior = prior
        self._random = np.random.default_rng() if random is None else random
        self._prior: Prior | None = None
        self._champion: Champion | None = None
        self._reader: Reader | None = None
        self._looked_at = 0
        self._turn = asyncio.Lock()

    def follow(self, settings: Settings) -> None:
        """Take over what changed."""
        self._settings = settings.promotion

    def heard(self, event: Event) -> None:
        """Drop what was read of texts where some of them left: not even their counts shall stay."""
        if isinstance(event, MemoriesChanged) and event.removed and self._reader is not None:
            self._reader.forget_soon()

    async def run(self, breathe: Callable[[], Awaitable[None]] | None = None) -> str:
        """Judge what is due, and see what became of what was judged.

        Args:
            breathe: Called between two steps.

        Returns:
            What was done, in words; empty where there was nothing to do.
        """
        async with self._turn:
            settled = await self._learning.settle()
            risen = 0
            if self._settings.enabled:
                for layer in BEFORE:
                    while True:
                        if breathe is not None:
                            await breathe()
                        found, up = await self._judge_due(layer)
                        risen += up
                        if found < BATCH:
                            break
                risen += await self._judge_used()
        parts = [
            f"{risen:,} {'memory' if risen == 1 else 'memories'} promoted" if risen else "",
            f"{settled:,} {'outcome' if settled == 1 else 'outcomes'} noted" if settled else "",
        ]
        text = ", ".join(part for part in parts if part)
        return f"{text}." if text else ""

    async def refit(self) -> str:
        """Learn anew if it is time; see `refit`.

        Returns:
            What came of it, in words.
        """
        async with self._turn:
            champion, _ = await self._ready()
            told, changed = await self._learning.refit(champion, self._settings)
            if changed:
                self._champion = None
            return told

    async def rollback(self, version: int) -> None:
        """Let an earlier version decide again; 0 is the shipped one.

        Raises:
            NotFoundError: there is no such version, or it cannot be used.
        """
        async with self._turn:
            await self._learning.rollback(version)
            self._champion = None

    async def status(self) -> PromotionStatus:
        """How promotion stands."""
        champion, prior = await self._ready()
        now = microseconds(self._clock)

        def read(reader: Any) -> PromotionStatus:
            return looking.status(reader, champion, prior, self._settings, now=now)

        return await self._threads.read(read)

    async def explain(self, memory: str) -> PromotionView:
        """How a memory stands.

        Raises:
            NotFoundError: there is none.
        """
        champion, _ = await self._ready()
        now = microseconds(self._clock)
        model_id = self._embedder.model_id
        async with self._turn:

            def read(reader: Any) -> PromotionView:
                found = queries.judgeable(reader, [memory])
                if not found:
                    raise NotFoundError(f"There is no memory {memory}.")
                judging = self._reading().read(reader, found, model=model_id, now=now)
                cut = self._cut(reader, champion, found[0].layer)
                stands = looking.Standing(
                    cut=cut,
                    last=queries.last_of(reader, memory),
                    taken_down=queries.taken_down(reader, memory),
                    enabled=self._settings.enabled,
                    now=now,
                )
                return looking.view(judging, champion, stands)

            return await self._threads.read(read)

    async def _judge_due(self, layer: Layer) -> tuple[int, int]:
        """Judge one batch of what is about to go: (how many, how many of them rise)."""
        now = microseconds(self._clock)
        before = BEFORE[layer] // _US
        due = await self._threads.read(partial(queries.due, layer=layer, now=now, before=before, limit=BATCH))
        if not due:
            return 0, 0
        champion, _ = await self._ready()
        judging, cut = await self._judged(due, champion, layer, now)
        logits, shares = self._explained(champion, judging)
        decisions = decide(sigmoid(logits), cut, explore=self._settings.explore, random=self._random)
        await self._note(judging, logits, decisions, champion, now, rises="rise")
        return len(due), await self._raise(judging, shares, decisions, champion)

    async def _judge_used(self) -> int:
        """Let what was used since the last look and is surely worth it rise before its time is up."""
        now = microseconds(self._clock)
        since = self._looked_at if 0 < self._looked_at <= now else now - FIRST_LOOK // _US
        self._looked_at = now
        risen = 0
        for layer, before in BEFORE.items():
            soon = now + before // _US
            query = partial(
                queries.used_since,
                layer=layer,
                since=since,
                here_before=now - SETTLED[layer] // _US,
                expires_after=soon,
                limit=BATCH,
            )
            used = await self._threads.read(query)
            if not used:
                continue
            champion, _ = await self._ready()
            judging, cut = await self._judged(used, champion, layer, now, early=True)
            logits, shares = self._explained(champion, judging)
            chosen = np.flatnonzero(sigmoid(logits) >= cut)
            if not len(chosen):
                continue
            part = Judging([judging.memories[at] for at in chosen], judging.rows[chosen], [])
            decisions = [Decision(True, True, explored=False, propensity=1.0, weight=1.0)] * len(chosen)
            await self._note(part, logits[chosen], decisions, champion, now, rises="early")
            risen += await self._raise(part, shares[chosen], decisions, champion)
        return risen

    async def _judged(
        self, memories: Sequence[Judgeable], champion: Champion, layer: Layer, now: int, *, early: bool = False
    ) -> tuple[Judging, float]:
        model_id = self._embedder.model_id

        def read(reader: Any) -> tuple[Judging, float]:
            judging = self._reading().read(reader, memories, model=model_id, now=now)
            return judging, self._cut(reader, champion, layer, share=EARLY_SHARE if early else 1.0)

        return await self._threads.read(read)

    def _cut(self, reader: Any, champion: Champion, layer: str, *, share: float = 1.0) -> float:
        wanted = self._settings.share * share
        seen = queries.probabilities(reader, champion.version, layer, _RECENT_PROBABILITIES)
        return cut_for(wanted, learned=champion.reference.cut(wanted), seen=np.array(seen))

    def _explained(self, champion: Champion, judging: Judging) -> tuple[FloatArray, FloatArray]:
        _, shares = champion.model.contributions(judging.rows)
        return champion.model.logits(judging.rows), shares

    async def _note(
        self,
        judging: Judging,
        logits: FloatArray,
        decisions: Sequence[Decision],
        champion: Champion,
        now: int,
        *,
        rises: str,
    ) -> None:
        due_at = now + timedelta(days=self._settings.horizon_days) // _US
        examples = [
            Example(
                memory=memory.id,
                at=now,
                due_at=due_at,
                features=tuple(row.tolist()),
                probability=float(probability),
                model=champion.version,
                layer=memory.layer,
                decision=rises if decision.rises else "expire",
                explored=decision.explored,
                propensity=decision.propensity,
                weight=decision.weight,
            )
            for memory, row, probability, decision in zip(
                judging.memories, judging.rows, sigmoid(logits), decisions, strict=True
            )
        ]
        await self._threads.write(partial(queries.add_examples, examples=examples))

    async def _raise(
        self, judging: Judging, shares: FloatArray, decisions: Sequence[Decision], champion: Champion
    ) -> int:
        """Move what rises; those with the same reason are one action.

        What only chance keeps does not become an asset for ever: it gets another season.
        """
        usual = champion.reference.usual
        by_reason: dict[tuple[Layer | None, str], list[str]] = {}
        for memory, row, share, decision in zip(judging.memories, judging.rows, shares, decisions, strict=True):
            if not decision.rises:
                continue
            to: Layer | None = ABOVE[cast(Layer, memory.layer)]
            text = words.reason(row, share, usual)
            if not decision.wanted:
                to, text = (None if to == "assets" else to), "kept by chance, to learn from it"
            by_reason.setdefault((to, text), []).append(memory.id)
        risen = 0
        for (to, text), ids in by_reason.items():
            text = text[0].upper() + text[1:]
            if to is None:
                await self._life.keep(ids, reason=text, actor="magray")
            else:
                risen += len((await self._life.promote(ids, to=to, reason=text, actor="magray")).memories)
        return risen

    async def _ready(self) -> tuple[Champion, Prior]:
        if self._prior is None:
            self._prior = await self._threads.load(self._load_prior)
        prior = self._prior
        if self._champion is None:
            self._champion = await self._threads.read(lambda reader: load_champion(reader, prior))
        if self._reader is None:
            self._reader = Reader(prior.judge, life_hours=self._life_hours)
        return self._champion, prior

    def _reading(self) -> Reader:
        assert self._reader is not None
        return self._reader
