"""The whole desktop over the real engine, driven as its owner drives it."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from desktop.window_state import WindowState
from engine import ChatStep, DocumentSource, Engine, Notice, Recalling, Settings, StoreFullError
from tests.helpers.desktop_parts import DesktopParts, make_parts, until
from tests.helpers.desktop_session import Run, run_session

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(90)]

LEASE = """# Lease

## Term

The lease of the workshop ends on 31 May 2027 unless it is renewed in writing. The rent is 900 euros a month.

## Notice

The tenant gives notice of at least ninety days before the end of the term.
"""


@pytest.fixture(scope="session")
def parts(qapp: QApplication) -> DesktopParts:
    return make_parts(qapp)


async def ask(run: Run, question: str) -> None:
    composer = run.window.chat.composer
    before = sum(entry.answer is not None for entry in run.window.chat.transcript.entries)
    composer.focus()
    composer.set_text("")
    QTest.keyClicks(composer.editor, question)
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    await run.answered(before + 1)


async def read_welcome(run: Run) -> None:
    await until(lambda: run.state.welcomed, seconds=90)


def test_a_first_run_from_welcome_to_close(parts: DesktopParts, data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "lease.md").write_text(LEASE)

    async def first(run: Run) -> None:
        window, chat = run.window, run.window.chat
        await read_welcome(run)
        assert not run.library.strip.isVisible()  # type: ignore[attr-defined]

        # A sample question is answered from the welcome documents.
        sample = next(b for b in chat.welcome.findChildren(QPushButton) if b.text().endswith("?"))
        sample.click()
        await run.answered(1)
        entry = chat.transcript.entries[-1]
        assert entry.answer is not None
        assert not entry.answer.abstained
        assert entry.answer.citations
        assert window.sources.cards

        # Files are dropped anywhere on the window.
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(folder))])
        run.library.target.take(mime)  # type: ignore[attr-defined]
        assert run.engine is not None
        for _ in range(600):
            if any(document.path.endswith("lease.md") for document in await run.engine.documents()):
                break
            await asyncio.sleep(0.1)

        # A question in a new conversation is quoted from them, and its source opens at the passage.
        QTest.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert run.session._workspace.chat.current is None
        await ask(run, "When does the lease of the workshop end?")
        answer = chat.transcript.entries[-1].answer
        assert answer is not None
        assert "31 May 2027" in answer.text
        source = answer.citations[0].source
        assert isinstance(source, DocumentSource)
        assert source.path.endswith("lease.md")
        QTest.mouseClick(window.sources.cards[0], Qt.MouseButton.LeftButton)
        view = run.library.document  # type: ignore[attr-defined]
        assert chat.page is view
        await until(lambda: view._text is not None)
        assert view._header._title.text() == "lease.md"
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert view._find_bar.isVisible()
        assert not window.conversations.search.hasFocus()
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        QTest.keyClick(view, Qt.Key.Key_Escape)
        assert chat.page is None

        # Conversations are listed, found by what was said, renamed, deleted and brought back.
        await until(lambda: window.conversations.model.rowCount() == 3)
        window.conversations.search.setText("workshop")
        await until(lambda: window.conversations.model.rowCount() == 1)
        window.conversations.search.clear()
        await until(lambda: window.conversations.model.rowCount() == 3)
        current = run.session._workspace.chat.current
        assert current is not None
        window.conversations.rename_wanted.emit(current, "The workshop")
        await until(lambda: chat.header.title.text() == "The workshop")
        window.conversations.delete_wanted.emit(current)
        await until(lambda: chat.bar.isVisible() and "The workshop" in chat.bar.text())
        assert run.session._workspace.chat.current is None
        chat.bar.triggered.emit("run")
        await until(lambda: run.session._workspace.chat.current == current)
        await until(lambda: len(chat.transcript.entries) == 2)

        QTest.keyClicks(chat.composer.editor, "half a quest")

    events = run_session(parts, data_dir, first)
    assert events[:2] == ["painted", "ready"]

    async def second(run: Run) -> None:
        chat = run.window.chat
        await until(lambda: len(chat.transcript.entries) == 2, seconds=20)
        assert chat.header.title.text() == "The workshop"
        assert chat.composer.text() == "half a quest"
        await until(lambda: bool(run.window.sources.cards))
        assert run.engine is not None
        files = await run.engine.documents()
        assert sum("welcome" in Path(file.path).parts for file in files) > 3

    run_session(parts, data_dir, second)


def test_a_question_waits_for_the_engine(parts: DesktopParts, data_dir: Path) -> None:
    async def story(run: Run) -> None:
        composer = run.window.chat.composer
        QTest.keyClicks(composer.editor, "What was never said?")
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
        assert "ready" not in run.events
        assert run.window.chat.transcript.entries[-1].state == "pending"
        await run.answered(1)
        assert [entry.question for entry in run.window.chat.transcript.entries] == [True, False]
        await read_welcome(run)

    run_session(parts, data_dir, story, opens=False)


def test_closing_while_files_are_read_parks_them(parts: DesktopParts, data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(60):
        (folder / f"note{number}.txt").write_text(f"Note {number} says that box {number} holds {number * 7} screws.\n")

    async def begin(run: Run) -> None:
        run.session._workspace.add_paths([str(folder)])
        assert run.engine is not None
        for _ in range(1500):
            if any("many" in document.path for document in await run.engine.documents()):
                break
            await asyncio.sleep(0.02)

    run_session(parts, data_dir, begin)

    async def go_on(run: Run) -> None:
        engine = run.engine
        assert engine is not None
        for _ in range(900):
            if not (await engine.ingest_progress()).active:
                break
            await asyncio.sleep(0.1)
        found = [document for document in await engine.documents(limit=500) if "many" in document.path]
        assert len(found) == 60

    run_session(parts, data_dir, go_on)


class Holder:
    """Another Magray on the same data folder, in a thread and a loop of its own."""

    def __init__(self, data_dir: Path) -> None:
        self._opened, self._free = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._hold(data_dir)))
        self._thread.start()
        assert self._opened.wait(60)

    async def _hold(self, data_dir: Path) -> None:
        async with Engine.open(Settings(data_dir=data_dir)):
            self._opened.set()
            await asyncio.to_thread(self._free.wait)

    def let_go(self) -> None:
        """Close it and wait until it is closed."""
        self._free.set()
        self._thread.join()


@pytest.mark.expected_logs("the engine could not be opened")
def test_a_folder_in_use_is_told_and_can_be_tried_again(parts: DesktopParts, data_dir: Path) -> None:
    other = Holder(data_dir)

    async def story(run: Run) -> None:
        try:
            await until(lambda: "problem" in run.events, seconds=60)
            assert not run.window.shows_workspace
            assert "Another Magray" in run.window.notice.title.text()
            assert str(data_dir) in run.window.notice.words.text()
        finally:
            await asyncio.to_thread(other.let_go)
        run.window.notice.triggered.emit("again")
        await until(lambda: "ready" in run.events, seconds=60)
        assert run.window.shows_workspace
        await read_welcome(run)

    run_session(parts, data_dir, story, opens=False)


@pytest.mark.expected_logs("the engine could not be opened")
def test_newer_data_are_left_alone(parts: DesktopParts, data_dir: Path) -> None:
    Holder(data_dir).let_go()
    database = sqlite3.connect(data_dir / "magray.db")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    assert version > 0
    database.execute("PRAGMA user_version = 9999")
    database.commit()
    database.close()
    before = (data_dir / "magray.db").read_bytes()

    async def story(run: Run) -> None:
        await until(lambda: "problem" in run.events, seconds=60)
        assert "newer" in run.window.notice.title.text()
        run.window.notice.triggered.emit("quit")

    run_session(parts, data_dir, story, opens=False)
    assert (data_dir / "magray.db").read_bytes() == before


@pytest.mark.expected_logs("the engine could not be opened", "native crashes are not kept")
def test_a_folder_that_cannot_be_made_is_told(parts: DesktopParts, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")

    async def story(run: Run) -> None:
        await until(lambda: "problem" in run.events, seconds=60)
        assert str(blocked / "data") in run.window.notice.words.text()
        assert run.window.notice.isVisible()

    run_session(parts, blocked / "data", story, opens=False)


def test_panels_give_way_and_come_back(parts: DesktopParts, data_dir: Path) -> None:
    async def story(run: Run) -> None:
        window = run.window
        await read_welcome(run)
        window.resize(730, 600)
        await until(lambda: window.sources.isHidden())
        assert not window.chat.isHidden()
        window.resize(1240, 780)
        await until(lambda: not window.sources.isHidden() and not window.conversations.isHidden())
        QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
        assert window.conversations.isHidden()
        QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        assert window.sources.isHidden()
        QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        assert not window.conversations.isHidden()
        assert window.conversations.search.hasFocus()
        QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert window.chat.composer.editor.hasFocus()
        QTest.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
        status = window.conversations.status
        await until(lambda: status.accessibleName() != "" and "Waking" not in status.accessibleName())
        status.click()
        assert window.chat.page is not None
        QTest.keyClick(window.chat.page, Qt.Key.Key_Escape)
        assert window.chat.page is None

    run_session(parts, data_dir, story)

    async def later(run: Run) -> None:
        assert not run.window.conversations.isHidden()
        assert run.window.sources.isHidden()

    run_session(parts, data_dir, later)


def test_text_and_files_reach_memory_from_everywhere(parts: DesktopParts, data_dir: Path, tmp_path: Path) -> None:
    file = tmp_path / "pasted.txt"
    file.write_text("The spare key hangs behind the blue door of the shed.")

    async def story(run: Run) -> None:
        await read_welcome(run)
        mime = QMimeData()
        mime.setText("The gate's code is 4471 since the second of March.")
        run.library.target.dropped_text.emit(mime.text())  # type: ignore[attr-defined]
        run.session._called([str(file)])
        assert run.engine is not None
        given: list[str] = []
        for _ in range(600):
            given = [one.path for one in await run.engine.documents() if "welcome" not in one.path]
            if len(given) == 2:
                break
            await asyncio.sleep(0.1)
        assert len(given) == 2
        await ask(run, "What is the code of the gate?")
        answer = run.window.chat.transcript.entries[-1].answer
        assert answer is not None
        assert "4471" in answer.text
        run.window.chat.composer.paths_pasted.emit([str(file)])
        await until(lambda: bool(run.window.chat.composer.chips.things))
        assert run.window.isVisible()

    run_session(parts, data_dir, story)


def test_turns_are_copied_remembered_asked_again_and_old_ones_come_back(parts: DesktopParts, data_dir: Path) -> None:
    async def first(run: Run) -> None:
        window, chat = run.window, run.window.chat
        await read_welcome(run)
        assert run.engine is not None
        await ask(run, "Is anything sent over the internet?")
        entry = chat.transcript.entries[-1]
        assert entry.answer is not None

        chat.transcript.action_wanted.emit("copy", entry.id)
        assert QGuiApplication.clipboard().text() == entry.text
        before = (await run.engine.status()).memories["assets"]
        chat.transcript.action_wanted.emit("remember", entry.id)
        await until(lambda: "Remembered" in chat.bar.text() and chat.bar.isVisible())
        assert (await run.engine.status()).memories["assets"] == before + 1
        chat.bar.triggered.emit("run")
        for _ in range(200):
            if (await run.engine.status()).memories["assets"] == before:
                break
            await asyncio.sleep(0.02)
        assert (await run.engine.status()).memories["assets"] == before

        chat.transcript.action_wanted.emit("sources", entry.id)
        assert window.sources.why.isChecked()
        chat.transcript.action_wanted.emit("again", chat.transcript.entries[0].id)
        assert chat.composer.text() == "Is anything sent over the internet?"
        chat.composer.set_text("")
        QTest.keyClick(chat.composer.editor, Qt.Key.Key_Up)
        assert chat.composer.text() == "Is anything sent over the internet?"
        chat.composer.set_text("")

        # A number leads to its source.
        chat.transcript.citation_activated.emit(entry.id, 1)
        assert chat.page is not None
        QTest.keyClick(chat.page, Qt.Key.Key_Escape)

        # A conversation of many messages is fetched page by page.
        long = await run.engine.create_conversation("Long")
        for number in range(60):
            await run.engine.ask(f"What is box number {number}?", conversation_id=long.id)
        window.conversations.opened.emit(long.id)
        await until(lambda: len(chat.transcript.entries) == 100, seconds=20)
        for _ in range(200):
            chat.transcript.verticalScrollBar().setValue(1)
            chat.transcript.verticalScrollBar().setValue(0)
            await asyncio.sleep(0.01)
            if len(chat.transcript.entries) == 120:
                break
        assert len(chat.transcript.entries) == 120
        assert chat.transcript.entries[0].text == "What is box number 0?"

        # What is gone leads back to a new conversation.
        window.conversations.opened.emit("no-such-conversation")
        await until(lambda: run.session._workspace.chat.current is None)

    run_session(parts, data_dir, first)


@pytest.mark.expected_logs("chat failed")
def test_a_question_that_fails_says_so_and_is_tried_again(
    parts: DesktopParts, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(run: Run) -> None:
        chat = run.window.chat
        await read_welcome(run)
        assert run.engine is not None
        real = run.engine.chat

        async def fail(*_arguments: object, **_fields: object) -> AsyncGenerator[ChatStep, None]:
            yield Recalling()
            raise StoreFullError("The disk is full. What was stored is kept.")

        monkeypatch.setattr(run.engine, "chat", fail)
        QTest.keyClicks(chat.composer.editor, "Is anything sent over the internet?")
        chat.composer.submit()
        await until(lambda: chat.transcript.entries[-1].state == "failed")
        assert chat.transcript.entries[-1].text == "The disk is full. What was stored is kept."
        # What was typed is on the disk until the question is.
        run.state.save()
        kept = WindowState(data_dir)
        assert kept.draft(run.session._workspace.chat.current) == "Is anything sent over the internet?"
        monkeypatch.setattr(run.engine, "chat", real)
        chat.transcript.action_wanted.emit("retry", chat.transcript.entries[-1].id)
        await run.answered(1)
        assert [entry.state for entry in chat.transcript.entries] == ["done", "done"]
        assert run.state.draft(run.session._workspace.chat.current) == ""

    run_session(parts, data_dir, story)


def test_documents_and_files_are_one_way_and_back(parts: DesktopParts, data_dir: Path) -> None:
    async def story(run: Run) -> None:
        window, chat = run.window, run.window.chat
        await read_welcome(run)
        assert run.engine is not None
        library = run.library
        window.conversations.documents.click()
        assert chat.page is library.documents  # type: ignore[attr-defined]
        window.activateWindow()
        await until(window.isActiveWindow)
        QTest.keyClick(window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert library.documents.search.hasFocus()  # type: ignore[attr-defined]
        document = (await run.engine.documents())[0]
        library.show_document(document.id)  # type: ignore[attr-defined]
        assert chat.page is library.document  # type: ignore[attr-defined]
        library.back()  # type: ignore[attr-defined]
        assert chat.page is library.documents  # type: ignore[attr-defined]
        library.strip.trouble_requested.emit(True)  # type: ignore[attr-defined]
        assert chat.page is library.files  # type: ignore[attr-defined]
        library.show_documents()  # type: ignore[attr-defined]
        library.back()  # type: ignore[attr-defined]
        assert chat.page is None
        library.strip.details_requested.emit()  # type: ignore[attr-defined]
        QTest.keyClick(window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        assert chat.page is None
        run.engine.events.publish(Notice(level="warning", text="The disk is nearly full."))
        await until(lambda: chat.bar.text() == "The disk is nearly full.")
        parts.theme.set_scheme("dark")
        window.grab()

    run_session(parts, data_dir, story)
