"""Looking for servers of language models on this computer, when the owner asks for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from engine.usage_values import FoundServer

PORTS: tuple[tuple[int, str], ...] = (
    (11434, "Ollama"),
    (1234, "LM Studio"),
    (8080, "llama.cpp"),
    (8000, "vLLM"),
    (1337, "Jan"),
    (4891, "GPT4All"),
    (5001, "KoboldCpp"),
    (5000, "text-generation-webui"),
)
"""Where such servers listen unless told otherwise."""
_SECONDS = 1.5


async def probe_loopback(ports: Sequence[tuple[int, str]] = PORTS) -> list[FoundServer]:
    """Ask each port of the loopback for a list of models; nothing leaves this computer."""
    import httpx2

    async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False, verify=False) as client:
        found = await asyncio.gather(*(_probe(client, port, name) for port, name in ports))
    return [server for server in found if server is not None]


async def _probe(client: Any, port: int, name: str) -> FoundServer | None:
    import httpx2

    address = f"http://127.0.0.1:{port}/v1"
    try:
        response = await client.get(f"{address}/models")
        data = json.loads(response.content) if response.status_code == 200 else None
    except (httpx2.HTTPError, ValueError):
        return None
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        return None
    names = [row["id"] for row in data["data"] if isinstance(row, dict) and isinstance(row.get("id"), str)]
    return FoundServer(name=name, base_url=address, models=tuple(names))
