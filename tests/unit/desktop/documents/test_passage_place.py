from __future__ import annotations

from desktop.documents.passage_place import PassagePlace, locate
from desktop.documents.text_parts import TextSpan
from engine import DocumentSource


def source(start: int, end: int, page: int | None = None) -> DocumentSource:
    return DocumentSource(document_id="d", path="/a.txt", page=page, heading=(), start=start, end=end)


TEXT = "😀 One sentence. The lease ends on 31 May. Another. The lease ends on 31 May."


def test_the_source_is_trusted_without_a_quote() -> None:
    assert locate([TEXT], source(2, 15), "") == PassagePlace(0, TextSpan(2, 15))


def test_the_quote_inside_the_span_is_marked_alone() -> None:
    start = TEXT.index("The lease")
    place = locate([TEXT], source(0, len(TEXT)), "The lease ends on 31 May.")
    assert place.span == TextSpan(start, start + 25)


def test_a_quote_elsewhere_is_found_nearest_to_the_source() -> None:
    last = TEXT.rindex("The lease")
    assert locate([TEXT], source(len(TEXT) - 5, len(TEXT)), "The lease ends on 31 May.").span.start == last


def test_line_breaks_in_the_text_do_not_hide_a_quote() -> None:
    text = "Intro.\nThe lease\nends   on 31 May.\n"
    place = locate([text], source(0, 6), "The lease ends on 31 May.")
    assert text[place.span.start : place.span.end] == "The lease\nends   on 31 May."


def test_a_quote_that_is_nowhere_leaves_the_span() -> None:
    assert locate([TEXT], source(2, 15), "never written").span == TextSpan(2, 15)


def test_pages_count_from_one_and_are_clamped() -> None:
    assert locate(["a", "b", "c"], source(0, 1, page=2), "").page == 1
    assert locate(["a"], source(0, 1, page=9), "").page == 0
    assert locate([], source(0, 1, page=1), "x") == PassagePlace(0, TextSpan(0, 0))
