"""One file to text: finds out what it is, and hands it to the reader that knows it. The only importer of kreuzberg."""

from __future__ import annotations

import contextlib
import re
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import kreuzberg

from engine.ingestion import formats
from engine.ingestion.contents_lines import without_contents
from engine.ingestion.decoding import decode
from engine.ingestion.fiction_book import read_fiction_book
from engine.ingestion.formats import sniff
from engine.ingestion.mail import read_mail, read_mailbox
from engine.ingestion.markup import read_html, read_xml
from engine.ingestion.old_slides import read_old_slides
from engine.ingestion.open_document import read_open_document
from engine.ingestion.pages import read_pdf
from engine.ingestion.reading import Flavour, PageText, ReadDocument, TextBuilder, Unreadable, clean, has_text, skip
from engine.ingestion.rtf import read_rtf
from engine.ingestion.running_heads import printed
from engine.ingestion.signatures import DOCX, PPT, XLSX, Format
from engine.ingestion.word import read_docx
from engine.ingestion.zip_checks import check_zip
from engine.ingestion.zipped import (
    LOCKED,
    drawn_texts,
    embedded_files,
    read_epub,
    read_slides,
    refuse_locked,
    word_texts,
)

MAX_CHARACTERS = 16_000_000
"""Text of one document at most: about 8,000 pages. It bounds the memory and the time of everything after reading."""
_KEPT_SHARE = 0.9
_SECTOR = 512
_MOST_PADDING = 4 << 20
_HALF_READ = "it is damaged, so its text was taken as far as it could be made out"
_ROWS = frozenset({"text/csv", "text/tab-separated-values"})
_EXCEL_BLANK = "|"
"""What kreuzberg puts into an empty first cell."""


def read_file(path: Path, name: str, *, zip_limit: int) -> ReadDocument:
    """Read one file that is no archive.

    Args:
        path: Where its bytes lie.
        name: What it is called; the ending helps where the content leaves the format open.
        zip_limit: Bytes that a zip-based format may unpack to.

    Raises:
        Unreadable: with the reason, in words for its owner.
        OSError: the file cannot be opened.
    """
    if path.stat().st_size == 0:
        raise skip("the file is empty")
    form = sniff(path, name)
    document = _read(path, name, form, zip_limit)
    characters = sum(len(page.text) for page in document.pages)
    if characters > MAX_CHARACTERS:
        raise skip(
            f"it holds {characters / 1e6:,.0f} million characters of text, more than the "
            f"{MAX_CHARACTERS / 1e6:,.0f} million that one document may have; split it up"
        )
    if not any(has_text(page.text) for page in document.pages) and not document.ocr_pages and not document.has_members:
        raise skip("no text found in it")
    return document


def _read(path: Path, name: str, form: Format, zip_limit: int) -> ReadDocument:
    match form.reader:
        case "pdf":
            return read_pdf(path)
        case "slides":
            check_zip(path, zip_limit)
            refuse_locked(path)
            return read_slides(path, form.media_type)
        case "epub":
            check_zip(path, zip_limit)
            return read_epub(path)
        case "preview":
            check_zip(path, zip_limit)
            return _read_preview(path)
        case "office":
            return _read_office(path, form.media_type, zip_limit)
        case "book":
            return read_fiction_book(path)
        case "rtf":
            return read_rtf(path)
        case "html":
            title, page = read_html(decode(path.read_bytes()).text)
            return ReadDocument(title=title, media_type=form.media_type, pages=(page,))
        case "xml":
            title, page, sound = read_xml(_without_declaration(decode(path.read_bytes()).text))
            notes = () if sound else ("it is not well-formed XML, so its text was taken as it stands between the tags",)
            return ReadDocument(title=title, media_type=form.media_type, pages=(page,), notes=notes)
        case "mail":
            return read_mail(path)
        case "mbox":
            return read_mailbox(path)
        case "text":
            return _read_text(path, name, form.media_type)
        case "image":
            return ReadDocument(title="", media_type=form.media_type, pages=(PageText(""),), paged=True, ocr_pages=(1,))
        case "archive" | "none":
            raise skip(form.reason or "it is an archive")


def _read_text(path: Path, name: str, media_type: str) -> ReadDocument:
    decoded = decode(path.read_bytes())
    notes = () if not decoded.lost else (f"{decoded.lost} characters could not be decoded",)
    flavour: Flavour = "markdown" if formats.is_markdown(media_type) else "code" if formats.is_code(name) else "plain"
    if media_type in _ROWS:
        flavour = "rows"
    if flavour == "plain":
        pages = without_contents([printed(decoded.text)])
    else:
        pages = (PageText(clean(decoded.text)),)
    return ReadDocument(title="", media_type=media_type, pages=pages, flavour=flavour, notes=notes)


def _read_preview(path: Path) -> ReadDocument:
    """The PDF that older iWork files carry beside their own format."""
    with zipfile.ZipFile(path) as archive, tempfile.NamedTemporaryFile(suffix=".pdf", delete=False) as file:
        file.write(archive.read("QuickLook/Preview.pdf"))
    try:
        document = read_pdf(Path(file.name))
    finally:
        Path(file.name).unlink(missing_ok=True)
    return ReadDocument(
        title=document.title,
        media_type="application/vnd.apple.iwork",
        pages=document.pages,
        paged=True,
        notes=("it was read from the preview inside it",),
    )


def _read_office(path: Path, media_type: str, zip_limit: int) -> ReadDocument:
    zipped = "openxmlformats" in media_type or "opendocument" in media_type or "macroEnabled" in media_type
    notes: tuple[str, ...] = ()
    if zipped:
        check_zip(path, zip_limit)
        refuse_locked(path)
        embedded = embedded_files(path)
        if embedded:
            notes = (f"{embedded} embedded {'file was' if embedded == 1 else 'files were'} not read",)
    if media_type == PPT:
        with contextlib.suppress(ValueError):  # the main reader makes something even of what makes no sense here
            return read_old_slides(path)
    own = read_docx if media_type == DOCX else read_open_document if "opendocument" in media_type else None
    document = _read_other(path, media_type) if own is None else _read_own(own, path, media_type)
    page = document.pages[0]
    if media_type in (DOCX, XLSX):
        drawn = drawn_texts(path)
        if drawn:
            page = replace(page, text=f"{page.text}\n\n{drawn}" if page.text else drawn)
    if notes and not has_text(page.text):
        raise skip(f"no text found in it; {notes[0]}")
    return replace(document, pages=(page,), notes=(*document.notes, *notes))


def _read_own(own: Callable[[Path, str], ReadDocument], path: Path, media_type: str) -> ReadDocument:
    try:
        return own(path, media_type)
    except Unreadable:
        document = replace(_read_other(path, media_type), notes=(_HALF_READ,))  # it forgives what is not well-formed
        if media_type == DOCX and not has_text(document.pages[0].text):
            document = replace(document, pages=(word_texts(path),))
        return document


def _read_other(path: Path, media_type: str) -> ReadDocument:
    result = _extract(path, media_type)
    title = " ".join(str(result.metadata.get("title") or "").split())[:300]
    return ReadDocument(title=title, media_type=media_type, pages=(_compose(result),))


def _extract(path: Path, media_type: str) -> kreuzberg.ExtractionResult:
    config = kreuzberg.ExtractionConfig(
        use_cache=False,  # it would keep plain text under the home folder
        enable_quality_processing=False,
        output_format="plain",
        include_document_structure=True,
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


def _without_declaration(text: str) -> str:
    """XML that was decoded already must not name its old encoding any more."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
