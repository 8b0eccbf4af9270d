from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.models.documents_model import (
    FOLDER,
    NAME,
    PAGES,
    PASSAGES,
    READ,
    ROLE_ROLE,
    SIZE,
    STATE,
    USED,
    DocumentsModel,
    document_name,
)
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
    assert titles == ["Document", "Folder", "State", "Pages", "Passages", "Size", "Last used", "Read on"]


def test_state_coverage_and_use_are_said(qapp: object) -> None:
    model = DocumentsModel()
    model.set_count(3)
    moment = datetime(2026, 11, 3, 12, tzinfo=UTC)
    partly = replace(document(1), pages=14, pages_without_text=2, note="no text on 2 of 14 pages, only pictures")
    missing = replace(document(2), missing_since=moment, used_at=moment, size=2_400_000)
    aside = replace(document(3), missing_since=moment, set_aside=True)
    model.put_page(0, [partly, missing, aside])
    assert [model.index(row, STATE).data() for row in range(3)] == ["Partly read", "Missing", "Set aside"]
    assert model.index(0, PAGES).data() == "12 of 14"
    assert model.index(0, PAGES).data(Qt.ItemDataRole.AccessibleTextRole) == "12 of 14 pages"
    assert model.index(0, STATE).data(Qt.ItemDataRole.ToolTipRole) == "No text on 2 of 14 pages, only pictures."
    assert model.index(0, NAME).data(Qt.ItemDataRole.ToolTipRole) == partly.path
    assert model.index(1, SIZE).data() == "2.4 MB"
    assert "2026" in model.index(1, USED).data()
    assert model.index(0, USED).data() == "–"
    assert [model.index(row, STATE).data(ROLE_ROLE) for row in range(3)] == [None, "warning", None]


def test_rows_on_their_way_are_empty(qapp: object) -> None:
    model = DocumentsModel()
    model.set_count(10_000)
    assert model.index(9_999, NAME).data() is None
    assert model.document(9_999) is None
    assert document_name(document(1)) == "lease.pdf"
