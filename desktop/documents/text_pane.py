"""Reads a text: one part at a time, so that a text of any length opens at once, with passages marked."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QMimeData, QRect, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QKeyEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QFrame, QTextEdit, QWidget

from desktop.documents.text_look import set_markdown, set_plain
from desktop.documents.text_parts import ShownText, TextSpan, part_count, part_of, part_span
from desktop.theme import Theme, restyle
from desktop.tokens import CHAT_LINE_HEIGHT, COLUMN_WIDTH

_SCROLLED_TO = 0.33
"""A passage is shown a third below the top of the view."""
_CODE_TYPES = ("json", "xml", "javascript", "x-", "csv", "yaml", "toml", "sql", "html")


class TextPane(QTextEdit):
    """The text of one page, or of a whole document without pages, in parts.

    Attributes:
        part_changed: Another part is shown (from 0).
        edge_reached: The owner scrolls on beyond the end (1) or the beginning (-1) of the part.
    """

    part_changed = Signal(int)
    edge_reached = Signal(int)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._source = ""
        self._own: QTextDocument | None = None  # the editor deletes its first document only
        self._part = 0
        self._code = False
        self._markdown = False
        self._shown = ShownText("", TextSpan(0, 0))
        self._passage: TextSpan | None = None
        self._matches: tuple[TextSpan, ...] = ()
        self._match: TextSpan | None = None
        restyle(self, look="bare")
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setUndoRedoEnabled(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Text of the document"))
        theme.changed.connect(self._restyle)

    # ------------------------------------------------------------------ what is shown

    @property
    def part(self) -> int:
        """The part that is shown, from 0."""
        return self._part

    @property
    def parts(self) -> int:
        """How many parts the text has."""
        return part_count(self._source)

    def show_text(self, text: str, *, media_type: str = "", passage: TextSpan | None = None) -> None:
        """Show another text from its beginning, or at a passage that is marked."""
        self._source = text
        self._markdown = "markdown" in media_type
        self._code = not self._markdown and any(mark in media_type for mark in _CODE_TYPES)
        self._passage, self._match, self._matches = passage, None, ()
        if passage is None:
            self._load(0, part_span(text, 0))
        else:
            self._load_around(passage)
            self._scroll_to_span(passage)

    def show_part(self, part: int) -> None:
        """Show another part from its beginning."""
        part = min(max(part, 0), self.parts - 1)
        self._load(part, part_span(self._source, part))

    def show_passage(self, span: TextSpan) -> None:
        """Mark a passage and scroll to it; the part grows where the passage reaches beyond its end."""
        self._passage = span
        self._show_span(span)

    def set_matches(self, spans: Sequence[TextSpan]) -> None:
        """Mark what was found, wherever it is shown."""
        self._matches = tuple(spans)
        self._match = None
        self._mark()

    def show_match(self, span: TextSpan) -> None:
        """Scroll to one of the matches and mark it more strongly."""
        self._match = span
        self._show_span(span)

    def passage_places(self) -> tuple[int, int] | None:
        """Document positions of the passage; None where none is shown."""
        return self._shown.places(self._passage) if self._passage is not None else None

    def _show_span(self, span: TextSpan) -> None:
        places = self._shown.places(span)
        if places is None or span.end > self._shown.span.end:
            self._load_around(span)
        else:
            self._mark()
        self._scroll_to_span(span)

    def _load_around(self, span: TextSpan) -> None:
        part = part_of(self._source, span.start)
        whole = part_span(self._source, part)
        self._load(part, TextSpan(whole.start, max(whole.end, min(span.end, len(self._source)))))

    def _scroll_to_span(self, span: TextSpan) -> None:
        places = self._shown.places(span)
        if places is not None:
            self._scroll_to(places[0])

    def _load(self, part: int, span: TextSpan) -> None:
        self._part = part
        self._shown = ShownText(self._source, span)
        self.setUpdatesEnabled(False)
        document = QTextDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(self._font())
        document.setDocumentMargin(0)
        cursor = QTextCursor(document)
        # The first paragraph's form is taken over by all that are inserted: cheaper than forming them afterwards.
        block = QTextBlockFormat()
        block.setLineHeight(CHAT_LINE_HEIGHT * 100, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        cursor.setBlockFormat(block)
        setting = set_markdown(self._shown.text) if self._markdown else set_plain(self._shown.text)
        cursor.insertText(setting.text, QTextCharFormat())
        self._set_headings(document, setting.headings)
        self.setDocument(document)
        if self._own is not None:
            self._own.deleteLater()
        self._own = document
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self.setUpdatesEnabled(True)
        self._mark()
        self.part_changed.emit(part)

    def _set_headings(self, document: QTextDocument, headings: dict[int, int]) -> None:
        for block, level in headings.items():
            cursor = QTextCursor(document.findBlockByNumber(block))
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            form = QTextCharFormat()
            form.setFont(self._theme.font("title" if level == 1 else "chat", strong=True))
            cursor.mergeCharFormat(form)
            # The marks are part of the text, and places count them; they only step back.
            cursor.setPosition(document.findBlockByNumber(block).position())
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, level)
            form = QTextCharFormat()
            form.setForeground(self._theme.color("border"))
            cursor.mergeCharFormat(form)

    def _font(self) -> QFont:
        return self._theme.font("code" if self._code else "chat")

    def _restyle(self) -> None:
        bar = self.verticalScrollBar()
        place = bar.value()
        self._load(self._part, self._shown.span)
        bar.setValue(place)

    def _mark(self) -> None:
        selections = []
        passage = self._theme.color("accent", alpha=0.22)
        match = self._theme.color("warning", alpha=0.25)
        current = self._theme.color("warning", alpha=0.6)
        marked = [(self._passage, passage), *((span, match) for span in self._matches), (self._match, current)]
        for span, color in marked:
            places = self._shown.places(span) if span is not None else None
            if places is None:
                continue
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(self.document())
            selection.cursor.setPosition(places[0])
            selection.cursor.setPosition(places[1], QTextCursor.MoveMode.KeepAnchor)
            selection.format = QTextCharFormat()
            selection.format.setBackground(color)
            selections.append(selection)
        self.setExtraSelections(selections)

    def _scroll_to(self, place: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(place)
        self.setTextCursor(cursor)
        rectangle: QRect = self.cursorRect(cursor)
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + rectangle.top() - int(self.viewport().height() * _SCROLLED_TO))

    # ------------------------------------------------------------------ what the owner does

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the column as wide as the transcript's, and centred."""
        air = self._theme.px(24)
        side = max(air, (self.width() - self._theme.px(COLUMN_WIDTH)) // 2)
        self.setViewportMargins(side, self._theme.px(16), side - self.verticalScrollBar().sizeHint().width(), 0)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page up and down turn to the next part at the edges."""
        bar = self.verticalScrollBar()
        key = event.key()
        if key in (Qt.Key.Key_PageDown, Qt.Key.Key_Space) and bar.value() >= bar.maximum():
            self.edge_reached.emit(1)
        elif key == Qt.Key.Key_PageUp and bar.value() <= bar.minimum():
            self.edge_reached.emit(-1)
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_Space):
            bar.setValue(bar.value() + bar.pageStep())
        elif key == Qt.Key.Key_PageUp:
            bar.setValue(bar.value() - bar.pageStep())
        else:
            super().keyPressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        """Copy the text as it was read: breaks made for display are left out."""
        cursor = self.textCursor()
        start = self._shown.position(cursor.selectionStart())
        end = self._shown.position(cursor.selectionEnd())
        mime = QMimeData()
        mime.setText(self._source[start:end])
        return mime
