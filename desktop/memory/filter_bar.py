"""The bar that says which memories are looked at: words, layers, kind, time and the rest, each taken off by a click."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.memory.day_dialog import DayDialog
from desktop.memory.filter_menus import Held, held_filters, kind_menu, more_menu, time_menu, time_words
from desktop.memory.layer_chips import LayerChip
from desktop.memory.memory_words import kinds_name
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.widgets.clear_action import add_clear_action
from desktop.widgets.flow_layout import FlowLayout
from engine import LAYERS, Conversation, Layer, MemoryCounts, MemoryFilter

SEARCH_MILLISECONDS = 180
"""A pause in typing after which the search begins."""
_SEARCH_WIDTH = 260


class FilterBar(Panel):
    """Builds a `MemoryFilter` of what is typed and chosen.

    Attributes:
        changed: Another filter holds (`MemoryFilter`).
        dropped: Memories were dropped on a layer.
        look_back_wanted: The past is to be looked at.
        down_wanted: The keys go on into the views.
        menu_shown: A menu is about to be shown, so that tags and conversations are fetched anew.
    """

    changed = Signal(object)
    dropped = Signal(str)
    look_back_wanted = Signal()
    down_wanted = Signal()
    menu_shown = Signal()

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface", edge="bottom")
        self._theme = theme
        self._icons = icons
        self._filter = MemoryFilter()
        self._tags: Mapping[str, int] = {}
        self._talks: Sequence[Conversation] = ()
        self._names: dict[str, str] = {}
        px = theme.px
        self.search = QLineEdit(self)
        self.search.setPlaceholderText(self.tr("Search as the chat does"))
        self.search.setAccessibleName(self.tr("Search memories"))
        self.search.setAccessibleDescription(
            self.tr("Finds by words and by meaning, and tells why each memory was found")
        )
        self.search.setFixedWidth(px(_SEARCH_WIDTH))
        add_clear_action(self.search, icons)
        self.search.installEventFilter(self)
        self.chips: dict[Layer, LayerChip] = {}
        for layer in LAYERS:
            chip = self.chips[layer] = LayerChip(theme, icons, layer, self)
            chip.clicked.connect(lambda _checked=False: self._layers_chosen())
            chip.dropped.connect(self.dropped)
        self.kind = self._button(self._show_kinds)
        self.time = self._button(self._show_times)
        self.more = self._button(self._show_more)
        self._held: list[QPushButton] = []
        flow = QWidget(self)
        self._flow = FlowLayout(flow, spacing=px(8))
        self._height = self.search.sizeHint().height()
        for button in (*self.chips.values(), self.kind, self.time, self.more):
            button.setFixedHeight(self._height)
        for widget in (self.search, *self.chips.values(), self.kind, self.time, self.more):
            self._flow.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(16), px(10), px(16), px(10))
        layout.addWidget(flow)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(SEARCH_MILLISECONDS)
        self._typing.timeout.connect(self._search)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self.search.returnPressed.connect(self._search)
        self.setFocusProxy(self.search)
        self._say()

    # What holds

    @property
    def filter(self) -> MemoryFilter:
        """What holds now."""
        return self._filter

    def set_filter(self, wanted: MemoryFilter) -> None:
        """Let another filter hold, and tell."""
        if wanted == self._filter:
            return
        self._filter = wanted
        if self.search.text().strip() != wanted.text:
            blocked = self.search.blockSignals(True)
            self.search.setText(wanted.text)
            self.search.blockSignals(blocked)
            for action in self.search.actions():
                action.setVisible(bool(wanted.text))
        self._say()
        self.changed.emit(wanted)

    def clear(self) -> None:
        """Take every filter off."""
        self._typing.stop()
        self.set_filter(MemoryFilter())

    def show_counts(self, counts: MemoryCounts) -> None:
        """How many memories each layer has."""
        for layer, chip in self.chips.items():
            chip.set_count(counts.layers.get(layer, 0))

    def show_tags(self, tags: Mapping[str, int]) -> None:
        """Which tags there are."""
        self._tags = tags

    def show_conversations(self, talks: Sequence[Conversation]) -> None:
        """Which conversations can be chosen."""
        self._talks = talks
        self._names.update({talk.id: talk.title for talk in talks})

    def name_source(self, source_id: str, name: str) -> None:
        """How a conversation or document is called in the chip that stands for it."""
        self._names[source_id] = name

    def start_search(self) -> None:
        """Put the cursor into the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # Choosing

    def _search(self) -> None:
        self._typing.stop()
        self.set_filter(replace(self._filter, text=self.search.text().strip()))

    def _layers_chosen(self) -> None:
        chosen = tuple(layer for layer, chip in self.chips.items() if chip.isChecked())
        self.set_filter(replace(self._filter, layers=() if len(chosen) == len(LAYERS) else chosen))
        self._say()

    def kinds(self) -> QMenu:
        """The menu of kinds."""
        return kind_menu(self, self._filter, self.set_filter)

    def times(self) -> QMenu:
        """The menu of times."""
        return time_menu(self, self._filter, self.set_filter, now=datetime.now(UTC), choose=self._ask_days)

    def others(self) -> QMenu:
        """The menu of everything else."""
        return more_menu(
            self,
            self._filter,
            self.set_filter,
            tags=self._tags,
            conversations=self._talks,
            look_back=self.look_back_wanted.emit,
        )

    def _show_kinds(self) -> None:
        self.kinds().popup(self.kind.mapToGlobal(self.kind.rect().bottomLeft()))

    def _show_times(self) -> None:
        self.times().popup(self.time.mapToGlobal(self.time.rect().bottomLeft()))

    def _show_more(self) -> None:
        self.others().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))
        self.menu_shown.emit()

    def _ask_days(self) -> None:
        dialog = DayDialog(theme=self._theme, since=self._filter.since, until=self._filter.until, parent=self)
        dialog.chosen.connect(lambda since, until: self.set_filter(replace(self._filter, since=since, until=until)))
        dialog.open()

    # How it looks

    def _say(self) -> None:
        wanted, now = self._filter, datetime.now(UTC)
        for layer, chip in self.chips.items():
            chip.setChecked(layer in wanted.layers)
        if not wanted.kinds:
            words = self.tr("Any kind")
        elif len(wanted.kinds) == 1:
            words = kinds_name(wanted.kinds[0])
        else:
            words = self.tr("%Ln kinds", "", len(wanted.kinds))
        self._label(self.kind, words, holds=bool(wanted.kinds))
        timed = wanted.since is not None or wanted.until is not None
        self._label(self.time, time_words(wanted, now) if timed else self.tr("Any time"), holds=timed)
        self._label(self.more, self.tr("More"), holds=False)
        names = self._names
        held = held_filters(
            wanted,
            conversation=names.get(wanted.conversation_id or "", ""),
            document=names.get(wanted.document_id or "", ""),
        )
        self._show_held(held)

    def _show_held(self, held: Sequence[Held]) -> None:
        focused = any(chip.hasFocus() for chip in self._held)
        for chip in self._held:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self._held = []
        for one in held:
            chip = QPushButton(self)
            chip.setText(f"{one.words}  ✕".replace("&", "&&"))
            chip.setAccessibleName(self.tr("Take off: {0}").format(one.words))
            chip.setToolTip(chip.accessibleName())
            chip.setCheckable(True)
            chip.setChecked(True)
            chip.setAutoDefault(False)
            restyle(chip, kind="chip")
            chip.setFixedHeight(self._height)
            chip.clicked.connect(lambda _checked=False, one=one: self.set_filter(one.without))
            self._flow.addWidget(chip)
            chip.show()
            self._held.append(chip)
        if focused:
            (self._held[0] if self._held else self.more).setFocus(Qt.FocusReason.OtherFocusReason)
        before: QWidget = self.more
        for chip in self._held:
            QWidget.setTabOrder(before, chip)
            before = chip
        self._flow.invalidate()
        self.updateGeometry()

    def _button(self, show: Callable[[], None]) -> QPushButton:
        button = QPushButton(self)
        button.setAutoDefault(False)
        button.setCheckable(True)
        restyle(button, kind="chip")
        button.clicked.connect(lambda _checked=False: self._say())  # a click opens a menu and checks nothing
        button.clicked.connect(lambda _checked=False: show())
        return button

    @staticmethod
    def _label(button: QPushButton, words: str, *, holds: bool) -> None:
        button.setText(f"{words} ▾".replace("&", "&&"))
        button.setAccessibleName(words)
        button.setChecked(holds)

    # Keys

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Down leads from the search into the view, Escape empties the search first."""
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Down:
                self.down_wanted.emit()
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                self._search()
                return True
        return super().eventFilter(watched, event)
