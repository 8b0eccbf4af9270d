"""Facts, decisions and preferences drawn from conversations once they pause.

A model gives them in a form that is held against the turns: what it does not quote from a turn is not taken. Without a
model, rules quote the owner. Documents, sources and what an answer takes from them are never drawn from: they are what
others wrote.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.agent.chat import rules
from engine.agent.chat.citing import without_markers
from engine.agent.chat.prompts import prompt
from engine.agent.chat.rules import What, content
from engine.agent.chat.sources import as_data
from engine.agent.chat.whole import complete
from engine.agent.sentences import split
from engine.llm.base import ChatModel
from engine.llm.messages import ChatMessage, ChatRequest
from engine.memory.store.turns import Turn
from engine.values import QUOTES, Memory

_log = logging.getLogger(__name__)
_TURN = 3000
_TOKENS = 3000
_MARKED = re.compile(r"\[\d{1,4}\]|【")
_QUOTING = re.compile(r"[“”«»\"]")
_FOREIGN = 0.6
"""Share of a sentence's words that stand in one document, from which on it counts as that one's."""
_WHATS: tuple[What, ...] = ("fact", "decision", "preference")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": list(_WHATS)},
                    "text": {"type": "string"},
                    "turn": {"type": "integer"},
                    "quote": {"type": "string"},
                    "date": {"type": ["string", "null"]},
                    "replaces": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["kind", "text", "turn", "quote", "date", "replaces"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["items"],
    "additionalProperties": False,
}
"""What a model gives back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One thing worth knowing.

    Attributes:
        what: Of which kind it is.
        text: A sentence that can be understood alone.
        turn: The turn that says it.
        since: From when it holds.
        asked_for: The owner asked to remember it.
        replaces: Known memories that it contradicts, as the model says.
    """

    what: What
    text: str
    turn: Turn
    since: datetime
    asked_for: bool = False
    replaces: tuple[str, ...] = ()


def by_rules(turns: Sequence[Turn], *, asked_for_only: bool = False) -> list[Item]:
    """What the owner's own sentences say, word for word."""
    return [
        Item(what=drawn.what, text=drawn.text, turn=turn, since=turn.created_at, asked_for=drawn.asked_for)
        for turn in turns
        if turn.role == "user"
        for drawn in rules.draw(turn.text)
        if drawn.asked_for or not asked_for_only
    ]


async def by_model(
    model: ChatModel, turns: Sequence[Turn], known: Sequence[Memory], foreign: Mapping[str, Sequence[str]]
) -> list[Item]:
    """What a model finds in a stretch of conversation, as far as the turns bear it out.

    Args:
        model: Who reads it.
        turns: The stretch, oldest first.
        known: What is known of the same things.
        foreign: By the id of an answer, the texts of documents that its writer saw: what stands in them is not drawn.

    Raises:
        ChatModelError: it did not answer.
    """
    own = [(number, turn, own_words(turn, foreign.get(turn.id, ()))) for number, turn in enumerate(turns, start=1)]
    told = [
        f'<turn number="{number}" by="{_speaker(turn)}">\n{as_data(text[:_TURN])}\n</turn>'
        for number, turn, text in own
        if text.strip()
    ]
    if not told:
        return []
    facts = "\n".join(f"{number}. {memory.text}" for number, memory in enumerate(known, start=1)) or "(none)"
    request = ChatRequest(
        messages=(
            ChatMessage.of(
                "user", f"<conversation>\n{chr(10).join(told)}\n</conversation>\n\nKnown facts:\n{as_data(facts)}"
            ),
        ),
        system=prompt("extract"),
        max_output_tokens=_TOKENS,
        output_schema=SCHEMA,
        purpose="extract",
    )
    written = await complete(model, request)
    asked_for = {rules_item.text for rules_item in by_rules(turns, asked_for_only=True)}
    items: list[Item] = []
    for entry in _entries(written):
        item = _item(entry, own, known)
        if item is None:
            _log.info("a model drew something that no turn says; it was left out")
        elif not any(rules.same(item.text, text) for text in asked_for):
            items.append(item)
    return items


def _speaker(turn: Turn) -> str:
    return "owner" if turn.role == "user" else "assistant"


def own_words(turn: Turn, foreign: Sequence[str]) -> str:
    """What the one who speaks says of their own.

    Of an answer these are the sentences that name no source, quote nothing, and say nothing that stands in a document
    which its writer saw: a document must not speak through the answer about it.
    """
    if turn.role == "user":
        return turn.text
    if turn.model in (None, QUOTES):
        return ""
    held = [content(text) for text in foreign]
    kept: list[str] = []
    for one in split(turn.text):
        sentence = turn.text[one.start : one.end]
        stems = content(sentence)
        told = any(len(stems & other) >= _FOREIGN * len(stems) for other in held)
        if not _MARKED.search(sentence) and not _QUOTING.search(sentence) and not told:
            kept.append(sentence)
    return without_markers("\n".join(kept))


def _entries(written: str) -> list[dict[str, Any]]:
    start, end = written.find("{"), written.rfind("}")
    try:
        found = json.loads(written[start : end + 1])["items"]
    except (ValueError, KeyError, TypeError):
        _log.warning("a model did not give facts in the form that was asked for")
        return []
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _item(entry: dict[str, Any], own: Sequence[tuple[int, Turn, str]], known: Sequence[Memory]) -> Item | None:
    what, text, quote = entry.get("kind"), entry.get("text"), entry.get("quote")
    if what not in _WHATS or not isinstance(text, str) or not isinstance(quote, str) or not text.strip():
        return None
    wanted = _plain(quote)
    if len(wanted.split()) < 2 or len(text) > 600:
        return None
    for number, turn, said in own:
        if number == entry.get("turn") and wanted in _plain(said):
            replaces = entry.get("replaces")
            numbers = [one for one in replaces if isinstance(one, int)] if isinstance(replaces, list) else []
            return Item(
                what=what,
                text=" ".join(text.split()),
                turn=turn,
                since=_date(entry.get("date")) or turn.created_at,
                replaces=tuple(known[one - 1].id for one in numbers if 1 <= one <= len(known)),
            )
    return None


def _date(written: object) -> datetime | None:
    if not isinstance(written, str):
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold().replace("ё", "е")))
