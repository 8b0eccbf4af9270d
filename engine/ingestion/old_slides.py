"""Presentations of PowerPoint 97 to 2003 (MS-PPT): slide by slide, as they were last saved.

The main reader of Office files takes such a presentation for one slide, with the words of its master and with
everything twice.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from engine.ingestion.ole import streams
from engine.ingestion.reading import PageText, ReadDocument, TextBuilder, clean

_DOCUMENT, _SLIDE, _NOTES = 1000, 1006, 1008
_NOTES_ATOM, _SLIDE_PERSIST, _OUTLINE_REFERENCE = 1009, 1011, 3998
_TEXT_HEADER, _TEXT_CHARS, _TEXT_BYTES = 3999, 4000, 4008
_SLIDE_LIST, _USER_EDIT, _PERSIST_DIRECTORY = 4080, 4085, 6002
_TEXT_BOX = 0xF00D
_TITLES = frozenset({0, 6})
_NOTES_TEXT = 2
_SLIDES, _NOTES_LIST = 0, 2
_DEEPEST = 60
_MOST_EDITS = 10_000


@dataclass(slots=True)
class _Slide:
    """What the list of slides says of one: its own number, where it lies, its outline as (kind, text)."""

    number: int
    place: int
    outline: list[tuple[int, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Record:
    instance: int
    kind: int
    start: int
    end: int
    container: bool


def read_old_slides(path: Path) -> ReadDocument:
    """Read a presentation, one page a slide.

    Raises:
        ValueError: its structure makes no sense.
    """
    parts = streams(path.read_bytes(), frozenset({"PowerPoint Document", "Current User"}))
    try:
        pages = tuple(_pages(parts["PowerPoint Document"], parts["Current User"]))
    except (KeyError, struct.error, RecursionError) as error:
        raise ValueError("it is no presentation that can be made out") from error
    if not pages:
        raise ValueError("no slides can be made out")
    return ReadDocument(title="", media_type="application/vnd.ms-powerpoint", pages=pages, paged=True)


def _pages(data: bytes, user: bytes) -> Iterator[PageText]:
    places, document = _persisted(data, struct.unpack_from("<I", user, 16)[0])
    slides: list[_Slide] = []
    notes: dict[int, list[str]] = {}
    for record in _records(data, *_inner(data, places[document])):
        if record.kind == _SLIDE_LIST and record.instance == _SLIDES:
            slides = list(_listed(data, record, places))
        elif record.kind == _SLIDE_LIST and record.instance == _NOTES_LIST:
            for note in _listed(data, record, places):
                number, texts = _note(data, note)
                notes.setdefault(number, []).extend(texts)
    for slide in slides:
        builder = TextBuilder()
        boxes = list(_boxes(data, *_inner(data, slide.place), slide.outline, 0))
        for kind, text in boxes or slide.outline:
            _write(builder, kind, text)
        if notes.get(slide.number):
            builder.paragraph("Notes:")
            for text in notes[slide.number]:
                _write(builder, _NOTES_TEXT, text)
        yield builder.page()


def _write(builder: TextBuilder, kind: int, text: str) -> None:
    lines = [line for line in (" ".join(part.split()) for part in clean(text).split("\n")) if line]
    if kind in _TITLES:
        builder.heading(1, " ".join(lines))
        return
    for place, line in enumerate(lines):
        builder.paragraph(line, gap="\n" if place else "\n\n")


def _persisted(data: bytes, edit: int) -> tuple[dict[int, int], int]:
    """Where each object lies that was saved, by its number, the last version of each; and the document's number."""
    places: dict[int, int] = {}
    document = -1
    for _ in range(_MOST_EDITS):
        if struct.unpack_from("<H", data, edit + 2)[0] != _USER_EDIT:
            break
        earlier, directory, number = struct.unpack_from("<3I", data, edit + 16)
        document = number if document < 0 else document
        start, end = _inner(data, directory)
        while start + 4 <= end:
            head = struct.unpack_from("<I", data, start)[0]
            first, count = head & 0xFFFFF, head >> 20
            for place in range(count):
                places.setdefault(first + place, struct.unpack_from("<I", data, start + 4 + 4 * place)[0])
            start += 4 + 4 * count
        if not earlier or earlier >= edit:
            break
        edit = earlier
    return places, document


def _inner(data: bytes, place: int) -> tuple[int, int]:
    length = struct.unpack_from("<I", data, place + 4)[0]
    return place + 8, min(len(data), place + 8 + length)


def _records(data: bytes, start: int, end: int) -> Iterator[_Record]:
    while start + 8 <= end:
        head, kind, length = struct.unpack_from("<HHI", data, start)
        stop = min(end, start + 8 + length)
        yield _Record(head >> 4, kind, start + 8, stop, head & 0xF == 0xF)
        start = stop


def _listed(data: bytes, record: _Record, places: dict[int, int]) -> Iterator[_Slide]:
    slide: _Slide | None = None
    kind = -1
    for one in _records(data, record.start, record.end):
        if one.kind == _SLIDE_PERSIST:
            if slide is not None:
                yield slide
            reference, _, _, number = struct.unpack_from("<4I", data, one.start)
            slide = _Slide(number, places[reference]) if reference in places else None
        elif one.kind == _TEXT_HEADER:
            kind = struct.unpack_from("<I", data, one.start)[0]
        elif slide is not None and (text := _text(data, one)) is not None:
            slide.outline.append((kind, text))
    if slide is not None:
        yield slide


def _note(data: bytes, note: _Slide) -> tuple[int, list[str]]:
    """Of which slide a page of notes speaks, and what it says."""
    number = -1
    start, end = _inner(data, note.place)
    for record in _records(data, start, end):
        if record.kind == _NOTES_ATOM:
            number = struct.unpack_from("<I", data, record.start)[0]
    texts = [text for kind, text in _boxes(data, start, end, note.outline, 0) if kind == _NOTES_TEXT]
    return number, texts


def _boxes(data: bytes, start: int, end: int, outline: list[tuple[int, str]], depth: int) -> Iterator[tuple[int, str]]:
    """The text boxes of a slide in their order; those of the outline hold only its number there."""
    if depth > _DEEPEST:
        return
    kind = -1
    for record in _records(data, start, end):
        if record.kind == _TEXT_HEADER:
            kind = struct.unpack_from("<I", data, record.start)[0]
        elif record.kind == _OUTLINE_REFERENCE:
            place = struct.unpack_from("<I", data, record.start)[0]
            if place < len(outline):
                yield outline[place]
        elif (text := _text(data, record)) is not None:
            yield kind, text
        elif record.container or record.kind == _TEXT_BOX:
            yield from _boxes(data, record.start, record.end, outline, depth + 1)


def _text(data: bytes, record: _Record) -> str | None:
    raw = data[record.start : record.end]
    if record.kind == _TEXT_CHARS:
        text = raw.decode("utf-16-le", "replace")
    elif record.kind == _TEXT_BYTES:
        text = raw.decode("latin-1")
    else:
        return None
    return text.replace("\r", "\n").replace("\v", "\n")
