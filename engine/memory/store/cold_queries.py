"""What looking back reads: the archive, and what was known or true on a past day. Plain SQL, as in `recall_queries.py`.

What was known at a moment A (`as_of`): what had been recorded by then and had neither been superseded nor deleted by
then, with the texts of then. An edited memory is, before the edit, the version that held at A. What was taken back
since counts as never done. Whether something has cooled since does not matter: cooling forgets nothing.

What was true at a moment V (`valid_at`): what had happened by then and had not ceased to hold by then (`valid_to`). A
memory that is hidden behind another one and says not until when it held is left out: the other one says the same.

With both: what was, at A, known to be true at V. What was superseded after A was not yet known to end.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.memory.store.recall_queries import Candidate, Words

if TYPE_CHECKING:
    import peewee

_BATCH = 900


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """What is looked for. Moments are microseconds since 1970 UTC.

    Attributes:
        now: The moment that it is.
        archived: Only what has cooled, or has expired and is about to.
        superseded: Also what was superseded.
        as_of: What was known then.
        valid_at: What was true then.
        layer: Only this layer, as it is now.
        kind: Only this kind.
    """

    now: int
    archived: bool = False
    superseded: bool = False
    as_of: int | None = None
    valid_at: int | None = None
    layer: str | None = None
    kind: str | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """A condition on a row `m` of `memory`, and its parameters."""
        parts: list[str] = []
        given: list[Any] = []
        for test, values in (self._known(), self._cold(), self._true()):
            parts.append(test)
            given += values
        for name, wanted in (("layer", self.layer), ("kind", self.kind)):
            if wanted is not None:
                parts.append(f"m.{name} = ?")
                given.append(wanted)
        return " AND ".join(parts), given

    def _known(self) -> tuple[str, list[Any]]:
        if self.as_of is None:
            hidden = self.superseded or self.valid_at is not None
            return (
                f"m.version_of IS NULL AND m.deleted_at IS NULL{'' if hidden else ' AND m.superseded_by IS NULL'}",
                [],
            )
        at = self.as_of
        # the text of then: no version that held after it
        current = (
            "m.version_of IS NULL AND (m.deleted_at IS NULL OR m.deleted_at > ?) AND NOT EXISTS "
            "(SELECT 1 FROM memory v WHERE v.version_of = m.id AND v.deleted_at IS NULL AND v.superseded_at > ?)"
        )
        earlier = (
            "m.version_of IS NOT NULL AND m.superseded_at > ? AND m.deleted_at IS NULL AND EXISTS "
            "(SELECT 1 FROM memory c WHERE c.id = m.version_of "
            "AND (c.deleted_at IS NULL OR c.deleted_at > ?){replaced})"
        )
        if self.superseded:
            return f"m.created_at <= ? AND (({current}) OR ({earlier.format(replaced='')}))", [at, at, at, at, at]
        held = "{row}.superseded_at IS NULL OR {row}.superseded_at > ?"
        more: list[Any] = [at]
        if self.valid_at is not None:
            held += " OR {row}.valid_to > ?"
            more.append(self.valid_at)
        return (
            f"m.created_at <= ? AND (({current} AND ({held.format(row='m')})) OR "
            f"({earlier.format(replaced=' AND (' + held.format(row='c') + ')')}))",
            [at, at, at, *more, at, at, *more],
        )

    def _cold(self) -> tuple[str, list[Any]]:
        if not self.archived:
            return "1", []
        if self.as_of is not None:
            return "m.archived_at <= ?", [self.as_of]
        return (
            "(m.archived_at IS NOT NULL OR (m.label IS NOT NULL AND m.expires_at <= ? AND m.pinned = 0))",
            [self.now],
        )

    def _true(self) -> tuple[str, list[Any]]:
        if self.valid_at is None:
            return "1", []
        if self.as_of is None:
            return (
                "m.occurred_at <= ? AND (m.valid_to > ? OR (m.valid_to IS NULL AND m.superseded_by IS NULL))",
                [self.valid_at, self.valid_at],
            )
        return (
            "m.occurred_at <= ? AND (m.valid_to IS NULL OR m.valid_to > ? OR m.superseded_at > ?)",
            [self.valid_at, self.valid_at, self.as_of],
        )


def numbers(reader: peewee.SqliteDatabase) -> list[int]:
    """Numbers that the archive's word index should hold, rising."""
    rows = reader.execute_sql("SELECT number FROM memory WHERE label IS NULL ORDER BY number").fetchall()
    return [row[0] for row in rows]


def words_of(reader: peewee.SqliteDatabase, wanted: Collection[int]) -> dict[int, Words]:
    """The words of the memories among these that are not in the hot indexes, by number; without neighbours."""
    found: dict[int, Words] = {}
    for batch in _batches(list(wanted)):
        for row in reader.execute_sql(
            "SELECT number, layer, kind, text, speaker, occurred_at, title, heading, tags, NULL, NULL, NULL "
            f"FROM memory WHERE number IN ({_marks(batch)}) AND label IS NULL",
            batch,
        ).fetchall():
            found[row[0]] = Words(*row)
    return found


def candidates(reader: peewee.SqliteDatabase, back: Back, wanted: Collection[int]) -> list[Candidate]:
    """Those of these memories that are looked for, without neighbours. `label` is their number here."""
    condition, given = back.condition()
    found: list[Candidate] = []
    for batch in _batches(list(wanted)):
        rows = reader.execute_sql(
            "SELECT m.number, m.number, m.layer, m.kind, m.group_key, m.occurred_at, m.expires_at, 0, m.pinned, "
            "m.importance, m.access_count, m.document, m.speaker, NULL, NULL FROM memory m NOT INDEXED "
            f"WHERE m.number IN ({_marks(batch)}) AND {condition}",
            [*batch, *given],
        ).fetchall()
        found += map(Candidate._make, rows)
    return found


def vectors(
    reader: peewee.SqliteDatabase, back: Back, model: str, *, after: int, limit: int
) -> list[tuple[int, bytes]]:
    """(number, vector of this model) of what is looked for, by number above `after`.

    Rows are gone through in the order of their numbers: by any index SQLite would read all of them for every slice.
    """
    condition, given = back.condition()
    return reader.execute_sql(  # type: ignore[no-any-return]
        "SELECT m.number, x.data FROM memory m NOT INDEXED JOIN vector x ON x.memory = m.number AND x.model = ? "
        f"WHERE m.number > ? AND {condition} ORDER BY m.number LIMIT ?",
        [model, after, *given, limit],
    ).fetchall()


def _marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))


def _batches(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]
