"""What kinds of files look like: their first bytes, what lies in containers, what names say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Reader = Literal[
    "pdf",
    "slides",
    "epub",
    "rtf",
    "book",
    "office",
    "preview",
    "html",
    "xml",
    "mail",
    "mbox",
    "text",
    "image",
    "archive",
    "none",
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
PPT = "application/vnd.ms-powerpoint"
ODP = "application/vnd.oasis.opendocument.presentation"

MAGIC: tuple[tuple[int, bytes, Format], ...] = (
    (0, b"{\\rtf", Format("rtf", "application/rtf")),
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

ZIP_BY_MIMETYPE = {
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
PROGRAMS = frozenset(
    {".jar", ".war", ".ear", ".apk", ".ipa", ".whl", ".xpi", ".crx", ".vsix", ".nupkg", ".appx", ".msix"}
)

CODE = frozenset(
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
CODE_NAMES = frozenset(
    {"makefile", "dockerfile", "cmakelists.txt", "jenkinsfile", "vagrantfile", "rakefile", "gemfile"}
)
TEXT_TYPES = {
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

DAMAGED_ZIPS = {
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
class OleKind:
    """One program's files: the streams that give it away, and the endings that it gives them."""

    media_type: str
    streams: tuple[str, ...]
    endings: frozenset[str]


OLE_KINDS = (
    OleKind("application/vnd.ms-outlook", ("__substg1.0_", "__properties_version1.0"), frozenset({".msg", ".oft"})),
    OleKind(PPT, ("PowerPoint Document",), frozenset({".ppt", ".pps", ".pot"})),
    OleKind("application/msword", ("WordDocument",), frozenset({".doc", ".dot"})),
    OleKind("application/vnd.ms-excel", ("Workbook", "Book"), frozenset({".xls", ".xlt"})),
)
