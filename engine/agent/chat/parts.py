"""Puts together what takes part in conversations."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine.agent.asking import Asker
from engine.agent.chat.afterwards import Afterwards
from engine.agent.chat.attaching import Attaching, Reader
from engine.agent.chat.extraction import Extraction
from engine.agent.chat.gathering import Gathering, Library, Models, local_now
from engine.agent.chat.speaking import Speaking
from engine.agent.chat.turns import Chat
from engine.events import EventBus
from engine.executors import Executors
from engine.memory.conversations import Conversations
from engine.memory.memory import LayeredMemory
from engine.settings import Settings


class Documents(Library, Reader, Protocol):
    """What conversations need of the ingestion."""


@dataclass(frozen=True, slots=True)
class ChatParts:
    """The turns of conversations, and what happens behind them."""

    chat: Chat
    speaking: Speaking
    extraction: Extraction
    afterwards: Afterwards
    attaching: Attaching

    async def start(self) -> None:
        """Go on with what waited when the program ended."""
        await self.extraction.start()

    def follow(self, settings: Settings) -> None:
        """Take settings that changed; they hold from the next turn on."""
        for part in (self.chat, self.speaking, self.extraction, self.afterwards):
            part.settings = settings

    async def close(self) -> None:
        """Bring to an end what is being written down, give up the rest."""
        await self.afterwards.close()
        await self.extraction.close()


def build_chat(
    *,
    asker: Asker,
    memory: LayeredMemory,
    conversations: Conversations,
    library: Documents,
    models: Models,
    executors: Executors,
    events: EventBus,
    settings: Settings,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], datetime] = local_now,
) -> ChatParts:
    """Make every part; `clock` measures pauses, `now` is the owner's time."""
    extraction = Extraction(
        memory=memory, conversations=conversations, models=models, events=events, settings=settings, clock=clock
    )
    afterwards = Afterwards(
        memory=memory,
        conversations=conversations,
        models=models,
        settings=settings,
        asked_for=extraction.asked_for,
        spoke=extraction.spoke,
    )
    gathering = Gathering(
        asker=asker,
        memory=memory,
        conversations=conversations,
        library=library,
        models=models,
        executors=executors,
    )
    speaking = Speaking(gathering=gathering, models=models, executors=executors, settings=settings, now=now)
    chat = Chat(
        asker=asker,
        conversations=conversations,
        gathering=gathering,
        models=models,
        speaking=speaking,
        afterwards=afterwards,
        settings=settings,
    )
    attaching = Attaching(
        conversations=conversations,
        memory=memory,
        reader=library,
        executors=executors,
        folder=settings.paths.cache / "attachments",
    )
    return ChatParts(chat, speaking, extraction, afterwards, attaching)
