"""The expiry run: what has outlived its layer cools; where the owner wants it, what has long been cold goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from engine.events import MemoriesChanged, Notice
from engine.life_values import Action
from engine.memory.life import deeds
from engine.memory.life.base import LifeBase
from engine.memory.life.clock_watch import Look
from engine.memory.store import life, sweeps
from engine.memory.store.database import Database
from engine.memory.store.life import Change, Deed
from engine.memory.store.memories import from_us, to_us

SLICE = 2000
"""Memories that cool in one transaction: the writer is free again after some 50 ms."""

ERASED_AT_ONCE = 100
"""Erasing looks through conversations for what repeats a memory, so its slices are smaller."""

MANY = 1000
"""So many memories that cool at once are told: their owner may wonder where they are."""

_REMEMBER_AFTER = timedelta(hours=1)
"""The moment that is believed is written down at most so often: each write wakes the disk."""

Breathe = Callable[[], Awaitable[None]]


async def _no_pause() -> None:
    return None


class Sweeping(LifeBase):
    """The expiry run."""

    _noted: datetime | None = None

    async def start(self) -> None:
        """Take up the last moment that the run before believed."""
        last = await self._read(sweeps.believed)
        self._noted = None if last is None else from_us(last)
        self._watch.begin(self._noted)

    async def sweep(self, now: datetime | None = None, *, breathe: Breathe = _no_pause) -> Action:
        """Let cool what has expired and is not pinned; it leaves the hot indexes, and the archive still finds it.

        It goes in slices, all of them one action, so that it is undone as one. Where the clock jumped, nothing cools
        until that is confirmed; see `clock_watch.py`.

        Args:
            now: The moment that is taken for certain; None asks the clock, and doubts it.
            breathe: Awaited between two slices.

        Returns:
            What cooled; an action without an id where nothing did.
        """
        if now is None:
            look = self._watch.look()
            await self._heed(look)
            now = look.now
            if look.state == "held":
                return self._done(self._cooling(to_us(now)), [])
        deed = self._cooling(to_us(now))
        touched: list[str] = []
        while True:
            done = await self._memory.write(lambda store, writer: _cool(store, writer, deed))
            touched += done
            if done:
                self._events.publish(MemoriesChanged(changed=len(done)))
            if len(done) < SLICE:
                break
            await breathe()
        if len(touched) >= MANY:
            self._events.publish(
                Notice(
                    level="info",
                    text=f"{len(touched):,} memories have outlived their layer and lie in the archive now. "
                    "You can bring them back there, or undo it as one action.",
                )
            )
        await self._erase_cold(to_us(now), breathe)
        return self._done(deed, touched)

    def _cooling(self, at: int) -> Deed:
        return Deed(event="cooled", at=at, actor="magray", reason="Its time in its layer was over.")

    async def _erase_cold(self, now: int, breathe: Breathe) -> None:
        days = self._settings.erase_after_days
        if not days:
            return
        before = now - round(days * 24 * 3600 * 1_000_000)
        while True:
            ids = await self._read(lambda reader: sweeps.cold(reader, before=before, limit=ERASED_AT_ONCE))
            if not ids:
                return
            await self._memory.erase(ids)
            await breathe()

    async def _heed(self, look: Look) -> None:
        """Tell of a jump, mend what was written by a wrong clock, and note what is believed."""
        if look.state == "held":
            if look.first:
                self._events.publish(Notice(level="warning", text=_told(look.jump)))
            return
        if look.state != "steady":
            await self._mend(look)
        due = self._noted is None or not timedelta(0) <= look.now - self._noted < _REMEMBER_AFTER
        if due or look.state != "steady":
            moment = to_us(look.now)
            await self._memory.write(lambda store, writer: sweeps.note_believed(store, writer, moment))
            self._noted = look.now

    async def _mend(self, look: Look) -> None:
        """Give another term to what a wrong clock let expire too early, or too late."""
        now = to_us(look.now)
        deed = Deed(
            event="kept", at=now, actor="magray", reason="The computer's clock was wrong, so its time begins anew."
        )
        returned = look.state == "returned"

        def work(store: Database, writer: Any) -> list[str]:
            states = sweeps.misdated(writer, now=now, terms=self._terms, returned=returned)
            changes = [Change(state=state, fields=deeds.kept(state, at=now, terms=self._terms)) for state in states]
            return life.apply(store, writer, changes, deed)

        self._done(deed, await self._memory.write(work))


def _cool(store: Database, writer: Any, deed: Deed) -> list[str]:
    states = life.overdue(writer, now=deed.at, limit=SLICE)
    return life.apply(store, writer, deeds.changes(states, lambda state: deeds.archived(state, at=deed.at)), deed)


def _told(jump: timedelta) -> str:
    days = abs(jump) / timedelta(days=1)
    far = f"{days:,.0f} days" if days >= 2 else f"{days * 24:,.1f} hours"
    if jump > timedelta(0):
        return (
            f"The clock of this computer went ahead by {far}. Until it is certain that it is right, nothing expires. "
            "If it is wrong, set it right; no memory is lost."
        )
    return (
        f"The clock of this computer was set back by {far}. Until it is certain that it is right, nothing expires. "
        "If it is wrong, set it right; no memory is lost."
    )
