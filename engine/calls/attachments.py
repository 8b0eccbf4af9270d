"""What the owner gives with messages."""

from __future__ import annotations

import os
from pathlib import Path

from engine import values
from engine.calls.base import Calls


class AttachmentCalls(Calls):
    """What the owner gives with messages; `chat(..., attachments=[attachment.id])` sends it."""

    async def attach(
        self, conversation_id: str, given: str | os.PathLike[str] | bytes, *, name: str | None = None
    ) -> values.Attachment:
        """Take a file in, or bytes that were pasted, for this conversation alone; `ingest` brings one into memory.

        A file that cannot be used comes back with its `problem`; nothing is raised for it.

        Raises:
            NotFoundError: there is no such conversation.
        """
        self._check()
        source = given if isinstance(given, bytes) else Path(given)
        return await self._parts.chat.attaching.file(conversation_id, source, name)

    async def attach_document(self, conversation_id: str, document_id: str) -> values.Attachment:
        """Name a document that is in memory.

        Raises:
            NotFoundError: there is no such document or conversation.
        """
        self._check()
        return await self._parts.chat.attaching.document(conversation_id, document_id)

    async def attach_memory(self, conversation_id: str, memory_id: str) -> values.Attachment:
        """Name a memory.

        Raises:
            NotFoundError: there is no such memory or conversation.
        """
        self._check()
        return await self._parts.chat.attaching.memory(conversation_id, memory_id)

    async def attach_folder(self, conversation_id: str, folder: str | os.PathLike[str]) -> list[values.Attachment]:
        """Name every document in memory that lies under a folder.

        Raises:
            NotFoundError: none does, or there is no such conversation.
            InvalidMemoryError: more do than can go with one message.
        """
        self._check()
        return await self._parts.chat.attaching.folder(conversation_id, os.fspath(folder))

    async def attachment_bytes(self, attachment_id: str) -> bytes:
        """The bytes of a picture; empty for anything else.

        Raises:
            NotFoundError: there is no such attachment.
        """
        self._check()
        return await self._parts.conversations.attachment_bytes(attachment_id)
