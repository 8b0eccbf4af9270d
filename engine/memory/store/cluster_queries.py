"""Clusters of memories as rows: centres, members, and what goes when a memory is erased."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import peewee
    from numpy.typing import NDArray

SMALLEST = 3
"""Fewer memories are no cluster."""

WORDS = "words"
"""In place of an embedder's id: the centre is made of words, for languages that the embedder does not know."""

_BATCH = 900
_HEAD = 120
_LIVING = "m.label IS NOT NULL AND m.superseded_by IS NULL AND m.valid_to IS NULL"


class Row(NamedTuple):
    """One cluster."""

    number: int
    name: str
    summary: str
    model: str
    centre: bytes
    size: int
    made_at: int


class Point(NamedTuple):
    """One memory to be grouped: its vector, and the beginning of its text, which tells its language."""

    sequence: int
    number: int
    vector: bytes | None
    head: str


def clusters(reader: peewee.SqliteDatabase) -> list[Row]:
    """All clusters, by number."""
    rows = reader.execute_sql(
        "SELECT number, name, summary, model, centre, size, made_at FROM cluster ORDER BY number"
    ).fetchall()
    return [Row._make(row) for row in rows]


def centres(reader: peewee.SqliteDatabase, model: str) -> NDArray[np.float32]:
    """Centres of the clusters whose vectors this model made, shape (n, dimensions), n may be 0."""
    rows = reader.execute_sql("SELECT centre FROM cluster WHERE model = ? ORDER BY number", (model,)).fetchall()
    if not rows:
        return np.zeros((0, 0), np.float32)
    return np.stack([np.frombuffer(row[0], "<f4") for row in rows])


def living(reader: peewee.SqliteDatabase) -> list[int]:
    """Numbers of the memories that are grouped: hot, and nothing has taken their place."""
    return [row[0] for row in reader.execute_sql(f"SELECT m.number FROM memory m WHERE {_LIVING}").fetchall()]


def points(
    reader: peewee.SqliteDatabase, model: str, *, numbers: Sequence[int] = (), after: int = 0, limit: int = 0
) -> list[Point]:
    """Memories to be grouped: of these numbers, or those whose last change lies above `after`, oldest change first."""
    select = (
        f"SELECT m.sequence, m.number, v.data, substr(m.text, 1, {_HEAD}) FROM memory m "
        "LEFT JOIN vector v ON v.memory = m.number AND v.model = ? "
    )
    if limit:
        rows = reader.execute_sql(
            f"{select} WHERE m.sequence > ? AND {_LIVING} ORDER BY m.sequence LIMIT ?", (model, after, limit)
        ).fetchall()
        return [Point._make(row) for row in rows]
    found: list[Point] = []
    for some in _batches(numbers):
        rows = reader.execute_sql(
            f"{select} WHERE m.number IN ({_marks(some)}) AND {_LIVING}", [model, *some]
        ).fetchall()
        found += map(Point._make, rows)
    return found


def texts(reader: peewee.SqliteDatabase, numbers: Sequence[int], *, longest: int) -> dict[int, str]:
    """The beginnings of texts, by number."""
    found: dict[int, str] = {}
    for some in _batches(numbers):
        found.update(
            reader.execute_sql(
                f"SELECT number, substr(text, 1, {longest}) FROM memory WHERE number IN ({_marks(some)})", some
            ).fetchall()
        )
    return found


def members(reader: peewee.SqliteDatabase, cluster: int, *, limit: int, offset: int = 0) -> list[int]:
    """Numbers of a cluster's memories, the nearest to its centre first."""
    rows = reader.execute_sql(
        "SELECT memory FROM cluster_member WHERE cluster = ? ORDER BY nearness DESC, memory LIMIT ? OFFSET ?",
        (cluster, limit, offset),
    ).fetchall()
    return [row[0] for row in rows]


def membership(reader: peewee.SqliteDatabase, numbers: Sequence[int]) -> dict[int, int]:
    """Which cluster each of these memories is in, where it is in one."""
    found: dict[int, int] = {}
    for some in _batches(numbers):
        found.update(
            reader.execute_sql(
                f"SELECT memory, cluster FROM cluster_member WHERE memory IN ({_marks(some)})", some
            ).fetchall()
        )
    return found


def newer_share(reader: peewee.SqliteDatabase) -> dict[int, float]:
    """Which share of each cluster's members was recorded after it was named."""
    rows = reader.execute_sql(
        "SELECT c.number, AVG(m.created_at > c.made_at) FROM cluster c JOIN cluster_member b ON b.cluster = c.number "
        "JOIN memory m ON m.number = b.memory GROUP BY c.number"
    ).fetchall()
    return {number: float(share) for number, share in rows}


def add(writer: peewee.SqliteDatabase, *, model: str, centre: bytes, at: int) -> int:
    """A new cluster without a name.

    Returns:
        Its number, which rises and is not used again while a younger cluster is there.
    """
    cursor = writer.execute_sql(
        "INSERT INTO cluster (name, summary, model, centre, size, made_at) VALUES ('', '', ?, ?, 0, ?)",
        (model, centre, at),
    )
    return int(cursor.lastrowid)


def set_centre(writer: peewee.SqliteDatabase, number: int, *, model: str, centre: bytes) -> bool:
    """Move a cluster's centre; tells whether it is there still."""
    cursor = writer.execute_sql("UPDATE cluster SET model = ?, centre = ? WHERE number = ?", (model, centre, number))
    return bool(cursor.rowcount)


def set_name(writer: peewee.SqliteDatabase, number: int, *, name: str, summary: str, at: int) -> None:
    """Name a cluster."""
    writer.execute_sql(
        "UPDATE cluster SET name = ?, summary = ?, made_at = ? WHERE number = ?", (name, summary, at, number)
    )


def put(writer: peewee.SqliteDatabase, places: Sequence[tuple[int, int | None, float]]) -> None:
    """Put memories where they belong: (memory, cluster or None, nearness); what is gone meanwhile is passed over."""
    connection = writer.connection()
    connection.executemany(
        "DELETE FROM cluster_member WHERE memory = ?", [(memory,) for memory, cluster, _ in places if cluster is None]
    )
    connection.executemany(
        "INSERT INTO cluster_member (memory, cluster, nearness) "
        "SELECT m.number, c.number, ? FROM memory m, cluster c WHERE m.number = ? AND c.number = ? "
        "ON CONFLICT (memory) DO UPDATE SET cluster = excluded.cluster, nearness = excluded.nearness",
        [(nearness, memory, cluster) for memory, cluster, nearness in places if cluster is not None],
    )


def tidy(writer: peewee.SqliteDatabase) -> None:
    """Take out members that left the hot indexes or were superseded, end too small clusters, count the others."""
    writer.execute_sql(
        "DELETE FROM cluster_member WHERE memory IN (SELECT b.memory FROM cluster_member b "
        f"JOIN memory m ON m.number = b.memory WHERE NOT ({_LIVING}))"
    )
    writer.execute_sql(
        "DELETE FROM cluster WHERE (SELECT COUNT(*) FROM cluster_member WHERE cluster = cluster.number) < ?",
        (SMALLEST,),
    )
    writer.execute_sql("UPDATE cluster SET size = (SELECT COUNT(*) FROM cluster_member WHERE cluster = cluster.number)")


def clear(writer: peewee.SqliteDatabase) -> None:
    """No clusters any more."""
    writer.execute_sql("DELETE FROM cluster")


def forget(writer: peewee.SqliteDatabase, numbers: Sequence[int]) -> None:
    """Memories are about to be erased: what their clusters hold of them goes, in the caller's transaction.

    Names and short texts become empty until they are made anew. Centres are made anew of the members that stay; a
    centre of words goes with its cluster, and so does a cluster that becomes too small.
    """
    touched = set(membership(writer, numbers).values())
    if not touched:
        return
    for some in _batches(list(numbers)):
        writer.execute_sql(f"DELETE FROM cluster_member WHERE memory IN ({_marks(some)})", some)
    for row in clusters(writer):
        if row.number not in touched:
            continue
        left = [] if row.model == WORDS else members(writer, row.number, limit=-1)
        centre = _middle(writer, row.model, left) if len(left) >= SMALLEST else None
        if centre is None:
            writer.execute_sql("DELETE FROM cluster WHERE number = ?", (row.number,))
        else:
            writer.execute_sql(
                "UPDATE cluster SET name = '', summary = '', centre = ?, size = ? WHERE number = ?",
                (centre, len(left), row.number),
            )


def _middle(reader: peewee.SqliteDatabase, model: str, numbers: Sequence[int]) -> bytes | None:
    total: NDArray[np.float64] | None = None
    for some in _batches(numbers):
        rows = reader.execute_sql(
            f"SELECT data FROM vector WHERE model = ? AND memory IN ({_marks(some)})", [model, *some]
        ).fetchall()
        for (data,) in rows:
            vector = np.frombuffer(data, "<f4").astype(np.float64)
            total = vector if total is None else total + vector
    if total is None:
        return None
    length = float(np.linalg.norm(total))
    return (total / length).astype("<f4").tobytes() if length > 0 else None


def _batches(items: Sequence[int] | Collection[int]) -> Iterator[list[Any]]:
    whole = list(items)
    for start in range(0, len(whole), _BATCH):
        yield whole[start : start + _BATCH]


def _marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))
