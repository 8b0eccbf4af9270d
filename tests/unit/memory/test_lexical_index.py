from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import IndexDamagedError
from engine.memory.lexical_index import BODY, SECTION, WINDOW, WordIndex, WordRecord


@pytest.fixture
def index(tmp_path: Path) -> Iterator[WordIndex]:
    made = WordIndex(tmp_path / "words")
    made.create()
    yield made
    made.close()


def put(index: WordIndex, *texts: str, first: int = 1, **fields: str) -> None:
    for number, text in enumerate(texts, first):
        index.put(
            WordRecord(
                number=number,
                layer=fields.get("layer", "assets"),
                kind=fields.get("kind", "note"),
                body=text,
                window=text,
                previous=number - 1 or None,
                next=number + 1,
            )
        )
    index.commit(first + len(texts) - 1)


def found(index: WordIndex, text: str, **options: object) -> list[int]:
    return list(index.search(text, (BODY,), limit=10, **options)[0])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("She was painting sunrises", "did she paint a sunrise"),
        ("Соседская кошка любит рыбу", "соседские кошки"),
        ("Ёлка стоит в углу", "елка"),
        ("The café closed", "cafe"),
        ("黑猫警长是一部动画片", "黑猫"),
        ("黑猫警长是一部动画片", "猫"),
        ("黑猫警长是一部动画片", "片"),
        ("東京タワーに行きました", "東京タワー"),
        ("서울에서 만났습니다", "서울"),
        ("แมวอยู่บนบ้าน", "บ้าน"),
        ("हिन्दी में लिखा", "हिन्दी"),
        ("snake_case_name in code", "case name"),
        ("The ﬁle is open", "file"),
    ],
)
def test_words_are_found_in_many_scripts(index: WordIndex, text: str, question: str) -> None:
    put(index, "something else entirely", text, "и ещё что-то другое")
    assert found(index, question)[0] == 2


def test_rare_words_weigh_more(index: WordIndex) -> None:
    put(index, "the common word", "the common zebra", "the common word again")
    assert found(index, "common zebra")[0] == 2


def test_a_quoted_phrase_comes_first(index: WordIndex) -> None:
    put(index, "door blue the, blue blue door door", "we painted the blue door", "blue")
    assert found(index, "the blue door", phrases=["the blue door"])[0] == 2


def test_one_wrong_letter_still_finds(index: WordIndex) -> None:
    put(index, "the lighthouse keeper", "the house")
    assert found(index, "lighthuose")[:1] == [1]
    assert found(index, "зебра") == []


def test_a_number_is_not_taken_for_another(index: WordIndex) -> None:
    put(index, "invoice 482913 is paid", "invoice 482914 is open")
    assert found(index, "482913") == [1]
    assert found(index, "482915") == []


def test_phrases_and_misspelt_words_add_to_the_other_words(index: WordIndex) -> None:
    texts = [f"filler number{n} of the harbour" for n in range(30)]
    put(index, *texts, "the keeper sleeps", "the old lighthouse", "the old keeper of the lighthouse")
    plain, scores = index.search("old keeper", (BODY,), limit=40)[0], {}
    for limit in (40, 3):
        scores[limit] = index.search("old keeper lighthuose", (BODY,), limit=limit, phrases=["old keeper"])[0]
    assert next(iter(scores[40])) == 33
    assert scores[40][33] > plain[33] + 1.0  # the misspelt word, and the phrase, beside both words
    assert scores[40][31] == pytest.approx(plain[31])
    assert scores[40][32] == pytest.approx(plain[32] + 1.0)
    assert list(scores[3].items()) == list(scores[40].items())[:3]


def test_layer_and_kind_leave_others_out(index: WordIndex) -> None:
    put(index, "one word", layer="assets")
    put(index, "one word", first=2, layer="interact")
    put(index, "one word", first=3, layer="interact", kind="fact")
    assert sorted(found(index, "word")) == [1, 2, 3]
    assert sorted(found(index, "word", layer="interact")) == [2, 3]
    assert found(index, "word", layer="interact", kind="fact") == [3]


def test_filters_do_not_change_scores(index: WordIndex) -> None:
    put(index, "one word here", "another word")
    assert index.search("word", (BODY,), limit=5)[0] == pytest.approx(
        index.search("word", (BODY,), limit=5, layer="assets", kind="note")[0]
    )


def test_a_dropped_record_is_gone_and_can_come_back(index: WordIndex) -> None:
    put(index, "first text", "second text")
    index.drop([1])
    put(index, "changed words", first=1)
    assert found(index, "first") == []
    assert found(index, "changed") == [1]
    assert index.all_numbers() == [1, 2]
    assert index.count() == 2


def test_it_knows_old_neighbours(index: WordIndex) -> None:
    put(index, "a", "b", "c")
    assert index.neighbours([2]) == {1, 3}
    assert index.neighbours([77]) == set()


def test_sections_have_scores_of_their_own(tmp_path: Path) -> None:
    sections = WordIndex(tmp_path / "sections")
    sections.create()
    sections.put_section(5, "zebras and lions")
    sections.put_section(6, "lions only")
    sections.commit(1)
    assert list(sections.search("zebra", (SECTION,), limit=5)[0]) == [5]
    sections.put_section(5, "")
    sections.commit(2)
    assert sections.all_numbers("section_id") == [6]
    sections.close()


def test_the_last_commit_is_what_is_opened(tmp_path: Path, index: WordIndex) -> None:
    put(index, "one", "two")
    index.put(WordRecord(number=9, layer="assets", kind="note", body="x", window="x", previous=None, next=None))
    index.rest()  # as when the program ends before the commit
    again = WordIndex(tmp_path / "words")
    again.open()
    assert again.state() == 2
    assert again.all_numbers() == [1, 2]
    assert found(again, "two") == [2]
    again.close()


def test_an_index_that_was_never_finished_is_refused(tmp_path: Path, index: WordIndex) -> None:
    with pytest.raises(IndexDamagedError, match="never finished"):
        index.state()
    with pytest.raises(IndexDamagedError):
        WordIndex(tmp_path / "nothing here").open()


def test_a_closed_index_finds_nothing_and_says_so_when_written(tmp_path: Path) -> None:
    closed = WordIndex(tmp_path / "words")
    assert closed.search("anything", (BODY, WINDOW), limit=3) == [{}, {}]
    with pytest.raises(IndexDamagedError, match="closed"):
        closed.commit(1)


@pytest.mark.parametrize(
    "question", ["", "   ", "?!", '"', "AND OR NOT (", "field:word", "a" * 100_000, "word " * 3000]
)
def test_no_question_breaks_it(index: WordIndex, question: str) -> None:
    put(index, "a word")
    index.search(question, (BODY, WINDOW), limit=5, phrases=[question])


def test_a_file_that_is_merged_away_while_sizes_are_taken_counts_nothing(
    index: WordIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(index, "a few words")
    before = index.size()
    files = [*(tmp_path / "words").iterdir(), tmp_path / "words" / "gone.pos"]
    monkeypatch.setattr(Path, "glob", lambda _folder, _pattern: files)
    monkeypatch.setattr(Path, "is_file", lambda _path: True)
    assert index.size() == before > 0
