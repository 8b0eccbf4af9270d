from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st
from PySide6.QtCore import QLocale

from desktop.chat.entries import Entry, Span, paragraphs
from desktop.chat.passages import around, best_window, matched_words, plain, without_headings
from desktop.chat.source_items import SourceItem, describe_source, source_items
from engine import Answer, Citation, ConversationSource, DocumentSource, Hit, Memory

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LEASE = DocumentSource("d", "/home/anna/lease.pdf", 4, ("Lease", "Term"), 0, 10)


def memory(name: str, text: str, **fields: object) -> Memory:
    return Memory(id=name, text=text, layer="assets", kind="note", created_at=NOW, occurred_at=NOW, **fields)  # type: ignore[arg-type]


def citation(number: int, quote: str, name: str = "m") -> Citation:
    return Citation(number=number, memory_id=name, quote=quote, source=LEASE)


def test_quotes_and_numbers_are_told_apart() -> None:
    text = "The lease ends on 31 May. [1]\nAsk the owner: Notice is ninety days. [2] And so on."
    cut = paragraphs(text, (citation(1, "The lease ends on 31 May."), citation(2, "Notice is ninety days.")))
    assert cut == [
        [Span("The lease ends on 31 May.", quoted=True), Span("1", citation=1)],
        [
            Span("Ask the owner: "),
            Span("Notice is ninety days.", quoted=True),
            Span("2", citation=2),
            Span(" And so on."),
        ],
    ]


def test_a_number_that_is_no_citation_stays_text() -> None:
    assert paragraphs("See [7] there. [1]", (citation(1, "See [7] there."),)) == [
        [Span("See [7] there.", quoted=True), Span("1", citation=1)]
    ]


def test_a_quote_is_found_over_other_spaces_and_special_letters() -> None:
    cut = paragraphs("It costs $5 (net). [1]", (citation(1, "It  costs\n$5 (net)."),))
    assert cut[0][0] == Span("It costs $5 (net).", quoted=True)


def test_a_quote_that_is_not_in_the_text_marks_nothing() -> None:
    assert paragraphs("Something else. [1]", (citation(1, "The lease."),))[0] == [
        Span("Something else."),
        Span("1", citation=1),
    ]
    assert paragraphs("No quote. [1]", (citation(1, ""),))[0][0] == Span("No quote.")


@given(st.text(max_size=200), st.text(max_size=30))
def test_no_letter_of_an_answer_is_lost(text: str, quote: str) -> None:
    cut = paragraphs(text, (citation(1, quote),))
    shown = "".join(span.text for spans in cut for span in spans if span.citation is None)
    kept = "".join(text.split())
    for piece in shown.split():
        assert piece in kept or piece in text


def test_cards_come_by_number_then_what_was_not_used() -> None:
    used, other = (
        memory("m", "Before it. The lease ends on 31 May. After it."),
        memory("n", "Rent is due on the third."),
    )
    answer = Answer(
        text="The lease ends on 31 May. [1]",
        made_by="quotes",
        abstained=False,
        question="When does the lease end?",
        citations=(citation(1, "The lease ends on 31 May."),),
        hits=(Hit(memory=other, score=0.9), Hit(memory=used, score=0.8, scores={"bm25": 1.0}, reason="Words.")),
    )
    first, second = source_items(answer, titles={}, now=NOW)
    assert (first.number, first.title, first.place) == (1, "lease.pdf", "Page 4 · Term")
    assert first.full_path == "/home/anna/lease.pdf"
    assert first.passage == "Before it. The lease ends on 31 May. After it."
    assert [first.passage[a:b] for a, b in first.matched] == ["lease"]
    assert "<b>lease</b>" in first.passage_html()
    assert first.reason == "Words."
    assert second.number is None
    assert second.title == "Note"


def test_a_conversation_is_named_by_its_title_and_fades() -> None:
    said = memory(
        "m", "They keep the deposit.", source=ConversationSource("c", "x"), expires_at=NOW + timedelta(days=41)
    )
    answer = Answer(text="", made_by="quotes", abstained=True, question="deposit", hits=(Hit(memory=said, score=1),))
    (item,) = source_items(answer, titles={"c": "Repairs"}, now=NOW)
    assert item.title.startswith("You, 1 ")
    assert item.place == "Conversation · Repairs"
    assert item.days_left == 41


def test_headings_are_named_above_the_passage_and_not_in_it() -> None:
    text = "# Lease\n\n## Term\n\nThe lease ends on 31 May.\n## Rent\nIt is due."
    said = memory("m", text, source=LEASE)
    answer = Answer(text="", made_by="quotes", abstained=True, question="lease", hits=(Hit(memory=said, score=1),))
    assert source_items(answer, titles={}, now=NOW)[0].passage == "The lease ends on 31 May. Rent It is due."


def test_a_passage_is_escaped() -> None:
    odd = memory("m", "<script>alert('lease')</script>")
    answer = Answer(text="", made_by="quotes", abstained=True, question="lease", hits=(Hit(memory=odd, score=1),))
    html = source_items(answer, titles={}, now=NOW)[0].passage_html()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    ("passage", "question", "found"),
    [
        ("The leases are over.", "When does the lease end?", ["leases"]),
        ("Срок договора истекает", "Когда истекает договор?", ["договора", "истекает"]),
        ("Is it so?", "is it", ["Is", "it"]),
        ("In 2027 it is over.", "What is in 2027?", ["2027"]),
        ("contract contrast", "contracts", ["contract"]),
        ("nothing here", "", []),
    ],
)
def test_words_match_in_their_forms(passage: str, question: str, found: list[str]) -> None:
    assert [passage[a:b] for a, b in matched_words(passage, question)] == found


def test_long_passages_are_cut_at_words_around_the_quote() -> None:
    text = "alpha beta " * 100 + "The lease ends on 31 May. " + "gamma delta " * 100
    shown = around(text, "The lease ends on 31 May.")
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "The lease ends on 31 May." in shown
    assert len(shown) < 400
    assert set(shown.strip("…").split()) <= set(text.split())
    window = best_window(text, "lease in May")
    assert "lease" in window
    assert len(window) < 300


def test_entries_know_what_was_quoted() -> None:
    answer = Answer(text="x", made_by="quotes", abstained=False)
    assert Entry(id="1", question=False, text="x", answer=answer).quoted
    assert not Entry(id="1", question=False, text="x").quoted
    made = Answer(text="x", made_by="openai/gpt", abstained=False)
    assert not Entry(id="1", question=False, text="x", answer=made).quoted


def test_cards_show_no_marks_of_markdown() -> None:
    table = "# Formats\n\n| kind | endings |\n|---|:---:|\n| Documents | **pdf**, `docx` |\n"
    assert " ".join(plain(table).split()) == "Formats kind · endings; Documents · pdf, docx;"
    assert plain('- see [the page](https://x.org/a_b "A")\n> said\n```sh\nls\n```') == "• see the page\nsaid\nls"
    assert plain("f(**kwargs) | a - b # c") == "f(**kwargs) | a - b # c"
    assert without_headings("## Terms\n\nNotice of 90 days.", ("Lease", "Terms")) == "Notice of 90 days."


def test_common_words_are_not_marked() -> None:
    passage = "What they have is the lease."
    marked = [passage[begin:end] for begin, end in matched_words(passage, "What have they said of leases?")]
    assert marked == ["lease"]
    assert matched_words("what", "What?") == ((0, 4),)


def test_a_pasted_text_keeps_its_whole_name() -> None:
    source = DocumentSource("d", "text:Rent 2024/2025", None, (), 0, 1)
    assert describe_source(source, None, {})[0] == "Rent 2024/2025"


@pytest.fixture
def locale() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


@pytest.mark.usefixtures("locale")
def test_a_passage_stands_in_the_marks_of_the_language_once() -> None:
    assert ">“Hello.”<" in SourceItem(number=1, title="t", place="", passage="Hello.").passage_html()
    assert ">“Yes,” he said.”<" in SourceItem(number=1, title="t", place="", passage="“Yes,” he said.").passage_html()
    QLocale.setDefault(QLocale("ru"))
    assert ">«Да.»<" in SourceItem(number=1, title="t", place="", passage="Да.").passage_html()
