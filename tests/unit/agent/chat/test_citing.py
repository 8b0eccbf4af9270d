import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from engine.agent.chat.citing import Checked, check, without_markers
from engine.agent.chat.sources import Source
from engine.values import DocumentSource

LEASE = "The lease of the flat ends on 31 August 2026. Notice must be given three months before."
PLACE = DocumentSource(document_id="d", path="/lease.pdf", page=2, heading=(), start=100, end=100 + len(LEASE))


def source(number: int, text: str, place: DocumentSource | None = None) -> Source:
    return Source(number=number, title=f"source {number}", text=text, place=place, memory_id=f"m{number}")


SOURCES = [
    source(1, LEASE, PLACE),
    source(2, "The landlord is called Anna Petrova."),
    source(3, "Аренда стоит 900 евро."),
]


def marked(checked: Checked) -> list[tuple[str, str]]:
    return [(checked.text[one.start : one.end], one.reason) for one in checked.unsourced]


def test_a_citation_quotes_the_sentence_that_stands_behind_it() -> None:
    checked = check("You must give notice three months before the end. [1]", SOURCES)
    (citation,) = checked.citations
    assert citation.number == 1
    assert citation.memory_id == "m1"
    assert citation.quote == "Notice must be given three months before."
    assert isinstance(citation.source, DocumentSource)
    start = LEASE.index("Notice")
    assert (citation.source.start, citation.source.end) == (100 + start, 100 + len(LEASE))
    assert checked.unsourced == ()


@pytest.mark.parametrize(
    ("written", "kept", "removed"),
    [
        ("The lease ends in August. [1][9]", "The lease ends in August. [1]", (9,)),
        ("The lease ends in August [7].", "The lease ends in August.", (7,)),
        ("The lease ends in August [1, 2].", "The lease ends in August [1][2].", ()),
        ("The lease ends in August [1-3].", "The lease ends in August [1][2][3].", ()),
        ("The lease ends in August【1†lease】.", "The lease ends in August[1].", ()),
        ("The lease ends in August [source 1].", "The lease ends in August [1].", ()),
        ("The lease ends, see [1](https://a.b/c) [1].", "The lease ends, see [1](https://a.b/c) [1].", ()),
        ("Take `list[9]` of it.", "Take `list[9]` of it.", ()),
        ("```python\nx[9]\n```", "```python\nx[9]\n```", ()),
    ],
)
def test_numbers_that_name_no_source_go(written: str, kept: str, removed: tuple[int, ...]) -> None:
    checked = check(written, SOURCES)
    assert checked.text == kept
    assert checked.removed == removed


def test_a_claim_without_a_source_is_marked() -> None:
    checked = check("The lease ends on 31 August 2026 [1]. Flats in Kazan usually cost far more than this.", SOURCES)
    assert marked(checked) == [("Flats in Kazan usually cost far more than this.", "no_source")]


def test_a_number_at_the_end_counts_for_the_paragraph_where_the_source_holds_it() -> None:
    held = check("The lease ends on 31 August 2026. Notice must be given three months before. [1]", SOURCES)
    assert held.unsourced == ()
    foreign = check("Elephants sleep standing in the savannah. Notice is given three months before. [1]", SOURCES)
    assert marked(foreign) == [("Elephants sleep standing in the savannah.", "no_source")]


def test_a_number_does_not_cover_what_its_source_does_not_hold() -> None:
    checked = check("Elephants sleep standing in the savannah [2].", SOURCES)
    assert marked(checked) == [("Elephants sleep standing in the savannah [2].", "not_in_source")]


def test_another_language_than_the_source_is_no_claim_without_source() -> None:
    assert check("The rent is nine hundred euros every month [3].", SOURCES).unsourced == ()


def test_quotation_marks_promise_the_very_words() -> None:
    checked = check('It says “Notice must be given three months before” and "the cat must pay the rent" [1].', SOURCES)
    assert marked(checked) == [('"the cat must pay the rent"', "not_quoted")]
    assert check("You asked “who may keep a cat here” [1].", SOURCES, said=["Who may keep a cat here?"]).unsourced == ()


@pytest.mark.parametrize(
    "text",
    [
        "I could not find anything about that in your memory.",
        "# The lease of the flat in short",
        "Do you want me to look for the contract too?",
        "```python\nprint('this is code and no claim at all')\n```",
        "Here are the dates that matter most:",
        "Вот что есть в вашей памяти об этом.",
        "Yes.",
        "",
    ],
)
def test_talk_headings_and_code_are_no_claims(text: str) -> None:
    assert check(text, SOURCES).unsourced == ()


def test_list_items_are_claims_of_their_own() -> None:
    checked = check("- The lease ends on 31 August 2026 [1]\n- Elephants sleep standing in the savannah\n", SOURCES)
    assert marked(checked) == [("- Elephants sleep standing in the savannah", "no_source")]


def test_earlier_answers_lose_their_numbers() -> None:
    assert without_markers("It ends in August [1][2]. See `a[1]`.") == "It ends in August. See `a[1]`."


@hypothesis_settings(max_examples=150, deadline=None)
@given(st.text(alphabet='ab .[]1239,-\n`"“”*#', max_size=120))
def test_whatever_a_model_writes_spans_stand_in_the_text(text: str) -> None:
    checked = check(text, SOURCES)
    for span in checked.unsourced:
        assert 0 <= span.start < span.end <= len(checked.text)
    for citation in checked.citations:
        assert citation.quote in SOURCES[citation.number - 1].text
        assert f"[{citation.number}]" in checked.text
