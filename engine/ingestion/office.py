"""Office files and others that have no reader of their own here, by kreuzberg. The only importer of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import kreuzberg

from engine.ingestion.reading import PageText, ReadDocument, TextBuilder, Unreadable, clean, skip
from engine.ingestion.zipped import LOCKED

_KEPT_SHARE = 0.9
_SECTOR = 512
_MOST_PADDING = 4 << 20
_OLD_EXCEL = "application/vnd.ms-excel"
_MOST_STRUCTURED = 512 << 10
"""A larger old workbook is read without its structure, which takes two kilobytes for each cell."""
_EXCEL_BLANK = "|"
"""What kreuzberg puts into an empty first cell."""


def read_office(path: Path, media_type: str) -> ReadDocument:
    """Read a file by kreuzberg.

    Raises:
        Unreadable: it is damaged, locked, or of a kind that cannot be read.
    """
    result = _extract(path, media_type)
    title = " ".join(str(result.metadata.get("title") or "").split())[:300]
    return ReadDocument(title=title, media_type=media_type, pages=(_compose(result),))


def _extract(path: Path, media_type: str) -> kreuzberg.ExtractionResult:
    config = kreuzberg.ExtractionConfig(
        use_cache=False,  # it would keep plain text under the home folder
        enable_quality_processing=False,
        output_format="plain",
        include_document_structure=media_type != _OLD_EXCEL or path.stat().st_size < _MOST_STRUCTURED,
        concurrency=kreuzberg.ConcurrencyConfig(max_threads=1),
    )
    config.max_archive_depth = 0
    config.disable_ocr = True  # type: ignore[attr-defined] # there, though missing in its stubs
    try:
        try:
            return kreuzberg.extract_file_sync(str(path), media_type, config)
        except kreuzberg.ParsingError as error:
            mended = _padded(path, error) or _with_code_page(path, error)
            if mended is None:
                raise
            return kreuzberg.extract_bytes_sync(mended, media_type, config)
    except (MemoryError, KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # its panics are no Exception
        raise _explain(error) from error


def _padded(path: Path, error: Exception) -> bytes | None:
    """The bytes of an older Office file with its missing empty sectors, which some programs leave off at the end."""
    short = re.search(r"FAT has (\d+) entries, but file has only \d+ sectors", str(error))
    if short is None:
        return None
    data = path.read_bytes()
    whole = (int(short.group(1)) + 1) * _SECTOR
    return data + bytes(whole - len(data)) if len(data) < whole <= len(data) + _MOST_PADDING else None


def _with_code_page(path: Path, error: Exception) -> bytes | None:
    """The bytes of an older Excel file with a code page that there is; its texts are in Unicode all the same."""
    wrong = re.search(r"Codepage ([0-9A-Fa-f]{1,4}) not found", str(error))
    if wrong is None:
        return None
    record = b"\x42\0\x02\0"  # CODEPAGE, two bytes long (MS-XLS 2.4.52)
    return path.read_bytes().replace(record + int(wrong.group(1), 16).to_bytes(2, "little"), record + b"\xb0\x04", 1)


def _explain(error: BaseException) -> Unreadable:
    message = " ".join(str(error).split())
    lowered = message.lower()
    if "password" in lowered or "encrypted" in lowered:
        return skip(LOCKED)
    if "0xa5dc" in lowered or "0xa5db" in lowered:
        return skip("documents of Word 95 and before cannot be read; save it as DOCX")
    if "panic" in type(error).__name__.lower():
        return Unreadable("the reader of this format failed on it")
    detail = re.sub(r"^(?:\w*Error: |[A-Z][\w ]+ failed: |Failed to [^:]{3,40}: )+", "", message)
    return Unreadable(f"it is damaged or of a kind that cannot be read ({detail[:160]})")


def _compose(result: kreuzberg.ExtractionResult) -> PageText:
    """The text put together from the document's structure, so that it carries no marks and the headings are known.

    Where the structure leaves out more than a tenth of the text, the text itself is taken.
    """
    builder = TextBuilder()
    document = result.document
    nodes: Sequence[Mapping[str, Any]] = document["nodes"] if document else ()
    for node in nodes:
        if node.get("content_layer") not in ("header", "footer"):
            _write_node(node["content"], builder)
    page = builder.page()
    whole = clean(result.content)
    if _letters(page.text) < _KEPT_SHARE * _letters(whole):
        return PageText(re.sub(r"\n{3,}", "\n\n", whole).strip())
    return page


def _write_node(content: Mapping[str, Any], builder: TextBuilder) -> None:
    match content.get("node_type"):
        case "title":
            builder.heading(1, content.get("text") or "")
        case "heading":
            builder.heading(int(content.get("level") or 1), content.get("text") or "")
        case "list_item":
            builder.paragraph(content.get("text") or "", gap="\n")
        case "table":
            rows: dict[int, list[str]] = {}
            for cell in content["grid"]["cells"]:
                row = rows.setdefault(cell["row"], [])
                row += [""] * (cell["col"] + 1 - len(row))
                row[cell["col"]] = "" if cell["content"] == _EXCEL_BLANK else cell["content"]
            for place, row in enumerate(rows.values()):
                builder.row(row, first=place == 0)
        case "metadata_block":
            builder.paragraph("\n".join(f"{key}: {value}" for key, value in content.get("entries") or ()))
        case "slide":
            builder.heading(1, content.get("title") or "")
        case "image":
            builder.paragraph(content.get("description") or "")
        case "group" | "list" | "quote" | "page_break":
            return  # what they hold comes as nodes of its own
        case _:
            builder.paragraph(content.get("text") or "")


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))
