"""A language model in this process: a tiny real one, by the real library."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import psutil
import pytest

from engine import Engine, Settings
from engine.errors import ChatModelError, ModelGoneError, OverLongError
from engine.llm import genai, gguf
from engine.llm.genai import GenaiBackend
from engine.llm.local_backend import LocalRequest, Outcome
from engine.llm.local_model import LocalModel, LocalRunner
from engine.llm.messages import (
    ChatMessage,
    ChatModelInfo,
    ChatRequest,
    ReasoningDelta,
    StreamEnd,
    StreamEvent,
    TextDelta,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from engine.llm.network_thread import NetworkThread
from engine.llm.thinking import ThoughtSplitter
from engine.models import catalog
from engine.models.files import sha256_of
from engine.models.store import ModelStore
from engine.runtime.accelerator import DeviceRecord
from engine.runtime.circuit_breaker import CircuitBreaker
from engine.runtime.devices import Device
from engine.runtime.execution_providers import CUDA
from tests.helpers.tiny_chat import CONTEXT, write_tiny_chat

pytestmark = pytest.mark.skipif(not genai.installed(), reason="onnxruntime-genai is not installed")
ANSWER = "The lease ends in May."
REQUEST = ChatRequest(messages=(ChatMessage.of("user", "When does the lease end? Договор."),), system="Be short.")
INFO = ChatModelInfo(id="local/tiny", title="Tiny", provider="local", leaves_computer=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_chat(tmp_path_factory.mktemp("tiny"))


@pytest.fixture
async def network() -> AsyncIterator[NetworkThread]:
    thread = NetworkThread()
    yield thread
    await thread.close()


@pytest.fixture
async def runner(network: NetworkThread) -> AsyncIterator[LocalRunner]:
    made = LocalRunner(idle_seconds=0)
    yield made
    await network.run(made.close)


@pytest.fixture
def model(folder: Path, network: NetworkThread, runner: LocalRunner) -> LocalModel:
    return LocalModel(INFO, network=network, runner=runner, load=lambda: GenaiBackend(folder, title="Tiny"))


async def ask(model: LocalModel, request: ChatRequest = REQUEST) -> list[StreamEvent]:
    async with contextlib.aclosing(model.stream(request)) as events:
        return [event async for event in events]


def text_of(events: list[StreamEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


async def test_it_streams_text_for_real(model: LocalModel) -> None:
    events = await ask(model)
    assert text_of(events) == ANSWER
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert (end.stop, end.model, end.usage.output_tokens, end.usage.cost) == ("end", "local/tiny", 7, 0.0)
    assert end.usage.input_tokens > 20
    assert text_of(await ask(model)) == ANSWER


async def test_its_own_tokenizer_counts_once_it_is_loaded(model: LocalModel) -> None:
    guess = model.count_tokens("The lease ends in May.")
    await model.warm()
    assert model.count_tokens("The lease ends in May.") == 6
    assert guess >= 6
    assert model.count_tokens("") == 0


async def test_the_longest_answer_is_kept(model: LocalModel) -> None:
    events = await ask(model, ChatRequest(messages=REQUEST.messages, max_output_tokens=3))
    assert text_of(events) == "The lease ends"
    end = events[-1]
    assert isinstance(end, StreamEnd)
    assert end.stop == "length"


async def test_a_long_prompt_is_read_in_parts_and_one_too_long_refused(model: LocalModel) -> None:
    long = ChatRequest(messages=(ChatMessage.of("user", "x" * (CONTEXT - 40)),))
    assert text_of(await ask(model, long)) == ANSWER
    with pytest.raises(OverLongError, match="reads 512 at once"):
        await ask(model, ChatRequest(messages=(ChatMessage.of("user", "x" * CONTEXT),)))
    assert text_of(await ask(model)) == ANSWER


async def test_tools_and_their_results_become_plain_text(model: LocalModel) -> None:
    history = (
        ChatMessage.of("user", "Weather?"),
        ChatMessage("assistant", (TextPart("I look."), ToolCallPart("1", "weather", "{}"))),
        ChatMessage("tool", (ToolResultPart("1", "rain"),)),
    )
    assert text_of(await ask(model, ChatRequest(messages=history, temperature=0.0))) == ANSWER


async def test_structured_output_is_asked_for_and_nothing_breaks(model: LocalModel) -> None:
    schema = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    events = await ask(model, ChatRequest(messages=REQUEST.messages, output_schema=schema, max_output_tokens=8))
    assert isinstance(events[-1], StreamEnd)


async def test_two_at_once_take_turns(model: LocalModel) -> None:
    assert [text_of(events) for events in await asyncio.gather(ask(model), ask(model))] == [ANSWER] * 2


async def test_only_one_model_is_loaded_at_a_time(
    folder: Path, network: NetworkThread, runner: LocalRunner, model: LocalModel
) -> None:
    other = LocalModel(
        ChatModelInfo(id="local/other", title="Other", provider="local"),
        network=network,
        runner=runner,
        load=lambda: GenaiBackend(folder, title="Other"),
    )
    await ask(model)
    assert runner.loaded("local/tiny") is not None
    await ask(other)
    assert runner.loaded("local/tiny") is None
    assert runner.loaded("local/other") is not None


async def test_an_idle_model_gives_its_memory_back(folder: Path, network: NetworkThread) -> None:
    runner = LocalRunner(idle_seconds=0.05)
    model = LocalModel(INFO, network=network, runner=runner, load=lambda: GenaiBackend(folder, title="Tiny"))
    await ask(model)
    assert runner.loaded("local/tiny") is not None
    for _ in range(500):
        if runner.loaded("local/tiny") is None:
            break
        await asyncio.sleep(0.02)
    assert runner.loaded("local/tiny") is None
    assert text_of(await ask(model)) == ANSWER
    await network.run(runner.close)


@pytest.mark.parametrize("damage", ["gone", "torn", "no config", "no tokenizer"])
async def test_a_damaged_model_is_told(
    tmp_path: Path, network: NetworkThread, runner: LocalRunner, damage: str
) -> None:
    folder = write_tiny_chat(tmp_path / "model")
    match damage:
        case "gone":
            (folder / "model.onnx").unlink()
        case "torn":
            (folder / "model.onnx").write_bytes((folder / "model.onnx").read_bytes()[:5000])
        case "no config":
            (folder / "genai_config.json").unlink()
        case _:
            (folder / "tokenizer.json").unlink()
    model = LocalModel(INFO, network=network, runner=runner, load=lambda: GenaiBackend(folder, title="Tiny"))
    with pytest.raises(ChatModelError, match="Tiny") as caught:
        await ask(model)
    if damage != "no tokenizer":
        assert isinstance(caught.value, ModelGoneError)


def _plain() -> LocalRequest:
    return LocalRequest(turns=({"role": "user", "content": "When?"},), max_output_tokens=20)


@pytest.mark.expected_logs("does not load on")
def test_a_device_that_does_not_take_it_is_left_and_noted(folder: Path) -> None:
    """The library at hand may be built without CUDA; then the device is passed over without a failure."""
    record = DeviceRecord(device=Device(CUDA), breaker=CircuitBreaker())
    backend = GenaiBackend(folder, title="Tiny", attempts=(record,))
    built = backend._built_for("cuda")
    assert backend.device == ("cuda:0" if backend.record else "cpu")
    assert record.breaker.failures == (1 if built and backend.record is None else 0)
    assert "".join(backend.generate(_plain(), Outcome())) == ANSWER


def test_interrupting_ends_a_generation(folder: Path) -> None:
    backend = GenaiBackend(folder, title="Tiny")
    outcome = Outcome()
    pieces = backend.generate(_plain(), outcome)
    assert next(pieces) == "The"
    backend.interrupt()
    assert list(pieces) == []
    assert outcome.output_tokens < 7
    assert "".join(backend.generate(_plain(), Outcome())) == ANSWER
    backend.close()


def test_the_window_comes_from_the_folder(folder: Path, tmp_path: Path) -> None:
    assert genai.window(folder) == CONTEXT
    assert genai.window(tmp_path) is None
    (tmp_path / "genai_config.json").write_text(json.dumps({"model": {"context_length": 10_000_000}}), "utf-8")
    assert genai.window(tmp_path) == 32_768


class Endless:
    """A backend that goes on until it is interrupted."""

    context_tokens = 100

    def __init__(self) -> None:
        self.interrupted = False
        self.closed = 0

    def count(self, text: str) -> int:
        return len(text)

    def generate(self, request: LocalRequest, outcome: Outcome) -> Iterator[str]:
        self.interrupted = False
        try:
            while not self.interrupted:
                yield "on "
        finally:
            self.closed += 1

    def interrupt(self) -> None:
        self.interrupted = True

    def close(self) -> None:
        return


@pytest.mark.parametrize("how", ["close", "cancel"])
async def test_stopping_stops_the_computation(network: NetworkThread, runner: LocalRunner, how: str) -> None:
    backend = Endless()
    model = LocalModel(INFO, network=network, runner=runner, load=lambda: backend)
    if how == "close":
        stream = model.stream(REQUEST)
        assert isinstance(await anext(stream), TextDelta)
        await stream.aclose()
    else:
        task = asyncio.ensure_future(ask(model))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert backend.interrupted
    assert backend.closed == 1


@pytest.mark.skipif(gguf.installed(), reason="llama-cpp-python is installed")
def test_a_gguf_file_without_its_library_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(ChatModelError, match="extra `gguf`"):
        gguf.GgufBackend(tmp_path / "model.gguf", title="Mine")


@pytest.mark.skipif(not gguf.installed(), reason="llama-cpp-python is not installed")
def test_a_file_that_is_no_gguf_is_told(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(ModelGoneError):
        gguf.GgufBackend(tmp_path / "model.gguf", title="Mine")


@pytest.mark.parametrize(
    ("pieces", "thought", "said"),
    [
        (["Hello", " you"], "", "Hello you"),
        (["<think>Hm", " so</think>\n\nYes", "."], "Hm so", "Yes."),
        (["<th", "ink>Hm</th", "ink>Yes"], "Hm", "Yes"),
        (["\n<think>\n", "Hm<", "b</think>", "\n", "Yes"], "Hm<b", "Yes"),
        (["<think>never ends"], "never ends", ""),
        (["a <think> in the middle"], "", "a <think> in the middle"),
        (["<", "b>bold"], "", "<b>bold"),
        (["<thi"], "", "<thi"),
        ([""], "", ""),
    ],
)
def test_thoughts_are_told_from_the_answer(pieces: list[str], thought: str, said: str) -> None:
    splitter = ThoughtSplitter()
    events = [event for piece in pieces for event in splitter.add(piece)] + splitter.end()
    assert "".join(event.text for event in events if isinstance(event, ReasoningDelta)) == thought
    assert "".join(event.text for event in events if isinstance(event, TextDelta)) == said


async def test_the_owners_own_models_are_found_and_answer(data_dir: Path) -> None:
    write_tiny_chat(data_dir / "chat-models" / "tiny")
    (data_dir / "chat-models" / "mine.gguf").write_bytes(b"GGUF")
    (data_dir / "chat-models" / "notes.txt").write_text("no model", "utf-8")
    async with Engine.open(Settings(data_dir=data_dir, llm={"model": "local/tiny"})) as engine:
        models = {info.id: info for info in await engine.chat_models() if info.provider == "local"}
        assert set(models) == {"local/tiny", "local/mine"}
        tiny = models["local/tiny"]
        assert (tiny.context_tokens, tiny.leaves_computer, tiny.input_price) == (CONTEXT, False, 0.0)
        assert (await engine.test_provider("local")).models == 2
        registry = engine._parts.llm
        events = [event async for event in registry.answering(conversation="c").stream(REQUEST)]
        assert text_of(events) == ANSWER
        with pytest.raises(ModelGoneError, match="not installed"):
            registry.answering(model="local/other")
        if not gguf.installed():
            with pytest.raises(ChatModelError, match="extra `gguf`"):
                _ = [event async for event in registry.answering(model="local/mine").stream(REQUEST)]
        assert (await engine.usage()).by_model[0].key == "local/tiny"


async def test_a_model_of_the_catalogue_is_put_to_use(data_dir: Path) -> None:
    """What a download leaves behind: the files and a manifest."""
    entry = catalog.find("phi-3-mini-4k-instruct")
    settings = Settings(data_dir=data_dir)
    staged = write_tiny_chat(settings.paths.models / ".incoming" / "tiny")
    (staged / "model.onnx").rename(staged / entry.model_file)
    config = (staged / "genai_config.json").read_text("utf-8").replace("model.onnx", entry.model_file)
    (staged / "genai_config.json").write_text(config, "utf-8")
    for file in entry.files:
        if not (staged / file.name).exists():
            (staged / file.name).write_text("{}", "utf-8")
    files = tuple(
        dataclasses.replace(file, size=(staged / file.name).stat().st_size, sha256=sha256_of(staged / file.name))
        for file in entry.files
    )
    store = ModelStore(stamps=settings.paths.cache / "models.json", installed=settings.paths.models)
    store.install(staged, entry=dataclasses.replace(entry, files=files), how="download", source="test")
    async with Engine.open(settings) as engine:
        await engine.use_model("phi-3-mini-4k-instruct")
        assert engine.settings.llm.model.startswith("local/phi-3-mini-4k-instruct")
        status = next(one for one in await engine.models() if one.id == "phi-3-mini-4k-instruct")
        assert status.in_use
        events = [event async for event in engine._parts.llm.answering().stream(REQUEST)]
        assert text_of(events) == ANSWER
        words = {component.name: component.summary for component in (await engine.status()).components}
        assert words["language model"] == f"{engine.settings.llm.model} answers"


async def test_a_model_that_does_not_fit_the_memory_is_refused(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tiny_chat(data_dir / "chat-models" / "tiny")
    free = psutil.virtual_memory()._replace(available=10_000)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: free)
    async with Engine.open(Settings(data_dir=data_dir, llm={"model": "local/tiny", "retries": 0})) as engine:
        with pytest.raises(ChatModelError, match="choose a smaller model"):
            _ = [event async for event in engine._parts.llm.answering().stream(REQUEST)]
