"""Folders of conversations in the left panel."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QItemSelectionModel, QMimeData, QModelIndex, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog, QMenu
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.chat.conversations_panel import ConversationsPanel
from desktop.models.conversations_model import MIME, ConversationsModel, FolderRow, Roles
from engine import Conversation
from tests.helpers.desktop_parts import DesktopParts

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def conversation(name: str, folder: str = "", days: float = 0) -> Conversation:
    return Conversation(
        id=name, title=f"Title {name}", created_at=NOW, updated_at=NOW - timedelta(days=days), folder=folder
    )


LOOSE = [conversation("a"), conversation("b", days=1)]
FOLDERS = [("Harbour", 2), ("Trips", 1)]
INSIDE = {"Harbour": [conversation("c", "Harbour"), conversation("d", "Harbour", 30)]}


@pytest.fixture
def model() -> ConversationsModel:
    made = ConversationsModel()
    made.show_conversations(LOOSE, now=NOW, folders=FOLDERS, inside=INSIDE)
    return made


@pytest.fixture
def panel(qtbot: QtBot, parts: DesktopParts) -> ConversationsPanel:
    widget = ConversationsPanel(parts.theme, parts.icons)
    qtbot.addWidget(widget)
    widget.resize(236, 700)
    widget.show_conversations(LOOSE, folders=FOLDERS, inside=INSIDE)
    widget.show()
    return widget


def select(panel: ConversationsPanel, *ids: str) -> None:
    flags = QItemSelectionModel.SelectionFlag
    panel.list.clearSelection()
    for one in ids:
        panel.list.selectionModel().setCurrentIndex(panel.model.index_of(one), flags.Select)


def words_of(menu: QMenu | None) -> list[str]:
    assert menu is not None
    return [action.text() for action in menu.actions() if action.text()]


def choose(menu: QMenu | None, *way: str) -> None:
    for words in way:
        assert menu is not None
        action = next(action for action in menu.actions() if action.text() == words)
        inner = action.menu()
        if isinstance(inner, QMenu):
            menu = inner
        else:
            action.trigger()


def test_folders_stand_first_and_their_conversations_below(
    model: ConversationsModel, qtmodeltester: ModelTester
) -> None:
    rows = [model.index(row).data() for row in range(model.rowCount())]
    assert rows == ["Folders", "Harbour", "Title c", "Title d", "Trips", "Today", "Title a", "Yesterday", "Title b"]
    harbour, trips = model.index_of_folder("Harbour"), model.index_of_folder("Trips")
    assert harbour.data(Roles.FOLDER) == FolderRow("Harbour", 2, True)
    assert harbour.data(Qt.ItemDataRole.AccessibleTextRole) == "Folder Harbour, 2 conversations, open"
    assert trips.data(Qt.ItemDataRole.AccessibleTextRole) == "Folder Trips, 1 conversation, closed"
    assert model.index_of("c").data(Roles.INSIDE) is True
    assert model.index_of("a").data(Roles.INSIDE) is False
    assert model.folder(model.index_of("a")) is None
    assert not model.index_of_folder("none").isValid()
    qtmodeltester.check(model)
    model.show_conversations([*LOOSE, *INSIDE["Harbour"]], now=NOW, searching=True)
    assert [model.index(row).data() for row in range(4)] == ["Title a", "Title b", "Title c", "Title d"]


def test_a_folder_gets_another_name(model: ConversationsModel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(model.folder_renamed) as told:
        assert model.setData(model.index_of_folder("Harbour"), " Harbour  office ")
    assert told.args == ["Harbour", "Harbour office"]
    assert not model.setData(model.index_of_folder("Harbour"), "  ")


def drop(model: ConversationsModel, ids: list[str], on: QModelIndex) -> bool:
    data = model.mimeData([model.index_of(one) for one in ids])
    return model.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, on)


def test_conversations_are_dragged_into_folders_and_out(model: ConversationsModel) -> None:
    told: list[tuple[list[str], str]] = []
    model.dropped.connect(lambda ids, folder: told.append((ids, folder)))
    assert model.mimeTypes() == [MIME]
    assert drop(model, ["a", "c"], model.index_of_folder("Trips"))
    assert drop(model, ["a"], model.index_of("d"))  # on what lies in a folder: into that folder
    assert drop(model, ["c"], model.index_of("b"))  # on one that lies in none: out
    assert drop(model, ["c", "a"], QModelIndex())  # on the empty ground: out, and `a` is out already
    assert drop(model, ["c"], model.index_of_folder("Harbour"))  # where it lies already
    assert told == [(["a", "c"], "Trips"), (["a"], "Harbour"), (["c"], ""), (["c"], "")]
    assert not model.dropMimeData(QMimeData(), Qt.DropAction.MoveAction, -1, -1, QModelIndex())
    drag, put = Qt.ItemFlag.ItemIsDragEnabled, Qt.ItemFlag.ItemIsDropEnabled
    assert model.flags(model.index_of("a")) & drag
    assert not model.flags(model.index_of_folder("Trips")) & drag
    assert model.flags(model.index_of_folder("Trips")) & put


def test_folders_open_and_close_by_mouse_and_keys(panel: ConversationsPanel, qtbot: QtBot) -> None:
    asked: list[bool] = []
    panel.filter_changed.connect(lambda: asked.append(True))
    trips = panel.model.index_of_folder("Trips")
    place = panel.list.visualRect(trips).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert panel.open_folders == {"Trips"}
    assert asked == [True]
    panel.show_conversations(LOOSE, folders=FOLDERS, inside={"Trips": [conversation("e", "Trips")]})
    assert panel.list.currentIndex().data() == "Trips"  # the keyboard stays there
    assert panel.model.index_of("e").isValid()
    QTest.keyClick(panel.list, Qt.Key.Key_Right)
    assert panel.open_folders == {"Trips"}  # it is open
    QTest.keyClick(panel.list, Qt.Key.Key_Left)
    assert panel.open_folders == set()
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert panel.open_folders == {"Trips"}
    panel.grab()


def test_a_conversation_is_moved_by_its_menu(panel: ConversationsPanel, qtbot: QtBot) -> None:
    moved: list[tuple[list[str], str]] = []
    panel.folder_wanted.connect(lambda ids, folder: moved.append((ids, folder)))
    menu = panel.menu_at(panel.model.index_of("c"))
    assert words_of(menu)[:3] == ["Rename", "Pin", "Move to folder"]
    assert menu is not None
    inner = next(action.menu() for action in menu.actions() if action.text() == "Move to folder")
    assert isinstance(inner, QMenu)
    assert [(action.text(), action.isChecked()) for action in inner.actions() if action.text()] == [
        ("No folder", False),
        ("Harbour", True),
        ("Trips", False),
        ("New folder…", False),
    ]
    choose(menu, "Move to folder", "Trips")
    choose(panel.menu_at(panel.model.index_of("c")), "Move to folder", "No folder")
    choose(panel.menu_at(panel.model.index_of("a")), "Move to folder", "New folder…")
    dialog = panel.findChild(QInputDialog)
    assert isinstance(dialog, QInputDialog)
    dialog.setTextValue("  Summer  house ")
    dialog.accept()
    assert moved == [(["c"], "Trips"), (["c"], ""), (["a"], "Summer house")]


def test_several_conversations_are_moved_at_once(panel: ConversationsPanel) -> None:
    moved: list[tuple[list[str], str]] = []
    deeds: list[tuple[str, str]] = []
    deleted: list[str] = []
    panel.folder_wanted.connect(lambda ids, folder: moved.append((ids, folder)))
    panel.deed_wanted.connect(lambda name, one: deeds.append((name, one)))
    panel.delete_wanted.connect(deleted.append)
    select(panel, "b", "c")
    assert words_of(panel.menu_at(panel.model.index_of("b"))) == ["Move to folder", "Archive"]
    choose(panel.menu_at(panel.model.index_of("b")), "Move to folder", "Trips")
    assert moved == [(["c", "b"], "Trips")]
    choose(panel.menu_at(panel.model.index_of("b")), "Archive")
    assert deeds == [("archive", "c"), ("archive", "b")]
    assert "Rename" in words_of(panel.menu_at(panel.model.index_of("a")))  # not one of them
    panel.show_conversations(LOOSE, folders=FOLDERS, inside=INSIDE)
    assert len(panel.list.all_selected()) == 2  # a refresh takes no selection away
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert deleted == ["c", "b"]


def test_a_click_with_ctrl_selects_and_opens_nothing(panel: ConversationsPanel, qtbot: QtBot) -> None:
    opened: list[str] = []
    panel.opened.connect(opened.append)
    for one, keys in (("a", Qt.KeyboardModifier.NoModifier), ("c", Qt.KeyboardModifier.ControlModifier)):
        place = panel.list.visualRect(panel.model.index_of(one)).center()
        QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, keys, place)
    assert opened == ["a"]
    assert [one.id for one in panel.list.all_selected()] == ["c", "a"]


def test_a_folder_is_renamed_and_removed_by_its_menu(panel: ConversationsPanel, qtbot: QtBot) -> None:
    renamed: list[tuple[str, str]] = []
    panel.folder_rename_wanted.connect(lambda old, new: renamed.append((old, new)))
    panel.open_folders = {"Harbour"}
    menu = panel.menu_at(panel.model.index_of_folder("Harbour"))
    assert words_of(menu) == ["Rename", "Remove the folder, keep its conversations"]
    choose(menu, "Remove the folder, keep its conversations")
    panel.model.setData(panel.model.index_of_folder("Harbour"), "Office")
    assert renamed == [("Harbour", ""), ("Harbour", "Office")]
    assert "Office" in panel.open_folders
    assert panel.menu_at(panel.model.index(0)) is None  # a heading


def test_a_filter_makes_the_list_a_plain_one(panel: ConversationsPanel) -> None:
    assert panel.grouped
    panel.set_filter(True, None)
    assert not panel.grouped
    panel.show_conversations(LOOSE, folders=FOLDERS)
    assert not panel.model.index_of_folder("Harbour").isValid()
    panel.set_filter(False, None)
    panel.search.setText("title")
    assert not panel.grouped
    panel._search_timer.stop()
    panel.search.clear()
    panel._search_timer.stop()
    panel.show_conversations([], folders=FOLDERS)
    assert panel.list.isVisible()
