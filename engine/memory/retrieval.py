"""Recall: from a question to memories with every stage's score.

Candidates come from every signal and are united: BM25 over the record and over its window, and the nearest vectors of
each layer. Each candidate then gets the exact score of every signal: cosines from the stored vectors, also over its
window (normalise(own + half the previous + half the next), no second embedding), BM25 from a deeper list, and the
BM25 of its section. The scores are fused (`ranking.py`), priors added, what is hidden left out, near-duplicates
collapsed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import logging
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from engine.clock import Clock, utc_now
from engine.embedding.embedder import Embedder
from engine.errors import MagrayError
from engine.memory import query as queries, ranking
from engine.memory.closer_look import look_again
from engine.memory.explanation import reason_of
from engine.memory.indexes import Indexes
from engine.memory.lexical_sync import WordHits
from engine.memory.locks import ReadWriteLock
from engine.memory.looking_back import LookingBack
from engine.memory.query import Query
from engine.memory.recall_vectors import RecallVectors, VectorTable
from engine.memory.sections import Section, section_id, section_of
from engine.memory.store import episode_queries, recall_queries
from engine.memory.store.cold_queries import Back
from engine.memory.store.database import Database
from engine.memory.store.memories import to_us
from engine.memory.store.recall_queries import Candidate
from engine.memory.tail import best
from engine.reranking.reranker import Reranker
from engine.settings import LayerSettings, RecallSettings
from engine.values import LAYERS, Hit, Kind, Layer, Memory

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

DEPTH = 50
"""Candidates from each signal. On conversations 30 lose nothing against scoring every record."""

SCORE_DEPTH = 200
"""BM25 scores known from each list; what lies deeper counts as 0."""

SMALL_SUBSET = 2000
"""A kind with no more memories than this is searched exactly; larger ones by looking deeper and leaving out."""

_DEEPER = 8
_SPARE = 5
"""Memories read beyond the limit at once, for some may repeat others."""


@dataclass(frozen=True, slots=True)
class _Found:
    """What one of the two searches, by words and by meaning, gives: candidates, and vectors of them and beside them."""

    candidates: list[Candidate]
    vectors: VectorTable
    query: NDArray[np.float32] | None = None


class Retriever:
    """Recalls memories. Thread-safe; a call blocks for some milliseconds and belongs in the `query` pool."""

    def __init__(
        self,
        database: Database,
        indexes: Indexes,
        embedder: Embedder,
        recall: RecallSettings,
        layers: LayerSettings,
        *,
        reranker: Reranker | None = None,
        aside: ThreadPoolExecutor | None = None,
        clock: Clock = utc_now,
        believed: Clock | None = None,
    ) -> None:
        """Nothing is read here.

        Args:
            database: The open truth.
            indexes: Kept in step with it.
            embedder: Of the vectors that the indexes hold.
            recall: Options of searching.
            layers: How long each layer remembers; half of that halves the bonus of the recent.
            reranker: Reads hits whose scores are close once more.
            aside: Where the search by meaning runs beside the search by words; without it they follow each other.
            clock: Says what "today" is.
            believed: Says what has expired; by default the clock.
        """
        self._aside = aside
        self._clock = clock
        self._believed = believed or clock
        self._reranker = reranker
        self._models = ReadWriteLock()
        self._database = database
        self._indexes = indexes
        self._embedder = embedder
        self._settings = recall
        self._looking_back = LookingBack(database, indexes)
        self._half_lives: dict[str, float | None] = {
            "interact": layers.interact_hours * 3600 / 2,
            "insights": layers.insights_days * 86400 / 2,
            "assets": None,
        }

    def recall(
        self,
        query: str,
        *,
        limit: int | None = None,
        layer: Layer | None = None,
        kind: Kind | None = None,
        explain: bool = False,
        archived: bool = False,
        superseded: bool = False,
        as_of: datetime | None = None,
        valid_at: datetime | None = None,
    ) -> list[Hit]:
        """The memories that answer a query best.

        Args:
            query: In any language; "quoted phrases" come first, and times that it names are preferred.
            limit: Hits at most; None takes the settings' number.
            layer: Only this layer.
            kind: Only this kind.
            explain: Give each hit's reason at length, with figures.
            archived: Search the archive instead.
            superseded: Show what a newer memory replaced, too.
            as_of: Search what was known at this moment; see `store/cold_queries.py` for what that is.
            valid_at: Search what was true at this moment.

        Returns:
            Hits, best first, each with the scores of every stage that saw it.
        """
        limit = self._settings.limit if limit is None else limit
        if limit < 1 or not query.strip():
            return []
        with self._models.read():
            if archived or as_of is not None or valid_at is not None:
                back = Back(
                    now=to_us(self._believed()),
                    archived=archived,
                    superseded=superseded,
                    as_of=None if as_of is None else to_us(as_of),
                    valid_at=None if valid_at is None else to_us(valid_at),
                    layer=layer,
                    kind=kind,
                )
                return self._look_back(query, back, limit=limit, explain=explain)
            return self._recall(query, limit=limit, layer=layer, kind=kind, explain=explain, superseded=superseded)

    @contextlib.contextmanager
    def standing_still(self) -> Iterator[None]:
        """No recall runs while the block lasts: embedder, vectors and indexes may change together."""
        with self._models.write():
            yield

    def use_reranker(self, reranker: Reranker | None) -> None:
        """Use another one, or none, from now on. When this returns, no recall uses the one before."""
        with self._models.write():
            self._reranker = reranker

    def _look_back(self, query: str, back: Back, *, limit: int, explain: bool) -> list[Hit]:
        asked = queries.understand(query, now=self._clock().astimezone())
        return self._looking_back.recall(
            asked,
            back,
            vector=self._embed(asked),
            model=self._embedder.model_id,
            limit=limit,
            depth=max(DEPTH, 2 * limit),
            explain=explain,
        )

    def _recall(
        self, query: str, *, limit: int, layer: Layer | None, kind: Kind | None, explain: bool, superseded: bool
    ) -> list[Hit]:
        now = self._clock().astimezone()
        asked = queries.understand(query, now=now)
        depth = max(DEPTH, 2 * limit)
        vectors = RecallVectors(self._indexes, model=self._embedder.model_id, dimensions=self._embedder.dimensions)
        search = (asked, vectors, depth, layer, kind)
        aside = None if self._aside is None else self._aside.submit(self._meaning, *search)
        self._indexes.wait_for(self._indexes.target, nearly=True)
        words = self._indexes.search_words(
            query, limit=max(SCORE_DEPTH, depth), phrases=asked.phrases, layer=layer, kind=kind
        )
        # What has not begun yet is done here: recalls that fill the whole pool must not wait for each other.
        begun = aside is not None and not aside.cancel()
        numbers = dict.fromkeys([*list(words.body)[:depth], *list(words.window)[:depth]])
        alike = self._read(vectors, numbers=numbers, known=self._knows(asked))
        near = aside.result() if aside is not None and begun else self._meaning(*search)
        vector = near.query
        at = to_us(self._believed())
        found = {one.number: one for one in (*near.candidates, *alike.candidates)}
        visible = [one for one in found.values() if _visible(one, at=at, layer=layer, kind=kind, superseded=superseded)]
        if layer is None and kind is None:
            visible = self._without_spoken_for(visible)
        if not visible:
            return []
        signals = _word_signals(visible, words)
        if vector is not None:
            signals |= near.vectors.and_of(alike.vectors).signals(visible, vector)
        fused = ranking.fuse(signals, alone=np.asarray([one.group_key is None for one in visible]))
        bonuses = ranking.priors(visible, asked, now=at, half_lives=self._half_lives)
        final = sum(bonuses.values(), fused)
        order = ranking.varied(visible, final)
        closest = look_again(
            self._reranker, asked, order=order, final=final, read=lambda indexes: self._memories(visible, indexes)
        )
        chosen = self._distinct([(index, visible[index].number) for index in closest.order], limit)
        hits = []
        for index, memory in chosen:
            scores = {name: float(values[index]) for name, values in signals.items() if values[index] != 0.0}
            scores["fused"] = float(fused[index])
            scores |= {name: float(values[index]) for name, values in bonuses.items() if values[index] > 0.0}
            if index in closest.scores:
                scores["rerank"] = closest.scores[index]
            reason = f"{reason_of(memory, scores, asked, explain=explain)} {closest.note}".rstrip()
            hits.append(Hit(memory=memory, score=float(closest.final[index]), scores=scores, reason=reason))
        return hits

    def _meaning(
        self, asked: Query, vectors: RecallVectors, depth: int, layer: Layer | None, kind: Kind | None
    ) -> _Found:
        """The query's vector and the memories nearest to it; nothing where words alone are searched."""
        query = self._embed(asked)
        if query is None:
            return _Found([], vectors.none())
        labels = self._nearest(query, vectors, depth, layer, kind)
        return dataclasses.replace(self._read(vectors, labels=labels), query=query)

    def _read(
        self, vectors: RecallVectors, *, numbers: Collection[int] = (), labels: Collection[int] = (), known: bool = True
    ) -> _Found:
        """Candidates by number and by label, and, if the embedder knows the query's language, vectors."""
        with self._database.read() as reader:
            found = recall_queries.candidates(reader, numbers=numbers, labels=labels, neighbours_by=vectors.by)
            return _Found(found, vectors.of(reader, found) if known else vectors.none())

    def _knows(self, asked: Query) -> bool:
        """Whether the embedder knows the language of a query."""
        known = self._embedder.languages
        return "*" in known or asked.language in known

    def _embed(self, asked: Query) -> NDArray[np.float32] | None:
        """The query's vector, or None where the embedder does not know its language or cannot run."""
        if not self._knows(asked):
            return None
        try:
            return self._embedder.embed_query(asked.text)
        except MagrayError as error:
            _log.warning("the query was not embedded (%s); words alone were searched", error)
            return None

    def _nearest(
        self, query: NDArray[np.float32], vectors: RecallVectors, depth: int, layer: Layer | None, kind: Kind | None
    ) -> list[int]:
        """Labels of the nearest memories."""
        layers: Sequence[Layer] = LAYERS if layer is None else (layer,)
        if kind is not None:
            with self._database.read() as reader:
                subset = recall_queries.subset_labels(reader, layers, kind, SMALL_SUBSET)
                if subset is not None:
                    return vectors.nearest(reader, subset, query, depth)
            depth *= _DEEPER
        found = [self._indexes.search_vectors(name, query, depth) for name in layers]
        labels, _ = best(
            np.concatenate([part[0] for part in found]), np.concatenate([part[1] for part in found]), depth
        )
        return [int(label) for label in labels]

    def _without_spoken_for(self, visible: list[Candidate]) -> list[Candidate]:
        """Without episodes while all of their turns are hot: the turns say it themselves, word for word."""
        notes = [one.number for one in visible if one.kind == "note" and one.group_key is None]
        if not notes:
            return visible
        with self._database.read() as reader:
            spoken_for = episode_queries.spoken_for(reader, notes)
        return [one for one in visible if one.number not in spoken_for] if spoken_for else visible

    def _memories(self, visible: Sequence[Candidate], indexes: Sequence[int]) -> dict[int, Memory]:
        """Whole memories by index."""
        with self._database.read() as reader:
            found = recall_queries.memories_of(reader, [visible[index].number for index in indexes])
        return {index: found[visible[index].number] for index in indexes if visible[index].number in found}

    def _distinct(self, ordered: Sequence[tuple[int, int]], limit: int) -> list[tuple[int, Memory]]:
        """The first memories in order that do not repeat each other, with their indexes."""
        kept: list[tuple[int, Memory]] = []
        seen: list[frozenset[str]] = []
        start, step = 0, limit + _SPARE
        with self._database.read() as reader:
            while len(kept) < limit and start < len(ordered):
                batch = ordered[start : start + step]
                by_number = recall_queries.memories_of(reader, [number for _, number in batch])
                for index, number in batch:
                    memory = by_number.get(number)
                    if memory is None or len(kept) == limit:
                        continue
                    words = ranking.words_of(memory.text)
                    if not ranking.is_duplicate(words, seen):
                        kept.append((index, memory))
                        seen.append(words)
                start += step
        return kept


def _visible(one: Candidate, *, at: int, layer: str | None, kind: str | None, superseded: bool) -> bool:
    return (
        (superseded or not one.superseded)
        and (one.expires_at is None or one.expires_at > at or one.pinned)
        and (layer is None or one.layer == layer)
        and (kind is None or one.kind == kind)
    )


def _word_signals(found: Sequence[Candidate], words: WordHits) -> ranking.Scores:
    ids: dict[Section, float] = {}
    sections = []
    for one in found:
        score = 0.0
        if one.group_key is not None:
            section = section_of(one.group_key, one.number)
            if section not in ids:
                ids[section] = words.section.get(section_id(section), 0.0)
            score = ids[section]
        sections.append(score)
    return {
        "bm25": np.asarray([words.body.get(one.number, 0.0) for one in found]),
        "bm25_window": np.asarray([words.window.get(one.number, 0.0) for one in found]),
        "bm25_group": np.asarray(sections),
    }
