"""Pages that are pictures: read by Tesseract where it is installed, else said."""

from __future__ import annotations

import shutil
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
import pytest

from engine import Engine, FileState, Settings
from engine.ingestion.tesseract import find_tesseract
from engine.settings import IngestionSettings
from tests.helpers.pdf import make_pdf

WORDS = "The harbour master keeps the keys"


def scanned(path: Path, folder: Path) -> Path:
    """A PDF whose only page is a picture of a page with words on it."""
    drawn = pdfium.PdfDocument(make_pdf(folder / "drawn.pdf", [[("", 20.0), (WORDS, 24.0)]]))
    bitmap = drawn[0].render(scale=2.0, force_bitmap_format=raw.FPDFBitmap_BGRx)
    document = pdfium.PdfDocument.new()
    page = document.new_page(595, 842)
    image = pdfium.PdfImage.new(document)
    image.set_bitmap(bitmap)
    image.set_matrix(pdfium.PdfMatrix().scale(595, 842))
    page.insert_obj(image)
    page.gen_content()
    document.save(path)
    document.close()
    drawn.close()
    (folder / "drawn.pdf").unlink()
    return path


@pytest.mark.skipif(find_tesseract() is None, reason="Tesseract is not installed")
async def test_a_scanned_page_is_read(engine: Engine, tmp_path: Path) -> None:
    (row,) = (await engine.ingest([scanned(tmp_path / "scan.pdf", tmp_path)])).files
    assert (row.state, row.pages, row.pages_without_text) == (FileState.DONE, 1, 0)
    assert row.reason == "the text of its only page was read from pictures (OCR)"
    (hit,) = await engine.recall("Who has the keys?", limit=1)
    assert WORDS in hit.memory.text


@pytest.mark.skipif(find_tesseract() is None, reason="Tesseract is not installed")
async def test_an_empty_picture_stays_without_text(engine: Engine, tmp_path: Path) -> None:
    (row,) = (await engine.ingest([make_pdf(tmp_path / "square.pdf", [[]])])).files
    assert row.state is FileState.SKIPPED
    assert row.reason == "no text on its only page, not in the pictures either"
    (mixed,) = (await engine.ingest([make_pdf(tmp_path / "mixed.pdf", [["Words."], []])])).files
    assert (mixed.state, mixed.pages_without_text) == (FileState.DONE, 1)
    assert mixed.reason == "no text on 1 of 2 pages, not in the pictures either"


@pytest.mark.skipif(find_tesseract() is None, reason="Tesseract is not installed")
async def test_pictures_left_out_before_are_read_once_they_can_be(tmp_path: Path, data_dir: Path) -> None:
    path = make_pdf(tmp_path / "mixed.pdf", [["Words."], []])
    async with Engine.open(Settings(data_dir=data_dir, ingestion=IngestionSettings(ocr=False))) as engine:
        (row,) = (await engine.ingest([path])).files
        assert row.reason is not None
        assert "switched off" in row.reason
    async with Engine.open(Settings(data_dir=data_dir)) as engine:
        (row,) = (await engine.ingest([path])).files
        assert row.reason == "no text on 1 of 2 pages, not in the pictures either"
        (row,) = (await engine.ingest([path])).files
        assert row.reason == "unchanged; no text on 1 of 2 pages, not in the pictures either"


async def test_switched_off_it_says_so(tmp_path: Path, data_dir: Path) -> None:
    async with Engine.open(Settings(data_dir=data_dir, ingestion=IngestionSettings(ocr=False))) as engine:
        (row,) = (await engine.ingest([make_pdf(tmp_path / "square.pdf", [[]])])).files
    assert row.state is FileState.SKIPPED
    assert row.reason == "no text on its only page, only pictures; reading pictures is switched off (ingestion.ocr)"


async def test_not_installed_it_says_so(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert shutil.which("tesseract") is None
    async with Engine.open(settings) as engine:
        (row,) = (await engine.ingest([make_pdf(tmp_path / "mixed.pdf", [["Words."], []])])).files
    assert (row.state, row.pages_without_text) == (FileState.DONE, 1)
    assert row.reason is not None
    assert "install Tesseract" in row.reason
