"""The transcript: the entries of one conversation, and what can be done with each."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
)
from PySide6.QtWidgets import QWidget

from desktop.chat.entries import Entry
from desktop.chat.message_actions import MessageActions
from desktop.chat.transcript_keys import TranscriptKeys
from desktop.icons import Icons
from desktop.theme import Theme


class Transcript(TranscriptKeys):
    """Shows the entries of one conversation.

    Attributes:
        older_wanted: The first known entry is nearly in view; there may be older ones in the store.
        quote_wanted: A selected text is to be quoted in the next question.
    """

    older_wanted = Signal()
    quote_wanted = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self._actions_bar: MessageActions | None = None
        self.setAccessibleName(self.tr("Conversation"))
        self.setAccessibleDescription(self.tr("Questions and answers. Citation numbers open their source."))

    @property
    def actions_bar(self) -> MessageActions:
        """What can be done with a turn; it floats at the turn that it belongs to."""
        if self._actions_bar is None:
            self._actions_bar = MessageActions(self._theme, self._icons, self.viewport())
            self._actions_bar.triggered.connect(self.action_wanted)
            self._actions_bar.follow_in_tab_order(self)
        return self._actions_bar

    # Entries

    def entry(self, entry_id: str) -> Entry | None:
        """The entry of an id."""
        place = self.place_of(entry_id)
        return None if place is None else self._entries[place]

    def set_entries(self, entries: Sequence[Entry]) -> None:
        """Show another conversation, at its end."""
        self._show(entries)
        self.links.forget()
        self.to_end()

    def prepend_entries(self, entries: Sequence[Entry]) -> None:
        """Older entries came from the store; what is read stays in its place."""
        if entries:
            self._insert_before(entries)
            self.lay_out()

    def append_entry(self, entry: Entry) -> None:
        """A new turn at the end. The view follows when it was at the end before, and always to a question."""
        follow = entry.question or self._following or not self._entries
        self._append(entry)
        if follow:
            self._following = True
        self._show_actions(entry)
        self.lay_out()

    def append_entries(self, entries: Sequence[Entry]) -> None:
        """Later entries came from the store; the view stays where it is."""
        self._following = False
        for entry in entries:
            self._append(entry)
        self.lay_out()

    def replace_entry(self, entry_id: str, entry: Entry) -> None:
        """An entry changed: more was written, the answer came. An unknown id appends it."""
        place = self.place_of(entry_id)
        if place is None:
            self.append_entry(entry)
            return
        self._put(place, entry)
        if self._actions_bar is not None and self._actions_bar.entry_id in (entry_id, entry.id):
            self._actions_bar.entry_id = ""
        if entry.state != "streaming":
            self._show_actions(entry)
        self.lay_out()

    def replace_from(self, index: int, entries: Sequence[Entry]) -> None:
        """Other entries from an index on: another version was chosen."""
        self._cut(index)
        for entry in entries:
            self._append(entry)
        if self._actions_bar is not None:
            self._actions_bar.entry_id = ""
        self.lay_out()

    def remove_entry(self, entry_id: str) -> None:
        """Take one entry away."""
        place = self.place_of(entry_id)
        if place is not None:
            following = self._following
            self.replace_from(place, self._entries[place + 1 :])
            self._following = following

    # Layout

    def _laid_out(self) -> None:
        super()._laid_out()
        self._place_actions()
        if self._entries and self.verticalScrollBar().value() < 2 * self.viewport().height():
            self.older_wanted.emit()

    def _place_actions(self) -> None:
        """Put the bar at the foot of its turn; without one it belongs to the last answer."""
        if not self._entries:
            if self._actions_bar is not None:
                self._actions_bar.hide()
            return
        bar = self.actions_bar
        entry = self.entry(bar.entry_id) if bar.entry_id else None
        if entry is None:
            entry = next((e for e in reversed(self._entries) if not e.question and _acts(e)), None)
            if entry is None:
                bar.hide()
                return
            bar.show_for(entry)
        for index, turn in self.in_view():
            if turn.entry.id == entry.id and turn.pieces and turn.complete:
                y = self.top_of(index) + turn.foot + self._theme.px(3)
                bar.adjustSize()
                x = self._column[0] - bar.inset
                if entry.question:
                    x = self._column[0] + self._column[1] - bar.width() + bar.inset
                bar.move(x, y)
                bar.show()
                return
        bar.hide()

    def _pointed(self, entry: Entry) -> None:
        self._show_actions(entry)

    def _show_actions(self, entry: Entry | None) -> None:
        if entry is not None and _acts(entry):
            self.actions_bar.show_for(entry)
            self._place_actions()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Selection first, then what can be done with the turn under the pointer."""
        entry = None
        if self._entries:
            entry = self._entries[self._index_at(event.pos().y())]
        menu = self.actions_bar.menu(entry, parent=self)
        selected = self.selection.span is not None
        copy = QAction(self._icons.icon("copy"), self.tr("Copy selected text"), menu)
        copy.setEnabled(selected)
        copy.triggered.connect(self.copy)
        quote = QAction(self._icons.icon("quote"), self.tr("Quote in the next question"), menu)
        quote.setEnabled(selected)
        quote.triggered.connect(lambda: self.quote_wanted.emit(self.selection.text()))
        first = next(iter(menu.actions()), copy)
        menu.insertAction(first, copy)
        menu.insertAction(first if first is not copy else copy, quote)
        whole = QAction(self.tr("Select all"), menu)
        whole.triggered.connect(self.select_all)
        menu.addAction(whole)
        menu.popup(event.globalPos())


def _acts(entry: Entry) -> bool:
    """There is something to do with it."""
    return entry.state not in ("pending", "streaming") and (not entry.question or entry.stored)
