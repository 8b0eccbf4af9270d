"""Reads a file for the moment: its text comes back and nothing goes into memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.errors import IngestionError
from engine.executors import Executors
from engine.ingestion.drafts import split_pages
from engine.ingestion.formats import sniff
from engine.ingestion.reading import has_text
from engine.ingestion.worker_client import Worker, WorkerError
from engine.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAside:
    """A file as text, or a picture.

    Attributes:
        media_type: IANA name of what the content really is.
        size: Bytes.
        pages: Text page by page; empty for a picture.
        picture: It is a picture, of any format.
    """

    media_type: str
    size: int
    pages: tuple[str, ...] = ()
    picture: bool = False


class AsideReader:
    """Reads files in a worker process of the pipeline's."""

    def __init__(
        self, *, worker: Worker, executors: Executors, settings: Settings, tokenizer: Callable[[], Path]
    ) -> None:
        self._worker = worker
        self._executors = executors
        self._options = settings.ingestion
        self._tokenizer = tokenizer

    async def read(self, path: Path, name: str) -> ReadAside:
        """Read one file.

        Raises:
            IngestionError: it gives no text; the message is the reason, without a full stop.
        """
        try:
            size = (await self._executors.run("io", path.stat)).st_size
            if size > self._options.max_file_mb << 20:
                raise IngestionError(f"it is larger than {self._options.max_file_mb} MB")
            form = await self._executors.run("io", sniff, path, name)
        except OSError as error:
            raise IngestionError(f"the system could not read it ({error.strerror or error})") from error
        if form.reader == "image":
            return ReadAside(media_type=form.media_type, size=size, picture=True)
        try:
            reply = await self._worker.ask(
                "read",
                seconds=self._options.file_seconds,
                path=str(path),
                name=name,
                zip_limit=self._options.max_archive_mb << 20,
                tokenizer=str(self._tokenizer()),
                tokens=self._options.chunk_tokens,
                ocr_texts=None,
            )
        except WorkerError as error:
            raise IngestionError(str(error)) from error
        if "archive" in reply.head:
            raise IngestionError("it is an archive; unpack it first, or add it to the memory")
        pages = tuple(split_pages(reply.body, reply.head["pages"]))
        if not any(has_text(page) for page in pages):
            raise IngestionError("no text found in it")
        return ReadAside(media_type=reply.head["media_type"], size=size, pages=pages)
