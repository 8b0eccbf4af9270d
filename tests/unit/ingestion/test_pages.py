"""PDF pages: paragraphs put together again, pictures, and the rectangles of a passage."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest

from engine.ingestion import pages
from engine.ingestion.reading import Unreadable
from engine.ingestion.reflow import Line, placed
from tests.helpers.pdf import LEFT, PITCH, SIZE, TOP, make_pdf

PARAGRAPH = [
    "The lease runs from the first of May and ends five years later,",
    "unless one of the parties gives notice in writing three months",
    "before that day. The rent is due on the tenth.",
]


def test_lines_become_paragraphs_again(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "lease.pdf", [[*PARAGRAPH, "", "A second paragraph stands apart."]])
    (page,) = pages.read_pdf(path).pages
    assert page.text == " ".join(PARAGRAPH) + "\n\nA second paragraph stands apart."


def test_large_lines_are_headings(tmp_path: Path) -> None:
    body = [*PARAGRAPH, "", *PARAGRAPH]
    path = make_pdf(tmp_path / "book.pdf", [[("The Lease", 22.0), "", ("Its Term", 15.0), "", *body], [*body]])
    first, second = pages.read_pdf(path).pages
    assert [(heading.level, heading.text) for heading in first.headings] == [(1, "The Lease"), (2, "Its Term")]
    assert second.headings == ()
    for heading in first.headings:
        assert first.text[heading.start :].startswith(heading.text)


def test_bullets_stay_lines(tmp_path: Path) -> None:
    path = make_pdf(
        tmp_path / "list.pdf", [["You need", "- a pan of the usual size for it,", "- two eggs,", "- salt."]]
    )
    assert pages.read_pdf(path).pages[0].text.splitlines()[-2:] == ["- two eggs,", "- salt."]


def test_pages_without_text_are_told_apart_from_blank_ones(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "scan.pdf", [["Words."], [], [""]])
    read = pages.read_pdf(path)
    assert [page.text for page in read.pages] == ["Words.", "", ""]
    assert read.ocr_pages == (2,)


def test_the_title_is_read(tmp_path: Path) -> None:
    assert pages.read_pdf(make_pdf(tmp_path / "a.pdf", [["x1"]], title="The Lease")).title == "The Lease"


def test_a_page_is_drawn_at_its_scale(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [["Words."]])
    drawn = pages.render_page(path, page=1, scale=2.0)
    assert (drawn.width, drawn.height) == (1190, 1684)
    assert len(drawn.pixels) == 1190 * 1684 * 4
    assert drawn.pixels[:4] == b"\xff\xff\xff\xff"
    assert min(drawn.pixels) < 100  # something dark is on it
    assert drawn.highlights == ()


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_passage_is_marked_line_by_line(tmp_path: Path, scale: float) -> None:
    path = make_pdf(tmp_path / "lease.pdf", [PARAGRAPH])
    text = pages.read_pdf(path).pages[0].text
    passage = text[text.index("ends five") : text.index("gives") + 5]
    first, second = pages.render_page(path, page=1, scale=scale, passage=passage).highlights
    baseline = (842 - TOP) * scale
    assert first.y < baseline < first.y + first.height + 2 * scale
    assert first.height < 2 * SIZE * scale
    assert first.x > (LEFT + 150) * scale
    assert second.x == pytest.approx(LEFT * scale, abs=2 * scale)
    assert second.y - first.y == pytest.approx(PITCH * scale, abs=3 * scale)


def test_a_passage_that_is_not_there_is_not_marked(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "lease.pdf", [PARAGRAPH])
    assert pages.render_page(path, page=1, scale=1.0, passage="Elephants never forget anything").highlights == ()


def test_a_page_that_is_not_there(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [["Words."]])
    with pytest.raises(Unreadable, match="no page 2"):
        pages.render_page(path, page=2, scale=1.0)


def test_a_huge_scale_is_bounded(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", [["Words."]])
    drawn = pages.render_page(path, page=1, scale=100.0)
    assert drawn.width * drawn.height <= pages.MAX_PIXELS * 1.01


def test_what_is_no_pdf_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4\nnothing that makes sense")
    with pytest.raises(Unreadable, match="damaged"):
        pages.read_pdf(path)


def test_what_was_written_stands_beside_what_was_printed() -> None:
    printed = [
        Line("Name:", 72, 110, 700, 700, 11),
        Line("Born:", 72, 105, 680, 680, 11),
        Line("Page 1", 72, 110, 40, 40, 11),
    ]
    written = [Line("1970", 130, 160, 681, 681, 10), Line("Ann Miller", 130, 190, 701, 701, 10)]
    assert [line.text for line in placed(printed, printed + written)] == [
        "Name:",
        "Ann Miller",
        "Born:",
        "1970",
        "Page 1",
    ]
    below = Line("In a field of its own", 72, 200, 300, 300, 10)
    assert [line.text for line in placed(printed, [*printed, below])][2] == below.text
    assert placed(printed, written) == written


def stamped(path: Path, text: str) -> Path:
    """A page with a stamp on it that says something."""
    document = pdfium.PdfDocument(make_pdf(path.with_name("plain.pdf"), [["The printed words."]]))
    page = document[0]
    stamp = raw.FPDFPage_CreateAnnot(page, raw.FPDF_ANNOT_STAMP)
    piece = raw.FPDFPageObj_CreateTextObj(document, raw.FPDFText_LoadStandardFont(document, b"Helvetica"), 12.0)
    encoded = (text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(piece, ctypes.cast(ctypes.create_string_buffer(encoded), raw.FPDF_WIDESTRING))
    raw.FPDFPageObj_Transform(piece, 1, 0, 0, 1, 100, 500)
    raw.FPDFAnnot_SetRect(stamp, ctypes.byref(raw.FS_RECTF(100, 520, 300, 490)))
    raw.FPDFAnnot_AppendObject(stamp, piece)
    raw.FPDFPage_CloseAnnot(stamp)
    page.close()
    document.save(path)
    document.close()
    return path


def test_what_was_stamped_on_a_page_counts_as_text(tmp_path: Path) -> None:
    (page,) = pages.read_pdf(stamped(tmp_path / "a.pdf", "Approved by Ann")).pages
    assert page.text == "The printed words.\n\nApproved by Ann"
    drawn = pages.render_page(tmp_path / "a.pdf", page=1, scale=1.0, passage="Approved by Ann")
    assert len(drawn.highlights) == 1


def test_remarks_follow_their_page_and_are_said_once(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    plain = make_pdf(tmp_path / "plain.pdf", [["The printed words.", "A second line."], ["Another page."]])
    document = pdfium.PdfDocument(plain)
    page = document[0]
    for kind, text in (
        (raw.FPDF_ANNOT_TEXT, "Ask Ann about it."),
        (raw.FPDF_ANNOT_HIGHLIGHT, "printed words"),
        (raw.FPDF_ANNOT_LINK, "a link"),
    ):
        note = raw.FPDFPage_CreateAnnot(page, kind)
        encoded = ctypes.create_string_buffer((text + "\0").encode("utf-16-le"))
        raw.FPDFAnnot_SetStringValue(note, b"Contents", ctypes.cast(encoded, raw.FPDF_WIDESTRING))
        raw.FPDFPage_CloseAnnot(note)
    page.close()
    document.save(path)
    document.close()
    first, second = pages.read_pdf(path).pages
    assert first.text == "The printed words. A second line.\n\nAsk Ann about it."
    assert second.text == "Another page."
