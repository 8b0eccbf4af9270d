"""Earlier versions of edited memories: rows of their own, outside of the hot indexes.

The edited memory keeps its row, so its id, its neighbours, its document and its tags stay. The text before goes, with
its vector, into a row that names it (`version_of`) and holds from `created_at` to `superseded_at`. Taking an edit back
exchanges the two again and hides the version (`deleted_at`): it counts as never having been known.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from engine.memory.records import Memory
from engine.memory.store import life, memories, vectors
from engine.memory.store.database import Database
from engine.memory.store.life import State

if TYPE_CHECKING:
    import peewee

_CONTENT = ("text", "title", "kind", "tags", "importance", "content_hash")
"""What a version holds of its own."""


def known_since(reader: peewee.SqliteDatabase, state: State) -> int:
    """Since when a memory says what it says now, in microseconds since 1970 UTC."""
    query = "SELECT MAX(superseded_at) FROM memory WHERE version_of = ? AND deleted_at IS NULL"
    (last,) = reader.execute_sql(query, (state.id,)).fetchone()
    return state.created_at if last is None else int(last)


def keep(store: Database, writer: peewee.SqliteDatabase, state: State, *, at: int) -> str:
    """Copy a memory, as it stands, into a version of its own.

    Returns:
        The version's id.
    """
    (number,) = store.next_sequences(writer, 1)
    made, since = uuid.uuid4().hex, known_since(writer, state)
    own: dict[str, Any] = {
        "number": number,
        "id": made,
        "external_id": None,
        "created_at": since,
        "group_key": None,
        "document": None,
        "pinned": 0,
        "repeats": 0,
        "expires_at": None,
        "superseded_by": state.id,
        "superseded_at": max(since, at),  # the clock may have been set back
        "valid_to": None,
        "version_of": state.id,
        "archived_at": None,
        "deleted_at": None,
        "sequence": number,
        "label": None,
    }
    names = [field.column_name for field in Memory._meta.sorted_fields]
    taken = ", ".join("?" if name in own else f'"{name}"' for name in names)
    columns = ", ".join(f'"{name}"' for name in names)
    given = [own[name] for name in names if name in own]
    writer.execute_sql(
        f"INSERT INTO memory ({columns}) SELECT {taken} FROM memory WHERE number = ?", (*given, state.number)
    )
    writer.execute_sql(
        "INSERT INTO vector (memory, model, dimensions, data) SELECT ?, model, dimensions, data FROM vector "
        "WHERE memory = ?",
        (number, state.number),
    )
    return made


def set_text(
    writer: peewee.SqliteDatabase, state: State, *, text: str, vector: bytes, model: str, dimensions: int
) -> None:
    """Give a memory another text and the vector that belongs to it; labels are the caller's."""
    writer.execute_sql("UPDATE memory SET text = ? WHERE number = ?", (text, state.number))
    writer.execute_sql(
        "INSERT INTO vector (memory, model, dimensions, data) VALUES (?, ?, ?, ?) ON CONFLICT (memory) DO UPDATE "
        "SET model = excluded.model, dimensions = excluded.dimensions, data = excluded.data",
        (state.number, model, dimensions, vector),
    )
    vectors.forget_gathered(writer, [state.number])


def exchange(
    store: Database, writer: peewee.SqliteDatabase, state: State, version: str, *, known: bool, at: int
) -> bool:
    """Let a memory and one of its versions change texts and vectors.

    Args:
        store: The database that the transaction belongs to.
        writer: The transaction.
        state: The memory; its other columns, and its label, are the caller's.
        version: Id of the version.
        known: Whether the version counts as having been known from now on.
        at: Now, in microseconds since 1970 UTC.

    Returns:
        False where the version is gone.
    """
    columns = ", ".join(_CONTENT)
    row = writer.execute_sql(
        f"SELECT number, {columns} FROM memory WHERE id = ? AND version_of = ?", (version, state.id)
    ).fetchone()
    if row is None:
        return False
    number, *content = row
    own = writer.execute_sql(f"SELECT {columns} FROM memory WHERE number = ?", (state.number,)).fetchone()
    (sequence,) = store.next_sequences(writer, 1)
    _set_content(writer, number, own)
    writer.execute_sql(
        "UPDATE memory SET deleted_at = ?, sequence = ? WHERE number = ?",
        (None if known else at, sequence, number),
    )
    writer.execute_sql("UPDATE memory SET text = ? WHERE number = ?", (content[0], state.number))
    held = {
        memory: rest
        for memory, *rest in writer.execute_sql(
            "SELECT memory, model, dimensions, data FROM vector WHERE memory IN (?, ?)", (number, state.number)
        ).fetchall()
    }
    for here, there in ((number, state.number), (state.number, number)):
        if there in held:
            writer.execute_sql(
                "INSERT OR REPLACE INTO vector (memory, model, dimensions, data) VALUES (?, ?, ?, ?)",
                (here, *held[there]),
            )
        else:
            writer.execute_sql("DELETE FROM vector WHERE memory = ?", (here,))
    vectors.forget_gathered(writer, [number, state.number])
    return True


def of(reader: peewee.SqliteDatabase, memory_id: str) -> list[int]:
    """Numbers of a memory's earlier versions, the newest first; those of edits that were taken back are not there."""
    rows = reader.execute_sql(
        "SELECT number FROM memory WHERE version_of = ? AND deleted_at IS NULL "
        "ORDER BY superseded_at DESC, number DESC",
        (memory_id,),
    ).fetchall()
    return [number for (number,) in rows]


def of_all(reader: peewee.SqliteDatabase, ids: Collection[str]) -> list[str]:
    """Ids of every earlier version of these memories."""
    found: list[str] = []
    for batch in life.batches(list(ids)):
        marks = ",".join("?" * len(batch))
        rows = reader.execute_sql(f"SELECT id FROM memory WHERE version_of IN ({marks})", batch).fetchall()
        found += [row[0] for row in rows]
    return found


def original_keys(reader: peewee.SqliteDatabase, ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """What those of these memories that were edited said at first: (content hash, title) by id."""
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(ids), memories.BATCH):
        some = ids[start : start + memories.BATCH]
        rows = reader.execute_sql(
            "SELECT version_of, content_hash, title FROM memory "
            f"WHERE version_of IN ({','.join('?' * len(some))}) AND deleted_at IS NULL "
            "ORDER BY superseded_at DESC, number DESC",
            some,
        ).fetchall()
        found.update((wanted, (content, title or "")) for wanted, content, title in rows)  # the oldest comes last
    return found


def _set_content(writer: peewee.SqliteDatabase, number: int, content: Sequence[Any]) -> None:
    columns = ", ".join(f"{name} = ?" for name in _CONTENT)
    writer.execute_sql(f"UPDATE memory SET {columns} WHERE number = ?", (*content, number))
