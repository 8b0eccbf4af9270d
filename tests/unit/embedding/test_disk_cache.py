from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.embedding.disk_cache import DiskCache

DAY = 86400.0


class Wall:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


Opener = Callable[..., DiskCache]


@pytest.fixture
def open_cache(tmp_path: Path, wall: Wall) -> Iterator[Opener]:
    opened: list[DiskCache] = []

    def build(*, model_id: str = "m", dimensions: int = 4, max_bytes: int = 1 << 20) -> DiskCache:
        cache = DiskCache(
            tmp_path / "cache" / "embeddings.db",
            model_id=model_id,
            dimensions=dimensions,
            days=3,
            max_bytes=max_bytes,
            clock=wall,
        )
        opened.append(cache)
        return cache

    yield build
    for cache in opened:
        cache.close()


def key(number: int) -> bytes:
    return number.to_bytes(20, "big")


def vector(number: int) -> np.ndarray:
    return np.array([number, 0.25, -1.5, 3e-8], dtype=np.float32)


def test_vectors_come_back_exactly_after_a_restart(open_cache: Opener) -> None:
    first = open_cache()
    first.put({key(n): vector(n) for n in range(1200)})
    first.close()
    found = open_cache().get([key(n) for n in range(1300)])
    assert len(found) == 1200
    assert all(np.array_equal(found[key(n)], vector(n)) for n in range(1200))


def test_models_do_not_share_vectors(open_cache: Opener) -> None:
    open_cache().put({key(1): vector(1)})
    other = open_cache(model_id="another")
    assert other.get([key(1)]) == {}
    other.put({key(1): vector(2)})
    assert np.array_equal(open_cache().get([key(1)])[key(1)], vector(1))


def test_a_vector_of_another_length_is_passed_over(open_cache: Opener) -> None:
    open_cache().put({key(1): vector(1)})
    assert open_cache(dimensions=5).get([key(1)]) == {}


@pytest.mark.parametrize("blob", [b"", b"12345", b"\xff" * 16, b"\0" * 12 + b"\0\0\x80\x7f", "text"])
def test_a_vector_that_is_none_is_passed_over_and_computed_again(
    open_cache: Opener, tmp_path: Path, blob: bytes | str
) -> None:
    open_cache().put({key(1): vector(1), key(2): vector(2)})
    with sqlite3.connect(tmp_path / "cache" / "embeddings.db") as connection:
        connection.execute(
            "UPDATE vectors SET vector = ? WHERE id = (SELECT id FROM entries WHERE hash = ?)", (blob, key(1))
        )
    connection.close()
    again = open_cache()
    assert list(again.get([key(1), key(2)])) == [key(2)]
    again.put({key(1): vector(1)})
    assert np.array_equal(again.get([key(1)])[key(1)], vector(1))


def test_unused_vectors_go_after_their_days_and_used_ones_stay(open_cache: Opener, wall: Wall) -> None:
    cache = open_cache()
    cache.put({key(1): vector(1), key(2): vector(2)})
    wall.now += 2 * DAY
    assert set(cache.get([key(1)])) == {key(1)}
    assert cache.prune() == 0
    wall.now += 2 * DAY
    assert cache.get([key(2)]) == {}  # too old, even before it is pruned
    assert cache.prune() == 1
    assert set(cache.get([key(1), key(2)])) == {key(1)}


def test_beyond_its_room_the_oldest_go(open_cache: Opener, wall: Wall) -> None:
    cache = open_cache(max_bytes=16 * 10)
    for number in range(15):
        wall.now += 1
        cache.put({key(number): vector(number)})
    assert cache.prune() == 5
    assert set(cache.get([key(n) for n in range(15)])) == {key(n) for n in range(5, 15)}


def test_pruning_gives_the_room_back_bit_by_bit(open_cache: Opener, wall: Wall, tmp_path: Path) -> None:
    cache = open_cache(dimensions=256)
    cache.put({key(n): np.full(256, n, dtype=np.float32) for n in range(3000)})
    wall.now += 4 * DAY
    assert cache.prune(seconds=0) == 500
    assert cache.count() == 2500
    assert cache.prune() == 2500
    cache.close()
    assert (tmp_path / "cache" / "embeddings.db").stat().st_size < 300_000


def test_uses_are_noted_before_the_end(open_cache: Opener, wall: Wall) -> None:
    cache = open_cache()
    cache.put({key(n): vector(n) for n in range(700)})
    wall.now += 2 * DAY
    assert len(cache.get([key(n) for n in range(700)])) == 700
    wall.now += 2 * DAY
    assert len(open_cache().get([key(n) for n in range(700)])) == 700


def test_erased_bytes_are_gone_from_every_file(open_cache: Opener, tmp_path: Path) -> None:
    cache = open_cache(dimensions=64)
    secret = np.random.default_rng(5).normal(size=64).astype(np.float32)
    others = {key(n): np.full(64, n, dtype=np.float32) for n in range(300)}
    cache.put(others | {key(1000): secret})
    files = sorted((tmp_path / "cache").iterdir())
    assert any(secret.tobytes() in file.read_bytes() for file in files)
    cache.erase([key(1000)])
    for file in sorted((tmp_path / "cache").iterdir()):
        content = file.read_bytes()
        assert secret.tobytes() not in content
        assert secret.tobytes()[:64] not in content
        assert key(1000) not in content
    assert len(cache.get(list(others))) == 300


def test_erasing_reaches_vectors_of_every_model(open_cache: Opener) -> None:
    open_cache(model_id="old").put({key(1): vector(1)})
    cache = open_cache(model_id="new")
    cache.erase([key(1), key(2)])
    assert cache.count() == 0


@pytest.mark.expected_logs("was damaged")
@pytest.mark.parametrize("content", [b"not a database at all" * 400, b"SQLite format 3\0" + bytes(range(256)) * 40])
def test_a_damaged_file_is_set_aside_and_made_anew(open_cache: Opener, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "cache" / "embeddings.db"
    file.parent.mkdir()
    file.write_bytes(content)
    cache = open_cache()
    assert cache.get([key(1)]) == {}
    cache.put({key(1): vector(1)})
    assert set(cache.get([key(1)])) == {key(1)}
    assert file.with_name("embeddings.db.damaged").read_bytes() == content
    cache.erase([key(1)])
    assert not file.with_name("embeddings.db.damaged").exists()


@pytest.mark.expected_logs("was damaged")
def test_damage_in_the_middle_is_noticed_when_it_is_met(open_cache: Opener, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "embeddings.db"
    first = open_cache()
    first.put({key(n): vector(n) for n in range(5000)})
    first.close()
    content = bytearray(file.read_bytes())
    content[4096 * 3 :] = b"\xff" * (len(content) - 4096 * 3)
    file.write_bytes(content)
    cache = open_cache()
    found = cache.get([key(n) for n in range(5000)])
    assert all(np.array_equal(found[name], vector(int.from_bytes(name, "big"))) for name in found)
    cache.put({key(n): vector(n) for n in range(5000)})
    cache.put({key(n): vector(n) for n in range(5000)})
    assert len(cache.get([key(n) for n in range(5000)])) == 5000


@pytest.mark.expected_logs("was damaged")
def test_a_file_of_another_version_or_shape_is_made_anew(open_cache: Opener, tmp_path: Path) -> None:
    file = tmp_path / "cache" / "embeddings.db"
    file.parent.mkdir()
    for statement in ("PRAGMA user_version = 99", "CREATE TABLE vectors (something INTEGER)"):
        connection = sqlite3.connect(file)
        connection.execute(statement)
        connection.commit()
        connection.close()
        cache = open_cache()
        cache.put({key(1): vector(1)})
        assert set(cache.get([key(1)])) == {key(1)}
        cache.close()
        file.unlink()


@pytest.mark.expected_logs("cannot be used")
def test_where_no_file_can_be_made_it_is_done_without(open_cache: Opener, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder should be")
    cache = open_cache()
    cache.put({key(1): vector(1)})
    assert cache.get([key(1)]) == {}
    assert cache.count() == 0


@pytest.mark.expected_logs("cannot be used")
def test_what_cannot_be_erased_singly_is_erased_as_a_whole(open_cache: Opener, tmp_path: Path) -> None:
    cache = open_cache()
    cache.put({key(n): vector(n) for n in range(50)})
    # The smallest file that SQLite allows: the next write finds the disk full.
    connection = cache._open()
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")
    cache.put({key(n): vector(n) for n in range(1000, 3000)})
    cache.erase([key(1)])
    assert not (tmp_path / "cache" / "embeddings.db").exists()


def test_a_busy_file_is_passed_over_this_time_only(open_cache: Opener, tmp_path: Path) -> None:
    cache = open_cache()
    cache.put({key(1): vector(1)})
    cache._open().execute("PRAGMA busy_timeout = 10")
    other = sqlite3.connect(tmp_path / "cache" / "embeddings.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    cache.put({key(2): vector(2)})
    other.execute("ROLLBACK")
    other.close()
    assert set(cache.get([key(1), key(2)])) == {key(1)}
    cache.put({key(2): vector(2)})
    assert set(cache.get([key(1), key(2)])) == {key(1), key(2)}


def test_after_closing_nothing_is_read_or_written(open_cache: Opener) -> None:
    cache = open_cache()
    cache.put({key(1): vector(1)})
    cache.close()
    cache.close()
    assert cache.get([key(1)]) == {}
    cache.put({key(2): vector(2)})
    assert set(open_cache().get([key(1), key(2)])) == {key(1)}


def test_threads_may_share_it(open_cache: Opener) -> None:
    cache = open_cache()
    wrong: list[int] = []

    def work(seed: int) -> None:
        for step in range(40):
            number = seed * 1000 + step
            cache.put({key(number): vector(number)})
            if set(cache.get([key(number)])) != {key(number)}:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert cache.count() == 160


def test_a_file_that_another_cache_removed_is_begun_anew(open_cache: Opener, tmp_path: Path) -> None:
    first, second = open_cache(model_id="first"), open_cache(model_id="second")
    first.put({key(1): vector(1)})
    second.put({key(2): vector(2)})
    first.clear()
    assert second.get([key(2)]) == {}
    second.put({key(3): vector(3)})
    first.put({key(4): vector(4)})
    assert set(second.get([key(3)])) == {key(3)}
    assert set(first.get([key(4)])) == {key(4)}
    assert first.count() == 2


def test_a_file_that_another_cache_removes_while_it_is_opened_is_begun_anew(
    open_cache: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = open_cache(model_id="first"), open_cache(model_id="second")
    connect = sqlite3.connect
    opened: list[sqlite3.Connection] = []

    def connect_and_lose(path: Path, **options: Any) -> sqlite3.Connection:
        connection = connect(path, **options)
        if not opened:
            connection.execute("CREATE TABLE begun (a)")  # as it stands before it is told to keep a log
            first.clear()
        opened.append(connection)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect_and_lose)
    second.put({key(3): vector(3)})
    assert len(opened) == 2
    assert set(second.get([key(3)])) == {key(3)}
