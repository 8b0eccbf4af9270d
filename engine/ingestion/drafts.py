"""What taking a file in comes to, and how an answer of the worker becomes a document with its memories."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine import values
from engine.ingestion.reading import has_text
from engine.memory.store.documents import NewDocument
from engine.memory.store.ingest_files import Row

PICTURES = "only pictures"
"""Stands in the note of a document whose pages without text have not been read by OCR."""


@dataclass(frozen=True, slots=True)
class Finished:
    """Nothing more is to be done for the row; it holds its final state."""

    row: Row


@dataclass(frozen=True, slots=True)
class Container:
    """The file is an archive: what lies in it gets rows of its own."""

    row: Row
    path: Path
    media_type: str


@dataclass(frozen=True, slots=True)
class Ready:
    """A document to embed and to write.

    Attributes:
        row: Its row; `reason` says already what the owner should know.
        document: What was read.
        memories: One for each chunk, in reading order.
        later: Pages from 1 that are pictures, to be read by OCR once everything else is done.
        replaces: There is an older version.
        members: Where files lie inside besides the document's own text.
        seconds: Spent on it so far.
    """

    row: Row
    document: NewDocument
    memories: tuple[values.NewMemory, ...]
    later: tuple[int, ...]
    replaces: bool
    members: Container | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Looked:
    """A file's size, time of change and content."""

    size: int
    modified_ns: int
    digest: str


def page_notes(
    head: Mapping[str, Any], pages: int, empty: list[int], *, ocr: str | None, ocr_texts: Mapping[int, str] | None
) -> list[str]:
    """What to say of pages without text."""
    if not head["paged"]:
        return []
    notes = []
    if ocr_texts:
        read = sum(1 for page, text in ocr_texts.items() if has_text(text) and page not in empty)
        if read:
            all_of_it = "its only page" if pages == 1 else f"all {pages} pages"
            which = all_of_it if read == pages else f"{read} of {pages} pages"
            notes.append(f"the text of {which} was read from pictures (OCR)")
    if empty:
        note = f"no text on {_of(len(empty), pages)}"
        if ocr_texts is not None:
            note += ", not in the pictures either"
        elif head["ocr_pages"]:
            note += f", {PICTURES}; {ocr}" if ocr else f", {PICTURES}, which wait to be read (OCR)"
        notes.append(note)
    return notes


def _of(some: int, pages: int) -> str:
    if some == pages:
        return "its only page" if pages == 1 else f"any of its {pages} pages"
    return f"{some} of {pages} pages"


def memories_of(head: Mapping[str, Any], texts: tuple[str, ...], document: NewDocument) -> list[values.NewMemory]:
    """One memory for each chunk of a worker's answer, in reading order."""
    kind: values.Kind = "code" if head["code"] else "document_chunk"
    headings = [tuple(path) for path in head["headings"]]
    return [
        values.NewMemory(
            text=texts[page][start:end],
            layer="assets",
            kind=kind,
            title=document.title,
            source=values.DocumentSource(
                document_id=document.id,
                path=document.path,
                page=page + 1 if head["paged"] else None,
                heading=headings[heading],
                start=start,
                end=end,
            ),
        )
        for page, start, end, heading in head["chunks"]
    ]


def split_pages(body: bytes, lengths: list[int]) -> tuple[str, ...]:
    """The page texts of a worker's answer; `lengths` are in bytes of UTF-8."""
    texts = []
    start = 0
    for length in lengths:
        texts.append(body[start : start + length].decode("utf-8"))
        start += length
    return tuple(texts)
