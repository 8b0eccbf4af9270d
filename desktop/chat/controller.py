"""Which conversation is open: the list, opening, older messages, renaming, deleting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge import Bridge
from desktop.chat.chat_pane import ChatPane
from desktop.chat.conversations_panel import ConversationsPanel
from desktop.chat.entries import Entry
from desktop.chat.sources_panel import SourcesPanel
from desktop.chat.turns import Turns, shortened
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.window_state import WindowState
from engine import Conversation, Message, NotFoundError

if TYPE_CHECKING:
    from engine import Engine

PAGE = 100
"""Messages fetched at once."""
_REFRESH_MS = 80


class ChatController(QObject):
    """Between the engine and the parts of the chat.

    Attributes:
        source_activated: A `SourceItem` is to be opened at its passage.
    """

    source_activated = Signal(object)

    def __init__(
        self,
        *,
        pane: ChatPane,
        conversations: ConversationsPanel,
        sources: SourcesPanel,
        operations: Operations,
        messages: Messages,
        state: WindowState,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._list = conversations
        self._sources = sources
        self._operations = operations
        self._messages = messages
        self._state = state
        self._engine: Engine | None = None
        self._current: str | None = None
        self._titles: dict[str, str] = {}
        self._all_loaded = True
        self._loading_older = False
        self._refresh = QTimer(self)
        self._refresh.setSingleShot(True)
        self._refresh.setInterval(_REFRESH_MS)
        self._refresh.timeout.connect(self.refresh_list)
        self.turns = Turns(
            pane=pane,
            sources=sources,
            operations=operations,
            messages=messages,
            state=state,
            current=lambda: self._current,
            titles=self._titles,
            parent=self,
        )
        self._connect()
        pane.composer.set_text(state.draft(None))

    def _connect(self) -> None:
        pane, panel = self._pane, self._list
        pane.composer.submitted.connect(self.turns.ask)
        pane.composer.draft_changed.connect(lambda text: self._state.set_draft(self._current, text))
        pane.welcome.question_chosen.connect(self.turns.ask)
        pane.header.rename_wanted.connect(panel.rename_current)
        pane.header.delete_wanted.connect(self._delete_current)
        pane.transcript.older_wanted.connect(self._load_older)
        panel.new_wanted.connect(self.new_conversation)
        panel.opened.connect(self.open_conversation)
        panel.rename_wanted.connect(self._rename)
        panel.delete_wanted.connect(self.delete)
        panel.search_changed.connect(lambda _text: self.refresh_list())
        self._sources.source_activated.connect(self.source_activated)
        self.turns.source_activated.connect(self.source_activated)
        self.turns.begun.connect(self._begun)

    # The engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open: show what it holds and do what waited for it."""
        self._engine = engine
        bridge.conversations_changed.connect(self._conversation_changed)
        self.refresh_list()
        asked_already = self.turns.attach(engine)
        if not asked_already and self._current is None and self._state.conversation is not None:
            self.open_conversation(self._state.conversation)

    def _conversation_changed(self, _conversation_id: str) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def refresh_list(self) -> None:
        """Fetch the list of conversations that the search text asks for."""
        engine = self._engine
        if engine is None:
            return
        query = self._list.search.text().strip() or None
        self._operations.start(
            Operation(
                name="list conversations",
                run=lambda: engine.conversations(query),
                success=self._show_list,
                owner=self._list,
                replaces="list conversations",
            )
        )

    def _show_list(self, conversations: list[Conversation]) -> None:
        self._titles.update({item.id: item.title for item in conversations})
        self._list.show_conversations(conversations)
        if self._current is not None and self._current in self._titles:
            self._pane.header.set_title(self._titles[self._current])

    # Which conversation

    @property
    def current(self) -> str | None:
        """The id of the conversation that is open; None for one that has not begun."""
        return self._current

    def new_conversation(self) -> None:
        """Begin anew. A conversation is stored with its first question, so that none stays empty."""
        self._switch(None)
        self._pane.show_chat()
        self._pane.composer.focus()

    def _switch(self, conversation_id: str | None) -> None:
        self._current = conversation_id
        self._state.conversation = conversation_id
        self._all_loaded = True
        self._list.set_current(conversation_id)
        self._pane.header.set_title(self._titles.get(conversation_id, "") if conversation_id else "")
        self._pane.transcript.set_entries([])
        self._pane.show_turns(empty=conversation_id is None)
        self._pane.composer.set_text(self._state.draft(conversation_id))
        self._sources.clear()

    def open_conversation(self, conversation_id: str) -> None:
        """Show a stored conversation."""
        self._pane.show_chat()
        if conversation_id == self._current:
            return
        engine = self._engine
        if engine is None:
            return
        self._switch(conversation_id)

        async def fetch() -> tuple[Conversation, list[Message]]:
            return await engine.conversation(conversation_id), await engine.messages(conversation_id, limit=PAGE)

        def show(fetched: tuple[Conversation, list[Message]]) -> None:
            conversation, found = fetched
            if self._current != conversation_id:
                return
            self._titles[conversation_id] = conversation.title
            self._pane.header.set_title(conversation.title)
            self._all_loaded = len(found) < PAGE
            self._pane.transcript.set_entries([Entry.of_message(message) for message in found])
            self._pane.show_turns(empty=not found)
            self.turns.show_last_sources()

        self._operations.start(
            Operation(
                name="open a conversation",
                run=fetch,
                success=show,
                failure=self._not_opened,
                owner=self._pane,
                replaces="open a conversation",
            )
        )

    def _not_opened(self, error: Exception) -> None:
        self._switch(None)
        if not isinstance(error, NotFoundError):
            self._messages.error(self._operations.describe(error, name="open a conversation"))

    def _load_older(self) -> None:
        engine, current = self._engine, self._current
        entries = self._pane.transcript.entries
        if engine is None or current is None or self._all_loaded or self._loading_older or not entries:
            return
        self._loading_older = True
        before = entries[0].id

        def put(found: list[Message]) -> None:
            self._loading_older = False
            if self._current == current:
                self._all_loaded = len(found) < PAGE
                self._pane.transcript.prepend_entries([Entry.of_message(message) for message in found])

        def failed(error: Exception) -> None:
            self._loading_older = False
            self._messages.error(self._operations.describe(error, name="load older messages"))

        self._operations.start(
            Operation(
                name="load older messages",
                run=lambda: engine.messages(current, limit=PAGE, before=before),
                success=put,
                failure=failed,
                owner=self._pane,
            )
        )

    def _rename(self, conversation_id: str, title: str) -> None:
        engine = self._engine
        if engine is not None:
            self._operations.start(
                Operation(name="rename", run=lambda: engine.rename_conversation(conversation_id, title))
            )

    def _delete_current(self) -> None:
        if self._current is not None:
            self.delete(self._current)

    def delete(self, conversation_id: str) -> None:
        """Delete a conversation; a message offers to bring it back."""
        engine = self._engine
        if engine is None:
            return
        title = self._titles.get(conversation_id, "") or self.tr("New conversation")
        was_open = conversation_id == self._current

        def undo() -> None:
            def back(_nothing: None) -> None:
                if was_open and self._current is None:
                    self.open_conversation(conversation_id)

            self._operations.start(
                Operation(
                    name="bring a conversation back",
                    run=lambda: engine.undelete_conversation(conversation_id),
                    success=back,
                )
            )

        def deleted(_nothing: None) -> None:
            if self._current == conversation_id:
                self._switch(None)
            self._messages.info(
                self.tr("Deleted “{0}”").format(shortened(title)), action=self.tr("Undo"), run=undo, key="deleted"
            )

        self._operations.start(
            Operation(
                name="delete a conversation",
                run=lambda: engine.delete_conversation(conversation_id),
                success=deleted,
            )
        )

    def _begun(self, conversation: Conversation, shown: bool) -> None:
        """A first question made a conversation; `shown` while the owner still looks at it."""
        self._titles[conversation.id] = conversation.title
        if shown:
            self._current = conversation.id
            self._state.conversation = conversation.id
            self._list.set_current(conversation.id)
            self._pane.header.set_title(conversation.title)
