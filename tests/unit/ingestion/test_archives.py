"""What archives give out: names, sizes, limits."""

from __future__ import annotations

import bz2
import io
import lzma
import tarfile
import zipfile
from pathlib import Path

import pytest

from engine.ingestion.archives import Limits, safe_name, unpack
from engine.ingestion.reading import Unreadable
from engine.ingestion.zip_checks import check_zip
from tests.helpers import hostile

LIMITS = Limits(1_000_000, 1_000_000)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_packed_tar_archives(tmp_path: Path, target: Path, mode: str) -> None:
    path = tmp_path / "a.bin"
    with tarfile.open(path, mode) as archive:
        info = tarfile.TarInfo("papers/a.txt")
        info.size = 5
        archive.addfile(info, io.BytesIO(b"words"))
    kind = {"w:gz": "application/gzip", "w:bz2": "application/x-bzip2", "w:xz": "application/x-xz"}[mode]
    (member,) = unpack(path, kind, path.name, target, LIMITS)
    assert (member.name, member.size, Path(member.file).read_bytes()) == ("papers/a.txt", 5, b"words")


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.txt.bz2", bz2.compress(b"words"), "application/x-bzip2"),
        ("a.txt.xz", lzma.compress(b"words"), "application/x-xz"),
    ],
)
def test_single_files_lose_the_last_ending(tmp_path: Path, target: Path, name: str, data: bytes, kind: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    (member,) = unpack(path, kind, name, target, LIMITS)
    assert member.name == "a.txt"
    assert Path(member.file).suffix == ".txt"


def test_a_member_beyond_its_limit_is_left_out_and_the_rest_kept(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.txt", bytes(300_000))
        archive.writestr("small.txt", "words")
    big, small = unpack(path, "application/zip", path.name, target, Limits(1_000_000, 100_000))
    assert big.reason == "it is larger than 0 MB"
    assert small.reason is None
    assert [file.name for file in target.iterdir()] == [Path(small.file).name]


def test_one_member_alone(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("big.txt", bytes(3_000_000))
        archive.writestr("small.txt", "words")
    (member,) = unpack(path, "application/zip", path.name, target, LIMITS, only="small.txt")
    assert Path(member.file).read_bytes() == b"words"
    assert unpack(path, "application/zip", path.name, target, LIMITS, only="missing.txt") == []


def test_beyond_the_limit_of_the_whole_nothing_is_kept(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"{number}.txt", bytes(300_000))
    with pytest.raises(Unreadable, match="unpacks to more than 1 MB"):
        unpack(path, "application/zip", path.name, target, LIMITS)
    assert list(target.iterdir()) == []


def test_old_names_in_the_senders_encoding(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("PLACEHOLDER_NAME_OF_24.txt", "words")
    raw = path.read_bytes().replace(b"PLACEHOLDER_NAME_OF_24.txt", "Договор аренды дома 24.txt"[:26].encode("cp866"))
    path.write_bytes(raw)
    (member,) = unpack(path, "application/zip", path.name, target, LIMITS)
    assert member.name == "Договор аренды дома 24.txt"


def test_a_zip_that_is_none(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(Unreadable, match="damaged"):
        unpack(path, "application/zip", path.name, target, LIMITS)


def test_a_flipped_bit_is_noticed(tmp_path: Path, target: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "the words of a note")
    path.write_bytes(path.read_bytes().replace(b"words", b"wards"))
    (member,) = unpack(path, "application/zip", path.name, target, LIMITS)
    assert (member.file, member.skipped) == ("", False)
    assert member.reason is not None
    assert "checksum" in member.reason


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/absolute/a.txt", "absolute/a.txt"),
        ("a\\b\\..\\c.txt", "a/b/c.txt"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("..", "unnamed"),
        ("", "unnamed"),
    ],
)
def test_names_are_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_an_honest_office_file_passes(tmp_path: Path) -> None:
    check_zip(hostile.docx(tmp_path / "a.docx", "Words."), 1_000_000)


def test_a_locked_part_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="password"):
        check_zip(hostile.locked_zip(tmp_path / "a.docx"), 1_000_000)
