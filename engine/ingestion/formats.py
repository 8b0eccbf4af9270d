"""What a file really is: by its bytes first, and by its name only where they leave it open."""

from __future__ import annotations

import mmap
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

Reader = Literal[
    "pdf", "slides", "epub", "office", "preview", "html", "xml", "mail", "mbox", "text", "image", "archive", "none"
]


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is read.

    Attributes:
        reader: Which reader takes it; `none` where there is none, then `reason` says why.
        media_type: IANA name, empty where nothing is known.
        reason: Why it is not read, in plain words.
    """

    reader: Reader
    media_type: str = ""
    reason: str = ""


_OOXML = "application/vnd.openxmlformats-officedocument."
DOCX = _OOXML + "wordprocessingml.document"
XLSX = _OOXML + "spreadsheetml.sheet"
PPTX = _OOXML + "presentationml.presentation"
ODP = "application/vnd.oasis.opendocument.presentation"

_MAGIC: tuple[tuple[int, bytes, Format], ...] = (
    (0, b"{\\rtf", Format("office", "application/rtf")),
    (0, b"\x1f\x8b", Format("archive", "application/gzip")),
    (0, b"BZh", Format("archive", "application/x-bzip2")),
    (0, b"\xfd7zXZ\0", Format("archive", "application/x-xz")),
    (257, b"ustar", Format("archive", "application/x-tar")),
    (
        0,
        b"7z\xbc\xaf\x27\x1c",
        Format("none", "application/x-7z-compressed", "7z archives cannot be opened; unpack it and add the files"),
    ),
    (
        0,
        b"Rar!\x1a\x07",
        Format("none", "application/vnd.rar", "RAR archives cannot be opened; unpack it and add the files"),
    ),
    (0, b"\x89PNG\r\n", Format("image", "image/png")),
    (0, b"\xff\xd8\xff", Format("image", "image/jpeg")),
    (0, b"II*\0", Format("image", "image/tiff")),
    (0, b"MM\0*", Format("image", "image/tiff")),
    (0, b"GIF8", Format("image", "image/gif")),
    (8, b"WEBP", Format("image", "image/webp")),
    (0, b"ITSF", Format("none", "application/vnd.ms-htmlhelp", "compiled help files (CHM) cannot be read")),
    (
        0,
        bytes.fromhex("e4525c7b8cd8a74daeb15378d02996d3"),
        Format("none", "application/onenote", "OneNote files cannot be read; export the pages as PDF or Word"),
    ),
    (0, b"%!PS", Format("none", "application/postscript", "PostScript cannot be read; convert it to PDF")),
    (0, b"AT&TFORM", Format("none", "image/vnd.djvu", "DjVu files cannot be read; convert it to PDF")),
    (
        60,
        b"BOOKMOBI",
        Format("none", "application/x-mobipocket-ebook", "Kindle books cannot be read; convert it to EPUB"),
    ),
    (0, b"MZ", Format("none", "application/x-msdownload", "it is a program")),
    (0, b"\x7fELF", Format("none", "application/x-elf", "it is a program")),
    (0, b"\xcf\xfa\xed\xfe", Format("none", "application/x-mach-binary", "it is a program")),
    (0, b"\xca\xfe\xba\xbe", Format("none", "application/java-vm", "it is a program")),
    (0, b"SQLite format 3\0", Format("none", "application/vnd.sqlite3", "databases are not read")),
    (0, b"PAR1", Format("none", "application/vnd.apache.parquet", "databases are not read")),
    (0, b"ID3", Format("none", "audio/mpeg", "sound files are not read")),
    (0, b"OggS", Format("none", "audio/ogg", "sound files are not read")),
    (0, b"fLaC", Format("none", "audio/flac", "sound files are not read")),
    (8, b"WAVE", Format("none", "audio/wav", "sound files are not read")),
    (8, b"AVI ", Format("none", "video/x-msvideo", "videos are not read")),
    (4, b"ftyp", Format("none", "video/mp4", "videos and sound files are not read")),
    (0, b"\x1aE\xdf\xa3", Format("none", "video/x-matroska", "videos are not read")),
    (0, b"\0\1\0\0\0", Format("none", "font/ttf", "fonts are not read")),
    (0, b"OTTO", Format("none", "font/otf", "fonts are not read")),
    (0, b"wOF", Format("none", "font/woff", "fonts are not read")),
)

_ZIP_BY_MIMETYPE = {
    "application/vnd.oasis.opendocument.text": Format("office", "application/vnd.oasis.opendocument.text"),
    "application/vnd.oasis.opendocument.text-template": Format("office", "application/vnd.oasis.opendocument.text"),
    "application/vnd.oasis.opendocument.spreadsheet": Format(
        "office", "application/vnd.oasis.opendocument.spreadsheet"
    ),
    "application/vnd.oasis.opendocument.spreadsheet-template": Format(
        "office", "application/vnd.oasis.opendocument.spreadsheet"
    ),
    ODP: Format("slides", ODP),
    ODP + "-template": Format("slides", ODP),
    "application/epub+zip": Format("epub", "application/epub+zip"),
}
_PROGRAMS = frozenset(
    {".jar", ".war", ".ear", ".apk", ".ipa", ".whl", ".xpi", ".crx", ".vsix", ".nupkg", ".appx", ".msix"}
)

_CODE = frozenset(
    [
        ".py",
        ".pyi",
        ".pyx",
        ".js",
        ".mjs",
        ".cjs",
        ".jsx",
        ".ts",
        ".tsx",
        ".vue",
        ".svelte",
        ".java",
        ".kt",
        ".kts",
        ".scala",
        ".groovy",
        ".gradle",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".cxx",
        ".hh",
        ".hpp",
        ".hxx",
        ".m",
        ".mm",
        ".cs",
        ".fs",
        ".vb",
        ".go",
        ".rs",
        ".swift",
        ".rb",
        ".php",
        ".pl",
        ".pm",
        ".lua",
        ".r",
        ".jl",
        ".dart",
        ".ex",
        ".exs",
        ".erl",
        ".hs",
        ".ml",
        ".mli",
        ".clj",
        ".cljs",
        ".lisp",
        ".el",
        ".scm",
        ".nim",
        ".zig",
        ".d",
        ".pas",
        ".f",
        ".f90",
        ".for",
        ".asm",
        ".s",
        ".sh",
        ".bash",
        ".zsh",
        ".fish",
        ".ps1",
        ".psm1",
        ".bat",
        ".cmd",
        ".sql",
        ".graphql",
        ".proto",
        ".thrift",
        ".css",
        ".scss",
        ".sass",
        ".less",
        ".cmake",
        ".mk",
        ".dockerfile",
        ".tf",
        ".hcl",
        ".nix",
        ".toml",
        ".yaml",
        ".yml",
        ".ini",
        ".cfg",
        ".conf",
        ".json",
        ".jsonl",
        ".ndjson",
        ".xsl",
        ".xslt",
        ".xsd",
        ".dtd",
        ".tcl",
        ".awk",
        ".sed",
        ".diff",
        ".patch",
    ]
)
_CODE_NAMES = frozenset(
    {"makefile", "dockerfile", "cmakelists.txt", "jenkinsfile", "vagrantfile", "rakefile", "gemfile"}
)
_TEXT_TYPES = {
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".mdown": "text/markdown",
    ".mkd": "text/markdown",
    ".mdx": "text/markdown",
    ".qmd": "text/markdown",
    ".rmd": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".json": "application/json",
    ".tex": "text/x-tex",
    ".rst": "text/x-rst",
}
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
    for offset, magic, form in _MAGIC:
        if head[offset:].startswith(magic):
            return form
    return _text_format(head, suffix, name)


def is_code(name: str) -> bool:
    """The name is that of source code or of a configuration written for machines."""
    plain = PurePosixPath(name.replace("\\", "/"))
    return plain.suffix.lower() in _CODE or plain.name.lower() in _CODE_NAMES


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
        return _DAMAGED_ZIPS.get(suffix, archive)
    if kind in _ZIP_BY_MIMETYPE:
        return _ZIP_BY_MIMETYPE[kind]
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
    if suffix in _PROGRAMS or "AndroidManifest.xml" in names:
        return Format("none", "application/java-archive", "it is a program")
    return archive


_DAMAGED_ZIPS = {
    ".docx": Format("office", DOCX),
    ".docm": Format("office", DOCX),
    ".xlsx": Format("office", XLSX),
    ".xlsm": Format("office", XLSX),
    ".pptx": Format("slides", PPTX),
    ".odp": Format("slides", ODP),
    ".epub": Format("epub", "application/epub+zip"),
    ".odt": Format("office", "application/vnd.oasis.opendocument.text"),
    ".ods": Format("office", "application/vnd.oasis.opendocument.spreadsheet"),
}


@dataclass(frozen=True, slots=True)
class _OleKind:
    media_type: str
    streams: tuple[str, ...]
    endings: frozenset[str]


_OLE_KINDS = (
    _OleKind("application/vnd.ms-outlook", ("__substg1.0_", "__properties_version1.0"), frozenset({".msg", ".oft"})),
    _OleKind("application/vnd.ms-powerpoint", ("PowerPoint Document",), frozenset({".ppt", ".pps", ".pot"})),
    _OleKind("application/msword", ("WordDocument",), frozenset({".doc", ".dot"})),
    _OleKind("application/vnd.ms-excel", ("Workbook", "Book"), frozenset({".xls", ".xlt"})),
)


def _ole_format(path: Path, suffix: str) -> Format:
    """Microsoft's older container: which program wrote it shows by the names of its streams.

    A file may embed others, so among the kinds found the one that its ending names wins.
    """
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:

        def holds(name: str) -> bool:
            return data.find(name.encode("utf-16-le")) >= 0

        if holds("EncryptedPackage") or holds("DRMEncryptedTransform"):
            return Format(
                "none",
                "application/x-ole-storage",
                "it is locked with a password; save a copy without one and add that",
            )
        kinds = [kind for kind in _OLE_KINDS if any(map(holds, kind.streams))]
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
            return Format("office", "application/x-fictionbook+xml")
        if b"<html" in start:
            return Format("html", "application/xhtml+xml")
        return Format("xml", "image/svg+xml" if suffix == ".svg" else "application/xml")
    if suffix not in _MAIL and _MBOX.match(start):
        return Format("mbox", "application/mbox")
    if _looks_like_mail(head, fewest=1 if suffix in _MAIL else 3):
        return Format("mail", "message/rfc822")
    if suffix in _TEXT_TYPES:
        return Format("text", _TEXT_TYPES[suffix])
    return Format("text", "text/x-source" if is_code(name) else "text/plain")


_MAIL_FIELDS = frozenset(
    b"received return-path message-id mime-version from delivered-to to subject date content-type reply-to".split()
)


def _looks_like_mail(head: bytes, *, fewest: int) -> bool:
    lines = head.splitlines()[:20]
    fields = {line.split(b":", 1)[0].lower() for line in lines if b":" in line and line[:1].isalpha()}
    return len(fields & _MAIL_FIELDS) >= fewest
