"""Folders in the real window: those of conversations, and those that are kept in step."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from desktop.library import Library
from tests.helpers.desktop_parts import DesktopParts, make_parts, until
from tests.helpers.desktop_session import Run, run_session

pytestmark = pytest.mark.end2end


@pytest.fixture(scope="session")
def parts(qapp: QApplication) -> DesktopParts:
    return make_parts(qapp)


def test_conversations_are_moved_and_put_back(parts: DesktopParts, data_dir: Path) -> None:
    async def story(run: Run) -> None:
        engine = run.engine
        assert engine is not None
        panel = run.window.conversations
        ids = [(await engine.create_conversation(title)).id for title in ("Lease", "Rent", "Trip")]
        await until(lambda: panel.model.index_of(ids[2]).isValid(), seconds=20)
        panel.folder_wanted.emit(ids[:2], "Harbour")
        await until(lambda: panel.model.index_of_folder("Harbour").isValid(), seconds=20)
        assert not panel.model.index_of(ids[0]).isValid()
        panel.toggle_folder("Harbour")
        await until(lambda: panel.model.index_of(ids[0]).isValid(), seconds=20)
        panel.folder_rename_wanted.emit("Harbour", "Office")
        await until(lambda: panel.model.index_of_folder("Office").isValid(), seconds=20)
        panel.search.setText("rent")
        await until(lambda: panel.model.rowCount() == 1 and panel.model.index_of(ids[1]).isValid(), seconds=20)
        panel.search.clear()
        await until(lambda: panel.model.index_of_folder("Office").isValid(), seconds=20)
        run.session._workspace.chat.conversation_deeds._put_back({ids[0]: "", ids[1]: ""})
        await until(lambda: not panel.model.index_of_folder("Office").isValid(), seconds=20)
        assert await engine.conversation_folders() == []

    run_session(parts, data_dir, story)


def test_a_folder_is_watched_and_shown(parts: DesktopParts, data_dir: Path, tmp_path: Path) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "lease.md").write_text("# Lease\n\nThe lease of the harbour office ends on 31 May 2027.\n")

    async def story(run: Run) -> None:
        library = run.library
        assert isinstance(library, Library)
        library.adding.watch([str(folder)])
        library.show_folders()
        page = library.documents
        await until(lambda: len(page.folders.cards) == 1, seconds=20)
        (card,) = page.folders.cards.values()
        await until(lambda: card.folder.documents == 1 and card.folder.waiting == 0, seconds=60)
        page.show_view("documents")

        def read() -> bool:
            document = next((one for row in range(9) if (one := page.model.peek(row)) and "lease" in one.path), None)
            return document is not None

        await until(read, seconds=20)
        card.pause_wanted.emit(True)
        await until(lambda: card.folder.paused, seconds=20)

    run_session(parts, data_dir, story)
