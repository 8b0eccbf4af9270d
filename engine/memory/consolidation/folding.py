"""Turns of a session that is over are told in one episode in Insights, with links to them.

The turns stay, and live out their life. A session has one episode, which grows when the session goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from engine.clock import microseconds
from engine.errors import InvalidMemoryError, NotFoundError
from engine.memory.consolidation.episodes import LONGEST, lines, tell
from engine.memory.consolidation.parts import Breathe, Room
from engine.memory.memory import is_visible
from engine.memory.store import episode_queries as rows, life, traces
from engine.memory.store.consolidation_queries import EPISODE
from engine.memory.store.episode_queries import Episode, Session, Turn
from engine.memory.store.memories import from_us
from engine.values import ConversationSource, NewMemory

_log = logging.getLogger(__name__)

QUIET_US = 3 * 3600 * 1_000_000
"""So long after its last turn a session is over ..."""

COOLING_US = 3600 * 1_000_000
"""... or when its first turns are so close to cooling, or have cooled."""

FEWEST = 4
"""Turns of which something can be told."""

MADE = "What was said in a session that is over, in short."
GROWN = "The session went on."


class Folding:
    """Makes episodes, and lets them grow."""

    def __init__(self, room: Room) -> None:
        self._room = room

    async def run(self, breathe: Breathe) -> int:
        """Fold the sessions that are over.

        Returns:
            How many episodes were made or changed.
        """
        now = microseconds(self._room.clock)
        waiting = await self._room.read(rows.unfolded)
        due = [one.session for one in waiting if _is_over(one, now)]
        due += await self._room.read(rows.told_of_deleted)
        done = 0
        for session in dict.fromkeys(due):
            try:
                done += await self._fold(session)
            except (InvalidMemoryError, NotFoundError) as error:  # the owner changed or erased something meanwhile
                _log.info("an episode was left as it is: %s", error)
            await breathe()
        return done

    async def _fold(self, session: str) -> bool:
        room = self._room
        erased = await room.read(traces.last_erased)
        turns, known = await room.read(rows.turns, session), await room.read(rows.episode, session)
        if known is None:
            return len(turns) >= FEWEST and await self._make(session, turns, erased)
        if known.deleted_at is not None or known.superseded:
            return False  # the owner did not want it
        if not turns:
            await room.memory.delete([known.id])
            return True
        return await self._grow(known, session, turns, erased)

    async def _make(self, session: str, turns: Sequence[Turn], erased: int) -> bool:
        title, text = await self._told(session, turns)
        if not is_visible(text) or await self._room.read(traces.last_erased) != erased:
            return False
        conversations = {turn.conversation_id for turn in turns}
        conversation = conversations.pop() if len(conversations) == 1 else None
        new = NewMemory(
            text=text,
            layer="insights",
            kind="note",
            title=title,
            tags=(EPISODE,),
            occurred_at=from_us(turns[0].occurred_at),
            external_id=rows.key_of(session),
            source=None if conversation is None else ConversationSource(conversation, None),
        )
        made = await self._room.life.compose(
            new, [turn.id for turn in turns], kind=EPISODE, reason=MADE, actor="magray"
        )
        return bool(made.id)

    async def _grow(self, known: Episode, session: str, turns: Sequence[Turn], erased: int) -> bool:
        room = self._room
        changed = False
        if not await room.read(rows.edited_by_owner, known.id):
            title, text = await self._told(session, turns)
            changed = (title, text) != (known.title, known.text) and is_visible(text)
            if await room.read(traces.last_erased) != erased:
                return False
            if changed:
                await room.life.edit(known.id, text=text, title=title, reason=GROWN, actor="magray")
            if await room.read(traces.last_erased) != erased:
                await room.memory.erase([known.id])  # it may tell what was erased just now; it is made anew
                return True

        def write(_: Any, writer: Any) -> None:
            life.link(writer, [(known.id, turn.id) for turn in turns], EPISODE)
            rows.unlink_deleted(writer, known.number)

        await room.memory.write(write)
        return changed

    async def _told(self, session: str, turns: Sequence[Turn]) -> tuple[str, str]:
        room = self._room
        background = await room.read(rows.background, session)
        title, text = await room.executors.run("io", tell, turns, background, room.language)
        if room.writer is not None:
            written = await room.writer.tell(lines(turns))
            text = text if written is None else written[:LONGEST]
        return title, text


def _is_over(one: Session, now: int) -> bool:
    cooling = one.cools_at is not None and one.cools_at <= now + COOLING_US
    return cooling or now - one.last_at >= QUIET_US
