"""ChatGPT's export: `conversations.json`, each conversation a `mapping` of nodes with parents and children."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.memory.exchange.imported import (
    ExportBroken,
    ImportedConversation,
    ImportedMessage,
    in_order,
    microseconds,
)
from engine.values import Role

_PRIVATE = re.compile(r"\ue200.*?\ue201|【[^】]{0,40}†[^】]{0,80}】", re.DOTALL)
"""References to search results, which mean nothing outside of that program."""
_SHOWN = ("text", "multimodal_text", "code")


def is_chatgpt(entry: object) -> bool:
    """Whether one entry of a list has this form."""
    return isinstance(entry, dict) and isinstance(entry.get("mapping"), dict)


def read(entry: Mapping[str, Any]) -> ImportedConversation:
    """One conversation.

    Raises:
        ExportBroken: it holds no message.
    """
    nodes: dict[str, Any] = {key: node for key, node in entry["mapping"].items() if isinstance(node, dict)}
    kept: dict[str, ImportedMessage] = {}
    for key, node in nodes.items():
        message = _message(key, node)
        if message is not None:
            kept[key] = message
    for key, message in kept.items():
        message.parent = _kept_above(nodes, key, kept)
    if not kept:
        raise ExportBroken("it holds no message")
    wanted = entry.get("conversation_id") or entry.get("id")
    last = entry.get("current_node")
    if isinstance(last, str) and last not in kept:
        last = _kept_above(nodes, last, kept)
    return ImportedConversation(
        external_id=f"chatgpt:{wanted}" if isinstance(wanted, str) else None,
        title=entry["title"] if isinstance(entry.get("title"), str) else "",
        messages=list(in_order(list(kept.values()))),
        last=last if isinstance(last, str) else None,
        created_at=microseconds(entry.get("create_time")),
    )


def _kept_above(nodes: Mapping[str, Any], key: str, kept: Mapping[str, object]) -> str | None:
    """The next node above that is shown; tools, instructions and empty nodes between are passed over."""
    seen = {key}
    above = nodes.get(key, {}).get("parent")
    while isinstance(above, str) and above not in seen:
        if above in kept:
            return above
        seen.add(above)
        above = nodes.get(above, {}).get("parent")
    return None


def _message(key: str, node: Mapping[str, Any]) -> ImportedMessage | None:
    message = node.get("message")
    if not isinstance(message, dict):
        return None
    author, content = message.get("author"), message.get("content")
    if not isinstance(author, dict) or not isinstance(content, dict):
        return None
    role = author.get("role")
    metadata = message["metadata"] if isinstance(message.get("metadata"), dict) else {}
    if role not in ("user", "assistant") or metadata.get("is_visually_hidden_from_conversation"):
        return None
    if message.get("recipient", "all") != "all" or content.get("content_type") not in _SHOWN:
        return None
    text = _text(content)
    if not text:
        return None
    slug = metadata.get("model_slug")
    speaker: Role = role
    return ImportedMessage(
        key=key,
        parent=None,
        role=speaker,
        text=text,
        created_at=microseconds(message.get("create_time")),
        model=f"chatgpt/{slug if isinstance(slug, str) else 'unknown'}" if role == "assistant" else None,
    )


def _text(content: Mapping[str, Any]) -> str:
    if content.get("content_type") == "code":
        code = content.get("text")
        return f"```\n{code}\n```" if isinstance(code, str) and code.strip() else ""
    parts = content.get("parts")
    told = []
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, str):
            told.append(part)
        elif isinstance(part, dict) and isinstance(part.get("text"), str):
            told.append(part["text"])
        elif isinstance(part, dict):
            told.append("[picture]" if "image" in str(part.get("content_type")) else "[attachment]")
    return _PRIVATE.sub("", "\n\n".join(one for one in told if one.strip())).strip()
