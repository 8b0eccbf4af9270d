"""Conversations as coroutines: every call hops to the thread that may do it and tells the rest of the app."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

from engine import values
from engine.chat_values import ContextView, ConversationsImport, Draft, MessageHit
from engine.errors import InvalidMemoryError, NotFoundError
from engine.events import ConversationsChanged, EventBus
from engine.executors import Executors
from engine.memory.exchange import markdown, own_json, reading
from engine.memory.exchange.imported import ImportedConversation
from engine.memory.memory import LayeredMemory
from engine.memory.store import attachments, chat_notes, conversations, erasing, imports, message_search, messages
from engine.memory.store.attachments import NewAttachment
from engine.memory.store.database import Database
from engine.memory.store.messages import NewMessage

P = ParamSpec("P")
T = TypeVar("T")

LONGEST_TITLE = 500
"""Characters of a conversation's title that are kept."""
LONGEST_FOLDER = 100
"""Characters of a folder's name."""
_IMPORTED_AT_ONCE = 50


def storable(text: str) -> str:
    """Text that every encoding can hold: lone surrogates become U+FFFD."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def one_line(title: str) -> str:
    """A title as one line that can be kept."""
    return " ".join(storable(title).replace("\x00", " ").split())[:LONGEST_TITLE]


def _folder_name(name: str) -> str:
    cleaned = one_line(name)
    if len(cleaned) > LONGEST_FOLDER:
        raise InvalidMemoryError(
            f"folder: its name has {len(cleaned)} characters, {LONGEST_FOLDER} at most. Nothing was changed."
        )
    return cleaned


class Conversations:
    """The conversations of one engine."""

    def __init__(self, *, store: Database, executors: Executors, events: EventBus) -> None:
        self._store = store
        self._executors = executors
        self._events = events

    async def create(self, title: str = "", *, provisional: bool = False) -> values.Conversation:
        """Begin a conversation; without a title the first question names it, a provisional one a model may better."""
        made = await self._write(conversations.create, one_line(title), by="question" if provisional else "owner")
        self._events.publish(ConversationsChanged(conversation_id=made.id))
        return made

    async def get(self, conversation_id: str) -> values.Conversation:
        """One conversation.

        Raises:
            NotFoundError: there is none.
        """
        return await self._read(conversations.get, conversation_id)

    async def listing(
        self,
        *,
        query: str | None = None,
        limit: int = 200,
        archived: bool = False,
        tag: str | None = None,
        folder: str | None = None,
    ) -> list[values.Conversation]:
        """Pinned ones first, then the last changed; with a query those whose title, tags or messages match it."""
        return await self._read(
            conversations.listing, query=query, limit=limit, archived=archived, tag=tag, folder=folder
        )

    async def folders(self) -> list[tuple[str, int]]:
        """Folders in use with how many conversations each lists."""
        return await self._read(conversations.folders)

    async def set_folder(self, conversation_ids: Sequence[str], folder: str) -> None:
        """Put conversations into a folder; an empty name takes them out.

        Raises:
            NotFoundError: one of them is not there; none was moved.
            InvalidMemoryError: the name is too long.
        """
        await self._write(conversations.set_folder, list(conversation_ids), _folder_name(folder))
        for one in conversation_ids:
            self._tell(one)

    async def rename_folder(self, folder: str, name: str) -> None:
        """Give a folder another name; an empty one takes the folder away and leaves its conversations.

        Raises:
            NotFoundError: there is no such folder.
            InvalidMemoryError: the name is too long.
        """
        new = _folder_name(name)
        if not await self._write(conversations.rename_folder, folder, new):
            raise NotFoundError(f"There is no folder {folder}.")
        self._events.publish(ConversationsChanged(conversation_id=""))

    async def tags(self) -> list[str]:
        """Every tag in use."""
        return await self._read(conversations.tags)

    async def change(
        self,
        conversation_id: str,
        *,
        pinned: bool | None = None,
        archived: bool | None = None,
        tags: Sequence[str] | None = None,
        remembers: bool | None = None,
    ) -> values.Conversation:
        """Set marks; None leaves one as it is.

        Raises:
            NotFoundError: there is no such conversation.
        """
        cleaned = None if tags is None else [tag for tag in (one_line(tag) for tag in tags) if tag]
        changed = await self._write(
            conversations.change, conversation_id, pinned=pinned, archived=archived, tags=cleaned, remembers=remembers
        )
        self._tell(conversation_id)
        return changed

    async def count(self) -> int:
        """How many there are."""
        return await self._read(conversations.count)

    async def rename(self, conversation_id: str, title: str) -> None:
        """Give another title.

        Raises:
            NotFoundError: there is no such conversation.
        """
        await self._write(conversations.rename, conversation_id, one_line(title))
        self._tell(conversation_id)

    async def name(self, conversation_id: str, title: str) -> None:
        """Give a title that a model found, unless the owner has given one meanwhile."""

        def work(writer: Any) -> None:
            if conversations.titled(writer, conversation_id) != "owner":
                conversations.rename(writer, conversation_id, one_line(title), by="model")

        await self._write(work)
        self._tell(conversation_id)

    async def delete(self, conversation_id: str) -> None:
        """Hide a conversation; `undelete` brings it back.

        Raises:
            NotFoundError: there is no such conversation.
        """
        await self._write(conversations.set_deleted, conversation_id, deleted=True)
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))

    async def erase(self, conversation_id: str, memory: LayeredMemory) -> int:
        """Erase a conversation with everything that hangs on it.

        Returns:
            How many memories were made of it and went, too.

        Raises:
            NotFoundError: there is none.
        """
        made = await self._read(erasing.memories_of_conversation, conversation_id)

        def further(_: Database, writer: Any) -> None:
            erasing.erase_conversation(writer, conversation_id)

        erased = await memory.erase(made, further=further, also=[conversation_id])
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))
        return erased

    async def undelete(self, conversation_id: str) -> None:
        """Bring a hidden conversation back.

        Raises:
            NotFoundError: there is no such conversation.
        """
        await self._write(conversations.set_deleted, conversation_id, deleted=False)
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))

    async def page(
        self,
        conversation_id: str,
        *,
        limit: int = 200,
        border: str | None = None,
        side: Literal["before", "after", "around"] = "before",
    ) -> list[values.Message]:
        """Messages of the shown branch, oldest first: the last ones, or those on a side of a message.

        Raises:
            NotFoundError: the border is no message of this conversation.
        """
        return await self._read(messages.page, conversation_id, limit=limit, border=border, side=side)

    async def message(self, message_id: str) -> values.Message:
        """One message, whether shown or not, deleted or not.

        Raises:
            NotFoundError: there is none.
        """
        return await self._read(messages.get, message_id)

    async def add(
        self, conversation_id: str, role: values.Role, text: str, *, answer: values.Answer | None = None
    ) -> values.Message:
        """Write one message behind the last one shown.

        Raises:
            NotFoundError: there is no such conversation.
        """
        model = answer.made_by if answer is not None else None
        stop: values.MessageStop | None = "end" if role == "assistant" else None
        return await self.write(
            conversation_id, NewMessage(role=role, text=text, answer=answer, model=model, stop=stop)
        )

    async def write(
        self, conversation_id: str, new: NewMessage, *, view: ContextView | None = None, sent: bool = False
    ) -> values.Message:
        """Write one message, what the model saw before it, and with `sent` take the draft away, in one transaction.

        Raises:
            NotFoundError: there is no such conversation, parent or attachment.
        """
        clean = _storable(new)

        def work(writer: Any) -> values.Message:
            written = messages.add(writer, conversation_id, clean)
            if view is not None:
                chat_notes.set_view(writer, written.id, view)
            if sent:
                chat_notes.set_draft(writer, conversation_id, Draft())
            return written

        message = await self._write(work)
        self._tell(conversation_id)
        return message

    async def rewrite(self, message_id: str, new: NewMessage, *, view: ContextView | None = None) -> values.Message:
        """Give a message another text, answer and end.

        Raises:
            NotFoundError: there is no such message.
        """
        clean = _storable(new)

        def work(writer: Any) -> values.Message:
            written = messages.rewrite(writer, message_id, clean)
            if view is not None:
                chat_notes.set_view(writer, message_id, view)
            return written

        message = await self._write(work)
        self._tell(message.conversation_id)
        return message

    async def select_version(self, message_id: str, version: int) -> values.Message:
        """Show another version at a message's place, with what followed it.

        Raises:
            NotFoundError: there is no such message or version.
        """
        message = await self._write(messages.select_version, message_id, version)
        self._tell(message.conversation_id)
        return message

    async def show(self, message_id: str) -> None:
        """Show the branch that a message stands on.

        Raises:
            NotFoundError: there is no such message.
        """
        self._tell(await self._write(messages.show, message_id))

    async def delete_message(self, message_id: str, *, deleted: bool = True) -> None:
        """Hide a message, or bring it back; what follows it stays.

        Raises:
            NotFoundError: there is no such message.
        """
        self._tell(await self._write(messages.set_deleted, message_id, deleted=deleted))

    async def pin_message(self, message_id: str, *, pinned: bool) -> None:
        """Mark a message to be kept at hand, or not.

        Raises:
            NotFoundError: there is no such message.
        """
        self._tell(await self._write(messages.set_pinned, message_id, pinned=pinned))

    async def pinned(self, conversation_id: str) -> list[values.Message]:
        """The pinned messages that are shown, oldest first."""
        return await self._read(messages.pinned, conversation_id)

    async def search(self, query: str, *, conversation_id: str | None = None, limit: int = 50) -> list[MessageHit]:
        """Messages that match, the best first."""
        return await self._read(message_search.hits, query, conversation_id=conversation_id, limit=limit)

    async def draft(self, conversation_id: str | None) -> Draft:
        """What was typed and not sent; None stands for the conversation not begun yet."""
        return await self._read(chat_notes.draft, conversation_id or chat_notes.NOT_BEGUN)

    async def set_draft(self, conversation_id: str | None, text: str, attachment_ids: Sequence[str] = ()) -> None:
        """Keep what was typed."""
        new = Draft(text=storable(text), attachment_ids=tuple(attachment_ids))
        await self._write(chat_notes.set_draft, conversation_id or chat_notes.NOT_BEGUN, new)

    async def view(self, message_id: str) -> ContextView | None:
        """What a model saw before it wrote a message; None where no model took part."""
        return await self._read(chat_notes.view, message_id)

    async def attach(self, conversation_id: str, new: NewAttachment) -> values.Attachment:
        """Keep what the owner gives.

        Raises:
            NotFoundError: there is no such conversation.
        """
        return await self._write(attachments.add, conversation_id, new)

    async def attachment_pages(self, attachment_id: str) -> tuple[str, ...]:
        """The text of a document that belongs to one conversation.

        Raises:
            NotFoundError: there is none.
        """
        return await self._read(attachments.pages, attachment_id)

    async def attachment_bytes(self, attachment_id: str) -> bytes:
        """The bytes of a picture.

        Raises:
            NotFoundError: there is none.
        """
        return await self._read(attachments.data, attachment_id)

    async def export(self, conversation_id: str, form: Literal["md", "json"]) -> str:
        """A conversation as text: the branch that is shown as Markdown, or all branches as JSON.

        Raises:
            NotFoundError: there is no such conversation.
        """

        def work() -> str:
            with self._store.read() as reader:
                conversation = conversations.get(reader, conversation_id)
                told = messages.tree(reader, conversation_id)
            if form == "json":
                return own_json.write(conversation, told)
            return markdown.write(conversation, [message for message, shown in told if shown])

        return await self._executors.run("io", work)

    async def bring_in(self, path: Path) -> ConversationsImport:
        """Read an export and store its conversations; what was imported before is left as it is.

        Raises:
            ConversationImportError: it cannot be read; nothing was imported.
            StoreFullError: the disk is full; conversations before that are there, and the rest comes with another try.
        """
        export = await self._executors.run("io", reading.read, path)
        wanted = [one.external_id for one in export.conversations if one.external_id is not None]
        known = await self._read(conversations.known, wanted)
        fresh: dict[str, ImportedConversation] = {}
        for number, one in enumerate(export.conversations):
            if one.external_id not in known:
                fresh.setdefault(one.external_id or str(number), one)
        ids: list[str] = []
        count = 0
        waiting = list(fresh.values())
        for start in range(0, len(waiting), _IMPORTED_AT_ONCE):
            made, written = await self._write(imports.write, waiting[start : start + _IMPORTED_AT_ONCE])
            ids += made
            count += written
        if ids:
            self._tell(ids[-1])
        return ConversationsImport(
            conversations=tuple(ids),
            messages=count,
            known=len(export.conversations) - len(fresh),
            problems=tuple(export.problems),
        )

    async def read(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run one query of `engine.memory.store` over conversations."""
        return await self._read(function, *arguments, **named)

    async def change_store(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run one change of `engine.memory.store` over conversations in a transaction of its own."""
        return await self._write(function, *arguments, **named)

    def _tell(self, conversation_id: str) -> None:
        self._events.publish(ConversationsChanged(conversation_id=conversation_id))

    async def _read(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        def work() -> T:
            with self._store.read() as reader:
                return function(reader, *arguments, **named)

        return await self._executors.run("query", work)

    async def _write(self, function: Callable[..., T], *arguments: Any, **named: Any) -> T:
        def work() -> T:
            with self._store.write() as writer:
                return function(writer, *arguments, **named)

        return await self._executors.run("store", work)


def _storable(new: NewMessage) -> NewMessage:
    return dataclasses.replace(new, text=storable(new.text), thinking=storable(new.thinking))
