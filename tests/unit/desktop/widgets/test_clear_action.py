from PySide6.QtWidgets import QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from desktop.widgets.clear_action import add_clear_action
from tests.helpers.desktop_parts import DesktopParts


def test_the_cross_is_there_while_the_field_holds_something(qtbot: QtBot, parts: DesktopParts) -> None:
    field = QLineEdit()
    qtbot.addWidget(field)
    clear = add_clear_action(field, parts.icons)
    field.show()
    (button,) = field.findChildren(QToolButton)
    assert not button.isVisible()
    field.setText("lease")
    assert button.isVisible()
    clear.trigger()
    assert field.text() == ""
    assert not button.isVisible()
