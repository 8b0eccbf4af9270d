from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop.models.ingest_files_model import IngestFilesModel
from desktop.models.paged_model import VALUE_ROLE
from engine import FileState, IngestFile


def files(count: int, state: FileState = FileState.QUEUED) -> list[IngestFile]:
    return [IngestFile(id=str(number), path=f"/home/anna/{number}.pdf", state=state) for number in range(count)]


def filled(state: FileState | None, count: int) -> IngestFilesModel:
    model = IngestFilesModel()
    model.show_state(state, count)
    model.put_page(0, files(count, state or FileState.QUEUED))
    return model


def test_changes_are_followed_in_place(qapp: object) -> None:
    model = filled(None, 20)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    changed = dataclasses.replace(files(20)[7], state=FileState.FAILED, reason="It is locked with a password.")
    told: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last, *_: told.append((first.row(), last.row())))
    assert model.take_changes([changed])
    assert told == [(7, 7)]
    assert model.index(7, 0).data(VALUE_ROLE).state is FileState.FAILED
    assert model.index(7, 0).data(Qt.ItemDataRole.AccessibleTextRole) == (
        "7.pdf, Failed, It is locked with a password."
    )
    assert "/home/anna/7.pdf" in model.index(7, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_a_file_that_leaves_the_shown_state_leaves_the_list(qapp: object) -> None:
    model = filled(FileState.QUEUED, 20)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    whole = model.take_changes([dataclasses.replace(files(20)[3], state=FileState.READING)])
    assert not whole
    assert model.rowCount() == 19
    assert model.index(3, 0).data() == "4.pdf"


def test_new_files_ask_for_a_recount(qapp: object) -> None:
    model = filled(None, 5)
    assert not model.take_changes([IngestFile(id="new", path="/x/new.pdf", state=FileState.QUEUED)])
    assert model.rowCount() == 5


def test_a_member_of_an_archive_says_where_it_lies(qapp: object) -> None:
    model = IngestFilesModel()
    model.show_state(None, 1)
    model.put_page(0, [IngestFile(id="1", path="/x/a.zip!/in/b.pdf", state=FileState.DONE, chunks=3, pages=1)])
    assert model.index(0, 0).data() == "b.pdf in a.zip"
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "b.pdf in a.zip, Read, 1 page · 3 passages"
