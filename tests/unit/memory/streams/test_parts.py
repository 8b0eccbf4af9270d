"""A long message is cut where it hurts least, and joined again it is the message."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from engine.memory.streams.parts import split_message


@given(st.text(alphabet="ab .\n,é漢", max_size=400), st.integers(1, 50))
def test_nothing_is_lost_and_no_part_is_blank(text: str, most: int) -> None:
    parts = split_message(text, most)
    assert "".join(parts) == text
    if text.strip():
        assert all(part.strip() for part in parts)


@pytest.mark.parametrize(
    ("text", "most", "parts"),
    [
        ("short", 10, ["short"]),
        ("one two three four", 9, ["one two ", "three ", "four"]),
        ("First one. Second one.", 16, ["First one. ", "Second one."]),
        ("a line\nanother line", 14, ["a line\n", "another line"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("abcd" + " " * 9 + "efgh", 4, ["abcd" + " " * 8, " efg", "h"]),
    ],
)
def test_it_is_cut_between_words_and_sentences(text: str, most: int, parts: list[str]) -> None:
    assert split_message(text, most) == parts
