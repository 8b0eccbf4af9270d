"""GGUF files by llama.cpp: the only place that imports `llama_cpp`, which is an optional extra."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from engine.errors import ChatModelError, ModelGoneError, OverLongError, UnreachableError
from engine.llm.local_backend import LocalRequest, Outcome

_WINDOW = 8192
"""Tokens at most that are set aside for the cache when a file claims more."""


def installed() -> bool:
    """Whether the library is there; nothing is loaded."""
    return importlib.util.find_spec("llama_cpp") is not None


class GgufBackend:
    """One GGUF file, on the processor or on the card that the library was built for."""

    def __init__(self, file: Path, *, title: str) -> None:
        """Load it; it takes seconds for a large one.

        Raises:
            ModelGoneError: the file holds no model that can be loaded.
            ChatModelError: the library is missing.
        """
        if not installed():
            raise ChatModelError(
                f"{title} is a GGUF file, and llama-cpp-python is not installed. Install Magray's extra `gguf`, or"
                " choose another model."
            )
        import llama_cpp

        self._title = title
        self._interrupted = False
        failure = ""
        try:
            self._model: Any = llama_cpp.Llama(
                model_path=str(file), n_ctx=_WINDOW, n_gpu_layers=-1, verbose=False, logits_all=False
            )
        except (ValueError, RuntimeError, AssertionError) as error:  # what it raises for a file that is none
            failure = str(error) or type(error).__name__
        if failure:
            raise ModelGoneError(f"{file} cannot be loaded ({failure[:200]}). Fetch it again, or choose another model.")

    @property
    def context_tokens(self) -> int:
        """Its window."""
        return int(self._model.n_ctx())

    def count(self, text: str) -> int:
        """Tokens of a text, by the model's own tokenizer."""
        return len(self._model.tokenize(text.encode("utf-8"), add_bos=False)) if text else 0

    def generate(self, request: LocalRequest, outcome: Outcome) -> Iterator[str]:
        """Write an answer piece by piece; see `LocalBackend.generate`."""
        self._interrupted = False
        outcome.input_tokens = sum(self.count(turn["content"]) + 8 for turn in request.turns)
        if outcome.input_tokens >= self.context_tokens:
            raise OverLongError(
                f"This is about {outcome.input_tokens:,} tokens; {self._title} reads {self.context_tokens:,} at once."
                " Nothing was lost. Shorten the message, attach less, or choose a model with a larger window."
            )
        options: dict[str, Any] = {"max_tokens": request.max_output_tokens, "stream": True}
        if request.temperature is not None:
            options["temperature"] = request.temperature
        if request.schema is not None:
            options["response_format"] = {"type": "json_object", "schema": dict(request.schema)}
        outcome.stop = "length"
        failure = ""
        try:
            turns = [dict(turn) for turn in request.turns]
            for chunk in self._model.create_chat_completion(messages=turns, **options):
                if self._interrupted:
                    return
                choice = chunk["choices"][0]
                if piece := choice.get("delta", {}).get("content"):
                    outcome.output_tokens += 1
                    yield piece
                if choice.get("finish_reason"):
                    outcome.stop = "length" if choice["finish_reason"] == "length" else "end"
        except (ValueError, RuntimeError) as error:
            failure = str(error) or type(error).__name__
        if failure:
            raise UnreachableError(f"{self._title} failed while it computed ({failure[:200]}). Try again.")

    def interrupt(self) -> None:
        """End what runs now after its present token."""
        self._interrupted = True

    def close(self) -> None:
        """Give the memory back."""
        self._model.close()
