"""An engine of hand-made values, for views that are to be brought into states that real files seldom have."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from engine import (
    Document,
    DocumentDetails,
    DocumentText,
    FileState,
    IngestFile,
    IngestFilesChanged,
    IngestionError,
    IngestProgress,
    IngestProgressChanged,
    NotFoundError,
    Rectangle,
    RenderedPage,
    WatchedFolder,
    WatchedFoldersChanged,
)
from engine.events import EventBus

MOMENT = datetime(2026, 3, 14, 12, tzinfo=UTC)


def make_document(document_id: str, path: str, *, media_type: str = "text/plain", pages: int = 0) -> Document:
    """A document of these values."""
    return Document(
        id=document_id, path=path, title="A title", media_type=media_type, size=1, content_hash="", pages=pages,
        pages_without_text=0, chunks=12, created_at=MOMENT, updated_at=MOMENT,
    )  # fmt: skip


def make_details(document: Document, **fields: Any) -> DocumentDetails:
    """Details of a document that was read whole and never used."""
    values: dict[str, Any] = {
        "document": document, "state": "read", "pages_read": document.pages, "pages_skipped": (), "why": None,
        "passages": document.chunks, "uses": 0, "used_at": None, "folder": None,
    }  # fmt: skip
    return DocumentDetails(**{**values, **fields})


def make_folder(folder_id: str, path: str, **fields: Any) -> WatchedFolder:
    """A watched folder in step."""
    values: dict[str, Any] = {
        "id": folder_id, "path": path, "state": "watching", "paused": False, "ignore": (), "added_at": MOMENT,
        "scanned_at": MOMENT, "files": 214, "documents": 198,
    }  # fmt: skip
    return WatchedFolder(**{**values, **fields})


def make_progress(**fields: Any) -> IngestProgress:
    """Progress of a run, 214 of 1,032 files."""
    values: dict[str, Any] = {
        "total": 1032, "finished": 214, "failed": 0, "skipped": 0, "current": None, "seconds": 60.0,
        "seconds_left": 180.0, "paused": False, "active": True,
    }  # fmt: skip
    return IngestProgress(**{**values, **fields})


class HandEngine:
    """As much of the engine's public face as the views of documents use. `calls` keeps what they asked for."""

    def __init__(self) -> None:
        self.events = EventBus()
        self.calls: list[tuple[Any, ...]] = []
        self.files: list[IngestFile] = []
        self.texts: dict[str, DocumentText] = {}
        self.listed: list[Document] = []
        self.progress = make_progress(total=0, finished=0, active=False)
        self.undrawable: str | None = None
        self.folders: list[WatchedFolder] = []
        self.details: dict[str, DocumentDetails] = {}
        self.unreadable: set[str] = set()

    def add_text(self, document: Document, *pages: str, missing: bool = False) -> None:
        """Give a document its text."""
        paged = document.pages > 0
        self.texts[document.id] = DocumentText(document=document, pages=pages, paged=paged, missing=missing)
        self.listed.append(document)

    def tell_files(self, *files: IngestFile) -> None:
        """Change rows as the pipeline does."""
        known = {file.id: place for place, file in enumerate(self.files)}
        for file in files:
            if file.id in known:
                self.files[known[file.id]] = file
            else:
                self.files.insert(0, file)
        self.events.publish(IngestFilesChanged(files=files))

    def tell_progress(self, progress: IngestProgress) -> None:
        """Move on."""
        self.progress = progress
        self.events.publish(IngestProgressChanged(progress=progress))

    async def ingest_files(
        self, *, state: FileState | None = None, limit: int = 200, offset: int = 0
    ) -> list[IngestFile]:
        self.calls.append(("ingest_files", state, limit, offset))
        await asyncio.sleep(0)
        return [file for file in self.files if state is None or file.state is state][offset : offset + limit]

    async def ingest_counts(self) -> dict[FileState, int]:
        counts: dict[FileState, int] = {}
        for file in self.files:
            counts[file.state] = counts.get(file.state, 0) + 1
        return counts

    async def ingest_progress(self) -> IngestProgress:
        return self.progress

    async def pause_ingestion(self) -> None:
        self.calls.append(("pause",))

    async def resume_ingestion(self) -> None:
        self.calls.append(("resume",))

    async def cancel_ingestion(self, file_ids: Sequence[str] | None = None) -> int:
        self.calls.append(("cancel", file_ids))
        return 0

    async def retry_ingestion(self, file_ids: Sequence[str] | None = None) -> int:
        self.calls.append(("retry", file_ids))
        return 0

    async def clear_ingestion_list(self) -> int:
        self.calls.append(("clear",))
        return 0

    async def enqueue(self, paths: Sequence[str]) -> str:
        self.calls.append(("enqueue", list(paths)))
        return "batch"

    async def ingest_text(self, text: str, *, title: str | None = None) -> Document:
        self.calls.append(("ingest_text", text))
        return make_document("pasted", "text:A title")

    async def documents(self, *, query: str | None = None, limit: int = 200, offset: int = 0) -> list[Document]:
        self.calls.append(("documents", query, limit, offset))
        await asyncio.sleep(0)
        return [one for one in self.listed if not query or query in one.path][offset : offset + limit]

    async def document_text(self, document_id: str) -> DocumentText:
        await asyncio.sleep(0)
        if document_id not in self.texts:
            raise NotFoundError("This document was forgotten.")
        return self.texts[document_id]

    async def forget_document(self, document_id: str) -> int:
        self.calls.append(("forget", document_id))
        self.listed = [one for one in self.listed if one.id != document_id]
        return 12

    async def forget_documents(self, document_ids: Sequence[str]) -> int:
        self.calls.append(("forget_many", list(document_ids)))
        self.listed = [one for one in self.listed if one.id not in document_ids]
        return len(document_ids)

    async def reread_document(self, document_id: str) -> str:
        self.calls.append(("reread", document_id))
        if document_id in self.unreadable:
            raise IngestionError("The file is not there now. What was read of it is kept.")
        return "batch"

    async def document_details(self, document_id: str) -> DocumentDetails:
        await asyncio.sleep(0)
        for document in self.listed:
            if document.id == document_id:
                return self.details.get(document_id) or make_details(document)
        raise NotFoundError("This document was forgotten.")

    async def watched_folders(self) -> list[WatchedFolder]:
        await asyncio.sleep(0)
        return list(self.folders)

    async def watch_folder(self, path: str, *, ignore: Sequence[str] = ()) -> WatchedFolder:
        self.calls.append(("watch", path))
        folder = make_folder(f"id of {path}", path)
        self.folders.append(folder)
        self.events.publish(WatchedFoldersChanged())
        return folder

    async def pause_folder(self, folder_id: str) -> WatchedFolder:
        return self._change_folder(folder_id, paused=True, state="paused")

    async def resume_folder(self, folder_id: str) -> WatchedFolder:
        return self._change_folder(folder_id, paused=False, state="watching")

    async def set_folder_ignore(self, folder_id: str, patterns: Sequence[str]) -> WatchedFolder:
        if "!" in patterns:
            raise IngestionError("The pattern ! means nothing in a .gitignore file. Nothing was changed.")
        return self._change_folder(folder_id, ignore=tuple(patterns))

    async def unwatch_folder(self, folder_id: str, *, forget: bool = False) -> int:
        self.calls.append(("unwatch", folder_id, forget))
        self.folders = [one for one in self.folders if one.id != folder_id]
        return 0

    def _change_folder(self, folder_id: str, **fields: Any) -> WatchedFolder:
        self.calls.append(("folder", folder_id, fields))
        self.folders = [dataclasses.replace(one, **fields) if one.id == folder_id else one for one in self.folders]
        return next(one for one in self.folders if one.id == folder_id)

    async def render_page(
        self, document_id: str, page: int, *, scale: float = 1.0, highlight: str | None = None
    ) -> RenderedPage:
        self.calls.append(("render", document_id, page, highlight))
        await asyncio.sleep(0)
        if self.undrawable is not None:
            raise IngestionError(self.undrawable)
        width, height = round(300 * scale), round(400 * scale)
        marks = (Rectangle(30 * scale, 300 * scale, 100 * scale, 10 * scale),) if highlight else ()
        return RenderedPage(width=width, height=height, pixels=b"\xff" * (width * height * 4), highlights=marks)
