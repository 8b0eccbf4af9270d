"""Small PDF files, drawn by PDFium itself."""

from __future__ import annotations

import ctypes
import io
import re
from collections.abc import Sequence
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

LEFT, TOP, PITCH, SIZE = 72.0, 760.0, 15.0, 11.0


def make_pdf(path: Path, pages: Sequence[Sequence[str | tuple[str, float]]], *, title: str | None = None) -> Path:
    """Write a PDF in A4: a page is a list of lines, each a text or (text, font size).

    An empty line leaves one free; a page without lines has a grey square on it, as a picture would be.
    """
    document = pdfium.PdfDocument.new()
    for lines in pages:
        page = document.new_page(595, 842)
        height = TOP
        for line in lines:
            text, size = line if isinstance(line, tuple) else (line, SIZE)
            if text:
                _write(document, page, text, size, height)
            height -= max(PITCH, size * 1.35)
        if not lines:
            square = raw.FPDFPageObj_CreateNewRect(100, 400, 200, 200)
            raw.FPDFPageObj_SetFillColor(square, 128, 128, 128, 255)
            raw.FPDFPath_SetDrawMode(square, raw.FPDF_FILLMODE_ALTERNATE, False)
            raw.FPDFPage_InsertObject(page, square)
        page.gen_content()
        page.close()
    buffer = io.BytesIO()
    document.save(buffer)
    document.close()
    data = buffer.getvalue()
    if title is not None:
        data = _with_title(data, title)
    path.write_bytes(data)
    return path


def _write(document: pdfium.PdfDocument, page: pdfium.PdfPage, text: str, size: float, height: float) -> None:
    font = raw.FPDFText_LoadStandardFont(document, b"Helvetica")
    piece = raw.FPDFPageObj_CreateTextObj(document, font, size)
    encoded = (text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(piece, ctypes.cast(ctypes.create_string_buffer(encoded), raw.FPDF_WIDESTRING))
    raw.FPDFPageObj_Transform(piece, 1, 0, 0, 1, LEFT, height)
    raw.FPDFPage_InsertObject(page, piece)


def _number(data: bytes, key: bytes) -> int:
    found = re.search(re.escape(key) + rb"\s+(\d+)", data)
    assert found is not None
    return int(found.group(1))


def _with_title(data: bytes, title: str) -> bytes:
    """Append an update that names the document (PDF 32000-1, 7.5.6)."""
    trailer = data[data.rindex(b"trailer") :]
    root = _number(trailer, b"/Root")
    size = _number(trailer, b"/Size")
    start = _number(data[data.rindex(b"startxref") :], b"startxref")
    place = len(data)
    info = b"%d 0 obj\n<</Title(%s)>>\nendobj\n" % (size, title.encode("latin-1"))
    table = b"xref\n%d 1\n%010d 00000 n \n" % (size, place)
    end = b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
    return data + info + table + end % (size + 1, root, size, start, place + len(info))
