"""Wires the window's parts to each other and, when it is open, to the engine."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from desktop.bridge import Bridge
from desktop.chat.controller import ChatController
from desktop.chat.source_items import SourceItem
from desktop.icons import Icons
from desktop.library import Library
from desktop.main_window import MainWindow
from desktop.markdown.blocks import warm_up
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.settings.controller import SettingsController
from desktop.theme import Theme
from desktop.window_state import WindowState
from engine import ConversationSource, DocumentSource, EngineStatus, MemoryFilter, Notice, resources

if TYPE_CHECKING:
    from desktop.memory.memory_page import MemoryPage
    from desktop.status.status_page import StatusPage
    from engine import Engine, Memory

_STATUS_MS = 700
"""Figures of the left panel follow the engine this often at most."""


class Workspace(QObject):
    """Everything in the window that needs the engine.

    All of it is there before the engine is open: what is asked, dropped or pasted meanwhile waits for it.
    """

    def __init__(
        self,
        *,
        window: MainWindow,
        theme: Theme,
        icons: Icons,
        messages: Messages,
        operations: Operations,
        state: WindowState,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._icons = icons
        self._messages = messages
        self._operations = operations
        self._state = state
        self._engine: Engine | None = None
        self.chat = ChatController(
            pane=window.chat,
            conversations=window.conversations,
            sources=window.sources,
            theme=theme,
            icons=icons,
            operations=operations,
            messages=messages,
            state=state,
            parent=self,
        )
        self.chat.source_activated.connect(self._open_source)
        self._count = QTimer(self)
        self._count.setSingleShot(True)
        self._count.setInterval(_STATUS_MS)
        self._count.timeout.connect(self._refresh_status)
        self.library = Library(window=window, theme=theme, icons=icons, messages=messages, operations=operations)
        self.library.target.takes_for_chat = lambda: window.chat.page is None
        self.library.target.dropped_for_chat.connect(self.chat.giving.add_paths)
        self.library.document.link_activated.connect(self.chat.leads.follow)
        self.library.document.code_saved.connect(self.chat.leads.save_code)
        window.conversations.documents_wanted.connect(self.library.show_documents)
        window.conversations.status_wanted.connect(self._show_status)
        window.conversations.memory_wanted.connect(self.show_memory)
        window.chat.welcome.files_wanted.connect(self.library.adding.choose_files)
        window.chat.welcome.folder_wanted.connect(self.library.adding.choose_folder)
        self.chat.paths_wanted.connect(self.library.add_paths)
        window.chat.composer.text_pasted.connect(self.library.adding.add_text)
        self.settings = SettingsController(theme=theme, icons=icons, operations=operations, state=state, window=window)
        window.conversations.settings_wanted.connect(self.settings.show)
        self.chat.page_wanted.connect(self._show_page)
        self.chat.memory_wanted.connect(self._find_memories)
        self._status: EngineStatus | None = None
        self._status_page: StatusPage | None = None
        self.memory_page: MemoryPage | None = None
        self._bridge: Bridge | None = None

    # The engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open: every view gets it."""
        self._engine, self._bridge = engine, bridge
        self.library.attach(engine, bridge)
        bridge.memories_changed.connect(self._something_changed)
        bridge.documents_changed.connect(self._something_changed)
        bridge.status_changed.connect(self._something_changed)
        bridge.notice.connect(self._show_notice)
        self.chat.attach(engine, bridge)
        self.settings.attach(engine, bridge)
        self._refresh_status()
        self._operations.start(Operation(name="load Markdown", run=lambda: asyncio.to_thread(warm_up)))
        self._operations.start(Operation(name="give the welcome documents", run=self._give_welcome))

    async def _give_welcome(self) -> None:
        """At the first start, quietly, so that there is something to ask about at once."""
        engine = self._engine
        if engine is None or self._state.welcomed:
            return
        status = await engine.status()
        if status.documents == 0:
            # What the owner gave meanwhile is not to be read in silence.
            self.library.quiet = not (await engine.ingest_progress()).active
            try:
                await engine.ingest([resources() / "welcome"])
            finally:
                self.library.quiet = False
        self._state.welcomed = True
        self._refresh_status()

    # Documents

    def add_paths(self, paths: Sequence[str]) -> None:
        """Read files and folders, now or when the engine is open."""
        self.library.add_paths(paths)

    def _open_source(self, item: SourceItem) -> None:
        source = item.source
        self._note_opened(item.memory_id)
        if isinstance(source, DocumentSource):
            self.library.show_source(source, item.quote)
        elif isinstance(source, ConversationSource):
            self.chat.open_conversation(source.conversation_id)

    # Memory

    def show_memory(self) -> None:
        """Everything that is remembered; nothing happens before the engine is open."""
        if self._engine is None or self._bridge is None:
            return
        if self.memory_page is None:
            from desktop.memory.memory_page import MemoryPage

            page = self.memory_page = MemoryPage(
                theme=self._theme,
                icons=self._icons,
                operations=self._operations,
                messages=self._messages,
                parent=self._window,
            )
            page.closed.connect(self.library.back)
            page.source_wanted.connect(self._open_memory_source)
            page.add_files.connect(self.library.adding.choose_files)
            self.library.add_stop(page)
            page.attach(self._engine, self._bridge)
        self.library.show_page(self.memory_page)

    def _find_memories(self, words: str) -> None:
        self.show_memory()
        if self.memory_page is not None and words:
            self.memory_page.filters.set_filter(MemoryFilter(text=words))

    def _open_memory_source(self, memory: Memory) -> None:
        source = memory.source
        self._note_opened(memory.id)
        if isinstance(source, DocumentSource):
            self.library.show_source(source, memory.text)
        elif isinstance(source, ConversationSource):
            self.chat.open_conversation(source.conversation_id, message_id=source.message_id)

    def _note_opened(self, memory_id: str) -> None:
        """What the owner opens was worth remembering; promotion learns from that."""
        engine = self._engine
        if engine is not None and memory_id:
            self._operations.start(Operation(name="note what was opened", run=lambda: engine.note_opened([memory_id])))

    # Figures and notices

    def _something_changed(self, _what: object = None) -> None:
        if not self._count.isActive():
            self._count.start()

    def _refresh_status(self) -> None:
        engine = self._engine
        if engine is None:
            return
        self._operations.start(
            Operation(
                name="status",
                run=engine.status,
                success=self._put_status,
                owner=self._window,
                replaces="status",
            )
        )

    def _put_status(self, status: EngineStatus) -> None:
        self._status = status
        if self._status_page is not None:
            self._status_page.show_status(status)
        panel = self._window.conversations
        panel.memory.set_count(sum(status.memories.values()))
        panel.documents.set_count(status.documents)
        words = {
            "ok": self.tr("Everything works"),
            "degraded": self.tr("Something needs a look"),
            "failed": self.tr("Something is broken"),
        }
        panel.status.set_status(status.state, words[status.state], status.summary)
        self._window.chat.welcome.show_documents(max(0, status.documents - _welcome_documents()))

    def _show_page(self, page: str) -> None:
        match page:
            case "documents":
                self.library.show_documents()
            case "memory":
                self.show_memory()
            case "status":
                self._show_status()
            case "settings":
                self.settings.show()
            case _:
                self.settings.show(page)

    def _show_status(self) -> None:
        if self._status is None:
            return
        if self._status_page is None:
            from desktop.status.status_page import StatusPage

            self._status_page = StatusPage(self._theme, self._icons, self._window, operations=self._operations)
            self._status_page.closed.connect(self._leave_status)
            if self._engine is not None and self._bridge is not None:
                self._status_page.attach(self._engine, self._bridge)
        self._status_page.show_status(self._status)
        self._window.chat.show_page(self._status_page)
        self._status_page.setFocus()
        self._refresh_status()

    def _leave_status(self) -> None:
        self._window.chat.show_chat()
        self._window.chat.composer.focus()

    def _show_notice(self, notice: Notice) -> None:
        show = {"error": self._messages.error, "warning": self._messages.warning}.get(notice.level, self._messages.info)
        kind, _, model = (notice.action or "").partition(":")
        if kind in ("get_model", "use_model") and model:
            show(notice.text, action=self.tr("Show the models"), run=lambda: self.settings.show("search"))
        elif kind == "show_backups":
            show(notice.text, action=self.tr("Show the backups"), run=lambda: self.settings.show("backups"))
        elif kind == "resume_ingestion" and self._engine is not None:
            show(notice.text, action=self.tr("Go on"), run=self._go_on_reading)
        else:
            show(notice.text)

    def _go_on_reading(self) -> None:
        engine = self._engine
        if engine is not None:
            self._operations.start(Operation(name="go on reading", run=engine.resume_ingestion))


def _welcome_documents() -> int:
    return sum(1 for path in (resources() / "welcome").rglob("*") if path.is_file())
