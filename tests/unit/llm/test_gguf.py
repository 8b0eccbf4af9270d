"""GGUF files: how llama-cpp-python is called. The library is stood in for where it is not installed, call by call as
version 0.3 has them; with it, the same tests would need a model of its own.
"""

from __future__ import annotations

import importlib.machinery
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelGoneError, OverLongError, UnreachableError
from engine.llm import gguf
from engine.llm.gguf import GgufBackend
from engine.llm.local_backend import LocalRequest, Outcome

pytestmark = pytest.mark.skipif(gguf.installed(), reason="llama-cpp-python is installed; a stand-in would hide it")


class Llama:
    """Keeps what it was asked, and answers with what the test wants."""

    asked: dict[str, Any]
    answer = ("The lease", " ends in May.")
    finish = "stop"
    failure: Exception | None = None

    def __init__(self, *, model_path: str, **options: Any) -> None:
        if not Path(model_path).read_bytes().startswith(b"GGUF"):
            raise ValueError(f"Failed to load model from file: {model_path}")
        self.options = options
        self.closed = False

    def n_ctx(self) -> int:
        return 64

    def tokenize(self, text: bytes, add_bos: bool = True, special: bool = False) -> list[int]:
        assert not add_bos
        return list(range(len(text.split())))

    def create_chat_completion(self, messages: list[dict[str, str]], **options: Any) -> Iterator[dict[str, Any]]:
        Llama.asked = {"messages": messages, **options}
        yield {"choices": [{"delta": {"role": "assistant"}, "finish_reason": None}]}
        for piece in self.answer:
            if self.failure is not None:
                raise self.failure
            yield {"choices": [{"delta": {"content": piece}, "finish_reason": None}]}
        yield {"choices": [{"delta": {}, "finish_reason": self.finish}]}

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def backend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> GgufBackend:
    module = types.ModuleType("llama_cpp")
    module.__spec__ = importlib.machinery.ModuleSpec("llama_cpp", None)
    module.Llama = Llama  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "llama_cpp", module)
    file = tmp_path / "mine.gguf"
    file.write_bytes(b"GGUF")
    return GgufBackend(file, title="Mine")


def request(words: int = 3, **fields: Any) -> LocalRequest:
    return LocalRequest(turns=({"role": "user", "content": "word " * words},), max_output_tokens=20, **fields)


def test_text_comes_piece_by_piece_with_counts(backend: GgufBackend) -> None:
    outcome = Outcome()
    assert list(backend.generate(request(temperature=0.2), outcome)) == ["The lease", " ends in May."]
    assert (outcome.stop, outcome.output_tokens) == ("end", 2)
    assert outcome.input_tokens >= 3
    assert Llama.asked["stream"] is True
    assert Llama.asked["temperature"] == 0.2
    assert Llama.asked["max_tokens"] == 20
    assert backend.count("three short words") == 3
    assert backend.count("") == 0


def test_the_longest_answer_is_told(backend: GgufBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Llama, "finish", "length")
    outcome = Outcome()
    list(backend.generate(request(), outcome))
    assert outcome.stop == "length"


def test_a_schema_is_passed_on(backend: GgufBackend) -> None:
    list(backend.generate(request(schema={"type": "object"}), Outcome()))
    assert Llama.asked["response_format"] == {"type": "json_object", "schema": {"type": "object"}}


def test_interrupting_ends_it(backend: GgufBackend) -> None:
    pieces = backend.generate(request(), Outcome())
    assert next(pieces) == "The lease"
    backend.interrupt()
    assert list(pieces) == []
    assert list(backend.generate(request(), Outcome())) == ["The lease", " ends in May."]


def test_what_does_not_fit_and_what_fails_is_told(backend: GgufBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OverLongError, match="reads 64 at once"):
        list(backend.generate(request(words=70), Outcome()))
    monkeypatch.setattr(Llama, "failure", RuntimeError("llama_decode returned -3"))
    with pytest.raises(UnreachableError, match="llama_decode returned -3"):
        list(backend.generate(request(), Outcome()))


def test_a_file_that_is_none_is_told(backend: GgufBackend, tmp_path: Path) -> None:
    (tmp_path / "other.gguf").write_bytes(b"PK")
    with pytest.raises(ModelGoneError, match="cannot be loaded"):
        GgufBackend(tmp_path / "other.gguf", title="Other")
    backend.close()
    assert backend._model.closed
