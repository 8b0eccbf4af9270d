"""Conversations and their messages."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from engine import values
from engine.calls.base import Calls
from engine.chat_values import ContextView, ConversationsImport, Draft, MessageHit
from engine.errors import InvalidMemoryError

_Border = tuple[Literal["before", "after", "around"], str | None]


class ConversationCalls(Calls):
    """Conversations and their messages."""

    async def create_conversation(self, title: str = "", *, provisional: bool = False) -> values.Conversation:
        """Begin a conversation; without a title the first question names it.

        Args:
            title: Its title.
            provisional: The title is made of the first question: a chat model may give a better one.
        """
        self._check()
        return await self._parts.conversations.create(title, provisional=provisional)

    async def conversation(self, conversation_id: str) -> values.Conversation:
        """One conversation.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._parts.conversations.get(conversation_id)

    async def conversations(
        self,
        query: str | None = None,
        *,
        limit: int = 200,
        archived: bool = False,
        tag: str | None = None,
        folder: str | None = None,
    ) -> list[values.Conversation]:
        """Pinned ones first, then the last changed.

        With a query those whose title, tags, folder or messages match it, archived ones among them; else the archived
        ones, or all others. With a folder those in it alone, with an empty name those in none.
        """
        self._check()
        return await self._parts.conversations.listing(
            query=query, limit=limit, archived=archived, tag=tag, folder=folder
        )

    async def conversation_folders(self) -> list[tuple[str, int]]:
        """Folders in use, in the order of the alphabet, with how many conversations each lists (archived ones not)."""
        self._check()
        return await self._parts.conversations.folders()

    async def set_conversation_folder(self, conversation_ids: str | Sequence[str], folder: str) -> None:
        """Put one conversation or several into a folder; an empty name takes them out of theirs.

        A folder is there as long as a conversation is in it.

        Raises:
            NotFoundError: one of them is not there; none was moved.
            InvalidMemoryError: the name is too long.
        """
        self._check()
        ids = [conversation_ids] if isinstance(conversation_ids, str) else list(conversation_ids)
        await self._parts.conversations.set_folder(ids, folder)

    async def rename_conversation_folder(self, folder: str, name: str) -> None:
        """Give a folder another name.

        The name of another folder unites the two; an empty one takes the folder away and leaves its conversations.

        Raises:
            NotFoundError: there is no such folder.
            InvalidMemoryError: the name is too long.
        """
        self._check()
        await self._parts.conversations.rename_folder(folder, name)

    async def conversation_tags(self) -> list[str]:
        """Every tag in use, in the order of the alphabet."""
        self._check()
        return await self._parts.conversations.tags()

    async def set_conversation(
        self,
        conversation_id: str,
        *,
        pinned: bool | None = None,
        archived: bool | None = None,
        tags: Sequence[str] | None = None,
        remembers: bool | None = None,
    ) -> values.Conversation:
        """Set marks of a conversation; None leaves one as it is.

        Raises:
            NotFoundError: there is no such conversation.
        """
        self._check()
        return await self._parts.conversations.change(
            conversation_id, pinned=pinned, archived=archived, tags=tags, remembers=remembers
        )

    async def rename_conversation(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title."""
        self._check()
        await self._parts.conversations.rename(conversation_id, title)

    async def delete_conversation(self, conversation_id: str) -> None:
        """Hide a conversation; `undelete_conversation` brings it back."""
        self._check()
        await self._parts.conversations.delete(conversation_id)

    async def erase_conversation(self, conversation_id: str) -> int:
        """Erase a conversation for good: its messages, what was given with them, and the memories made of them.

        Returns:
            How many memories were erased.

        Raises:
            NotFoundError: there is no such conversation.
        """
        self._check()
        return await self._parts.conversations.erase(conversation_id, self._parts.memory)

    async def undelete_conversation(self, conversation_id: str) -> None:
        """Bring a hidden conversation back."""
        self._check()
        await self._parts.conversations.undelete(conversation_id)

    async def messages(
        self,
        conversation_id: str,
        *,
        limit: int = 200,
        before: str | None = None,
        after: str | None = None,
        around: str | None = None,
    ) -> list[values.Message]:
        """Messages of the branch that is shown, oldest first, without deleted ones.

        The last ones; or those before a message, behind it, or around it with the message itself.

        Raises:
            NotFoundError: there is no such message in this conversation.
        """
        self._check()
        given: tuple[_Border, ...] = (("before", before), ("after", after), ("around", around))
        named = [one for one in given if one[1] is not None]
        if len(named) > 1:
            raise InvalidMemoryError("messages: only one of before, after and around can be given.")
        side, border = named[0] if named else given[0]
        return await self._parts.conversations.page(conversation_id, limit=limit, border=border, side=side)

    async def message(self, message_id: str) -> values.Message:
        """One message, whether its branch is shown or not, deleted or not.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._parts.conversations.message(message_id)

    async def select_version(self, message_id: str, number: int) -> values.Message:
        """Show another version at a message's place, with what followed it when it was shown last.

        Raises:
            NotFoundError: there is no such message or version.
        """
        self._check()
        return await self._parts.conversations.select_version(message_id, number)

    async def show_message(self, message_id: str) -> None:
        """Show the branch that a message stands on.

        Raises:
            NotFoundError: there is no such message.
        """
        self._check()
        await self._parts.conversations.show(message_id)

    async def delete_message(self, message_id: str) -> None:
        """Hide a message; what follows it stays, and `undelete_message` brings it back.

        Raises:
            NotFoundError: there is no such message.
        """
        self._check()
        await self._parts.conversations.delete_message(message_id)

    async def undelete_message(self, message_id: str) -> None:
        """Bring a hidden message back.

        Raises:
            NotFoundError: there is no such message.
        """
        self._check()
        await self._parts.conversations.delete_message(message_id, deleted=False)

    async def pin_message(self, message_id: str, *, pinned: bool = True) -> None:
        """Keep a message at hand, or no longer.

        Raises:
            NotFoundError: there is no such message.
        """
        self._check()
        await self._parts.conversations.pin_message(message_id, pinned=pinned)

    async def pinned_messages(self, conversation_id: str) -> list[values.Message]:
        """The pinned messages of the branch that is shown, oldest first."""
        self._check()
        return await self._parts.conversations.pinned(conversation_id)

    async def search_messages(
        self, query: str, *, conversation_id: str | None = None, limit: int = 50
    ) -> list[MessageHit]:
        """Messages whose text matches, the best first, in one conversation or in all."""
        self._check()
        return await self._parts.conversations.search(query, conversation_id=conversation_id, limit=limit)

    async def context_view(self, message_id: str) -> ContextView | None:
        """What the model saw before it wrote a message; None where no model took part."""
        self._check()
        return await self._parts.conversations.view(message_id)

    async def draft(self, conversation_id: str | None) -> Draft:
        """What was typed and not sent yet; None stands for the conversation not begun yet."""
        self._check()
        return await self._parts.conversations.draft(conversation_id)

    async def set_draft(self, conversation_id: str | None, text: str, *, attachment_ids: Sequence[str] = ()) -> None:
        """Keep what is being typed; sending takes it away."""
        self._check()
        await self._parts.conversations.set_draft(conversation_id, text, attachment_ids)

    async def export_conversation(self, conversation_id: str, form: Literal["md", "json"] = "md") -> str:
        """A conversation as text: the branch that is shown as Markdown, or all branches as JSON.

        Raises:
            NotFoundError: there is no such conversation.
        """
        self._check()
        return await self._parts.conversations.export(conversation_id, form)

    async def import_conversations(self, path: str | os.PathLike[str]) -> ConversationsImport:
        """Bring in an export of ChatGPT or Claude (.json or .zip), of Magray (.json), or Markdown.

        Conversations that were imported before are left as they are.

        Raises:
            ConversationImportError: it cannot be read; nothing was imported.
        """
        self._check()
        return await self._parts.conversations.bring_in(Path(path))
