from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QItemSelectionModel, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QPushButton
from pytestqt.qtbot import QtBot

from desktop.bridge import Bridge
from desktop.documents.ingestion_panel import IngestionPanel
from desktop.documents.ingestion_strip import IngestionStrip
from engine import FileState, IngestFile
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.hand_engine import HandEngine, make_progress

LOCKED = "It is locked with a password. Save a copy without one and add it again."


def make_files(count: int, state: FileState = FileState.QUEUED) -> list[IngestFile]:
    return [IngestFile(id=f"{state}-{n}", path=f"/home/anna/{state}-{n}.pdf", state=state) for n in range(count)]


# ---------------------------------------------------------------- the strip


@pytest.fixture
def strip(qtbot: QtBot, parts: DesktopParts) -> Iterator[IngestionStrip]:
    window = QMainWindow()
    qtbot.addWidget(window)
    made = IngestionStrip(theme=parts.theme, icons=parts.icons)
    window.setCentralWidget(made)
    window.resize(900, 60)
    window.show()
    yield made
    window.close()


def test_the_strip_is_hidden_while_nothing_happens(strip: IngestionStrip) -> None:
    assert not strip.isVisible() or strip.isHidden()
    strip.show_progress(make_progress(active=False, finished=1032))
    assert strip.isHidden()


def test_the_strip_says_how_far_it_is(strip: IngestionStrip) -> None:
    strip.show_progress(make_progress(failed=2))
    assert strip._title.text() == "Reading 215 of 1032 files"
    assert strip._rest.text() == "about 3 minutes left · 2 could not be read"
    assert (strip._bar.value(), strip._bar.maximum()) == (214, 1032)
    asked: list[bool] = []
    strip.pause_requested.connect(asked.append)
    strip._pause.click()
    strip.show_progress(make_progress(paused=True, failed=2))
    assert strip._title.text() == "Paused at 214 of 1032 files"
    assert strip._rest.text() == "2 could not be read"
    strip._pause.click()
    assert asked == [True, False]


def test_a_summary_without_trouble_goes_by_itself(strip: IngestionStrip) -> None:
    strip.show_progress(make_progress())
    strip.show_progress(make_progress(active=False, finished=1032))
    assert strip._title.text() == "1032 files were read"
    assert strip._hiding.isActive()
    strip.dismiss()
    assert strip.isHidden()
    assert not strip._hiding.isActive()


def test_a_summary_with_trouble_stays_and_leads_to_it(strip: IngestionStrip) -> None:
    strip.show_progress(make_progress())
    strip.show_progress(make_progress(active=False, finished=1032, failed=2, skipped=30))
    assert strip._title.text() == "1000 files were read"
    assert strip._rest.text() == "2 could not be read · 30 skipped"
    assert not strip._hiding.isActive()
    asked: list[bool] = []
    strip.trouble_requested.connect(asked.append)
    strip._details.click()
    assert asked == [True]
    strip._close.click()
    assert strip.isHidden()


# ---------------------------------------------------------------- the list

Story = Callable[[IngestionPanel, HandEngine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[[Story], None]:
    def run(story: Story, files: list[IngestFile] | None = None) -> None:
        async def main() -> None:
            engine, bridge = HandEngine(), Bridge()
            engine.files = list(files or [])
            bridge.attach(engine)  # type: ignore[arg-type]
            window = QMainWindow()
            panel = IngestionPanel(**parts.views)
            window.setCentralWidget(panel)
            window.resize(720, 560)
            window.show()
            panel.attach(engine, bridge)  # type: ignore[arg-type]
            try:
                await story(panel, engine)
            finally:
                panel._recount.stop()
                await until(lambda: not panel._operations._tasks.names)
                window.close()
                window.deleteLater()

        parts.run(main)

    return run


def test_an_empty_list_says_what_it_is_for(play: Callable[..., None]) -> None:
    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        asked: list[str] = []
        panel.add_files.connect(lambda: asked.append("files"))
        panel.add_folder.connect(lambda: asked.append("folder"))
        await until(lambda: panel._empty.isVisible())
        for button in panel._empty.findChildren(QPushButton):
            button.click()
        assert asked == ["files", "folder"]
        left: list[bool] = []
        panel.closed.connect(lambda: left.append(True))
        panel.activateWindow()
        panel.setFocus()
        await until(panel._header.back_button.hasFocus)
        QTest.keyClick(panel._header.back_button, Qt.Key.Key_Escape)
        assert left == [True]

    play(story)


def test_ten_thousand_files_are_fetched_as_they_are_seen(play: Callable[..., None]) -> None:
    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.peek(0) is not None)
        assert panel.model.rowCount() == 10_000
        fetched = [call for call in engine.calls if call[0] == "ingest_files"]
        assert len(fetched) <= 4
        panel.list.scrollToBottom()
        await until(lambda: panel.model.peek(9_999) is not None)
        assert panel.list.findChildren(QPushButton) == []

    play(story, make_files(10_000))


def test_states_filter_and_count(play: Callable[..., None]) -> None:
    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.rowCount() == 8)
        panel.show_state(FileState.FAILED)
        await until(lambda: panel.model.peek(2) is not None)
        assert panel.model.rowCount() == 3
        assert panel._chips.current() == "failed"
        first = engine.files[5]
        engine.tell_files(replace(first, state=FileState.QUEUED, reason=None))
        assert panel.model.rowCount() == 2
        await until(lambda: panel._counts.get(FileState.QUEUED) == 6)
        assert panel.model.rowCount() == 2

    play(story, [*make_files(5), *make_files(3, FileState.FAILED)])


def test_new_files_appear_while_one_looks(play: Callable[..., None]) -> None:
    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.peek(0) is not None)
        panel.list.setCurrentIndex(panel.model.index(0, 0))
        engine.tell_files(*make_files(40, FileState.READING))
        await until(lambda: panel.model.rowCount() == 43)
        await until(lambda: panel.model.peek(42) is not None)
        assert [file.id for file in panel.selected()] == ["queued-0"], "the selection follows its file"

    play(story, make_files(3))


def test_a_file_tells_why_and_can_be_tried_again(play: Callable[..., None]) -> None:
    locked = IngestFile(id="x", path="/home/anna/locked.pdf", state=FileState.FAILED, reason=LOCKED)

    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.peek(0) is not None)
        assert panel._details.isHidden()
        panel.list.setCurrentIndex(panel.model.index(0, 0))
        assert not panel._details.isHidden()
        assert LOCKED in panel._details._text.text()
        panel._details._buttons["retry"].click()
        await until(lambda: ("retry", ["x"]) in engine.calls)
        panel._retry_all.click()
        await until(lambda: ("retry", None) in engine.calls)

    play(story, [locked])


def test_many_files_are_stopped_at_once_by_a_key(play: Callable[..., None]) -> None:
    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.peek(0) is not None)
        panel.activateWindow()
        panel.list.setFocus()
        await until(panel.list.hasFocus)
        for row in (1, 3):
            panel.list.selectionModel().select(panel.model.index(row, 0), QItemSelectionModel.SelectionFlag.Select)
        QTest.keyClick(panel.list, Qt.Key.Key_Delete)
        await until(lambda: ("cancel", ["queued-1", "queued-3"]) in engine.calls)

    play(story, make_files(5))


def test_enter_opens_the_document(play: Callable[..., None]) -> None:
    done = IngestFile(id="x", path="/a.pdf", state=FileState.DONE, document_id="doc", chunks=3)

    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        opened: list[str] = []
        panel.open_document.connect(opened.append)
        await until(lambda: panel.model.peek(0) is not None)
        panel.activateWindow()
        panel.list.setFocus()
        await until(panel.list.hasFocus)
        panel.list.setCurrentIndex(panel.model.index(0, 0))
        QTest.keyClick(panel.list, Qt.Key.Key_Return)
        assert opened == ["doc"]

    play(story, [done])


def test_pause_and_progress(play: Callable[..., None]) -> None:
    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.peek(0) is not None)
        engine.tell_progress(make_progress(current="/x/lease.pdf"))
        assert panel._working.isVisible()
        assert panel._line.text() == "Reading 215 of 1032 files · about 3 minutes left · lease.pdf"
        panel._pause.click()
        await until(lambda: ("pause",) in engine.calls)
        engine.tell_progress(make_progress(paused=True))
        assert panel._pause.text() == "Go on"
        panel._pause.click()
        await until(lambda: ("resume",) in engine.calls)
        engine.tell_progress(make_progress(active=False))
        assert not panel._working.isVisible()

    play(story, make_files(5))


def test_every_row_is_painted_in_both_schemes(play: Callable[..., None], parts: DesktopParts) -> None:
    every = [replace(make_files(1, state)[0], pages=3, chunks=5, reason="why") for state in FileState]

    async def story(panel: IngestionPanel, engine: HandEngine) -> None:
        await until(lambda: panel.model.peek(len(FileState) - 1) is not None)
        light = panel.list.grab().toImage()
        parts.theme.set_scheme("dark")
        dark = panel.list.grab().toImage()
        parts.theme.set_scheme("light")
        assert light.pixelColor(2, 2).lightness() > 200 > 80 > dark.pixelColor(2, 2).lightness()

    play(story, every)
