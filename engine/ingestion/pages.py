"""PDF pages: their text, their pictures, and where a passage stands on them.

With `pdf_remarks` the only importer of pypdfium2.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from engine.ingestion.contents_lines import without_contents
from engine.ingestion.glyphs import in_utf8, with_ligatures
from engine.ingestion.passages import find_passage
from engine.ingestion.pdf_remarks import remarks_on, with_remarks
from engine.ingestion.reading import PageText, ReadDocument, Unreadable, clean, has_text, skip
from engine.ingestion.reflow import Line, placed, plain, reflow_pages
from engine.values import Rectangle, RenderedPage

MAX_PIXELS = 40_000_000
"""Larger pictures are drawn at a smaller scale: 160 MB is what one page may take."""
_HYPHENS = str.maketrans({"\ufffe": None, "\x02": None, "\0": None, "\x03": None})


@contextlib.contextmanager
def _opened(source: Path | bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a document and close it with everything in it.

    Raises:
        Unreadable: it is locked, damaged or no PDF.
    """
    try:
        document = pdfium.PdfDocument(source)
    except pdfium.PdfiumError as error:
        raise _explain(error) from error
    except FileNotFoundError as error:
        raise Unreadable("the file is no longer there") from error
    try:
        if document.get_formtype() != raw.FORMTYPE_NONE:
            document.init_forms()  # else what was filled in without being drawn is not there
        yield document
    finally:
        document.close()


def _explain(error: pdfium.PdfiumError) -> Unreadable:
    code = getattr(error, "err_code", None)
    if code == raw.FPDF_ERR_PASSWORD:
        return skip("it is locked with a password; save a copy without one and add that")
    if code == raw.FPDF_ERR_SECURITY:
        return skip("it is locked by a protection that cannot be opened here")
    return Unreadable("it is damaged: it does not hold a PDF that can be opened")


def read_pdf(path: Path) -> ReadDocument:
    """Read the text of every page.

    Raises:
        Unreadable: it is locked or damaged, or has no pages.
    """
    with _opened(path) as document:
        count = len(document)
        if count == 0:
            raise Unreadable("it is damaged: it has no pages")
        measured: list[list[Line] | None] = []
        plain_texts: dict[int, str] = {}
        remarks: dict[int, list[str]] = {}
        damaged: list[int] = []
        drawn: list[int] = []
        for index in range(count):
            try:
                lines, text, objects, remarks[index] = _read_page(document, index)
            except pdfium.PdfiumError:
                damaged.append(index + 1)
                lines, text, objects = [], "", False
            measured.append(lines)
            if lines is None:
                plain_texts[index] = text
            if objects and not has_text(text) and not any(map(has_text, remarks.get(index, ()))):
                drawn.append(index + 1)
        if len(damaged) == count:
            raise Unreadable("it is damaged: none of its pages can be opened")
        title = _title(document)
    flowing = reflow_pages([lines or [] for lines in measured], title=title)
    pages = without_contents(
        with_remarks(plain(plain_texts[index]) if lines is None else _with_text(flowing[index]), remarks.get(index, ()))
        for index, lines in enumerate(measured)
    )
    notes = (f"{_pages(damaged)} damaged and could not be opened",) if damaged else ()
    return ReadDocument(
        title=title, media_type="application/pdf", pages=pages, paged=True, notes=notes, ocr_pages=tuple(drawn)
    )


def page_count(source: Path | bytes) -> int:
    """How many pages a PDF has.

    Raises:
        Unreadable: it is locked or damaged.
    """
    with _opened(source) as document:
        return len(document)


def render_page(source: Path | bytes, *, page: int, scale: float, passage: str | None = None) -> RenderedPage:
    """Draw one page on white.

    Args:
        source: The file, or its bytes.
        page: From 1.
        scale: Pixels per point; less where the picture would be larger than `MAX_PIXELS`.
        passage: Text to find on the page; its rectangles come back, none where it is not found.

    Raises:
        Unreadable: the document cannot be opened or has no such page.
    """
    with _opened(source) as document:
        if not 1 <= page <= len(document):
            raise Unreadable(f"it has no page {page}, only {len(document)}")
        try:
            drawn = _page(document, page - 1)
        except pdfium.PdfiumError as error:
            raise Unreadable(f"page {page} is damaged and cannot be opened") from error
        width, height = drawn.get_size()
        scale = min(scale, (MAX_PIXELS / max(width * height, 1.0)) ** 0.5)
        bitmap = drawn.render(scale=scale, force_bitmap_format=raw.FPDFBitmap_BGRA, fill_color=(255, 255, 255, 255))
        pixels = _packed(bitmap)
        rectangles = _highlights(drawn, passage, bitmap.width, bitmap.height) if passage else ()
        return RenderedPage(width=bitmap.width, height=bitmap.height, pixels=pixels, highlights=rectangles)


def render_grey(source: Path | bytes, *, page: int, scale: float, max_pixels: int) -> bytes:
    """Draw one page in grey, as a PGM file.

    Raises:
        Unreadable: the document or the page cannot be opened.
    """
    with _opened(source) as document:
        try:
            drawn = document[page - 1]
            width, height = drawn.get_size()
            scale = min(scale, (max_pixels / max(width * height, 1.0)) ** 0.5)
            bitmap = drawn.render(
                scale=scale, grayscale=True, force_bitmap_format=raw.FPDFBitmap_Gray, fill_color=(255, 255, 255, 255)
            )
        except (pdfium.PdfiumError, IndexError) as error:
            raise Unreadable(f"page {page} is damaged and cannot be drawn") from error
        return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + _packed(bitmap, channels=1)


def _page(document: pdfium.PdfDocument, index: int) -> pdfium.PdfPage:
    """A page; what was filled into a form or written on the page becomes part of it, so that it counts as text."""
    page = document[index]
    if _flattened(page):
        page.close()
        page = document[index]
    return page


def _flattened(page: pdfium.PdfPage) -> bool:
    if raw.FPDFPage_GetAnnotCount(page) == 0:
        return False
    return bool(raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY) == raw.FLATTEN_SUCCESS)


def _packed(bitmap: pdfium.PdfBitmap, *, channels: int = 4) -> bytes:
    """Rows without padding."""
    data = bytes(bitmap.buffer)
    row = bitmap.width * channels
    if bitmap.stride == row:
        return data[: row * bitmap.height]
    return b"".join(data[top * bitmap.stride : top * bitmap.stride + row] for top in range(bitmap.height))


def _highlights(page: pdfium.PdfPage, passage: str, width: int, height: int) -> tuple[Rectangle, ...]:
    textpage = page.get_textpage()
    characters = "".join(_character(textpage, index) for index in range(textpage.count_chars()))
    found: list[Rectangle] = []
    for start, end in find_passage(characters, passage):
        for place in range(textpage.count_rects(start, end - start)):
            left, bottom, right, top = textpage.get_rect(place)
            x1, y1 = _to_pixels(page, left, top, width, height)
            x2, y2 = _to_pixels(page, right, bottom, width, height)
            found.append(Rectangle(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)))
    return tuple(_by_line(found))


def _by_line(rectangles: list[Rectangle]) -> list[Rectangle]:
    """One rectangle for each stretch of a line: PDFium gives one for each run, which may be a single letter."""
    lines: list[Rectangle] = []
    for one in rectangles:
        last = lines[-1] if lines else None
        if last is not None:
            height = max(one.height, last.height)
            beside = abs((one.y + one.height / 2) - (last.y + last.height / 2)) < 0.6 * height
            if beside and -0.3 * height <= one.x - (last.x + last.width) < 1.2 * height:
                top, left = min(one.y, last.y), min(one.x, last.x)
                bottom = max(one.y + one.height, last.y + last.height)
                lines[-1] = Rectangle(left, top, max(one.x + one.width, last.x + last.width) - left, bottom - top)
                continue
        lines.append(one)
    return lines


def _character(textpage: pdfium.PdfTextPage, index: int) -> str:
    """The character at an index of the page, always one code point, so that places in the text are indexes."""
    code = raw.FPDFText_GetUnicode(textpage, index)
    return chr(code) if 0 < code < 0x110000 and not 0xD800 <= code < 0xE000 else "\0"


def _to_pixels(page: pdfium.PdfPage, x: float, y: float, width: int, height: int) -> tuple[float, float]:
    """A point of the page in the picture; crop box and rotation are PDFium's to know. 16 times finer than a pixel."""
    fine_x, fine_y = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, width * 16, height * 16, 0, x, y, ctypes.byref(fine_x), ctypes.byref(fine_y))
    return fine_x.value / 16, fine_y.value / 16


def _read_page(document: pdfium.PdfDocument, index: int) -> tuple[list[Line] | None, str, bool, list[str]]:
    """The lines of a page (None where they could not be measured), its text, whether anything is drawn, remarks."""
    page = document[index]
    try:
        lines, text = _page_text(page)
        remarks = list(remarks_on(page))
        if _flattened(page):
            page.close()
            page = document[index]
            printed, (lines, text) = lines, _page_text(page)
            if printed and lines:
                lines = placed(printed, lines)
        return lines, text, raw.FPDFPage_CountObjects(page) > 0, remarks
    finally:
        page.close()


def _page_text(page: pdfium.PdfPage) -> tuple[list[Line] | None, str]:
    textpage = page.get_textpage()
    try:
        text = in_utf8(textpage.get_text_range())
        return _lines(textpage, text), text
    finally:
        textpage.close()


def _lines(textpage: pdfium.PdfTextPage, text: str) -> list[Line] | None:
    lines: list[Line] = []
    start = 0
    for part in text.split("\n"):
        end = start + len(part)
        body = part.strip("\r \t\xa0")
        if body:
            first = start + part.index(body[0])
            line = _measure(textpage, text, first, first + len(body) - 1)
            if line is None:
                return None
            lines.append(line)
        start = end + 1
    return lines


def _measure(textpage: pdfium.PdfTextPage, text: str, first: int, last: int) -> Line | None:
    # PDFium counts text in UTF-16 units and characters by its own index; both differ from Python's places.
    places = []
    for place in (first, last):
        index = raw.FPDFText_GetCharIndexFromTextIndex(textpage, place)
        if index < 0:
            return None
        try:
            places.append(textpage.get_charbox(index, loose=True))
        except pdfium.PdfiumError:
            return None
    (left, bottom, _, top), (_, last_bottom, right, last_top) = places
    body = clean(with_ligatures(text[first : last + 1].translate(_HYPHENS)))
    body = " ".join(body.split())
    return Line(body, left, right, bottom, last_bottom, max(top - bottom, last_top - last_bottom, 0.1))


def _with_text(page: PageText) -> PageText:
    """Pages of nothing but dots and dashes count as pages without text."""
    return page if has_text(page.text) else PageText("")


def _title(document: pdfium.PdfDocument) -> str:
    try:
        title = document.get_metadata_value("Title")
    except pdfium.PdfiumError:
        return ""
    return " ".join(clean(title).split())[:300]


def _pages(numbers: list[int]) -> str:
    shown = ", ".join(map(str, numbers[:5])) + (" and more" if len(numbers) > 5 else "")
    return f"page {shown} is" if len(numbers) == 1 else f"pages {shown} are"
