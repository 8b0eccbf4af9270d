from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.embedding.cache import EmbeddingCache, content_hash, memory_entries
from engine.embedding.disk_cache import DiskCache
from engine.embedding.s3fifo import S3Fifo


def disk(path: Path) -> DiskCache:
    return DiskCache(path / "embeddings.db", model_id="m", dimensions=2, days=3)


def vector(number: float) -> np.ndarray:
    return np.array([number, 1], dtype=np.float32)


def test_hashes_name_the_text_exactly() -> None:
    texts = ["a", "A", "a ", "", "\0", "é", "e\u0301", "\ud800", "\ud801", "query: a"]
    hashes = [content_hash(text) for text in texts]
    assert len(set(hashes)) == len(texts)
    assert {len(value) for value in hashes} == {20}
    assert content_hash("a") == hashes[0]


@pytest.mark.parametrize(
    ("megabytes", "machine", "low", "high"),
    [
        (0, 4 << 30, 20 << 20, 22 << 20),
        (0, 1 << 30, 8 << 20, 8 << 20),
        (0, 512 << 30, 64 << 20, 64 << 20),
        (3, 1, 3 << 20, 3 << 20),
    ],
)
def test_the_room_follows_the_setting_or_the_machine(megabytes: int, machine: int, low: int, high: int) -> None:
    entries = memory_entries(megabytes, dimensions=384, machine_bytes=machine)
    cost = 384 * 4 + 300
    assert low - cost <= entries * cost <= high


def test_hits_are_counted_by_level(tmp_path: Path) -> None:
    first = EmbeddingCache(memory=S3Fifo(10), disk=disk(tmp_path))
    a, b = content_hash("a"), content_hash("b")
    assert first.get([a, b, a]) == {}
    first.put({a: vector(1)})
    assert set(first.get([a])) == {a}
    assert (first.figures.memory_hits, first.figures.disk_hits, first.figures.misses) == (1, 0, 2)
    assert first.figures.hit_rate == pytest.approx(1 / 3)
    first.close()
    second = EmbeddingCache(memory=S3Fifo(10), disk=disk(tmp_path))
    assert second.figures.hit_rate == 0
    second.get([a])
    second.get([a])
    assert (second.figures.memory_hits, second.figures.disk_hits, second.figures.misses) == (1, 1, 0)
    second.close()


def test_queries_wait_for_no_disk_but_are_written_in_the_end(tmp_path: Path) -> None:
    cache = EmbeddingCache(memory=S3Fifo(10), disk=disk(tmp_path))
    key = content_hash("question")
    cache.put({key: vector(1)}, at_once=False)
    below = disk(tmp_path)
    assert below.get([key]) == {}
    cache.close()
    assert set(below.get([key])) == {key}
    below.close()


def test_many_waiting_queries_are_written_together(tmp_path: Path) -> None:
    cache = EmbeddingCache(memory=S3Fifo(1000), disk=disk(tmp_path))
    for number in range(64):
        cache.put({content_hash(str(number)): vector(number)}, at_once=False)
    below = disk(tmp_path)
    assert below.count() == 64
    below.close()
    cache.close()


def test_erased_vectors_are_in_neither_level_nor_waiting(tmp_path: Path) -> None:
    cache = EmbeddingCache(memory=S3Fifo(10), disk=disk(tmp_path))
    a, b, c = (content_hash(text) for text in "abc")
    cache.put({a: vector(1), c: vector(3)})
    cache.put({b: vector(2)}, at_once=False)
    cache.erase([a, b])
    assert set(cache.get([a, b, c])) == {c}
    cache.close()
    below = disk(tmp_path)
    assert set(below.get([a, b, c])) == {c}
    below.close()


def test_it_works_without_a_file() -> None:
    cache = EmbeddingCache(memory=S3Fifo(10), disk=None)
    key = content_hash("a")
    cache.put({key: vector(1)})
    assert set(cache.get([key])) == {key}
    cache.prune()
    cache.erase([key])
    assert cache.get([key]) == {}
    cache.close()
