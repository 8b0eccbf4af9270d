"""Messages before those that are shown: a page when one scrolls up to them, all of them for a search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.chat.chat_pane import ChatPane
from desktop.chat.entries import Entry
from desktop.messages import Messages
from desktop.operations import Operation, Operations
from engine import Message

if TYPE_CHECKING:
    from engine import Engine

PAGE = 100
"""Messages fetched at once."""
_ALL = 1_000_000


class OlderMessages(QObject):
    """Fetches them.

    Attributes:
        complete: The first message of the conversation is known.
    """

    def __init__(
        self,
        *,
        pane: ChatPane,
        operations: Operations,
        messages: Messages,
        current: Callable[[], str | None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pane = pane
        self._operations = operations
        self._messages = messages
        self._current = current
        self._engine: Engine | None = None
        self.complete = True
        self._loading = False
        self._waiting: list[Callable[[], None]] = []
        pane.transcript.older_wanted.connect(self._load_page)

    def attach(self, engine: Engine) -> None:
        """The engine is open."""
        self._engine = engine

    def load_all(self, then: Callable[[], None]) -> None:
        """Do something when every message of the conversation is known."""
        self._waiting.append(then)
        self._fetch(_ALL)

    def _load_page(self) -> None:
        if not self.complete:
            self._fetch(PAGE)

    def _go_on(self) -> None:
        waiting, self._waiting = self._waiting, []
        for then in waiting:
            then()

    def _fetch(self, limit: int) -> None:
        engine, current = self._engine, self._current()
        first = next((entry for entry in self._pane.transcript.entries if entry.stored), None)
        if engine is None or current is None or self.complete or first is None:
            self._go_on()
            return
        if self._loading:
            return
        self._loading = True

        def put(found: list[Message]) -> None:
            self._loading = False
            if self._current() != current:
                self._waiting.clear()
                return
            self.complete = len(found) < limit
            self._pane.transcript.prepend_entries([Entry.of_message(message) for message in found])
            if self._waiting:
                self._fetch(_ALL)

        def failed(error: Exception) -> None:
            self._loading = False
            self._waiting.clear()
            self._messages.error(self._operations.describe(error, name="load older messages"))

        self._operations.start(
            Operation(
                name="load older messages",
                run=lambda: engine.messages(current, limit=limit, before=first.id),
                success=put,
                failure=failed,
                owner=self._pane,
            )
        )
