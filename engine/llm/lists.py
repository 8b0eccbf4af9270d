"""What models a provider offers: fetched from it, kept on the disk, completed by what is known of them."""

from __future__ import annotations

import dataclasses
import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import MagrayError
from engine.llm.connection import Connection
from engine.llm.known import describe, is_chat
from engine.llm.messages import ChatModelInfo, ProviderName
from engine.models.files import read_json, write_json

_log = logging.getLogger(__name__)
_OLLAMA_WINDOW = 4096
_SHOWN = 60
"""Models of one Ollama that are asked for their windows."""


class ModelLists:
    """The lists as they were last fetched; one small file that may be deleted. Calls block."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lists: dict[str, dict[str, Any]] | None = None

    def get(self, provider: ProviderName, address: str) -> list[ChatModelInfo]:
        """What the provider at this address offered; empty where it was never asked."""
        found = self._all().get(provider) or {}
        if found.get("address") != address:
            return []
        return [info for row in found.get("models", ()) if (info := info_from_json(row)) is not None]

    def put(self, provider: ProviderName, address: str, models: list[ChatModelInfo]) -> None:
        """Keep a list. A disk that takes nothing costs a new question later, no more."""
        rows = [dataclasses.asdict(model) for model in models]
        self._all()[provider] = {"address": address, "at": int(time.time()), "models": rows}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_json(self._file, self._all())
        except OSError as error:
            _log.info("the lists of models were not kept: %s", error.strerror)

    def _all(self) -> dict[str, dict[str, Any]]:
        if self._lists is None:
            self._lists = {}
            if self._file.is_file():
                try:
                    found = read_json(self._file)
                except MagrayError as error:
                    _log.info("the lists of models are fetched anew: %s", error)
                    found = None
                if isinstance(found, dict):
                    self._lists = {name: row for name, row in found.items() if isinstance(row, dict)}
        return self._lists


def info_from_json(row: Any) -> ChatModelInfo | None:
    """A model as it was written, or None where the row is of another form."""
    if not isinstance(row, Mapping):
        return None
    names = {field.name for field in dataclasses.fields(ChatModelInfo)}
    try:
        return ChatModelInfo(**{name: value for name, value in row.items() if name in names})
    except TypeError:
        return None


async def fetch_models(connection: Connection) -> list[ChatModelInfo]:
    """Ask a provider what it offers.

    Raises:
        ChatModelError: it does not answer.
    """
    provider = connection.access.provider
    leaves = connection.access.leaves_computer

    async def ask(client: Any) -> list[ChatModelInfo]:
        if provider == "anthropic":
            return await _anthropic(client)
        if provider == "compatible":
            return await _compatible(connection, client, leaves=leaves)
        names = [model.id async for model in client.models.list()]
        return [describe(f"openai/{name}") for name in sorted(names) if is_chat("openai", name)]

    return await connection.call(ask)


async def _anthropic(client: Any) -> list[ChatModelInfo]:
    found = []
    async for model in client.models.list(limit=1000):
        if getattr(model, "lifecycle", None) == "retired":
            continue
        info = describe(f"anthropic/{model.id}", title=model.display_name or "")
        abilities = getattr(model, "capabilities", None)
        if abilities is not None:
            info = dataclasses.replace(
                info,
                vision=_supported(abilities, "image_input", info.vision),
                reasoning=_supported(abilities, "thinking", info.reasoning),
            )
        found.append(
            dataclasses.replace(
                info,
                context_tokens=model.max_input_tokens or info.context_tokens,
                output_tokens=model.max_tokens or info.output_tokens,
            )
        )
    return found


def _supported(abilities: Any, name: str, otherwise: bool) -> bool:
    value = getattr(getattr(abilities, name, None), "supported", None)
    return value if isinstance(value, bool) else otherwise


async def _compatible(connection: Connection, client: Any, *, leaves: bool) -> list[ChatModelInfo]:
    """A server's own list, with what Ollama, LM Studio and vLLM tell beyond it."""
    more = await _details(connection)
    found = []
    async for model in client.models.list():
        info = describe(f"compatible/{model.id}", leaves_computer=leaves)
        window = getattr(model, "max_model_len", None) or getattr(model, "context_length", None)
        if isinstance(window, int):
            info = dataclasses.replace(info, context_tokens=window)
        found.append(dataclasses.replace(info, **more.pop(model.id, {})))
    for name, fields in more.items():
        found.append(dataclasses.replace(describe(f"compatible/{name}", leaves_computer=leaves), **fields))
    if not leaves:
        found = [dataclasses.replace(info, input_price=0.0, cached_price=0.0, output_price=0.0) for info in found]
    return [info for info in found if "embed" not in info.id]


async def _details(connection: Connection) -> dict[str, dict[str, Any]]:
    root = connection.access.base_url.rstrip("/").removesuffix("/v1")
    details: dict[str, dict[str, Any]] = {}
    tags = await connection.plain("GET", f"{root}/api/tags")
    models = tags.get("models")
    loaded = await connection.plain("GET", f"{root}/api/ps") if models else {}
    windows = {
        row.get("name"): row.get("context_length") for row in loaded.get("models") or () if isinstance(row, Mapping)
    }
    for model in (models or ())[:_SHOWN]:
        name = model.get("name") if isinstance(model, Mapping) else None
        if not isinstance(name, str):
            continue
        shown = await connection.plain("POST", f"{root}/api/show", json.dumps({"model": name}))
        abilities = shown.get("capabilities") or model.get("capabilities") or ()
        if abilities and "completion" not in abilities:
            continue
        fields = {"tools": "tools" in abilities, "vision": "vision" in abilities, "reasoning": "thinking" in abilities}
        sizes = shown.get("model_info")
        window = _window(sizes) if isinstance(sizes, Mapping) else None
        # Ollama cuts what is longer than the window it runs a model with, without a word: its own default, unless
        # the model is loaded and tells another one.
        told = windows.get(name)
        window = told if isinstance(told, int) else min(window, _OLLAMA_WINDOW) if window is not None else None
        details[name] = {**(fields if abilities else {}), "context_tokens": window}
    if not details:
        listed = await connection.plain("GET", f"{root}/api/v0/models")
        for model in listed.get("data") or ():
            if isinstance(model, Mapping) and model.get("type") in ("llm", "vlm"):
                window = model.get("loaded_context_length") or model.get("max_context_length")
                details[str(model.get("id"))] = {
                    "vision": model.get("type") == "vlm",
                    "tools": "tool_use" in (model.get("capabilities") or ()),
                    "context_tokens": window if isinstance(window, int) else None,
                }
    return details


def _window(sizes: Mapping[str, Any]) -> int | None:
    return next(
        (value for key, value in sizes.items() if key.endswith(".context_length") and isinstance(value, int)), None
    )
