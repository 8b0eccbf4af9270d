"""Archives and compressed files: what lies inside is written to a folder, one file a member, against limits that hold.

Nothing that an archive says about itself is believed: every byte is counted as it is inflated, names are never used as
paths on this computer, and entries that share bytes are refused, since only bombs have them.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from engine.ingestion.mail import attachments
from engine.ingestion.reading import Unreadable, skip
from engine.ingestion.zip_checks import FALSE_SIZE, STEP, TRUNCATED, open_zip, refuse_overlaps

MAX_MEMBERS = 20_000
SEPARATOR = "!/"
"""Between an archive and what lies in it, as in `a.zip!/b.pdf`."""

LOCKED = "it is locked with a password; unpack it and add the files"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one archive may cost, all archives inside it together.

    Attributes:
        total_bytes: Bytes that its members may have in all.
        member_bytes: Bytes that one member may have.
    """

    total_bytes: int
    member_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One file of an archive.

    Attributes:
        name: As the archive has it, with `/` between folders and without steps upwards.
        file: Where its bytes were written; empty where they were not.
        size: Bytes.
        reason: Why it was not unpacked; None where it was.
        skipped: See `Unreadable.skipped`.
    """

    name: str
    file: str = ""
    size: int = 0
    reason: str | None = None
    skipped: bool = False


class _FullError(Exception):
    """The limit of the whole archive was reached."""


def unpack(
    path: Path, media_type: str, name: str, target: Path, limits: Limits, *, only: str | None = None
) -> list[Member]:
    """Write every member of an archive into a folder, as `0.pdf`, `1.txt`, … .

    Args:
        path: The archive.
        media_type: As `formats.sniff` gave it.
        name: What the archive is called; what lies in a bare `.gz` takes its name from it.
        target: An existing, empty folder.
        limits: What it may cost.
        only: The one member wanted; the others are left packed and left out of the answer.

    Returns:
        The members in the archive's order, those that could not be unpacked with their reason.

    Raises:
        Unreadable: the archive as a whole is damaged, locked or a bomb; what was written until then is removed.
    """
    members: list[Member] = []
    written = 0
    try:
        for member_name, source, declared in _members(path, media_type, name):
            if len(members) >= MAX_MEMBERS:
                raise _FullError
            shown = safe_name(member_name)
            if only is not None and shown != only:
                if not isinstance(source, Unreadable):
                    source.close()
                continue
            if isinstance(source, Unreadable):
                members.append(Member(name=shown, reason=str(source), skipped=source.skipped))
                continue
            file = target / f"{len(members)}{_suffix(shown)}"
            try:
                size = _copy(source, file, min(limits.member_bytes, limits.total_bytes - written), limits, declared)
            except Unreadable as error:
                file.unlink(missing_ok=True)
                members.append(Member(name=shown, reason=str(error), skipped=error.skipped))
                continue
            written += size
            members.append(Member(name=shown, file=str(file), size=size))
    except _FullError:
        for file in target.iterdir():
            file.unlink()
        if len(members) >= MAX_MEMBERS:
            raise skip(f"it holds more than {MAX_MEMBERS:,} files; unpack it and add the folder") from None
        raise skip(
            f"it unpacks to more than {limits.total_bytes / 1e6:,.0f} MB, as archive bombs do; nothing of it was kept. "
            "If you trust it, unpack it and add the folder"
        ) from None
    return members


def safe_name(name: str) -> str:
    """A member's name to show: `/` between folders, no drive, no root, no steps upwards, no control characters."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    shown = "/".join(parts)[:500]
    return "".join(character if character.isprintable() else "_" for character in shown) or "unnamed"


def _members(path: Path, media_type: str, name: str) -> Iterator[tuple[str, IO[bytes] | Unreadable, int | None]]:
    if media_type == "application/zip":
        return _zip_members(path)
    if media_type == "message/rfc822":
        return ((title, data, None) for title, data in attachments(path))
    if media_type == "application/x-tar":
        return _tar_members(path, "r:")
    if media_type in _OPENERS:
        opener = _OPENERS[media_type]
        if _is_tar(path, media_type):
            return _tar_members(
                path, {"application/gzip": "r:gz", "application/x-bzip2": "r:bz2"}.get(media_type, "r:xz")
            )
        return iter([(_inner_name(name), opener(path), None)])
    raise skip("archives of this kind cannot be opened; unpack it and add the files")


_OPENERS: dict[str, Callable[[Path], IO[bytes]]] = {
    "application/gzip": lambda path: cast("IO[bytes]", gzip.GzipFile(path, "rb")),
    "application/x-bzip2": lambda path: cast("IO[bytes]", bz2.BZ2File(path, "rb")),
    "application/x-xz": lambda path: cast("IO[bytes]", lzma.LZMAFile(path, "rb")),  # noqa: SIM115 - the caller closes it
}


def _copy(source: IO[bytes], file: Path, room: int, limits: Limits, declared: int | None) -> int:
    size = 0
    try:
        with source, file.open("xb") as out:
            while data := source.read(STEP):
                size += len(data)
                if size > room:
                    if room < limits.member_bytes:
                        raise _FullError
                    raise skip(f"it is larger than {limits.member_bytes / 1e6:,.0f} MB")
                out.write(data)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, gzip.BadGzipFile, lzma.LZMAError) as error:
        raise Unreadable(
            TRUNCATED if "truncated" in str(error).lower() else "it is damaged: its bytes do not fit their checksum"
        ) from error
    except EOFError as error:
        raise Unreadable(TRUNCATED) from error
    except (NotImplementedError, RuntimeError) as error:
        if "password" in str(error).lower() or "encrypt" in str(error).lower():
            raise skip(LOCKED) from error
        raise skip("it is compressed by a method that cannot be undone here; unpack it and add the files") from error
    except OSError as error:
        if isinstance(error, FileNotFoundError) or error.errno is not None:
            raise
        raise Unreadable("it is damaged: its compressed bytes make no sense") from error
    if declared is not None and size != declared:
        raise Unreadable(FALSE_SIZE)
    return size


def _zip_members(path: Path) -> Iterator[tuple[str, IO[bytes] | Unreadable, int | None]]:
    with open_zip(path) as archive:
        refuse_overlaps(archive)
        for info in archive.infolist():
            if info.is_dir():
                continue
            if stat.S_ISLNK(info.external_attr >> 16):
                yield (
                    info.filename,
                    skip("it is a link, which archives may point anywhere; links are not followed"),
                    None,
                )
            elif info.flag_bits & 1:
                yield _decoded_name(info), skip(LOCKED), None
            else:
                try:
                    yield _decoded_name(info), archive.open(info), info.file_size
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError):
                    yield (
                        _decoded_name(info),
                        Unreadable("it is damaged or compressed by a method that cannot be undone here"),
                        None,
                    )


def _decoded_name(info: zipfile.ZipInfo) -> str:
    """Names without the UTF-8 flag, which the standard library takes for CP437, are mostly in the sender's encoding."""
    if info.flag_bits & 0x800 or info.filename.isascii():
        return info.filename
    try:
        data = info.filename.encode("cp437")
    except UnicodeEncodeError:
        return info.filename
    from engine.ingestion.decoding import decode

    try:
        return decode(data).text
    except Unreadable:
        return info.filename


def _tar_members(path: Path, mode: str) -> Iterator[tuple[str, IO[bytes] | Unreadable, int | None]]:
    try:
        with tarfile.open(path, mode) as archive:  # type: ignore[call-overload] # the mode is one of the literals above
            for info in archive:
                if info.isfile():
                    stream = archive.extractfile(info)
                    if stream is not None:
                        yield info.name, stream, info.size
                elif info.issym() or info.islnk():
                    yield (
                        info.name,
                        skip("it is a link, which archives may point anywhere; links are not followed"),
                        None,
                    )
                elif not info.isdir():
                    yield info.name, skip("it is a device and no file"), None
    except (
        tarfile.TarError,
        EOFError,
        zlib.error,
        gzip.BadGzipFile,
        lzma.LZMAError,
        UnicodeError,
        ValueError,
    ) as error:
        raise Unreadable("it is damaged: it ends in the middle or makes no sense") from error


def _is_tar(path: Path, media_type: str) -> bool:
    try:
        with _OPENERS[media_type](path) as stream:
            head = stream.read(512)
    except (OSError, EOFError, zlib.error, lzma.LZMAError):
        return False
    return head[257:262] == b"ustar"


def _inner_name(name: str) -> str:
    plain = name.replace("\\", "/").rpartition("/")[2]
    stem, _, suffix = plain.rpartition(".")
    return stem if stem and suffix.lower() in ("gz", "bz2", "xz", "gzip") else f"{plain}.content"


def _suffix(name: str) -> str:
    """The ending of a member's name where it is harmless to use on this computer."""
    ending = name.rpartition("/")[2].rpartition(".")[2].lower()
    return f".{ending}" if ending.isascii() and ending.isalnum() and len(ending) <= 10 and "." in name else ""
