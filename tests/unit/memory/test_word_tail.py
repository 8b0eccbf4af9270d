"""What the word index does not hold yet is found all the same, by the same measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.memory import word_tail
from engine.memory.lexical_sync import LexicalIndex
from engine.memory.migrations import migrate
from engine.memory.store import life_deeds, memories, recall_queries
from engine.memory.store.database import Database
from engine.memory.word_tail import Asked, WordTail
from engine.values import NewMemory

TEXTS = [
    "The pump in the cellar hums at night.",
    "A heron stood by the river and fished.",
    "The river rose and the cellar was flooded; the pumps ran.",
    "Nobody fishes in winter.",
]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(tmp_path / "magray.db", lock_path=tmp_path / "lock")
    opened.open()
    migrate(opened, backups=tmp_path / "backups", kept=1)
    yield opened
    opened.close()


@pytest.fixture
def lexical(database: Database, tmp_path: Path) -> Iterator[LexicalIndex]:
    index = LexicalIndex(database, tmp_path / "indexes")
    index.open()
    index.catch_up()
    yield index
    index.close()


def write(database: Database, *new: NewMemory) -> list[int]:
    rows = [memories.NewRow(memory=one, vector=None, model="", dimensions=0) for one in new]
    with database.write() as writer:
        return memories.insert(database, writer, rows)


def search(database: Database, lexical: LexicalIndex, text: str, **fields: object) -> dict[str, dict[int, float]]:
    with database.read() as reader:
        target = database.last_sequence(reader)
    asked = Asked(text=text, limit=10, **fields)  # type: ignore[arg-type]
    found = WordTail(database).search(lexical, asked, target=target)
    return {"body": found.body, "window": found.window}


def test_the_tail_weighs_as_the_index_does(database: Database, lexical: LexicalIndex) -> None:
    numbers = write(database, *(NewMemory(text=text, session="day") for text in TEXTS))
    for query in ("pumps in the cellar", "fishing heron", "river", "winter"):
        before = search(database, lexical, query)
        lexical.catch_up()
        after = search(database, lexical, query)
        assert list(before["body"]) == list(after["body"])
        assert set(before["window"]) == set(after["window"])
        for number, score in after["body"].items():
            assert before["body"][number] == pytest.approx(
                score, rel=0.15
            )  # the index counts its own state as one more document
        lexical.reset()
    assert set(search(database, lexical, "cellar")["body"]) == {numbers[0], numbers[2]}


def test_what_is_new_stands_beside_what_is_indexed(database: Database, lexical: LexicalIndex) -> None:
    (old,) = write(database, NewMemory(text=TEXTS[0]))
    lexical.catch_up()
    (new,) = write(database, NewMemory(text=TEXTS[2], layer="assets", kind="fact"))
    assert set(search(database, lexical, "cellar")["body"]) == {old, new}
    assert set(search(database, lexical, "cellar", layer="assets")["body"]) == {new}
    assert set(search(database, lexical, "cellar", kind="note")["body"]) == {old}
    assert search(database, lexical, "?!")["body"] == {}


def test_what_changed_is_not_found_by_what_it_was(database: Database, lexical: LexicalIndex) -> None:
    first, second = write(database, NewMemory(text=TEXTS[0]), NewMemory(text=TEXTS[1]))
    lexical.catch_up()
    with database.write() as writer:
        found = memories.fetch(writer, [first])
        life_deeds.delete(database, writer, [found[0].id])
    assert search(database, lexical, "cellar")["body"] == {}
    assert set(search(database, lexical, "heron")["body"]) == {second}


def test_a_phrase_comes_first(database: Database, lexical: LexicalIndex) -> None:
    numbers = write(
        database, NewMemory(text="river heron river heron river"), NewMemory(text="A heron stood by a broad river.")
    )
    plain = search(database, lexical, "stood by a broad river heron")
    quoted = search(database, lexical, '"broad river" heron', phrases=("broad river",))
    assert next(iter(quoted["body"])) == numbers[1]
    assert quoted["body"][numbers[1]] > plain["body"][numbers[0]]


def test_where_much_is_missing_the_index_alone_answers(
    database: Database, lexical: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(word_tail, "MOST", 3)
    write(database, *(NewMemory(text=text) for text in TEXTS))
    assert search(database, lexical, "cellar")["body"] == {}
    lexical.catch_up()
    assert len(search(database, lexical, "cellar")["body"]) == 2


def test_what_was_read_once_is_not_read_again_until_it_changes(
    database: Database, lexical: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    words_of = recall_queries.words_of

    def counted(reader: object, numbers: list[int]) -> dict[int, recall_queries.Words]:
        read.extend(numbers)
        return words_of(reader, numbers)  # type: ignore[arg-type]

    monkeypatch.setattr(recall_queries, "words_of", counted)
    tail, asked = WordTail(database), Asked(text="cellar", limit=10)
    (first,) = write(database, NewMemory(text=TEXTS[0]))
    for _ in range(3):
        assert set(tail.search(lexical, asked, target=first).body) == {first}
    (second,) = write(database, NewMemory(text=TEXTS[2]))
    assert set(tail.search(lexical, asked, target=second).body) == {first, second}
    assert read == [first, second]
