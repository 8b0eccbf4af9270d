"""One file to text: finds out what it is, and hands it to the reader that knows it."""

from __future__ import annotations

import contextlib
import re
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from engine.ingestion import formats
from engine.ingestion.contents_lines import without_contents
from engine.ingestion.decoding import decode
from engine.ingestion.fiction_book import read_fiction_book
from engine.ingestion.formats import sniff
from engine.ingestion.mail import read_mail, read_mailbox
from engine.ingestion.markup import read_html, read_xml
from engine.ingestion.office import read_office
from engine.ingestion.old_slides import read_old_slides
from engine.ingestion.open_document import read_open_document
from engine.ingestion.pages import read_pdf
from engine.ingestion.reading import Flavour, PageText, ReadDocument, Unreadable, clean, has_text, skip
from engine.ingestion.rtf import read_rtf
from engine.ingestion.running_heads import printed
from engine.ingestion.signatures import DOCX, PPT, XLSX, Format
from engine.ingestion.spreadsheet import read_workbook
from engine.ingestion.word import read_docx
from engine.ingestion.zip_checks import check_zip
from engine.ingestion.zipped import (
    drawn_texts,
    embedded_files,
    read_epub,
    read_slides,
    refuse_locked,
    word_texts,
)

MAX_CHARACTERS = 16_000_000
"""Text of one document at most: about 8,000 pages. It bounds the memory and the time of everything after reading."""
_HALF_READ = "it is damaged, so its text was taken as far as it could be made out"
_LONG = 100_000
_BLANKS = 0.02
_ROWS = frozenset({"text/csv", "text/tab-separated-values"})


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
        old_excel = document.media_type == "application/vnd.ms-excel"
        raise skip(
            "no text found in its cells; text boxes of old Excel files are not read"
            if old_excel
            else "no text found in it"
        )
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
    if media_type in _ROWS or _is_unbroken(decoded.text):
        flavour = "rows"
    if flavour == "plain":
        pages = without_contents([printed(decoded.text)])
    else:
        pages = (PageText(clean(decoded.text)),)
    return ReadDocument(title="", media_type=media_type, pages=pages, flavour=flavour, notes=notes)


def _is_unbroken(text: str) -> bool:
    """A long text with commas and hardly a blank or a line end, as data written by a program for another one."""
    blanks, commas = text.count(" ") + text.count("\n"), text.count(",") + text.count(";")
    return len(text) > _LONG and blanks < _BLANKS * len(text) < commas


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
    own: Callable[[Path, str], ReadDocument] | None = None
    if media_type == DOCX:
        own = read_docx
    elif media_type == XLSX:
        own = partial(read_workbook, most=MAX_CHARACTERS)
    elif "opendocument" in media_type:
        own = read_open_document
    document = read_office(path, media_type) if own is None else _read_own(own, path, media_type)
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
    except Unreadable as error:
        if error.skipped:
            raise
        document = replace(read_office(path, media_type), notes=(_HALF_READ,))  # it forgives what is not well-formed
        if media_type == DOCX and not has_text(document.pages[0].text):
            document = replace(document, pages=(word_texts(path),))
        return document


def _without_declaration(text: str) -> str:
    """XML that was decoded already must not name its old encoding any more."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1)
