"""Full-text search over conversations: SQLite's FTS5 beside the message table, kept in step by triggers.

Messages are few beside memories and are searched by their owner's typing, prefix by prefix, so SQLite's own index
serves; memories are searched through the lexical index. `unicode61` folds case and diacritics in every script
that has them.
"""

from __future__ import annotations

import re
from typing import Any

from engine.chat_values import MessageHit
from engine.memory.store.memories import from_us

MARK_OPEN = "\x02"
MARK_CLOSE = "\x03"
"""Stand around matched words in snippets."""


def create(writer: Any) -> None:
    """Make the index and its triggers inside the caller's transaction."""
    for statement in (
        "CREATE VIRTUAL TABLE message_fts USING fts5(text, content='message', content_rowid='number', "
        "tokenize='unicode61 remove_diacritics 2', prefix='2 3')",
        "CREATE TRIGGER message_fts_insert AFTER INSERT ON message BEGIN "
        "INSERT INTO message_fts(rowid, text) VALUES (new.number, new.text); END",
        "CREATE TRIGGER message_fts_delete AFTER DELETE ON message BEGIN "
        "INSERT INTO message_fts(message_fts, rowid, text) VALUES ('delete', old.number, old.text); END",
        "CREATE TRIGGER message_fts_update AFTER UPDATE OF text ON message BEGIN "
        "INSERT INTO message_fts(message_fts, rowid, text) VALUES ('delete', old.number, old.text); "
        "INSERT INTO message_fts(rowid, text) VALUES (new.number, new.text); END",
    ):
        writer.execute_sql(statement)


def match_expression(query: str) -> str | None:
    """What the owner typed as an FTS5 expression: every word must occur, the last one may be unfinished.

    Returns:
        The expression, or None where nothing searchable was typed.
    """
    words = re.findall(r"\w+", query)
    if not words:
        return None
    quoted = ['"' + word.replace('"', '""') + '"' for word in words]
    return " ".join([*quoted[:-1], quoted[-1] + "*"])


def search(reader: Any, query: str, limit: int) -> list[tuple[str, str]]:
    """Conversations whose messages match.

    Returns:
        (conversation id, snippet with matched words between `MARK_OPEN` and `MARK_CLOSE`), best message of each
        conversation first.
    """
    best: dict[str, str] = {}
    for hit in hits(reader, query, limit=limit * 8):
        best.setdefault(hit.conversation_id, hit.snippet)
    return list(best.items())[:limit]


def hits(reader: Any, query: str, *, conversation_id: str | None = None, limit: int = 50) -> list[MessageHit]:
    """Messages that match, the best first; on every branch, deleted ones left out."""
    expression = match_expression(query)
    if expression is None:
        return []
    where = "" if conversation_id is None else "AND m.conversation = ? "
    rows = reader.execute_sql(
        "SELECT m.id, m.conversation, c.title, m.role, m.created_at, m.shown, "
        "snippet(message_fts, 0, ?, ?, '…', 12) FROM message_fts "
        "JOIN message m ON m.number = message_fts.rowid JOIN conversation c ON c.id = m.conversation "
        "WHERE message_fts MATCH ? AND m.deleted_at IS NULL AND c.deleted_at IS NULL "
        + where
        + "ORDER BY rank LIMIT ?",
        (MARK_OPEN, MARK_CLOSE, expression, *(() if conversation_id is None else (conversation_id,)), limit),
    ).fetchall()
    return [
        MessageHit(
            message_id=wanted,
            conversation_id=conversation,
            conversation_title=title,
            role=role,
            created_at=from_us(at),
            snippet=snippet,
            shown=bool(shown),
        )
        for wanted, conversation, title, role, at, shown, snippet in rows
    ]
