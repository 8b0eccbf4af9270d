from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop.widgets.buttons import IconButton
from desktop.widgets.chip_bar import ChipBar
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.layer_mark import LayerMark
from desktop.widgets.message_bar import MessageBar
from desktop.widgets.section_header import SectionHeader
from tests.helpers.desktop_parts import DesktopParts

LONG = "a very long file name that does not fit into the room that is there.pdf"


def test_a_long_line_is_cut_in_the_middle_and_whole_in_the_tool_tip(qtbot: QtBot, parts: DesktopParts) -> None:
    label = ElidedLabel(LONG, mode=Qt.TextElideMode.ElideMiddle)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.show()
    assert label.shown_text() != LONG
    assert label.shown_text().endswith(".pdf")
    assert label.toolTip() == LONG
    label.resize(label.sizeHint())
    assert label.shown_text() == LONG
    assert label.toolTip() == ""
    assert label.minimumSizeHint().width() < label.sizeHint().width()
    label.setText("two\nlines")
    assert label.text() == "two lines"
    label.grab()


def test_a_tool_tip_of_its_own_stays(qtbot: QtBot) -> None:
    label = ElidedLabel(LONG)
    qtbot.addWidget(label)
    label.setToolTip("/home/anna")
    label.resize(50, 20)
    label.setText("other")
    assert label.toolTip() == "/home/anna"


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_items_flow_and_wrap(qtbot: QtBot, direction: Qt.LayoutDirection) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    host.setLayoutDirection(direction)
    flow = FlowLayout(host, spacing=10)
    for _ in range(5):
        item = QWidget()
        item.setFixedSize(100, 20)
        flow.addWidget(item)
    hidden = QWidget()
    hidden.setFixedSize(500, 500)
    flow.addWidget(hidden)
    hidden.hide()
    host.resize(330, 100)
    host.show()
    assert flow.heightForWidth(330) == 50
    assert flow.heightForWidth(100) == 5 * 20 + 4 * 10
    rects: list[QRect] = [flow.itemAt(place).geometry() for place in range(5)]  # type: ignore[union-attr]
    assert [rect.y() for rect in rects] == [0, 0, 0, 30, 30]
    first_x = 0 if direction == Qt.LayoutDirection.LeftToRight else 230
    assert rects[0].x() == rects[3].x() == first_x
    assert flow.sizeHint().width() == 5 * 100 + 4 * 10
    assert flow.itemAt(9) is None
    assert flow.takeAt(9) is None


def test_centred_items(qtbot: QtBot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    flow = FlowLayout(host, centered=True)
    item = QWidget()
    item.setFixedSize(100, 20)
    flow.addWidget(item)
    host.resize(300, 50)
    host.show()
    assert item.x() == 100


def test_an_empty_state_offers_the_first_step(qtbot: QtBot, parts: DesktopParts) -> None:
    state = EmptyState(parts.theme, parts.icons)
    qtbot.addWidget(state)
    state.show_state("documents", "Nothing yet", "Drop files here.", {"files": "Add files", "folder": "Add a folder"})
    state.resize(500, 400)
    state.show()
    chosen: list[str] = []
    state.triggered.connect(chosen.append)
    buttons = state.findChildren(QPushButton)
    assert [button.property("kind") for button in buttons] == ["primary", "plain"]
    for button in buttons:
        button.click()
    assert chosen == ["files", "folder"]
    assert state.accessibleName() == "Nothing yet"
    state.show_state("", "Other", "", None)
    assert not state._buttons.isVisible()


def test_a_message_is_shown_chosen_and_dismissed(qtbot: QtBot, parts: DesktopParts) -> None:
    bar = MessageBar(parts.theme, parts.icons)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    events: list[str] = []
    bar.triggered.connect(events.append)
    bar.dismissed.connect(lambda: events.append("dismissed"))
    bar.show_message("The file is gone.", level="warning", actions={"text": "Show the text"})
    assert bar.text() == "The file is gone."
    link = next(button for button in bar.findChildren(QPushButton) if button.text() == "Show the text")
    link.click()
    assert bar.isHidden()
    bar.show_message("Again.", dismissible=True)
    bar.findChildren(IconButton)[0].click()
    assert events == ["text", "dismissed"]


def test_chips_choose_one_and_keep_it(qtbot: QtBot, parts: DesktopParts) -> None:
    chips = ChipBar(parts.theme)
    qtbot.addWidget(chips)
    chosen: list[str] = []
    chips.chosen.connect(chosen.append)
    chips.set_chips({"all": "All 3", "failed": "Failed 1"})
    chips.show()
    assert chips.current() == "all"
    chips._chips["failed"].click()
    assert chosen == ["failed"]
    chips.set_chips({"all": "All 5", "done": "Read 2", "failed": "Failed 3"})
    assert chips.current() == "failed"
    assert chips._chips["failed"].text() == "Failed 3"
    chips.activateWindow()
    chips._chips["all"].setFocus()
    qtbot.waitUntil(chips._chips["all"].hasFocus)
    qtbot.keyClick(chips._chips["all"], Qt.Key.Key_Right)
    assert chips._chips["done"].hasFocus()
    chips.set_chips({"all": "All 5", "done": "Read 2"})
    assert chips.current() == "all"


def test_icons_have_names_and_keys(qtbot: QtBot, parts: DesktopParts) -> None:
    button = IconButton(parts.icons, "close", "Close", keys="Esc")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Close"
    assert button.toolTip() == "Close (Esc)"
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    button.show_action("play", "Go on")
    assert button.toolTip() == "Go on (Esc)"


def test_layers_have_marks_and_words(qtbot: QtBot, parts: DesktopParts) -> None:
    mark = LayerMark(parts.theme, parts.icons, "interact")
    qtbot.addWidget(mark)
    ring = mark.grab().toImage()
    mark.set_layer("assets")
    disc = mark.grab().toImage()
    assert mark.accessibleName() == "Assets"
    middle = ring.rect().center()
    assert ring.pixelColor(middle) != disc.pixelColor(middle)


def test_a_section_has_room_for_an_action(qtbot: QtBot, parts: DesktopParts) -> None:
    header = SectionHeader(parts.theme, "Sources")
    qtbot.addWidget(header)
    button = QPushButton("Why these")
    header.add(button)
    header.resize(300, 40)
    header.show()
    assert button.geometry().right() > 250
    header.set_text("Other")
