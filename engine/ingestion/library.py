"""The documents that are in memory: their texts, their pages, and how they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import values
from engine.errors import IngestionError, NotFoundError
from engine.events import DocumentsChanged, EventBus, IngestFilesChanged
from engine.executors import Executors
from engine.ingestion.names import is_pasted, split_path, still_there
from engine.ingestion.reading import has_text
from engine.ingestion.worker_client import Worker, WorkerError
from engine.memory.memory import LayeredMemory
from engine.memory.store import documents, ingest_files
from engine.memory.store.database import Database
from engine.settings import Settings
from engine.watch_values import DocumentDetails, DocumentState, WatchedFolder

_VIEWER_SECONDS = 30.0
_FORGOTTEN_AT_ONCE = 50
"""Documents of one transaction: the database is free for others in between."""
_DRAWABLE = ("application/pdf", "application/vnd.apple.iwork")


class Library:
    """Looks documents up, draws their pages, forgets them."""

    def __init__(
        self,
        *,
        store: Database,
        memory: LayeredMemory,
        executors: Executors,
        events: EventBus,
        viewer: Worker,
        settings: Settings,
    ) -> None:
        self._store = store
        self._memory = memory
        self._executors = executors
        self._events = events
        self._viewer = viewer
        self._options = settings.ingestion

    async def listing(self, *, query: str | None = None, limit: int = 200, offset: int = 0) -> list[values.Document]:
        """Documents, the last read first."""

        def read() -> list[values.Document]:
            with self._store.read() as reader:
                return documents.listing(reader, query=query, limit=limit, offset=offset)

        return await self._executors.run("query", read)

    async def count(self) -> int:
        """How many documents there are."""

        def read() -> int:
            with self._store.read() as reader:
                return documents.count(reader)

        return await self._executors.run("query", read)

    async def get(self, document_id: str) -> values.Document:
        """One document.

        Raises:
            NotFoundError: there is none.
        """

        def read() -> values.Document:
            with self._store.read() as reader:
                return documents.get(reader, document_id)

        return await self._executors.run("query", read)

    async def text(self, document_id: str) -> values.DocumentText:
        """A document's text as it was read.

        Raises:
            NotFoundError: there is no such document.
        """

        def read() -> values.DocumentText:
            with self._store.read() as reader:
                document, pages, paged = documents.text(reader, document_id)
            missing = not still_there(document.path)
            return values.DocumentText(document=document, pages=pages, paged=paged, missing=missing)

        return await self._executors.run("io", read)

    async def details(self, document_id: str, folder: WatchedFolder | None) -> DocumentDetails:
        """All that is known of one document.

        Args:
            document_id: Which.
            folder: The watched folder that it lies in.

        Raises:
            NotFoundError: there is no such document.
        """

        def read() -> DocumentDetails:
            with self._store.read() as reader:
                document = documents.get(reader, document_id)
                use = documents.use(reader, document_id)
                waiting = ingest_files.is_open(reader, document.path)
                pages: tuple[str, ...] = ()
                if document.pages_without_text:
                    _, pages, _ = documents.text(reader, document_id)
            missing = document.missing_since is not None or not still_there(document.path)
            return DocumentDetails(
                document=document,
                state=_state(document, missing=missing, waiting=waiting),
                pages_read=document.pages - document.pages_without_text,
                pages_skipped=tuple(place for place, text in enumerate(pages, 1) if not has_text(text)),
                why=document.note,
                passages=use.alive,
                uses=use.uses,
                used_at=document.used_at,
                folder=folder,
            )

        return await self._executors.run("io", read)

    async def file_of(self, document_id: str) -> tuple[str, int]:
        """The file that a document is read from, an archive where it lies in one, and its size.

        Raises:
            NotFoundError: there is no such document.
            IngestionError: there is no such file now.
        """
        document = await self.get(document_id)
        if is_pasted(document.path):
            raise IngestionError(f"{document.title} was pasted, so there is no file to read again. Its text is kept.")

        def look() -> tuple[str, int]:
            path, _ = split_path(document.path)
            try:
                return str(path), path.stat().st_size
            except OSError as error:
                raise IngestionError(
                    f"{path} is not there now, so it cannot be read again. What was read of it is kept."
                ) from error

        return await self._executors.run("io", look)

    async def render(
        self, document_id: str, page: int, *, scale: float = 1.0, highlight: str | None = None
    ) -> values.RenderedPage:
        """Draw one page.

        Raises:
            NotFoundError: there is no such document or page.
            IngestionError: the file is gone, or is of a kind that cannot be drawn.
        """
        document = await self.get(document_id)
        if is_pasted(document.path) or document.media_type not in _DRAWABLE:
            raise IngestionError("Documents of this kind have no pages to draw; their text is kept.")
        if not 1 <= page <= document.pages:
            raise NotFoundError(f"{document.title} has no page {page}, only {document.pages}.")
        path, inner = await self._executors.run("io", split_path, document.path)
        if not await self._executors.run("io", path.is_file):
            raise IngestionError(f"{path} is no longer there, so its pages cannot be drawn; its text is kept.")
        try:
            reply = await self._viewer.ask(
                "render",
                seconds=_VIEWER_SECONDS,
                path=str(path),
                inner=inner,
                page=page,
                scale=scale,
                passage=highlight,
                total_bytes=self._options.max_archive_mb << 20,
            )
        except WorkerError as error:
            raise IngestionError(
                f"Page {page} of {document.title} cannot be drawn: {error}. Its text is kept."
            ) from error
        return values.RenderedPage(
            width=reply.head["width"],
            height=reply.head["height"],
            pixels=reply.body,
            highlights=tuple(values.Rectangle(*one) for one in reply.head["highlights"]),
        )

    async def forget(self, document_id: str) -> int:
        """Erase a document with its text and every memory made of it; the file itself is not touched.

        Returns:
            How many memories were erased.

        Raises:
            NotFoundError: there is no such document.
        """
        await self.get(document_id)

        def read() -> list[str]:
            with self._store.read() as reader:
                return documents.memory_ids(reader, document_id)

        left: list[int] = []  # passages that were written since

        def further(store: Database, writer: Any) -> None:
            left.append(documents.forget(store, writer, document_id))

        ids = await self._executors.run("query", read)
        erased = await self._memory.erase(ids, further=further, also=[document_id])
        self._events.publish(DocumentsChanged(document_id=document_id))
        self._events.publish(IngestFilesChanged(files=()))
        return erased + sum(left)

    async def several(self, document_ids: Sequence[str]) -> list[values.Document]:
        """Those of these documents that there are."""

        def read() -> list[values.Document]:
            with self._store.read() as reader:
                return [documents.get(reader, one) for one in documents.present(reader, document_ids)]

        return await self._executors.run("query", read)

    async def forget_several(self, document_ids: Sequence[str]) -> int:
        """Erase several documents, some at a time; those that are gone already are passed over.

        Returns:
            How many documents were erased.
        """
        erased = 0
        for start in range(0, len(document_ids), _FORGOTTEN_AT_ONCE):
            some = document_ids[start : start + _FORGOTTEN_AT_ONCE]

            def read(some: Sequence[str] = some) -> tuple[list[str], list[str]]:
                with self._store.read() as reader:
                    there = documents.present(reader, some)
                    return there, [memory for one in there for memory in documents.memory_ids(reader, one)]

            there, ids = await self._executors.run("query", read)

            def further(store: Database, writer: Any, there: Sequence[str] = there) -> None:
                for one in documents.present(writer, there):
                    documents.forget(store, writer, one)

            await self._memory.erase(ids, further=further)
            erased += len(there)
            self._events.publish(DocumentsChanged(document_id=there[0] if len(there) == 1 else None))
        self._events.publish(IngestFilesChanged(files=()))
        return erased

    async def with_content(self, digest: str) -> values.Document | None:
        """The document of that content, where there is one."""

        def read() -> values.Document | None:
            with self._store.read() as reader:
                found = documents.find(reader, content=digest)
            return found[0].document if found else None

        return await self._executors.run("query", read)


def _state(document: values.Document, *, missing: bool, waiting: bool) -> DocumentState:
    if document.set_aside:
        return "set_aside"
    if missing:
        return "missing"
    if waiting:
        return "waiting"
    return "partly" if document.pages_without_text else "read"
