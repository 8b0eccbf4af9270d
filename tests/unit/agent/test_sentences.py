"""Sentences are spans of the text, cut where a reader would cut them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from engine.agent.markup import readable
from engine.agent.sentences import split


def cut(text: str) -> list[str]:
    return [text[one.start : one.end] for one in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Mr. Smith met Dr. A. B. Jones in the U.S. Treasury. They spoke at 5 p.m. about Fig. 3. Why? Nobody knows!",
            [
                "Mr. Smith met Dr. A. B. Jones in the U.S. Treasury.",
                "They spoke at 5 p.m. about Fig. 3.",
                "Why? Nobody knows!",
            ],
        ),
        ("It costs 3.50 euros. That is 1,200.75 in total.", ["It costs 3.50 euros.", "That is 1,200.75 in total."]),
        ("He said “Stop here.” Then he left.", ["He said “Stop here.”", "Then he left."]),
        ("He lives in the U.S. The house is old.", ["He lives in the U.S.", "The house is old."]),
        (
            "В 2005 г. Совет переехал в г. Москва. Мальчика назвали Аль-Фаед.Это было в субботу, т.е. вчера.",
            [
                "В 2005 г. Совет переехал в г. Москва.",
                "Мальчика назвали Аль-Фаед.",
                "Это было в субботу, т.е. вчера.",
            ],
        ),
        ("我喜欢猫和狗。你呢？我也是！", ["我喜欢猫和狗。", "你呢？", "我也是！"]),
        ("今日は雨です。「明日は晴れる。」と彼は言った。", ["今日は雨です。", "「明日は晴れる。」", "と彼は言った。"]),
        ("हम घर गए। वह सो गया।", ["हम घर गए।", "वह सो गया।"]),
    ],
)
def test_ends_of_sentences(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_lines_wrapped_for_width_are_one_sentence() -> None:
    text = (
        "The tenant gives notice of at least ninety\ndays before the end of the term. Notice by\n"
        "e-mail counts when its receipt is\nconfirmed."
    )
    assert cut(text) == [
        "The tenant gives notice of at least ninety\ndays before the end of the term.",
        "Notice by\ne-mail counts when its receipt is\nconfirmed.",
    ]


def test_a_sentence_goes_on_behind_an_empty_line_where_lines_stand_wide_apart() -> None:
    text = "From diamonds to gold, Earth is chock-full\n\nof valuable resources. As one,\n\nyou find them.\n\nNext one"
    assert cut(text) == [
        "From diamonds to gold, Earth is chock-full\n\nof valuable resources.",
        "As one,\n\nyou find them.",
        "Next one",
    ]


def test_capitals_are_a_title() -> None:
    text = "THE SIEGE OF VICKSBURG. It rained again in the camp today."
    assert [one.kind for one in split(text)] == ["heading", "prose"]


def test_a_word_broken_at_the_end_of_a_line_stays_word_for_word() -> None:
    text = "We learn from prisoners that the inhabi-\ntants are living in caves dug out of the\nhills. It rains."
    assert cut(text)[0] == "We learn from prisoners that the inhabi-\ntants are living in caves dug out of the\nhills."


def test_a_title_line_does_not_join_the_text_below_it() -> None:
    text = (
        "Cabin pressure\nA rapid decompression occurred at flight level 290 and a crack was found in\n"
        "the fuselage above the forward service door, as the later report explained."
    )
    assert cut(text)[0] == "Cabin pressure"


def test_lists_tables_headings_and_code_stand_for_themselves() -> None:
    text = (
        "# Fees\n\n- Late payment: 18 dollars\n- Returned check: 15 dollars. It is\n  charged once.\n1. First step\n\n"
        "| kind | price |\n|---|---|\n| small | 3 |\n\n```python\nprint('x')\nprint('y')\n```\nDone here.\n"
    )
    kinds = [(one.kind, text[one.start : one.end]) for one in split(text)]
    assert ("heading", "# Fees") in kinds
    assert ("item", "- Late payment: 18 dollars") in kinds
    assert ("item", "It is\n  charged once.") in kinds
    assert ("item", "1. First step") in kinds
    assert ("row", "| small | 3 |") in kinds
    assert ("code", "print('x')\nprint('y')") in kinds
    assert kinds[-1] == ("prose", "Done here.")
    assert all("---" not in quoted for _, quoted in kinds)


def test_fields_of_a_mail_are_apart() -> None:
    assert cut("Subject: Is dinner ready?\nFrom: Joe\nTo: Suzie\n\nHi. We lost the game. Are you hungry yet?") == [
        "Subject: Is dinner ready?",
        "From: Joe",
        "To: Suzie",
        "Hi. We lost the game.",
        "Are you hungry yet?",
    ]


def test_a_very_long_sentence_is_cut_between_its_parts() -> None:
    text = "; ".join(f"part number {number} of the list goes on for a while" for number in range(40)) + "."
    pieces = cut(text)
    assert len(pieces) > 3
    assert max(map(len, pieces)) <= 420


@pytest.mark.parametrize("text", ["", " \n\t", "---\n***", "...", "| | |"])
def test_nothing_to_quote(text: str) -> None:
    assert split(text) == []


WRITING = st.text(
    alphabet=st.one_of(
        st.sampled_from(' \n\r\t.!?。|-#>`*:;\u2028\u00a0"”)г'), st.characters(exclude_categories=("Cs",))
    ),
    max_size=400,
)


@given(WRITING)
@settings(max_examples=300, deadline=None)
def test_spans_are_in_order_apart_and_hold_every_letter(text: str) -> None:
    sentences = split(text)
    position = 0
    covered = set()
    for one in sentences:
        assert position <= one.start < one.end <= len(text)
        assert text[one.start : one.end] == text[one.start : one.end].strip()
        covered.update(range(one.start, one.end))
        position = one.end
    left_out = {text[place] for place in range(len(text)) if place not in covered and text[place].isalnum()}
    if not any(mark in text for mark in ("`", "~", "///", ":::")):
        assert not left_out


@pytest.mark.timeout(60)  # what grows with the square of the length takes minutes here
def test_a_megabyte_of_one_line_is_cut() -> None:
    for text in ("word " * 200_000, "." * 200_000 + "a", "a." * 100_000):
        pieces = split(text)
        assert pieces[-1].end == len(text.rstrip())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I recommend [`uv`](https://x.dev/uv/) to **manage** it.", "I recommend `uv` to manage it."),
        ('It lives off [New Zealand](/wiki/NZ "NZ").[[1]](#cite-1)', "It lives off New Zealand."),
        (
            '<dfn title="a">Mounting</dfn> means\nList<int> x[3] of __init__ [2].',
            "Mounting means List<int> x[3] of __init__ [2].",
        ),
        ("Plain\n  words stay.", "Plain words stay."),
    ],
)
def test_a_sentence_is_read_without_its_markup(text: str, expected: str) -> None:
    assert readable(text) == expected
