import math

import numpy as np
import pytest

from engine.memory.promotion.conversation import Said, read_conversation
from engine.memory.promotion.cues import CUES, Passage, read_cues
from engine.memory.promotion.lexicon import CATEGORIES
from engine.memory.promotion.texts import EMPTY, WordCounts, read_text, stem


def count(text: str, category: str) -> int:
    return read_text(text).counts[CATEGORIES.index(category)]


def test_what_is_read_of_a_text() -> None:
    read = read_text(
        'Wow, Bo! I bought "Nine Winters" in Oslo for 30 euros, did you? [image: a photo of a book]', {"bo"}
    )
    assert read.sentences == 2
    assert read.questions == 1
    assert read.asks_last
    assert read.caption
    assert read.quoted == 1
    assert read.digits == 1
    assert read.names == 3  # Nine, Winters, Oslo; not Bo, who is talked to, nor I
    assert read.reacts_first
    assert read.exclamations == 1
    assert read.words == 13
    assert "oslo" in read.stems
    assert "bo" not in read.stems
    assert not any("image" in word or "photo" in word for word in read.stems)


def test_statements_and_questions_are_told_apart() -> None:
    assert count("I went there last week.", "past") == 1
    assert count("Did you go there last week?", "past") == 0
    assert count("Did you go there last week?", "time") == 0
    assert count("Did you go there?", "you") == 1
    assert count("She painted and walked.", "past") == 2
    assert count("Вчера я купила велосипед.", "past") == 1
    assert count("Вчера я купила велосипед.", "time") == 1


@pytest.mark.parametrize(
    "text", ["", "   ", "!!!", "???", "[image: a cat]", "\u200b", "🙂🙂", "我昨天买了一辆自行车。"]
)
def test_odd_texts_are_read(text: str) -> None:
    read = read_text(text)
    row = read_cues([Passage(number=1, text=read)], WordCounts())
    assert row.shape == (1, len(CUES))
    assert np.isfinite(row).all()


def test_a_huge_text_takes_no_longer_than_its_beginning() -> None:
    assert read_text("word " * 1_000_000).words == 800


def test_stems_put_forms_of_a_word_together() -> None:
    assert stem("painting") == stem("paints") == stem("painted") == "paint"
    assert stem("kayak's") == "kayak"
    assert stem("was") == "was"
    assert stem("книгами") == "книг"


def test_the_weight_of_words_by_hand() -> None:
    words = WordCounts()
    for number, stems in enumerate((["kayak", "oslo"], ["oslo"], ["oslo", "plum"])):
        words.add(number, stems)
    assert words.idf("oslo") == pytest.approx(math.log(4 / 3.5))
    assert words.idf("kayak") == pytest.approx(math.log(4 / 1.5))
    assert words.idf("unseen") == pytest.approx(math.log(4 / 0.5))
    assert words.mass(["oslo", "kayak"]) == pytest.approx(math.log(4 / 3.5) + math.log(4 / 1.5))
    assert words.new_in(2, ["oslo", "plum"]) == 1
    assert words.returning(["oslo", "plum"]) == 1


def test_a_word_of_every_text_never_weighs_less_than_nothing() -> None:
    words = WordCounts()
    words.add(0, ["oslo"])
    assert words.idf("oslo") >= 0


def test_neighbours_come_from_the_same_sitting_only() -> None:
    turns = [
        Said(text="Where did you go?", speaker="Anna", session="a"),
        Said(text="I went to Oslo.", speaker="Bo", session="a"),
        Said(text="I came back.", speaker="Bo", session="b"),
    ]
    cues = read_conversation(turns).cues
    asked = CUES.index("question right before")
    assert cues[:, asked].tolist() == [0.0, 1.0, 0.0]
    assert cues[:, CUES.index("opens")].tolist() == [1.0, 0.0, 1.0]
    assert cues[:, CUES.index("new words")][1] > 0


def test_no_passages_make_no_rows() -> None:
    assert read_cues([], WordCounts()).shape == (0, len(CUES))
    assert EMPTY.words == 0
