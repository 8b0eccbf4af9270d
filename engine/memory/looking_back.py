"""Recall in what normal recall does not show: the archive, and what was known or true on a past day.

It is slower than recall and just as exact: by meaning every stored vector that is looked for is compared, in slices; by
words the hot and the archive's index are asked, and the database decides what of it counts. Windows and sections take
no part, for those of a past day are not kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.memory import ranking
from engine.memory.explanation import reason_of
from engine.memory.indexes import Indexes
from engine.memory.query import Query
from engine.memory.store import cold_queries, recall_queries
from engine.memory.store.cold_queries import Back
from engine.memory.store.database import Database
from engine.memory.store.recall_queries import Candidate
from engine.memory.tail import best, from_blobs
from engine.values import Hit, Memory

if TYPE_CHECKING:
    import peewee
    from numpy.typing import NDArray

SLICE = 2048
"""Vectors compared at a time: 3 MB of 384 numbers."""

_FIRST_WORDS, _MOST_WORDS = 1000, 256_000
"""Hits of the word indexes that are asked for at first, and at most: on a day long past most of them do not count."""

_SPARE = 20


class LookingBack:
    """Searches by the database. Thread-safe; a call may take a second and belongs in the `query` pool."""

    def __init__(self, database: Database, indexes: Indexes) -> None:
        self._database = database
        self._indexes = indexes

    def recall(
        self,
        asked: Query,
        back: Back,
        *,
        vector: NDArray[np.float32] | None,
        model: str,
        limit: int,
        depth: int,
        explain: bool,
    ) -> list[Hit]:
        """What is looked for and answers a query best.

        Args:
            asked: The query understood.
            back: What is looked for.
            vector: The query's, of shape (dimensions,) and length 1; None searches by words alone.
            model: The embedder that made it.
            limit: Hits at most.
            depth: Candidates from each signal.
            explain: Give each hit's reason at length.
        """
        self._indexes.wait_for_archive(self._indexes.target)
        with self._database.read() as reader:
            scores = self._words(reader, asked, back, depth)
            cosines = {} if vector is None else self._nearest(reader, back, model, vector, depth)
            found = cold_queries.candidates(reader, back, scores.keys() | cosines.keys())
            if not found:
                return []
            signals = {"bm25": np.asarray([scores.get(one.number, 0.0) for one in found])}
            if vector is not None:
                signals["dense"] = self._cosines(reader, model, vector, found, cosines)
            fused = ranking.fuse(signals, alone=np.ones(len(found), np.bool_))
            # What is new or often used has no claim to come first where the past is asked for.
            past = dataclasses.replace(asked, past=True)
            bonuses = ranking.priors(found, past, now=back.now, half_lives={})
            final = sum(bonuses.values(), fused)
            order = ranking.varied(found, final)
            chosen = self._distinct(reader, [(index, found[index].number) for index in order], limit)
        hits = []
        for index, memory in chosen:
            shown = {name: float(values[index]) for name, values in signals.items() if values[index] != 0.0}
            shown["fused"] = float(fused[index])
            shown |= {name: float(values[index]) for name, values in bonuses.items() if values[index] > 0.0}
            reason = reason_of(memory, shown, asked, explain=explain)
            hits.append(Hit(memory=memory, score=float(final[index]), scores=shown, reason=reason))
        return hits

    def _words(self, reader: peewee.SqliteDatabase, asked: Query, back: Back, depth: int) -> dict[int, float]:
        """Scores by words of what is looked for, by number, the best of `depth` from each index.

        BM25 weighs words by how rare they are in an index, so each index's scores are divided by what all the words of
        the query weigh there; the two then compare.
        """
        found: dict[int, float] = {}
        for index in (self._indexes.lexical, self._indexes.archive):
            weight = index.weight(asked.text)
            limit = _FIRST_WORDS
            while weight > 0.0:
                scores = index.search_bodies(
                    asked.text, limit=limit, phrases=asked.phrases, layer=back.layer, kind=back.kind
                )
                counting = {one.number for one in cold_queries.candidates(reader, back, scores)}
                if len(counting) >= depth or len(scores) < limit or limit >= _MOST_WORDS:
                    kept = [number for number in scores if number in counting][:depth]
                    found |= {number: scores[number] / weight for number in kept}
                    break
                limit *= 8
        return found

    def _nearest(
        self, reader: peewee.SqliteDatabase, back: Back, model: str, query: NDArray[np.float32], depth: int
    ) -> dict[int, float]:
        """Cosines of the `depth` nearest, by number."""
        labels, scores = np.zeros(0, np.int64), np.zeros(0, np.float32)
        after = 0
        while True:
            rows = cold_queries.vectors(reader, back, model, after=after, limit=SLICE)
            whole = [(number, data) for number, data in rows if len(data) == 4 * len(query)]
            if whole:
                cosines = from_blobs([data for _, data in whole], len(query)) @ query
                labels, scores = best(
                    np.concatenate([labels, np.asarray([number for number, _ in whole], np.int64)]),
                    np.concatenate([scores, cosines]),
                    depth,
                )
            if len(rows) < SLICE:
                return dict(zip(labels.tolist(), scores.tolist(), strict=True))
            after = rows[-1][0]

    @staticmethod
    def _cosines(
        reader: peewee.SqliteDatabase,
        model: str,
        query: NDArray[np.float32],
        found: Sequence[Candidate],
        known: dict[int, float],
    ) -> NDArray[np.float64]:
        """Cosines of all candidates, shape (n,); 0 for what has no vector of this model."""
        blobs = recall_queries.vectors_of(reader, model, [one.number for one in found if one.number not in known])
        for number, data in blobs.items():
            if len(data) == 4 * len(query):
                known[number] = float(from_blobs([data], len(query))[0] @ query)
        return np.asarray([known.get(one.number, 0.0) for one in found], np.float64)

    @staticmethod
    def _distinct(
        reader: peewee.SqliteDatabase, ordered: Sequence[tuple[int, int]], limit: int
    ) -> list[tuple[int, Memory]]:
        """The first memories in order that do not repeat each other, with their indexes."""
        kept: list[tuple[int, Memory]] = []
        seen: list[frozenset[str]] = []
        step = limit + _SPARE
        for start in range(0, len(ordered), step):
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
            if len(kept) == limit:
                break
        return kept
