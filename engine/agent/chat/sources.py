"""Numbered sources: what of the memory and of documents goes to a model, and in which form.

Everything here was written by somebody else than the one who asks, or long ago: it goes between tags as material to
read, nothing in it can close the tag, and no line of it can pass for another source.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from engine import values
from engine.ingestion.names import file_name

_TAG = re.compile(r"<(?=/?\s*(?:sources?|documents?|conversation|turn|question)\b)", re.IGNORECASE)
_KINDS = {"message": "conversation", "document_chunk": "document"}
_OVERHEAD = 1
"""Tokens that the line end behind a source may cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One passage with its number.

    Attributes:
        number: By which the answer cites it, from 1.
        title: Where it stands, for people.
        text: Word for word.
        place: Where it stands.
        memory_id: The memory that it is; empty for a document read whole.
        date: When it was said, as 2026-03-14; empty for documents.
        speaker: Who said it; empty for documents.
        form: A passage of the memory, or a document that was given or read whole.
        told: What the model gets in place of the text: notes of a part that was read before.
        tokens: Of it with its tag, by the model's own count.
    """

    number: int
    title: str
    text: str
    place: values.Source | None
    memory_id: str = ""
    date: str = ""
    speaker: str = ""
    form: Literal["source", "document"] = "source"
    told: str = ""
    tokens: int = 0

    @property
    def written(self) -> str:
        """As a model gets it: where it stands in brackets, then its text, of which no line begins like another source.

        So short because most memories are: a tag around each would cost as much as what it holds.
        """
        marks = [part for part in (_attribute(self.title), self.date, _attribute(self.speaker)) if part]
        text = "\n ".join(as_data(self.told or self.text).splitlines())
        return f"[{self.number}] ({', '.join(marks)}) {text}"


def as_data(text: str) -> str:
    """A text that cannot end the tag it stands in, nor open one that means something."""
    return _TAG.sub("‹", text)


def pack(
    hits: Sequence[values.Hit],
    *,
    budget: int,
    count: Callable[[str], int],
    first: int = 1,
    leave: Collection[str | None] = (),
) -> tuple[list[Source], list[values.Hit]]:
    """Number as many hits as fit, best first; what does not fit is passed over for what does.

    Args:
        hits: What was recalled.
        budget: Tokens that there are.
        count: The model's own count.
        first: The first number.
        leave: Ids of messages that the model sees anyway.

    Returns:
        The sources, and the hits that they are, in the same order.
    """
    sources: list[Source] = []
    used: list[values.Hit] = []
    seen: set[str] = set()
    for hit in hits:
        memory = hit.memory
        place = memory.source
        if isinstance(place, values.ConversationSource) and place.message_id and place.message_id in leave:
            continue
        plain = " ".join(memory.text.split()).casefold()
        if plain in seen:
            continue
        made = of_memory(memory, first + len(sources))
        cost = count(made.written) + _OVERHEAD
        if cost > budget:
            continue
        budget -= cost
        seen.add(plain)
        sources.append(_counted(made, cost))
        used.append(hit)
    return sources, used


def of_memory(memory: values.Memory, number: int) -> Source:
    """A memory as a source."""
    spoken = memory.kind != "document_chunk"
    return Source(
        number=number,
        title=title_of(memory),
        text=memory.text,
        place=memory.source,
        memory_id=memory.id,
        date=memory.occurred_at.strftime("%Y-%m-%d") if spoken else "",
        speaker=(memory.speaker or "") if spoken else "",
    )


def title_of(memory: values.Memory) -> str:
    """Where a memory stands, for people and models."""
    place = memory.source
    if isinstance(place, values.DocumentSource):
        return place_of(place)
    if memory.title:
        return " ".join(memory.title.split())
    return "" if memory.kind == "message" and memory.speaker else _KINDS.get(memory.kind, memory.kind)


def place_of(place: values.DocumentSource) -> str:
    """A file's name, page and heading."""
    parts = [file_name(place.path) or place.path]
    if place.page is not None:
        parts.append(f"page {place.page}")
    if place.heading:
        parts.append(" ".join(place.heading[-1].split()))
    return ", ".join(parts)


def _counted(source: Source, tokens: int) -> Source:
    return dataclasses.replace(source, tokens=tokens)


def _attribute(text: str) -> str:
    return " ".join(as_data(text).split()).replace("(", "‹").replace(")", "›")
