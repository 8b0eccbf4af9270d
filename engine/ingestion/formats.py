"""What a file really is: by its bytes first, and by its name only where they leave it open."""

from __future__ import annotations

import mmap
import re
import zipfile
from pathlib import Path, PurePosixPath

from engine.ingestion.signatures import (
    CODE,
    CODE_NAMES,
    DAMAGED_ZIPS,
    DOCX,
    MAGIC,
    OLE_KINDS,
    PPTX,
    PROGRAMS,
    TEXT_TYPES,
    XLSX,
    ZIP_BY_MIMETYPE,
    Format,
)

_MARKDOWN_TYPE = "text/markdown"
_MAIL = (".eml", ".mht", ".mhtml")
_MBOX = re.compile(rb"from \S+ +\w{3},? +\w{3} +\d[^\n]*\r?\n[\w-]+:", re.IGNORECASE)
"""The first line of a mailbox and the first field after it."""


def sniff(path: Path, name: str) -> Format:
    """Tell what a file is.

    Args:
        path: Where its bytes lie.
        name: What it is called; of a member of an archive, its name there.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    suffix = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if b"%PDF-" in head[:1024] and not head.startswith((b"PK", b"\xd0\xcf")):
        return Format("pdf", "application/pdf")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_format(path, suffix)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_format(path, suffix)
    if suffix == ".bmp" and head.startswith(b"BM"):
        return Format("image", "image/bmp")
    for offset, magic, form in MAGIC:
        if head[offset:].startswith(magic):
            return form
    return _text_format(head, suffix, name)


def is_code(name: str) -> bool:
    """The name is that of source code or of a configuration written for machines."""
    plain = PurePosixPath(name.replace("\\", "/"))
    return plain.suffix.lower() in CODE or plain.name.lower() in CODE_NAMES


def is_markdown(media_type: str) -> bool:
    """The text is Markdown."""
    return media_type == _MARKDOWN_TYPE


def _zip_format(path: Path, suffix: str) -> Format:
    archive = Format("archive", "application/zip")
    try:
        with zipfile.ZipFile(path) as file:
            names = set(file.namelist())
            kind = ""
            if "mimetype" in names and file.getinfo("mimetype").file_size < 256:
                kind = file.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError, KeyError):
        # Which it was meant to be shows only in its name; its reader finds out what is wrong.
        return DAMAGED_ZIPS.get(suffix, archive)
    if kind in ZIP_BY_MIMETYPE:
        return ZIP_BY_MIMETYPE[kind]
    if "META-INF/container.xml" in names:
        return Format("epub", "application/epub+zip")
    if "[Content_Types].xml" in names:
        for folder, form in (
            ("word/", Format("office", DOCX)),
            ("xl/", Format("office", XLSX)),
            ("ppt/", Format("slides", PPTX)),
        ):
            if any(name.startswith(folder) for name in names):
                return (
                    Format("office", "application/vnd.ms-excel.sheet.binary.macroEnabled.12")
                    if "xl/workbook.bin" in names
                    else form
                )
    if any(name.lower().endswith(".fdseq") for name in names):
        return Format("none", "application/vnd.ms-xpsdocument", "XPS documents cannot be read; save it as PDF")
    if any(name.endswith(".iwa") or name in ("index.apxl", "Index.zip") for name in names) or (
        suffix in (".pages", ".numbers", ".key")
    ):
        if "QuickLook/Preview.pdf" in names:
            return Format("preview", "application/vnd.apple.iwork")
        return Format(
            "none",
            "application/vnd.apple.iwork",
            "Pages, Numbers and Keynote files cannot be read; export it as PDF or Word",
        )
    if suffix in PROGRAMS or "AndroidManifest.xml" in names:
        return Format("none", "application/java-archive", "it is a program")
    return archive


def _ole_format(path: Path, suffix: str) -> Format:
    """Microsoft's older container: which program wrote it shows by the names of its streams.

    A file may embed others, so among the kinds found the one that its ending names wins.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:

        def holds(name: str) -> bool:
            # Names are compared without regard to case (MS-CFB 2.6.4); writers use one of three forms.
            return any(data.find(form.encode("utf-16-le")) >= 0 for form in (name, name.lower(), name.upper()))

        if holds("EncryptedPackage") or holds("DRMEncryptedTransform"):
            return Format(
                "none",
                "application/x-ole-storage",
                "it is locked with a password; save a copy without one and add that",
            )
        kinds = [kind for kind in OLE_KINDS if any(map(holds, kind.streams))]
    if kinds:
        named = [kind for kind in kinds if suffix in kind.endings]
        return Format("office", (named or kinds)[0].media_type)
    return Format("none", "application/x-ole-storage", "it is a Microsoft file of a kind that cannot be read")


def _text_format(head: bytes, suffix: str, name: str) -> Format:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").replace(b"\0", b"")[:2048].lower()
    if suffix == ".ipynb" and start.startswith(b"{"):
        return Format("office", "application/x-ipynb+json")
    if start.startswith((b"<!doctype html", b"<html")) or (
        suffix in (".html", ".htm", ".xhtml", ".shtml") and b"<" in start
    ):
        return Format("html", "text/html")
    if start.startswith(b"<?xml") or (suffix in (".xml", ".rss", ".atom", ".svg", ".opml", ".fb2") and b"<" in start):
        if b"<fictionbook" in start:
            return Format("book", "application/x-fictionbook+xml")
        if b"<html" in start:
            return Format("html", "application/xhtml+xml")
        return Format("xml", "image/svg+xml" if suffix == ".svg" else "application/xml")
    if suffix not in _MAIL and _MBOX.match(start):
        return Format("mbox", "application/mbox")
    if _looks_like_mail(head, fewest=1 if suffix in _MAIL else 3):
        return Format("mail", "message/rfc822")
    if suffix in TEXT_TYPES:
        return Format("text", TEXT_TYPES[suffix])
    return Format("text", "text/x-source" if is_code(name) else "text/plain")


_MAIL_FIELDS = frozenset(
    b"received return-path message-id mime-version from delivered-to to subject date content-type reply-to".split()
)


def _looks_like_mail(head: bytes, *, fewest: int) -> bool:
    lines = head.splitlines()[:20]
    fields = {line.split(b":", 1)[0].lower() for line in lines if b":" in line and line[:1].isalpha()}
    return len(fields & _MAIL_FIELDS) >= fewest
