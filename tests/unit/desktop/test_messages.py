from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.messages import Messages
from desktop.notification_bar import NotificationBar
from desktop.widgets.buttons import LinkButton
from tests.helpers.desktop_parts import DesktopParts


def test_messages_wait_for_a_window(qtbot: QtBot, parts: DesktopParts) -> None:
    messages = Messages()
    messages.warning("The last run stopped.")
    messages.info("Read 3 files.")
    bar = NotificationBar(parts.theme, parts.icons, messages)
    qtbot.addWidget(bar)
    assert bar.isHidden()
    bar.start()
    assert bar.text() == "The last run stopped."
    bar.dismissed.emit()
    assert bar.text() == "Read 3 files."


def test_news_takes_the_place_of_what_passes_and_waits_for_what_stays(qtbot: QtBot, parts: DesktopParts) -> None:
    messages = Messages()
    bar = NotificationBar(parts.theme, parts.icons, messages)
    qtbot.addWidget(bar)
    bar.start()
    messages.info("one")
    messages.info("two")
    assert bar.text() == "two"
    messages.error("broken")
    assert bar.text() == "broken"
    messages.info("three")
    assert bar.text() == "broken"
    assert messages.waiting == 1
    bar.dismissed.emit()
    assert bar.text() == "three"
    bar.dismissed.emit()
    assert bar.isHidden()


def test_an_action_runs_once_and_the_bar_goes(qtbot: QtBot, parts: DesktopParts) -> None:
    messages = Messages()
    bar = NotificationBar(parts.theme, parts.icons, messages)
    qtbot.addWidget(bar)
    bar.start()
    ran: list[str] = []
    messages.info("Deleted", action="Undo", run=lambda: ran.append("undo"))
    bar.triggered.emit("run")
    assert ran == ["undo"]
    assert bar.isHidden()
    bar.triggered.emit("run")
    assert ran == ["undo"]


def test_the_same_message_is_said_once() -> None:
    messages = Messages()
    for number in range(30):
        messages.error("again")
        messages.warning(f"state {number}", key="state")
    texts = []
    while (shown := messages.take()) is not None:
        texts.append(shown.text)
    assert texts == ["again", "state 29"]


def test_a_message_stays_while_it_is_about_to_be_used(qtbot: QtBot, parts: DesktopParts) -> None:
    messages = Messages()
    bar = NotificationBar(parts.theme, parts.icons, messages)
    qtbot.addWidget(bar)
    bar.start()
    messages.info("Deleted", action="Undo", run=bar.hide)
    bar.show()
    bar.activateWindow()
    link = bar.findChild(LinkButton)
    assert link is not None
    link.setFocus()
    qtbot.waitUntil(link.hasFocus)
    bar._timer.timeout.emit()
    assert not bar.isHidden()
    link.clearFocus()
    bar.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    bar._timer.timeout.emit()
    assert bar.isHidden()
