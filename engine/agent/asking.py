"""From a question to an answer: always recall first, then say what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence

from engine import values
from engine.agent.quotes import compose
from engine.embedding.embedder import Embedder
from engine.embedding.in_use import held
from engine.errors import InvalidMemoryError
from engine.executors import Executors
from engine.memory.memory import LayeredMemory, clean, is_visible

RECALLED = 12
"""Hits that an answer is made from."""
QUESTION = "question"
"""Tag of remembered turns that only ask: they say nothing, so no answer is made from them."""
ANSWER = "answer"
"""Tag of remembered turns that a language model wrote: they are told to models as such, and never quoted."""
SPARE = 8
"""Hits recalled beyond that, in place of earlier questions about the same."""
_ASKING = (
    *("who ", "whom ", "whose ", "what ", "when ", "where ", "why ", "how ", "which "),
    *("кто ", "кого ", "кому ", "что ", "чей ", "когда ", "где ", "куда ", "откуда ", "почему ", "зачем "),
    *("как ", "какой ", "какая ", "какое ", "какие ", "сколько "),
)
"""How questions begin that somebody typed without a question mark."""
_NOTHING_FOUND = re.compile(
    r"(?:\b(?:not|n't|n’t|no|nothing|none)\b.{0,60}\b(?:memory|sources?|documents?|notes?|found|find|mention|say|hold)"
    r"|\b(?:memory|sources?|documents?|notes?)\b.{0,40}\b(?:not|n't|n’t|nothing|no)\b"
    r"|(?:не |нет |ничего).{0,60}(?:памят|источник|документ|заметк|найд|нашл|упомина|говор))",
    re.IGNORECASE,
)
"""How an answer says that it knows nothing."""


class Asker:
    """Looks questions up in the memory, and answers them by quotes."""

    def __init__(self, *, memory: LayeredMemory, embedder: Embedder, executors: Executors) -> None:
        self._memory = memory
        self._embedder = embedder
        self._executors = executors

    async def found(self, question: str, *, limit: int = RECALLED) -> list[values.Hit]:
        """What the memory knows about it, best first, without what only asked the same."""
        found = await self._memory.recall(question, limit=limit + SPARE)
        return [hit for hit in found if QUESTION not in hit.memory.tags][:limit]

    async def quoted(self, question: str, hits: Sequence[values.Hit]) -> values.Answer:
        """The answer that quotes these hits, or says that none of them answers. Earlier answers are not quoted."""
        own = [hit for hit in hits if ANSWER not in hit.memory.tags][:RECALLED]
        with held(self._embedder) as embedder:
            answer = await self._executors.run("query", compose, question, own, embedder=embedder)
        cited = [citation.memory_id for citation in answer.citations]
        places = {hit.memory.id: rank for rank, hit in enumerate(hits, start=1)}
        self._memory.note_usage("quoted", cited, ranks=[places.get(one, 1) for one in cited])
        return answer


def question_of(text: str) -> str:
    """What was typed, fit to be stored.

    Raises:
        InvalidMemoryError: there is nothing visible in it.
    """
    asked = clean(text).strip()
    if not is_visible(asked):
        raise InvalidMemoryError("question: there is nothing to answer.")
    return asked


def only_asks(text: str) -> bool:
    """Whether a turn is a question and nothing else: one sentence that ends as a question, or begins as one."""
    ends = text.rstrip("\"'»”)] ").endswith(("?", "？", "؟"))
    single = not any(mark in text.rstrip(".!…") for mark in (". ", "! ", "\n"))
    return single and (ends or text.casefold().startswith(_ASKING))


def says_nothing_found(text: str) -> bool:
    """Whether an answer says in its first sentences that the memory does not hold what was asked."""
    return _NOTHING_FOUND.search(text[:300]) is not None
