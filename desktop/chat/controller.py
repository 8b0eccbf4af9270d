"""Which conversation is open: the list, opening, older messages, renaming, deleting; and what is sent goes its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from desktop.bridge import Bridge
from desktop.chat.chat_find import ChatFind
from desktop.chat.chat_pane import ChatPane
from desktop.chat.conversation_deeds import ConversationDeeds
from desktop.chat.conversations_panel import ConversationsPanel
from desktop.chat.deeds import Deeds
from desktop.chat.entries import Entry
from desktop.chat.giving import Giving
from desktop.chat.leads import Leads
from desktop.chat.model_choice import ModelChoice
from desktop.chat.older_messages import PAGE, OlderMessages
from desktop.chat.prompts import Prompts
from desktop.chat.slash import Slash
from desktop.chat.sources_panel import SourcesPanel
from desktop.chat.turns import Turns, shortened
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from desktop.theme import Theme
from desktop.window_state import WindowState
from engine import Conversation, MemoriesRemembered, Message, NotFoundError

if TYPE_CHECKING:
    from engine import Engine

_ALL = 1_000_000
_REFRESH_MS = 80


MOST_IN_FOLDER = 1000
"""Conversations of an open folder that are listed."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the left panel lists; see `ConversationsPanel.show_conversations`."""

    conversations: list[Conversation]
    tags: list[str]
    folders: list[tuple[str, int]]
    inside: dict[str, list[Conversation]]


class ChatController(QObject):
    """Between the engine and the parts of the chat.

    Attributes:
        source_activated: A `SourceItem` is to be opened at its passage.
        page_wanted: `documents`, `settings` or `status` is to be shown.
        memory_wanted: Memories are to be shown that these words find.
        paths_wanted: Files and folders are to be read into memory.
    """

    source_activated = Signal(object)
    page_wanted = Signal(str)
    memory_wanted = Signal(str)
    paths_wanted = Signal(list)

    def __init__(
        self,
        *,
        pane: ChatPane,
        conversations: ConversationsPanel,
        sources: SourcesPanel,
        theme: Theme,
        icons: Icons,
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
        self._edited: Entry | None = None
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
        self.deeds = Deeds(
            pane=pane,
            sources=sources,
            turns=self.turns,
            operations=operations,
            messages=messages,
            current=lambda: self._current,
            reload=self.reload,
            parent=self,
        )
        self.conversation_deeds = ConversationDeeds(
            pane=pane,
            theme=theme,
            turns=self.turns,
            operations=operations,
            messages=messages,
            current=lambda: self._current,
            changed=self._changed,
            open_conversation=self.open_conversation,
            parent=self,
        )
        self.giving = Giving(composer=pane.composer, icons=icons, operations=operations, messages=messages, parent=self)
        self.slash = Slash(
            pane=pane, operations=operations, messages=messages, prompts=Prompts(state.data_dir), parent=self
        )
        self.models = ModelChoice(button=pane.header.mode, turns=self.turns, operations=operations, parent=self)
        self.leads = Leads(pane=pane, theme=theme, icons=icons, messages=messages, parent=self)
        self.older = OlderMessages(
            pane=pane, operations=operations, messages=messages, current=lambda: self._current, parent=self
        )
        self.find = ChatFind(pane=pane, load_all=self.older.load_all, parent=self)
        self._connect()
        pane.composer.set_text(state.draft(None))

    def _connect(self) -> None:
        pane, panel, composer = self._pane, self._list, self._pane.composer
        composer.submitted.connect(self.send)
        composer.draft_changed.connect(lambda text: self._state.set_draft(self._current, text))
        composer.editing_left.connect(self._leave_editing)
        composer.completion_wanted.connect(self._complete)
        pane.welcome.question_chosen.connect(self.turns.ask)
        pane.header.rename_wanted.connect(panel.rename_current)
        pane.header.delete_wanted.connect(self._delete_current)
        pane.header.deed_wanted.connect(self._do)
        pane.header.mode.settings_wanted.connect(lambda: self.page_wanted.emit("chat"))
        panel.new_wanted.connect(self.new_conversation)
        panel.opened.connect(self.open_found)
        panel.rename_wanted.connect(self._rename)
        panel.delete_wanted.connect(self.delete)
        panel.deed_wanted.connect(self.conversation_deeds.act)
        panel.folder_wanted.connect(self.conversation_deeds.move)
        panel.folder_rename_wanted.connect(self.conversation_deeds.rename_folder)
        panel.search_changed.connect(lambda _text: self.refresh_list())
        panel.filter_changed.connect(self.refresh_list)
        self._sources.source_activated.connect(self.source_activated)
        self.deeds.source_activated.connect(self.source_activated)
        self.deeds.view_wanted.connect(self.leads.show_context)
        self.deeds.edit_wanted.connect(self._edit)
        self.deeds.jump_wanted.connect(lambda place, message: self.open_conversation(place, message_id=message))
        self.deeds.settings_wanted.connect(lambda: self.page_wanted.emit("chat"))
        self.turns.begun.connect(self._begun)
        self.turns.busy_changed.connect(composer.set_busy)
        self.slash.deed_wanted.connect(self._do)
        self.slash.page_wanted.connect(self.page_wanted)
        self.slash.memory_wanted.connect(self.memory_wanted)
        self.slash.model_wanted.connect(self.models.choose)
        self.slash.paths_wanted.connect(self.paths_wanted)
        self.slash.files_wanted.connect(self.giving.choose)
        self.giving.into_memory.connect(self.paths_wanted)

    # The engine

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open: show what it holds and do what waited for it."""
        self._engine = engine
        bridge.conversations_changed.connect(self._conversation_changed)
        bridge.memories_remembered.connect(self._remembered)
        for part in (self.deeds, self.conversation_deeds, self.giving, self.slash, self.older):
            part.attach(engine)
        self.refresh_list()
        self.models.attach(engine, bridge)
        asked_already = self.turns.attach(engine)
        if not asked_already and self._current is None and self._state.conversation is not None:
            self.open_conversation(self._state.conversation)

    def _conversation_changed(self, _conversation_id: str) -> None:
        if not self._refresh.isActive():
            self._refresh.start()

    def _remembered(self, event: MemoriesRemembered) -> None:
        if event.conversation_id == self._current:
            self.deeds.tell_remembered("", event.ids)

    def refresh_list(self) -> None:
        """Fetch the list of conversations that search text and filter ask for."""
        engine = self._engine
        if engine is None:
            return
        query = self._list.search.text().strip() or None
        archived, tag = self._list.filter
        opened = set(self._list.open_folders) if self._list.grouped else set()
        outside = "" if self._list.grouped else None

        async def fetch() -> _Listed:
            folders = await engine.conversation_folders()
            return _Listed(
                conversations=await engine.conversations(query, archived=archived, tag=tag, folder=outside),
                tags=await engine.conversation_tags(),
                folders=folders,
                inside={
                    name: await engine.conversations(folder=name, limit=MOST_IN_FOLDER)
                    for name, _ in folders
                    if name in opened
                },
            )

        self._operations.start(
            Operation(
                name="list conversations",
                run=fetch,
                success=self._show_list,
                owner=self._list,
                replaces="list conversations",
            )
        )

    def _show_list(self, listed: _Listed) -> None:
        conversations = [*listed.conversations, *(one for found in listed.inside.values() for one in found)]
        self._titles.update({item.id: item.title for item in conversations})
        self._list.show_conversations(
            listed.conversations, tags=listed.tags, folders=listed.folders, inside=listed.inside
        )
        current = next((item for item in conversations if item.id == self._current), None)
        if current is not None:
            self._pane.header.set_conversation(current)

    # Sending

    def send(self, text: str) -> None:
        """What was written: a command, an edited question, or a question with what goes with it."""
        if self._edited is not None:
            edited = self._edited
            self._leave_editing(restore=False)
            self.turns.ask_otherwise(edited, text)
            return
        if self.slash.take(text):
            self._state.set_draft(self._current, self._pane.composer.text())
            return
        things = self._pane.composer.chips.take()
        if not things:
            self.turns.ask(text)
            return
        model = self.turns.model
        self.turns.ask(text, lambda engine, place: self.giving.steps(engine, place, text, things, model))

    def _complete(self, kind: str, letters: str) -> None:
        if kind == "/":
            self.slash.suggest(letters)
        else:
            self.giving.suggest(letters)

    def _edit(self, entry: Entry) -> None:
        self._edited = entry
        self._pane.composer.set_text(entry.text)
        self._pane.composer.set_editing(True)
        self._pane.composer.focus()

    def _leave_editing(self, *, restore: bool = True) -> None:
        self._edited = None
        self._pane.composer.set_editing(False)
        if restore:
            self._pane.composer.set_text(self._state.draft(self._current))

    def _do(self, name: str, argument: str = "") -> None:
        """A deed of the header's menu or of a command."""
        match name:
            case "new":
                self.new_conversation()
            case "find":
                self.find.begin(argument)
            case "pinned":
                self.deeds.show_pinned()
            case "stop":
                self.turns.stop()
            case "again":
                last = next((e for e in reversed(self._pane.transcript.entries) if not e.question and e.stored), None)
                if last is not None:
                    self.turns.answer_anew(last)
            case "rename" if argument and self._current is not None:
                self._rename(self._current, argument)
            case "rename":
                self._list.rename_current()
            case "delete":
                self._delete_current()
            case _:
                self.conversation_deeds.act(name)

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
        self.older.complete = True
        self.turns.remember = True
        self._list.set_current(conversation_id)
        self.find.close()
        self._pane.header.set_conversation(None)
        self._pane.header.set_title(self._titles.get(conversation_id, "") if conversation_id else "")
        self._pane.transcript.set_entries([])
        self._pane.show_turns(empty=conversation_id is None)
        self._leave_editing()
        self._sources.clear()
        self._pane.composer.set_busy(self.turns.busy)

    def open_found(self, conversation_id: str) -> None:
        """Open a conversation of the list; one that a search found at the message that matched."""
        self.open_conversation(conversation_id, words=self._list.search.text().strip())

    def open_conversation(self, conversation_id: str, *, words: str = "", message_id: str | None = None) -> None:
        """Show a stored conversation.

        Args:
            conversation_id: Which.
            words: What was searched for: the view goes to the last message that holds it.
            message_id: The view goes to this message.
        """
        self._pane.show_chat()
        if conversation_id == self._current and not words and message_id is None:
            return
        engine = self._engine
        if engine is None:
            return
        if conversation_id != self._current:
            self._switch(conversation_id)

        async def fetch() -> tuple[Conversation, list[Message], bool, str | None]:
            conversation = await engine.conversation(conversation_id)
            wanted = message_id
            if wanted is None and words:
                hits = await engine.search_messages(words, conversation_id=conversation_id, limit=1)
                if hits and not hits[0].shown:
                    await engine.show_message(hits[0].message_id)
                wanted = hits[0].message_id if hits else None
            if wanted is None:
                found = await engine.messages(conversation_id, limit=PAGE)
                return conversation, found, len(found) < PAGE, None
            found = await engine.messages(conversation_id, around=wanted, limit=PAGE)
            if found:
                found += await engine.messages(conversation_id, after=found[-1].id, limit=_ALL)
            return conversation, found, False, wanted

        def show(fetched: tuple[Conversation, list[Message], bool, str | None]) -> None:
            conversation, found, complete, wanted = fetched
            if self._current != conversation_id:
                return
            self._titles[conversation_id] = conversation.title
            self._pane.header.set_conversation(conversation)
            self.older.complete = complete
            transcript = self._pane.transcript
            transcript.set_entries([Entry.of_message(message) for message in found])
            self.turns.rejoin(conversation_id)
            self._pane.show_turns(empty=not transcript.entries)
            self.turns.show_last_sources()
            if wanted is not None:
                transcript.jump_to(wanted)
                if words:
                    self.find.mark(wanted, words)

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

    def reload(self) -> None:
        """Fetch the open conversation anew; what is read stays in view where it can."""
        engine, current = self._engine, self._current
        if engine is None or current is None:
            return
        transcript = self._pane.transcript
        top = next(transcript.in_view(), None)
        at_end = transcript.at_end()
        count = max(PAGE, len(transcript.entries) + 1)

        def put(found: list[Message]) -> None:
            if self._current == current:
                transcript.set_entries([Entry.of_message(message) for message in found])
                self.turns.rejoin(current)
                if top is not None and not at_end:
                    transcript.jump_to(top[1].entry.id)

        self._operations.start(
            Operation(name="reload", run=lambda: engine.messages(current, limit=count), success=put, owner=self._pane)
        )

    def _not_opened(self, error: Exception) -> None:
        self._switch(None)
        if not isinstance(error, NotFoundError):
            self._messages.error(self._operations.describe(error, name="open a conversation"))

    def _changed(self, conversation: Conversation) -> None:
        if conversation.id == self._current:
            self._pane.header.set_conversation(conversation)
        self.refresh_list()

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
            self._pane.header.set_conversation(conversation)
