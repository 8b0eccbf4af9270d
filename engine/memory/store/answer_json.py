"""Answers and what models saw, read back from the JSON that `to_json` made of them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine import values
from engine.chat_values import ContextPart, ContextView


def read_answer(stored: dict[str, Any]) -> values.Answer:
    """An answer as it was before `to_json`; unknown fields are passed over, missing ones take defaults."""
    return values.Answer(
        text=stored["text"],
        made_by=stored["made_by"],
        abstained=stored["abstained"],
        citations=tuple(
            values.Citation(
                number=one["number"], memory_id=one["memory_id"], quote=one["quote"], source=_source(one.get("source"))
            )
            for one in stored.get("citations", ())
        ),
        hits=tuple(_hit(one) for one in stored.get("hits", ())),
        question=stored.get("question", ""),
        message_id=stored.get("message_id"),
        seconds=stored.get("seconds", 0.0),
        unsourced=tuple(
            values.Unsourced(one["start"], one["end"], one["reason"]) for one in stored.get("unsourced", ())
        ),
        reading=stored.get("reading", ""),
        basis=stored.get("basis", ""),
        note=stored.get("note", ""),
    )


def read_view(stored: dict[str, Any]) -> ContextView:
    """What a model saw, as it was before `to_json`; unknown fields are passed over."""
    known = ContextPart.__dataclass_fields__
    return ContextView(
        model=stored["model"],
        parts=tuple(
            ContextPart(**{name: value for name, value in part.items() if name in known}) for part in stored["parts"]
        ),
        tokens=stored["tokens"],
        window=stored["window"],
        reserved=stored["reserved"],
        notes=tuple(stored.get("notes", ())),
        reading=stored.get("reading", ""),
    )


def _hit(stored: dict[str, Any]) -> values.Hit:
    memory = dict(stored["memory"])
    moments = (
        "created_at", "occurred_at", "accessed_at", "expires_at", "valid_to", "superseded_at", "moved_at",
        "archived_at", "deleted_at",
    )  # fmt: skip
    for name in moments:
        if memory.get(name) is not None:
            memory[name] = datetime.fromisoformat(memory[name])
    memory["tags"] = tuple(memory.get("tags", ()))
    memory["source"] = _source(memory.get("source"))
    known = values.Memory.__dataclass_fields__
    return values.Hit(
        memory=values.Memory(**{name: value for name, value in memory.items() if name in known}),
        score=stored["score"],
        scores=stored.get("scores", {}),
        reason=stored.get("reason", ""),
    )


def _source(stored: dict[str, Any] | None) -> values.Source | None:
    if stored is None:
        return None
    if stored["type"] == "document":
        return values.DocumentSource(
            document_id=stored["document_id"],
            path=stored["path"],
            page=stored["page"],
            heading=tuple(stored["heading"]),
            start=stored["start"],
            end=stored["end"],
        )
    return values.ConversationSource(stored["conversation_id"], stored["message_id"])
