"""Files that mean harm or are broken: each gets a true reason, in time, and the worker stays small and alive."""

from __future__ import annotations

import io
import random
import tarfile
import time
import zipfile
from pathlib import Path

import psutil
import pytest

from engine.ingestion.worker_client import WorkerError
from tests.helpers import hostile
from tests.helpers.pdf import make_pdf
from tests.unit.ingestion.conftest import MEMORY_MB, Reader

SECRET = "the owner's secret 8472"


def assert_small(reader: Reader) -> None:
    pid = reader.worker.pid
    if pid is not None:
        assert psutil.Process(pid).memory_info().rss < MEMORY_MB << 20


async def test_an_empty_file_is_skipped(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "nothing.pdf"
    path.touch()
    assert await reader.reason(path) == ("skipped", "the file is empty")


async def test_a_file_that_vanished(reader: Reader, tmp_path: Path) -> None:
    state, reason = await reader.reason(tmp_path / "gone.pdf")
    assert state == "failed"
    assert "vanished" in reason


async def test_a_truncated_pdf_is_read_or_said_to_be_damaged(reader: Reader, tmp_path: Path) -> None:
    whole = make_pdf(tmp_path / "whole.pdf", [["A line of text."]]).read_bytes()
    path = tmp_path / "half.pdf"
    path.write_bytes(whole[: len(whole) // 3])
    state, reason = await reader.reason(path)
    assert state == "failed"
    assert "damaged" in reason


async def test_a_truncated_word_file(reader: Reader, tmp_path: Path) -> None:
    whole = hostile.docx(tmp_path / "whole.docx", "A paragraph.").read_bytes()
    path = tmp_path / "half.docx"
    path.write_bytes(whole[: len(whole) // 2])
    state, reason = await reader.reason(path)
    assert (state, "damaged" in reason) == ("failed", True)


async def test_a_pdf_named_as_a_text_is_read_as_what_it_is(reader: Reader, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "letter.txt", [["The lease ends in May."]])
    head = await reader.read(path)
    assert head["media_type"] == "application/pdf"
    assert head["texts"] == ["The lease ends in May."]


async def test_a_text_named_as_a_pdf_is_read_as_what_it_is(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "note.pdf"
    path.write_text("Only a note about the garden.")
    assert (await reader.read(path))["texts"] == ["Only a note about the garden."]


@pytest.mark.parametrize("name", ["random.bin", "random.txt", "random.xml", "random.html", "random.docx", "random.eml"])
async def test_random_bytes_are_no_text(reader: Reader, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(random.Random(7).randbytes(20_000))
    state, reason = await reader.reason(path)
    assert state == "skipped"
    assert "not a text" in reason


async def test_external_entities_are_never_fetched(reader: Reader, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    path = tmp_path / "xxe.xml"
    path.write_text(
        f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}">'
        f'<!ENTITY % p SYSTEM "http://127.0.0.1:1/evil.dtd"> %p;]><r><a>visible words</a><b>&x;</b></r>'
    )
    head = await reader.read(path)
    assert "visible words" in head["texts"][0]
    assert SECRET not in head["texts"][0]


async def test_external_entities_in_a_word_file(reader: Reader, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET)
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]><w:document xmlns:w="{word}">'
        "<w:body><w:p><w:r><w:t>Visible words &x;</w:t></w:r></w:p></w:body></w:document>"
    )
    path = hostile.docx(tmp_path / "xxe.docx", "", parts={"word/document.xml": body.encode()})
    head = await reader.read(path)
    assert "Visible words" in head["texts"][0]
    assert SECRET not in head["texts"][0]


async def test_entities_that_multiply(reader: Reader, tmp_path: Path) -> None:
    lines = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    path = tmp_path / "laughs.xml"
    path.write_text(f'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY l0 "ha">{lines}]><r>&l11;</r>')
    began = time.monotonic()
    head = await reader.read(path)
    assert len(head["texts"][0]) < 1_000_000
    assert "not well-formed" in head["notes"][0]
    assert time.monotonic() - began < 10
    assert_small(reader)


async def test_a_hundred_megabytes_of_one_line(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "line.txt"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"lorem ipsum dolor sit amet " * 38836)
    began = time.monotonic()
    state, reason = await reader.reason(path)
    assert (state, "million characters" in reason) == ("skipped", True)
    assert time.monotonic() - began < 25
    assert_small(reader)


@pytest.mark.parametrize("unit", ["lorem ipsum dolor sit amet ", "x", "日本語"], ids=["words", "one-word", "cjk"])
async def test_megabytes_of_one_line_are_cut(reader: Reader, tmp_path: Path, unit: str) -> None:
    path = tmp_path / "line.txt"
    path.write_text(unit * (3_000_000 // len(unit)), encoding="utf-8")
    began = time.monotonic()
    head = await reader.read(path)
    assert len(head["chunks"]) > 1000
    assert all(end - start <= 220 * 8 for _, start, end, _ in head["chunks"])
    assert time.monotonic() - began < 20
    assert_small(reader)


async def test_a_bomb_of_overlapping_entries_is_refused_unopened(reader: Reader, tmp_path: Path) -> None:
    began = time.monotonic()
    path = hostile.overlapping_bomb(tmp_path / "bomb.zip")
    assert (await reader.read(path))["archive"] == "application/zip"
    with pytest.raises(WorkerError, match="overlap") as caught:
        await reader.unpack(path)
    assert caught.value.skipped
    assert list(reader.folder.rglob("*.txt")) == []
    assert time.monotonic() - began < 10


async def test_a_word_file_that_is_such_a_bomb(reader: Reader, tmp_path: Path) -> None:
    path = hostile.overlapping_bomb(tmp_path / "bomb.docx")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", "<w/>")
    state, reason = await reader.reason(path)
    assert (state, "overlap" in reason) == ("skipped", True)


async def test_a_word_file_that_inflates_beyond_the_limit(reader: Reader, tmp_path: Path) -> None:
    reader.zip_limit = 5_000_000
    path = hostile.docx(tmp_path / "big.docx", "Text.", parts={"word/media/zeros.bin": bytes(20_000_000)})
    state, reason = await reader.reason(path)
    assert state == "skipped"
    assert "unpacks to more than 5 MB" in reason


async def test_ten_gigabytes_out_of_nested_archives(reader: Reader, tmp_path: Path) -> None:
    began = time.monotonic()
    path = hostile.nested_bomb(tmp_path / "bomb.zip")
    assert path.stat().st_size < 1_000_000
    (inner,) = await reader.unpack(path)
    with pytest.raises(WorkerError, match="unpacks to more than"):
        await reader.unpack(Path(inner["file"]), total=200 << 20)
    assert list((reader.folder / f"unpacked-{Path(inner['file']).name}").iterdir()) == []
    assert time.monotonic() - began < 25
    assert_small(reader)


@pytest.mark.parametrize("says", [10, 4_000_000_000], ids=["too-small", "too-large"])
async def test_an_archive_that_lies_about_a_size(reader: Reader, tmp_path: Path, says: int) -> None:
    path = hostile.lying_zip(tmp_path / "lie.zip", name="a.txt", data=b"honest words " * 1000, says=says)
    (member,) = await reader.unpack(path)
    assert member["file"] == ""
    assert "damaged" in member["reason"]


async def test_a_word_file_that_lies_about_a_size(reader: Reader, tmp_path: Path) -> None:
    path = hostile.docx(tmp_path / "lie.docx", "Text. " * 500)
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        archive.getinfo("word/document.xml")
    directory = raw.index(b"PK\x01\x02", raw.rindex(b"word/document.xml") - 60)
    raw[directory + 24 : directory + 28] = (100).to_bytes(4, "little")
    path.write_bytes(raw)
    state, reason = await reader.reason(path)
    assert (state, "figures about it are false" in reason) == ("failed", True)


async def test_locked_members_say_so(reader: Reader, tmp_path: Path) -> None:
    (member,) = await reader.unpack(hostile.locked_zip(tmp_path / "locked.zip"))
    assert member["skipped"]
    assert "password" in member["reason"]


async def test_names_that_climb_out_of_the_folder(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "climb.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../../escaped.txt", "outside")
        archive.writestr("/etc/absolute.txt", "outside")
        archive.writestr("C:\\windows\\drive.txt", "outside")
    members = await reader.unpack(path)
    assert [member["name"] for member in members] == ["escaped.txt", "etc/absolute.txt", "C:/windows/drive.txt"]
    for member in members:
        assert Path(member["file"]).parent == reader.folder / "unpacked-climb.zip"
    assert not (tmp_path / "escaped.txt").exists()


async def test_links_and_devices_in_a_tar_are_not_followed(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        fifo = tarfile.TarInfo("pipe")
        fifo.type = tarfile.FIFOTYPE
        archive.addfile(fifo)
        honest = tarfile.TarInfo("a.txt")
        honest.size = 5
        archive.addfile(honest, io.BytesIO(b"hello"))
    members = await reader.unpack(path, "application/x-tar")
    assert [(member["name"], bool(member["file"])) for member in members] == [
        ("link.txt", False),
        ("pipe", False),
        ("a.txt", True),
    ]
    assert "link" in members[0]["reason"]


async def test_a_truncated_gzip(reader: Reader, tmp_path: Path) -> None:
    path = hostile.nested_gzip(tmp_path / "cut.txt.gz", depth=1)
    path.write_bytes(path.read_bytes()[:-12])
    (member,) = await reader.unpack(path, "application/gzip")
    assert member["name"] == "cut.txt"
    assert "damaged" in member["reason"]


async def test_more_files_than_anyone_wants(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(20_001):
            archive.writestr(f"{number}.txt", "")
    with pytest.raises(WorkerError, match="more than 20,000 files"):
        await reader.unpack(path)


async def test_deeply_nested_html(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "deep.html"
    path.write_text("<html>" + "<div><table><tr><td>" * 50_000 + "the bottom" + "</td></tr></table></div>" * 50_000)
    assert "the bottom" in (await reader.read(path))["texts"][0]


async def test_deeply_nested_xml(reader: Reader, tmp_path: Path) -> None:
    path = tmp_path / "deep.xml"
    path.write_text("<a>" * 100_000 + "the bottom" + "</a>" * 100_000)
    assert "the bottom" in (await reader.read(path))["texts"][0]
