"""Which model answers what; lists, the owner's own models, servers on this computer, usage and budget."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from engine.errors import (
    BudgetReachedError,
    KeyMissingError,
    ModelGoneError,
    NotFoundError,
    OfflineError,
    SettingsError,
)
from engine.events import Event, Notice
from engine.executors import Executors
from engine.llm.base import ChatModel
from engine.llm.known import PRICES_AS_OF, describe, is_chat, known_models
from engine.llm.messages import ChatMessage, ChatModelInfo, ChatRequest, StreamEnd, StreamEvent, TextDelta, Usage
from engine.llm.registry import ChatModels
from engine.llm.usage import UsageBook
from engine.memory.migrations import migrate
from engine.memory.store.database import Database
from engine.settings import Settings
from tests.helpers.memory_keys import MemoryKeys
from tests.helpers.vendor_wire import Reply
from tests.helpers.vendors import Fault, Vendors, loopback_vendors


class Bench:
    """A registry over the loopback's vendors, with a book over a real database."""

    def __init__(self, folder: Path, vendors: Vendors) -> None:
        self.folder = folder
        self.vendors = vendors
        self.system = MemoryKeys()
        self.executors = Executors()
        self.events: list[Event] = []
        self.day = date(2026, 3, 14)
        self.environment = {"OPENAI_BASE_URL": vendors.v1, "ANTHROPIC_BASE_URL": vendors.address}
        self.opened: list[ChatModels] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.store = Database(folder / "magray.db", lock_path=folder / "magray.lock")
        self.store.open()
        migrate(self.store, backups=folder / "backups")

    def registry(self, *, offline: bool = False, **llm: Any) -> ChatModels:
        options = {"retries": 0, "compatible": {"base_url": self.vendors.v1}, **llm}
        settings = Settings(data_dir=self.folder, offline=offline, llm=options)
        registry = ChatModels(
            settings, executors=self.executors, environment=self.environment, find_keys=lambda: self.system
        )
        self.opened.append(registry)
        return registry

    def book(self, registry: ChatModels, budget: float = 0.0) -> UsageBook:
        book = UsageBook(
            self.store,
            pool=self.executors.pool("store"),
            budget=budget,
            publish=self.events.append,
            day=lambda: self.day,
        )
        book.load()
        registry.count_in(book)
        return book

    async def written(self) -> None:
        await self.executors.run("store", lambda: None)


@pytest.fixture(scope="module")
def server() -> Iterator[Vendors]:
    with loopback_vendors() as vendors:
        yield vendors


@pytest.fixture
async def bench(data_dir: Path, server: Vendors) -> AsyncIterator[Bench]:
    server.script.clear()
    server.asked.clear()
    server.reply, server.pause, server.most = Reply(), 0.0, 0
    made = Bench(data_dir, server)
    yield made
    for registry in made.opened:
        await registry.close()
    made.executors.close()
    made.store.close()


async def ask(model: ChatModel, purpose: str = "answer") -> list[StreamEvent]:
    request = ChatRequest(messages=(ChatMessage.of("user", "hello"),), purpose=purpose)
    async with contextlib.aclosing(model.stream(request)) as events:
        return [event async for event in events]


async def test_nothing_is_set_up_at_first(bench: Bench) -> None:
    registry = bench.registry()
    assert not registry.available()
    with pytest.raises(SettingsError, match="Choose one in the settings"):
        registry.answering()
    assert bench.vendors.asked == []


async def test_each_provider_answers_with_its_own_key_at_its_own_address(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a", "anthropic": "sk-b"}
    bench.environment["MAGRAY_LLM__COMPATIBLE__API_KEY"] = "sk-c"
    registry = bench.registry(model="openai/gpt-5.5")
    for model, path, key in (
        ("openai/gpt-5.5", "/v1/responses", "sk-a"),
        ("anthropic/claude-sonnet-5", "/v1/messages", "sk-b"),
        ("compatible/qwen3:4b", "/v1/chat/completions", "sk-c"),
    ):
        end = (await ask(registry.answering(model=model)))[-1]
        assert isinstance(end, StreamEnd)
        assert end.model == model
        asked = bench.vendors.answers_asked[-1]
        assert (asked.path, asked.headers["authorization"]) == (path, f"Bearer {key}")


async def test_small_work_goes_to_the_small_model(bench: Bench) -> None:
    registry = bench.registry(model="compatible/large", small_model="compatible/small")
    for purpose, name in (("answer", "large"), ("title", "small"), ("extract", "small"), ("summarise", "large")):
        await ask(registry.answering(purpose), purpose)
        assert bench.vendors.answers_asked[-1].body["model"] == name
    assert registry.answering("title", "compatible/other").info.id == "compatible/other"


async def test_the_fallback_follows_the_settings(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a"}
    registry = bench.registry(model="openai/gpt-5.5", fallback=["anthropic/claude-sonnet-5", "odd", "compatible/small"])
    await registry.look_for_keys()
    bench.vendors.script.append(Fault(kind="status", status=500))
    end = (await ask(registry.answering()))[-1]
    assert isinstance(end, StreamEnd)
    assert end.model == "compatible/small"  # no key is set for Anthropic


async def test_a_key_known_to_be_missing_is_told_at_once(bench: Bench) -> None:
    registry = bench.registry(model="openai/gpt-5.5")
    assert registry.available()
    await registry.look_for_keys()
    assert not registry.available()
    with pytest.raises(KeyMissingError, match="OPENAI_API_KEY"):
        registry.answering()
    assert await registry.set_key("openai", "sk-new") == "system"
    assert registry.available()
    assert await registry.set_key("openai", None) == "none"
    assert await registry.key_place("openai") == "none"


async def test_load_is_shared_between_equals(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a", "anthropic": "sk-b"}
    bench.vendors.pause = 0.005
    registry = bench.registry(model="openai/gpt-5.5", equals=["anthropic/claude-sonnet-5"])

    async def one() -> None:
        await ask(registry.answering())

    for _ in range(4):
        await one()
    paths = [asked.path for asked in bench.vendors.answers_asked]
    assert sorted(paths) == ["/v1/messages"] * 2 + ["/v1/responses"] * 2


async def test_unknown_names_are_told(bench: Bench) -> None:
    registry = bench.registry(model="compatible/any")
    with pytest.raises(ModelGoneError, match="openai/NAME"):
        registry.answering(model="gpt-5.5")


async def test_lists_are_fetched_and_kept(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a", "anthropic": "sk-b"}
    registry = bench.registry(model="compatible/qwen3:4b")
    before = {info.id for info in await registry.models()}
    assert bench.vendors.asked == []
    assert "openai/gpt-6-sol" in before
    models = {info.id: info for info in await registry.models(refresh=True)}
    assert {"openai/gpt-5.5", "openai/brand-new-model", "anthropic/claude-sonnet-5"} <= set(models)
    assert not {"openai/text-embedding-3-small", "openai/gpt-audio-mini", "anthropic/claude-old"} & set(models)
    assert models["openai/gpt-5.5"].input_price == 5.0
    assert models["openai/brand-new-model"].input_price is None
    assert models["anthropic/claude-sonnet-5"].context_tokens == 500_000
    local = models["compatible/qwen3:4b"]
    assert (local.context_tokens, local.tools, local.reasoning, local.vision) == (16_384, True, True, False)
    assert not local.leaves_computer
    assert local.input_price == 0.0
    asked = len(bench.vendors.asked)
    again = {info.id: info for info in await bench.registry(model="compatible/qwen3:4b").models()}
    assert again == models
    assert len(bench.vendors.asked) == asked


async def test_ollama_is_believed_about_the_window_only_while_a_model_is_loaded(bench: Bench) -> None:
    bench.vendors.loaded = False
    models = {info.id: info for info in await bench.registry(model="compatible/qwen3:4b").models(refresh=True)}
    bench.vendors.loaded = True
    assert models["compatible/qwen3:4b"].context_tokens == 4096


async def test_an_address_of_a_proxy_that_is_none_is_told(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a"}
    bench.environment["OPENAI_BASE_URL"] = "http://192.0.2.1/v1"
    told = await bench.registry(model="openai/gpt-5.5", proxy="user:secret@host").test("openai")
    assert "Correct llm.proxy" in told.words
    assert "secret" not in told.words


async def test_a_torn_list_is_fetched_anew(bench: Bench) -> None:
    cache = bench.folder / "cache" / "chat-models.json"
    cache.parent.mkdir(parents=True)
    cache.write_text('{"openai": {"address": ', "utf-8")
    assert "openai/gpt-5.5" in {info.id for info in await bench.registry().models()}
    cache.write_text(json.dumps({"openai": {"address": bench.vendors.v1, "models": [{"odd": 1}, 7]}}), "utf-8")
    assert "openai/gpt-5.5" in {info.id for info in await bench.registry().models()}


async def test_a_provider_that_does_not_answer_keeps_its_list(bench: Bench) -> None:
    registry = bench.registry(model="compatible/qwen3:4b")
    bench.system.kept = {"openai": "sk-a"}
    await registry.models(refresh=True)
    bench.system.kept.clear()
    registry.keys.forget("openai")
    ids = {info.id for info in await registry.models(refresh=True)}
    assert "openai/brand-new-model" in ids


async def test_trying_a_provider_tells_how_it_went(bench: Bench) -> None:
    registry = bench.registry()
    good = await registry.test("compatible")
    assert (good.ok, good.models) == (True, 5)
    assert "answers and offers 5" in good.words
    bad = await registry.test("openai")
    assert not bad.ok
    assert "No key is set for OpenAI" in bad.words
    lost = bench.registry(compatible={"base_url": "http://127.0.0.1:9/v1"})
    assert "cannot be reached" in (await lost.test("compatible")).words
    unset = bench.registry(compatible={"base_url": ""})
    assert "No address is set" in (await unset.test("compatible")).words


async def test_servers_on_this_computer_are_found(bench: Bench) -> None:
    port = int(bench.vendors.address.rpartition(":")[2])
    found = await bench.registry().probe_loopback(((port, "Ollama"), (9, "nothing")))
    assert [(one.name, one.base_url) for one in found] == [("Ollama", bench.vendors.v1)]
    assert "gpt-5.5" in found[0].models


async def test_the_owner_describes_a_model(bench: Bench) -> None:
    registry = bench.registry(model="compatible/mine")
    mine = ChatModelInfo(
        id="compatible/mine", title="Mine", provider="compatible", context_tokens=4096, input_price=1.0
    )
    await registry.add_model(mine)
    again = bench.registry(model="compatible/mine")
    found = next(info for info in await again.models() if info.id == "compatible/mine")
    assert found.added_by_owner
    assert again.answering().info.context_tokens == 4096
    await again.remove_model("compatible/mine")
    with pytest.raises(NotFoundError):
        await again.remove_model("compatible/mine")
    assert again.answering().info.context_tokens is None
    with pytest.raises(ModelGoneError):
        await registry.add_model(ChatModelInfo(id="odd", title="", provider="compatible"))


async def test_settings_hold_at_once(bench: Bench) -> None:
    registry = bench.registry(model="compatible/one")
    await ask(registry.answering())
    changed = Settings(data_dir=bench.folder, offline=True, llm={"model": "openai/gpt-5.5", "retries": 0})
    bench.system.kept = {"openai": "sk-a"}
    bench.environment["OPENAI_BASE_URL"] = "http://192.0.2.1/v1"
    registry.follow(changed)
    with pytest.raises(OfflineError):
        await ask(registry.answering())


async def test_usage_is_summed_by_day_model_and_conversation(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a"}
    registry = bench.registry(model="openai/gpt-5.5")
    book = bench.book(registry)
    await ask(registry.answering(conversation="c1"))
    bench.day = date(2026, 3, 15)
    await ask(registry.answering(conversation="c2"))
    await ask(registry.answering(model="compatible/qwen3:4b"))
    await bench.written()
    report = book.report()
    one = (20 * 5.0 + 100 * 0.5 + 9 * 30.0) / 1e6
    assert report.total.requests == 3
    assert report.total.cost == pytest.approx(2 * one)
    assert [(line.key, line.requests) for line in report.by_day] == [("2026-03-14", 1), ("2026-03-15", 2)]
    assert {line.key for line in report.by_model} == {"openai/gpt-5.5", "compatible/qwen3:4b"}
    assert report.by_model[0].key == "openai/gpt-5.5"
    assert {line.key for line in report.by_conversation} == {"c1", "c2"}
    assert book.report(date(2026, 3, 15)).total.requests == 2
    assert book.report(date(2025, 1, 1), date(2025, 2, 1)).total.requests == 0
    book.record(ChatModelInfo(id="openai/new", title="", provider="openai"), "answer", None, Usage(input_tokens=5))
    await bench.written()
    assert book.report().total.unpriced == 1
    fresh = UsageBook(
        bench.store, pool=bench.executors.pool("store"), budget=0, publish=print, day=lambda: date(2026, 3, 20)
    )
    fresh.load()
    assert fresh.month_cost == pytest.approx(2 * one)


async def test_the_budget_warns_then_asks_then_begins_anew(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a"}
    bench.vendors.reply = Reply(input_tokens=1_000, cached_tokens=0, output_tokens=1_000)
    registry = bench.registry(model="openai/gpt-5.5", fallback=["compatible/here"])
    book = bench.book(registry, budget=0.08)  # two answers of 3.5 cents stay below, the third is over
    await ask(registry.answering())
    assert bench.events == []
    await ask(registry.answering())
    (notice,) = bench.events
    assert isinstance(notice, Notice)
    assert "$0.07 this month; the budget is $0.08" in notice.text
    await ask(registry.answering())
    assert len(bench.events) == 1
    end = (await ask(registry.answering()))[-1]
    assert isinstance(end, StreamEnd)
    assert end.model == "compatible/here"
    alone = bench.registry(model="openai/gpt-5.5")
    alone.count_in(book)
    with pytest.raises(BudgetReachedError, match="Allow more for this month"):
        await ask(alone.answering())
    await alone.allow_over_budget()
    assert book.report().over_budget_allowed
    assert any(isinstance(event, TextDelta) for event in await ask(alone.answering()))
    later = bench.registry(model="openai/gpt-5.5")
    assert bench.book(later, budget=0.08).allowed_month == "2026-03"
    bench.day = date(2026, 4, 1)
    assert book.month_cost == 0.0
    assert not book.report().over_budget_allowed
    await ask(alone.answering())


async def test_warming_reads_the_key_and_opens_no_connection(bench: Bench) -> None:
    bench.system.kept = {"openai": "sk-a"}
    registry = bench.registry(model="openai/gpt-5.5")
    await registry.warm()
    assert bench.system.reads == 1
    assert bench.vendors.asked == []
    server = bench.registry(model="compatible/qwen3:4b")
    await server.warm()
    assert server.answering().info.context_tokens == 16_384  # a server is asked what it offers, once
    assert bench.vendors.asked
    bench.vendors.asked.clear()
    await server.warm()
    await bench.registry(model="compatible/qwen3:4b").warm()
    assert bench.vendors.asked == []
    await bench.registry(model="compatible/any", compatible={"base_url": "http://127.0.0.1:9/v1"}).warm()
    await bench.registry().warm()
    await bench.registry(model="anthropic/claude-sonnet-5").warm()  # no key: told when it is really asked


async def test_closing_ends_answers_under_way(bench: Bench) -> None:
    bench.vendors.script.append(Fault(kind="silence", after=0))
    registry = bench.registry(model="compatible/any")
    task = asyncio.ensure_future(ask(registry.answering()))
    while not bench.vendors.answers_asked:  # noqa: ASYNC110 - another thread notes it
        await asyncio.sleep(0.005)
    await registry.close()
    with pytest.raises(Exception, match=r"closing|cut off|closed"):
        await task


def test_what_is_known_of_the_vendors_models() -> None:
    assert date.fromisoformat(PRICES_AS_OF) > date(2026, 1, 1)
    for provider in ("openai", "anthropic"):
        for info in known_models(provider):
            assert info.context_tokens is not None
            assert info.output_tokens is not None
            assert info.output_tokens < info.context_tokens
            assert info.input_price is not None
            assert info.cached_price is not None
            assert info.output_price is not None
            assert info.cached_price < info.input_price < info.output_price
            assert info.leaves_computer
    dated = describe("openai/gpt-5.5-2026-04-23")
    assert dated.input_price == describe("openai/gpt-5.5").input_price
    assert describe("openai/gpt-9").reasoning
    assert not describe("openai/gpt-4.1").reasoning
    assert describe("compatible/any", leaves_computer=False).input_price is None


@pytest.mark.parametrize(
    ("name", "chats"),
    [("gpt-5.5", True), ("o4-mini", True), ("text-embedding-3-large", False), ("gpt-4o-transcribe", False),
     ("gpt-image-2", False), ("omni-moderation-latest", False), ("gpt-4o-audio-preview", False)],
)  # fmt: skip
def test_which_of_a_list_take_part_in_a_conversation(name: str, chats: bool) -> None:
    assert is_chat("openai", name) is chats
