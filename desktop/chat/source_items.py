"""From an answer to the cards beside it: what was quoted, and what was found but not used."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop.chat.passages import around, best_window, matched_words, plain, without_headings
from desktop.words import file_name, shown_text
from engine import Answer, Citation, ConversationSource, DocumentSource, Hit, Layer, Memory, Source

UNUSED_SHOWN = 5
"""Hits beyond the cited ones that get a card."""
_OPENING = ("“", "„", "«", '"')
"""A passage that begins with a quotation mark gets no second one."""


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
        memory_id: The memory that it shows.
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
    memory_id: str = ""

    def passage_html(self) -> str:
        """The passage in the quotation marks of the language, matched words strong."""
        parts, last = [], 0
        for begin, end in self.matched:
            parts.append(html.escape(self.passage[last:begin]))
            parts.append(f"<b>{html.escape(self.passage[begin:end])}</b>")
            last = end
        parts.append(html.escape(self.passage[last:]))
        marks = QLocale().quoteString("")
        opening = "" if self.passage[:1] in _OPENING else marks[:1]
        return f'<div style="line-height:118%">{opening}{"".join(parts)}{marks[-1:]}</div>'


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
    text = without_headings(memory.text, _headings(source)) if memory is not None else shown_text(citation.quote)
    passage = around(plain(text), plain(shown_text(citation.quote)))
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
        memory_id=citation.memory_id,
    )


def _of_hit(hit: Hit, question: str, titles: Mapping[str, str], now: datetime) -> SourceItem:
    title, place, path = describe_source(hit.memory.source, hit.memory, titles)
    passage = best_window(plain(without_headings(hit.memory.text, _headings(hit.memory.source))), question)
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
        memory_id=hit.memory.id,
    )


def describe_source(source: Source | None, memory: Memory | None, titles: Mapping[str, str]) -> tuple[str, str, str]:
    """Title, place and whole path of a source in the owner's words."""
    translate = QCoreApplication.translate
    if isinstance(source, DocumentSource):
        parts = []
        if source.page is not None:
            parts.append(translate("Sources", "Page {0}").format(source.page))
        if source.heading:
            parts.append(plain(source.heading[-1]))
        return file_name(source.path), " · ".join(parts), source.path
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


def _headings(source: Source | None) -> tuple[str, ...]:
    return source.heading if isinstance(source, DocumentSource) else ()
