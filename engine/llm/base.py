"""The protocol that every chat model follows."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol, runtime_checkable

from engine.llm.messages import ChatModelInfo, ChatRequest, StreamEvent


@runtime_checkable
class ChatModel(Protocol):
    """One chat model of one provider.

    `tests/contract/test_chat_model.py` holds every implementation to this.
    """

    @property
    def info(self) -> ChatModelInfo:
        """What is known of it."""
        ...

    def stream(self, request: ChatRequest) -> AsyncGenerator[StreamEvent, None]:
        """Answer a request, event by event; the last one is a `StreamEnd`.

        Nothing is sent before the first iteration. Closing the generator (`aclose`), or cancelling the task that
        iterates, closes the connection or stops the computation at once, and leaves nothing running.

        Raises:
            ChatModelError: it cannot answer; see its subclasses in `engine.errors`. What was streamed before stands.
        """
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens this model makes of a text: exact where its tokenizer is at hand, else a careful estimate."""
        ...

    async def close(self) -> None:
        """Let go of connections and memory; calls afterwards are safe."""
        ...
