"""The keys of the memory page."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QTextEdit, QWidget

KEYS: Mapping[str, str] = {
    "Ctrl+F": "search",
    "Ctrl+N": "note",
    "Ctrl+Z": "undo",
    "Ctrl+D": "pin-or-not",
    "Ctrl+T": "tags",
    "Ctrl+C": "copy",
    "Ctrl+Up": "promote",
    "Ctrl+Down": "demote",
    "F2": "edit",
    "Del": "delete",
    "Shift+Del": "erase",
    "Ctrl+1": "view:table",
    "Ctrl+2": "view:map",
    "Ctrl+3": "view:timeline",
}
"""Keys to what `MemoryPage.act` does."""


def key_of(event: QKeyEvent) -> str:
    """The key in the words that menus use."""
    if event.key() in (Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_unknown):
        return ""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(modifiers.value | event.key()).toString(QKeySequence.SequenceFormat.PortableText)


def types_text(page: QWidget) -> bool:
    """Whether the keys go into a field of the page now: there they mean what they mean in every field."""
    focused: QWidget | None = QApplication.focusWidget()
    fields = (QLineEdit, QTextEdit, QPlainTextEdit)
    return isinstance(focused, fields) and page.isAncestorOf(focused)
