"""Magray's own JSON: a conversation with every branch, answers and their sources among it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine import values
from engine.memory.exchange.imported import (
    ExportBroken,
    ImportedConversation,
    ImportedMessage,
    in_order,
    microseconds,
)
from engine.memory.store import answer_json

FORMAT = "magray-conversation"
_VERSION = 1
_LONGEST_FOLDER = 100
_STOPS = ("end", "length", "tool_calls", "filtered", "stopped", "error")


def write(conversation: values.Conversation, messages: Sequence[tuple[values.Message, bool]]) -> str:
    """A conversation with all branches; each message says whether it is shown."""
    told = [{**values.to_json(message), "shown": shown} for message, shown in messages]
    document = {
        "format": FORMAT,
        "version": _VERSION,
        "conversation": values.to_json(conversation),
        "messages": told,
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def is_own(entry: object) -> bool:
    """Whether a document has this form."""
    return isinstance(entry, dict) and entry.get("format") == FORMAT


def read(entry: Mapping[str, Any]) -> ImportedConversation:
    """One conversation.

    Raises:
        ExportBroken: it is newer than this program, or damaged.
    """
    if not isinstance(entry.get("version"), int) or entry["version"] > _VERSION:
        raise ExportBroken("it was written by a newer Magray")
    conversation, messages = entry.get("conversation"), entry.get("messages")
    if not isinstance(conversation, dict) or not isinstance(messages, list):
        raise ExportBroken("the conversation or its messages are missing")
    kept = [_message(one) for one in messages if isinstance(one, dict)]
    if not kept:
        raise ExportBroken("it holds no message")
    shown = [message.key for message, one in zip(kept, messages, strict=False) if one.get("shown")]
    tags = conversation.get("tags")
    return ImportedConversation(
        external_id=f"magray:{conversation['id']}" if isinstance(conversation.get("id"), str) else None,
        title=conversation["title"] if isinstance(conversation.get("title"), str) else "",
        messages=list(in_order(kept)),
        last=shown[-1] if shown else None,
        created_at=microseconds(conversation.get("created_at")),
        stored={
            "pinned": conversation.get("pinned") is True,
            "archived": conversation.get("archived") is True,
            "remembers": conversation.get("remembers") is not False,
            "folder": _folder(conversation.get("folder")),
            "tags": json.dumps([one for one in tags if isinstance(one, str)] if isinstance(tags, list) else []),
        },
    )


def _folder(name: object) -> str:
    if not isinstance(name, str):
        return ""
    return " ".join(name.replace("\x00", " ").encode("utf-8", "replace").decode().split())[:_LONGEST_FOLDER]


def _message(one: Mapping[str, Any]) -> ImportedMessage:
    role, text = one.get("role"), one.get("text")
    if role not in ("user", "assistant") or not isinstance(text, str):
        raise ExportBroken("a message has neither a speaker nor a text")
    stored: dict[str, Any] = {"pinned": one.get("pinned") is True}
    if one.get("stop") in _STOPS:
        stored["stop"] = one["stop"]
    if isinstance(one.get("thinking"), str):
        stored["thinking"] = one["thinking"]
    if isinstance(one.get("answer"), dict):
        try:
            answer = answer_json.read_answer(one["answer"])
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ExportBroken("an answer in it is damaged") from error
        stored["answer"] = json.dumps(values.to_json(answer), ensure_ascii=False)
    if isinstance(one.get("usage"), dict):
        known = values.MessageUsage.__dataclass_fields__
        stored["usage"] = json.dumps({name: value for name, value in one["usage"].items() if name in known})
    model = one.get("model")
    return ImportedMessage(
        key=str(one.get("id")),
        parent=one["parent"] if isinstance(one.get("parent"), str) else None,
        role=role,
        text=text,
        created_at=microseconds(one.get("created_at")),
        model=model if isinstance(model, str) else None,
        stored=stored,
    )
