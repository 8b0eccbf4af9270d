"""Takes one file from its path to a document ready to be embedded, or to the reason why there is none."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from engine import values
from engine.events import DocumentsChanged, EventBus
from engine.executors import Executors
from engine.ingestion.drafts import PICTURES, Container, Finished, Looked, Ready, memories_of, page_notes, split_pages
from engine.ingestion.names import file_name, still_there, title_after_move, title_of
from engine.ingestion.reading import has_text
from engine.ingestion.worker_client import Worker, WorkerError
from engine.ingestion.worker_process import Reply
from engine.memory.memory import LayeredMemory
from engine.memory.store import documents, ingest_files
from engine.memory.store.database import Database
from engine.memory.store.documents import Found, NewDocument
from engine.memory.store.ingest_files import Row
from engine.settings import Settings
from engine.values import FileState

READERS_VERSION = 2
"""Rises when the readers learn to read what they could not read before."""
_SETTLED_NS = 2_000_000_000
"""A file changed less than this before it was read may change again without its time showing it."""


class Intake:
    """Reads files through the worker and knows what is known already."""

    def __init__(
        self,
        *,
        store: Database,
        memory: LayeredMemory,
        executors: Executors,
        events: EventBus,
        worker: Worker,
        settings: Settings,
        tokenizer: Callable[[], Path],
    ) -> None:
        self._store = store
        self._memory = memory
        self._events = events
        self._executors = executors
        self._worker = worker
        self._options = settings.ingestion
        self._tokenizer = tokenizer

    async def take(
        self,
        row: Row,
        *,
        ancestors: frozenset[str],
        ocr: str | None,
        ocr_texts: Mapping[int, str] | None = None,
        passing: Collection[str] = (),
    ) -> Finished | Container | Ready:
        """Read one file.

        Args:
            row: Its row.
            ancestors: Hashes of the archives that it lies in.
            ocr: None where pictures can be read; else why not, as the end of a sentence.
            ocr_texts: What OCR has read already, by page from 1.
            passing: Documents that are about to get another content, so that they stand for no other file.

        Raises:
            WorkerError: the file cannot be read; its text is the reason.
            StoreError: the database cannot be read.
        """
        began = time.monotonic()
        path = Path(row.staged or row.file.path)
        looked = await self._executors.run("io", self._look, path, row)
        if isinstance(looked, Row):
            return Finished(_timed(looked, began))
        if looked.digest in ancestors:
            return Finished(_timed(_skipped(row, "it contains itself, as archive bombs do"), began))
        row = _with_hash(row, looked)
        row = replace(row, outcome_key=self._outcome_key(row, looked, ocr))
        known: Found | None = None
        if row.phase == "":
            known_row, known = await self._executors.run("query", self._recognise, row, looked, ocr, frozenset(passing))
            if known_row is not None:
                await self._move(known_row, looked)
                return Finished(_timed(known_row.row, began))
        else:
            known = next(iter(await self._executors.run("query", self._find, row.file.path)), None)
        try:
            reply = await self._ask(row, path, ocr_texts)
        except WorkerError as error:
            if error.fatal:
                raise
            state = FileState.SKIPPED if error.skipped else FileState.FAILED
            return Finished(_timed(row.having(state=state, reason=str(error)), began))
        if "archive" in reply.head:
            return Container(_timed(replace(row, outcome_key=None), began), path, reply.head["archive"])
        made = partial(self._ready, row, reply, looked, known, ocr=ocr, ocr_texts=ocr_texts, began=began)
        return await self._executors.run("io", made)  # a long document takes a while that the loop must not wait

    async def _ask(self, row: Row, path: Path, ocr_texts: Mapping[int, str] | None) -> Reply:
        return await self._worker.ask(
            "read",
            seconds=self._options.file_seconds,
            path=str(path),
            name=file_name(row.file.path),
            zip_limit=self._options.max_archive_mb << 20,
            tokenizer=str(self._tokenizer()),
            tokens=self._options.chunk_tokens,
            ocr_texts=None if ocr_texts is None else {str(page): text for page, text in ocr_texts.items()},
        )

    async def cut(self, text: str, *, title: str, path: str) -> Ready:
        """Make a document of a text that was pasted.

        Raises:
            WorkerError: it cannot be cut.
        """
        began = time.monotonic()
        flavour = "markdown" if any(line.startswith(("# ", "## ", "```")) for line in text.splitlines()) else "plain"
        reply = await self._worker.ask(
            "cut",
            seconds=self._options.file_seconds,
            texts=[text],
            paged=False,
            flavour=flavour,
            tokenizer=str(self._tokenizer()),
            tokens=self._options.chunk_tokens,
        )
        data = text.encode("utf-8", "replace")
        row = Row(file=values.IngestFile(id="", path=path, state=FileState.READING, size=len(data)))
        reply.head["title"] = title
        digest = hashlib.blake2b(data, digest_size=16).hexdigest()
        looked = Looked(len(data), time.time_ns(), digest)
        made = partial(self._ready, row, reply, looked, None, ocr=None, ocr_texts=None, began=began)
        ready = await self._executors.run("io", made)
        if isinstance(ready, Finished):
            raise WorkerError("there is no letter and no digit in it", skipped=True)
        return ready

    def _look(self, path: Path, row: Row) -> Looked | Row:
        """Blocking: size, time and hash of a file, or the row with the reason why it cannot be looked at."""
        limit = self._options.max_file_mb
        try:
            status = path.stat()
            if status.st_size > limit << 20:
                return _skipped(
                    row, f"it is larger than {limit} MB, the most that a file may have (ingestion.max_file_mb)"
                )
            if status.st_size == 0:
                return _skipped(row, "the file is empty")
            known = None if row.staged or row.phase else next(iter(self._find(row.file.path)), None)
            if known is not None and _untouched(known, status.st_size, status.st_mtime_ns):
                return Looked(status.st_size, status.st_mtime_ns, known.document.content_hash)
            digest = hashlib.blake2b(digest_size=16)
            with path.open("rb") as file:
                while data := file.read(1 << 20):
                    digest.update(data)
        except FileNotFoundError:
            return _failed(row, "the file vanished before it could be read")
        except PermissionError:
            return _failed(row, "its permissions do not allow reading it")
        except OSError as error:
            return _failed(row, f"the system could not read it ({error.strerror or error})")
        return Looked(status.st_size, status.st_mtime_ns, digest.hexdigest())

    def _outcome_key(self, row: Row, looked: Looked, ocr: str | None) -> str:
        """What the outcome of reading a content depends on besides the content."""
        ending = file_name(row.file.path).rpartition(".")[2].lower()[:12]
        limits = f"{self._options.max_archive_mb}"
        return f"{READERS_VERSION}:{looked.digest}:{ending}:{limits}:{'ocr' if ocr is None else 'no ocr'}"

    def _find(self, path: str) -> list[Found]:
        with self._store.read() as reader:
            return documents.find(reader, path=path)

    def twin(self, ready: Ready, passing: frozenset[str]) -> Row | None:
        """Blocking: the final row of a document whose content is in memory already, under another path."""
        with self._store.read() as reader:
            found = documents.find(reader, content=ready.document.content_hash)
        same = [one for one in found if one.document.id not in passing]
        if not same:
            return None
        return _as_twin(ready.row.having(seconds=ready.row.file.seconds + ready.seconds), same[0].document)

    def _recognise(
        self, row: Row, looked: Looked, ocr: str | None, passing: frozenset[str]
    ) -> tuple[_Known | None, Found | None]:
        """Whether the content is in memory already: here, at a place that it was moved from, or elsewhere too."""
        with self._store.read() as reader:
            here = next(iter(documents.find(reader, path=row.file.path)), None)
            same = [one for one in documents.find(reader, content=looked.digest) if one.document.id not in passing]
            vain = None if row.outcome_key is None else ingest_files.known_outcome(reader, row.outcome_key, row)
        if here is not None:
            pictures_left = ocr is None and PICTURES in (here.note or "")
            if here.document.content_hash == looked.digest and not pictures_left:
                note = f"unchanged; {here.note}" if here.note else "unchanged"
                moved = None if here.modified_ns == looked.modified_ns else row.file.path
                return _Known(_done(row, here.document, note), here.number, moved, here.document.title), here
            return None, here
        for other in same:
            if not still_there(other.document.path):
                note = f"moved here from {other.document.path}; nothing had to be read again"
                title = title_after_move(other.document.title, other.document.path, row.file.path)
                return _Known(_done(row, other.document, note), other.number, row.file.path, title), other
        if same:
            return _Known(_as_twin(row, same[0].document), same[0].number, None), same[0]
        return (None, None) if vain is None else (_Known(vain, 0, None), None)

    async def _move(self, known: _Known, looked: Looked) -> None:
        path = known.path
        if path is None:
            return
        moved = await self._memory.write(
            lambda store, writer: documents.move(
                store, writer, known.number, path=path, modified_ns=looked.modified_ns, title=known.title
            )
        )
        if moved:
            self._events.publish(DocumentsChanged(document_id=known.row.file.document_id))

    def _ready(
        self,
        row: Row,
        reply: Reply,
        looked: Looked,
        known: Found | None,
        *,
        ocr: str | None,
        ocr_texts: Mapping[int, str] | None,
        began: float,
    ) -> Ready | Finished:
        head = reply.head
        texts = split_pages(reply.body, head["pages"])
        empty = [place for place, text in enumerate(texts, 1) if not has_text(text)]
        pictures = tuple(head["ocr_pages"]) if ocr is None and ocr_texts is None else ()
        row = row.having(
            pages=len(texts) if head["paged"] else 0,
            pages_without_text=len(empty) if head["paged"] else 0,
            size=looked.size,
        )
        notes = [*head["notes"], *page_notes(head, len(texts), empty, ocr=ocr, ocr_texts=ocr_texts)]
        members = Container(row, Path(row.staged or row.file.path), head["media_type"]) if head["has_members"] else None
        path = row.file.path
        title = title_of(path, head["title"])
        identity = known.document.id if known is not None else documents.new_id()
        document = NewDocument(
            id=identity,
            path=path,
            title=title,
            media_type=head["media_type"],
            size=looked.size,
            modified_ns=looked.modified_ns,
            content_hash=looked.digest,
            paged=head["paged"],
            pages=texts,
            pages_without_text=row.file.pages_without_text,
            note="; ".join(notes) or None,
        )
        memories = tuple(memories_of(head, texts, document))
        row = row.having(reason=document.note, chunks=len(memories))
        seconds = time.monotonic() - began
        if not memories and not pictures and members is None:
            why = "; ".join(notes) if head["ocr_pages"] else "no text found in it"
            return Finished(_timed(_skipped(row.having(chunks=0), why), began))
        return Ready(row, document, memories, pictures, known is not None, members, seconds)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is in memory already.

    `path` is where it lies now, None where nothing has to be written, `title` what it is called there.
    """

    row: Row
    number: int
    path: str | None
    title: str = ""


def _untouched(known: Found, size: int, modified_ns: int) -> bool:
    settled = known.document.updated_at.timestamp() * 1e9 - modified_ns > _SETTLED_NS
    return known.document.size == size and known.modified_ns == modified_ns and settled


def _with_hash(row: Row, looked: Looked) -> Row:
    return replace(row.having(size=looked.size), content_hash=looked.digest)


def _timed(row: Row, began: float) -> Row:
    return row.having(seconds=row.file.seconds + time.monotonic() - began)


def _done(row: Row, document: values.Document, reason: str) -> Row:
    return row.having(
        state=FileState.DONE,
        reason=reason,
        document_id=document.id,
        chunks=document.chunks,
        pages=document.pages,
        pages_without_text=document.pages_without_text,
    )


def _as_twin(row: Row, document: values.Document) -> Row:
    """The row of a file that made no memories, since another one with its content has."""
    return _done(row, document, f"the same content as {document.path}, which is in memory already").having(chunks=0)


def _skipped(row: Row, reason: str) -> Row:
    return row.having(state=FileState.SKIPPED, reason=reason)


def _failed(row: Row, reason: str) -> Row:
    return row.having(state=FileState.FAILED, reason=reason)
