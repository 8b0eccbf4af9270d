from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QFileDialog, QMainWindow

from desktop.documents.adding import Adding
from tests.helpers.desktop_parts import DesktopParts, until
from tests.helpers.hand_engine import HandEngine

Story = Callable[[Adding, HandEngine], Coroutine[Any, Any, None]]


@pytest.fixture
def play(parts: DesktopParts) -> Callable[..., None]:
    def run(story: Story, *, attached: bool = True) -> None:
        async def main() -> None:
            engine, window = HandEngine(), QMainWindow()
            window.show()
            adding = Adding(operations=parts.operations, messages=parts.messages, window=window)
            if attached:
                adding.attach(engine)  # type: ignore[arg-type]
            try:
                await story(adding, engine)
            finally:
                await until(lambda: not parts.operations._tasks.names)
                window.close()
                window.deleteLater()

        parts.run(main)

    return run


def test_files_and_text_go_to_the_engine(play: Callable[..., None], parts: DesktopParts) -> None:
    async def story(adding: Adding, engine: HandEngine) -> None:
        opened: list[str] = []
        adding.open_document.connect(opened.append)
        adding.add_paths(["/x/a.pdf"])
        adding.add_text("A thought.")
        adding.add_paths([])
        adding.add_text("   ")
        await until(lambda: parts.messages.waiting > 0)
        assert engine.calls == [("enqueue", ["/x/a.pdf"]), ("ingest_text", "A thought.")]
        said = parts.messages.take()
        assert said is not None
        assert said.run is not None
        said.run()
        assert opened == ["pasted"]

    play(story)


@pytest.mark.parametrize(
    ("method", "mode"),
    [("choose_files", QFileDialog.FileMode.ExistingFiles), ("choose_folder", QFileDialog.FileMode.Directory)],
)
def test_dialogs_need_no_nested_loop(
    play: Callable[..., None], tmp_path: Path, method: str, mode: QFileDialog.FileMode
) -> None:
    async def story(adding: Adding, engine: HandEngine) -> None:
        getattr(adding, method)()
        dialog = adding._window.findChild(QFileDialog)
        assert dialog is not None
        assert dialog.fileMode() is mode
        dialog.urlsSelected.emit([QUrl.fromLocalFile(str(tmp_path)), QUrl("https://example.org/x")])
        dialog.close()
        await until(lambda: ("enqueue", [str(tmp_path)]) in engine.calls)

    play(story)


def test_what_comes_before_the_engine_waits_for_it(play: Callable[..., None]) -> None:
    async def story(adding: Adding, engine: HandEngine) -> None:
        adding.add_paths(["/x/early.pdf"])
        adding.add_text("An early thought.")
        assert engine.calls == []
        adding.attach(engine)  # type: ignore[arg-type]
        await until(lambda: {call[0] for call in engine.calls} == {"enqueue", "ingest_text"})

    play(story, attached=False)
