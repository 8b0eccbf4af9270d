"""Ingestion and documents."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from engine import values
from engine.calls.base import Calls
from engine.errors import InvalidMemoryError
from engine.watch_values import DocumentDetails


class DocumentCalls(Calls):
    """Ingestion and documents."""

    async def ingest(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        on_progress: Callable[[values.IngestProgress], None] | None = None,
    ) -> values.IngestReport:
        """Read files and folders into memory and wait until each file has a final state. Bad files never raise.

        Raises:
            StoreFullError: the disk is full; files that are not final stay queued, and go on after `resume_ingestion`.
            MagrayError: something else that lies in no file is in the way, such as the embedder.
        """
        self._check()
        return await self._parts.pipeline.ingest(_paths(paths), on_progress=on_progress)

    async def enqueue(self, paths: Sequence[str | os.PathLike[str]]) -> str:
        """Queue files and folders and return at once; events tell the rest.

        Returns:
            The batch's id.
        """
        self._check()
        return await self._parts.pipeline.enqueue(_paths(paths))

    async def ingest_text(self, text: str, *, title: str | None = None) -> values.Document:
        """Turn pasted text into a document.

        Raises:
            InvalidMemoryError: there is nothing visible in it.
        """
        self._check()
        return await self._parts.pipeline.ingest_text(text, title=title)

    async def ingest_files(
        self, *, state: values.FileState | None = None, limit: int = 200, offset: int = 0
    ) -> list[values.IngestFile]:
        """Rows of the ingestion list: the newest batch first, each in the order met."""
        self._check()
        return await self._parts.pipeline.files(state=state, limit=limit, offset=offset)

    async def ingest_counts(self) -> dict[values.FileState, int]:
        """Rows of the ingestion list by state."""
        self._check()
        return await self._parts.pipeline.counts()

    async def ingest_progress(self) -> values.IngestProgress:
        """How far the ingestion is."""
        self._check()
        return await self._parts.pipeline.progress()

    async def pause_ingestion(self) -> None:
        """Finish the file at hand, then wait."""
        self._check()
        await self._parts.pipeline.pause()

    async def resume_ingestion(self) -> None:
        """Go on."""
        self._check()
        await self._parts.pipeline.resume()

    async def cancel_ingestion(self, file_ids: Collection[str] | None = None) -> int:
        """Take these files, or all that are not final, off the queue.

        Returns:
            How many were cancelled.
        """
        self._check()
        return await self._parts.pipeline.cancel(file_ids)

    async def retry_ingestion(self, file_ids: Collection[str] | None = None) -> int:
        """Queue these files, or all that failed, again.

        Returns:
            How many were queued.
        """
        self._check()
        return await self._parts.pipeline.retry(file_ids)

    async def clear_ingestion_list(self) -> int:
        """Take rows in a final state off the list; documents and memories stay.

        Returns:
            How many were taken off.
        """
        self._check()
        return await self._parts.pipeline.clear()

    async def documents(self, *, query: str | None = None, limit: int = 200, offset: int = 0) -> list[values.Document]:
        """Documents, the last read first; with a query those whose name or path holds it."""
        self._check()
        return await self._parts.pipeline.documents(query=query, limit=limit, offset=offset)

    async def document(self, document_id: str) -> values.Document:
        """One document.

        Raises:
            NotFoundError: there is none.
        """
        self._check()
        return await self._parts.pipeline.document(document_id)

    async def document_text(self, document_id: str) -> values.DocumentText:
        """A document's text as it was read."""
        self._check()
        return await self._parts.pipeline.document_text(document_id)

    async def render_page(
        self, document_id: str, page: int, *, scale: float = 1.0, highlight: str | None = None
    ) -> values.RenderedPage:
        """Draw one page; `scale` in pixels per point, `highlight` the passage whose rectangles are wanted.

        Raises:
            NotFoundError: there is no such document or page.
            IngestionError: the file is gone or cannot be drawn.
        """
        self._check()
        return await self._parts.pipeline.render_page(document_id, page, scale=scale, highlight=highlight)

    async def forget_document(self, document_id: str) -> int:
        """Erase a document with its text, every memory made of it, and its name in lists and logs.

        The file itself is not touched.

        Returns:
            How many memories were erased.

        Raises:
            NotFoundError: there is no such document.
        """
        self._check()
        document = await self._parts.pipeline.document(document_id)
        erased = await self._parts.pipeline.forget(document_id)
        await self._parts.executors.run("io", self._parts.logs.cover, [document.path, repr(document.path)])
        return erased

    async def forget_documents(self, document_ids: Sequence[str]) -> int:
        """Forget several documents at once, as `forget_document` does; those that are gone already are passed over.

        Returns:
            How many documents were erased.
        """
        self._check()
        pipeline = self._parts.pipeline
        paths = [document.path for document in await pipeline.library.several(document_ids)]
        erased = await pipeline.library.forget_several(list(document_ids))
        names = [name for path in paths for name in (path, repr(path))]
        await self._parts.executors.run("io", self._parts.logs.cover, names)
        return erased

    async def reread_document(self, document_id: str) -> str:
        """Read a document's file again, though nothing has changed; only what differs then is embedded anew.

        Returns:
            The batch's id.

        Raises:
            NotFoundError: there is no such document.
            IngestionError: the file is not there now, or there never was one.
        """
        self._check()
        path, size = await self._parts.pipeline.library.file_of(document_id)
        return await self._parts.pipeline.queue_files([(path, size)], again=True)

    async def document_details(self, document_id: str) -> DocumentDetails:
        """All that is known of one document: how it was read, how it is used, and the folder that it lies in.

        Raises:
            NotFoundError: there is no such document.
        """
        self._check()
        document = await self._parts.pipeline.document(document_id)
        folder = await self._parts.watcher.of_path(document.path)
        return await self._parts.pipeline.library.details(document_id, folder)


def _paths(given: Sequence[str | os.PathLike[str]]) -> list[Path]:
    """Paths as given; one alone is taken as one, never as its letters (`/` among them).

    Raises:
        InvalidMemoryError: one of them is empty, which would mean the folder that the program was started in.
    """
    several = [given] if isinstance(given, (str, os.PathLike)) else list(given)
    if not all(os.fspath(path) for path in several):
        raise InvalidMemoryError("paths: one of them is empty. Nothing was added.")
    return [Path(path) for path in several]
