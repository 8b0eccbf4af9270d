"""Claude's export: `conversations.json`, each conversation a list of `chat_messages`."""

from __future__ import annotations

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

_ROLES: dict[object, Role] = {"human": "user", "user": "user", "assistant": "assistant"}


def is_claude(entry: object) -> bool:
    """Whether one entry of a list has this form."""
    return isinstance(entry, dict) and isinstance(entry.get("chat_messages"), list)


def read(entry: Mapping[str, Any]) -> ImportedConversation:
    """One conversation.

    Raises:
        ExportBroken: it holds no message.
    """
    kept: list[ImportedMessage] = []
    has_parents = any(isinstance(one, dict) and one.get("parent_message_uuid") for one in entry["chat_messages"])
    for number, one in enumerate(entry["chat_messages"]):
        role = _ROLES.get(one.get("sender")) if isinstance(one, dict) else None
        text = _text(one) if role is not None else ""
        if role is None or not text:
            continue
        parent = one.get("parent_message_uuid") if has_parents else (kept[-1].key if kept else None)
        kept.append(
            ImportedMessage(
                key=str(one.get("uuid") or number),
                parent=parent if isinstance(parent, str) else None,
                role=role,
                text=text,
                created_at=microseconds(one.get("created_at")),
                model="claude/unknown" if role == "assistant" else None,
            )
        )
    if not kept:
        raise ExportBroken("it holds no message")
    wanted, last = entry.get("uuid"), entry.get("current_leaf_message_uuid")
    return ImportedConversation(
        external_id=f"claude:{wanted}" if isinstance(wanted, str) else None,
        title=entry["name"] if isinstance(entry.get("name"), str) else "",
        messages=list(in_order(kept)),
        last=last if isinstance(last, str) else kept[-1].key,
        created_at=microseconds(entry.get("created_at")),
    )


def _text(one: Mapping[str, Any]) -> str:
    blocks = one.get("content")
    told = [
        block["text"]
        for block in (blocks if isinstance(blocks, list) else [])
        if isinstance(block, dict) and block.get("type") == "text" and isinstance(block.get("text"), str)
    ]
    if not any(text.strip() for text in told) and isinstance(one.get("text"), str):
        told = [one["text"]]
    given = one.get("attachments")
    for attachment in given if isinstance(given, list) else []:
        if isinstance(attachment, dict):
            name = attachment.get("file_name") or "attachment"
            content = attachment.get("extracted_content")
            told.append(f"[{name}]" + (f"\n\n```\n{content}\n```" if isinstance(content, str) and content else ""))
    files = one.get("files")
    for file in files if isinstance(files, list) else []:
        if isinstance(file, dict) and file.get("file_name"):
            told.append(f"[{file['file_name']}]")
    return "\n\n".join(text for text in told if text.strip()).strip()
