"""What is known of the document that is selected, in a strip below the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop.documents.document_words import facts, state_look
from desktop.icons import Icons
from desktop.models.documents_model import document_name
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.widgets.elided_label import ElidedLabel
from desktop.words import bytes_words
from engine import Document, DocumentDetails

if TYPE_CHECKING:
    from engine import Engine

REST_MILLISECONDS = 120
"""The selection has to rest so long: walking through the table asks for nothing."""


class DocumentFacts(Panel):
    """Hidden until a document is selected."""

    def __init__(self, *, theme: Theme, icons: Icons, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface", edge="top")
        self._icons = icons
        self._operations = operations
        self._engine: Engine | None = None
        self._wanted: str | None = None
        self._shown: DocumentDetails | None = None
        self._icon = QLabel(self)
        self._title = ElidedLabel("", self, mode=Qt.TextElideMode.ElideMiddle, role="strong")
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        restyle(self._text, role="muted")
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        head.addWidget(self._icon)
        head.addWidget(self._title, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.px(16), theme.px(8), theme.px(16), theme.px(8))
        column.setSpacing(theme.px(4))
        column.addLayout(head)
        column.addWidget(self._text)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MILLISECONDS)
        self._rest.timeout.connect(self._fetch)
        theme.changed.connect(self._draw_icon)
        self.hide()

    def attach(self, engine: Engine) -> None:
        """Ask this engine from now on."""
        self._engine = engine

    def show_document(self, document: Document | None) -> None:
        """Say what is known of a document, or nothing."""
        self._wanted = None if document is None else document.id
        if document is None:
            self._rest.stop()
            self._shown = None
            self.hide()
        else:
            self._rest.start()

    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def _fetch(self) -> None:
        engine, wanted = self._engine, self._wanted
        if engine is None or wanted is None:
            return

        def put(details: DocumentDetails) -> None:
            if details.document.id == self._wanted:
                self._put(details)

        def failed(_error: Exception) -> None:
            if wanted == self._wanted:  # it was forgotten meanwhile
                self.show_document(None)

        self._operations.start(
            Operation(
                name="details of a document",
                run=lambda: engine.document_details(wanted),
                success=put,
                failure=failed,
                owner=self,
                replaces="document:facts",
            )
        )

    def _put(self, details: DocumentDetails) -> None:
        self._shown = details
        document = details.document
        self._title.setText(f"{document_name(document)} · {bytes_words(document.size)}")
        words = "  ".join(facts(details))
        self._text.setText(words)
        look = state_look(details.state)
        self.setAccessibleName(f"{document_name(document)}: {look.word}. {words}")
        self._draw_icon()
        self.show()

    def _draw_icon(self) -> None:
        if self._shown is not None:
            look = state_look(self._shown.state)
            self._icon.setPixmap(self._icons.pixmap(look.icon, look.role))
            self._icon.setToolTip(look.word)
