"""Turns of conversations."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Sequence

from engine.calls.base import Calls
from engine.chat_values import ChatStep


class ChatCalls(Calls):
    """Turns of conversations; see `engine.chat_values` for the steps that they give.

    Closing a generator, or cancelling the task that iterates, stops the answer; what was said is kept as a message that
    ends with `stopped`.
    """

    def chat(
        self,
        conversation_id: str,
        text: str,
        *,
        attachments: Sequence[str] = (),
        model: str | None = None,
        remember: bool = True,
    ) -> AsyncGenerator[ChatStep, None]:
        """Say something in a conversation and follow the answer, step by step.

        Args:
            conversation_id: Where.
            text: What the owner says.
            attachments: Ids of attachments of this conversation.
            model: `<provider>/<model>` instead of the one in the settings; `quotes` for no model.
            remember: Whether the turn becomes memory; a conversation can switch that off for all.

        Raises:
            InvalidMemoryError: there is nothing in it to answer.
            NotFoundError: there is no such conversation or attachment.
        """
        self._check()
        return self._parts.chat.chat.turn(
            conversation_id, text, attachments=attachments, model=model, remember=remember
        )

    def regenerate(self, message_id: str, *, model: str | None = None) -> AsyncGenerator[ChatStep, None]:
        """Answer again; the answers stand side by side as versions. There is no `Asked`.

        Raises:
            NotFoundError: there is no such message.
            InvalidMemoryError: it is no answer.
        """
        self._check()
        return self._parts.chat.chat.regenerate(message_id, model=model)

    def edit_and_resend(
        self, message_id: str, text: str, *, attachments: Sequence[str] | None = None, model: str | None = None
    ) -> AsyncGenerator[ChatStep, None]:
        """Say something else in the place of a message of the owner's: a new branch; the old one stays.

        Raises:
            NotFoundError: there is no such message.
            InvalidMemoryError: it is not the owner's, or there is nothing to answer.
        """
        self._check()
        return self._parts.chat.chat.edit(message_id, text, attachments=attachments, model=model)

    def continue_message(self, message_id: str, *, model: str | None = None) -> AsyncGenerator[ChatStep, None]:
        """Write on at an answer that was cut off; the text is added to the same message. There is no `Asked`.

        Raises:
            NotFoundError: there is no such message.
            InvalidMemoryError: it is no answer, or no language model is set up.
        """
        self._check()
        return self._parts.chat.chat.go_on(message_id, model=model)

    async def undo_remembered(self, ids: Collection[str]) -> int:
        """Take memories back that were drawn from a conversation; what they had superseded holds again.

        Returns:
            How many were taken back.
        """
        self._check()
        return await self._parts.chat.extraction.undo(ids)
