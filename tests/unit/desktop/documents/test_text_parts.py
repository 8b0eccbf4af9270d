from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings, strategies as st
from PySide6.QtGui import QTextDocument

from desktop.documents.text_parts import (
    PARAGRAPH_LENGTH,
    PART_LENGTH,
    ShownText,
    TextSpan,
    part_count,
    part_of,
    part_span,
    utf16_length,
)

ASTRAL = "😀𝄞𐍈"
BREAKS = ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x0c", "\x85", "\x00", "\ufdd0"]
pieces = st.lists(st.sampled_from(["a", "word ", "ёж", ASTRAL, "é", *BREAKS]), max_size=60).map("".join)


def characters(document: QTextDocument, start: int, end: int) -> str:
    """What stands between two positions, read as UTF-16 units."""
    units = "".join(document.characterAt(place) for place in range(start, end)).encode("utf-16-le", "surrogatepass")
    return units.decode("utf-16-le")


def check_against_qt(text: str, span: TextSpan) -> None:
    """Every code point that is no line break stands in the document where `place` says."""
    shown = ShownText(text, span)
    document = QTextDocument()
    document.setPlainText(shown.text)
    for position in range(shown.span.start, shown.span.end):
        character = text[position]
        if character in "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\ufdd0\ufdd1\x00":
            continue
        place = shown.place(position)
        assert characters(document, place, place + utf16_length(character)) == character
        assert shown.position(place) == position


@settings(max_examples=150, deadline=None)
@given(text=pieces, start=st.integers(0, 40), length=st.integers(0, 200))
def test_places_are_those_of_qt(qapp: object, text: str, start: int, length: int) -> None:
    check_against_qt(text, TextSpan(start, start + length))


def test_code_points_beyond_the_basic_plane_count_two(qapp: object) -> None:
    text = "😀😀 the lease 😀 ends"
    shown = ShownText(text, TextSpan(0, len(text)))
    start = text.index("lease")
    assert shown.places(TextSpan(start, start + 5)) == (start + 2, start + 7)
    check_against_qt(text, TextSpan(0, len(text)))


@pytest.mark.parametrize("character", ["a", "😀", " word"])
def test_one_line_of_any_length_is_broken(qapp: object, character: str) -> None:
    text = character * (3 * PARAGRAPH_LENGTH)
    shown = ShownText(text, TextSpan(0, len(text)))
    lines = shown.text.split("\n")
    assert all(len(line) <= PARAGRAPH_LENGTH for line in lines)
    assert "".join(lines) == text
    assert shown.soft_breaks == set(range(1, len(lines)))
    for position in (0, PARAGRAPH_LENGTH - 1, PARAGRAPH_LENGTH, len(text) - 1):
        assert shown.position(shown.place(position)) == position


def test_parts_join_without_a_gap_and_end_at_lines() -> None:
    line = "x" * 70 + "\n"
    text = line * (3 * PART_LENGTH // len(line))
    count = part_count(text)
    spans = [part_span(text, part) for part in range(count)]
    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    assert all(before.end == after.start for before, after in itertools.pairwise(spans))
    assert all(text[span.end - 1] == "\n" for span in spans)
    assert all(
        part_of(text, position) == part for part, span in enumerate(spans) for position in (span.start, span.end - 1)
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4 * PART_LENGTH), st.sampled_from(["x", "x ", "x\n", "😀"]))
def test_every_position_has_its_part(position: int, character: str) -> None:
    text = character * (4 * PART_LENGTH // len(character))
    position = min(position, len(text) - 1)
    span = part_span(text, part_of(text, position))
    assert span.start <= position < span.end


def test_an_empty_text_has_one_part() -> None:
    assert part_count("") == 1
    assert part_span("", 0) == TextSpan(0, 0)
    assert ShownText("", TextSpan(0, 0)).places(TextSpan(0, 5)) is None


def test_spans_outside_are_clamped() -> None:
    assert TextSpan(5, 99).clamped(10) == TextSpan(5, 10)
    assert TextSpan(-3, -1).clamped(10) == TextSpan(0, 0)
    assert TextSpan(4, 4).empty
