"""Collects what could go to a model with a question: what is recalled, what was said, what was given."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from engine import values
from engine.agent.asking import Asker
from engine.agent.chat import whole
from engine.agent.chat.context import Picture
from engine.agent.chat.documents import Text
from engine.agent.lexicon import STOP_WORDS
from engine.agent.terms import stem, words
from engine.errors import NotFoundError
from engine.executors import Executors
from engine.llm.base import ChatModel
from engine.llm.messages import Purpose
from engine.memory.conversations import Conversations
from engine.memory.memory import LayeredMemory
from engine.memory.store import attachments as stored_attachments, documents, turns
from engine.memory.store.turns import History

RECALLED = 60
"""Hits that a model's sources are chosen from."""
_TURNS = 200
"""Turns of a conversation that are looked at; older ones are told by its summary."""
_FEW = 2
_STOP = frozenset(stem(word) for word in STOP_WORDS)


class Models(Protocol):
    """Where chat models come from; `engine.llm.registry.ChatModels` is one."""

    def available(self) -> bool:
        """Whether a chat model is set up."""
        ...

    def answering(
        self, purpose: Purpose = "answer", model: str | None = None, *, conversation: str | None = None
    ) -> ChatModel:
        """The model for a purpose.

        Raises:
            SettingsError: none is set up.
            ChatModelError: it cannot be used.
        """
        ...

    async def warm(self, purpose: Purpose = "answer") -> None:
        """Make ready what the first answer would else wait for."""
        ...


class Library(Protocol):
    """Where documents come from; the ingestion pipeline is one."""

    async def document_text(self, document_id: str) -> values.DocumentText:
        """A document's text."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """What the owner gave with a question or named in it, in a form that can be sent."""

    memories: tuple[values.Memory, ...] = ()
    texts: tuple[Text, ...] = ()
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


class Gathering:
    """Collects material for questions."""

    def __init__(
        self,
        *,
        asker: Asker,
        memory: LayeredMemory,
        conversations: Conversations,
        library: Library,
        models: Models,
        executors: Executors,
    ) -> None:
        self._models = models
        self._executors = executors
        self._asker = asker
        self._memory = memory
        self._conversations = conversations
        self._library = library

    async def history(self, conversation_id: str | None, *, before: str | None = None) -> History:
        """What was said before a message, or all of it."""
        if conversation_id is None:
            return History()
        return await self._conversations.read(turns.history, conversation_id, before=before, limit=_TURNS)

    async def hits(self, question: str, history: History) -> list[values.Hit]:
        """What the memory knows about a question; one that says little is looked up with the one before it."""
        if not self._models.available():
            return await self._asker.found(_query(question, history))
        looking = self._asker.found(_query(question, history), limit=RECALLED)
        found, _ = await asyncio.gather(looking, self._models.warm())  # an SDK takes longer to import than a recall
        return found

    async def given(self, question: Sequence[values.Attachment], history: History, *, sees: bool) -> Given:
        """What was given with a question, and the documents given earlier in the conversation.

        Args:
            question: What came with the question itself.
            history: What was said before.
            sees: The model can look at pictures.
        """
        earlier_ids = [wanted for turn in history.turns for wanted in turn.attachment_ids]
        known = await self._conversations.read(stored_attachments.by_ids, earlier_ids) if earlier_ids else {}
        earlier = [one for one in known.values() if one.kind == "document" and one not in question]
        memories: list[values.Memory] = []
        texts: list[Text] = []
        pictures: list[Picture] = []
        notes: list[str] = []
        for one in [*question, *earlier]:
            if one.problem is not None:
                notes.append(f"{one.name} was not sent: {one.problem}")
                continue
            try:
                if one.kind == "memory" and one.memory_id is not None:
                    memories += await self._memory.get([one.memory_id])
                elif one.kind == "document":
                    texts.append(await self._text(one))
                elif one.kind == "picture":
                    data = await self._conversations.attachment_bytes(one.id) if sees else b""
                    pictures.append(Picture(one.name, data, one.media_type))
            except NotFoundError:
                notes.append(f"{one.name} was not sent: it is no longer in the memory")
        return Given(tuple(memories), tuple(texts), tuple(pictures), tuple(notes))

    async def named(self, question: str) -> list[str]:
        """Ids of the documents that a question names."""
        known = await self._conversations.read(documents.names)
        return [one.id for one in await self._executors.run("query", whole.named, question, known)]

    async def text_of(self, document_id: str) -> Text:
        """A document's text.

        Raises:
            NotFoundError: there is none.
        """
        read = await self._library.document_text(document_id)
        return Text(id=document_id, path=read.document.path, pages=read.pages, paged=read.paged)

    async def _text(self, attachment: values.Attachment) -> Text:
        if attachment.document_id is not None:
            return await self.text_of(attachment.document_id)
        pages = await self._conversations.attachment_pages(attachment.id)
        return Text(id=f"attachment:{attachment.id}", path=attachment.name, pages=pages, paged=len(pages) > 1)


def local_now() -> datetime:
    """The owner's time, with its zone."""
    return datetime.now().astimezone()


def _query(question: str, history: History) -> str:
    """What to look for: a question such as "And when?" means the one before it."""
    content = {one for one in (stem(word) for word in words(question)) if one not in _STOP}
    before = next((turn.text for turn in reversed(history.turns) if turn.role == "user"), "")
    return f"{before[:500]}\n{question}" if len(content) < _FEW and before else question
