"""Backups as the engine offers them: made when asked for and by themselves, listed, checked, restored, deleted."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from engine.backup_values import BackupInfo, BackupPlan, BackupReason
from engine.clock import Clock
from engine.errors import BackupError, EngineClosedError, MagrayError, NotFoundError, PassphraseError
from engine.events import EventBus, Notice, StatusChanged
from engine.executors import Executors
from engine.life_settings import BackupSettings
from engine.memory.backup import file_format, making, restoring, sealing
from engine.memory.backup.making import Made, Order
from engine.memory.backup.shelf import Shelf
from engine.memory.backup.stoppable import Breathe, GivenUpError, run_stoppable
from engine.memory.store import copies, traces
from engine.memory.store.database import Database
from engine.scheduler import Job, Turn

T = TypeVar("T")

PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
LOOK_EVERY = timedelta(hours=1)
FIRST_LOOK = timedelta(minutes=10)
"""After a start: the first minutes are the owner's."""

_ATTEMPTS = 3
"""So often a backup is begun anew where something was erased while it was made."""


class Passphrases(Protocol):
    """Where the passphrase of scheduled backups lies; every call may block, even on a question to the owner."""

    def get(self) -> str | None:
        """The passphrase, or None where none is kept.

        Raises:
            BackupError: there is no store, or it is closed.
        """
        ...

    def set(self, passphrase: str | None) -> None:
        """Keep it, or forget it.

        Raises:
            BackupError: there is no store, or it refused.
        """
        ...


class Backups:
    """Owned by the engine. Methods are coroutines of its loop; one backup or restore at a time."""

    def __init__(
        self,
        *,
        store: Database,
        shelf: Shelf,
        executors: Executors,
        events: EventBus,
        settings: BackupSettings,
        passphrases: Passphrases,
        clock: Clock,
    ) -> None:
        self._store = store
        self._shelf = shelf
        self._executors = executors
        self._events = events
        self._settings = settings
        self._passphrases = passphrases
        self._clock = clock
        self._one = asyncio.Lock()
        self._told = ""
        self._stops: set[threading.Event] = set()
        self._closed = False

    async def run(self, work: Callable[[Breathe], T]) -> T:
        """Run blocking work that ends when it is cancelled and when the engine closes.

        Raises:
            EngineClosedError: the engine was closed meanwhile; nothing half-written stays.
        """
        if self._closed:
            raise EngineClosedError("Magray is closed; nothing was changed.")
        try:
            return await run_stoppable(self._executors, work, self._stops)
        except GivenUpError:
            raise EngineClosedError("Magray was closed meanwhile, so this was given up. Nothing was changed.") from None

    async def close(self) -> None:
        """End what runs in threads at its next breath."""
        self._closed = True
        for stop in self._stops:
            stop.set()

    def follow(self, settings: BackupSettings) -> None:
        """Take new options."""
        self._settings = settings
        self._shelf.chosen = chosen_folder(settings)

    async def back_up(
        self, path: Path | None = None, *, passphrase: str | None = None, reason: BackupReason = "owner"
    ) -> BackupInfo:
        """Make a backup now.

        Args:
            path: Where to; None takes the folder of backups and a name made of the time.
            passphrase: Seals it; None takes the kept one where the options say that backups are sealed.
            reason: Why.

        Raises:
            PassphraseError: it is too short, or none is kept where one is wanted.
            StoreFullError: a disk is full.
            BackupError: it cannot be made; nothing half-written stays.
        """
        async with self._one:
            if passphrase is None and self._settings.encrypted:
                passphrase = await self._executors.run("io", self._kept_passphrase)
            secret = await self._executors.run("store", self._secret)
            at = self._clock().astimezone(UTC)
            target = self._shelf.name(reason, at) if path is None else path.expanduser().absolute()
            order = Order(
                target=target,
                reason=reason,
                created=at,
                secret=secret,
                passphrase=passphrase,
                replace=path is not None,
            )
            made = await self._make(order)
            await self._executors.run("io", self._shelf.note, made.path, made.contents, at)
            if reason == "schedule":
                await self._executors.run("io", self._prune, made)
        self._changed()
        return await self._info(made.path)

    async def listing(self) -> list[BackupInfo]:
        """Every backup that is there, the youngest first."""

        def read() -> list[BackupInfo]:
            with self._store.read() as reader:
                held = traces.copies_noted(reader)
            return self._shelf.listing(held)

        return await self._executors.run("io", read)

    async def check(self, path: Path, *, passphrase: str | None = None) -> BackupInfo:
        """Read a backup to its end, take its database out and let SQLite look at it; then it is thrown away.

        Raises:
            PassphraseError: the passphrase is wrong, or missing.
            BackupDamagedError: it is damaged.
            StoreNewerError: it was made by a newer Magray.
            BackupError: it cannot be read.
        """
        absolute = path.expanduser().absolute()

        def read(breathe: Breathe) -> None:
            part = self._shelf.home / f"copy-check-{absolute.name}.part"  # a sweep knows the name
            self._shelf.home.mkdir(mode=0o700, parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            try:
                contents = restoring.unpack(absolute, passphrase, part, breathe=breathe)
            except OSError as error:
                raise BackupError(f"{absolute.name} cannot be checked ({error.strerror}).") from error
            finally:
                part.unlink(missing_ok=True)
            self._shelf.note(absolute, contents, self._clock())

        async with self._one:
            await self.run(read)
        return await self._info(absolute)

    async def restore(self, path: Path, *, passphrase: str | None = None) -> BackupInfo:
        """Check a backup to its last byte, and have it take the database's place at the next start.

        Until then nothing changes; `give_up_restore` takes it back. The state before is kept as a backup.

        Raises:
            As `check`; `StoreFullError` where there is no room to unpack it.
        """
        absolute = path.expanduser().absolute()

        def prepare(breathe: Breathe) -> None:
            contents = restoring.prepare(self._store.path, absolute, passphrase, breathe=breathe)
            self._shelf.note(absolute, contents, self._clock())

        async with self._one:
            await self.run(prepare)
        self._changed()
        return await self._info(absolute)

    async def give_up_restore(self) -> bool:
        """Take back a restore that waits for the next start; tells whether one did."""
        async with self._one:
            found = await self._executors.run("io", restoring.forget, self._store.path)
        self._changed()
        return found

    async def delete(self, paths: Iterable[str | Path]) -> int:
        """Remove backups for good.

        Returns:
            How many.

        Raises:
            NotFoundError: a path names no backup of the list; nothing was removed.
            BackupError: one cannot be removed; those before it were.
        """
        gone = await self._executors.run("io", self._shelf.delete, list(paths))
        self._changed()
        return len(gone)

    async def keep_passphrase(self, passphrase: str | None) -> None:
        """Keep the passphrase of scheduled backups in the system's key store, or forget it.

        Raises:
            PassphraseError: it is too short.
            BackupError: this computer has no key store, or it refused.
        """
        if passphrase is not None:
            sealing.check_new(passphrase)
        await self._executors.run("io", self._passphrases.set, passphrase)
        self._changed()

    async def plan(self) -> BackupPlan:
        """How backups are made by themselves."""
        settings = self._settings
        known: bool | None = None
        if settings.encrypted:
            with contextlib.suppress(BackupError):
                known = bool(await self._executors.run("io", self._passphrases.get))
        last = await self._last()
        period = PERIODS.get(settings.every)
        return BackupPlan(
            every=settings.every,
            folder=str(self._shelf.folder),
            encrypted=settings.encrypted,
            passphrase_known=known,
            last=last,
            due=None if period is None else self._clock() if last is None else last + period,
            waits_for_restart=await self._executors.run("io", restoring.waiting(self._store.path).exists),
        )

    def job(self) -> Job:
        """Makes a backup where one is due."""
        return Job(
            name="backup",
            title="Make backups",
            run=self._look,
            every=LOOK_EVERY,
            priority="low",
            first_after=FIRST_LOOK,
        )

    async def _look(self, turn: Turn) -> str:
        period = PERIODS.get(self._settings.every)
        if period is None:
            return ""
        last = await self._last()
        if last is not None and self._clock() - last < period:
            return ""
        await turn.breathe()  # here it may wait; once begun it goes on, since others wait for their backup by then
        try:
            made = await self.back_up(reason="schedule")
        except MagrayError as error:
            if str(error) != self._told:  # once, not every hour
                self._told = str(error)
                self._events.publish(
                    Notice(level="warning", text=f"No backup could be made. {error}", action="show_backups")
                )
            raise
        self._told = ""
        return f"{made.memories or 0:,} memories, {made.size / 1e6:,.1f} MB."

    async def _last(self) -> datetime | None:
        """When the youngest backup of this database was made. One from the future tells nothing: a clock was wrong."""

        def read() -> datetime | None:
            with self._store.read() as reader:
                secret = copies.known_secret(reader)
            if secret is None:
                return None
            origin, now = making.origin_of(secret), self._clock()
            found = []
            for path in self._shelf.paths():
                with contextlib.suppress(MagrayError):  # what cannot be read is no backup
                    header = file_format.read_head(path).header
                    if header.origin == origin and header.reason in ("owner", "schedule") and header.created <= now:
                        found.append(header.created)
            return max(found, default=None)

        return await self._executors.run("io", read)

    async def _make(self, order: Order) -> Made:
        attempt = 1
        while True:
            made = await self.run(
                lambda breathe: making.make(self._store.path, order, scratch=self._shelf.home, breathe=breathe)
            )
            # What was erased while it was made is in it, and nobody could find it there then.
            last = attempt == _ATTEMPTS
            if not await self._executors.run("store", self._note_if_erased, made, last) or last:
                return made
            await self._executors.run("io", made.path.unlink)
            attempt += 1

    def _note_if_erased(self, made: Made, last: bool) -> bool:
        with self._store.write() as writer:
            if traces.last_erased(writer) <= made.erased:
                return False
            if last:
                traces.note_copies(writer, [self._shelf.short(made.path)])
        self._store.fold()  # it stood in the way while the copy was made
        return True

    def _secret(self) -> bytes:
        with self._store.write() as writer:
            return copies.secret(writer)

    def _kept_passphrase(self) -> str:
        kept = self._passphrases.get()
        if not kept:
            raise PassphraseError(
                "Backups are to be encrypted, and no passphrase is kept. Set one under Settings, Backups, or by "
                "`magray memory backup --keep-passphrase`; nothing was written."
            )
        return kept

    def _prune(self, made: Made) -> None:
        self._shelf.sweep()
        self._shelf.prune(reason="schedule", origin=made.header.origin, kept=self._settings.kept, keep=made.path)

    async def _info(self, path: Path) -> BackupInfo:
        for info in await self.listing():
            if info.path == str(path):
                return info
        raise NotFoundError(f"{path} is gone.")

    def _changed(self) -> None:
        self._events.publish(StatusChanged(component="backups"))


def chosen_folder(settings: BackupSettings) -> Path | None:
    """The owner's own folder for backups, or None."""
    return Path(settings.folder).expanduser() if settings.folder else None
