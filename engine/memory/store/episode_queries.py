"""Sessions whose turns are to be folded into an episode, and episodes with their turns."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING, NamedTuple

from engine.memory.store.consolidation_queries import EPISODE

if TYPE_CHECKING:
    import peewee

_MOST_TURNS = 2000
_BACKGROUND = 400


class Session(NamedTuple):
    """A session with turns that no episode tells yet."""

    session: str
    fresh: int
    last_at: int
    cools_at: int | None


class Turn(NamedTuple):
    """One turn of a session."""

    number: int
    id: str
    text: str
    speaker: str | None
    occurred_at: int
    conversation_id: str | None


class Episode(NamedTuple):
    """The episode of a session as it stands."""

    number: int
    id: str
    text: str
    title: str | None
    deleted_at: int | None
    superseded: int


_TURNS = "m.kind = 'message' AND m.session IS NOT NULL AND m.deleted_at IS NULL AND m.version_of IS NULL"
_LINKED = f"EXISTS (SELECT 1 FROM link l WHERE l.part = m.number AND l.kind = '{EPISODE}')"


def key_of(session: str) -> str:
    """The external id of a session's episode: it has one, so none is made twice."""
    return f"{EPISODE}-{hashlib.blake2b(session.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}"


def unfolded(reader: peewee.SqliteDatabase) -> list[Session]:
    """Sessions with turns in Interact that no episode tells, archived ones, too."""
    rows = reader.execute_sql(
        "SELECT m.session, COUNT(*), MAX(m.created_at), "
        "MIN(CASE WHEN m.archived_at IS NOT NULL THEN 0 ELSE m.expires_at END) FROM memory m "
        f"WHERE m.layer = 'interact' AND {_TURNS} AND NOT {_LINKED} GROUP BY m.session ORDER BY MAX(m.created_at)"
    ).fetchall()
    return [Session._make(row) for row in rows]


def told_of_deleted(reader: peewee.SqliteDatabase) -> list[str]:
    """Sessions whose episode tells a turn that was deleted since."""
    rows = reader.execute_sql(
        "SELECT DISTINCT m.session FROM link l JOIN memory m ON m.number = l.part JOIN memory w ON w.number = l.memory "
        f"WHERE l.kind = '{EPISODE}' AND m.deleted_at IS NOT NULL AND w.deleted_at IS NULL AND m.session IS NOT NULL"
    ).fetchall()
    return [row[0] for row in rows]


def turns(reader: peewee.SqliteDatabase, session: str) -> list[Turn]:
    """A session's turns in their order, the last ones where there are very many."""
    rows = reader.execute_sql(
        "SELECT m.number, m.id, m.text, m.speaker, m.occurred_at, m.conversation_id FROM memory m "
        f"WHERE m.group_key = ? AND {_TURNS} ORDER BY m.position DESC, m.number DESC LIMIT ?",
        (f"s:{session}", _MOST_TURNS),
    ).fetchall()
    return [Turn._make(row) for row in reversed(rows)]


def episode(reader: peewee.SqliteDatabase, session: str) -> Episode | None:
    """A session's episode, deleted or not."""
    row = reader.execute_sql(
        "SELECT number, id, text, title, deleted_at, superseded_by IS NOT NULL FROM memory WHERE external_id = ?",
        (key_of(session),),
    ).fetchone()
    return None if row is None else Episode._make(row)


def edited_by_owner(reader: peewee.SqliteDatabase, memory_id: str) -> bool:
    """Whether the owner wrote an episode anew: then their words stay."""
    query = (
        "SELECT 1 FROM history WHERE memory = ? AND event = 'edited' AND actor = 'owner' AND undone_at IS NULL LIMIT 1"
    )
    return reader.execute_sql(query, (memory_id,)).fetchone() is not None


def background(reader: peewee.SqliteDatabase, session: str) -> list[str]:
    """What was said last elsewhere: a session's topic is what sets it apart from that."""
    rows = reader.execute_sql(
        "SELECT substr(m.text, 1, 400) FROM memory m WHERE m.kind = 'message' AND m.session IS NOT ? "
        "AND m.deleted_at IS NULL ORDER BY m.number DESC LIMIT ?",
        (session, _BACKGROUND),
    ).fetchall()
    return [row[0] for row in rows]


def unlink_deleted(writer: peewee.SqliteDatabase, episode_number: int) -> None:
    """An episode no longer tells turns that were deleted."""
    writer.execute_sql(
        f"DELETE FROM link WHERE memory = ? AND kind = '{EPISODE}' "
        "AND part IN (SELECT number FROM memory WHERE deleted_at IS NOT NULL)",
        (episode_number,),
    )


def parts(reader: peewee.SqliteDatabase, memory_id: str) -> list[int]:
    """Numbers of the turns that an episode tells, in their order."""
    rows = reader.execute_sql(
        "SELECT p.number FROM link l JOIN memory w ON w.number = l.memory JOIN memory p ON p.number = l.part "
        f"WHERE w.id = ? AND l.kind = '{EPISODE}' ORDER BY p.position, p.number",
        (memory_id,),
    ).fetchall()
    return [row[0] for row in rows]


def spoken_for(reader: peewee.SqliteDatabase, numbers: Collection[int]) -> set[int]:
    """Episodes among these memories all of whose turns are hot: the turns say it themselves, and better."""
    wanted = list(numbers)
    marks = ",".join("?" * len(wanted))
    rows = reader.execute_sql(
        "SELECT l.memory FROM link l JOIN memory p ON p.number = l.part "
        f"WHERE l.memory IN ({marks}) AND l.kind = '{EPISODE}' GROUP BY l.memory "
        "HAVING SUM(p.label IS NULL) = 0",
        wanted,
    ).fetchall()
    return {row[0] for row in rows}
