"""A hundred questions over real documents: right source shown, right sentence quoted, the unanswerable refused.

The questions stand in `tests/benchmarks/answers/questions.jsonl`, written by hand with the file and the sentence that
answers; thirty have no answer in the collection. Two fifths of them (`dev`) may be looked at while the answering is
improved; the others (`test`) only tell how well it does. `heldout.jsonl` holds forty more, all about what the documents
speak of, whose answers to half of them they do not hold: the hardest to refuse. Nothing is fitted to them.
"""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.bench import BenchContext, BenchUnavailableError, Figure
from engine.values import Answer, DocumentSource, FileState, Source

QUESTIONS = Path(__file__).resolve().parents[2] / "tests" / "benchmarks" / "answers" / "questions.jsonl"
HELD_OUT = QUESTIONS.with_name("heldout.jsonl")
SHOWN = 3
_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with what is known about it.

    Attributes:
        id: Short name.
        split: `dev` or `test`.
        question: As it is asked.
        sources: Files that hold the answer, relative to the collection; none where it holds no answer.
        sentences: The sentences that answer, any of them.
    """

    id: str
    split: str
    question: str
    sources: tuple[str, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one question."""

    asked: Asked
    answered: bool
    source_shown: bool
    source_quoted: bool
    sentence_quoted: bool
    sentence_recalled: bool
    plain_source: bool
    plain_sentence: bool
    seconds: float


def load(path: Path = QUESTIONS) -> list[Asked]:
    """The questions in order.

    Raises:
        BenchUnavailableError: the file is not there, as in an installed app.
    """
    if not path.is_file():
        raise BenchUnavailableError(f"the questions are needed; they stand in {path.name} of a checkout's tests")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [
        Asked(row["id"], row["split"], row["question"], tuple(row["sources"]), tuple(row["sentences"])) for row in rows
    ]


async def run(context: BenchContext) -> Sequence[Figure]:
    """Ingest the documents, ask everything, compare."""
    from engine.engine import Engine
    from engine.settings import Settings

    documents = context.collection("documents")
    questions = load()
    if context.quick:
        questions = [asked for asked in questions if asked.split == "dev"]
        paths = sorted({documents / source for asked in questions for source in asked.sources})
    else:
        paths = [documents]
    async with Engine.open(Settings(data_dir=context.work / "data")) as engine:
        context.say(f"reading {'the files asked about' if context.quick else 'the documents'}")
        report = await engine.ingest(paths)
        done = sum(1 for file in report.files if file.state is FileState.DONE)
        context.say(f"asking {len(questions)} questions of {done} files")
        outcomes = [judge(asked, await engine.ask(asked.question), documents) for asked in questions]
        held_out = [] if context.quick else load(HELD_OUT)
        context.say(f"asking {len(held_out)} questions that were held out")
        close = [judge(asked, await engine.ask(asked.question), documents) for asked in held_out]
    figures: list[Figure] = []
    for split in ("test", "dev", ""):
        chosen = [outcome for outcome in outcomes if split in ("", outcome.asked.split)]
        if chosen:
            figures += _figures(split or "all", chosen)
    return [*figures, *_close_figures(close)]


def judge(asked: Asked, answer: Answer, documents: Path) -> Outcome:
    """Hold one answer against what is known.

    The sources shown are those of the quotations, then those of the other hits, as the sources panel lists them. The
    reference quotes the first sentence of each of the first three hits and never abstains.
    """
    from engine.agent.sentences import split

    wanted = {(documents / source).as_posix() for source in asked.sources}
    quoted = [] if answer.abstained else [_path(citation.source) for citation in answer.citations[:SHOWN]]
    listed = [*(citation.source for citation in answer.citations), *(hit.source for hit in answer.hits)]
    shown = list(dict.fromkeys(_path(source) for source in listed))
    said = [] if answer.abstained else [citation.quote for citation in answer.citations]
    plain: list[str] = []
    for hit in answer.hits[:SHOWN]:
        first = next(iter(split(hit.memory.text)), None)
        plain += [] if first is None else [hit.memory.text[first.start : first.end]]
    return Outcome(
        asked=asked,
        answered=not answer.abstained,
        source_shown=bool(wanted & set(shown[:SHOWN])),
        source_quoted=bool(wanted & set(quoted)),
        sentence_quoted=any(says(quote, sentence) for quote in said for sentence in asked.sentences),
        sentence_recalled=any(says(hit.memory.text, sentence) for hit in answer.hits for sentence in asked.sentences),
        plain_source=bool(wanted & {_path(hit.source) for hit in answer.hits[:SHOWN]}),
        plain_sentence=any(says(quote, sentence) for quote in plain for sentence in asked.sentences),
        seconds=answer.seconds,
    )


def says(quote: str, sentence: str) -> bool:
    """Whether a quotation holds a sentence, or most of it; letters and digits count, line breaks and markup do not."""
    one, other = _letters(quote), _letters(sentence)
    return other in one or (one in other and len(one) >= _ENOUGH * len(other))


def _letters(text: str) -> str:
    from engine.agent.markup import readable

    return re.sub(r"[\W_]+", "", readable(text)).casefold()


def _path(source: Source | None) -> str:
    if not isinstance(source, DocumentSource):
        return ""
    return Path(source.path.split("!/")[0]).as_posix()


def _figures(split: str, outcomes: Sequence[Outcome]) -> list[Figure]:
    known = [outcome for outcome in outcomes if outcome.asked.sources]
    unknown = [outcome for outcome in outcomes if not outcome.asked.sources]
    plain = "first sentences of the first hits"
    return [
        Figure(
            name=f"right source in the top 3, {split} ({len(known)})",
            value=_share(outcome.source_shown for outcome in known),
            reference=_share(outcome.plain_source for outcome in known),
            reference_name=plain,
            limit=0.85,
        ),
        Figure(
            name=f"right source among the quotations, {split} ({len(known)})",
            value=_share(outcome.source_quoted for outcome in known),
        ),
        Figure(
            name=f"right sentence quoted, {split} ({len(known)})",
            value=_share(outcome.sentence_quoted for outcome in known),
            reference=_share(outcome.plain_sentence for outcome in known),
            reference_name=plain,
            limit=0.70,
        ),
        Figure(
            name=f"right sentence recalled, {split} ({len(known)})",
            value=_share(outcome.sentence_recalled for outcome in known),
        ),
        Figure(
            name=f"answered though unanswerable, {split} ({len(unknown)})",
            value=_share(outcome.answered for outcome in unknown),
            reference=1.0,
            reference_name=plain,
            limit=0.10,
            sense="at most",
        ),
        Figure(
            name=f"an answer, median, {split}",
            value=statistics.median(outcome.seconds for outcome in outcomes) * 1000,
            unit="ms",
        ),
    ]


def _close_figures(outcomes: Sequence[Outcome]) -> list[Figure]:
    """Of questions that all are about what the documents speak of. They only inform: there is no limit for them."""
    if not outcomes:
        return []
    known = [outcome for outcome in outcomes if outcome.asked.sources]
    unknown = [outcome for outcome in outcomes if not outcome.asked.sources]
    return [
        Figure(
            name=f"right sentence quoted, held out ({len(known)})",
            value=_share(outcome.sentence_quoted for outcome in known),
        ),
        Figure(
            name=f"answered though unanswerable, held out, close to the documents ({len(unknown)})",
            value=_share(outcome.answered for outcome in unknown),
        ),
    ]


def _share(values: Iterable[bool]) -> float:
    counted = list(values)
    return sum(counted) / len(counted) if counted else 0.0
