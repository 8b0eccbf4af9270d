from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMessageBox

from desktop.bridge import Bridge
from desktop.documents.documents_page import DocumentsPage
from desktop.models.documents_model import FOLDER, NAME, PAGES, READ, SIZE, STATE
from engine import DocumentsChanged
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.hand_engine import HandEngine, make_document

Story = Callable[[DocumentsPage, HandEngine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[..., None]:
    def run(story: Story, count: int = 250) -> None:
        async def main() -> None:
            engine, bridge = HandEngine(), Bridge()
            engine.listed = [make_document(str(n), f"/home/anna/papers/paper-{n}.pdf") for n in range(count)]
            bridge.attach(engine)  # type: ignore[arg-type]
            window = QMainWindow()
            page = DocumentsPage(**parts.views)
            window.setCentralWidget(page)
            window.resize(900, 560)
            window.show()
            page.attach(engine, bridge)  # type: ignore[arg-type]
            try:
                await story(page, engine)
            finally:
                page._typing.stop()
                page._refresh.stop()
                await until(lambda: not page._operations._tasks.names)
                window.close()
                window.deleteLater()

        parts.run(main)

    return run


def test_the_end_of_the_list_is_found_by_scrolling(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        await until(lambda: page.model.peek(0) is not None)

        def at_the_end() -> bool:
            page.table.scrollToBottom()
            return page.model.rowCount() == 250

        assert page.model.rowCount() == 101
        await until(at_the_end)
        await until(lambda: page.model.peek(249) is not None)

    play(story)


def test_names_are_searched(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        await until(lambda: page.model.peek(0) is not None)
        QTest.keyClicks(page.search, "paper-24")
        await until(lambda: page.model.rowCount() == 11)
        page.search.setText("zebra")
        await until(page._empty.isVisible)
        page._empty.triggered.emit("clear")
        await until(lambda: page.model.peek(0) is not None and page.table.isVisible())

    play(story)


def test_down_and_enter_open(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        opened: list[str] = []
        page.open_document.connect(opened.append)
        await until(lambda: page.model.peek(0) is not None)
        page.activateWindow()
        page.setFocus()
        await until(page.search.hasFocus)
        QTest.keyClick(page.search, Qt.Key.Key_Down)
        assert page.table.hasFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Down)
        QTest.keyClick(page.table, Qt.Key.Key_Return)
        assert opened == ["1"]

    play(story)


def test_tab_and_enter_open_the_only_row(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        opened: list[str] = []
        page.open_document.connect(opened.append)
        await until(lambda: page.model.peek(0) is not None)
        page.activateWindow()
        page.setFocus()
        await until(page.search.hasFocus)
        QTest.keyClick(page.search, Qt.Key.Key_Tab)
        assert page.table.hasFocus()
        QTest.keyClick(page.table, Qt.Key.Key_Return)
        assert opened == ["0"]

    play(story)


def test_another_visit_replaces_what_was_searched(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        page.search.setText("old")
        clear = page.search.actions()[-1]
        assert clear.isVisible()
        page.hide()
        page.show()
        assert page.search.selectedText() == "old"
        clear.trigger()
        assert page.search.text() == ""
        assert not clear.isVisible()

    play(story)


def test_forgetting_is_asked_before_and_told_after(play: Callable[..., None], parts: DesktopParts) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        await until(lambda: page.model.peek(0) is not None)
        document = page.model.document(0)
        assert document is not None
        kept = page.ask_to_forget(document)
        kept.button(QMessageBox.StandardButton.NoButton)
        kept.escapeButton().click()
        assert not any(call[0] == "forget" for call in engine.calls)
        box = page.ask_to_forget(document)
        assert "paper-0.pdf" in box.text()
        assert "12 passages" in box.informativeText()
        next(button for button in box.buttons() if button is not box.escapeButton()).click()
        await until(lambda: ("forget", "0") in engine.calls)
        await until(lambda: page.model.row_of("0") is None)
        said = parts.messages.take()
        assert said is not None
        assert "paper-0.pdf" in said.text

    play(story)


def test_new_documents_appear(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        await until(page._empty.isVisible)
        engine.listed = [make_document("new", "/x/new.pdf")]
        engine.events.publish(DocumentsChanged(document_id="new"))
        await until(lambda: page.model.row_of("new") == 0)
        assert page.table.isVisible()

    play(story, 0)


def test_a_narrow_page_gives_the_room_to_names(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        await until(lambda: page.model.peek(0) is not None)
        assert not page.table.isColumnHidden(FOLDER)
        page.window().resize(460, 500)
        await until(lambda: page.table.isColumnHidden(FOLDER))

    play(story)


def test_columns_share_the_width_at_once(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        await until(lambda: page.model.peek(0) is not None)
        for width in (900, 700, 1800):
            page.window().resize(width, 560)
            await until(lambda width=width: page.width() == width)  # type: ignore[misc]
            shares = [page.table.columnWidth(column) for column in range(READ)]  # the last one takes what is left
            assert shares[NAME] > shares[FOLDER]
            assert shares[NAME] > shares[PAGES]
            assert sum(shares) < min(width, 1200)
            assert page.table.isColumnHidden(SIZE) == (width < 1000)
            assert not page.table.isColumnHidden(STATE)

    play(story)
