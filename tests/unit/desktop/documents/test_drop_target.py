from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from desktop.documents.drop_target import Dragged, DropTarget, dragged
from tests.helpers.desktop_parts import DesktopParts, until

BUTTON, KEYS, COPY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, Qt.DropAction.CopyAction


class Dragger:
    """Drags over a window as the platform does: events go to the native window."""

    def __init__(self, window: QMainWindow, mime: QMimeData) -> None:
        self.handle = window.windowHandle()
        self.mime = mime

    def enter(self) -> bool:
        event = QDragEnterEvent(QPoint(40, 40), COPY, self.mime, BUTTON, KEYS)
        QCoreApplication.sendEvent(self.handle, event)
        return event.isAccepted()

    def move(self) -> bool:
        event = QDragMoveEvent(QPoint(60, 60), COPY, self.mime, BUTTON, KEYS)
        QCoreApplication.sendEvent(self.handle, event)
        return event.isAccepted()

    def leave(self) -> None:
        QCoreApplication.sendEvent(self.handle, QDragLeaveEvent())

    def drop(self) -> bool:
        event = QDropEvent(QPointF(60, 60), COPY, self.mime, BUTTON, KEYS)
        QCoreApplication.sendEvent(self.handle, event)
        return event.isAccepted()


class Scene:
    def __init__(self, parts: DesktopParts) -> None:
        self.window = QMainWindow()
        # A field that would take text by itself: the target must be quicker.
        self.field = QLineEdit(self.window)
        self.window.setCentralWidget(self.field)
        self.target = DropTarget(theme=parts.theme, icons=parts.icons, operations=parts.operations, window=self.window)
        self.paths: list[list[str]] = []
        self.texts: list[str] = []
        self.target.dropped_paths.connect(self.paths.append)
        self.target.dropped_text.connect(self.texts.append)
        self.window.resize(700, 500)
        self.window.show()

    def title(self) -> str:
        return self.target.accessibleName()


def urls(*addresses: str | Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(one)) if isinstance(one, Path) else QUrl(one) for one in addresses])
    return mime


def text(words: str) -> QMimeData:
    mime = QMimeData()
    mime.setText(words)
    return mime


Story = Callable[[Scene], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[[Story], None]:
    def run(story: Story) -> None:
        async def main() -> None:
            scene = Scene(parts)
            try:
                await story(scene)
            finally:
                scene.window.close()
                scene.window.deleteLater()

        parts.run(main)

    return run


def test_files_make_the_whole_window_one_target(play: Callable[[Story], None], tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.pdf", "b.txt")]
    for file in files:
        file.write_text("x")

    async def story(scene: Scene) -> None:
        drag = Dragger(scene.window, urls(*files, tmp_path))
        assert drag.enter()
        assert scene.target.isVisible()
        assert scene.target.geometry() == scene.window.rect()
        await until(lambda: scene.title() == "Drop to add 3 files and folders to memory")
        assert drag.move()
        scene.window.resize(800, 600)
        assert scene.target.geometry() == scene.window.rect()
        assert drag.drop()
        assert scene.paths == [[str(file) for file in (*files, tmp_path)]]
        assert not scene.target.isVisible()

    play(story)


def test_it_tells_files_from_folders(play: Callable[[Story], None], tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a.pdf", "b.txt")]
    folders = [tmp_path / name for name in ("x", "y")]
    for file in files:
        file.write_text("x")
    for folder in folders:
        folder.mkdir()

    async def story(scene: Scene) -> None:
        Dragger(scene.window, urls(*files)).enter()
        await until(lambda: scene.title() == "Drop to add 2 files to memory")
        Dragger(scene.window, urls(*folders)).enter()
        await until(lambda: scene.title() == "Drop to add 2 folders to memory")
        Dragger(scene.window, urls(files[0])).enter()
        assert scene.title() == "Drop to add a.pdf to memory"

    play(story)


def test_text_becomes_a_document_wherever_it_falls(play: Callable[[Story], None]) -> None:
    async def story(scene: Scene) -> None:
        drag = Dragger(scene.window, text("The deposit is 900 euros."))
        assert drag.enter()
        assert scene.title() == "Drop to remember this text"
        assert drag.drop()
        assert scene.texts == ["The deposit is 900 euros."]
        assert scene.field.text() == ""

    play(story)


def test_what_lies_elsewhere_is_refused_and_told(play: Callable[[Story], None]) -> None:
    async def story(scene: Scene) -> None:
        drag = Dragger(scene.window, urls("https://example.org/lease.pdf"))
        assert not drag.enter()
        assert "on this computer" in scene.title()
        assert not drag.drop()
        assert scene.paths == []
        assert not scene.target.isVisible()

    play(story)


def test_leaving_gives_the_window_back(play: Callable[[Story], None], tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        drag = Dragger(scene.window, urls(tmp_path))
        drag.enter()
        drag.leave()
        assert not scene.target.isVisible()
        assert scene.paths == []

    play(story)


def test_what_cannot_be_taken_shows_nothing(play: Callable[[Story], None]) -> None:
    async def story(scene: Scene) -> None:
        mime = QMimeData()
        mime.setData("application/x-strange", b"1")
        assert not Dragger(scene.window, mime).enter()
        assert not scene.target.isVisible()

    play(story)


def test_files_are_pasted_and_text_is_left_to_fields(play: Callable[[Story], None], tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        assert scene.target.take(urls(tmp_path))
        assert scene.paths == [[str(tmp_path)]]
        assert not scene.target.take(text("words"))
        QGuiApplication.clipboard().setMimeData(urls(tmp_path / "x"))
        assert scene.target.take()
        assert scene.paths[-1] == [str(tmp_path / "x")]
        QGuiApplication.clipboard().clear()

    play(story)


def test_the_window_may_be_made_anew(play: Callable[[Story], None], tmp_path: Path) -> None:
    async def story(scene: Scene) -> None:
        scene.window.hide()
        scene.window.setWindowFlag(Qt.WindowType.WindowStaysOnTopHint)
        scene.window.show()
        assert Dragger(scene.window, urls(tmp_path)).enter()

    play(story)


def test_what_a_drag_holds(tmp_path: Path) -> None:
    assert dragged(QMimeData()) is None
    assert dragged(text("   ")) is None
    assert dragged(text("a")) == Dragged(text="a")
    twice = dragged(urls(tmp_path, tmp_path))
    assert twice is not None
    assert twice.paths == (str(tmp_path),)
    mixed = dragged(urls(tmp_path, "https://example.org"))
    assert mixed is not None
    assert mixed.elsewhere
    assert mixed.usable


def test_files_on_the_lower_part_are_for_the_chat_only(qtbot: QtBot, parts: DesktopParts, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(800, 600)
    target = DropTarget(theme=parts.theme, icons=parts.icons, operations=parts.operations, window=window)
    target.takes_for_chat = lambda: True
    window.show()
    target._content = Dragged(paths=(str(tmp_path / "a.txt"),))
    target.setGeometry(window.rect())
    target.show()
    target._offer_chat(0)
    assert target._chat.isVisible()
    target._follow(590.0)
    assert target._for_chat
    window.grab()
    target._follow(100.0)
    assert not target._for_chat
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "a.txt"))])
    for y, signal in ((590.0, target.dropped_for_chat), (100.0, target.dropped_paths)):
        target._offer_chat(0)
        drop = QDropEvent(
            QPointF(400, y), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        )
        with qtbot.waitSignal(signal) as told:
            target._drop(drop)
        assert told.args == [[str(tmp_path / "a.txt")]]
        assert target.isHidden()
        target.show()
    target._offer_chat(2)
    assert not target._chat.isVisible()
    target.hide()
