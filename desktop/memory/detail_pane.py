"""One memory in full, beside the views: its words, its source, why it was found, its life, what is close to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop.icons import Icons
from desktop.memory.detail_sections import CloseSection, TurnsSection, WhySection
from desktop.memory.detail_text import DetailText
from desktop.memory.life_section import LifeSection
from desktop.memory.memory_words import kind_name, memories_words, place_words, read_text
from desktop.memory.rises_section import RisesSection
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.widgets.card import Panel
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.empty_state import EmptyState
from desktop.widgets.flow_layout import FlowLayout
from desktop.widgets.layer_mark import LayerMark, layer_name
from engine import CloseMemory, ConversationSource, FoundMemory, HistoryEntry, Memory, NotFoundError, PromotionView

if TYPE_CHECKING:
    from engine import Engine


_PLACED_MS = 30
"""After so long the field that a text turned into has its place."""


class DetailPane(Panel):
    """Shows what is selected: one memory, how many, or what this place is for.

    Attributes:
        source_wanted: A memory's source is to be opened (`Memory`).
        deed_wanted: The name of something to do with what is selected.
        menu_wanted: All that can be done is to be shown at a place of the screen (`QPoint`).
        edited: A memory's id and its new text.
        chosen: The id of another memory that is to be looked at.
        left_unsaved: Another memory is looked at while this one's text was being typed; its id and what was typed.
        versions_wanted: Older versions of a memory are to be shown (`Memory`, `list[Memory]`).
    """

    source_wanted = Signal(object)
    deed_wanted = Signal(str)
    menu_wanted = Signal(QPoint)
    edited = Signal(str, str)
    chosen = Signal(str)
    left_unsaved = Signal(str, str)
    versions_wanted = Signal(object, object)

    def __init__(self, *, theme: Theme, icons: Icons, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="window")
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._engine: Engine | None = None
        self._memory: Memory | None = None
        self._buttons: QWidget
        self._found: FoundMemory | None = None
        self._ids: tuple[str, ...] = ()
        self._versions: list[Memory] = []
        self._resumed: tuple[str, str] | None = None
        self.query = ""
        """The words that are searched: strong in a hit."""
        self.setAccessibleName(self.tr("The memory that is selected"))
        self._empty = EmptyState(theme, icons, self)
        self._empty.show_state(
            "", self.tr("Choose a memory"), self.tr("Its words, its source and its life are shown here.")
        )
        self._many = self._make_many()
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._make_one(theme, icons))
        self._scroll.viewport().setAutoFillBackground(False)
        self._stack = QStackedLayout(self)
        for part in (self._empty, self._many, self._scroll):
            self._stack.addWidget(part)

    def _make_one(self, theme: Theme, icons: Icons) -> QWidget:
        px = theme.px
        page = QWidget(self)
        page.setAutoFillBackground(False)
        self._mark = LayerMark(theme, icons, "assets", page)
        self._about = ElidedLabel("", page, role="muted")
        head = QHBoxLayout()
        head.setSpacing(px(2))
        head.setContentsMargins(-px(5), 0, 0, 0)  # the mark, not its box, begins where all words begin
        head.addWidget(self._mark)
        head.addWidget(self._about, 1)
        self._title = QLabel(page)
        self._title.setWordWrap(True)
        self._title.setTextFormat(Qt.TextFormat.PlainText)
        self._title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        restyle(self._title, role="strong_chat")
        self.text = DetailText(theme, page)
        self.text.kept.connect(self._keep)
        self.text.editing_changed.connect(lambda editing: self._buttons.setHidden(editing))
        self._place = ElidedLabel("", page, mode=Qt.TextElideMode.ElideMiddle, role="muted")
        self._tags = ElidedLabel("", page, role="muted")
        self.open_source = QPushButton(self.tr("Open source"), page)
        restyle(self.open_source, kind="primary")
        self.open_source.clicked.connect(self._open)
        self.edit = QPushButton(self.tr("Edit"), page)
        self.edit.setToolTip(self.tr("Edit the text (F2)"))
        self.edit.clicked.connect(self.begin_edit)
        self.pin = QPushButton(page)
        self.pin.clicked.connect(lambda: self.deed_wanted.emit("unpin" if self._is_pinned() else "pin"))
        self.more = IconButton(icons, "more", self.tr("What can be done with it"), page)
        self.more.clicked.connect(lambda: self.menu_wanted.emit(self.more.mapToGlobal(self.more.rect().bottomLeft())))
        self._buttons = QWidget(page)
        flow = FlowLayout(self._buttons, spacing=px(8))
        for button in (self.open_source, self.edit, self.pin, self.more):
            flow.addWidget(button)
        self.why, self.life = WhySection(theme, page), LifeSection(theme, page)
        self.rises, self.near = RisesSection(theme, page), CloseSection(theme, icons, page)
        self.turns = TurnsSection(theme, icons, page)
        self.turns.chosen.connect(self.chosen)
        self.turns.hide()
        self.life.versions_wanted.connect(self._show_versions)
        self.near.chosen.connect(self.chosen)
        self._problem = QLabel(page)
        self._problem.setWordWrap(True)
        restyle(self._problem, role="danger")
        self._problem.hide()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(px(16), px(14), px(16), px(16))
        layout.setSpacing(px(8))
        layout.addLayout(head)
        layout.addWidget(self._title)
        layout.addWidget(self.text)
        layout.addWidget(self._problem)
        layout.addWidget(self._place)
        layout.addWidget(self._tags)
        layout.addSpacing(px(4))
        layout.addWidget(self._buttons)
        for section in (self.why, self.turns, self.life, self.rises, self.near):
            layout.addSpacing(px(8))
            layout.addWidget(section)
        layout.addStretch(1)
        return page

    def _make_many(self) -> QWidget:
        px = self._theme.px
        page = QWidget(self)
        self._count = QLabel(page)
        restyle(self._count, role="title")
        hint = QLabel(self.tr("What you do now is done to all of them, and can be taken back."), page)
        hint.setWordWrap(True)
        restyle(hint, role="muted_body")
        layout = QVBoxLayout(page)
        layout.setContentsMargins(px(16), px(16), px(16), px(16))
        layout.setSpacing(px(8))
        layout.addWidget(self._count)
        layout.addWidget(hint)
        layout.addSpacing(px(4))
        buttons = QWidget(page)
        flow = FlowLayout(buttons, spacing=px(8))
        for name, words in (
            ("promote", self.tr("Raise")),
            ("keep", self.tr("Keep longer")),
            ("pin", self.tr("Pin")),
            ("tags", self.tr("Tags…")),
            ("merge", self.tr("Merge…")),
            ("archive", self.tr("Archive")),
            ("export", self.tr("Export…")),
            ("delete", self.tr("Delete")),
        ):
            button = QPushButton(words, buttons)
            button.clicked.connect(lambda _checked=False, name=name: self.deed_wanted.emit(name))
            flow.addWidget(button)
        more = IconButton(self._icons, "more", self.tr("What else can be done with them"), buttons)
        more.clicked.connect(lambda: self.menu_wanted.emit(more.mapToGlobal(more.rect().bottomLeft())))
        flow.addWidget(more)
        layout.addWidget(buttons)
        layout.addStretch(1)
        return page

    # What is shown

    @property
    def memory(self) -> Memory | None:
        """The one memory that is shown."""
        return self._memory

    def attach(self, engine: Engine) -> None:
        """Ask this engine from now on."""
        self._engine = engine

    def show_selection(self, ids: Sequence[str], found: FoundMemory | None = None) -> None:
        """Show one memory, how many are selected, or what this place is for.

        Args:
            ids: What is selected.
            found: What the search says of it, where it is one hit.
        """
        same = tuple(ids) == self._ids
        typed = self.text.unsaved()
        if typed and not same and self._memory is not None:
            self.left_unsaved.emit(self._memory.id, typed)
        self._ids = tuple(ids)
        self._found = found
        if not same:
            for section in (self.turns, self.rises, self.near):
                section.hide()  # what they show comes in any order
        if len(ids) == 1:
            self._fetch(ids[0], fresh=not same)
            return
        self._memory = None
        self.text.leave()
        if ids:
            self._count.setText(memories_words(len(ids)))
            self._stack.setCurrentWidget(self._many)
        else:
            self._stack.setCurrentWidget(self._empty)

    def refresh(self) -> None:
        """Something changed: fetch anew, unless the text is being edited."""
        if len(self._ids) == 1 and not self.text.editing:
            self._fetch(self._ids[0], fresh=False)

    def begin_edit(self) -> None:
        """Edit the text in place."""
        if self._memory is not None and self._memory.deleted_at is None and self._memory.superseded_by is None:
            self._problem.hide()
            self.text.begin_edit()
            QTimer.singleShot(_PLACED_MS, self.text.save, self._show_editor)

    def _show_editor(self) -> None:
        """Scroll no further than the buttons below the field need."""
        if self.text.editing:
            edge = self._theme.px(8)
            self._scroll.verticalScrollBar().setValue(0)
            self._scroll.ensureWidgetVisible(self.text.save, 0, edge)

    def resume_edit(self, memory_id: str, typed: str) -> None:
        """Go on typing where a memory was left."""
        self._resumed = (memory_id, typed)
        self.chosen.emit(memory_id)

    def show_problem(self, words: str) -> None:
        """An edit could not be kept: what was typed stays."""
        self._problem.setText(words)
        self._problem.setVisible(bool(words))

    def _fetch(self, memory_id: str, *, fresh: bool) -> None:
        engine = self._engine
        if engine is None:
            return

        def gone(error: Exception) -> None:
            if not isinstance(error, NotFoundError):
                Operations.describe(error, name="show a memory")
            if self._ids == (memory_id,):
                self._ids, self._memory = (), None
                self.text.leave()
                self._stack.setCurrentWidget(self._empty)

        def put(memory: Memory) -> None:
            if self._ids == (memory_id,):
                self._put(memory, fresh=fresh)

        self._start("memory", lambda: engine.memory(memory_id), put, gone)

        async def life() -> tuple[list[HistoryEntry], list[Memory]]:
            return await engine.memory_history(memory_id), await engine.memory_versions(memory_id)

        def put_life(found: tuple[list[HistoryEntry], list[Memory]]) -> None:
            if self._memory is not None and self._memory.id == memory_id:
                history, versions = found
                self._versions = [one for one in versions if one.id != memory_id]
                self.life.show_life(self._memory, history, len(self._versions))

        def put_close(found: list[CloseMemory]) -> None:
            if self._ids == (memory_id,):
                self.near.show_close(found)

        def put_rises(found: PromotionView) -> None:
            if self._ids == (memory_id,):
                self.rises.show_view(found)

        def put_turns(found: list[Memory]) -> None:
            if self._ids == (memory_id,):
                self.turns.show_turns(found)

        self._start("life", life, put_life)
        self._start("turns", lambda: engine.episode_turns(memory_id), put_turns)
        self._start("close", lambda: engine.close_memories(memory_id), put_close)
        self._start("rises", lambda: engine.explain_promotion(memory_id), put_rises)

    def _start(self, name: str, run: Any, success: Any, failure: Any = None) -> None:
        def quiet(error: Exception) -> None:  # one part of the pane that cannot be told leaves the others as they are
            if not isinstance(error, NotFoundError):
                Operations.describe(error, name=f"details: {name}")

        self._operations.start(
            Operation(
                name=f"details: {name}", run=run, success=success, failure=failure or quiet, owner=self,
                replaces=f"details: {name}",
            )
        )  # fmt: skip

    def _put(self, memory: Memory, *, fresh: bool) -> None:
        self._memory = memory
        self._mark.set_layer(memory.layer)
        self._about.setText(f"{layer_name(memory.layer)} · {kind_name(memory.kind)}")
        self._title.setText(memory.title or "")
        self._title.setVisible(bool(memory.title))
        if not self.text.editing or fresh:
            self.text.leave()
            self._problem.hide()
            query = self.query if self._found is not None else ""
            self.text.show_text(memory.text, shown=read_text(memory.text, memory.source), query=query)
        self._place.setText(place_words(memory))
        self._place.setToolTip(getattr(memory.source, "path", ""))
        self._tags.setText("  ".join(f"#{tag}" for tag in memory.tags))
        self._tags.setVisible(bool(memory.tags))
        alive = memory.deleted_at is None and memory.superseded_by is None
        self.open_source.setVisible(memory.source is not None)
        self.open_source.setText(
            self.tr("Open conversation") if isinstance(memory.source, ConversationSource) else self.tr("Open source")
        )
        self.edit.setVisible(alive)
        self.pin.setVisible(alive)
        self.pin.setText(self.tr("Unpin") if memory.pinned else self.tr("Pin"))
        self.why.setVisible(self._found is not None)
        if self._found is not None:
            self.why.show_found(self._found)
        if fresh:
            self.life.show_life(memory, (), 0)
            self._scroll.verticalScrollBar().setValue(0)
        self._stack.setCurrentWidget(self._scroll)
        if self._resumed is not None and self._resumed[0] == memory.id:
            self.text.begin_edit(self._resumed[1])
            self._resumed = None

    # What the owner wants

    def _is_pinned(self) -> bool:
        return self._memory is not None and self._memory.pinned

    def _open(self) -> None:
        if self._memory is not None:
            self.source_wanted.emit(self._memory)

    def _keep(self, text: str) -> None:
        if self._memory is not None:
            self.edited.emit(self._memory.id, text)

    def _show_versions(self) -> None:
        if self._memory is not None and self._versions:
            self.versions_wanted.emit(self._memory, self._versions)
