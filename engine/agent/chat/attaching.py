"""What the owner gives with a message: files for one conversation alone, documents and memories that are known."""

from __future__ import annotations

import asyncio
import re
import uuid
from pathlib import Path
from typing import Protocol

from engine import values
from engine.errors import IngestionError, InvalidMemoryError, NotFoundError
from engine.executors import Executors
from engine.ingestion.aside import ReadAside
from engine.ingestion.names import file_name
from engine.memory.conversations import Conversations, one_line
from engine.memory.memory import LayeredMemory
from engine.memory.store.attachments import NewAttachment

PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif")
"""Formats that models look at."""
LARGEST_PICTURE = 20 << 20
_MOST_OF_A_FOLDER = 200
_NAME = 80


class Reader(Protocol):
    """Reads files, and knows documents; the ingestion pipeline is one."""

    async def read_aside(self, path: Path, name: str) -> ReadAside:
        """Read one file; see `engine.ingestion.aside`."""
        ...

    async def document_text(self, document_id: str) -> values.DocumentText:
        """A document's text."""
        ...

    async def documents(self, *, query: str | None = None, limit: int = 200, offset: int = 0) -> list[values.Document]:
        """Documents."""
        ...


class Attaching:
    """Takes in what the owner gives."""

    def __init__(
        self,
        *,
        conversations: Conversations,
        memory: LayeredMemory,
        reader: Reader,
        executors: Executors,
        folder: Path,
    ) -> None:
        """Make it; `folder` is where pasted bytes lie while they are read."""
        self._conversations = conversations
        self._memory = memory
        self._reader = reader
        self._executors = executors
        self._folder = folder

    async def file(self, conversation_id: str, given: Path | bytes, name: str | None) -> values.Attachment:
        """Read a file, or bytes that were pasted, for this conversation alone.

        Raises:
            NotFoundError: there is no such conversation.
        """
        if isinstance(given, Path):
            return await self._keep(conversation_id, given, one_line(name or given.name) or "file")
        shown = one_line(name or "pasted") or "pasted"
        path = self._folder / f"{uuid.uuid4().hex}{_ending(shown)}"
        await self._executors.run("io", _write, path, given)
        try:
            return await self._keep(conversation_id, path, shown)
        finally:
            await asyncio.shield(self._executors.run("io", path.unlink, missing_ok=True))

    async def document(self, conversation_id: str, document_id: str) -> values.Attachment:
        """Name a document that is in memory.

        Raises:
            NotFoundError: there is no such document or conversation.
        """
        read = await self._reader.document_text(document_id)
        known = read.document
        new = NewAttachment(
            name=file_name(known.path) or known.title,
            kind="document",
            media_type=known.media_type,
            size=known.size,
            characters=sum(len(page) for page in read.pages),
            document_id=document_id,
        )
        return await self._conversations.attach(conversation_id, new)

    async def memory(self, conversation_id: str, memory_id: str) -> values.Attachment:
        """Name a memory.

        Raises:
            NotFoundError: there is no such memory or conversation.
        """
        (memory,) = await self._memory.get([memory_id])
        text = " ".join((memory.title or memory.text).split())
        name = text if len(text) <= _NAME else f"{text[:_NAME]}…"
        new = NewAttachment(name=name, kind="memory", characters=len(memory.text), memory_id=memory_id)
        return await self._conversations.attach(conversation_id, new)

    async def folder(self, conversation_id: str, folder: str) -> list[values.Attachment]:
        """Name every document under a folder.

        Raises:
            NotFoundError: no document lies there.
            InvalidMemoryError: so many lie there that they cannot go with one message.
        """
        prefix = re.sub(r"[\\/]+$", "", folder)
        found: list[values.Document] = []
        offset = 0
        while page := await self._reader.documents(query=prefix, limit=500, offset=offset):
            offset += len(page)
            found += [one for one in page if one.path.startswith((f"{prefix}/", f"{prefix}\\"))]
        if not found:
            raise NotFoundError(f"No document in memory lies in {folder}. Add the folder to the memory first.")
        if len(found) > _MOST_OF_A_FOLDER:
            raise InvalidMemoryError(
                f"{len(found)} documents lie in {folder}; {_MOST_OF_A_FOLDER} can go with one message at most. "
                "Name a folder inside it, or ask without naming it: the memory is searched anyway."
            )
        return [await self.document(conversation_id, one.id) for one in sorted(found, key=lambda one: one.path)]

    async def _keep(self, conversation_id: str, path: Path, name: str) -> values.Attachment:
        try:
            read = await self._reader.read_aside(path, name)
            new = await self._new(path, name, read)
        except IngestionError as error:
            new = NewAttachment(name=name, kind="document", problem=str(error))
        return await self._conversations.attach(conversation_id, new)

    async def _new(self, path: Path, name: str, read: ReadAside) -> NewAttachment:
        if not read.picture:
            return NewAttachment(
                name=name,
                kind="document",
                media_type=read.media_type,
                size=read.size,
                characters=sum(len(page) for page in read.pages),
                pages=read.pages,
            )
        problem = None
        if read.media_type not in PICTURES:
            problem = "pictures of this kind cannot be shown to a model; save it as PNG or JPEG"
        elif read.size > LARGEST_PICTURE:
            problem = f"the picture is larger than {LARGEST_PICTURE >> 20} MB"
        data = None if problem else await self._executors.run("io", path.read_bytes)
        return NewAttachment(
            name=name, kind="picture", media_type=read.media_type, size=read.size, data=data, problem=problem
        )


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(data)


def _ending(name: str) -> str:
    ending = Path(name).suffix
    return ending if re.fullmatch(r"\.\w{1,12}", ending) else ""
