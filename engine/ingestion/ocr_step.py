"""Reads the pictures of pages without text by Tesseract, when everything else is done."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from engine.executors import Executors
from engine.ingestion.names import split_path
from engine.ingestion.reading import has_text
from engine.ingestion.tesseract import Tesseract, find_tesseract
from engine.ingestion.worker_client import Worker, WorkerError
from engine.memory.store import documents
from engine.memory.store.database import Database
from engine.memory.store.ingest_files import Row
from engine.settings import Settings

_log = logging.getLogger(__name__)
_START_SECONDS = 5
"""What drawing the page may take besides reading it."""


class OcrStep:
    """Knows whether pictures can be read, and reads them.

    Attributes:
        missing: None where they can; else why not, as the end of a sentence.
    """

    def __init__(self, *, store: Database, executors: Executors, worker: Worker, settings: Settings) -> None:
        self._store = store
        self._executors = executors
        self._worker = worker
        self._options = settings.ingestion
        self._tesseract: Tesseract | None = None
        self._looked = False
        self.missing: str | None = None

    async def look(self) -> None:
        """Find out whether Tesseract is there; once."""
        if self._looked:
            return
        self._looked = True
        if not self._options.ocr:
            self.missing = "reading pictures is switched off (ingestion.ocr)"
            return
        self._tesseract = await self._executors.run("io", find_tesseract)
        if self._tesseract is None:
            self.missing = "install Tesseract and its language data to have pictures read"

    async def read(
        self, row: Row, *, wanted: Callable[[], bool], between: Callable[[], Awaitable[object]]
    ) -> tuple[Row, dict[int, str] | None]:
        """Read every page of a file that has no text.

        Args:
            row: The file.
            wanted: Asked before each page; reading stops where it is not.
            between: Awaited before each page.

        Returns:
            The row with the seconds spent, and the texts by page from 1; None where pictures can no longer be read.
        """
        if self._tesseract is None:
            return row, None
        began = time.monotonic()
        pages = await self._executors.run("query", self._pages_without_text, row)
        path, inner = Path(row.staged or ""), list[str]()
        if not row.staged:
            path, inner = await self._executors.run("io", split_path, row.file.path)
        texts: dict[int, str] = {}
        for page in pages:
            await between()
            if not wanted():
                break
            try:
                reply = await self._worker.ask(
                    "ocr",
                    seconds=self._options.file_seconds + _START_SECONDS,
                    path=str(path),
                    name=row.file.path,
                    inner=inner,
                    page=page,
                    program=self._tesseract.program,
                    languages=self._tesseract.languages,
                    limit=self._options.file_seconds,
                    total_bytes=self._options.max_archive_mb << 20,
                )
            except WorkerError as error:
                _log.info("page %d of %s was not read by OCR: %s", page, row.file.path, error)
                texts[page] = ""
                continue
            texts[page] = reply.body.decode("utf-8")
        return row.having(seconds=row.file.seconds + time.monotonic() - began), texts

    def _pages_without_text(self, row: Row) -> list[int]:
        if row.file.document_id is not None:
            with self._store.read() as reader:
                _, texts, _ = documents.text(reader, row.file.document_id)
            return [place for place, text in enumerate(texts, 1) if not has_text(text)]
        return list(range(1, max(1, row.file.pages) + 1))
