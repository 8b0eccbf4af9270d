import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.embedding import CachedEmbedder, open_embedder
from engine.errors import RuntimeUnavailableError
from engine.memory.context import embedding_text
from engine.memory.indexes import Indexes
from engine.memory.migrations import migrate
from engine.memory.records import Memory
from engine.memory.retrieval import SMALL_SUBSET, Retriever
from engine.memory.store import memories
from engine.memory.store.database import Database
from engine.paths import DataPaths
from engine.settings import IndexSettings, Settings
from engine.values import Hit, NewMemory

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CachedEmbedder]:
    folder = tmp_path_factory.mktemp("retrieval")
    opened = open_embedder(Settings(data_dir=folder), paths=DataPaths.resolve(folder))
    opened.embed_passages(
        [f"{number} " + "words " * 250 for number in range(12)]
    )  # its threads are there before a test counts them
    yield opened
    opened.close()


class Recall:
    """Database, indexes and retriever, with the bundled embedder."""

    def __init__(self, folder: Path, embedder: CachedEmbedder, **index: Any) -> None:
        settings = Settings(data_dir=folder, index=IndexSettings(**index))
        settings.paths.create()
        self.embedder = embedder
        self.store = Database(settings.paths.database, lock_path=settings.paths.lock, synchronous="NORMAL")
        self.store.open()
        migrate(self.store, backups=settings.paths.backups)
        self.indexes = Indexes(
            self.store,
            folder=settings.paths.indexes,
            index=settings.index,
            recall=settings.recall,
            model_id=embedder.model_id,
            dimensions=embedder.dimensions,
        )
        self.indexes.start()
        self.retriever = Retriever(self.store, self.indexes, embedder, settings.recall, settings.layers)

    def add(self, *new: NewMemory | str, **fields: Any) -> None:
        made = [NewMemory(**{"text": one, "layer": "assets", **fields}) if isinstance(one, str) else one for one in new]
        vectors = self.embedder.embed_passages([embedding_text(one) for one in made])
        rows = [
            memories.NewRow(
                memory=one,
                vector=vector.astype("<f4").tobytes(),
                model=self.embedder.model_id,
                dimensions=self.embedder.dimensions,
            )
            for one, vector in zip(made, vectors, strict=True)
        ]
        with self.store.write() as writer:
            memories.insert(self.store, writer, rows)
        self.tell()

    def change(self, text: str, **fields: Any) -> None:
        with self.store.write() as writer:
            Memory.update(**fields).where(Memory.text == text).execute(writer)
        self.tell()

    def tell(self) -> None:
        with self.store.read() as reader:
            self.indexes.changed(self.store.last_sequence(reader))

    def hits(self, query: str, **options: Any) -> list[Hit]:
        return self.retriever.recall(query, **options)

    def texts(self, query: str, **options: Any) -> list[str]:
        return [hit.memory.text for hit in self.hits(query, **options)]

    def close(self) -> None:
        self.indexes.close()
        self.store.close()


@pytest.fixture
def recall(tmp_path: Path, embedder: CachedEmbedder) -> Iterator[Recall]:
    opened = Recall(tmp_path / "data", embedder)
    yield opened
    opened.close()


ANIMALS = ("Our dog sleeps in the kitchen.", "The tax return is due in April.", "Bread needs two hours to rise.")


def test_meaning_finds_what_shares_no_word(recall: Recall) -> None:
    recall.add(*ANIMALS)
    (first, *_) = recall.hits("Where does the puppy nap?")
    assert first.memory.text == ANIMALS[0]
    assert first.scores["dense"] > 0.3
    assert "means something alike" in first.reason


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Ключ от гаража лежит под ковриком.", "где лежат ключи от гаража"),
        ("会议改到星期四下午。", "会议"),
        ("ประชุมเลื่อนไปวันพฤหัส", "ประชุม"),
        ("회의는 목요일로 옮겨졌습니다", "회의"),
    ],
)
def test_other_languages_are_found_by_words_alone(recall: Recall, text: str, question: str) -> None:
    recall.add("Die Garage ist zu.", text, "Кот спит на подоконнике.", "星期一放假", "แมวนอน", "고양이가 잔다")
    (first, *_) = recall.hits(question)
    assert first.memory.text == text
    assert "dense" not in first.scores


def test_every_stage_is_told(recall: Recall) -> None:
    for minute, text in enumerate(("I bought a boat.", "It is green.", "I sail it on Sundays.")):
        recall.add(text, session="s", speaker="Ann", occurred_at=NOW + timedelta(minutes=minute))
    recall.indexes.settle()
    (first, *_) = recall.hits("What boat did Ann buy?", explain=True)
    assert set(first.scores) >= {"bm25", "bm25_window", "bm25_group", "dense", "dense_window", "fused"}
    assert first.scores["fused"] <= first.score <= 1.2
    assert "Scores: bm25 " in first.reason


def test_compact_layers_give_the_same_hits(recall: Recall, embedder: CachedEmbedder, tmp_path: Path) -> None:
    things = ("boat", "lamp", "violin", "garden", "letter", "clock", "bridge", "river")
    colours = ("green", "old", "heavy", "lost", "borrowed", "golden")
    made = [
        NewMemory(
            text=f"The {colour} {thing} belongs to {owner}.",
            layer="insights" if owner == "Ann" else "assets",
            session=owner,
            occurred_at=NOW + timedelta(minutes=number),
        )
        for number, (owner, thing, colour) in enumerate(itertools.product(("Ann", "Bob"), things, colours))
    ]
    compact = Recall(tmp_path / "compact", embedder, vectors="fp16", graph_dimensions=10, exact_below=20, merge_tail=8)
    try:
        for house in (recall, compact):
            house.add(*made)
            house.indexes.settle()
            house.add("The newest thing of all is a green kite.")
            assert house.indexes.wait_for(house.indexes.target)  # until then its words are weighed by the tail alone
        status = {one.name: one for one in compact.indexes.status()}
        assert status["insights"].merged == 48
        for query in ("Who has a musical instrument?", "something to sail in", "the newest toy"):
            for options in ({}, {"layer": "assets"}, {"kind": "note"}):
                plain, same = recall.hits(query, **options), compact.hits(query, **options)
                assert [hit.memory.text for hit in same[:5]] == [hit.memory.text for hit in plain[:5]]
                for one, other in zip(plain[:5], same[:5], strict=True):
                    assert other.scores == pytest.approx(one.scores, abs=2e-3)
    finally:
        compact.close()


def test_neighbours_lift_what_they_explain(recall: Recall) -> None:
    talk = ["Have you seen the new telescope?", "Yes, yesterday.", "How was the food?", "Fine, thanks."]
    for minute, text in enumerate(talk):
        recall.add(text, session="s", occurred_at=NOW + timedelta(minutes=minute))
    texts = recall.texts("telescope")
    assert texts[:2] == talk[:2]


def test_layer_and_kind_narrow_the_search(recall: Recall) -> None:
    recall.add("A red apple", kind="note")
    recall.add("A red apple pie", layer="interact", kind="message")
    recall.add("A red apple tree", layer="insights", kind="fact")
    assert len(recall.texts("red apple")) == 3
    assert recall.texts("red apple", layer="interact") == ["A red apple pie"]
    assert recall.texts("red apple", kind="fact") == ["A red apple tree"]
    assert recall.texts("red apple", layer="assets", kind="fact") == []


def test_a_kind_with_many_memories_is_searched_by_looking_deeper(
    recall: Recall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.memory.retrieval.SMALL_SUBSET", 2)
    assert SMALL_SUBSET > 2
    recall.add(*ANIMALS, "The cat is in the garden.", kind="fact")
    recall.add("A dog in the kitchen", kind="note")
    assert recall.texts("Where is the puppy?", kind="fact")[0] == ANIMALS[0]


def test_the_limit_is_kept(recall: Recall) -> None:
    recall.add(*[f"Note {n} about gardens and roses" for n in range(30)])
    assert len(recall.hits("gardens", limit=3)) == 3
    assert len(recall.hits("gardens", limit=25)) == 25
    assert len(recall.hits("gardens")) == 10


def test_nothing_asked_and_nothing_there(recall: Recall) -> None:
    assert recall.hits("anything") == []
    recall.add("Something")
    assert recall.hits("   ") == []
    assert recall.hits("something", limit=0) == []


@pytest.mark.parametrize(
    "fields",
    [{"superseded_by": "newer"}, {"valid_to": 1}, {"expires_at": 1}, {"deleted_at": 1, "label": None}],
    ids=lambda fields: next(iter(fields)),
)
def test_what_is_over_is_hidden(recall: Recall, fields: dict[str, Any]) -> None:
    recall.add("The door code is 1234", "The door is green")
    recall.change("The door code is 1234", **fields)
    assert recall.texts("what is the door code") == ["The door is green"]


def test_what_is_pinned_does_not_expire(recall: Recall) -> None:
    recall.add("The door code is 1234")
    recall.change("The door code is 1234", expires_at=1, pinned=True)
    assert recall.texts("door code") == ["The door code is 1234"]


def test_repetitions_are_shown_once(recall: Recall) -> None:
    recall.add(*["The meeting is on Thursday at noon in the big room."] * 4, "The meeting room is being painted.")
    assert len(recall.texts("meeting room")) == 2


def test_a_named_time_decides_between_equals(recall: Recall) -> None:
    for year in (2021, 2022, 2023):
        recall.add(f"We had dinner at the harbour, visit {year - 2000}.", occurred_at=datetime(year, 5, 8, tzinfo=UTC))
    (first, *_) = recall.hits("dinner at the harbour on 8 May 2022")
    assert first.memory.occurred_at.year == 2022
    assert first.scores["period"] > 0
    assert "from the time asked about" in first.reason


def test_what_is_new_goes_before_what_is_old_between_equals(recall: Recall) -> None:
    for days in (3, 0, 9):
        recall.add(f"Parked the car on level {days}", layer="interact", occurred_at=NOW - timedelta(days=days))
    assert recall.texts("where did I park the car")[0] == "Parked the car on level 0"


def test_a_quoted_phrase_comes_first(recall: Recall) -> None:
    recall.add("blue is the door of the blue house", "They painted the blue door again", "the door, the blue one")
    assert recall.texts('"the blue door"')[0] == "They painted the blue door again"


def test_without_a_runtime_words_still_find(recall: Recall, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    recall.add(*ANIMALS)

    def broken(text: str) -> np.ndarray:
        raise RuntimeUnavailableError("no execution provider")

    monkeypatch.setattr(recall.embedder, "embed_query", broken)
    with caplog.at_level("CRITICAL", "engine.memory.retrieval"):
        (first, *_) = recall.hits("dog kitchen")
    assert first.memory.text == ANIMALS[0]
    assert "dense" not in first.scores


def test_vectors_of_another_model_are_left_out(recall: Recall) -> None:
    recall.add(*ANIMALS)
    with recall.store.write() as writer:
        writer.execute_sql("UPDATE vector SET model = 'another' WHERE memory = 1")
    hits = {hit.memory.text: hit for hit in recall.hits("Where does the dog sleep?")}
    assert "dense" not in hits[ANIMALS[0]].scores
    assert "dense" in hits[ANIMALS[1]].scores


def test_the_same_question_has_the_same_answer(recall: Recall) -> None:
    recall.add(*[f"Entry {n}: {['rose', 'tulip', 'oak', 'elm'][n % 4]} in the garden" for n in range(120)])
    recall.indexes.settle()
    asked: list[Callable[[], list[str]]] = [lambda: recall.texts("roses in the garden", limit=20)] * 3
    answers = [ask() for ask in asked]
    assert answers[0] == answers[1] == answers[2]
