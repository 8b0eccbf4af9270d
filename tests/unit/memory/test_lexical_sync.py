from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.memory.lexical_sync import LexicalIndex
from engine.memory.sections import SESSION_SECTION, section_id, section_of
from tests.helpers.truth import Truth, follow

START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def truth(tmp_path: Path) -> Iterator[Truth]:
    opened = Truth(tmp_path / "data")
    yield opened
    opened.close()


@pytest.fixture
def index(truth: Truth) -> Iterator[LexicalIndex]:
    made = truth.lexical_index()
    made.open()
    yield made
    made.close()


def say(truth: Truth, *texts: str, first: int = 0, session: str = "talk") -> list[str]:
    ids = []
    for minute, text in enumerate(texts, first):
        ids += truth.add(text, session=session, speaker="Ann", occurred_at=START + timedelta(minutes=minute))
    return ids


def windows(index: LexicalIndex, truth: Truth, word: str) -> list[str]:
    return sorted(truth.texts_of(list(index.search(word, limit=20).window)))


def test_a_record_is_found_by_its_neighbours_words(truth: Truth, index: LexicalIndex) -> None:
    say(truth, "alpha", "beta", "gamma", "delta")
    follow(index)
    assert windows(index, truth, "beta") == ["alpha", "beta", "gamma"]


def test_a_later_record_changes_the_window_before_it(truth: Truth, index: LexicalIndex) -> None:
    say(truth, "alpha", "beta")
    follow(index)
    say(truth, "gamma", first=2)
    follow(index)
    assert windows(index, truth, "gamma") == ["beta", "gamma"]


def test_a_record_that_happened_between_two_parts_their_windows(truth: Truth, index: LexicalIndex) -> None:
    say(truth, "alpha")
    say(truth, "omega", first=10)
    follow(index)
    assert windows(index, truth, "alpha") == ["alpha", "omega"]
    say(truth, "middle", first=5)
    follow(index)
    assert windows(index, truth, "alpha") == ["alpha", "middle"]
    assert windows(index, truth, "middle") == ["alpha", "middle", "omega"]


@pytest.mark.parametrize("how", ["delete", "erase"])
def test_what_leaves_is_in_no_window(truth: Truth, index: LexicalIndex, how: str) -> None:
    ids = say(truth, "alpha", "beta", "gamma")
    follow(index)
    getattr(truth, how)(ids[1])
    follow(index)
    assert windows(index, truth, "beta") == []
    assert windows(index, truth, "alpha") == ["alpha", "gamma"]
    assert index.verify() == []


def test_sessions_do_not_touch_each_other(truth: Truth, index: LexicalIndex) -> None:
    say(truth, "alpha", session="one")
    say(truth, "beta", session="two")
    truth.add("gamma")
    follow(index)
    for word in ("alpha", "beta", "gamma"):
        assert windows(index, truth, word) == [word]


def test_a_section_holds_the_words_of_its_session(truth: Truth, index: LexicalIndex) -> None:
    say(truth, "alpha", "beta", session="one")
    say(truth, "beta beta", session="two")
    follow(index)
    hits = index.search("alpha beta", limit=5).section
    assert len(hits) == 2
    assert next(iter(hits)) == section_id(section_of("s:one", 1))


def test_a_long_session_has_several_sections_and_a_new_turn_rewrites_one(
    truth: Truth, index: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth.add(*[f"turn{n}" for n in range(SESSION_SECTION + 30)], session="long")
    follow(index)
    assert len(index.search("turn3 turn530", limit=9).section) == 2
    written: list[int] = []
    sections = index._sections._index
    original = sections.put_section
    monkeypatch.setattr(
        sections, "put_section", lambda key, text: (written.append(len(text.split())), original(key, text))[1]
    )
    truth.add("the newest turn", session="long")
    follow(index)
    assert written == [30 + 1 + 3]  # number 512 begins the second section


def test_speaker_day_title_and_tags_are_searched(truth: Truth, index: LexicalIndex) -> None:
    truth.add("went home", speaker="Benedict", occurred_at=datetime(2023, 5, 8, tzinfo=UTC), tags=("travel",))
    truth.add("filler", title="Annual report")
    follow(index)
    for word in ("Benedict", "8 May 2023", "travel"):
        assert truth.texts_of(list(index.search(word, limit=5).body))[0] == "went home"
    assert truth.texts_of(list(index.search("annual report", limit=5).body)) == ["filler"]


def test_sections_that_a_crash_left_unwritten_are_written_later(truth: Truth) -> None:
    index = truth.lexical_index()
    index.open()
    say(truth, "alpha", "beta")
    while not index.catch_up():
        continue
    index.close()  # the records are committed, their section is not
    again = truth.lexical_index()
    again.open()
    assert again.search("alpha", limit=5).section == {}
    follow(again)
    assert len(again.search("alpha", limit=5).section) == 1
    again.close()
