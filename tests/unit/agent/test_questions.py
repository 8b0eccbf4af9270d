"""What a question asks for, and what a sentence holds of it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from engine.agent.holding import counts, holds, unmeasured
from engine.agent.questions import Wanted, language, read
from engine.agent.terms import likeness, stem, words


def stems(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in words(text))


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("When does the lease end?", Wanted.DATE),
        ("In which year was it built?", Wanted.DATE),
        ("В каком году построили дом?", Wanted.DATE),
        ("How many people live here?", Wanted.NUMBER),
        ("What is the maximum penalty?", Wanted.NUMBER),
        ("Сколько стоит билет?", Wanted.NUMBER),
        ("Who wrote the report?", Wanted.NAME),
        ("Как зовут директора?", Wanted.NAME),
        ("Where is the key?", Wanted.PLACE),
        ("In Outlook, where do messages end up?", Wanted.PLACE),
        ("Why did he leave?", Wanted.REASON),
        ("Почему закрыли завод?", Wanted.REASON),
        ("What happens when the battery is empty?", None),
        ("What is a young tree called?", None),
    ],
)
def test_the_kind_of_answer(question: str, wanted: Wanted | None) -> None:
    assert read(question).wanted is wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When does it end?", "en"),
        ("Когда это кончится?", "ru"),
        ("Wann endet der Vertrag?", ""),
        ("契約はいつ終わりますか", ""),
    ],
)
def test_the_language(text: str, expected: str) -> None:
    assert language(text) == expected


def test_stop_words_are_no_terms_and_names_are_sharp() -> None:
    terms = {term.stem: term for term in read("What did the mayor of Kazan say about it?").terms}
    assert set(terms) == {"mayor", "kazan", "say"}
    assert terms["kazan"].sharp
    assert not terms["mayor"].sharp
    assert terms["say"].weight < terms["mayor"].weight


@pytest.mark.parametrize(
    ("wanted", "sentence", "expected"),
    [
        (Wanted.DATE, "It was opened on 3 May 1999.", True),
        (Wanted.DATE, "It was opened with a speech.", False),
        (Wanted.NUMBER, "It weighs twelve tons.", True),
        (Wanted.NUMBER, "It weighs a lot.", False),
        (Wanted.NAME, "The house was founded by George Whitefield.", True),
        (Wanted.NAME, "The house stands in Paris.", False),
        (Wanted.REASON, "They left because of the noise.", True),
        (Wanted.REASON, "They left.", False),
    ],
)
def test_what_a_sentence_holds(wanted: Wanted, sentence: str, expected: bool) -> None:
    assert holds(wanted, sentence, stems(sentence), read("What about that thing?")) is expected


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How many kinds of trees are there?", "There are about 100,000 tree species.", True),
        ("How many years does it live?", "It lives at depths of 600 to 1,200 m.", False),
        ("Сколько пассажиров прошло?", "Прошли примерно 8,7 миллионов пассажиров.", True),
        ("Where is it?", "There are 3 trees.", False),
        ("How long is it valid?", "It is short-lived (about 3 months).", True),
        ("How long is it valid?", "It is valid for Uruguay, see page 3.", False),
        ("How far ahead must I apply?", "Apply two full weeks before the visit.", True),
        ("How big was the hole?", "A 12-in hole was found.", True),
        ("Как долго он ждал?", "Он ждал 5 часов.", True),
    ],
)
def test_a_number_of_what_is_counted(question: str, sentence: str, expected: bool) -> None:
    assert counts(read(question), sentence, stems(sentence)) is expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("leases", "lease"),
        ("stopped", "stop"),
        ("договора", "договором"),
        ("счётчиков", "счетчик"),
        ("ranger's", "rangers"),
    ],
)
def test_forms_of_a_word_meet(one: str, other: str) -> None:
    assert likeness(stem(next(words(one))), stem(next(words(other)))) >= 0.7


@pytest.mark.parametrize(
    ("one", "other"), [("lease", "peace"), ("аренда", "оренбург"), ("2003", "2004"), ("cat", "category")]
)
def test_other_words_do_not(one: str, other: str) -> None:
    assert likeness(stem(one), stem(other)) == 0


def test_a_word_broken_by_a_hyphen_is_known_whole_and_in_parts() -> None:
    assert list(words("inhabi-tants")) == ["inhabitants", "inhabi", "tants"]


def test_unspaced_scripts_become_pairs() -> None:
    assert list(words("黑猫警长")) == ["黑猫", "猫警", "警长"]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    asked = read(text)
    assert all(term.stem and term.weight > 0 for term in asked.terms)
    assert len({term.stem for term in asked.terms}) == len(asked.terms)


@pytest.mark.parametrize(
    ("question", "sentence", "missing"),
    [
        ("How much does a ticket cost?", "A ticket is 12 euros.", False),
        ("How much does a ticket cost?", "Train 737 leaves at 12.", True),
        ("Сколько стоит билет?", "Билет стоит 300 рублей.", False),
        ("How many years does it live?", "It lives for 9 years.", False),
        ("How many years does it live?", "It lives in 9 seas.", True),
    ],
)
def test_a_sum_or_a_measure_that_is_missing(question: str, sentence: str, missing: bool) -> None:
    asked = read(question)
    assert unmeasured(asked, sentence, counted=counts(asked, sentence, stems(sentence))) is missing


@pytest.mark.parametrize(
    ("question", "sentence", "expected"),
    [
        ("How deep is the mine?", "In 1908 the coal mined there weighed 264,822 short tons.", False),
        ("How deep is the mine?", "The shaft goes down 300 feet.", True),
        ("How deep is the mine?", "The shaft is 45 m. deep and dry.", True),
        ("How tall is the tower?", "It was built within 20 years.", False),
        ("How heavy is the boat?", "It is 12 m long.", False),
        ("How heavy is the boat?", "She weighs 7 tons.", True),
        ("How old is the captain?", "He commands 40 men.", False),
        ("How old is the captain?", "He was born in 1950.", True),
        ("How old is the captain?", "The captain, aged sixty, stayed aboard.", True),
        ("How long does it take?", "It takes up to five days.", True),
        ("How long is the swamp?", "It is 45 miles long.", True),
        ("How long may I keep it?", "You may keep it until the end of the term.", True),
        ("How long does it take?", "It costs 30 dollars.", False),
        ("At what temperature does it freeze?", "It freezes at -7 °C.", True),
        ("At what temperature does it freeze?", "It freezes within 3 hours.", False),
        ("How fast does it go?", "It reached 320 kts.", True),
        ("How fast does it go?", "It carries 320 passengers.", False),
        ("Какова глубина озера?", "Самолёт упал в озеро в 11:16.", False),
        ("Какой глубины озеро?", "Глубина озера 12 метров.", True),
        ("Сколько лет пилоту?", "Пилоту было 43 года.", True),
        ("Сколько лет пилоту?", "На борту было 3 пилота.", False),
        ("Сколько времени это займёт?", "Это займёт две недели.", True),
    ],
)
def test_a_quantity_of_another_kind_does_not_count(question: str, sentence: str, expected: bool) -> None:
    asked = read(question)
    assert asked.dimensions
    counted = counts(asked, sentence, stems(sentence))
    assert counted is expected
    assert unmeasured(asked, sentence, counted=counted) is not expected


@pytest.mark.parametrize(
    "question", ["How many trees are there?", "How large is it?", "Who is how tall?", "Сколько лет назад?"]
)
def test_what_asks_for_no_known_quantity(question: str) -> None:
    assert bool(read(question).dimensions) is ("tall" in question)


def test_digits_within_a_word_are_no_number() -> None:
    sentence = "ContentDocs thirty [ContentDocs30] defines profiles of HTML5."
    assert not holds(
        Wanted.NUMBER, "See [ContentDocs30].", stems("See [ContentDocs30]."), read("How many pages has it?")
    )
    assert holds(Wanted.NUMBER, sentence, stems(sentence), read("How many pages has it?"))
    assert holds(Wanted.NUMBER, "It costs $40.", stems("It costs $40."), read("How much is it?"))
