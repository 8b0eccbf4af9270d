"""Whatever is done to memories in whatever order, the rules hold, and undoing brings back exactly what was."""

from __future__ import annotations

import asyncio
import itertools
import shutil
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.errors import InvalidMemoryError
from engine.life_values import Action
from engine.values import LAYERS
from tests.helpers.life_house import LifeHouse

T = TypeVar("T")
WHICH = st.integers(0, 1000)
SOME = st.lists(WHICH, min_size=1, max_size=4)

FIELDS = (
    "id, text, layer, kind, title, tags, importance, pinned, content_hash, expires_at, superseded_by, valid_to, "
    "superseded_at, repeats, moved_at, archived_at, deleted_at, version_of"
)


class AnyLife(RuleBasedStateMachine):
    """The verbs in any order, over a real database and real indexes."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="magray-life-"))
        self.loop = asyncio.new_event_loop()
        self.house: LifeHouse = self.wait(LifeHouse(self.folder / "data").start())
        self.names = itertools.count()
        self.add("interact")

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        try:
            assert self.wait(self.house.problems()) == []
        finally:
            self.wait(self.house.close())
            self.loop.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def rows(self) -> dict[str, tuple[Any, ...]]:
        return {row[0]: row for row in self.house.query(f"SELECT {FIELDS} FROM memory")}

    def ids(self, which: list[int]) -> list[str]:
        query = "SELECT id FROM memory WHERE deleted_at IS NULL AND version_of IS NULL ORDER BY number"
        living = [row[0] for row in self.house.query(query)]
        return [living[one % len(living)] for one in which] if living else []

    def do(self, work: Coroutine[Any, Any, Action]) -> Action | None:
        """Do it, take it back, and do it again: taking back restores exactly, but for terms that begin anew."""
        before = self.rows()
        try:
            action = self.wait(work)
        except InvalidMemoryError:
            assert self.rows() == before, "what is refused changes nothing"
            return None
        if not action.id:
            assert self.rows() == before
            return action
        after = self.rows()
        assert after != before
        undone = self.wait(self.house.life.undo(action.id))
        self.same(before, self.rows())
        redone = self.wait(self.house.life.undo(undone.id))
        self.same(after, self.rows())
        return redone

    def same(self, wanted: dict[str, tuple[Any, ...]], found: dict[str, tuple[Any, ...]]) -> None:
        now = self.house.store.now_us()
        for memory, row in found.items():
            if memory not in wanted:
                assert row[16] is not None, "what a deed had made is hidden"
                continue
            old = wanted[memory]
            if row[17] is not None:
                continue  # a version holds the other text while the edit is taken back
            assert row[:9] + row[10:] == old[:9] + old[10:]
            assert row[9] == old[9] or (old[9] <= now < row[9]), "an expired one gets another term"

    @rule(layer=st.sampled_from(LAYERS))
    def add(self, layer: Any) -> None:
        self.wait(self.house.add(f"note {next(self.names)} of the garden", layer=layer, session="talk"))

    @rule(which=SOME, to=st.sampled_from([None, *LAYERS]), up=st.booleans())
    def move(self, which: list[int], to: Any, up: bool) -> None:
        life = self.house.life
        if ids := self.ids(which):
            self.do(life.promote(ids, to=to) if up else life.demote(ids, to=to))

    @rule(which=SOME, verb=st.sampled_from(["keep", "archive", "wake"]))
    def cool(self, which: list[int], verb: str) -> None:
        if ids := self.ids(which):
            self.do(getattr(self.house.life, verb)(ids))

    @rule(which=SOME, pinned=st.booleans())
    def pin(self, which: list[int], pinned: bool) -> None:
        if ids := self.ids(which):
            self.do(self.house.life.pin(ids, pinned))

    @rule(which=SOME, tag=st.sampled_from(["home", "work"]), add=st.booleans())
    def tag(self, which: list[int], tag: str, add: bool) -> None:
        if ids := self.ids(which):
            self.do(self.house.life.tag(ids, **{"add" if add else "remove": [tag]}))

    @rule(which=WHICH)
    def edit(self, which: int) -> None:
        if ids := self.ids([which]):
            before = self.rows()
            self.wait(self.house.life.edit(ids[0], text=f"note {next(self.names)} edited"))
            (action, *_) = self.wait(self.house.life.actions(limit=1))
            undone = self.wait(self.house.life.undo(action.id))
            self.same(before, {key: row for key, row in self.rows().items() if key in before})
            self.wait(self.house.life.undo(undone.id))

    @rule(which=SOME, text=st.booleans())
    def merge(self, which: list[int], text: bool) -> None:
        if ids := self.ids(which):
            self.do(self.house.life.merge(ids, text=f"note {next(self.names)} merged" if text else None))

    @rule(which=WHICH)
    def split(self, which: int) -> None:
        if ids := self.ids([which]):
            number = next(self.names)
            self.do(self.house.life.split(ids[0], [f"part {number} one", f"part {number} two"]))

    @rule(which=st.lists(WHICH, min_size=2, max_size=3))
    def supersede(self, which: list[int]) -> None:
        if ids := self.ids(which):
            self.do(self.house.life.supersede(ids[1:], by=ids[0]))

    @rule(which=SOME)
    def delete(self, which: list[int]) -> None:
        if ids := self.ids(which):
            assert self.wait(self.house.memory.delete(ids)) == len(set(ids))

    @rule()
    def restore(self) -> None:
        query = "SELECT id FROM memory WHERE deleted_at IS NOT NULL AND version_of IS NULL"
        ids = [row[0] for row in self.house.query(query)]
        assert self.wait(self.house.memory.undelete(ids)) == len(ids)

    @rule(which=WHICH)
    def erase(self, which: int) -> None:
        for wanted in self.ids([which]):
            self.wait(self.house.memory.erase([wanted]))
            for table in ("memory WHERE id = ? OR version_of = ?", "history WHERE memory IN (?, ?)"):
                assert self.house.query(f"SELECT COUNT(*) FROM {table}", wanted, wanted) == [(0,)]

    @rule(hours=st.sampled_from([1, 25, 24 * 91]))
    def let_time_pass(self, hours: int) -> None:
        self.house.clock.advance(hours=hours)

    @precondition(lambda self: hasattr(self, "house"))
    @rule()
    def sweep(self) -> None:
        now = self.house.store.now_us()
        due = self.house.query("SELECT id FROM memory WHERE label IS NOT NULL AND expires_at <= ? AND pinned = 0", now)
        action = self.wait(self.house.life.sweep(self.house.clock.now()))
        assert sorted(action.memories) == sorted(row[0] for row in due)
        pinned = self.house.query("SELECT COUNT(*) FROM memory WHERE archived_at = ? AND pinned = 1", now)
        assert pinned == [(0,)] or not action.id

    @invariant()
    def hot_means_labelled(self) -> None:
        if not hasattr(self, "house"):
            return
        hot = "deleted_at IS NULL AND archived_at IS NULL AND version_of IS NULL"
        assert self.house.query(f"SELECT id FROM memory WHERE (label IS NOT NULL) <> ({hot})") == []
        assert self.house.query("SELECT label FROM memory WHERE label > sequence") == []
        # what left an index under a label is written down, and no label is used twice
        assert self.house.query("SELECT m.id FROM memory m JOIN removal r ON r.label = m.label") == []
        orphans = "SELECT COUNT(*) FROM vector WHERE memory NOT IN (SELECT number FROM memory)"
        assert self.house.query(orphans) == [(0,)]
        assert self.house.query(
            "SELECT COUNT(*) FROM memory m WHERE NOT EXISTS (SELECT 1 FROM vector WHERE memory = m.number)"
        ) == [(0,)]
        assert self.house.query("SELECT id FROM memory WHERE superseded_by = id") == []


TestAnyLife = AnyLife.TestCase
TestAnyLife.settings = settings(
    max_examples=12, stateful_step_count=18, deadline=None, suppress_health_check=list(HealthCheck)
)
