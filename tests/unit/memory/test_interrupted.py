"""A kill between any two steps of bringing the word index up to date, each forced by hand."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.memory import manifest as manifests
from engine.memory.indexes import Indexes
from engine.memory.lexical_index import BODY, WordIndex, WordRecord
from engine.memory.lexical_sync import LexicalIndex
from engine.memory.segment_files import sweep
from engine.memory.store import recall_queries
from engine.settings import IndexSettings, RecallSettings
from tests.helpers.truth import DIMENSIONS, MODEL, Truth, follow


@pytest.fixture
def truth(tmp_path: Path) -> Iterator[Truth]:
    opened = Truth(tmp_path / "data")
    yield opened
    opened.close()


def opened(truth: Truth) -> LexicalIndex:
    index = truth.lexical_index()
    index.open()
    return index


def right(truth: Truth, index: LexicalIndex) -> None:
    """It holds what the database holds, and goes on from there."""
    follow(index)
    assert index.numbers() == sorted(truth.living())
    assert index.verify() == []
    truth.add("one more after the kill")
    follow(index)
    assert index.numbers() == sorted(truth.living())
    index.close()


class Killed(BaseException):
    """What the process does not survive."""


def kill(*_: object, **__: object) -> None:
    raise Killed


def killed_in(index: LexicalIndex, step: Callable[[], object]) -> None:
    """Run a step until it is killed; nothing that it had not written is written later."""
    with pytest.raises(Killed):
        step()
    index.close()


def left_behind(folder: Path, before: Path) -> list[Path]:
    """Files of a commit that is made in `folder` and not in `before`, the index as it was."""
    return sorted(path for path in folder.iterdir() if not (before / path.name).exists())


@pytest.fixture
def cut_commit(tmp_path: Path) -> Callable[[int], Path]:
    """An index of ten records where a commit that dropped one was cut off after so many of its files."""

    def cut(files: int) -> Path:
        folder, before = tmp_path / "words", tmp_path / "before"
        index = WordIndex(folder)
        index.create()
        for number in range(1, 11):
            record = {"number": number, "layer": "assets", "kind": "note", "previous": None, "next": None}
            index.put(WordRecord(body=f"word{number} common", window="", **record))  # type: ignore[arg-type]
        index.commit(10)
        index.close()
        shutil.copytree(folder, before)
        index.open()
        index.drop([3])
        index.commit(11)
        index.close()
        made = left_behind(folder, before)
        assert [path for path in made if path.suffix == ".del"]
        # tantivy names a list of deletions last of all, but any order may reach the disk
        for path in [*made[-files:]] if files < 0 else made[:files]:
            shutil.copy(path, before)
        shutil.copy(folder / ".managed.json", before)
        return before

    return cut


@pytest.mark.parametrize("files", [0, 1, 4, 7, 100, -1, -3])
def test_a_commit_that_was_cut_off_is_made_again(cut_commit: Callable[[int], Path], files: int) -> None:
    index = WordIndex(cut_commit(files))
    index.open()
    assert index.state() == 10
    index.drop([3])
    index.commit(11)
    assert index.all_numbers() == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    index.close()
    index.open()
    assert index.state() == 11
    assert index.all_numbers() == [1, 2, 4, 5, 6, 7, 8, 9, 10]
    index.close()


def test_a_torn_file_of_a_commit_that_was_cut_off_is_no_damage(cut_commit: Callable[[int], Path]) -> None:
    folder = cut_commit(100)
    (gone,) = folder.glob("*.del")
    gone.write_bytes(gone.read_bytes()[:5])
    (folder / ".tmpAbCdEf").write_bytes(b"{")
    index = WordIndex(folder)
    index.open()
    assert not gone.exists()
    assert not (folder / ".tmpAbCdEf").exists()
    assert index.all_numbers() == list(range(1, 11))
    index.close()


def test_sweeping_keeps_what_the_last_commit_names(tmp_path: Path) -> None:
    index = WordIndex(tmp_path / "words")
    index.create()
    for number in range(1, 15):
        record = {"number": number, "layer": "assets", "kind": "note", "previous": None, "next": None}
        index.put(WordRecord(body=f"word{number} common", window="", **record))  # type: ignore[arg-type]
        index.drop([max(0, number - 3)])
        index.commit(number)
    index.close()
    sweep(tmp_path / "words")
    before = sorted(path.name for path in (tmp_path / "words").iterdir())
    assert sweep(tmp_path / "words") == 0
    assert [name for name in before if name.endswith(".del")]
    index.open()
    assert index.all_numbers() == [12, 13, 14]
    assert index.search("word13", (BODY,), limit=3)[0].keys() == {13}
    index.close()


def test_a_commit_that_failed_is_made_again_by_the_same_process(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk leaves the same files behind as a kill."""
    ids = truth.add(*[f"word{n} common" for n in range(20)])
    index = opened(truth)
    follow(index)
    folder = truth.indexes / "words"
    before = truth.folder / "before"
    shutil.copytree(folder, before)
    truth.delete(*ids[:4])
    original = WordIndex.commit

    def cut(self: WordIndex, sequence: int) -> None:
        original(self, sequence)
        # as if the new meta.json had found no room: everything else stays
        shutil.copy(before / "meta.json", folder)
        raise ValueError("No space left on device")

    monkeypatch.setattr(WordIndex, "commit", cut)
    with pytest.raises(ValueError, match="No space"):
        index.catch_up()
    monkeypatch.setattr(WordIndex, "commit", original)
    right(truth, index)


def test_a_kill_between_the_transaction_and_the_index(truth: Truth) -> None:
    ids = truth.add(*[f"word{n}" for n in range(20)], session="talk")
    index = opened(truth)
    follow(index)
    truth.erase(*ids[:3])
    truth.delete(*ids[5:8])
    truth.add("new", session="talk")
    index.close()
    right(truth, opened(truth))


def test_a_kill_before_the_commit_of_the_index(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = truth.add(*[f"word{n}" for n in range(20)], session="talk")
    index = opened(truth)
    follow(index)
    truth.erase(*ids[:3])
    truth.delete(*ids[5:8])
    with monkeypatch.context() as patch:
        patch.setattr(WordIndex, "commit", kill)
        killed_in(index, index.catch_up)
    again = opened(truth)
    assert again.must_purge is False, "the marker stood, so it began anew"
    right(truth, again)


def test_a_kill_after_the_commit_of_the_records_and_before_that_of_the_sections(
    truth: Truth, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = truth.add(*[f"word{n}" for n in range(20)], session="talk")
    index = opened(truth)
    follow(index)
    truth.delete(*ids[:3])
    assert index.catch_up()
    with monkeypatch.context() as patch:
        patch.setattr(WordIndex, "commit", kill)
        killed_in(index, index.work)
    right(truth, opened(truth))


@pytest.mark.parametrize("step", ["create", "commit"])
def test_a_kill_while_it_is_begun_anew(truth: Truth, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    ids = truth.add(*[f"word{n}" for n in range(20)])
    index = opened(truth)
    follow(index)
    truth.erase(ids[0])
    follow(index)
    with truth.store.write() as writer:
        assert recall_queries.prune_removals(writer, index.save()) == 1
    with monkeypatch.context() as patch:
        patch.setattr(WordIndex if step == "create" else manifests, step, kill)
        killed_in(index, index.reset)
    right(truth, opened(truth))


def test_a_kill_after_it_was_begun_anew_is_no_damage(truth: Truth) -> None:
    ids = truth.add(*[f"word{n}" for n in range(20)])
    index = opened(truth)
    follow(index)
    truth.erase(ids[0])
    follow(index)
    with truth.store.write() as writer:
        assert recall_queries.prune_removals(writer, index.save()) == 1
    index.reset()
    index.close()
    right(truth, opened(truth))


@pytest.mark.parametrize("step", ["open", "rest", "unlink", "replace", "flush"])
def test_a_kill_while_another_index_takes_its_place(truth: Truth, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    ids = truth.add(*[f"word{n} common" for n in range(20)], session="talk")
    index = opened(truth)
    follow(index)
    truth.erase(*ids[:3])
    follow(index)
    index.purge()
    with monkeypatch.context() as patch:
        where, name = {
            "open": (WordIndex, "open"),
            "rest": (WordIndex, "rest"),
            "unlink": (Path, "unlink"),
            "replace": (Path, "replace"),
            "flush": (manifests, "flush_folder"),
        }[step]
        patch.setattr(where, name, kill)
        killed_in(index, lambda: follow(index))
    right(truth, opened(truth))
    assert not (truth.indexes / "anew").exists()


def test_what_changes_while_it_is_built_anew_is_there(truth: Truth) -> None:
    ids = truth.add(*[f"word{n} common" for n in range(20)], session="talk")
    index = opened(truth)
    follow(index)
    truth.erase(ids[0])
    assert index.must_purge
    index.purge()
    assert truth.texts_of(list(index.search("word7", limit=3).body))[0] == "word7 common"
    truth.add("late common", session="talk")
    truth.erase(ids[1])
    truth.delete(ids[2])
    follow(index)
    assert index.must_purge, "something was erased after it was begun"
    index.purge()
    follow(index)
    assert not index.must_purge
    assert truth.texts_of(list(index.search("late", limit=3).body))[0] == "late common"
    assert index._words._searcher().doc_freq(BODY, "word1") == 0
    right(truth, index)


def test_a_full_disk_while_it_is_built_anew_keeps_the_one_in_use(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = truth.add(*[f"word{n} common" for n in range(20)])
    index = opened(truth)
    follow(index)
    truth.erase(ids[0])
    follow(index)
    index.purge()

    def full(self: WordIndex, sequence: int) -> None:
        raise ValueError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(WordIndex, "commit", full)
        with pytest.raises(ValueError, match="No space"):
            follow(index)
    assert truth.texts_of(list(index.search("word7", limit=3).body)) == ["word7 common"]
    assert index.must_purge
    index.purge()
    follow(index)
    assert not index.must_purge
    right(truth, index)


def test_a_failed_move_is_begun_anew(truth: Truth, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = truth.add(*[f"word{n} common" for n in range(20)])
    index = opened(truth)
    follow(index)
    truth.erase(ids[0])
    follow(index)
    index.purge()
    with monkeypatch.context() as patch:
        patch.setattr(WordIndex, "open", lambda self: (_ for _ in ()).throw(OSError("held by another program")))
        with pytest.raises(OSError, match="held"):
            follow(index)
    right(truth, index)


@pytest.mark.parametrize("words_last", [False, True])
def test_removals_are_pruned_only_when_every_saved_index_holds_them(truth: Truth, words_last: bool) -> None:
    """At each moment at which something may be pruned, what lies on the disk is enough to go on from."""
    told: list[int] = []

    def made(folder: Path) -> Indexes:
        return Indexes(
            truth.store,
            folder=folder,
            index=IndexSettings(exact_below=10, merge_tail=4, merge_slice=8),
            recall=RecallSettings(),
            model_id=MODEL,
            dimensions=DIMENSIONS,
            notice=lambda level, text: notices.append(text),
            saved=pruned,
        )

    notices: list[str] = []

    def pruned(upto: int) -> None:
        told.append(upto)
        killed = truth.folder / f"killed{len(told)}"
        shutil.copytree(truth.indexes, killed)
        with truth.store.write() as writer:
            recall_queries.prune_removals(writer, upto)
        lexical = LexicalIndex(truth.store, killed)
        lexical.open()
        follow(lexical)
        assert lexical.numbers() == sorted(truth.living())
        lexical.close()
        for layer in ("assets", "interact"):
            vectors = truth.layer_index(layer, exact_below=10, merge_tail=4, merge_slice=8, folder=killed)
            vectors.open()
            follow(vectors)
            assert vectors.labels().tolist() == sorted(truth.labels(layer))
            vectors.close()

    indexes = made(truth.indexes)
    indexes.start()
    ids: list[str] = []
    for layer in ("assets", "interact", "assets"):
        ids += truth.add(*[f"{layer}{n} {len(ids)}" for n in range(15)], layer=layer, session="talk")
        truth.delete(*ids[:2])
        truth.erase(*ids[2:4])
        ids = ids[4:]
        with truth.store.read() as reader:
            indexes.changed(truth.store.last_sequence(reader))
        indexes.settle()
        if words_last:
            indexes.save()
        else:
            indexes._on_thread(lambda: indexes._save((*indexes.layers.values(), indexes.lexical)))
    indexes.close()
    assert len(told) >= 3
    assert notices == []


def test_deleted_and_added_again_under_the_same_name(truth: Truth) -> None:
    (first,) = truth.add("the first of that name", external_id="mine")
    index = opened(truth)
    follow(index)
    truth.erase(first)
    truth.add("the second of that name", external_id="mine")
    index.close()
    again = opened(truth)
    follow(again)
    assert not truth.texts_of(list(again.search("first", limit=5).body))
    assert truth.texts_of(list(again.search("second", limit=5).body)) == ["the second of that name"]
    right(truth, again)


def test_erasing_while_segments_are_merged(truth: Truth) -> None:
    ids: list[str] = []
    index = opened(truth)
    for step in range(14):  # each commit makes a segment, and tantivy merges eight in threads of its own
        ids += truth.add(*[f"word{step}-{n} common" for n in range(6)], session="talk")
        assert index.catch_up()
        truth.erase(ids.pop(step % len(ids)))
        truth.delete(ids.pop((7 * step) % len(ids)))
        assert index.catch_up()
        if step % 5 == 4:
            index.close()
            index = truth.lexical_index()
            index.open()
    right(truth, index)
