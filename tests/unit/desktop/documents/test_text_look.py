from __future__ import annotations

from hypothesis import given, strategies as st

from desktop.documents.text_look import set_markdown, set_plain
from desktop.documents.text_parts import PARAGRAPH_LENGTH

lines = st.sampled_from(
    ["", "words that go on", "# Title", "## Part", "- item", "1. item", "| a | b |", "```", "    code", "> q"]
)


def test_wrapped_lines_are_joined_and_others_are_kept() -> None:
    kept = ["# Title", "A sentence that", "goes on.", "", "- one", "- two", "more of two", "1. first", "| a |", "| b |"]
    code = ["```", "x = 1", "y = 2", "```", "end"]
    shown = set_markdown("\n".join(kept + code)).text.split("\n")
    assert shown == [
        "# Title", "A sentence that goes on.", "", "- one", "- two more of two", "1. first", "| a |", "| b |", *code,
    ]  # fmt: skip


def test_headings_are_found_by_block() -> None:
    setting = set_markdown("one\ntwo\n\n## Part\ntext\n```\n# a comment\n```\n# Title")
    blocks = setting.text.split("\n")
    assert {blocks[number]: level for number, level in setting.headings.items()} == {"## Part": 2, "# Title": 1}


@given(st.lists(lines, max_size=30).map("\n".join))
def test_no_place_moves(text: str) -> None:
    setting = set_markdown(text)
    assert len(setting.text) == len(text)
    assert all(new == old or (old == "\n" and new == " ") for new, old in zip(setting.text, text, strict=True))
    blocks = setting.text.split("\n")
    assert all(blocks[number].startswith("#" * level + " ") for number, level in setting.headings.items())


def test_joined_lines_stay_short_enough_to_lay_out() -> None:
    text = "\n".join(["word " * 20] * 500)
    assert max(map(len, set_markdown(text).text.split("\n"))) < PARAGRAPH_LENGTH + 200


def test_plain_text_stays_as_it_is() -> None:
    assert set_plain("a\nb").text == "a\nb"
