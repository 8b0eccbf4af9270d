"""The cross at the end of a search field that empties it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from desktop.icons import Icons


def add_clear_action(field: QLineEdit, icons: Icons) -> QAction:
    """Give a field a cross in the colours of the theme; it is there while the field holds something."""
    words = QCoreApplication.translate("ClearAction", "Clear the search")
    clear = QAction(icons.icon("close", "muted"), words, field)
    clear.triggered.connect(field.clear)
    field.addAction(clear, QLineEdit.ActionPosition.TrailingPosition)
    # Only a change after it was added reaches the button that Qt makes of it.
    clear.setVisible(bool(field.text()))
    field.textChanged.connect(lambda text: clear.setVisible(bool(text)))
    return clear
