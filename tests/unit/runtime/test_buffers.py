from __future__ import annotations

import threading

import numpy as np

from engine.runtime.buffers import Buffers, release_unused_memory


def test_smaller_shapes_use_the_same_memory() -> None:
    buffers = Buffers()
    first = buffers.take("a", (4, 8), np.float32)
    second = buffers.take("a", (2, 3), np.float32)
    assert first.shape == (4, 8)
    assert second.shape == (2, 3)
    assert second.flags.c_contiguous
    assert np.shares_memory(first, second)


def test_names_and_types_do_not_share() -> None:
    buffers = Buffers()
    a = buffers.take("a", (8,), np.int64)
    b = buffers.take("b", (8,), np.int64)
    c = buffers.take("a", (8,), np.float32)
    assert not np.shares_memory(a, b)
    assert not np.shares_memory(a, c)
    assert c.dtype == np.float32


def test_larger_shapes_grow_it() -> None:
    buffers = Buffers()
    buffers.take("a", (2,), np.int64)
    large = buffers.take("a", (100,), np.int64)
    assert np.shares_memory(large, buffers.take("a", (100,), np.int64))


def test_beyond_the_cap_nothing_is_kept() -> None:
    buffers = Buffers(cap_bytes=64)
    small = buffers.take("a", (8,), np.int64)
    large = buffers.take("a", (9,), np.int64)
    assert large.shape == (9,)
    assert not np.shares_memory(large, buffers.take("a", (9,), np.int64))
    assert np.shares_memory(small, buffers.take("a", (8,), np.int64))


def test_threads_do_not_share() -> None:
    buffers = Buffers()
    mine = buffers.take("a", (8,), np.int64)
    theirs: list[np.ndarray] = []
    thread = threading.Thread(target=lambda: theirs.append(buffers.take("a", (8,), np.int64)))
    thread.start()
    thread.join()
    assert not np.shares_memory(mine, theirs[0])


def test_released_memory_is_not_used_again() -> None:
    buffers = Buffers()
    first = buffers.take("a", (8,), np.int64)
    buffers.release()
    assert not np.shares_memory(first, buffers.take("a", (8,), np.int64))


def test_giving_memory_back_is_harmless_everywhere() -> None:
    kept = np.arange(1000)
    release_unused_memory()
    assert kept.sum() == 499_500
