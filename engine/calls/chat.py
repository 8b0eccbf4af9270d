"""Turns of conversations."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from engine.calls.base import Calls
from engine.chat_values import ChatStep


class ChatCalls(Calls):
    """Turns of conversations; see `engine.chat_values` for the steps that they give."""

    def chat(self, conversation_id: str, text: str, *, remember: bool = True) -> AsyncGenerator[ChatStep, None]:
        """Say something in a conversation and follow the answer, step by step.

        Closing the generator, or cancelling the task that iterates, stops the answer; what was said is kept.

        Raises:
            InvalidMemoryError: there is nothing in it to answer.
            NotFoundError: there is no such conversation.
        """
        self._check()
        return self._parts.chat.turn(conversation_id, text, remember=remember)
