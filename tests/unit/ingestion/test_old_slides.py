"""Presentations of PowerPoint 97: slides as they were last saved, each thing said once."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from engine.ingestion.ole import streams
from engine.ingestion.readers import read_file
from engine.ingestion.reading import Unreadable

SECTOR = 512
END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def record(kind: int, data: bytes, *, instance: int = 0, container: bool = False) -> bytes:
    return struct.pack("<HHI", instance << 4 | (0xF if container else 0), kind, len(data)) + data


def box(kind: int, text: str) -> bytes:
    return record(0xF00D, record(3999, struct.pack("<I", kind)) + record(4000, text.encode("utf-16-le")))


def slide(*boxes: bytes) -> bytes:
    drawing = record(1036, record(0xF002, b"".join(boxes), container=True), container=True)
    return record(1006, drawing, container=True)


def persist(reference: int, number: int) -> bytes:
    return record(1011, struct.pack("<5I", reference, 0, 0, number, 0))


def compound(path: Path, files: dict[str, bytes]) -> Path:
    """A container whose streams are all kept in whole sectors."""
    sectors: list[bytes] = []
    chain: list[int] = []
    entries = [entry("Root Entry", 5, END, 0)]
    for name, data in files.items():
        data = data.ljust(4096, b"\0")
        count = -(-len(data) // SECTOR)
        entries.append(entry(name, 2, len(sectors), len(data)))
        chain += [len(sectors) + place + 1 for place in range(count - 1)] + [END]
        sectors += [data[place * SECTOR : (place + 1) * SECTOR].ljust(SECTOR, b"\0") for place in range(count)]
    directory = len(sectors)
    sectors.append(b"".join(entries).ljust(SECTOR, b"\0"))
    chain += [END, TABLE]
    table = len(sectors)
    sectors.append(struct.pack("<128I", *chain, *([FREE] * (128 - len(chain)))))
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, 1, directory, 0, 4096, END, 0, END, 0) + struct.pack("<109I", table, *([FREE] * 108))
    path.write_bytes(head + b"".join(sectors))
    return path


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBB", len(encoded), kind, 1)
        + bytes(48)
        + struct.pack("<3I", start, size, 0)
    )


def presentation(path: Path) -> Path:
    """Two slides, the first with notes, and an older version of the second that was saved over."""
    outline = record(3999, struct.pack("<I", 0)) + record(4008, b"Costs")
    listed = persist(2, 256) + outline + persist(3, 257)
    lists = record(4080, listed, container=True) + record(4080, persist(4, 300), instance=2, container=True)
    document = record(1000, lists, container=True)
    notes = record(
        1008,
        record(1009, struct.pack("<2I", 256, 0)) + slide(box(2, "Say it slowly."), box(4, "Header")),
        container=True,
    )
    first = slide(record(0xF00D, record(3998, struct.pack("<I", 0))), box(4, "Ten euros\ra month"))
    old, new = slide(box(4, "The old words")), slide(box(4, "Привет"))
    data = b""
    places = []
    for part in (document, first, old, notes):
        places.append(len(data))
        data += part
    directory = len(data)
    data += record(6002, struct.pack("<I", 4 << 20 | 1) + struct.pack("<4I", *places))
    edit = len(data)
    data += record(4085, struct.pack("<7I", 0, 0, 0, directory, 1, 0, 0))
    again = len(data)
    data += new
    second = len(data)
    data += record(6002, struct.pack("<2I", 1 << 20 | 3, again))
    last = len(data)
    data += record(4085, struct.pack("<7I", 0, 0, edit, second, 1, 0, 0))
    user = record(4086, struct.pack("<3I", 20, 0xE391C05F, last))
    return compound(path, {"PowerPoint Document": data, "Current User": user})


def test_slides_are_pages_with_titles_and_notes_as_last_saved(tmp_path: Path) -> None:
    document = read_file(presentation(tmp_path / "a.ppt"), "a.ppt", zip_limit=1_000_000)
    assert document.paged
    assert [page.text for page in document.pages] == [
        "Costs\n\nTen euros\na month\n\nNotes:\n\nSay it slowly.",
        "Привет",
    ]
    assert [heading.text for heading in document.pages[0].headings] == ["Costs"]


def test_the_container_gives_its_streams(tmp_path: Path) -> None:
    path = compound(tmp_path / "a.bin", {"One": b"1" * 5000, "Two": b"2" * 4096})
    found = streams(path.read_bytes(), frozenset({"One", "Two", "Three"}))
    assert {name: len(data) for name, data in found.items()} == {"One": 5000, "Two": 4096}
    assert set(found["One"]) == {ord("1")}


@pytest.mark.parametrize("cut", [20, 600, 3000, 9000])
def test_what_is_cut_off_is_read_in_part_or_has_a_reason(tmp_path: Path, cut: int) -> None:
    path = presentation(tmp_path / "a.ppt")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(Unreadable):
        read_file(path, "a.ppt", zip_limit=1_000_000)
