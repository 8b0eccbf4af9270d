"""Why each hit of a search stands where it stands, and which memories lie near one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from engine.errors import NotFoundError
from engine.explorer_values import CloseMemory, FoundMemory, MemoryRow
from engine.memory import ranking
from engine.memory.indexes import Indexes
from engine.memory.store import recall_queries
from engine.memory.store.database import Database
from engine.values import LAYERS, DocumentSource, Hit

SIGNALS: Mapping[str, str] = {
    "bm25": "words",
    "dense": "meaning",
    "bm25_window": "nearby",
    "dense_window": "nearby",
    "bm25_group": "whole",
}
"""Signals as a reader knows them: the passage's words and meaning, what stands around it, the whole text."""
BONUSES = ("speaker", "period", "recency", "use", "importance")


def explained(found: Sequence[tuple[MemoryRow, Hit]]) -> list[FoundMemory]:
    """Hits with each signal's share and place, and their place before they were read again.

    Args:
        found: Rows and hits of one recall, in its order.
    """
    hits = [hit for _, hit in found]
    if not hits:
        return []
    parts = _parts(hits)
    places = {name: _places([part.get(name, 0.0) for part in parts]) for name in {*SIGNALS.values(), "other"}}
    before = _places_before(hits)
    best = max(hit.score for hit in hits)
    result = []
    for index, (row, hit) in enumerate(found):
        total = sum(parts[index].values())
        result.append(
            FoundMemory(
                row=row,
                hit=hit,
                strength=max(0.0, min(1.0, hit.score / best)) if best > 0 else 0.0,
                shares={name: value / total for name, value in parts[index].items() if value > 0} if total else {},
                places={name: places[name][index] for name, value in parts[index].items() if value > 0},
                place_before=before[index],
                place=index + 1,
                reranked="rerank" in hit.scores,
            )
        )
    return result


def _parts(hits: Sequence[Hit]) -> list[dict[str, float]]:
    """What each signal adds to each hit, in the scale of the fused score (see `ranking.fuse`)."""
    highest = {name: max(hit.scores.get(name, 0.0) for hit in hits) for name in SIGNALS}
    found = []
    for hit in hits:
        part: dict[str, float] = {}
        for name, signal in SIGNALS.items():
            if highest[name] > 0:
                share = max(0.0, hit.scores.get(name, 0.0)) / highest[name]
                part[signal] = part.get(signal, 0.0) + ranking.WEIGHTS[name] * share
        weights = sum(part.values())
        fused = hit.scores.get("fused", 0.0)
        if weights > 0:
            part = {signal: value / weights * fused for signal, value in part.items()}
        part["other"] = sum(hit.scores.get(name, 0.0) for name in BONUSES)
        found.append(part)
    return found


def _places(values: Sequence[float]) -> list[int]:
    order = sorted(range(len(values)), key=lambda index: -values[index])
    places = [0] * len(values)
    for place, index in enumerate(order, 1):
        places[index] = place
    return places


def _places_before(hits: Sequence[Hit]) -> list[int]:
    """Places by the fused score alone, with the variety of `ranking.varied`."""
    scores = [hit.scores.get("fused", 0.0) + sum(hit.scores.get(name, 0.0) for name in BONUSES) for hit in hits]
    seen: Counter[str] = Counter()
    lowered = list(scores)
    for index in sorted(range(len(hits)), key=lambda index: -scores[index]):
        source = hits[index].source
        if isinstance(source, DocumentSource):
            lowered[index] *= ranking.SAME_DOCUMENT_FACTOR ** max(
                0, seen[source.document_id] - ranking.SAME_DOCUMENT + 1
            )
            seen[source.document_id] += 1
    return _places(lowered)


def close_to(
    store: Database, indexes: Indexes, memory_id: str, *, model: str, dimensions: int, limit: int
) -> list[CloseMemory]:
    """Memories near one by the cosine of their vectors. Blocks; belongs in the `query` pool.

    Raises:
        NotFoundError: there is no such memory.
    """
    import numpy as np

    with store.read() as reader:
        row = reader.execute_sql(
            "SELECT m.number, m.version_of, v.data FROM memory m "
            "LEFT JOIN vector v ON v.memory = m.number AND v.model = ? WHERE m.id = ?",
            (model, memory_id),
        ).fetchone()
    if row is None:
        raise NotFoundError(f"There is no memory {memory_id}.")
    _, version_of, data = row
    if data is None or len(data) != 4 * dimensions:
        return []  # it is to be embedded anew yet
    vector = np.frombuffer(data, "<f4")
    near: dict[int, float] = {}
    for layer in LAYERS:
        labels, cosines = indexes.search_vectors(layer, vector, 2 * limit + 2)
        near.update(zip(labels.tolist(), cosines.tolist(), strict=True))
    with store.read() as reader:
        candidates = recall_queries.candidates(reader, labels=list(near))
        best = sorted((one for one in candidates if not one.superseded), key=lambda one: -near[one.label])
        found = recall_queries.memories_of(reader, [one.number for one in best[: limit + 2]])
    own = {memory_id, version_of}
    result = [
        CloseMemory(memory=found[one.number], similarity=near[one.label])
        for one in best
        if one.number in found and found[one.number].id not in own
    ]
    return result[:limit]
