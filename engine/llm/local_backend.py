"""What runs a language model inside this process, behind one small protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from engine.llm.messages import StopReason


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalRequest:
    """One request as a local model takes it.

    Attributes:
        turns: `{"role": …, "content": …}`, the instructions first.
        max_output_tokens: the longest answer.
        temperature: None leaves it to the model.
        schema: JSON schema that the answer must fit, or None.
    """

    turns: Sequence[Mapping[str, str]]
    max_output_tokens: int
    temperature: float | None = None
    schema: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Outcome:
    """What a generation came to; filled in by its end."""

    input_tokens: int = 0
    output_tokens: int = 0
    stop: StopReason = "end"
    device: str = "cpu"
    notes: list[str] = field(default_factory=list)


class LocalBackend(Protocol):
    """A loaded model. All calls but `interrupt` come from one thread."""

    @property
    def context_tokens(self) -> int:
        """Its window."""
        ...

    def count(self, text: str) -> int:
        """Tokens of a text, by the model's own tokenizer. May be called from any thread."""
        ...

    def generate(self, request: LocalRequest, outcome: Outcome) -> Iterator[str]:
        """Write an answer piece by piece; blocks between them.

        Raises:
            ChatModelError: it cannot.
        """
        ...

    def interrupt(self) -> None:
        """End what runs now as soon as possible; called from another thread."""
        ...

    def close(self) -> None:
        """Give the memory back."""
        ...
