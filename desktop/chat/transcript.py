"""The transcript: one document that holds the turns near the view, older ones come when one scrolls up to them.

One text document keeps text selectable across turns, reachable by the keyboard and readable to screen readers. Cards of
questions and the ground of quotations are painted behind it, for visible blocks only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QHelpEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
)
from PySide6.QtWidgets import QFrame, QTextBrowser, QToolTip, QWidget

from desktop.chat.column import column_edges
from desktop.chat.entries import Entry
from desktop.chat.message_actions import MessageActions
from desktop.chat.transcript_ground import TranscriptGround
from desktop.chat.transcript_text import TranscriptText
from desktop.chat.transcript_writer import PART, Part
from desktop.icons import Icons
from desktop.theme import Theme, restyle


class Transcript(QTextBrowser):
    """Shows the entries of one conversation.

    Attributes:
        citation_activated: An answer's entry id and a citation's number were clicked.
        older_wanted: The first known entry is in view; there may be older ones in the store.
        action_wanted: Name of an action (`copy`, `sources`, `remember`, `retry`) and the entry's id.
    """

    citation_activated = Signal(str, int)
    older_wanted = Signal()
    action_wanted = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._busy = False
        restyle(self, look="bare")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Always there, so that the text never wraps anew because it comes; unseen while there is nothing to scroll.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        bar = self.verticalScrollBar()
        bar.rangeChanged.connect(lambda low, high: restyle(bar, empty=low >= high))
        restyle(bar, empty=True)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(self.tr("Conversation"))
        self.setAccessibleDescription(self.tr("Questions and answers. Citation numbers open their source."))
        self.document().setDocumentMargin(0)
        self.text = TranscriptText(self.document(), theme)
        self._ground = TranscriptGround(self.document(), theme)
        self.anchorClicked.connect(self._anchor_clicked)
        self.cursorPositionChanged.connect(self._follow_caret)
        self._actions_bar: MessageActions | None = None
        # The first `viewport()` makes the binding load every widget class there is: not before the first paint.
        self._view_width = self.width()
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        theme.changed.connect(self._rewrite)

    @property
    def actions_bar(self) -> MessageActions:
        """What can be done with a turn; it floats at the answer that it belongs to."""
        if self._actions_bar is None:
            self._actions_bar = MessageActions(self._theme, self._icons, self.viewport())
            self._actions_bar.triggered.connect(self.action_wanted)
            self._actions_bar.follow_in_tab_order(self)
        return self._actions_bar

    # Entries

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries known, oldest first."""
        return self.text.entries

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id."""
        place = self.text.place_of(entry_id)
        return None if place is None else self.text.entries[place]

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show another conversation, at its end."""
        self._busy = True
        self.text.show(entries)
        self._busy = False
        self.to_end()
        self._place_actions()

    def prepend_entries(self, entries: Sequence[Entry]) -> None:
        """Older entries came from the store."""
        self.text.prepend(entries)
        if entries:
            self._keeping_place(self.text.add_older)

    def append_entry(self, entry: Entry) -> None:
        """A new turn at the end. The view follows when it was at the end before, and always to a question."""
        follow = entry.question or (self.at_end() and self.text.at_end)
        if entry.question and not self.text.at_end:
            self.text.entries.append(entry)
            self.text.show_end()
        elif follow:
            self.text.append(entry)
        else:
            self._keeping_place(lambda: self.text.append(entry))
        if follow:
            self.to_end()
        self._show_actions(entry)
        self._place_actions()

    def replace_entry(self, entry_id: str, entry: Entry) -> None:
        """An entry changed: the answer came. An unknown id appends it."""
        place = self.text.place_of(entry_id)
        if place is None:
            self.append_entry(entry)
            return
        at_end = self.at_end()
        self._keeping_place(lambda: self.text.replace(place, entry))
        if at_end:
            self.to_end()
        self._show_actions(entry)
        self._place_actions()

    def _keeping_place(self, change: Callable[[], object]) -> None:
        """Change the text; what is at the top of the view stays there."""
        if not self.text.entries:
            change()
            return
        bar = self.verticalScrollBar()
        layout = self.document().documentLayout()
        block = next(self._visible_blocks(), self.document().firstBlock())
        anchor = QTextCursor(block)
        anchor.setKeepPositionOnInsert(False)
        offset = bar.value() - layout.blockBoundingRect(block).top()
        self._busy = True
        change()
        place = layout.blockBoundingRect(anchor.block()).top() + offset
        bar.setValue(round(place))
        self._busy = False

    def _rewrite(self) -> None:
        bar = self.verticalScrollBar()
        share = bar.value() / bar.maximum() if bar.maximum() else 1.0
        self._busy = True
        self.text.rewrite()
        self._busy = False
        bar.setValue(round(share * bar.maximum()))
        self._place_actions()

    def _set_margins(self) -> None:
        # The column stands in the whole width, so that a scroll bar does not move it.
        left, column = column_edges(self._theme, self.width())
        right = max(0, self._view_width - left - column)
        self.text.set_column(left=left, column=column, right=right)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A new width wraps anew; what is in view stays in view."""
        at_end = self.at_end()
        self._view_width = event.size().width()

        def lay_out() -> None:
            if event.size().width() != event.oldSize().width():
                self._set_margins()
            super(Transcript, self).resizeEvent(event)

        self._keeping_place(lay_out)
        if at_end:
            self.to_end()
        self._place_actions()

    # Scrolling

    def at_end(self) -> bool:
        """The last line is in view."""
        bar = self.verticalScrollBar()
        return bar.value() >= bar.maximum() - self._theme.px(24)

    def to_end(self) -> None:
        """Show the last line."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())
        # The layout of what was just written may still be under way.
        QTimer.singleShot(0, self, lambda: bar.setValue(bar.maximum()))

    def _scrolled(self, value: int) -> None:
        self._place_actions()
        if self._busy or not self.text.entries:
            return
        bar, view = self.verticalScrollBar(), self.viewport().height()
        if value < view:
            if self.text.first > 0:
                self._keeping_place(self.text.add_older)
            else:
                self.older_wanted.emit()
        elif not self.text.at_end and value > bar.maximum() - view:
            self._keeping_place(self.text.add_newer)

    def _visible_blocks(self) -> Iterator[QTextBlock]:
        view = self.viewport()
        return self._ground.blocks(top=self.verticalScrollBar().value(), height=view.height(), width=view.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cards and quotation grounds first, the text over them."""
        if self.text.entries:
            self._ground.paint(self.viewport(), top=self.verticalScrollBar().value())
        super().paintEvent(event)

    # What the owner does

    def _anchor_clicked(self, url: QUrl) -> None:
        if url.scheme() != "cite":
            return
        key, _, number = url.path().partition("/")
        entry = self.text.entry_of_key(int(key))
        if entry is not None:
            self.citation_activated.emit(entry.id, int(number))

    def _follow_caret(self) -> None:
        if self.hasFocus():
            self._show_actions(self.text.entry_of(self.textCursor().block()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The actions of an answer follow the pointer."""
        super().mouseMoveEvent(event)
        if not event.buttons():
            cursor = self.cursorForPosition(event.position().toPoint())
            self._show_actions(self.text.entry_of(cursor.block()))

    def _show_actions(self, entry: Entry | None) -> None:
        if entry is not None and not entry.question and entry.state != "pending":
            self.actions_bar.show_for(entry)
            self._place_actions()

    def _place_actions(self) -> None:
        """Put the bar at the foot of its answer; without one it belongs to the last answer."""
        if not self.text.entries and self._actions_bar is None:
            return
        entry = self.entry(self.actions_bar.entry_id) if self.actions_bar.entry_id else None
        if entry is None:
            entry = next((e for e in reversed(self.text.entries) if not e.question and e.state != "pending"), None)
            if entry is None:
                self.actions_bar.hide()
                return
            self.actions_bar.show_for(entry)
        block = self._foot_of(entry)
        if block is None:
            self.actions_bar.hide()
            return
        rect = self.document().documentLayout().blockBoundingRect(block)
        y = rect.top() - self.verticalScrollBar().value()
        side = self.document().rootFrame().frameFormat().leftMargin()
        self.actions_bar.adjustSize()
        self.actions_bar.move(round(side) - self.actions_bar.inset, round(y + self._theme.px(3)))
        self.actions_bar.show()

    def _foot_of(self, entry: Entry) -> QTextBlock | None:
        for block in self._visible_blocks():
            form = block.blockFormat()
            if form.intProperty(PART) == Part.FOOT and self.text.entry_of(block) is entry:
                return block
        return None

    def viewportEvent(self, event: QEvent) -> bool:
        """A citation number tells its source where the pointer rests on it."""
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            anchor = self.anchorAt(event.pos())
            words = self.text.citation_words(anchor)
            if words:
                QToolTip.showText(event.globalPos(), words, self.viewport())
            else:
                QToolTip.hideText()
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Selection first, then what can be done with the turn under the pointer."""
        entry = self.text.entry_of(self.cursorForPosition(event.pos()).block())
        menu = self.actions_bar.menu(entry, parent=self)
        copy = QAction(self._icons.icon("copy"), self.tr("Copy selected text"), menu)
        copy.setEnabled(self.textCursor().hasSelection())
        copy.triggered.connect(self.copy)
        menu.insertAction(next(iter(menu.actions()), copy), copy)
        whole = QAction(self.tr("Select all"), menu)
        whole.triggered.connect(self.selectAll)
        menu.addAction(whole)
        menu.popup(event.globalPos())
