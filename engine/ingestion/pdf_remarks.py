"""What somebody noted on the pages of a PDF: sticky notes, text typed on the page, remarks on marked words."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from engine.ingestion.reading import PageText, clean, has_text

_MOST_REMARKS = 1_000
_REMARKS = frozenset(
    {
        raw.FPDF_ANNOT_TEXT,
        raw.FPDF_ANNOT_FREETEXT,
        raw.FPDF_ANNOT_HIGHLIGHT,
        raw.FPDF_ANNOT_UNDERLINE,
        raw.FPDF_ANNOT_SQUIGGLY,
        raw.FPDF_ANNOT_STRIKEOUT,
        raw.FPDF_ANNOT_CARET,
    }
)


def remarks_on(page: pdfium.PdfPage) -> Iterator[str]:
    """The remarks on a page in their order; before it is flattened, since they are gone then."""
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _MOST_REMARKS)):
        note = raw.FPDFPage_GetAnnot(page, index)
        if not note:
            continue
        try:
            if raw.FPDFAnnot_GetSubtype(note) in _REMARKS:
                length = raw.FPDFAnnot_GetStringValue(note, b"Contents", None, 0)
                buffer = ctypes.create_string_buffer(max(2, length))
                raw.FPDFAnnot_GetStringValue(
                    note, b"Contents", ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length
                )
                text = buffer.raw[: max(0, length - 2)].decode("utf-16-le", "replace")
                yield "\n".join(filter(None, (" ".join(line.split()) for line in clean(text).split("\n"))))
        finally:
            raw.FPDFPage_CloseAnnot(note)


def with_remarks(page: PageText, remarks: Iterable[str]) -> PageText:
    """A page with the remarks behind it that do not stand on it already."""
    said = " ".join(page.text.split())
    new = [remark for remark in dict.fromkeys(remarks) if has_text(remark) and " ".join(remark.split()) not in said]
    return replace(page, text="\n\n".join(filter(None, (page.text, *new)))) if new else page
