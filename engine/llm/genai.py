"""ONNX Runtime GenAI: the only place that imports `onnxruntime_genai`.

A model is a folder with `genai_config.json`, one or more `.onnx` files and a tokenizer. Nothing is told to its makers:
the library's telemetry is switched off before anything else.
"""

from __future__ import annotations

import importlib.util
import json
import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.errors import ChatModelError, ModelGoneError, OverLongError, UnreachableError
from engine.llm.local_backend import LocalRequest, Outcome
from engine.runtime.accelerator import DeviceRecord
from engine.runtime.execution_providers import CUDA, DIRECTML, load_onnxruntime

_log = logging.getLogger(__name__)

CONFIG = "genai_config.json"
_NAMES = {CUDA: "cuda", DIRECTML: "dml"}
_PREFILL = 256
"""Tokens of the prompt that are read at once; between two such pieces an answer can be stopped."""
_WINDOW = 32_768
"""Tokens at most, whatever the model claims: the cache of longer ones does not fit common computers."""


def installed() -> bool:
    """Whether the library is there; nothing is loaded."""
    return importlib.util.find_spec("onnxruntime_genai") is not None


def window(folder: Path) -> int | None:
    """The window that a model's folder tells, or None where it cannot be read."""
    try:
        found = json.loads((folder / CONFIG).read_text("utf-8"))["model"]["context_length"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return min(int(found), _WINDOW) if isinstance(found, int) and found > 0 else None


class GenaiBackend:
    """One model of one folder, on the best device that takes it."""

    def __init__(self, folder: Path, *, title: str, attempts: Sequence[DeviceRecord] = ()) -> None:
        """Load it; it takes seconds for a large one.

        Args:
            folder: with `genai_config.json`.
            title: for messages.
            attempts: devices to try before the CPU, best first.

        Raises:
            ModelGoneError: the folder holds no model that can be loaded.
            ChatModelError: the library is missing.
        """
        if not installed():
            raise ChatModelError(
                f"{title} cannot run: onnxruntime-genai is not installed. Install it beside Magray, or choose another"
                " model."
            )
        load_onnxruntime()
        import onnxruntime_genai

        onnxruntime_genai.disable_telemetry_events()
        self._library = onnxruntime_genai
        self._title = title
        self._lock = threading.Lock()
        self._running: Any = None
        self._interrupted = False
        self.record: DeviceRecord | None = None
        self.notes: list[str] = []
        self._model = self._load(folder, attempts)
        self._tokenizer = self._guarded(lambda: onnxruntime_genai.Tokenizer(self._model))
        self._context = window(folder) or 2048

    @property
    def context_tokens(self) -> int:
        """Its window."""
        return self._context

    @property
    def device(self) -> str:
        """What it runs on, as `cuda:0`."""
        return self.record.device.name if self.record is not None else "cpu"

    def count(self, text: str) -> int:
        """Tokens of a text, by the model's own tokenizer."""
        return len(self._tokenizer.encode(text)) if text else 0

    def generate(self, request: LocalRequest, outcome: Outcome) -> Iterator[str]:
        """Write an answer piece by piece; see `LocalBackend.generate`."""
        outcome.device = self.device
        prompt = self._guarded(lambda: self._tokenizer.encode(self._prompt(request)))
        outcome.input_tokens = len(prompt)
        room = self._context - len(prompt)
        if room < 1:
            raise OverLongError(
                f"This is {len(prompt):,} tokens; {self._title} reads {self._context:,} at once. Nothing was lost."
                " Shorten the message, attach less, or choose a model with a larger window."
            )
        generator = self._guarded(lambda: self._generator(request, len(prompt), room))
        with self._lock:
            self._running, self._interrupted = generator, False
        try:
            yield from self._steps(generator, prompt, outcome)
        finally:
            with self._lock:
                self._running = None
            del generator

    def interrupt(self) -> None:
        """End what runs now, even in the middle of a computation."""
        with self._lock:
            self._interrupted = True
            if self._running is not None:
                self._running.set_runtime_option("terminate_session", "1")

    def close(self) -> None:
        """Give the memory back."""
        self._tokenizer = self._model = None

    def _steps(self, generator: Any, prompt: Any, outcome: Outcome) -> Iterator[str]:
        stream = self._tokenizer.create_stream()
        ends = set(self._tokenizer.eos_token_ids)
        for start in range(0, len(prompt), _PREFILL):
            self._guarded(lambda start=start: generator.append_tokens(prompt[start : start + _PREFILL]))  # type: ignore[misc]
            if self._interrupted:
                return
        outcome.stop = "length"
        while not self._guarded(generator.is_done):
            self._guarded(generator.generate_next_token)
            if self._interrupted:
                return
            token = int(generator.get_next_tokens()[0])
            outcome.output_tokens += 1
            if token in ends:
                outcome.stop = "end"
                return
            if piece := stream.decode(token):
                yield piece

    def _generator(self, request: LocalRequest, prompt_tokens: int, room: int) -> Any:
        params = self._library.GeneratorParams(self._model)
        options: dict[str, Any] = {"max_length": prompt_tokens + min(room, request.max_output_tokens)}
        if request.temperature is not None:
            options["do_sample"] = request.temperature > 0
            if request.temperature > 0:
                options |= {"temperature": request.temperature, "top_p": 0.95}
        params.set_search_options(**options)
        if request.schema is not None:
            try:
                params.set_guidance("json_schema", json.dumps(dict(request.schema)))
            except RuntimeError as error:  # built without it; the instructions ask for the form as well
                _log.info("%s writes structured output by instruction only: %s", self._title, error)
        return self._library.Generator(self._model, params)

    def _prompt(self, request: LocalRequest) -> str:
        """The turns by the model's own template; some know no instructions, which then open the first question."""
        turns = [dict(turn) for turn in request.turns]
        merged = _merged(turns)
        for form in (turns, merged):
            try:
                return str(self._tokenizer.apply_chat_template(json.dumps(form), add_generation_prompt=True))
            except RuntimeError as error:
                _log.info("%s has no template for this conversation: %s", self._title, _first_line(error))
        return "\n\n".join(f"{turn['role']}: {turn['content']}" for turn in merged) + "\n\nassistant:"

    def _load(self, folder: Path, attempts: Sequence[DeviceRecord]) -> Any:
        for record in attempts:
            name = _NAMES.get(record.device.provider)
            permit = record.breaker.admit() if name is not None and self._built_for(name) else None
            if name is None or permit is None:
                continue
            try:
                model = self._open(folder, name, record.device.index)
            except RuntimeError as error:
                record.breaker.failed(permit)
                _log.warning("%s does not load on %s: %s", self._title, record.device.plain, error)
                self.notes.append(f"{self._title} does not load on {record.device.plain}; the processor computes.")
                continue
            record.breaker.succeeded(permit)
            self.record = record
            return model
        try:
            return self._open(folder, "", 0)
        except RuntimeError as error:
            raise ModelGoneError(
                f"{self._title} cannot be loaded from {folder} ({_first_line(error)}). Install it again, or choose"
                " another model."
            ) from None

    def _built_for(self, name: str) -> bool:
        check = self._library.is_cuda_available if name == "cuda" else self._library.is_dml_available
        return bool(check())

    def _open(self, folder: Path, provider: str, index: int) -> Any:
        config = self._library.Config(str(folder))
        config.clear_providers()
        if provider:
            config.append_provider(provider)
            config.set_provider_option(provider, "device_id", str(index))
        return self._library.Model(config)

    def _guarded(self, call: Callable[[], Any]) -> Any:
        """Run a call of the library; what it raises is told, and counts against the device."""
        try:
            return call()
        except RuntimeError as error:
            if self._interrupted:
                return None
            failure = _first_line(error)
        if self.record is not None:
            permit = self.record.breaker.admit()
            if permit is not None:
                self.record.breaker.failed(permit)
        raise UnreachableError(f"{self._title} failed while it computed on {self.device} ({failure}). Try again.")


def _merged(turns: Sequence[Mapping[str, str]]) -> list[dict[str, str]]:
    """The same with the instructions at the head of the first question."""
    if not turns or turns[0]["role"] != "system":
        return [dict(turn) for turn in turns]
    system, *rest = (dict(turn) for turn in turns)
    if not rest:
        return [{"role": "user", "content": system["content"]}]
    rest[0]["content"] = f"{system['content']}\n\n{rest[0]['content']}"
    return rest


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
