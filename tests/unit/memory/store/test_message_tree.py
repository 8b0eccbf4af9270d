"""Whatever is done to a conversation, one whole branch of its tree is shown."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path

from hypothesis import given, settings, strategies as st

from engine.memory.migrations import migrate
from engine.memory.store import conversations, messages
from engine.memory.store.database import Database
from engine.memory.store.messages import NewMessage

STEPS = st.lists(
    st.tuples(st.sampled_from(["say", "again", "edit", "version", "show", "delete", "undelete"]), st.integers(0, 30)),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_one_whole_branch_is_shown(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Database(Path(folder) / "magray.db", lock_path=Path(folder) / "lock", synchronous="NORMAL")
        store.open()
        try:
            migrate(store, backups=Path(folder) / "backups")
            follow(store, steps)
        finally:
            store.close()


def follow(store: Database, steps: list[tuple[str, int]]) -> None:
    with store.write() as writer:
        conversation = conversations.create(writer, "x").id
        ids: list[str] = []
        for number, (what, place) in enumerate(steps):
            chosen = ids[place % len(ids)] if ids else None
            if what == "say" or chosen is None:
                ids.append(messages.add(writer, conversation, NewMessage(role="user", text=f"said {number}")).id)
            elif what == "again":
                new = NewMessage(role="assistant", text=f"again {number}", parent=chosen)
                ids.append(messages.add(writer, conversation, new).id)
            elif what == "edit":
                parent = messages.get(writer, chosen).parent or ""
                new = NewMessage(role="user", text=f"edited {number}", parent=parent)
                ids.append(messages.add(writer, conversation, new).id)
            elif what == "version":
                found = messages.get(writer, chosen)
                if found.deleted_at is None:
                    picked = messages.select_version(writer, chosen, place % found.versions + 1)
                    assert picked.version == place % found.versions + 1
            elif what == "show":
                messages.show(writer, chosen)
            else:
                messages.set_deleted(writer, chosen, deleted=what == "delete")
            check(writer, conversation)


def check(writer: object, conversation: str) -> None:
    rows = writer.execute_sql(  # type: ignore[attr-defined]
        "SELECT id, parent, number, deleted_at FROM message WHERE conversation = ? AND shown = 1 ORDER BY number",
        (conversation,),
    ).fetchall()
    assert rows
    assert rows[0][1] == ""
    for above, below in itertools.pairwise(rows):
        assert below[1] == above[0]
    (children,) = writer.execute_sql(  # type: ignore[attr-defined]
        "SELECT count(*) FROM message WHERE conversation = ? AND parent = ?", (conversation, rows[-1][0])
    ).fetchone()
    assert children == 0
    page = messages.page(writer, conversation)  # type: ignore[arg-type]
    assert [one.id for one in page] == [row[0] for row in rows if row[3] is None]
    for one in page:
        assert 1 <= one.version <= one.versions
