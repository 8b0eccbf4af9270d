"""What the transcript shows: questions, answers, and what is on its way or went wrong."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from desktop.words import shown_text

if TYPE_CHECKING:
    from engine import Answer, Citation, Message


EntryState = Literal["done", "pending", "streaming", "failed"]

_MARK = re.compile(r"\s*\[(\d{1,3})\]")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One turn of the transcript.

    Attributes:
        id: The message's id, or one of the desktop's own while there is none yet.
        question: The owner's turn; otherwise an answer.
        text: What stands there.
        answer: The whole answer behind it, where there is one.
        state: A pending answer is being looked for; a streaming one is being written; a failed one says why and offers
            to ask again.
        created_at: When it was said.
        message: The stored message, where there is one.
        thinking: What the model thought before it answered.
        unfolded: What it thought is shown.
        switched: Why another model answers.
        remembered: How many things were remembered because of it.
        retry: A failed answer may be asked for again.
        numbers: Highest number of a source that an answer under way may name.
    """

    id: str
    question: bool
    text: str
    answer: Answer | None = None
    state: EntryState = "done"
    created_at: datetime | None = None
    message: Message | None = None
    thinking: str = ""
    unfolded: bool = False
    switched: str = ""
    remembered: int = 0
    retry: bool = True
    numbers: int = 0

    @classmethod
    def of_message(cls, message: Message) -> Entry:
        """The entry of a stored message."""
        return cls(
            id=message.id,
            question=message.role == "user",
            text=shown_text(message.text),
            answer=message.answer,
            created_at=message.created_at,
            message=message,
            thinking=message.thinking,
            switched=message.answer.note if message.answer is not None else "",
        )

    @property
    def cited(self) -> frozenset[int]:
        """Numbers in the text that lead to a source."""
        if self.answer is not None:
            return frozenset(citation.number for citation in self.answer.citations)
        return frozenset(range(1, self.numbers + 1))

    @property
    def quoted(self) -> bool:
        """An answer that no language model took part in."""
        from engine import QUOTES  # not before the first paint

        return self.answer is not None and self.answer.made_by == QUOTES and not self.answer.abstained

    @property
    def written(self) -> bool:
        """A language model wrote it, in Markdown; quotations are shown letter by letter."""
        from engine import QUOTES  # not before the first paint

        if self.question or self.state in ("pending", "failed"):
            return False
        return self.answer is None or self.answer.made_by != QUOTES

    @property
    def stored(self) -> bool:
        """It is a message of the engine's."""
        return self.message is not None


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of an answer's paragraph.

    Attributes:
        text: As it is shown.
        quoted: It stands word for word in a source.
        citation: The number that stands here instead of text, or None.
    """

    text: str
    quoted: bool = False
    citation: int | None = None


def paragraphs(text: str, citations: tuple[Citation, ...]) -> list[list[Span]]:
    """Cut an answer into paragraphs of plain text, quotations and citation numbers.

    A number is a citation only where the answer has one of that number; `[7]` in a quoted text stays text.
    """
    by_number = {citation.number: citation for citation in citations}
    found: list[list[Span]] = []
    for line in text.split("\n"):
        if not line.strip():
            continue
        spans: list[Span] = []
        begin = 0
        for mark in _MARK.finditer(line):
            citation = by_number.get(int(mark.group(1)))
            if citation is None:
                continue
            spans.extend(_quoted_spans(line[begin : mark.start()], citation))
            spans.append(Span(mark.group(1), citation=citation.number))
            begin = mark.end()
        if rest := line[begin:]:
            spans.append(Span(rest))
        found.append(spans)
    return found


def _quoted_spans(text: str, citation: Citation) -> list[Span]:
    """The piece before a number: plain text, and the citation's quote in it where it can be found."""
    if not text:
        return []
    words = _SPACES.split(citation.quote.strip())
    # The last match stands nearest to the number.
    found = re.finditer(r"\s+".join(map(re.escape, words)), text) if any(words) else iter(())
    match = deque(found, maxlen=1)
    if not match:
        return [Span(text)]
    begin, end = match[0].span()
    spans = [Span(text[:begin]), Span(text[begin:end], quoted=True), Span(text[end:])]
    return [span for span in spans if span.text]
