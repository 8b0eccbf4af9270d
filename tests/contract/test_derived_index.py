"""What every derived index owes: it follows the database, survives what disks do, and is never wrong for long."""

import json
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.errors import IndexDamagedError
from engine.memory.layer_index import LayerIndex
from engine.memory.store import copies, recall_queries
from engine.memory.sync import DerivedIndex
from tests.helpers.truth import Index, Truth, follow, vector_of

Make = Callable[[Truth], Index]

MAKERS: dict[str, Make] = {
    "vectors": lambda truth: truth.layer_index(),
    "compact vectors, learned": lambda truth: truth.layer_index(vectors="fp16", graph_dimensions=8),
    "compact vectors, cut": lambda truth: truth.layer_index(vectors="int8", graph_dimensions=12, matryoshka=(16, 8)),
    "words": lambda truth: truth.lexical_index(),
}


@pytest.fixture
def truth(tmp_path: Path) -> Iterator[Truth]:
    opened = Truth(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture(params=MAKERS)
def make(request: pytest.FixtureRequest) -> Make:
    return MAKERS[request.param]


def held(index: Index) -> list[int]:
    """What the index holds: labels for vectors, numbers for words."""
    if isinstance(index, LayerIndex):
        return [int(label) for label in index.labels()]
    return index.numbers()


def wanted(truth: Truth, index: Index) -> list[int]:
    if isinstance(index, LayerIndex):
        return sorted(truth.labels(index.name))
    return sorted(truth.living())


def first(truth: Truth, index: Index, text: str) -> str | None:
    """The text that the index finds first."""
    if isinstance(index, LayerIndex):
        labels, _ = index.search(vector_of(text), 1)
        return truth.texts(labels.tolist())[0] if len(labels) else None
    numbers = list(index.search(text, limit=3).body)
    return truth.texts_of(numbers)[0] if numbers else None


def opened(truth: Truth, make: Make) -> Index:
    index = make(truth)
    index.open()
    follow(index)
    return index


def test_it_follows_the_protocol(truth: Truth, make: Make) -> None:
    assert isinstance(make(truth), DerivedIndex)


def test_what_was_added_is_found(truth: Truth, make: Make) -> None:
    truth.add(*[f"word{n} common" for n in range(50)])
    index = opened(truth, make)
    assert first(truth, index, "word17 common") == "word17 common"
    truth.add("newest common")
    assert index.catch_up()
    assert first(truth, index, "newest common") == "newest common"
    assert held(index) == wanted(truth, index)
    assert index.last_sequence == 51
    assert index.verify() == []
    index.close()


def test_catching_up_reads_what_changed_and_no_more(truth: Truth, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    truth.add(*[f"word{n}" for n in range(300)])
    index = opened(truth, make)
    read: list[int] = []
    for name in ("vectors_after", "changed_numbers"):
        original = getattr(recall_queries, name)

        def counted(*arguments: object, original: Callable[..., list[object]] = original) -> list[object]:
            found = original(*arguments)
            read.append(len(found))
            return found

        monkeypatch.setattr(recall_queries, name, counted)
    truth.add("one more")
    index.catch_up()
    assert read == [1]
    index.close()


def test_deleting_hides_and_undeleting_shows(truth: Truth, make: Make) -> None:
    ids = truth.add(*[f"word{n}" for n in range(40)])
    index = opened(truth, make)
    truth.delete(*ids[:5])
    follow(index)
    assert first(truth, index, "word3") != "word3"
    assert held(index) == wanted(truth, index)
    truth.undelete(ids[3])
    follow(index)
    assert first(truth, index, "word3") == "word3"
    assert index.verify() == []
    index.close()


def test_erasing_leaves_nothing(truth: Truth, make: Make) -> None:
    ids = truth.add(*[f"word{n}" for n in range(40)], session="s")
    index = opened(truth, make)
    truth.erase(*ids[10:20])
    follow(index)
    assert held(index) == wanted(truth, index)
    assert index.verify() == []
    index.close()


@pytest.mark.parametrize("name", [name for name in MAKERS if "vectors" in name])
def test_erased_vectors_stand_in_no_saved_file(truth: Truth, name: str) -> None:
    ids = truth.add(*[f"word{n}" for n in range(60)])
    index = opened(truth, MAKERS[name])
    index.save()

    def stands(text: str) -> bool:
        data = b"".join(path.read_bytes() for path in truth.indexes.iterdir())
        return any(vector_of(text).astype(kind).tobytes() in data for kind in ("<f4", "<f2"))

    kept_whole = "cut" not in name  # the rows of that one are int8
    assert stands("word7") is kept_whole
    truth.erase(ids[7])
    follow(index)
    index.scrub()
    index.save()
    assert not stands("word7")
    assert stands("word8") is kept_whole
    assert index.verify() == []
    index.close()


def test_it_goes_on_from_what_was_saved(truth: Truth, make: Make) -> None:
    ids = truth.add(*[f"word{n}" for n in range(60)])
    index = opened(truth, make)
    assert index.save() == index.last_sequence
    index.close()
    truth.delete(ids[0], ids[59])
    truth.add("after the save")
    again = make(truth)
    again.open()
    follow(again)
    assert held(again) == wanted(truth, again)
    assert first(truth, again, "after the save") == "after the save"
    assert again.verify() == []
    again.close()


def test_a_crash_before_saving_loses_nothing(truth: Truth, make: Make) -> None:
    truth.add(*[f"word{n}" for n in range(40)])
    index = opened(truth, make)
    index.save()
    ids = truth.add(*[f"later{n}" for n in range(40)])
    follow(index)
    truth.delete(ids[0])
    follow(index)
    index.close()  # as a kill would: nothing of it was saved
    again = opened(truth, make)
    assert held(again) == wanted(truth, again)
    assert first(truth, again, "later7") == "later7"
    assert again.verify() == []
    again.close()


def data_files(truth: Truth, index: Index) -> list[Path]:
    if isinstance(index, LayerIndex):
        return list(truth.indexes.glob("*.hnsw"))
    return [path for path in (truth.indexes / "words").glob("*.idx") if path.stat().st_size > 200]


def manifest_of(truth: Truth, index: Index) -> Path:
    return truth.indexes / ("assets.json" if isinstance(index, LayerIndex) else "words.json")


def saved(truth: Truth, make: Make) -> Index:
    index = opened(truth, make)
    index.save()
    index.close()
    return index


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "torn": lambda data: data[: len(data) // 2],
    "a flipped bit": lambda data: data[:100] + bytes([data[100] ^ 4]) + data[101:],
    "empty": lambda data: b"",
    "nonsense": lambda data: b"\x00" * len(data),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_data_are_noticed_and_built_anew(truth: Truth, make: Make, damage: str) -> None:
    truth.add(*[f"word{n} here" for n in range(64)])
    index = saved(truth, make)
    (path, *_) = data_files(truth, index)
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    again = make(truth)
    with pytest.raises(IndexDamagedError):
        again.open()
    follow(again)
    assert first(truth, again, "word40 here") == "word40 here"
    assert again.verify() == []
    again.close()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("ending", ["vectors", "directions"])
def test_damaged_files_of_a_compact_layer_are_noticed_too(truth: Truth, ending: str, damage: str) -> None:
    truth.add(*[f"word{n} here" for n in range(64)])
    saved(truth, MAKERS["compact vectors, learned"])
    (path,) = truth.indexes.glob(f"*.{ending}")
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    again = MAKERS["compact vectors, learned"](truth)
    with pytest.raises(IndexDamagedError):
        again.open()
    follow(again)
    assert first(truth, again, "word40 here") == "word40 here"
    assert again.verify() == []
    again.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_manifest_is_noticed(truth: Truth, make: Make, damage: str) -> None:
    truth.add(*[f"word{n}" for n in range(64)])
    index = saved(truth, make)
    path = manifest_of(truth, index)
    if damage == "a flipped bit":
        path.write_bytes(path.read_bytes().replace(b'"format": 1', b'"format": 3'))
    else:
        path.write_bytes(DAMAGES[damage](path.read_bytes()))
    again = make(truth)
    with pytest.raises(IndexDamagedError):
        again.open()
    follow(again)
    assert again.verify() == []
    again.close()


def test_missing_data_are_noticed(truth: Truth, make: Make) -> None:
    truth.add(*[f"word{n}" for n in range(64)])
    index = saved(truth, make)
    for path in data_files(truth, index):
        path.unlink()
    again = make(truth)
    with pytest.raises(IndexDamagedError):
        again.open()
    follow(again)
    assert again.verify() == []
    again.close()


@pytest.mark.parametrize(
    "change",
    [{"database": "another"}, {"parameters": {"m": 1}}, {"model": "foreign"}, {"dimensions": 8}],
    ids=lambda change: next(iter(change)),
)
def test_a_foreign_index_is_not_used(truth: Truth, make: Make, change: dict[str, object]) -> None:
    truth.add(*[f"word{n}" for n in range(64)])
    index = saved(truth, make)
    path = manifest_of(truth, index)
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    again = make(truth)
    with pytest.raises(IndexDamagedError, match=next(iter(change))):
        again.open()
    follow(again)
    assert again.verify() == []
    again.close()


def test_an_index_ahead_of_its_database_is_not_used(truth: Truth, make: Make, tmp_path: Path) -> None:
    truth.add(*[f"word{n}" for n in range(64)])
    copies.hot_copy(truth.store.path, tmp_path / "copy.db", lambda: None)
    truth.add(*[f"later{n}" for n in range(30)])
    saved(truth, make)
    truth.close()
    (tmp_path / "copy.db").replace(truth.folder / "magray.db")
    truth.store.open()
    again = make(truth)
    with pytest.raises(IndexDamagedError, match="stands at change"):
        again.open()
    follow(again)
    assert held(again) == wanted(truth, again)
    assert again.verify() == []
    again.close()


def test_an_index_older_than_the_known_removals_is_not_used(truth: Truth, make: Make) -> None:
    ids = truth.add(*[f"word{n}" for n in range(64)])
    saved(truth, make)
    truth.delete(*ids[:10])
    with truth.store.write() as writer:
        assert recall_queries.prune_removals(writer, 10_000) == 10
    again = make(truth)
    with pytest.raises(IndexDamagedError, match="removals"):
        again.open()
    follow(again)
    assert held(again) == wanted(truth, again)
    again.close()


def test_removals_that_the_saved_index_holds_may_be_pruned(truth: Truth, make: Make) -> None:
    ids = truth.add(*[f"word{n}" for n in range(64)])
    index = opened(truth, make)
    truth.erase(*ids[:10])
    follow(index)
    upto = index.save()
    index.close()
    with truth.store.write() as writer:
        assert recall_queries.prune_removals(writer, upto) == 10
        assert recall_queries.prune_removals(writer, upto) == 0
    again = make(truth)
    again.open()
    follow(again)
    assert held(again) == wanted(truth, again)
    again.close()


def test_verifying_finds_what_is_missing(truth: Truth, make: Make) -> None:
    truth.add(*[f"word{n}" for n in range(30)])
    index = opened(truth, make)
    with truth.store.write() as writer:  # behind the index's back, against the rules
        writer.execute_sql("UPDATE memory SET label = NULL WHERE number = 5")
    problems = index.verify()
    assert len(problems) == 1
    assert problems[0].startswith("1 entries")
    index.reset()
    follow(index)
    assert index.verify() == []
    index.close()


class Following(RuleBasedStateMachine):
    """Random changes, saves, crashes: the indexes always end up with exactly what the database holds."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="magray-following-")
        self.truth = Truth(Path(self.folder.name))
        self.ids: list[str] = []
        self.hidden: list[str] = []
        self.count = 0
        self.indexes: list[Index] = []
        self.open()

    def open(self) -> None:
        self.indexes = [
            self.truth.layer_index("assets", rebuild_deleted=0.2),
            self.truth.layer_index("interact", rebuild_deleted=0.2, vectors="fp16", graph_dimensions=8),
            self.truth.lexical_index(),
        ]
        for index in self.indexes:
            index.open()

    @rule(count=st.integers(1, 25), layer=st.sampled_from(["assets", "interact"]), grouped=st.booleans())
    def add(self, count: int, layer: str, grouped: bool) -> None:
        texts = [f"text{self.count + n}" for n in range(count)]
        self.count += count
        self.ids += self.truth.add(*texts, layer=layer, session="talk" if grouped else None)

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), count=st.integers(1, 12))
    def delete(self, data: st.DataObject, count: int) -> None:
        for _ in range(min(count, len(self.ids))):
            chosen = self.ids.pop(data.draw(st.integers(0, len(self.ids) - 1)))
            self.truth.delete(chosen)
            self.hidden.append(chosen)

    @precondition(lambda self: self.hidden)
    @rule()
    def undelete(self) -> None:
        self.truth.undelete(*self.hidden)
        self.ids += self.hidden
        self.hidden.clear()

    @precondition(lambda self: self.ids or self.hidden)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        pool = self.hidden or self.ids
        self.truth.erase(pool.pop(data.draw(st.integers(0, len(pool) - 1))))

    @precondition(lambda self: self.ids)
    @rule(data=st.data(), layer=st.sampled_from(["assets", "interact"]))
    def move(self, data: st.DataObject, layer: str) -> None:
        self.truth.move(data.draw(st.sampled_from(self.ids)), layer)

    @rule()
    def follow(self) -> None:
        for index in self.indexes:
            follow(index)

    @rule()
    def save(self) -> None:
        upto = min(index.save() for index in self.indexes)
        with self.truth.store.write() as writer:
            recall_queries.prune_removals(writer, upto)

    @rule()
    def crash(self) -> None:
        for index in self.indexes:
            index.close()
        self.open()

    @invariant()
    def nothing_is_missing_or_left_over(self) -> None:
        for index in self.indexes:
            while not index.catch_up():
                continue
            assert held(index) == wanted(self.truth, index)

    def teardown(self) -> None:
        try:
            for index in self.indexes:
                follow(index)
                assert index.verify() == []
        finally:
            for index in self.indexes:
                index.close()
            self.truth.close()
            self.folder.cleanup()


Following.TestCase.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFollowing = Following.TestCase
