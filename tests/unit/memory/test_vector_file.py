import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import IndexDamagedError
from engine.memory import vector_file as module
from engine.memory.vector_file import TOLERANCE, RowKind, VectorFile, new_checksum

DIMENSIONS = 24
KINDS: tuple[RowKind, ...] = ("fp32", "fp16", "int8")


def rows(count: int, seed: int = 0) -> NDArray[np.float32]:
    made = np.random.default_rng(seed).standard_normal((count, DIMENSIONS)).astype(np.float32)
    return made / np.linalg.norm(made, axis=1, keepdims=True)


def labels(*numbers: int) -> NDArray[np.int64]:
    return np.asarray(numbers, np.int64)


@pytest.fixture(params=KINDS)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[VectorFile]:
    made = VectorFile(tmp_path / "a-1.vectors", DIMENSIONS, request.param)
    yield made
    made.close()


def filled(file: VectorFile, count: int = 300) -> NDArray[np.float32]:
    vectors = rows(count)
    for start in range(0, count, 70):
        part = vectors[start : start + 70]
        file.append(np.arange(start, start + len(part)) * 2 + 10, part)
    return vectors


def checksum(file: VectorFile, count: int) -> str:
    digest = new_checksum()
    file.hash_rows(digest, 0, count)
    return digest.hexdigest()


def test_vectors_come_back_as_exactly_as_their_kind_can(file: VectorFile) -> None:
    vectors = filled(file)
    given = file.vectors(np.asarray([299, 0, 150, 0]))
    error = np.abs(given - vectors[[299, 0, 150, 0]]).max()
    assert error <= TOLERANCE[file.kind]
    assert bool(error == 0) is (file.kind == "fp32")
    size = {"fp32": 96, "fp16": 48, "int8": 28}[file.kind] + 8
    assert file.path.stat().st_size == 300 * size


def test_rows_are_found_by_label(file: VectorFile) -> None:
    filled(file)
    assert file.find(labels(10, 12, 13, 608, 610, 4)).tolist() == [0, 1, -1, 299, -1, -1]
    assert file.remove(12)
    assert not file.remove(12)
    assert not file.remove(13)
    assert not file.remove(9999)
    assert file.find(labels(12, 14)).tolist() == [-1, 2]


def test_an_empty_file_is_no_file(tmp_path: Path) -> None:
    file = VectorFile(tmp_path / "none.vectors", DIMENSIONS, "fp16")
    assert file.find(labels(1)).tolist() == [-1]
    assert [len(part) for part in file.scores(0, rows(1)[0])] == [0, 0]
    file.flush()
    file.close()
    assert not file.path.exists()


def test_scores_are_those_of_living_rows(file: VectorFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BLOCK", 64)
    vectors = filled(file)
    file.remove(10)
    file.remove(308)
    query = rows(1, seed=9)[0]
    found, scores = file.scores(100, query)
    assert found.tolist() == [label for label in range(210, 610, 2) if label != 308]
    expected = (vectors @ query)[(found - 10) // 2]
    assert scores == pytest.approx(expected, abs=DIMENSIONS * TOLERANCE[file.kind])


def test_what_was_saved_is_taken_up_and_the_rest_cut_off(file: VectorFile) -> None:
    vectors = filled(file)
    saved = checksum(file, 200)
    file.flush()
    file.close()
    again, digest = VectorFile.open(file.path, DIMENSIONS, file.kind, count=200, checksum=saved)
    assert digest.hexdigest() == saved
    assert (again.count, int(again.labels[-1]), bool(again.alive.all())) == (200, 408, True)
    again.append(labels(999), rows(1, seed=4))
    again.hash_rows(digest, 200, 201)
    assert digest.hexdigest() == checksum(again, 201)
    assert np.abs(again.vectors(np.asarray([199])) - vectors[199]).max() <= TOLERANCE[file.kind]
    again.discard()
    assert not file.path.exists()


def test_other_bytes_are_refused(file: VectorFile) -> None:
    filled(file)
    saved = checksum(file, 300)
    file.close()
    for count, sum_of in ((300, "0" * 40), (301, saved), (299, saved)):
        with pytest.raises(IndexDamagedError):
            VectorFile.open(file.path, DIMENSIONS, file.kind, count=count, checksum=sum_of)
    with pytest.raises(IndexDamagedError):
        VectorFile.open(file.path.with_name("gone"), DIMENSIONS, file.kind, count=1, checksum=saved)


class FullDisk:
    """A file that takes some bytes and then no more."""

    def __init__(self, inner: Any, room: int) -> None:
        self.inner, self.room = inner, room

    def write(self, data: memoryview) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken, self.room = data[: self.room], max(0, self.room - len(data))
        return int(self.inner.write(taken))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def test_a_full_disk_adds_nothing_and_what_comes_next_lies_right(file: VectorFile) -> None:
    vectors = filled(file, 100)
    before = checksum(file, 100)
    whole = file._file
    file._file = FullDisk(whole, 100)
    with pytest.raises(OSError, match="No space"):
        file.append(labels(1000, 1001, 1002, 1003), rows(4))
    file._file = whole
    assert file.count == 100
    assert file.find(labels(1000)).tolist() == [-1]
    file.append(labels(2000), vectors[:1])
    assert checksum(file, 100) == before
    assert np.array_equal(file.vectors(np.asarray([100])), file.vectors(np.asarray([0])))


def test_rows_taken_back_are_written_over(file: VectorFile) -> None:
    vectors = filled(file, 100)
    file.cut_to(60)
    assert file.find(labels(10 + 2 * 60)).tolist() == [-1]
    file.append(labels(131), vectors[99:])
    assert file.count == 61
    assert file.find(labels(131)).tolist() == [60]
    assert np.abs(file.vectors(np.asarray([60])) - vectors[99:]).max() <= TOLERANCE[file.kind]


def test_pages_are_given_back_while_reading_goes_on(file: VectorFile, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = filled(file)
    monkeypatch.setattr(module, "RESIDENT_BYTES", 8192)
    for _ in range(20):
        given = file.vectors(np.arange(300))
        assert np.abs(given - vectors).max() <= TOLERANCE[file.kind]
    assert file._touched == 0  # each of these reads was more than may stay


def test_scrubbed_rows_are_nothing_and_the_others_stay(file: VectorFile) -> None:
    vectors = filled(file, 100)
    kept = file.raw(np.asarray([0, 2, 99])).tobytes()
    gone = file.raw(np.asarray([1])).tobytes()[8:]
    assert file.scrub() == 0
    file.remove(12)
    file.remove(20)
    assert file.scrub() == 2
    data = file.path.read_bytes()
    assert gone not in data
    assert file.raw(np.asarray([0, 2, 99])).tobytes() == kept
    assert file.labels.tolist() == list(range(10, 210, 2))
    file.append(labels(999), vectors[1:2])
    assert np.abs(file.vectors(np.asarray([100])) - vectors[1]).max() <= TOLERANCE[file.kind]
