"""Promotion at work: judges what is about to go, lets it rise, sees what became of it, and learns.

Every step is short and leaves everything in order: judgements are written before the memories move, so that a crash
between the two only leaves a judgement of a memory that went on as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np

from engine.clock import Clock, microseconds
from engine.embedding.embedder import Embedder
from engine.errors import NotFoundError
from engine.events import Event, MemoriesChanged
from engine.executors import Executors
from engine.life_settings import PromotionSettings
from engine.life_values import PromotionStatus, PromotionView
from engine.memory.life.life_cycle import LifeCycle
from engine.memory.promotion import looking, refit, words
from engine.memory.promotion.champion import SHIPPED, Champion, load_champion, read_version
from engine.memory.promotion.features import FEATURE_SET
from engine.memory.promotion.judging import Judging, Reader
from engine.memory.promotion.models.base import FloatArray, PromotionModelError, sigmoid
from engine.memory.promotion.models.files import to_bytes
from engine.memory.promotion.policy import EARLY_SHARE, Decision, cut_for, decide
from engine.memory.promotion.prior import Prior, load_prior
from engine.memory.promotion.uses import outcome
from engine.memory.store import promotion_queries as queries, promotion_versions as stored
from engine.memory.store.database import Database
from engine.memory.store.promotion_queries import Example, Judgeable
from engine.settings import Settings
from engine.values import Layer

T = TypeVar("T")

BEFORE: dict[Layer, timedelta] = {"interact": timedelta(hours=2), "insights": timedelta(days=3)}
"""How long before its time is up a memory is judged."""
ABOVE: dict[Layer, Layer] = {"interact": "insights", "insights": "assets"}
BATCH = 200
VERSIONS_KEPT = 12
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
        self._store = store
        self._life = life
        self._embedder = embedder
        self._executors = executors
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
        self._early_since = 0
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
            settled = await self._settle()
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
            return await self._refit()

    async def rollback(self, version: int) -> None:
        """Let an earlier version decide again; 0 is the shipped one.

        Raises:
            NotFoundError: there is no such version, or it cannot be used.
        """
        async with self._turn:

            def check() -> None:
                with self._store.read() as reader:
                    chosen = next((one for one in stored.versions(reader) if one.number == version), None)
                    if chosen is None:
                        raise NotFoundError(f"There is no version {version} of the promotion model.")
                    try:
                        read_version(reader, chosen)
                    except PromotionModelError as error:
                        raise NotFoundError(f"Version {version} cannot be used: {error}") from error

            if version != SHIPPED:
                await self._executors.run("query", check)
            await self._write(partial(stored.crown, number=version))
            self._champion = None

    async def status(self) -> PromotionStatus:
        """How promotion stands."""
        champion, prior = await self._ready()
        now = microseconds(self._clock)

        def read(reader: Any) -> PromotionStatus:
            return looking.status(reader, champion, prior, self._settings, now=now)

        return await self._read(read)

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
                last = queries.last_of(reader, memory)
                return looking.view(judging, champion, cut, last, enabled=self._settings.enabled, now=now)

            return await self._read(read)

    async def _judge_due(self, layer: Layer) -> tuple[int, int]:
        """Judge one batch of what is about to go: (how many, how many of them rise)."""
        now = microseconds(self._clock)
        until = now + BEFORE[layer] // _US
        due = await self._read(lambda reader: queries.due(reader, layer, until=until, limit=BATCH))
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
        since, self._early_since = (self._early_since if self._early_since <= now else 0), now
        risen = 0
        for layer, before in BEFORE.items():
            until = now + before // _US
            used = await self._read(partial(queries.used_since, layer=layer, since=since, until=until, limit=BATCH))
            if not used:
                continue
            champion, _ = await self._ready()
            judging, cut = await self._judged(used, champion, layer, now, early=True)
            logits, shares = self._explained(champion, judging)
            sure = [Decision(bool(one >= cut), explored=False, propensity=1.0, weight=1.0) for one in sigmoid(logits)]
            chosen = [at for at, decision in enumerate(sure) if decision.rises]
            if not chosen:
                continue
            part = Judging([judging.memories[at] for at in chosen], judging.rows[chosen], [])
            decisions = [sure[at] for at in chosen]
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

        return await self._read(read)

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
        await self._write(partial(queries.add_examples, examples=examples))

    async def _raise(
        self, judging: Judging, shares: FloatArray, decisions: Sequence[Decision], champion: Champion
    ) -> int:
        """Move what rises; those with the same reason are one action."""
        usual = champion.reference.usual
        by_reason: dict[tuple[Layer, str], list[str]] = {}
        for memory, row, share, decision in zip(judging.memories, judging.rows, shares, decisions, strict=True):
            if decision.rises:
                text = "kept by chance, to learn from it" if decision.explored else words.reason(row, share, usual)
                by_reason.setdefault((ABOVE[cast(Layer, memory.layer)], text), []).append(memory.id)
        risen = 0
        for (to, text), ids in by_reason.items():
            done = await self._life.promote(ids, to=to, reason=text[0].upper() + text[1:], actor="magray")
            risen += len(done.memories)
        return risen

    async def _settle(self) -> int:
        """See what became of memories whose horizon has passed."""
        now = microseconds(self._clock)
        total = 0
        while True:
            waiting = await self._read(lambda reader: queries.waiting(reader, now, BATCH))
            if not waiting:
                return total
            first = min(at for _, _, at, _ in waiting)
            ids = list(dict.fromkeys(memory for _, memory, _, _ in waiting))
            uses = await self._read(partial(queries.uses, ids=ids, since=first))
            told: dict[str, list[queries.Use]] = {}
            for use in uses:
                told.setdefault(use.memory, []).append(use)
            found = [
                (number, *outcome(told.get(memory, ()), after=at, until=due_at))
                for number, memory, at, due_at in waiting
            ]
            await self._write(partial(queries.settle, outcomes=found))
            total += len(found)

    async def _refit(self) -> str:
        now = microseconds(self._clock)
        schedule = refit.Schedule(timedelta(hours=self._settings.refit_hours), self._settings.refit_outcomes)
        last = await self._read(lambda reader: stored.noted(reader, "refit"))
        last_at = last.get("at")
        outcomes = await self._read(lambda reader: queries.outcomes_since(reader, int(last.get("due_at", 0))))
        refusal = schedule.refuses(now=now, last_at=last_at, new_outcomes=outcomes)
        if refusal is not None:
            return refusal
        champion, _ = await self._ready()
        examples = await self._read(lambda reader: queries.learned_from(reader, refit.MOST))
        newest = max((one.due_at for one in examples), default=0)
        try:
            result = await self._executors.run("query", refit.contest, examples, champion.model)
        except PromotionModelError as error:
            text = f"{error} The model stays as it is."
            await self._write(partial(stored.note, what="refit", value={"at": now, "due_at": newest, "words": text}))
            return text

        def write(writer: Any) -> None:
            version = stored.Version(
                number=0,
                made_at=now,
                kind=result.model.kind,
                features=FEATURE_SET,
                state="rejected",
                metrics={**result.metrics, "reference": result.reference.to_json()},
            )
            data = to_bytes(result.model, features=FEATURE_SET)
            number = stored.add_version(writer, version, data, kept=VERSIONS_KEPT)
            if result.won:
                stored.crown(writer, number)
            stored.note(writer, "refit", {"at": now, "due_at": newest, "words": result.words})

        await self._write(write)
        self._champion = None
        return result.words

    async def _ready(self) -> tuple[Champion, Prior]:
        if self._prior is None:
            self._prior = await self._executors.run("io", self._load_prior)
        prior = self._prior
        if self._champion is None:
            self._champion = await self._read(lambda reader: load_champion(reader, prior))
        if self._reader is None:
            self._reader = Reader(prior.judge, life_hours=self._life_hours)
        return self._champion, prior

    def _reading(self) -> Reader:
        assert self._reader is not None
        return self._reader

    async def _read(self, query: Callable[[Any], T]) -> T:
        def read() -> T:
            with self._store.read() as reader:
                return query(reader)

        return await self._executors.run("query", read)

    async def _write(self, change: Callable[[Any], object]) -> None:
        def write() -> None:
            with self._store.write() as writer:
                change(writer)

        await self._executors.run("store", write)
