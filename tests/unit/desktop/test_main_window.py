from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from desktop.main_window import MainWindow
from desktop.messages import Messages
from desktop.status.status_page import StatusPage
from desktop.window_state import WindowState
from engine import ComponentStatus, EngineStatus
from tests.helpers.desktop_parts import DesktopParts


@pytest.fixture
def state(qapp: QApplication, tmp_path: Path) -> WindowState:
    return WindowState(tmp_path)


@pytest.fixture
def window(qtbot: QtBot, parts: DesktopParts, state: WindowState) -> MainWindow:
    made = MainWindow(theme=parts.theme, icons=parts.icons, messages=Messages(), state=state)
    qtbot.addWidget(made, before_close_func=lambda widget: widget.finish_closing())
    made.resize(1240, 780)
    made.show()
    QApplication.processEvents()
    return made


def focusable(window: QWidget) -> list[QWidget]:
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisibleTo(window)
    ]


def test_every_control_has_a_name(window: MainWindow) -> None:
    nameless = []
    for widget in focusable(window):
        words = widget.accessibleName() or (widget.text() if isinstance(widget, QAbstractButton) else "")
        if not words and not isinstance(widget, QScrollBar):
            nameless.append(f"{type(widget).__name__} {widget.objectName()}")
    assert nameless == []
    assert len(focusable(window)) > 10


def test_the_tab_key_goes_round_through_everything(window: MainWindow) -> None:
    window.chat.composer.focus()
    first = QApplication.focusWidget()
    seen: list[QWidget] = []
    for _ in range(60):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        focused: QWidget = QApplication.focusWidget()
        if focused is first:
            break
        seen.append(focused)
    assert focused is first
    for wanted in (
        window.conversations.new_button,
        window.conversations.search,
        window.conversations.documents,
        window.chat.header.left,
        window.chat.header.right,
        window.chat.composer.button,
        window.chat.welcome.folder,
    ):
        assert wanted in seen, wanted.accessibleName()


def test_no_key_is_given_twice(window: MainWindow) -> None:
    keys = [shortcut.key() for shortcut in window._shortcuts]
    assert len({key.toString() for key in keys}) == len(keys)
    for wanted in ("Ctrl+N", "Ctrl+K", "Ctrl+F", "Ctrl+L", "Ctrl+B", "Ctrl+J", "F2", "Ctrl+Q"):
        assert QKeySequence(wanted) in keys


def test_a_focused_control_shows_a_ring(window: MainWindow, parts: DesktopParts) -> None:
    accent = parts.theme.color("accent")
    for control in (window.conversations.new_button, window.chat.header.left, window.conversations.search):
        before = control.grab().toImage()
        control.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        after = control.grab().toImage()
        middle = after.height() // 2
        assert [after.pixelColor(x, middle) for x in (0, 1)] == [accent, accent], control.accessibleName()
        assert after.size() == before.size()


def test_closing_is_asked_for_and_waits(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.close_wanted):
        QTest.keyClick(window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert window.isVisible()
    assert window.close_asked
    window.notice.show_notice(title="Putting things away", words="…", buttons={})
    window.show_notice()
    QTest.keyClick(window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    assert not window.conversations.isHidden()
    window.finish_closing()
    assert not window.isVisible()


def test_widths_and_place_are_remembered(
    qtbot: QtBot, window: MainWindow, state: WindowState, parts: DesktopParts, tmp_path: Path
) -> None:
    window._splitter.setSizes([260, 600, 300])
    window._splitter.splitterMoved.emit(320, 1)
    window.resize(760, 590)
    window.remember_geometry()
    state.save()
    again = MainWindow(theme=parts.theme, icons=parts.icons, messages=Messages(), state=WindowState(tmp_path))
    qtbot.addWidget(again, before_close_func=lambda widget: widget.finish_closing())
    again.show()
    QApplication.processEvents()
    assert again.size().width() == 760
    assert abs(again._splitter.sizes()[0] - state.panel_width("left", 0)) <= 40


def test_the_first_paint_is_told_once(qtbot: QtBot, parts: DesktopParts, tmp_path: Path) -> None:
    made = MainWindow(theme=parts.theme, icons=parts.icons, messages=Messages(), state=WindowState(tmp_path))
    qtbot.addWidget(made, before_close_func=lambda widget: widget.finish_closing())
    told: list[int] = []
    made.first_painted.connect(lambda: told.append(1))
    made.show()
    qtbot.waitUntil(lambda: bool(told))
    made.update()
    made.repaint()
    QApplication.processEvents()
    assert told == [1]
    assert made.painted


def test_enter_presses_the_button_that_has_the_focus(window: MainWindow, qtbot: QtBot) -> None:
    window.activateWindow()
    new = window.conversations.new_button
    new.setFocus()
    qtbot.waitUntil(new.hasFocus)
    pressed: list[int] = []
    new.clicked.connect(lambda: pressed.append(1))
    QTest.keyClick(new, Qt.Key.Key_Return)
    assert pressed == [1]


def test_the_status_page_says_everything_in_words(qtbot: QtBot, parts: DesktopParts) -> None:
    page = StatusPage(parts.theme, parts.icons)
    qtbot.addWidget(page)
    status = EngineStatus(
        state="degraded",
        summary="One thing needs a look.",
        components=(
            ComponentStatus(name="memory", state="ok", summary="40 memories"),
            ComponentStatus(name="documents", state="degraded", summary="1 could not be read", mend="Open the list."),
        ),
        memories={"assets": 40},
        documents=3,
        conversations=1,
        data_dir="/home/anna/magray",
        version="0.1.0",
    )
    page.resize(900, 600)
    page.show()
    page.show_status(status)
    names = [widget.accessibleName() for widget in page.findChildren(QWidget) if "could not" in widget.accessibleName()]
    assert names == ["documents: 1 could not be read Open the list."]
    assert "/home/anna/magray" in page._foot.text()
    assert page._lead.text() == "One thing needs a look."
    assert page._lead.isVisible()
    page.show_status(dataclasses.replace(status, state="ok", summary="Everything works."))
    assert page._title.text() == "Everything works"
    assert not page._lead.isVisible()
    page.resize(400, 600)
    QApplication.processEvents()
    assert page._columns == 1
    page.grab()
    with qtbot.waitSignal(page.closed):
        QTest.keyClick(page, Qt.Key.Key_Escape)
