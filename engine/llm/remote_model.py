"""What every chat model beyond this process is: a name behind a connection."""

from __future__ import annotations

import abc
from collections.abc import AsyncGenerator
from typing import Any

from engine.llm.connection import Connection
from engine.llm.messages import ChatModelInfo, ChatRequest, StreamEvent
from engine.llm.tokens import estimate_tokens


class RemoteModel(abc.ABC):
    """One model of a vendor or server; subclasses speak its wire format in `_events`."""

    def __init__(self, info: ChatModelInfo, connection: Connection) -> None:
        self._info = info
        self._connection = connection
        self._name = info.id.partition("/")[2]

    @property
    def info(self) -> ChatModelInfo:
        """What is known of it."""
        return self._info

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer a request; see `ChatModel.stream`."""
        return self._connection.relay(lambda client: self._events(client, request), model=self._name)

    def count_tokens(self, text: str) -> int:
        """An estimate, rather too many than too few."""
        return estimate_tokens(text)

    async def close(self) -> None:  # noqa: B027 - nothing to do is right for all of them
        """Nothing is held by one model: the connection is its vendor's."""

    @abc.abstractmethod
    def _events(self, client: Any, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Ask by the SDK's client, on the network's own loop."""
