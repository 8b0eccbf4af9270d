"""The memory explorer in the whole window: the way in, to a source and back, and messages that can be seen."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from desktop.documents.document_view import DocumentView
from desktop.memory.memory_page import MemoryPage
from engine import DocumentSource
from tests.helpers.desktop_parts import DesktopParts, make_parts, until
from tests.helpers.desktop_session import Run, run_session

pytestmark = pytest.mark.end2end


@pytest.fixture(scope="session")
def parts(qapp: QApplication) -> DesktopParts:
    return make_parts(qapp)


def test_from_a_memory_to_its_source_and_back(parts: DesktopParts, data_dir: Path, tmp_path: Path) -> None:
    rules = tmp_path / "house-rules.txt"
    rules.write_text("Notice by e-mail counts when its receipt is confirmed.\n")

    async def story(run: Run) -> None:
        window, engine = run.window, run.engine
        assert engine is not None
        window.resize(1240, 780)
        await engine.ingest([rules])
        panel = window.conversations
        await until(lambda: not panel.memory.accessibleName().endswith(": 0"), seconds=60)
        panel.memory.click()
        page = window.chat.page
        assert isinstance(page, MemoryPage)
        assert window.sources.isHidden()  # the page has details of its own
        model = page.table.model
        await until(lambda: model.rowCount() > 0 and model.row(0) is not None, seconds=30)
        page.filters.search.setText("receipt by e-mail")
        await until(lambda: model.searching and model.rowCount() > 0, seconds=30)
        page.table.table.enter()
        QTest.keyClick(page.table.table, Qt.Key.Key_Return)
        await until(lambda: isinstance(window.chat.page, DocumentView), seconds=30)
        view = window.chat.page
        assert isinstance(view, DocumentView)
        view.closed.emit()
        assert window.chat.page is page
        row = model.row(0)
        assert row is not None
        assert isinstance(row.source, DocumentSource)
        await until(lambda: len(page._ids) == 1, seconds=30)
        page.act("delete")
        await until(window.chat.bar.isVisible, seconds=30)
        assert page.isVisible()
        window.chat.bar.triggered.emit("run")
        await until(
            lambda: any((one := model.peek(n)) and one.id == row.id for n in range(model.rowCount())), seconds=30
        )
        QTest.keyClick(page.table.table, Qt.Key.Key_Escape)
        await until(lambda: window.chat.page is None)
        await until(lambda: not window.sources.isHidden())

    run_session(parts, data_dir, story)
