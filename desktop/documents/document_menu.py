"""What else can be done with an open document."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.documents.on_disk import FilesOnDisk
from desktop.documents.page_canvas import PageCanvas
from desktop.models.documents_model import is_file
from engine import DocumentText


class Shown(Protocol):
    """What the menu asks of the view it belongs to."""

    canvas: PageCanvas

    @property
    def shows_pages(self) -> bool:
        """Pages are drawn; otherwise text is shown."""
        ...

    @property
    def has_passage(self) -> bool:
        """It was opened at a passage."""
        ...

    def show_as_text(self, as_text: bool) -> None:
        """Show text or pages."""
        ...

    def show_passage_again(self) -> None:
        """Scroll back to the passage."""
        ...


def document_menu(view: Shown, text: DocumentText, *, drawable: bool, on_disk: FilesOnDisk, parent: QWidget) -> QMenu:
    """Make the menu for what is shown now; it deletes itself when it is closed."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    document = text.document

    def add(words: str, run: Callable[[], object], keys: QKeySequence | None = None) -> None:
        action = menu.addAction(words, run)
        if keys is not None:
            action.setShortcut(keys)

    if drawable and any(text.pages):
        words = (
            QCoreApplication.translate("DocumentMenu", "Show the text")
            if view.shows_pages
            else QCoreApplication.translate("DocumentMenu", "Show the pages")
        )
        add(words, partial(view.show_as_text, view.shows_pages))
    if view.has_passage:
        add(QCoreApplication.translate("DocumentMenu", "Back to the passage"), view.show_passage_again)
    if view.shows_pages:
        menu.addSeparator()
        add(
            QCoreApplication.translate("DocumentMenu", "Larger"),
            view.canvas.zoom_in,
            QKeySequence(QKeySequence.StandardKey.ZoomIn),
        )
        add(
            QCoreApplication.translate("DocumentMenu", "Smaller"),
            view.canvas.zoom_out,
            QKeySequence(QKeySequence.StandardKey.ZoomOut),
        )
        add(
            QCoreApplication.translate("DocumentMenu", "Fit to the width"),
            view.canvas.fit_width,
            QKeySequence("Ctrl+0"),
        )
    if is_file(document):
        menu.addSeparator()
        add(QCoreApplication.translate("DocumentMenu", "Open in its program"), partial(on_disk.open, document.path))
        add(QCoreApplication.translate("DocumentMenu", "Show in folder"), partial(on_disk.reveal, document.path))
        add(
            QCoreApplication.translate("DocumentMenu", "Copy the path"),
            partial(QGuiApplication.clipboard().setText, document.path),
        )
    return menu
