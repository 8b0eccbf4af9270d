"""`magray llm`: language models, their providers and keys. `magray usage`: what they used.

No engine is opened for the first: a key can be set while the desktop runs. A key is never an argument, since arguments
stand in the list of processes: it is asked for, or read from standard input.
"""

from __future__ import annotations

import asyncio
import getpass
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from engine.cli import show
from engine.cli.progress import spinner
from engine.executors import Executors
from engine.llm.known import PRICES_AS_OF
from engine.llm.messages import PROVIDERS, ChatModelInfo
from engine.llm.registry import ChatModels
from engine.network import OfflineGuard
from engine.settings import Settings
from engine.usage_values import KeyPlace, UsageLine

if TYPE_CHECKING:
    from engine.engine import Engine

_PLACES: dict[KeyPlace, str] = {
    "system": "in the system's store for keys",
    "environment": "in a variable of the environment",
    "session": "nowhere: this system has no store for keys that can be used",
    "none": "not set",
}


async def run(options: Namespace, settings: Settings) -> int:
    """Run the action that was parsed.

    Raises:
        MagrayError: it failed; the message is for the owner.
    """
    actions = {"list": _list, "test": _test, "probe": _probe, "keys": _keys, "key": _key}
    executors = Executors()
    guard = OfflineGuard()
    guard.set(settings.offline)
    models = ChatModels(settings, executors=executors)
    try:
        return await actions[options.action](models, options)
    finally:
        await models.close()
        guard.release()
        await asyncio.to_thread(executors.close)


async def usage(engine: Engine, options: Namespace) -> int:
    """Print what language models used."""
    since = datetime.now(UTC).astimezone().date() - timedelta(days=options.days - 1) if options.days else None
    report = await engine.usage(since)
    if options.json:
        show.print_json(report)
        return 0
    print(f"{report.since} to {report.until}: {_line(report.total)}")
    for title, lines in (("By model", report.by_model), ("By day", report.by_day)):
        if lines:
            print(f"\n{title}")
        for line in lines:
            print(f"  {line.key:36}  {_line(line)}")
    budget = f" of the budget of ${report.budget:,.2f}" if report.budget else ""
    print(f"\nThis month: ${report.month_cost:,.2f}{budget}. Prices as of {PRICES_AS_OF}.")
    return 0


async def _list(models: ChatModels, options: Namespace) -> int:
    with spinner("Asking the providers" if options.refresh else "Looking"):
        found = await models.models(refresh=options.refresh)
    if options.json:
        show.print_json({"models": found, "prices_as_of": PRICES_AS_OF})
        return 0
    for info in found:
        print(f"{info.id:44}  {_about(info)}")
    print(
        f"\nUS dollars for a million tokens, in and out, as of {PRICES_AS_OF}."
        " `magray config set llm.model ID` chooses."
    )
    return 0


def _about(info: ChatModelInfo) -> str:
    parts = [f"{info.context_tokens:>9,} tokens" if info.context_tokens else "window unknown  "]
    if not info.leaves_computer:
        parts.append("stays on this computer")
    elif info.input_price is None or info.output_price is None:
        parts.append("price unknown")
    else:
        parts.append(f"${info.input_price:g} / ${info.output_price:g}")
    abilities = [name for name in ("tools", "vision", "reasoning") if getattr(info, name)]
    return "  ".join([*parts, ", ".join(abilities)]).rstrip()


async def _test(models: ChatModels, options: Namespace) -> int:
    wanted: Sequence[str] = (options.provider,) if options.provider else PROVIDERS
    results = []
    for provider in PROVIDERS:
        if provider in wanted:
            with spinner(f"Asking {provider}"):
                results.append(await models.test(provider))
    if options.json:
        show.print_json({"providers": results})
    else:
        for result in results:
            print(f"{result.provider:12}{'ok ' if result.ok else '-- '} {result.words}")
    return 0 if any(result.ok for result in results) else 1


async def _probe(models: ChatModels, options: Namespace) -> int:
    with spinner("Looking for servers on this computer"):
        found = await models.probe_loopback()
    if options.json:
        show.print_json({"servers": found})
        return 0
    for server in found:
        print(f"{server.name}: {server.base_url} ({show.plural(len(server.models), 'model')})")
        for name in server.models:
            print(f"  compatible/{name}")
    if found:
        print(
            "\n`magray config set llm.compatible.base_url ADDRESS` takes one,"
            " `magray config set llm.model ID` its model."
        )
    else:
        print(
            "No server of language models listens on this computer. Start Ollama, LM Studio, llama.cpp or another one."
        )
    return 0


async def _keys(models: ChatModels, options: Namespace) -> int:
    places = {provider: await models.key_place(provider) for provider in PROVIDERS if provider != "local"}
    if options.json:
        show.print_json({"keys": places})
        return 0
    for provider, place in places.items():
        print(f"{provider:12}{_PLACES[place]}")
    return 0


async def _key(models: ChatModels, options: Namespace) -> int:
    if options.forget:
        place = await models.set_key(options.provider, None)
        print(f"The key of {options.provider} is {_PLACES[place]} now.")
        return 0
    text = await asyncio.to_thread(_read_key, options.provider)
    if not text:
        print("magray: no key was given; nothing was changed.", file=sys.stderr)
        return 1
    place = await models.set_key(options.provider, text)
    if place != "system":
        print(
            "magray: this system has no store for keys that Magray may use, so the key could not be kept. Set the"
            " variable of the provider instead, as OPENAI_API_KEY.",
            file=sys.stderr,
        )
        return 1
    print(f"The key of {options.provider} is {_PLACES[place]}.")
    return 0


def _read_key(provider: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(f"Key of {provider} (it is not shown): ").strip()
    return sys.stdin.readline().strip()


def _line(line: UsageLine) -> str:
    unpriced = f", {show.plural(line.unpriced, 'request')} without a known price" if line.unpriced else ""
    return (
        f"{show.plural(line.requests, 'request')}, {line.input_tokens:,} tokens in"
        f" ({line.cached_tokens:,} from the cache), {line.output_tokens:,} out, ${line.cost:,.4f}{unpriced}"
    )
