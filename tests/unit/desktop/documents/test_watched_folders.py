"""The watched folders of the documents' page, what is known of one document, and deeds on many."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QMenu, QMessageBox

from desktop.bridge import Bridge
from desktop.documents.adding import Adding
from desktop.documents.document_words import facts
from desktop.documents.documents_page import DocumentsPage
from engine import WatchedFoldersChanged
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.hand_engine import MOMENT, HandEngine, make_details, make_document, make_folder

Story = Callable[[DocumentsPage, HandEngine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[..., None]:
    def run(story: Story) -> None:
        async def main() -> None:
            engine, bridge = HandEngine(), Bridge()
            engine.listed = [make_document(str(n), f"/home/anna/papers/paper-{n}.pdf", pages=3) for n in range(5)]
            engine.folders = [make_folder("a", "/home/anna/papers"), make_folder("b", "/srv/books", documents=0)]
            bridge.attach(engine)  # type: ignore[arg-type]
            window = QMainWindow()
            page = DocumentsPage(**parts.views)
            window.setCentralWidget(page)
            window.resize(900, 560)
            window.show()
            page.attach(engine, bridge)  # type: ignore[arg-type]
            try:
                await until(lambda: page.model.peek(0) is not None and len(page.folders.cards) == 2)
                await story(page, engine)
            finally:
                for timer in (page._typing, page._refresh, page.facts._rest, page.folders._refresh):
                    timer.stop()
                await until(lambda: not page._operations._tasks.names)
                window.close()
                window.deleteLater()

        parts.run(main)

    return run


def select(page: DocumentsPage, *rows: int) -> None:
    flags = QItemSelectionModel.SelectionFlag
    page.table.clearSelection()
    for row in rows:
        index = page.model.index(row, 0)
        page.table.selectionModel().select(index, flags.Select | flags.Rows)
    page.table.selectionModel().setCurrentIndex(page.model.index(rows[-1], 0), flags.NoUpdate)


def press(box: QMessageBox, words: str) -> None:
    next(button for button in box.buttons() if button.text() == words).click()


def menu_words(page: DocumentsPage) -> list[str]:
    page._show_menu(QPoint(10, 10))
    menu = next(child for child in page.children() if isinstance(child, QMenu) and child.isVisible())
    words = [action.text() for action in menu.actions() if action.text()]
    menu.close()
    return words


def test_folders_are_shown_paused_and_resumed(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        assert [chip.text() for chip in page.views._chips.values()] == ["Documents", "Watched folders · 2"]
        QTest.mouseClick(page.views._chips["folders"], Qt.MouseButton.LeftButton)
        assert page.folders.isVisible()
        assert not page.search.isVisible()
        card = page.folders.cards["a"]
        assert card.accessibleName() == "/home/anna/papers: In step. 214 files · 198 documents."
        assert card.pause.accessibleName() == "Pause"
        QTest.mouseClick(card.pause, Qt.MouseButton.LeftButton)
        await until(lambda: card._figures.text().startswith("Paused"))
        assert card.pause.accessibleName() == "Go on"
        QTest.keyClick(card.pause, Qt.Key.Key_Space)
        await until(lambda: card._figures.text().startswith("In step"))
        changed = [call[2].get("paused") for call in engine.calls if call[0] == "folder"]
        assert changed == [True, False]

    play(story)


def test_a_problem_is_said_and_goes_again(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        page.show_view("folders")
        card = page.folders.cards["a"]
        assert not card._problem.isVisible()
        before = engine.folders[0]
        engine.folders[0] = dataclasses.replace(before, state="away", problem="It is not there now.", waiting=3)
        engine.events.publish(WatchedFoldersChanged())
        await until(card._problem.isVisible)
        assert card._problem.text() == "It is not there now."
        assert "3 wait to be read" in card._figures.text()
        assert "Not there now" in card.accessibleName()
        engine.folders[0] = before
        engine.events.publish(WatchedFoldersChanged())
        await until(lambda: not card._problem.isVisible())

    play(story)


@pytest.mark.expected_logs("ignore patterns failed")
def test_ignore_patterns_are_edited_in_place(play: Callable[..., None], parts: DesktopParts) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        page.show_view("folders")
        page.activateWindow()
        card = page.folders.cards["a"]
        card.patterns.click()
        assert card.editor.isVisible()
        card.lines.setPlainText("!")
        card.save.click()
        await until(lambda: parts.messages.waiting == 1)
        said = parts.messages.take()
        assert said is not None
        assert "means nothing" in said.text
        assert card.editor.isVisible()  # what was typed is not lost
        card.lines.setPlainText("*.tmp\nbuild/")
        card.save.click()
        await until(lambda: not card.editor.isVisible())
        await until(lambda: "2 ignore patterns" in card._figures.text())
        card.patterns.click()
        assert card.lines.toPlainText() == "*.tmp\nbuild/"
        QTest.keyClick(card.lines, Qt.Key.Key_Escape)
        assert not card.editor.isVisible()
        assert page.isVisible()

    play(story)


@pytest.mark.parametrize(("words", "forget"), [("Keep documents", False), ("Forget documents", True)])
def test_a_folder_is_taken_off_the_list(play: Callable[..., None], words: str, forget: bool) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        page.show_view("folders")
        stay = page.folders.ask_to_remove(page.folders.cards["a"].folder)
        press(stay, "Cancel")
        box = page.folders.ask_to_remove(page.folders.cards["a"].folder)
        assert "198 documents" in box.informativeText()
        press(box, words)
        await until(lambda: set(page.folders.cards) == {"b"})
        assert [call for call in engine.calls if call[0] == "unwatch"] == [("unwatch", "a", forget)]
        nothing = page.folders.ask_to_remove(page.folders.cards["b"].folder)
        shown = [button.text() for button in nothing.buttons() if button.isVisibleTo(nothing)]
        assert "Forget documents" not in shown
        press(nothing, "Keep documents")
        await until(page.folders._empty.isVisible)
        wanted: list[bool] = []
        page.watch_folder.connect(lambda: wanted.append(True))
        page.folders._empty.triggered.emit("add")
        assert wanted == [True]

    play(story)


def test_what_is_known_of_the_selected_document_is_said(play: Callable[..., None]) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        document = dataclasses.replace(engine.listed[1], pages=14, pages_without_text=2)
        note = "no text on 2 of 14 pages, only pictures"
        engine.details["1"] = make_details(
            document, state="partly", pages_skipped=(3, 7), why=note, uses=5, used_at=MOMENT, folder=engine.folders[0]
        )
        assert not page.facts.isVisible()
        select(page, 1)
        await until(page.facts.isVisible)
        for words in ("No text on 2 of 14 pages", "Pages without text: 3, 7.", "used 5 times", "/home/anna/papers"):
            assert words in page.facts.text()
        assert page.facts.accessibleName().startswith("paper-1.pdf: Partly read.")
        select(page, 1, 2)
        assert not page.facts.isVisible()
        select(page, 2)
        await until(lambda: page.facts.isVisible() and "not used yet" in page.facts.text())
        page.show_view("folders")
        assert not page.facts.isVisible()

    play(story)


def test_facts_of_every_state(qapp: object) -> None:
    document = make_document("1", "/x/a.pdf", pages=30)
    partly = dataclasses.replace(document, pages_without_text=12)
    assert facts(make_details(document)) == ["30 pages, 12 passages, not used yet."]
    said = facts(make_details(partly, state="partly", pages_skipped=tuple(range(1, 13)), uses=1, used_at=MOMENT))
    assert said[0] == "18 of 30 pages were read."
    assert said[1] == "Pages without text: 1, 2, 3, 4, 5, 6, 7, 8 and others."
    assert "used once" in said[2]
    assert facts(make_details(document, state="missing"))[0] == "The file is not there now; its text is kept."
    gone = dataclasses.replace(document, missing_since=MOMENT)
    assert "has not been there since" in facts(make_details(gone, state="missing"))[0]
    assert "come back with it" in facts(make_details(gone, state="set_aside"))[0]
    assert facts(make_details(document, state="waiting"))[0] == "It waits to be read."


def test_many_documents_are_read_again_and_forgotten(play: Callable[..., None], parts: DesktopParts) -> None:
    async def story(page: DocumentsPage, engine: HandEngine) -> None:
        select(page, 1)
        assert menu_words(page) == ["Open", "Open in its program", "Show in folder", "Read again", "Forget…"]
        select(page, 1, 3, 4)
        assert menu_words(page) == ["Read again", "Forget 3…"]
        engine.unreadable = {"3"}
        page.activateWindow()
        page.table.setFocus()
        QTest.keyClick(page.table, Qt.Key.Key_F5)
        await until(lambda: parts.messages.waiting == 2)
        said = [parts.messages.take(), parts.messages.take()]
        assert [one.text for one in said if one is not None] == [
            "2 documents are read again.",
            "The file is not there now. What was read of it is kept.",
        ]
        QTest.keyClick(page.table, Qt.Key.Key_Delete)
        box = next(child for child in page.children() if isinstance(child, QMessageBox))
        assert box.text() == "Forget 3 documents?"
        assert "36 passages" in box.informativeText()
        press(box, "Forget")
        await until(lambda: page.model.rowCount() == 2)
        assert ("forget_many", ["1", "3", "4"]) in engine.calls
        assert page.model.row_of("3") is None

    play(story)


def test_a_dropped_folder_may_be_kept_in_step(parts: DesktopParts, tmp_path: Path) -> None:
    async def main() -> None:
        window = QMainWindow()
        adding = Adding(operations=parts.operations, messages=parts.messages, window=window)
        engine = HandEngine()
        adding.attach(engine)  # type: ignore[arg-type]
        (tmp_path / "papers").mkdir()
        file = tmp_path / "a.txt"
        file.write_text("words")
        adding.add_paths([str(file)])
        await until(lambda: ("enqueue", [str(file)]) in engine.calls and not parts.operations._tasks.names)
        assert parts.messages.waiting == 0
        folder = str(tmp_path / "papers")
        adding.add_paths([folder, str(file)])
        await until(lambda: parts.messages.waiting == 1)
        offer = parts.messages.take()
        assert offer is not None
        assert offer.text.startswith("papers is read once.")
        assert offer.action == "Keep in step"
        assert offer.run is not None
        offer.run()
        await until(lambda: ("watch", folder) in engine.calls)
        await until(lambda: parts.messages.waiting == 1)
        told = parts.messages.take()
        assert told is not None
        assert "papers" in told.text
        shown: list[bool] = []
        adding.show_folders.connect(lambda: shown.append(True))
        assert told.run is not None
        told.run()
        assert shown == [True]
        adding.add_paths([folder])  # kept in step already: nothing is offered
        await until(lambda: not parts.operations._tasks.names)
        assert parts.messages.waiting == 0
        window.deleteLater()

    parts.run(main)
