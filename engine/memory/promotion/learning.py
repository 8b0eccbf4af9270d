"""What promotion learns: what became of judged memories, and better models from that."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from engine.clock import Clock, microseconds
from engine.errors import NotFoundError
from engine.life_settings import PromotionSettings
from engine.memory.promotion import refit
from engine.memory.promotion.champion import SHIPPED, Champion, read_version
from engine.memory.promotion.features import FEATURE_SET
from engine.memory.promotion.models.base import PromotionModelError
from engine.memory.promotion.models.files import to_bytes
from engine.memory.promotion.threads import Threads
from engine.memory.promotion.uses import outcome
from engine.memory.store import promotion_queries as queries, promotion_versions as stored

BATCH = 200
VERSIONS_KEPT = 12


class Learning:
    """Belongs to one `Promotion`, which lets it do one thing at a time."""

    def __init__(self, threads: Threads, clock: Clock) -> None:
        self._threads = threads
        self._clock = clock

    async def settle(self) -> int:
        """See what became of memories whose horizon has passed.

        Returns:
            How many outcomes became known.
        """
        now = microseconds(self._clock)
        total = 0
        while True:
            waiting = await self._threads.read(lambda reader: queries.waiting(reader, now, BATCH))
            if not waiting:
                return total
            first = min(at for _, _, at, _ in waiting)
            ids = list(dict.fromkeys(memory for _, memory, _, _ in waiting))
            uses = await self._threads.read(partial(queries.uses, ids=ids, since=first))
            told: dict[str, list[queries.Use]] = {}
            for use in uses:
                told.setdefault(use.memory, []).append(use)
            found = [
                (number, *outcome(told.get(memory, ()), after=at, until=due_at))
                for number, memory, at, due_at in waiting
            ]
            await self._threads.write(partial(queries.settle, outcomes=found))
            total += len(found)

    async def refit(self, champion: Champion, settings: PromotionSettings) -> tuple[str, bool]:
        """Learn anew if it is time; see `refit`.

        Returns:
            What came of it in words, and whether another model decides now.
        """
        now = microseconds(self._clock)
        schedule = refit.Schedule(timedelta(hours=settings.refit_hours), settings.refit_outcomes)
        last = await self._threads.read(lambda reader: stored.noted(reader, "refit"))
        last_at = last.get("at")
        outcomes = await self._threads.read(lambda reader: queries.outcomes_since(reader, int(last.get("due_at", 0))))
        refusal = schedule.refuses(now=now, last_at=last_at, new_outcomes=outcomes)
        if refusal is not None:
            return refusal, False
        examples = await self._threads.read(lambda reader: queries.learned_from(reader, refit.MOST))
        newest = max((one.due_at for one in examples), default=0)
        try:
            result = await self._threads.compute(partial(refit.contest, examples, champion.model))
        except PromotionModelError as error:
            text = f"{error} The model stays as it is."
            await self._threads.write(
                partial(stored.note, what="refit", value={"at": now, "due_at": newest, "words": text})
            )
            return text, False

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

        await self._threads.write(write)
        return result.words, result.won

    async def rollback(self, version: int) -> None:
        """Let an earlier version decide again; 0 is the shipped one.

        Raises:
            NotFoundError: there is no such version, or it cannot be used.
        """

        def check(reader: Any) -> None:
            chosen = next((one for one in stored.versions(reader) if one.number == version), None)
            if chosen is None:
                raise NotFoundError(f"There is no version {version} of the promotion model.")
            try:
                read_version(reader, chosen)
            except PromotionModelError as error:
                raise NotFoundError(f"Version {version} cannot be used: {error}") from error

        if version != SHIPPED:
            await self._threads.read(check)
        await self._threads.write(partial(stored.crown, number=version))
