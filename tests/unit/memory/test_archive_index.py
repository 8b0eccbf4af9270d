import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import IndexDamagedError
from engine.memory.archive_index import ArchiveIndex
from engine.memory.store import life_deeds, traces
from engine.memory.sync import DerivedIndex
from tests.helpers.truth import Truth, follow


@pytest.fixture
def truth(tmp_path: Path) -> Iterator[Truth]:
    opened = Truth(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def index(truth: Truth) -> Iterator[ArchiveIndex]:
    made = ArchiveIndex(truth.store, truth.indexes / "archive")
    made.open()
    yield made
    made.close()


def words(truth: Truth, index: ArchiveIndex, text: str) -> list[str]:
    return sorted(truth.texts_of(list(index.search_bodies(text, limit=100))))


def test_it_holds_what_the_hot_indexes_do_not(truth: Truth, index: ArchiveIndex) -> None:
    assert isinstance(index, DerivedIndex)
    assert index.name == "archive"
    first, second, third = truth.add("red apple", "green apple", "blue apple", session="talk")
    follow(index)
    assert words(truth, index, "apple") == []
    truth.delete(first, second)
    follow(index)
    assert words(truth, index, "apple") == ["green apple", "red apple"]
    truth.undelete(first)
    truth.erase(second)
    follow(index)
    assert words(truth, index, "apple") == []
    truth.delete(third)
    follow(index)
    assert index.verify() == []
    assert (index.status().count, index.status().state) == (1, "ok")
    assert index.weight("apple") > 0


def test_it_survives_a_restart_and_pruned_removals(truth: Truth, index: ArchiveIndex) -> None:
    (cold,) = truth.add("cold apple")
    truth.delete(cold)
    follow(index)
    index.save()
    truth.add(*(f"warm {n}" for n in range(20)))
    follow(index)
    assert index.save() < index.last_sequence, "what concerned no cold memory is not written down"
    index.close()
    again = ArchiveIndex(truth.store, truth.indexes / "archive")
    again.open()
    follow(again)
    assert words(truth, again, "apple") == ["cold apple"]
    again.close()


def test_after_very_many_other_changes_it_is_written_how_far_it_read(truth: Truth, index: ArchiveIndex) -> None:
    truth.add(*(f"warm {n}" for n in range(5100)))
    follow(index)
    with truth.store.read() as reader:
        assert index.save() == truth.store.last_sequence(reader)


def test_a_damaged_one_is_built_anew(truth: Truth, index: ArchiveIndex) -> None:
    (cold,) = truth.add("cold apple")
    truth.delete(cold)
    follow(index)
    index.save()
    index.close()
    manifest = truth.indexes / "archive" / "words.json"
    stored = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(stored)[:-5])
    again = ArchiveIndex(truth.store, truth.indexes / "archive")
    with pytest.raises(IndexDamagedError):
        again.open()
    follow(again)
    assert words(truth, again, "apple") == ["cold apple"]
    assert again.verify() == []
    again.close()


def test_what_was_erased_leaves_its_files(truth: Truth, index: ArchiveIndex) -> None:
    gone, kept = truth.add("xanaduquartz apple", "plain apple")
    with truth.store.write() as writer:
        life_deeds.delete(truth.store, writer, [gone, kept])
    follow(index)
    assert index.weight("xanaduquartz") > 0
    assert not index.must_purge
    truth.erase(gone)
    follow(index)
    with truth.store.read() as reader:
        assert traces.last_erased(reader) > 0
    assert index.must_purge
    index.purge()
    while index.work():
        continue
    assert not index.must_purge
    assert words(truth, index, "apple xanaduquartz") == ["plain apple"]
    assert index._words._searcher().doc_freq("body", "xanaduquartz") == 0
    assert index.verify() == []
