"""From an answer to the cards beside it: what was quoted, and what was found but not used."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from engine import Answer, Citation, ConversationSource, DocumentSource, Hit, Layer, Memory, Source

UNUSED_SHOWN = 5
"""Hits beyond the cited ones that get a card."""
_AROUND = 90
"""Letters shown before and behind a quotation."""
_PASSAGE = 240
_UNUSED_PASSAGE = 160
_MARKDOWN_HEADING = re.compile(r"^#{1,6}\s+")
_WORD = re.compile(r"\w+")
_SHORT_WORDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceItem:
    """One card.

    Attributes:
        number: The citation's number; None for what was found and not used.
        title: File name, or who said it.
        place: Page, heading, or conversation.
        full_path: The whole path of a file, for the tool tip.
        layer: The memory's layer, where it is known.
        days_left: Until the memory fades; None for ever.
        passage: Plain text around the quotation.
        matched: Begin and end of the words in `passage` that the question asked for.
        source: Where it stands.
        quote: What to highlight there.
        reason: Why it was recalled.
        scores: Every stage's figure.
    """

    number: int | None
    title: str
    place: str
    full_path: str = ""
    layer: Layer | None = None
    days_left: int | None = None
    passage: str = ""
    matched: tuple[tuple[int, int], ...] = ()
    source: Source | None = None
    quote: str = ""
    reason: str = ""
    scores: Mapping[str, float] = field(default_factory=dict)

    def passage_html(self) -> str:
        """The passage in typographic quotes, matched words strong."""
        parts, last = [], 0
        for begin, end in self.matched:
            parts.append(html.escape(self.passage[last:begin]))
            parts.append(f"<b>{html.escape(self.passage[begin:end])}</b>")
            last = end
        parts.append(html.escape(self.passage[last:]))
        return f'<div style="line-height:118%">“{"".join(parts)}”</div>'


def source_items(answer: Answer, *, titles: Mapping[str, str], now: datetime | None = None) -> list[SourceItem]:
    """The cards of an answer: citations by number, then hits that were not used, best first.

    Args:
        answer: The answer.
        titles: Titles of conversations by id.
        now: The moment that "days left" counts from.
    """
    moment = now or datetime.now(UTC)
    hits = {hit.memory.id: hit for hit in answer.hits}
    items = [
        _of_citation(citation, hits.get(citation.memory_id), answer.question, titles, moment)
        for citation in sorted(answer.citations, key=lambda item: item.number)
    ]
    cited = {citation.memory_id for citation in answer.citations}
    unused = [hit for hit in answer.hits if hit.memory.id not in cited]
    items.extend(_of_hit(hit, answer.question, titles, moment) for hit in unused[:UNUSED_SHOWN])
    return items


def _of_citation(
    citation: Citation, hit: Hit | None, question: str, titles: Mapping[str, str], now: datetime
) -> SourceItem:
    memory = hit.memory if hit is not None else None
    source = citation.source or (memory.source if memory is not None else None)
    text = without_headings(memory.text, source) if memory is not None else citation.quote
    passage = around(text, citation.quote)
    title, place, path = describe_source(source, memory, titles)
    return SourceItem(
        number=citation.number,
        title=title,
        place=place,
        full_path=path,
        layer=memory.layer if memory is not None else None,
        days_left=_days_left(memory, now),
        passage=passage,
        matched=matched_words(passage, question),
        source=source,
        quote=citation.quote,
        reason=hit.reason if hit is not None else "",
        scores=hit.scores if hit is not None else {},
    )


def _of_hit(hit: Hit, question: str, titles: Mapping[str, str], now: datetime) -> SourceItem:
    title, place, path = describe_source(hit.memory.source, hit.memory, titles)
    passage = best_window(without_headings(hit.memory.text, hit.memory.source), question)
    return SourceItem(
        number=None,
        title=title,
        place=place,
        full_path=path,
        layer=hit.memory.layer,
        days_left=_days_left(hit.memory, now),
        passage=passage,
        matched=matched_words(passage, question),
        source=hit.memory.source,
        quote=hit.memory.text,
        reason=hit.reason,
        scores=hit.scores,
    )


def describe_source(source: Source | None, memory: Memory | None, titles: Mapping[str, str]) -> tuple[str, str, str]:
    """Title, place and whole path of a source in the owner's words."""
    translate = QCoreApplication.translate
    if isinstance(source, DocumentSource):
        name = PurePath(source.path.replace("!/", "/")).name or source.path
        parts = []
        if source.page is not None:
            parts.append(translate("Sources", "Page {0}").format(source.page))
        if source.heading:
            parts.append(source.heading[-1])
        return name, " · ".join(parts), source.path
    when = memory.occurred_at.astimezone() if memory is not None else None
    day = QLocale().toString(QDate(when.year, when.month, when.day), "d MMMM") if when is not None else ""
    if isinstance(source, ConversationSource):
        who = translate("Sources", "You, {0}").format(day) if day else translate("Sources", "You")
        title = titles.get(source.conversation_id, "")
        parts = [translate("Sources", "Conversation"), title] if title else [translate("Sources", "Conversation")]
        return who, " · ".join(parts), ""
    name = (memory.title if memory is not None else None) or translate("Sources", "Note")
    return name, translate("Sources", "Noted on {0}").format(day) if day else "", ""


def _days_left(memory: Memory | None, now: datetime) -> int | None:
    if memory is None or memory.expires_at is None:
        return None
    return max(0, (memory.expires_at - now).days)


def without_headings(text: str, source: Source | None) -> str:
    """A passage without the headings that it begins with: the card names them above it."""
    headings = {heading.strip() for heading in source.heading} if isinstance(source, DocumentSource) else set()
    lines = text.splitlines()
    while len(lines) > 1 and (not lines[0].strip() or lines[0].lstrip("# ").strip() in headings):
        lines.pop(0)
    return "\n".join(_MARKDOWN_HEADING.sub("", line) for line in lines)


def around(text: str, quote: str) -> str:
    """The quotation with a little of what stands before and behind it, cut at words."""
    flat, wanted = " ".join(text.split()), " ".join(quote.split())
    place = flat.find(wanted)
    if place < 0 or not wanted:
        return _cut(wanted or flat, 0, _PASSAGE)
    begin = max(0, place - _AROUND) if len(wanted) < _PASSAGE else place
    end = min(len(flat), max(place + len(wanted) + _AROUND, begin + _PASSAGE))
    return _cut(flat, begin, min(end, begin + 2 * _PASSAGE))


def best_window(text: str, question: str) -> str:
    """The stretch of a memory that holds most of the question's words."""
    flat = " ".join(text.split())
    if len(flat) <= _UNUSED_PASSAGE:
        return flat
    places = [begin for begin, _ in matched_words(flat, question)]
    best, most = 0, 0
    for begin in places:
        held = sum(1 for place in places if begin <= place < begin + _UNUSED_PASSAGE - _AROUND // 2)
        if held > most:
            best, most = begin, held
    begin = max(0, best - _AROUND // 2)
    return _cut(flat, begin, begin + _UNUSED_PASSAGE)


def _cut(flat: str, begin: int, end: int) -> str:
    """Characters from `begin` to `end`, moved to the borders of words, with an ellipsis where something is left out."""
    end = min(end, len(flat))
    if begin > 0 and (space := flat.find(" ", begin, begin + 30)) >= 0:
        begin = space + 1
    if end < len(flat) and (space := flat.rfind(" ", max(begin, end - 30), end)) >= 0:
        end = space
    return ("…" if begin > 0 else "") + flat[begin:end].strip() + ("…" if end < len(flat) else "")


def matched_words(passage: str, question: str) -> tuple[tuple[int, int], ...]:
    """Words of the passage that the question holds, in any of their forms as far as a common beginning tells.

    Two words match when they are equal, or when both begin alike for all but the last letters (leases, lease;
    договор, договора). Words of up to three letters count only when they are figures or stand in the question alone.
    """
    asked = [word.casefold() for word in _WORD.findall(question)]
    long_words = {word for word in asked if len(word) > _SHORT_WORDS or any(c.isdigit() for c in word)}
    wanted = long_words or set(asked)
    found = []
    for match in _WORD.finditer(passage):
        word = match.group().casefold()
        if any(_alike(word, other) for other in wanted):
            found.append(match.span())
    return tuple(found)


def _alike(word: str, other: str) -> bool:
    if word == other:
        return True
    shorter = min(len(word), len(other))
    if shorter <= _SHORT_WORDS or abs(len(word) - len(other)) > 3:
        return False
    common = 0
    for a, b in zip(word, other, strict=False):
        if a != b:
            break
        common += 1
    ending = 1 if word.isascii() else 2  # Russian endings differ by more letters than English ones
    return common >= max(4, shorter - ending) and common >= 0.6 * max(len(word), len(other))
