from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMainWindow, QStackedWidget

from desktop.bridge import Bridge
from desktop.documents.workspace import DocumentsWorkspace
from engine import DocumentSource, FileState
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.hand_engine import HandEngine, make_document, make_progress

Story = Callable[[DocumentsWorkspace, QStackedWidget, HandEngine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[[Story], None]:
    def run(story: Story) -> None:
        async def main() -> None:
            engine, bridge = HandEngine(), Bridge()
            engine.add_text(make_document("note", "/x/note.md"), "The deposit is 900 euros.")
            bridge.attach(engine)  # type: ignore[arg-type]
            window = QMainWindow()
            stack = QStackedWidget()
            window.setCentralWidget(stack)
            chat = QMainWindow()
            stack.addWidget(chat)
            work = DocumentsWorkspace(**parts.views, window=window)
            for page in work.pages:
                stack.addWidget(page)
            work.page_wanted.connect(stack.setCurrentWidget)
            work.chat_wanted.connect(lambda: stack.setCurrentWidget(chat))
            window.resize(900, 600)
            window.show()
            try:
                work.attach(engine, bridge)  # type: ignore[arg-type]
                await story(work, stack, engine)
            finally:
                work.documents._typing.stop()
                work.documents._refresh.stop()
                work.files._recount.stop()
                work.strip._hiding.stop()
                await until(lambda: not parts.operations._tasks.names)
                window.close()
                window.deleteLater()

        parts.run(main)

    return run


def test_there_is_a_way_back_from_every_view(play: Callable[[Story], None]) -> None:
    async def story(work: DocumentsWorkspace, stack: QStackedWidget, engine: HandEngine) -> None:
        work.show_documents()
        assert stack.currentWidget() is work.documents
        work.documents.open_document.emit("note")
        assert stack.currentWidget() is work.view
        await until(work.view.pane.isVisible)
        work.view.leave()
        assert stack.currentWidget() is work.documents
        work.documents.closed.emit()
        assert stack.currentIndex() == 0
        work.show_source(
            DocumentSource(document_id="note", path="/x/note.md", page=None, heading=(), start=0, end=3), "The"
        )
        await until(work.view.pane.isVisible)
        work.view.leave()
        assert stack.currentIndex() == 0

    play(story)


def test_the_strip_leads_to_what_went_wrong(play: Callable[[Story], None]) -> None:
    async def story(work: DocumentsWorkspace, stack: QStackedWidget, engine: HandEngine) -> None:
        engine.tell_progress(make_progress())
        assert not work.strip.isHidden()
        work.strip._details.click()
        assert stack.currentWidget() is work.files
        engine.tell_progress(make_progress(active=False, failed=1, finished=1032))
        work.strip._details.click()
        assert work.files.model.state is FileState.FAILED
        assert work.strip.isHidden()

    play(story)


def test_what_is_dropped_and_pasted_is_read(play: Callable[[Story], None], parts: DesktopParts, tmp_path: Path) -> None:
    async def story(work: DocumentsWorkspace, stack: QStackedWidget, engine: HandEngine) -> None:
        work.drop_target.dropped_paths.emit(["/x/a.pdf"])
        await until(lambda: ("enqueue", ["/x/a.pdf"]) in engine.calls)
        work.drop_target.dropped_text.emit("A thought.")
        await until(lambda: ("ingest_text", "A thought.") in engine.calls)
        await until(lambda: parts.messages.waiting > 0)
        said = parts.messages.take()
        assert said is not None
        assert said.run is not None
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path))])
        QGuiApplication.clipboard().setMimeData(mime)
        work._paste()
        await until(lambda: ("enqueue", [str(tmp_path)]) in engine.calls)
        QGuiApplication.clipboard().clear()

    play(story)


def test_files_are_chosen_without_a_nested_loop(play: Callable[[Story], None], tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")

    async def story(work: DocumentsWorkspace, stack: QStackedWidget, engine: HandEngine) -> None:
        work.adding.choose_files()
        dialog = work.adding._window.findChild(QFileDialog)
        assert dialog is not None
        assert dialog.fileMode() is QFileDialog.FileMode.ExistingFiles
        dialog.urlsSelected.emit([QUrl.fromLocalFile(str(file)), QUrl("https://example.org/x")])
        dialog.close()
        await until(lambda: ("enqueue", [str(file)]) in engine.calls)

    play(story)


def test_what_comes_before_the_engine_waits_for_it(parts: DesktopParts) -> None:
    async def main() -> None:
        window = QMainWindow()
        work = DocumentsWorkspace(**parts.views, window=window)
        work.adding.add_paths(["/x/early.pdf"])
        work.adding.add_text("An early thought.")
        engine = HandEngine()
        work.adding.attach(engine)  # type: ignore[arg-type]
        await until(lambda: {call[0] for call in engine.calls} == {"enqueue", "ingest_text"})
        await until(lambda: not parts.operations._tasks.names)
        window.deleteLater()

    parts.run(main)
