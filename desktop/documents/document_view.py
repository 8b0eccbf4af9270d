"""The document that a source leads to, opened at the passage, with the passage marked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.documents.document_header import DocumentHeader
from desktop.documents.document_menu import document_menu
from desktop.documents.document_search import DocumentSearch
from desktop.documents.find_bar import FindBar
from desktop.documents.markdown_pane import MarkdownPane
from desktop.documents.on_disk import FilesOnDisk
from desktop.documents.page_canvas import PageCanvas
from desktop.documents.passage_place import PassagePlace, locate
from desktop.documents.text_pane import TextPane
from desktop.documents.text_search import Match
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.models.documents_model import document_name, is_file
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.card import Panel
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.message_bar import MessageBar
from desktop.words import file_name
from engine import DocumentSource, DocumentText, RenderedPage

if TYPE_CHECKING:
    from engine import Engine

_DRAWABLE = ("application/pdf", "application/vnd.apple.iwork")
"""What the engine draws; everything else is shown as text."""


class DocumentView(Panel):
    """Takes the place of the chat while a document is read.

    Attributes:
        closed: The owner goes back; everything held is let go.
        link_activated: An address in a text was clicked.
        code_saved: Code and its language are to be saved to a file.
    """

    closed = Signal()
    link_activated = Signal(str)
    code_saved = Signal(str, str)

    def __init__(
        self,
        *,
        theme: Theme,
        icons: Icons,
        operations: Operations,
        messages: Messages,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, surface="surface")
        self._theme = theme
        self._operations = operations
        self._engine: Engine | None = None
        self._wanted = 0
        self._text: DocumentText | None = None
        self._place: PassagePlace | None = None
        self._quote = ""
        self._page = 0
        self._on_disk = FilesOnDisk(operations=operations, messages=messages)

        self._header = DocumentHeader(theme=theme, icons=icons, parent=self)
        self._header.back.connect(self.leave)
        self._header.field.chosen.connect(self.go_to)
        self._header.find_wanted.connect(self.start_search)
        self._header.more_wanted.connect(self._show_more)
        self._find_bar = FindBar(theme=theme, icons=icons, parent=self)
        self._bar = MessageBar(theme, icons, self, air=theme.px(12))

        self.canvas = PageCanvas(theme=theme, parent=self)
        self.canvas.page_wanted.connect(self._draw)
        self.canvas.page_changed.connect(self._page_seen)
        self.plain = TextPane(theme=theme, parent=self)
        self.plain.part_changed.connect(lambda _part: self._show_where())
        self.plain.edge_reached.connect(self._turn)
        self.markdown = MarkdownPane(theme=theme, parent=self)
        self.markdown.link_activated.connect(self.link_activated)
        self.markdown.code_saved.connect(self.code_saved)
        self.pane: TextPane | MarkdownPane = self.plain
        """What shows the text of the document that is open."""
        self._header.smaller.clicked.connect(self.canvas.zoom_out)
        self._header.larger.clicked.connect(self.canvas.zoom_in)
        self._note = EmptyState(theme, icons, self)
        self._note.triggered.connect(lambda _name: self.leave())
        body = QWidget(self)
        self._stack = QStackedLayout(body)
        for view in (self._note, self.canvas, self.plain, self.markdown):
            self._stack.addWidget(view)
        self._search = DocumentSearch(operations=operations, bar=self._find_bar, owner=self)
        self._search.found.connect(self._show_matches)
        self._search.stepped.connect(self._show_match)
        self._find_bar.closed.connect(self._search_left)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._header)
        layout.addWidget(self._find_bar)
        layout.addWidget(self._bar)
        layout.addWidget(body, 1)

    # ------------------------------------------------------------------ opening and leaving

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Read documents from this engine from now on."""
        self._engine = engine

    def show_source(self, source: DocumentSource, quote: str) -> None:
        """Open a document at a passage.

        Args:
            source: Where the passage stands.
            quote: The words to mark; empty marks what the source spans.
        """
        self._open(source.document_id, file_name(source.path), source.path, source=source, quote=quote)

    def show_document(self, document_id: str) -> None:
        """Open a document at its beginning."""
        self._open(document_id, "", "", source=None, quote="")

    def leave(self) -> None:
        """Go back. What is held of the document is let go."""
        self._wanted += 1
        self._text = None
        self._search.reset(())
        self._find_bar.hide()
        self._bar.hide()
        self.canvas.clear()
        self.pane.show_text("")
        self.closed.emit()

    def _open(self, document_id: str, name: str, path: str, *, source: DocumentSource | None, quote: str) -> None:
        engine = self._engine
        if engine is None:
            return
        self._wanted += 1
        shown = self._text
        if shown is not None and shown.document.id == document_id and source is not None:
            self._show_passage(shown, source, quote)
            return
        self._text, self._place, self._quote = None, None, ""
        self._header.set_title(name or self.tr("Opening…"), tool_tip=path)
        self._header.field.show_page(0, 1)
        self._search.reset(())
        self._find_bar.hide()
        self._bar.hide()
        self._note.show_state("", "", "")
        self._stack.setCurrentWidget(self._note)
        wanted = self._wanted

        def show(text: DocumentText) -> None:
            if wanted == self._wanted:
                self._show_text(text, source, quote)

        def failed(error: Exception) -> None:
            if wanted == self._wanted:
                self._show_error(error)

        self._operations.start(
            Operation(
                name="open a document",
                run=lambda: engine.document_text(document_id),
                success=show,
                failure=failed,
                owner=self,
                replaces="document:open",
            )
        )

    def _show_error(self, error: Exception) -> None:
        self._header.set_title(self.tr("Document"))
        self._note.show_state(
            "error",
            self.tr("This document cannot be opened"),
            Operations.describe(error, name="open a document"),
            {"back": self.tr("Back")},
        )
        self._stack.setCurrentWidget(self._note)
        self._focus_content()

    def _show_text(self, text: DocumentText, source: DocumentSource | None, quote: str) -> None:
        document = text.document
        self._text = text
        self.pane = self.markdown if "markdown" in document.media_type else self.plain
        if is_file(document):
            self.markdown.folder = Path(document.path).parent
        self._header.set_title(document_name(document), tool_tip=document.path)
        self._search.reset(text.pages)
        if text.missing and is_file(document):
            self._say_missing()
        if not any(text.pages) and not self._drawable(text):
            self._note.show_state(
                "document", self.tr("There is no text in this document"), self.tr("Nothing of it can be shown here.")
            )
            self._stack.setCurrentWidget(self._note)
            self._focus_content()
            return
        if source is not None:
            self._show_passage(text, source, quote)
        elif self._drawable(text):
            self._show_canvas(0)
        else:
            self._show_pane(0)
        self._focus_content()

    def _say_missing(self) -> None:
        self._bar.show_message(
            self.tr("The file is no longer where it was. This is its text as it was read."), level="warning"
        )

    @staticmethod
    def _drawable(text: DocumentText) -> bool:
        return text.paged and not text.missing and text.document.media_type in _DRAWABLE

    def _show_passage(self, text: DocumentText, source: DocumentSource, quote: str) -> None:
        place = locate(text.pages, source, quote)
        self._place = place
        page_text = text.pages[place.page] if text.pages else ""
        self._quote = quote.strip() or page_text[place.span.start : place.span.end]
        if self._drawable(text) and self._stack.currentWidget() is not self.pane:
            self._show_canvas(place.page, highlight=self._quote or None)
        else:
            self._show_pane(place.page, place=place)
        self._focus_content()

    # ------------------------------------------------------------------ pages and text

    @property
    def shows_pages(self) -> bool:
        """Pages are drawn; otherwise text is shown, or a note."""
        return self._stack.currentWidget() is self.canvas

    def _show_canvas(self, page: int, *, highlight: str | None = None) -> None:
        text = self._text
        if text is None:
            return
        if self._stack.currentWidget() is not self.canvas:
            self._stack.setCurrentWidget(self.canvas)
            self.canvas.show_pages(len(text.pages), page=page, highlight=highlight)
        else:
            self.canvas.go_to(page, highlight=highlight)
        self._page = self.canvas.page
        self._show_where()

    def _show_pane(self, page: int, *, place: PassagePlace | None = None) -> None:
        text = self._text
        if text is None or not text.pages:
            return
        self._page = page
        self._stack.setCurrentWidget(self.pane)
        here = place is not None and place.page == page and not place.span.empty
        passage = place.span if place is not None and here else None
        self.pane.show_text(text.pages[page], media_type=text.document.media_type, passage=passage)
        self.pane.set_matches(self._search.spans_on(page))
        self._show_where()

    def show_as_text(self, as_text: bool) -> None:
        """Show the text as it was read instead of the pages, or the pages again."""
        text = self._text
        if text is None or as_text == (not self.shows_pages):
            return
        here = self._place is not None and self._place.page == self._page
        if as_text:
            self._show_pane(self._page, place=self._place if here else None)
        elif self._drawable(text):
            self._show_canvas(self._page, highlight=self._quote if here and self._quote else None)
        self._focus_content()

    def go_to(self, page: int) -> None:
        """Go to a page (to a part, in a long text without pages), from 0."""
        text = self._text
        if text is None:
            return
        if self.shows_pages:
            self.canvas.go_to(page)
        elif len(text.pages) > 1:
            if 0 <= page < len(text.pages):
                self._show_pane(page, place=self._place)
        else:
            self.pane.show_part(page)
        self._show_where()

    def _turn(self, step: int) -> None:
        text = self._text
        if text is None:
            return
        many = len(text.pages) > 1
        count = len(text.pages) if many else self.pane.parts
        target = (self._page if many else self.pane.part) + step
        if 0 <= target < count:
            self.go_to(target)
            if step < 0:
                bar = self.pane.verticalScrollBar()
                bar.setValue(bar.maximum())

    def _page_seen(self, page: int) -> None:
        self._page = page
        self._show_where()

    def _show_where(self) -> None:
        text = self._text
        if text is None:
            return
        many = len(text.pages) > 1
        if self.shows_pages or many:
            self._header.field.show_page(self._page, len(text.pages))
        else:
            self._header.field.show_page(self.pane.part, self.pane.parts, parts=True)
        self._header.show_zoom(self.shows_pages)
        name = document_name(text.document)
        if self.shows_pages:
            self.canvas.setAccessibleName(self.tr("Page {0} of {1}").format(self._page + 1, name))
            # What is drawn cannot be read aloud; its text can.
            self.canvas.setAccessibleDescription(text.pages[self._page][:4000] if text.pages else "")
        self.setAccessibleName(name)

    def _draw(self, page: int, scale: float, highlight: str | None) -> None:
        engine, text, wanted = self._engine, self._text, self._wanted
        if engine is None or text is None:
            return
        document = text.document.id

        def put(rendered: RenderedPage) -> None:
            if self._text is text:
                self.canvas.put_page(page, scale, highlight, rendered)

        def failed(error: Exception) -> None:
            if self._text is text and wanted <= self._wanted:
                self._not_drawn(page, error)

        self._operations.start(
            Operation(
                name="draw a page",
                run=lambda: engine.render_page(document, page + 1, scale=scale, highlight=highlight),
                success=put,
                failure=failed,
                owner=self,
            )
        )

    def _not_drawn(self, page: int, error: Exception) -> None:
        words = Operations.describe(error, name="draw a page")
        text = self._text
        self.canvas.page_failed(page, words)
        if text is not None and any(text.pages) and not self._bar.isVisible():
            self._bar.show_message(
                self.tr("This page cannot be drawn: {0} Its text as it was read can still be shown.").format(words),
                level="warning",
                actions={"text": self.tr("Show the text")},
            )
            self._bar.triggered.connect(lambda _name: self.show_as_text(True), Qt.ConnectionType.SingleShotConnection)

    # ------------------------------------------------------------------ finding

    def start_search(self) -> None:
        """Look for words in this document."""
        if self._text is not None:
            self._search.begin(self._page)
            self._find_bar.enter()

    def _show_matches(self) -> None:
        if self._stack.currentWidget() is self.pane:
            self.pane.set_matches(self._search.spans_on(self._page))

    def _show_match(self, match: Match) -> None:
        text = self._text
        if text is None:
            return
        if self.shows_pages:
            self.canvas.go_to(match.page, highlight=self._search.words_around(match), strong=True)
            return
        if match.page != self._page:
            self._show_pane(match.page, place=self._place)
        self.pane.show_match(self._search.span_of(match))

    def _search_left(self) -> None:
        self._focus_content()
        if self.shows_pages:
            # The passage is marked again; the view stays where the search led.
            self.canvas.mark(self._place.page if self._place is not None else 0, self._quote or None)

    def _focus_content(self) -> None:
        current = self._stack.currentWidget()
        if current is None or current is self._note:
            current = self._header.back_button
        if self.isVisible():
            current.setFocus(Qt.FocusReason.OtherFocusReason)

    # ------------------------------------------------------------------ keys and menu

    def event(self, event: QEvent) -> bool:
        """Keys of this view win over the window's while the focus is inside."""
        overriding = event.type() == QEvent.Type.ShortcutOverride
        if overriding and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Find):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ctrl+F finds, F3 steps, Ctrl+PgUp and Ctrl+PgDown turn pages, Escape goes back."""
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if event.matches(QKeySequence.StandardKey.Find):
            self.start_search()
        elif event.key() == Qt.Key.Key_F3:
            self._search.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        elif control and event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            part = self._page if self.shows_pages or self._many() else self.pane.part
            self.go_to(part + (1 if event.key() == Qt.Key.Key_PageDown else -1))
        elif event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def _many(self) -> bool:
        return self._text is not None and len(self._text.pages) > 1

    def _show_more(self) -> None:
        text = self._text
        if text is None:
            return
        menu = document_menu(self, text, drawable=self._drawable(text), on_disk=self._on_disk, parent=self)
        more = self._header.more
        menu.popup(more.mapToGlobal(more.rect().bottomRight()) - QPoint(menu.sizeHint().width(), 0))

    @property
    def has_passage(self) -> bool:
        """It was opened at a passage."""
        return self._place is not None

    def show_passage_again(self) -> None:
        """Scroll back to the passage."""
        place = self._place
        if place is None:
            return
        if self.shows_pages:
            self.canvas.go_to(place.page, highlight=self._quote or None)
        else:
            self._show_pane(place.page, place=place)
