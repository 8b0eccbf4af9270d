"""The field of the composer: plain text, Enter sends, what is pasted is looked at first."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QImage, QKeyEvent
from PySide6.QtWidgets import QTextEdit, QWidget

LONG_PASTE = 20_000
"""Characters. A longer paste is a document rather than a question."""


class ComposerEditor(QTextEdit):
    """Plain text; Enter sends, Shift+Enter breaks the line.

    Attributes:
        send_wanted: Enter was pressed.
        escape_pressed: Escape was pressed and nothing else wanted it.
        paths_pasted: Files and folders came from the clipboard.
        picture_pasted: A picture came from the clipboard, as PNG.
        text_pasted: A text too long for a question came from the clipboard.
        up_wanted: Up was pressed in the empty field.
    """

    send_wanted = Signal()
    escape_pressed = Signal()
    focus_changed = Signal(bool)
    paths_pasted = Signal(list)
    picture_pasted = Signal(bytes)
    text_pasted = Signal(str)
    up_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key_filter: Callable[[QKeyEvent], bool] | None = None
        """Sees every key first; True where it used it."""
        self.keeps_tab: Callable[[], bool] | None = None
        """Tells whether Tab is for the list of suggestions now."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter sends; the rest is writing."""
        if self.key_filter is not None and self.key_filter(event):
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
                self.textCursor().insertBlock()
                self.ensureCursorVisible()
            else:
                self.send_wanted.emit()
            return
        if event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.up_wanted.emit()
            return
        if event.key() == Qt.Key.Key_Escape:
            self.escape_pressed.emit()
            return
        super().keyPressEvent(event)

    def focusNextPrevChild(self, following: bool) -> bool:
        """Tab goes on to the next widget, unless it chooses a suggestion."""
        if following and self.keeps_tab is not None and self.keeps_tab():
            return False
        return super().focusNextPrevChild(following)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The composer shows its ring."""
        super().focusInEvent(event)
        self.focus_changed.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes."""
        super().focusOutEvent(event)
        self.focus_changed.emit(False)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Files, pictures and text."""
        return source.hasUrls() or source.hasText() or source.hasImage()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Files and pictures are attached, long texts become documents, the rest is written."""
        paths = [url.toLocalFile() for url in source.urls() if url.isLocalFile()]
        if paths and all(Path(path).exists() for path in paths):
            self.paths_pasted.emit(paths)
            return
        text = source.text()
        if source.hasImage() and not text:
            image = QImage(source.imageData())
            buffer = QBuffer()
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            if not image.isNull() and image.save(buffer, "PNG"):  # type: ignore[call-overload]
                self.picture_pasted.emit(bytes(buffer.data().data()))
            return
        if len(text) > LONG_PASTE:
            self.text_pasted.emit(text)
        elif text:
            self.textCursor().insertText(text)
            self.ensureCursorVisible()
