from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow

from desktop.bridge import Bridge
from desktop.documents.document_view import DocumentView
from engine import DocumentSource
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.hand_engine import HandEngine, make_document

PAGES = tuple(f"Page {number}. The lease ends on {number} May. The lease is long." for number in range(1, 13))
NOTE = "😀 A note.\n" * 40 + "The deposit is 900 euros.\n" + "More. " * 20
Story = Callable[[DocumentView, HandEngine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[[Story], None]:
    """Show a view in a window with an engine of three documents, and let a story happen."""

    def run(story: Story) -> None:
        async def main() -> None:
            engine = HandEngine()
            engine.add_text(make_document("pdf", "/x/lease.pdf", media_type="application/pdf", pages=12), *PAGES)
            engine.add_text(make_document("note", "/x/note.md", media_type="text/markdown"), NOTE)
            gone = make_document("gone", "/x/gone.pdf", media_type="application/pdf", pages=12)
            engine.add_text(gone, *PAGES, missing=True)
            engine.add_text(make_document("empty", "/x/scan.txt"), "")
            window = QMainWindow()
            view = DocumentView(**parts.views)
            window.setCentralWidget(view)
            window.resize(700, 560)
            window.show()
            view.attach(engine, Bridge())  # type: ignore[arg-type]
            try:
                await story(view, engine)
            finally:
                view.leave()
                window.close()
                window.deleteLater()

        parts.run(main)

    return run


def source(document: str, page: int | None = None, start: int = 0, end: int = 0) -> DocumentSource:
    return DocumentSource(document_id=document, path=f"/x/{document}", page=page, heading=(), start=start, end=end)


def test_a_source_opens_its_page_with_the_passage_marked(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_source(source("pdf", page=4), "The lease ends on 4 May.")
        await until(lambda: ("render", "pdf", 4, "The lease ends on 4 May.") in engine.calls)
        await until(lambda: view.canvas._cache.get(3) is not None)
        assert view.shows_pages
        assert view.canvas.page == 3
        assert "4" in view.canvas.accessibleName()
        assert view.canvas.accessibleDescription() == PAGES[3]

    play(story)


def test_a_second_source_of_the_same_document_only_moves(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_source(source("pdf", page=4), "The lease ends on 4 May.")
        await until(lambda: view.shows_pages and view.canvas.page == 3)
        view.show_source(source("pdf", page=9), "The lease ends on 9 May.")
        await until(lambda: ("render", "pdf", 9, "The lease ends on 9 May.") in engine.calls)
        assert view.canvas.page == 8

    play(story)


def test_a_text_is_shown_as_text_at_the_passage(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        start = NOTE.index("The deposit")
        view.show_source(source("note", start=start, end=start + 25), "The deposit is 900 euros.")
        await until(lambda: view.pane.isVisible())
        assert view.pane is view.markdown
        assert view.markdown.marked() == ["The deposit is 900 euros."]

    play(story)


def test_a_file_that_is_gone_shows_its_text_and_says_so(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_source(source("gone", page=2), "The lease ends on 2 May.")
        await until(lambda: view.pane.isVisible())
        assert "no longer where it was" in view._bar.text()
        assert view._bar.isVisible()
        assert view.pane.toPlainText() == PAGES[1]
        assert not any(call[0] == "render" for call in engine.calls)

    play(story)


@pytest.mark.expected_logs("draw a page failed: The file was changed")
def test_pages_that_cannot_be_drawn_offer_the_text(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        engine.undrawable = "The file was changed and is damaged now."
        view.show_source(source("pdf", page=2), "The lease ends on 2 May.")
        await until(view._bar.isVisible)
        assert "damaged" in view._bar.text()
        view._bar.triggered.emit("text")
        await until(lambda: view.pane.isVisible())
        assert view.pane.toPlainText() == PAGES[1]

    play(story)


@pytest.mark.expected_logs("This document was forgotten")
def test_a_forgotten_document_says_so(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_document("nowhere")
        await until(lambda: "forgotten" in view._note.accessibleDescription())

    play(story)


def test_an_empty_document_says_so(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_document("empty")
        await until(lambda: "no text" in view._note.accessibleName())
        left: list[bool] = []
        view.closed.connect(lambda: left.append(True))
        await until(view._header.back_button.hasFocus)
        QTest.keyClick(view._header.back_button, Qt.Key.Key_Escape)
        assert left == [True], "Escape leads back from everywhere"

    play(story)


def test_finding_walks_through_pages_and_marks(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_document("pdf")
        await until(lambda: view.shows_pages)
        view.start_search()
        QTest.keyClicks(view._find_bar.field, "LEASE")
        QTest.keyClick(view._find_bar.field, Qt.Key.Key_Return)
        await until(lambda: view._find_bar._count.text() == "1 of 24")
        QTest.keyClick(view._find_bar.field, Qt.Key.Key_Return)
        QTest.keyClick(view._find_bar.field, Qt.Key.Key_Return)
        await until(lambda: ("render", "pdf", 2, "lease") in engine.calls)
        assert view._find_bar._count.text() == "3 of 24"
        QTest.keyClick(view._find_bar.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        assert view._find_bar._count.text() == "2 of 24"
        view.show_as_text(True)
        assert {one.cursor.selectedText() for one in view.pane.extraSelections()} == {"lease"}
        QTest.keyClick(view._find_bar.field, Qt.Key.Key_Escape)
        assert not view._find_bar.isVisible()

    play(story)


def test_words_that_are_nowhere(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_document("note")
        await until(lambda: view.pane.isVisible())
        view.start_search()
        view._find_bar.field.setText("zebra")
        await until(lambda: view._find_bar._count.text() == "Not found")

    play(story)


def test_ctrl_f_finds_here_even_where_the_window_uses_the_keys(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        used: list[str] = []
        shortcut = QShortcut(QKeySequence("Ctrl+F"), view.window())
        shortcut.activated.connect(lambda: used.append("window"))
        view.show_document("note")
        await until(lambda: view.pane.isVisible())
        view.activateWindow()
        view.pane.setFocus()
        await until(view.pane.hasFocus)
        QTest.keyClick(view.pane, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert view._find_bar.isVisible()
        assert used == []

    play(story)


def test_keys_turn_pages_and_escape_leaves(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        closed: list[bool] = []
        view.closed.connect(lambda: closed.append(True))
        view.show_document("gone")
        await until(lambda: view.pane.isVisible())
        QTest.keyClick(view.pane, Qt.Key.Key_PageDown, Qt.KeyboardModifier.ControlModifier)
        assert view.pane.toPlainText() == PAGES[1]
        QTest.keyClick(view.pane, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
        assert view.pane.toPlainText() == PAGES[0]
        QTest.keyClick(view.pane, Qt.Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
        assert view.pane.toPlainText() == PAGES[0]
        view.go_to(11)
        assert view.pane.toPlainText() == PAGES[11]
        QTest.keyClick(view.pane, Qt.Key.Key_Escape)
        assert closed == [True]

    play(story)


def test_an_answer_that_comes_after_leaving_is_dropped(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        view.show_document("note")
        view.leave()
        await until(lambda: not view._operations._tasks.names)
        assert view._text is None

    play(story)


def test_after_a_search_the_passage_is_marked_again(play: Callable[[Story], None]) -> None:
    async def story(view: DocumentView, engine: HandEngine) -> None:
        quote = "The lease ends on 4 May."
        view.show_source(source("pdf", page=4), quote)
        await until(lambda: view.canvas._cache.get(3) is not None)
        view.start_search()
        view._find_bar.field.setText("Page 2")
        await until(lambda: ("render", "pdf", 2, "Page 2") in engine.calls)
        await until(lambda: view.canvas.page == 1)
        view._find_bar.leave()
        assert {page: words for page, (words, _) in view.canvas._highlights.items()} == {3: quote}
        assert view.canvas.page == 1, "the view stays where the search led"

    play(story)
