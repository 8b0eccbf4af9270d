from __future__ import annotations

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QAbstractItemModel, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from desktop.models.paged_model import PAGE_LENGTH, PAGES_KEPT, VALUE_ROLE, Index, PagedModel


@dataclass(frozen=True)
class Row:
    id: str
    words: str = ""


class Rows(PagedModel[Row]):
    def __init__(self) -> None:
        super().__init__(lambda row: row.id)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.value(index.row())
        if role == VALUE_ROLE:
            return row
        return row.words if row is not None and role == Qt.ItemDataRole.DisplayRole else None


def rows(first: int, count: int) -> list[Row]:
    return [Row(str(number), f"row {number}") for number in range(first, first + count)]


@pytest.fixture
def model(qapp: object) -> Rows:
    return Rows()


@pytest.fixture
def tester(model: Rows) -> QAbstractItemModelTester:
    return QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)


def fill(model: Rows, count: int) -> None:
    model.set_count(count)
    for page in range(-(-count // PAGE_LENGTH)):
        model.put_page(page, rows(page * PAGE_LENGTH, min(PAGE_LENGTH, count - page * PAGE_LENGTH)))


def test_ten_thousand_rows_fetch_only_what_a_view_shows(qtbot: QtBot, model: Rows) -> None:
    wanted: list[int] = []
    model.page_wanted.connect(wanted.append)
    view = QListView()
    qtbot.addWidget(view)
    view.setUniformItemSizes(True)
    view.setModel(model)
    view.resize(200, 300)
    view.show()
    model.set_count(10_000)
    qtbot.waitUntil(lambda: bool(wanted))
    assert set(wanted) <= {0, 99}, "the first page; some styles look at the last row to size the bar"
    model.put_page(0, rows(0, PAGE_LENGTH))
    view.scrollTo(model.index(9_000, 0))
    qtbot.waitUntil(lambda: 9_000 // PAGE_LENGTH in wanted)
    assert len(wanted) <= 4


def test_the_model_keeps_its_promises(qtbot: QtBot, model: Rows, tester: QAbstractItemModelTester) -> None:
    fill(model, 1_050)
    assert model.rowCount() == 1_050
    assert model.index(1_049, 0).data() == "row 1049"
    model.set_count(1_200)
    model.put_page(11, rows(1_100, 100))
    model.update_values([Row("1100", "changed"), Row("3", "changed too")])
    assert model.index(1_100, 0).data() == "changed"
    assert model.index(3, 0).data() == "changed too"
    assert model.remove("3")
    assert model.rowCount() == 1_199
    assert model.index(3, 0).data(VALUE_ROLE) == Row("4", "row 4")
    model.set_count(10)
    model.clear()
    assert model.rowCount() == 0
    assert tester.model() is model


def test_rows_that_come_on_top_take_no_selection_away(
    qtbot: QtBot, model: Rows, tester: QAbstractItemModelTester
) -> None:
    fill(model, 100)
    held = QPersistentModelIndex(model.index(5, 0))
    gone = QPersistentModelIndex(model.index(99, 0))
    model.set_count(103)
    model.put_page(0, [Row("new 1"), Row("new 2"), Row("new 3"), *rows(0, 97)])
    assert held.row() == 8
    assert held.data(VALUE_ROLE) == Row("5", "row 5")
    assert not gone.isValid()  # it moved to a page that was not fetched again yet
    assert model.row_of("new 2") == 1


def test_an_answer_in_another_order_keeps_every_row_once(model: Rows, tester: QAbstractItemModelTester) -> None:
    fill(model, 50)
    model.put_page(0, list(reversed(rows(0, 50))))
    assert [model.index(row, 0).data(VALUE_ROLE).id for row in range(50)] == [str(n) for n in reversed(range(50))]
    assert [model.row_of(str(n)) for n in range(50)] == list(reversed(range(50)))


def test_stale_pages_are_shown_and_fetched_again(qtbot: QtBot, model: Rows) -> None:
    fill(model, 10)
    wanted: list[int] = []
    model.page_wanted.connect(wanted.append)
    assert model.value(0) == Row("0", "row 0")
    model.invalidate()
    assert model.value(0) == Row("0", "row 0")
    qtbot.waitUntil(lambda: wanted == [0])
    assert model.value(1) is not None
    qtbot.wait(10)
    assert wanted == [0], "a page on its way is not asked for twice"


def test_a_page_that_failed_is_asked_for_again(qtbot: QtBot, model: Rows) -> None:
    model.set_count(5)
    wanted: list[int] = []
    model.page_wanted.connect(wanted.append)
    assert model.value(0) is None
    qtbot.waitUntil(lambda: wanted == [0])
    model.page_failed(0)
    assert model.value(0) is None
    qtbot.waitUntil(lambda: wanted == [0, 0])


def test_values_of_pages_not_looked_at_are_let_go(model: Rows) -> None:
    count = PAGE_LENGTH * (PAGES_KEPT + 5)
    fill(model, count)
    assert model.peek(0) is None
    assert model.peek(count - 1) == Row(str(count - 1), f"row {count - 1}")
    assert model.row_of("0") == 0


def test_update_tells_whether_all_are_known(model: Rows) -> None:
    fill(model, 5)
    assert model.update_values([Row("1", "x")])
    assert not model.update_values([Row("1", "y"), Row("stranger", "z")])
    assert not model.remove("stranger")


def test_it_is_an_item_model(model: Rows) -> None:
    assert isinstance(model, QAbstractItemModel)
    assert model.rowCount(model.index(0, 0)) == 0
