"""Answers made of quotations: word for word, from the right place, or none at all."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from engine.agent.quotes import MOST_QUOTES, compose
from engine.agent.wording import statement_for
from engine.embedding import Embedder
from engine.values import ConversationSource, DocumentSource, Hit

LEASE = """Lease of the office in Harbour Street.

The lease ends on 31 May 2027 unless it is renewed in writing. The tenant gives notice of at least ninety
days before the end of the term. Notice by e-mail counts when its receipt is confirmed.

Repairs below 200 euros are paid by the tenant."""

GARDEN = """Tomatoes need at least six hours of sun a day. Water them in the morning at the root.

- Sow basil after the last frost.
- Prune the apple tree in February."""

MOVE = """Договор аренды квартиры заключён на одиннадцать месяцев. Плата вносится до десятого числа каждого месяца.

Ремонт сантехники оплачивает хозяин квартиры. Гостям запрещено курить на балконе."""

MakeHit = Callable[..., Hit]


@pytest.fixture
def hits(hit: MakeHit) -> list[Hit]:
    return [
        hit(LEASE, name="lease.pdf", page=4, start=120),
        hit(GARDEN, name="garden.md", score=0.6),
        hit(MOVE, name="договор.docx", score=0.5),
    ]


@pytest.mark.parametrize(
    ("question", "expected", "file"),
    [
        (
            "When does the office lease run out?",
            "The lease ends on 31 May 2027 unless it is renewed in writing.",
            "lease.pdf",
        ),
        ("How much sun do tomatoes need?", "Tomatoes need at least six hours of sun a day.", "garden.md"),
        ("When should I prune the apple tree?", "Prune the apple tree in February.", "garden.md"),
        (
            "На какой срок заключён договор аренды?",
            "Договор аренды квартиры заключён на одиннадцать месяцев.",
            "договор.docx",
        ),
        ("Кто платит за ремонт сантехники?", "Ремонт сантехники оплачивает хозяин квартиры.", "договор.docx"),
    ],
)
def test_the_sentence_that_answers_is_quoted(
    hits: list[Hit], embedder: Embedder, question: str, expected: str, file: str
) -> None:
    answer = compose(question, hits, embedder=embedder)
    assert not answer.abstained
    assert answer.made_by == "quotes"
    assert expected in answer.citations[0].quote
    source = answer.citations[0].source
    assert isinstance(source, DocumentSource)
    assert source.path.endswith(file)
    assert expected in answer.text
    assert "[1]" in answer.text
    assert answer.hits == tuple(hits)
    assert answer.question == question


def test_a_quotation_keeps_its_line_break_and_the_text_does_not(hits: list[Hit], embedder: Embedder) -> None:
    answer = compose("How long before the end of the term must the tenant give notice?", hits, embedder=embedder)
    assert "The tenant gives notice of at least ninety\ndays before the end of the term." in answer.citations[0].quote
    assert "The tenant gives notice of at least ninety days before the end of the term." in answer.text


def test_the_source_spans_the_quotation_in_its_page(hits: list[Hit], embedder: Embedder) -> None:
    answer = compose("When does the office lease end?", hits, embedder=embedder)
    source = answer.citations[0].source
    assert isinstance(source, DocumentSource)
    page_text = "x" * 120 + LEASE
    assert page_text[source.start : source.end] == answer.citations[0].quote
    assert source.page == 4


def test_neighbours_that_both_answer_become_one_quotation(hits: list[Hit], embedder: Embedder) -> None:
    answer = compose("When does the lease end, and how long before do I have to give notice?", hits, embedder=embedder)
    first = answer.citations[0].quote
    assert first.startswith("The lease ends on 31 May 2027")
    assert first.endswith("before the end of the term.")


def test_a_span_that_cannot_be_trusted_stays_whole(hits: list[Hit], embedder: Embedder) -> None:
    first = hits[0].memory
    assert isinstance(first.source, DocumentSource)
    loose = dataclasses.replace(first.source, end=first.source.end + 7)
    hits[0] = dataclasses.replace(hits[0], memory=dataclasses.replace(first, source=loose))
    answer = compose("When does the office lease end?", hits, embedder=embedder)
    assert answer.citations[0].source == loose


@pytest.mark.parametrize(
    "question",
    [
        "What is the melting point of tungsten?",
        "Who won the football world cup in 1998?",
        "What does my dentist charge for a filling?",
        "Сколько стоит билет на поезд до Владивостока?",
        "Как зовут собаку соседа?",
    ],
)
def test_nothing_relevant_is_said_plainly(hits: list[Hit], embedder: Embedder, question: str) -> None:
    answer = compose(question, hits, embedder=embedder)
    assert answer.abstained
    start = "В вашей памяти нет ответа" if re.search("[а-я]", question) else "Nothing in your memory answers"
    assert answer.text.startswith(start)
    assert len(answer.citations) <= 1
    assert ("[1]" in answer.text) == bool(answer.citations)
    assert statement_for(answer) is None


def test_a_near_passage_is_named_and_not_claimed(hits: list[Hit], embedder: Embedder) -> None:
    answer = compose("How much is the deposit of the office lease?", hits, embedder=embedder)
    assert answer.abstained
    assert "lease.pdf, page 4. [1]" in answer.text
    assert answer.citations[0].quote in LEASE


@pytest.mark.parametrize(
    "question",
    [
        "How old is the tenant of the office?",
        "How deep is the cellar of the office?",
        "In which year was the office in Harbour Street built?",
        "How much does a tomato weigh?",
        "Who planted the apple tree?",
        "How many apples does the apple tree bear?",
        "Как зовут хозяина квартиры?",
        "Сколько лет хозяину квартиры?",
        "Сколько гостей приходило в квартиру?",
    ],
)
def test_what_is_not_told_of_a_thing_is_not_made_up(hits: list[Hit], embedder: Embedder, question: str) -> None:
    assert compose(question, hits, embedder=embedder).abstained


def test_an_empty_memory(embedder: Embedder) -> None:
    answer = compose("When does the lease end?", [], embedder=embedder)
    assert answer.abstained
    assert answer.citations == ()


def test_words_that_ask_nothing(hits: list[Hit], embedder: Embedder) -> None:
    assert compose("What is it?", hits, embedder=embedder).abstained
    assert compose("?", hits, embedder=embedder).abstained


def test_an_earlier_question_is_not_quoted(hits: list[Hit], hit: MakeHit, embedder: Embedder) -> None:
    question = "When does the office lease end?"
    asked = hit(question, name="x")
    asked = dataclasses.replace(
        asked, memory=dataclasses.replace(asked.memory, source=ConversationSource("c", "m"), kind="message")
    )
    reworded = dataclasses.replace(
        asked, memory=dataclasses.replace(asked.memory, text="When will the office lease end?")
    )
    answer = compose(question, [asked, reworded, *hits], embedder=embedder)
    assert answer.citations[0].quote.startswith("The lease ends on 31 May 2027")


def test_the_same_words_in_two_files_are_quoted_once(hit: MakeHit, embedder: Embedder) -> None:
    answer = compose(
        "When does the office lease end?", [hit(LEASE, name="a.pdf"), hit(LEASE, name="b.pdf")], embedder=embedder
    )
    assert len({citation.quote for citation in answer.citations}) == len(answer.citations)


def test_a_sentence_that_points_back_takes_the_one_before_it_along(hit: MakeHit, embedder: Embedder) -> None:
    text = "The layer Interact holds your questions. It remembers for 24 hours. Files are kept in Assets."
    answer = compose("For how many hours does Interact remember?", [hit(text)], embedder=embedder)
    assert answer.citations[0].quote == "The layer Interact holds your questions. It remembers for 24 hours."


def test_the_statement_is_in_the_language_of_the_question(hits: list[Hit], embedder: Embedder) -> None:
    english = compose("When does the office lease end?", hits, embedder=embedder)
    russian = compose("Кто платит за ремонт сантехники?", hits, embedder=embedder)
    assert statement_for(english) == "Quoted word for word from memory: no language model is set up."
    assert statement_for(russian) == "Дословные цитаты из памяти: языковая модель не настроена."


TEXTS = st.lists(
    st.text(
        alphabet=st.one_of(
            st.sampled_from("The lease ends on 31 May 2027. \n-|#?Договор аренды。猫"),
            st.characters(exclude_categories=("Cs",)),
        ),
        max_size=300,
    ),
    max_size=4,
)


@given(
    texts=TEXTS, question=st.one_of(st.sampled_from(["When does the lease end?", "Где договор?"]), st.text(max_size=60))
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_quoted_stands_in_memory(texts: list[str], question: str, hit: MakeHit, embedder: Embedder) -> None:
    made = [hit(text, name=f"{number}.md", start=7) for number, text in enumerate(texts)]
    answer = compose(question, made, embedder=embedder)
    by_id = {one.memory.id: one.memory for one in made}
    assert answer.text
    assert len(answer.citations) <= (1 if answer.abstained else MOST_QUOTES)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    for citation in answer.citations:
        text = by_id[citation.memory_id].text
        assert citation.quote
        assert citation.quote in text
        assert f"[{citation.number}]" in answer.text
        assert isinstance(citation.source, DocumentSource)
        assert text[citation.source.start - 7 : citation.source.end - 7] == citation.quote
