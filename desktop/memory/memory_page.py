"""The memory explorer: one filter over a table, a map and a timeline, and what is selected in full beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from desktop.bridge import Bridge
from desktop.documents.view_header import ViewHeader
from desktop.icons import Icons
from desktop.memory.as_of_band import AsOfBand
from desktop.memory.deeds import MemoryDeeds
from desktop.memory.detail_pane import DetailPane
from desktop.memory.filter_bar import FilterBar
from desktop.memory.filter_facts import FilterFacts
from desktop.memory.memory_menu import Chosen, memory_menu
from desktop.memory.memory_words import memories_words
from desktop.memory.page_keys import KEYS, key_of, types_text
from desktop.memory.table_view import MemoryTableView
from desktop.memory.versions_dialog import VersionsDialog
from desktop.memory.view_switch import ViewSwitch, make_view
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.widgets.card import Panel
from desktop.words import file_name
from engine import LAYERS, ConversationSource, DocumentSource, Layer, Memory, MemoryFilter

if TYPE_CHECKING:
    from engine import Engine

REFRESH_MILLISECONDS = 500
"""While memories come in, what is shown is fetched anew this often, never more."""
_MANY = 25_000
"""With every so many rows, news wait as long again."""
_DETAIL, _DETAIL_LEAST = 330, 260
_NARROW = 700
"""Below this width, in design pixels, the details stand under the views instead of beside them."""


class MemoryPage(Panel):
    """Takes the place of the chat.

    Attributes:
        closed: The owner goes back.
        source_wanted: A memory's source is to be opened (`Memory`).
        add_files: More is to be read.
        wide: The window gives this page the room of the panel at its end.
    """

    closed = Signal()
    source_wanted = Signal(object)
    add_files = Signal()
    wide = True

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
        self._icons = icons
        self._operations = operations
        self._messages = messages
        self._engine: Engine | None = None
        self._ids: list[str] = []
        self._stale = False
        self.setAccessibleName(self.tr("Memory"))
        self.deeds = MemoryDeeds(window=self, theme=theme, operations=operations, messages=messages)
        self.header = ViewHeader(theme=theme, icons=icons, title=self.tr("Memory"), parent=self)
        self.header.back.connect(self._leave)
        self.switch = ViewSwitch(theme, self)
        note = QPushButton(self.tr("Write a note"), self)
        note.setToolTip(self.tr("Write a note ({0})").format("Ctrl+N"))
        note.clicked.connect(self.deeds.ask_note)
        self.header.add(self.switch)
        self.header.add_space()
        self.header.add(note)
        self.filters = FilterBar(theme=theme, icons=icons, parent=self)
        self.band = AsOfBand(theme=theme, icons=icons, parent=self)
        self._facts = FilterFacts(filters=self.filters, band=self.band, operations=operations, parent=self)
        self.table = MemoryTableView(theme=theme, icons=icons, operations=operations, messages=messages, parent=self)
        self.views: dict[str, QWidget] = {"table": self.table}
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.table)
        self.detail = DetailPane(theme=theme, icons=icons, operations=operations, parent=self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self._stack)
        self._splitter.addWidget(self.detail)
        self._splitter.setStretchFactor(0, 1)
        self._splitter.setStretchFactor(1, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part in (self.header, self.filters, self.band):
            layout.addWidget(part)
        layout.addWidget(self._splitter, 1)
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(REFRESH_MILLISECONDS)
        self._refresh.timeout.connect(self.reload)
        self._narrow: bool | None = None
        self._connect()
        self.setFocusProxy(self.filters)

    def _connect(self) -> None:
        self.switch.chosen.connect(self.show_view)
        self.filters.changed.connect(self._filter_changed)
        self.filters.dropped.connect(lambda layer: self.deeds.move(self._ids, layer))
        self.filters.look_back_wanted.connect(self.band.open_band)
        self.filters.down_wanted.connect(self._enter_view)
        self.band.changed.connect(self._look_back)
        self.table.delete_wanted.connect(lambda: self.act("delete"))
        self._connect_view(self.table)
        self.detail.source_wanted.connect(self.source_wanted)
        self.detail.deed_wanted.connect(self.act)
        self.detail.menu_wanted.connect(self.show_menu)
        self.detail.edited.connect(self.deeds.edit)
        self.detail.text.left.connect(self._enter_view)
        self.detail.chosen.connect(self.look_at)
        self.detail.versions_wanted.connect(self._show_versions)
        self.deeds.done.connect(lambda _ids: self._changed())
        self.detail.left_unsaved.connect(self._offer_typed)
        self.deeds.edited.connect(self._edit_kept)
        self.deeds.edit_failed.connect(self.detail.show_problem)
        self.deeds.added.connect(lambda memory: self.look_at(memory.id))

    def _connect_view(self, view: Any) -> None:
        """Every view tells what is selected and opened; some also what they offer and how much they show."""
        view.selected.connect(self._select)
        view.opened.connect(self._open)
        wanted = {
            "counted": self._say_count,
            "menu_wanted": self.show_menu,
            "step_wanted": self._step,
            "filter_wanted": self.filters.set_filter,
        }
        for name, slot in wanted.items():
            signal = getattr(view, name, None)
            if signal is not None:
                signal.connect(slot)

    # The engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Show this engine's memories from now on."""
        self._engine = engine
        self.deeds.attach(engine)
        self.detail.attach(engine)
        for view in self.views.values():
            view.attach(engine)  # type: ignore[attr-defined]
        bridge.memories_changed.connect(self._changed)
        bridge.documents_changed.connect(self._changed)
        self._facts.attach(engine)

    def reload(self) -> None:
        """Fetch what is shown anew; place and selection stay."""
        if not self.isVisible():
            self._stale = True
            return
        self._stale = False
        view = self.view
        reload = getattr(view, "reload", None)
        if reload is not None:
            reload()
        self._facts.count()
        self.detail.refresh()

    def _changed(self, _what: object = None) -> None:
        if not self._refresh.isActive():
            # Reading the numbers of very many takes its time, and recall waits for the same threads.
            self._refresh.start(REFRESH_MILLISECONDS * (1 + self.table.model.rowCount() // _MANY))

    def showEvent(self, event: QShowEvent) -> None:
        """What changed meanwhile is fetched now."""
        super().showEvent(event)
        if self._stale:
            self._refresh.start()

    # Views and filter

    @property
    def view(self) -> QWidget:
        """The view that is shown."""
        current = self._stack.currentWidget()
        return current if current is not None else self.table

    def show_view(self, name: str) -> None:
        """Show the `table`, the `map` or the `timeline` of what the filter means."""
        if name not in self.views:
            made = make_view(name, theme=self._theme, icons=self._icons, operations=self._operations,
                             messages=self._messages, parent=self)  # fmt: skip
            self._stack.addWidget(made)
            self.views[name] = made
            self._connect_view(made)
            if self._engine is not None:
                made.attach(self._engine)  # type: ignore[attr-defined]
        view = self.views[name]
        view.set_filter(self.filters.filter)  # type: ignore[attr-defined]
        self._stack.setCurrentWidget(view)
        self.switch.set_current(name)
        select = getattr(view, "select_ids", None)
        if select is not None and self._ids:
            select(self._ids)

    def _filter_changed(self, wanted: MemoryFilter) -> None:
        self.band.show_moment(wanted.as_of)
        self.detail.query = wanted.text
        self.view.set_filter(wanted)  # type: ignore[attr-defined]
        self._facts.count()

    def _look_back(self, moment: datetime | None) -> None:
        self.filters.set_filter(replace(self.filters.filter, as_of=moment))
        if moment is None and not self.band.isVisible():
            self.filters.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say_count(self, count: int) -> None:
        if not count:
            self.header.set_note("")
        elif self.filters.filter.text:
            self.header.set_note(self.tr("%Ln found", "", count))
        else:
            self.header.set_note(memories_words(count))

    def _step(self, name: str) -> None:
        match name:
            case "clear":
                self.filters.clear()
                self.filters.start_search()
            case "note":
                self.deeds.ask_note()
            case "again":
                self.reload()
            case _:
                self.add_files.emit()

    # What is selected

    def _select(self, ids: Sequence[str]) -> None:
        if self.detail.text.editing and list(ids) == self._ids:
            return
        self._ids = list(ids)
        found = self.table.found(self._ids[0]) if len(self._ids) == 1 else None
        self.detail.show_selection(self._ids, found)
        self._show_detail()

    def _show_detail(self) -> None:
        """Where there is little room, only what is selected takes some of it."""
        self.detail.setVisible(bool(self._ids) or not self._narrow)

    def look_at(self, memory_id: str) -> None:
        """Show one memory in full, and select it where it is in the view."""
        self._ids = [memory_id]
        self.detail.show_selection(self._ids, self.table.found(memory_id))
        self._show_detail()
        select = getattr(self.view, "select_ids", None)
        if select is not None:
            select(self._ids)

    def _open(self, memory_id: str) -> None:
        engine = self._engine
        if engine is None:
            return

        def opened(memory: Memory) -> None:
            if memory.source is None:
                self.look_at(memory.id)
                self.detail.begin_edit()
            else:
                self.source_wanted.emit(memory)

        self._operations.start(
            Operation(name="open a source", run=lambda: engine.memory(memory_id), success=opened, owner=self)
        )

    def _edit_kept(self, memory: Memory) -> None:
        if self.detail.memory is not None and self.detail.memory.id == memory.id:
            self.detail.text.leave()

    def _offer_typed(self, memory_id: str, typed: str) -> None:
        self._messages.info(
            self.tr("What you typed is not saved yet."),
            action=self.tr("Go on typing"),
            run=lambda: self.detail.resume_edit(memory_id, typed),
            key="memory typed",
        )

    def _show_versions(self, memory: Memory, versions: list[Memory]) -> VersionsDialog:
        dialog = VersionsDialog(theme=self._theme, memory=memory, versions=versions, parent=self)
        dialog.chosen.connect(self.deeds.edit)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    # Deeds

    def act(self, name: str) -> None:
        """Do something with what is selected."""
        kind, _, rest = name.partition(":")
        match kind:
            case "open" if len(self._ids) == 1:
                self._open(self._ids[0])
            case "edit":
                self.detail.begin_edit()
            case "pin-or-not":
                memory = self.detail.memory
                self.deeds.do("unpin" if memory is not None and memory.pinned else "pin", self._ids)
            case "only":
                self._only_this_source()
            case "move":
                self.deeds.move(self._ids, next(layer for layer in LAYERS if layer == rest))
            case "view":
                self.show_view(rest)
            case "search":
                self.filters.start_search()
            case _:
                self.deeds.do(name, self._ids)

    def _only_this_source(self) -> None:
        memory = self.detail.memory
        source = memory.source if memory is not None else None
        wanted = self.filters.filter
        if isinstance(source, DocumentSource):
            self.filters.name_source(source.document_id, file_name(source.path))
            self.filters.set_filter(replace(wanted, document_id=source.document_id, conversation_id=None))
        elif isinstance(source, ConversationSource):
            self.filters.set_filter(replace(wanted, conversation_id=source.conversation_id, document_id=None))

    def chosen(self) -> Chosen:
        """What the menu needs to know of the selection; of many, as much as the filter says."""
        wanted, memory = self.filters.filter, self.detail.memory
        if len(self._ids) == 1 and memory is not None and memory.id == self._ids[0]:
            return Chosen(
                count=1,
                layer=memory.layer,
                pinned=memory.pinned,
                archived=memory.archived_at is not None,
                deleted=memory.deleted_at is not None,
                superseded=memory.superseded_by is not None or memory.version_of is not None,
                has_source=memory.source is not None,
            )
        layer: Layer | None = wanted.layers[0] if len(wanted.layers) == 1 else None
        return Chosen(
            count=len(self._ids),
            layer=layer,
            pinned=True if wanted.pinned else None,
            archived=wanted.archived,
            deleted=wanted.deleted,
            superseded=wanted.superseded,
        )

    def show_menu(self, place: QPoint) -> None:
        """All that can be done with what is selected."""
        if self._ids:
            memory_menu(self, self._icons, self.chosen(), self.act).popup(place)

    # Keys, width

    def event(self, event: QEvent) -> bool:
        """Keys of this page win over the window's while the focus is inside."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and key_of(event) in KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back; the other keys do what the menu says beside each deed."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            return
        name = KEYS.get(key_of(event))
        focused: QWidget | None = QApplication.focusWidget()
        if name == "delete" and (focused is None or not self.view.isAncestorOf(focused)):
            name = None  # what is selected is deleted where one sees it, and not from a button
        if name is None or types_text(self):
            super().keyPressEvent(event)
        else:
            self.act(name)

    def start_search(self) -> None:
        """Put the cursor into the search field."""
        self.filters.start_search()

    def _enter_view(self) -> None:
        if self.view is self.table and self.table.model.rowCount():
            self.table.table.enter()
        else:
            self.view.setFocus(Qt.FocusReason.TabFocusReason)

    def _leave(self) -> None:
        self.closed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow page the details stand under the views."""
        super().resizeEvent(event)
        px = self._theme.px
        narrow = self.width() < px(_NARROW)
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._splitter.setOrientation(Qt.Orientation.Vertical if narrow else Qt.Orientation.Horizontal)
        self._splitter.setStretchFactor(1, 1 if narrow else 0)
        self._show_detail()
        if narrow:
            self.detail.setMinimumSize(0, px(140))
            self._splitter.setSizes([px(500), px(500)])
        else:
            self.detail.setMinimumSize(px(_DETAIL_LEAST), 0)
            self._splitter.setSizes([max(px(300), self.width() - px(_DETAIL)), px(_DETAIL)])
