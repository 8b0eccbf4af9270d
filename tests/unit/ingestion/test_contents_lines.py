"""Tables of contents: shown, not remembered, unless they say what stands nowhere else."""

from __future__ import annotations

from engine.ingestion.contents_lines import without_contents
from engine.ingestion.reading import PageText

CONTENTS = "CONTENTS\n1 The harbour ........ 3\n2 The islands . . . . . 7\n3 Tides and winds …… 12"
CHAPTERS = "1. The harbour\n\nShips.\n\n2. The Islands\n\nSheep.\n\n3. Tides and winds\n\nSalt."


def asides(*texts: str) -> list[list[str]]:
    pages = without_contents(PageText(text) for text in texts)
    return [[page.text[start:end] for start, end in page.asides] for page in pages]


def test_lines_that_name_a_chapter_are_asides() -> None:
    assert asides(CONTENTS, CHAPTERS) == [CONTENTS.split("\n")[1:], []]
    assert [page.text for page in without_contents([PageText(CONTENTS), PageText(CHAPTERS)])] == [CONTENTS, CHAPTERS]


def test_what_stands_nowhere_else_is_kept() -> None:
    menu = "Coffee ........ 3\nTea ........... 2\nCake .......... 5"
    assert asides(menu, "We are open every day.") == [[], []]
    assert asides(CONTENTS, "Nothing of it.") == [[], []]


def test_prices_and_dots_in_sentences_are_no_contents() -> None:
    assert asides("He waited ...... and waited.\nIt cost ..... 3.50\nWell .... 12.75 a day", CHAPTERS) == [[], []]


def test_asides_that_were_there_stay() -> None:
    first = PageText(f"HEAD\n\n{CONTENTS}", asides=((0, 6),))
    page, _ = without_contents([first, PageText(CHAPTERS)])
    assert page.asides[0] == (0, 6)
    assert len(page.asides) == 4
