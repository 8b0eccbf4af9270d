from __future__ import annotations

from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.models.documents_model import FOLDER, NAME, PAGES, PASSAGES, READ, DocumentsModel, document_name
from engine import Document


def document(number: int, path: str = "/srv/papers/lease.pdf", pages: int = 4) -> Document:
    moment = datetime(2026, 3, 14, 12, tzinfo=UTC)
    return Document(
        id=str(number), path=path, title="A title", media_type="application/pdf", size=1, content_hash="",
        pages=pages, pages_without_text=0, chunks=12, created_at=moment, updated_at=moment,
    )  # fmt: skip


def test_cells_say_what_they_mean(qapp: object) -> None:
    model = DocumentsModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_count(2)
    model.put_page(0, [document(1), document(2, path="text:A title", pages=0)])
    row = [model.index(0, column).data() for column in (NAME, FOLDER, PAGES, PASSAGES)]
    assert row == ["lease.pdf", "/srv/papers", "4", "12"]
    assert "2026" in model.index(0, READ).data() or "26" in model.index(0, READ).data()
    assert model.index(0, PAGES).data(Qt.ItemDataRole.AccessibleTextRole) == "4 pages"
    assert model.index(1, NAME).data() == "A title"
    assert model.index(1, FOLDER).data() == ""
    assert model.index(1, PAGES).data() == "–"
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == ["Document", "Folder", "Pages", "Passages", "Read"]


def test_rows_on_their_way_are_empty(qapp: object) -> None:
    model = DocumentsModel()
    model.set_count(10_000)
    assert model.index(9_999, NAME).data() is None
    assert model.document(9_999) is None
    assert document_name(document(1)) == "lease.pdf"
