"""When facts are drawn from conversations, and how they come into memory."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Sequence

from engine import values
from engine.agent.chat import rules
from engine.agent.chat.extracting import Item, by_model, by_rules
from engine.agent.chat.gathering import Models
from engine.errors import ChatModelError, MagrayError, SettingsError
from engine.events import EventBus, MemoriesRemembered
from engine.memory.conversations import Conversations
from engine.memory.memory import LayeredMemory
from engine.memory.store import conversations as stored, life_deeds, memories, turns
from engine.memory.store.turns import Turn
from engine.settings import Settings

_log = logging.getLogger(__name__)
EXTRACTED = "extracted"
"""Tag of memories that were drawn from conversations."""
PREFERENCE = "preference"
"""Tag of those that state a preference."""
_NEWER = "It was said otherwise later."
_KINDS: tuple[values.Kind, ...] = ("fact", "decision")
_TURNS = 60
_KNOWN = 12
_NEAR = 8
_RECENT_US = 14 * 24 * 3600 * 1_000_000
"""Conversations changed longer ago are not gone through again at the start."""


class Extraction:
    """Draws facts, decisions and preferences from conversations that pause."""

    def __init__(
        self,
        *,
        memory: LayeredMemory,
        conversations: Conversations,
        models: Models,
        events: EventBus,
        settings: Settings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._memory = memory
        self._conversations = conversations
        self._models = models
        self._events = events
        self.settings = settings
        self._clock = clock
        self._due: dict[str, float] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._running: asyncio.Task[None] | None = None
        self._closed = False

    async def start(self) -> None:
        """Go on with conversations that paused when the program ended."""
        since = memories.now_us() - _RECENT_US
        for conversation_id in await self._conversations.read(stored.waiting, since=since):
            self.spoke(conversation_id)

    def spoke(self, conversation_id: str) -> None:
        """Somebody spoke: the pause begins anew."""
        if self.settings.chat.extract and not self._closed:
            self._due[conversation_id] = self._clock() + self.settings.chat.pause_seconds
            self._set_timer()

    async def run_due(self) -> list[str]:
        """Draw from every conversation whose pause is over.

        Returns:
            Ids of the memories made.
        """
        now = self._clock()
        ready = [wanted for wanted, due in self._due.items() if due <= now]
        made: list[str] = []
        for conversation_id in ready:
            self._due.pop(conversation_id, None)
            made += await self.draw(conversation_id)
        return made

    async def draw(self, conversation_id: str) -> list[str]:
        """Draw from what was said in a conversation since the last time.

        Returns:
            Ids of the memories made.
        """
        made: list[str] = []
        while True:
            number = await self._conversations.read(stored.extracted, conversation_id)
            fresh = await self._conversations.read(turns.behind, conversation_id, number, limit=_TURNS)
            if not fresh:
                break
            remembered = await self._conversations.read(turns.remembered, conversation_id)
            heard = _heard(fresh, remembered)
            if any(turn.role == "user" for turn in heard):
                made += await self._take(await self._items(conversation_id, heard))
            await self._conversations.change_store(stored.set_extracted, conversation_id, fresh[-1].number)
        if made:
            self._events.publish(MemoriesRemembered(conversation_id=conversation_id, ids=tuple(made)))
        return made

    async def asked_for(self, message: values.Message) -> list[str]:
        """Remember at once what the owner asks to be remembered.

        Returns:
            Ids of the memories made.
        """
        (turn,) = await self._conversations.read(turns.by_ids, [message.id])
        return await self._take(by_rules([turn], asked_for_only=True))

    async def undo(self, ids: Collection[str]) -> int:
        """Take memories back that were drawn, and bring back what they had superseded.

        Returns:
            How many were taken back.
        """
        await self._memory.write(lambda store, writer: life_deeds.hold_again(store, writer, ids))
        return await self._memory.delete(ids)

    async def close(self) -> None:
        """Stop; what is not drawn yet is drawn after the next start."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._due and not self._closed:
            wait = max(0.0, min(self._due.values()) - self._clock())
            self._timer = asyncio.get_running_loop().call_later(wait, self._begin)

    def _begin(self) -> None:
        self._timer = None
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._run(), name="draw facts")

    async def _run(self) -> None:
        try:
            await self.run_due()
        except MagrayError as error:
            _log.warning("facts could not be drawn from a conversation; it is tried after the next pause: %s", error)
        finally:
            self._set_timer()

    async def _items(self, conversation_id: str, heard: Sequence[Turn]) -> list[Item]:
        if self._models.available():
            try:
                model = self._models.answering("extract", conversation=conversation_id)
                return await by_model(model, heard, await self._known(heard), await self._foreign(heard))
            except (ChatModelError, SettingsError) as error:
                _log.warning("the rules draw facts, for the model did not: %s", error)
        # What was asked for was done at once; where the owner took it back since, it stays away.
        return [item for item in by_rules(heard) if not item.asked_for]

    async def _known(self, heard: Sequence[Turn]) -> list[values.Memory]:
        """Memories of the same things, for the model to say what they are replaced by."""
        said = "\n".join(turn.text for turn in heard if turn.role == "user")[-4000:]
        found: list[values.Memory] = []
        for kind in _KINDS:
            found += [hit.memory for hit in await self._memory.recall(said, limit=_KNOWN, kind=kind)]
        return [memory for memory in found if EXTRACTED in memory.tags][:_KNOWN]

    async def _foreign(self, heard: Sequence[Turn]) -> dict[str, list[str]]:
        """The texts of documents that went to the writers of these answers."""
        found: dict[str, list[str]] = {}
        for turn in heard:
            view = await self._conversations.view(turn.id) if turn.role == "assistant" else None
            if view is not None:
                found[turn.id] = [part.text for part in view.parts if part.document_id is not None]
        return found

    async def _take(self, items: Sequence[Item]) -> list[str]:
        """Bring items into memory, one after the other: each may bear on the one before."""
        made: list[str] = []
        for item in items:
            near = await self._near(item)
            twin = next((memory for memory in near if rules.same(item.text, memory.text)), None)
            if twin is not None:
                self._memory.note_usage("confirmed", [twin.id])
                continue
            (memory,) = await self._memory.remember_many([_memory(item)])
            made.append(memory.id)
            old = {one.id for one in near if rules.contradicts(item.text, one.text)} | set(item.replaces)
            old = {wanted for wanted in old if wanted != memory.id}
            if old:
                await self._supersede(old, memory)
        return made

    async def _supersede(self, old: Collection[str], new: values.Memory) -> None:
        at = memories.to_us(new.occurred_at)
        await self._memory.write(
            lambda store, writer: life_deeds.supersede(store, writer, old, by=new.id, at=at, reason=_NEWER)
        )

    async def _near(self, item: Item) -> list[values.Memory]:
        found: list[values.Memory] = []
        for kind in _KINDS:
            hits = await self._memory.recall(item.text, limit=_NEAR, kind=kind)
            found += [hit.memory for hit in hits if EXTRACTED in hit.memory.tags]
        return found


def _heard(fresh: Sequence[Turn], remembered: Collection[str]) -> list[Turn]:
    """Turns that may become memory: the owner's that did, with the answers that follow them."""
    heard: list[Turn] = []
    listening = False
    for turn in fresh:
        if turn.role == "user":
            listening = turn.id in remembered
        if listening:
            heard.append(turn)
    return heard


def _memory(item: Item) -> values.NewMemory:
    tags = (EXTRACTED, PREFERENCE) if item.what == "preference" else (EXTRACTED,)
    # The owner's conversation is named by the source; a session would make it a turn among turns.
    return values.NewMemory(
        text=item.text,
        layer="assets" if item.asked_for else "insights",
        kind="decision" if item.what == "decision" else "fact",
        occurred_at=item.since,
        tags=tags,
        source=values.ConversationSource(item.turn.conversation_id, item.turn.id),
    )
