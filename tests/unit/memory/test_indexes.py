import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import EngineClosedError
from engine.memory import indexes as module
from engine.memory.indexes import Indexes
from engine.memory.lexical_index import WordIndex
from engine.memory.records import Removal
from engine.memory.store import recall_queries
from engine.settings import IndexSettings, RecallSettings
from tests.helpers.truth import DIMENSIONS, MODEL, Truth, vector_of


class House:
    """A database and its indexes, as the engine holds them."""

    def __init__(self, folder: Path) -> None:
        self.truth = Truth(folder)
        self.notices: list[tuple[str, str]] = []
        self.saved: list[int] = []
        self.indexes = self.make()

    def make(self, **settings: object) -> Indexes:
        options = {"exact_below": 50, "merge_tail": 16, "merge_slice": 32, **settings}
        made = Indexes(
            self.truth.store,
            folder=self.truth.indexes,
            index=IndexSettings(**options),  # type: ignore[arg-type]
            recall=RecallSettings(),
            model_id=MODEL,
            dimensions=DIMENSIONS,
            notice=lambda level, text: self.notices.append((level, text)),
            saved=self.saved.append,
        )
        made.start()
        return made

    def add(self, *texts: str, **fields: object) -> list[str]:
        ids = self.truth.add(*texts, **fields)
        self.tell()
        return ids

    def tell(self) -> None:
        with self.truth.store.read() as reader:
            self.indexes.changed(self.truth.store.last_sequence(reader))

    def restart(self) -> None:
        self.indexes.close()
        self.indexes = self.make()

    def nearest(self, text: str, layer: str = "assets") -> list[str]:
        labels, _ = self.indexes.search_vectors(layer, vector_of(text), 3)
        return self.truth.texts([int(label) for label in labels])

    def close(self) -> None:
        self.indexes.close()
        self.truth.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    opened = House(tmp_path / "data")
    yield opened
    opened.close()


def soon(done: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def test_what_was_committed_is_found_at_once_by_meaning_and_soon_by_words(house: House) -> None:
    house.add("zebra crossing", "another text")
    assert house.nearest("zebra crossing")[0] == "zebra crossing"
    assert house.indexes.wait_for(house.indexes.target)
    hits = house.indexes.search_words("zebra", limit=5)
    assert house.truth.texts_of(list(hits.body)) == ["zebra crossing"]


def test_indexes_are_saved_and_taken_up_again(house: House) -> None:
    house.add(*[f"word{n}" for n in range(120)])
    house.indexes.settle()
    house.restart()
    house.indexes.settle()
    by_name = {status.name: status for status in house.indexes.status()}
    assert (by_name["assets"].merged, by_name["assets"].tail) == (120, 0)
    assert by_name["lexical"].count == 120
    assert all(status.state == "ok" for status in by_name.values())
    assert by_name["assets"].bytes > 0
    assert by_name["lexical"].bytes > 0
    assert house.indexes.verify() == ({"interact": 0, "insights": 0, "assets": 120, "lexical": 120, "archive": 0}, [])
    assert house.notices == []


def test_while_the_index_is_behind_recall_reads_the_database(house: House) -> None:
    """The indexes are stopped; what they were told of is found all the same."""
    house.indexes.close()
    house.truth.add("zebra crossing", "another text")
    with house.truth.store.read() as reader:
        house.indexes.changed(house.truth.store.last_sequence(reader))
    assert house.nearest("zebra crossing")[0] == "zebra crossing"


@pytest.mark.expected_logs("cannot be used")
def test_damage_is_told_and_mended_in_the_background(house: House) -> None:
    house.add(*[f"word{n}" for n in range(120)])
    house.indexes.settle()
    house.indexes.close()
    for path in [*house.truth.indexes.glob("assets-*.hnsw"), *(house.truth.indexes / "words").glob("*.term")]:
        path.write_bytes(path.read_bytes()[:-9])
    house.indexes = house.make()
    assert house.nearest("word77")[0] == "word77"
    house.indexes.settle()
    assert sorted(text.split(" was ")[0] for _, text in house.notices) == [
        "The vector index of assets",
        "The word index",
    ]
    assert house.indexes.verify()[1] == []


def test_rebuilding_makes_the_same_again(house: House) -> None:
    ids = house.add(*[f"word{n}" for n in range(120)])
    house.truth.erase(*ids[:10])
    house.tell()
    house.indexes.settle()
    house.indexes.rebuild()
    assert house.indexes.verify() == ({"interact": 0, "insights": 0, "assets": 110, "lexical": 110, "archive": 0}, [])
    assert house.nearest("word50")[0] == "word50"


def test_removals_are_pruned_once_every_index_is_saved(house: House) -> None:
    ids = house.add(*[f"word{n}" for n in range(60)])
    house.truth.erase(*ids[:5])
    house.tell()
    house.indexes.settle()
    house.indexes.save()
    assert house.saved
    with house.truth.store.write() as writer:
        assert recall_queries.prune_removals(writer, house.saved[-1]) == 5
        assert Removal.select().count(writer) == 0
    house.restart()
    house.indexes.settle()
    assert house.indexes.verify()[1] == []
    assert house.notices == []


def test_many_changes_are_saved_without_being_asked(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAVE_CHANGES", 50)
    monkeypatch.setattr(module, "SAVE_QUIET_SECONDS", 0.05)
    monkeypatch.setattr(module, "REST_SECONDS", 0.1)
    house.add(*[f"word{n}" for n in range(120)])
    assert soon(lambda: bool(list(house.truth.indexes.glob("assets-*.hnsw"))))
    house.add("still written after the rest")
    assert house.indexes.wait_for(house.indexes.target)


def test_a_model_whose_vectors_may_be_cut_takes_the_place_of_one_that_learned(house: House) -> None:
    house.indexes.close()
    house.indexes = house.make(vectors="fp16", graph_dimensions=8)
    house.add(*[f"word{n}" for n in range(120)])
    house.indexes.settle()
    house.indexes.save()

    def saved() -> tuple[str, set[str]]:
        manifest = json.loads((house.truth.indexes / "assets.json").read_text())
        named = {manifest["file"], *(part["file"] for part in manifest["parts"].values())}
        return manifest["parameters"]["shortened"], named

    how, first = saved()
    assert how == "learned"
    house.indexes.use_vectors(MODEL, DIMENSIONS, (16, 8))
    house.indexes.settle()
    house.indexes.save()
    how, second = saved()
    assert how == "cut"
    assert not first & second
    assert {path.name for path in house.truth.indexes.glob("assets-*")} == second
    assert house.nearest("word77")[0] == "word77"
    assert house.indexes.verify()[1] == []


def test_a_save_waits_for_recalls_that_go_on_but_not_for_ever(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SAVE_CHANGES", 50)
    monkeypatch.setattr(module, "SAVE_QUIET_SECONDS", 0.05)
    monkeypatch.setattr(module, "SAVE_OVERDUE_SECONDS", 1.5)
    house.indexes._searched_at = time.monotonic() + 3600  # as if one recall followed the other
    began = time.monotonic()
    house.add(*[f"word{n}" for n in range(120)])
    saved = False
    while not saved:
        saved = bool(list(house.truth.indexes.glob("assets-*.hnsw")))
        passed = time.monotonic() - began
        assert not saved or passed >= 1.5
        assert passed < 30
        time.sleep(0.02)


def test_a_recall_does_not_wait_for_a_far_away_index(house: House) -> None:
    house.indexes.settle()
    began = time.monotonic()
    assert not house.indexes.wait_for(house.indexes.target + module.TOO_FAR + 1, timeout=30)
    assert not house.indexes.wait_for(house.indexes.target + 1, timeout=0.05)
    assert time.monotonic() - began < 5


@pytest.mark.expected_logs("cannot be kept up to date")
def test_an_error_is_told_once_and_tried_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.02)
    house.indexes.settle()
    failures = iter(range(3))
    original = house.indexes.lexical.catch_up

    def failing() -> bool:
        if next(failures, None) is not None:
            raise OSError("the disk is full")
        return original()

    monkeypatch.setattr(house.indexes.lexical, "catch_up", failing)
    house.add("zebra")
    assert soon(lambda: house.indexes.lexical.last_sequence >= house.indexes.target)
    assert [level for level, _ in house.notices] == ["error"]
    assert "the disk is full" in house.notices[0][1]


def test_a_closed_house_answers_no_jobs(house: House) -> None:
    house.indexes.close()
    house.indexes.close()
    with pytest.raises(EngineClosedError):
        house.indexes.verify()
    with pytest.raises(EngineClosedError):
        house.indexes.rebuild()
    assert house.indexes.search_words("anything", limit=3).body == {}


def test_closing_at_once_loses_nothing(house: House) -> None:
    for turn in range(3):
        house.add(*[f"turn{turn} word{n}" for n in range(200)])
        house.restart()
    house.indexes.settle()
    assert house.indexes.verify()[0] == {"interact": 0, "insights": 0, "assets": 600, "lexical": 600, "archive": 0}


@pytest.mark.timeout(60)
def test_searching_while_writing_finds_what_was_there_before(house: House) -> None:
    house.add(*[f"stays{n}" for n in range(80)])
    house.indexes.settle()
    stop = threading.Event()
    wrong: list[str] = []

    def search(seed: int) -> None:
        order = np.random.default_rng(seed)
        while not stop.is_set():
            text = f"stays{int(order.integers(0, 80))}"
            if house.nearest(text)[0] != text:
                wrong.append(f"by meaning: {text}")
            if house.truth.texts_of(list(house.indexes.search_words(text, limit=1).body)) != [text]:
                wrong.append(f"by words: {text}")

    threads = [threading.Thread(target=search, args=(seed,)) for seed in range(2)]
    for thread in threads:
        thread.start()
    for turn in range(8):
        ids = house.add(*[f"turn{turn} number{n}" for n in range(40)])
        house.truth.delete(*ids[:20])
        house.tell()
    house.indexes.settle()
    stop.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert house.indexes.verify()[1] == []


@pytest.mark.expected_logs("cannot be kept up to date")
def test_a_writer_that_failed_is_replaced(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.02)
    house.add("first", session="s")
    house.indexes.settle()
    failures = iter(range(2))
    original = WordIndex.commit

    def failing(index: WordIndex, sequence: int) -> None:
        if next(failures, None) is not None:
            raise ValueError("An IO error occurred: 'No space left on device'")
        original(index, sequence)

    monkeypatch.setattr(WordIndex, "commit", failing)
    house.add("zebra crossing", session="s")
    assert soon(lambda: house.indexes.lexical.last_sequence >= house.indexes.target)
    house.indexes.settle()
    assert house.indexes.verify()[1] == []
    assert list(house.indexes.search_words("zebra", limit=3).section) != []


@pytest.mark.parametrize("when", ["while it runs", "when it closes", "at the next start"])
def test_what_was_erased_stands_in_no_file(house: House, monkeypatch: pytest.MonkeyPatch, when: str) -> None:
    ids = house.add("zebra", "something else", session="s")
    house.indexes.settle()
    assert in_dictionary(house, "zebra")
    if when == "while it runs":
        monkeypatch.setattr(module, "SAVE_QUIET_SECONDS", 0.05)
    elif when == "at the next start":
        monkeypatch.setattr(module, "TOO_FAR", 0)
    house.truth.erase(ids[0])
    house.tell()
    house.indexes.settle()
    if when == "while it runs":
        assert soon(lambda: not house.indexes.lexical.must_purge)
        house.indexes.settle()
    else:
        house.restart()
        house.indexes.settle()
    assert not in_dictionary(house, "zebra")
    assert house.indexes.verify()[1] == []


def in_dictionary(house: House, word: str) -> bool:
    """Whether a word stands in the files, of living records or not: its frequency counts deleted ones, too."""
    lexical = house.indexes.lexical
    searchers = (lexical._words._searcher(), lexical._sections._index._searcher())
    return any(searcher.doc_freq(field, word) for searcher in searchers for field in ("body", "window", "section"))
