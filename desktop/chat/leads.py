"""Where a text leads: addresses, code that is saved, and what a model saw."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from desktop.chat.chat_pane import ChatPane
from desktop.chat.context_page import ContextPage
from desktop.chat.turns import shortened
from desktop.icons import Icons
from desktop.markdown.code import file_ending
from desktop.messages import Messages
from desktop.theme import Theme
from engine import ContextView


class Leads(QObject):
    """Follows what is clicked in a text."""

    def __init__(
        self, *, pane: ChatPane, theme: Theme, icons: Icons, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._theme = theme
        self._icons = icons
        self._messages = messages
        self._context: ContextPage | None = None
        pane.transcript.link_activated.connect(self.follow)
        pane.transcript.code_saved.connect(self.save_code)

    def follow(self, address: str) -> None:
        """A model can write any address: nothing opens before its owner has seen where it leads."""
        url = QUrl(address)
        if url.scheme() not in ("http", "https", "mailto"):
            self._messages.info(self.tr("This link leads to {0}. It is not opened.").format(shortened(address)))
            return
        self._messages.info(
            self.tr("This link leads out of Magray: {0}").format(address[:300]),
            action=self.tr("Open in the browser"),
            run=lambda: self._open(url),
            key="link",
        )

    @staticmethod
    def _open(url: QUrl) -> None:
        QDesktopServices.openUrl(url)

    def save_code(self, code: str, language: str) -> None:
        """Ask for a file and write code into it."""
        dialog = QFileDialog(self._pane.window(), self.tr("Save the code"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(f"code.{file_ending(language)}")
        dialog.fileSelected.connect(lambda path: self._write_code(path, code))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _write_code(self, path: str, code: str) -> None:
        try:
            Path(path).write_text(code + "\n", encoding="utf-8")
        except OSError as error:
            self._messages.error(self.tr("The code could not be saved: {0}").format(error))
        else:
            self._messages.info(self.tr("Saved as {0}").format(path))

    def show_context(self, view: ContextView) -> None:
        """Show what a model was given, in the place of the chat."""
        if self._context is None:
            self._context = ContextPage(self._theme, self._icons, self._pane)
            self._context.closed.connect(self._leave_context)
        self._context.show_view(view)
        self._pane.show_page(self._context)
        self._context.parts.setFocus()

    def _leave_context(self) -> None:
        self._pane.show_chat()
        self._pane.transcript.setFocus()
