"""Running heads, feet and page numbers: found by what repeats, kept where they say something."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.ingestion import operations
from engine.ingestion.chunking import Chunker, TokenCounter
from engine.ingestion.pages import read_pdf
from engine.ingestion.reading import PageText, ReadDocument
from engine.ingestion.reflow import Line, reflow_pages
from engine.ingestion.running_heads import EdgeLine, printed, running_lines
from tests.helpers.pdf import make_pdf

WORDS = ("harbour", "winter", "garden", "machine", "letter", "island", "journey", "window")


def body(page: int, rows: int = 8) -> list[str]:
    return [
        f"On this {WORDS[(page * 3 + row) % 8]} day {WORDS[(page + row * 5) % 8]} {page}x{row}." for row in range(rows)
    ]


def sheet(*texts: str) -> list[EdgeLine]:
    return [EdgeLine(text, 800.0 - 14 * row, 12.0) for row, text in enumerate(texts)]


def found(pages: list[list[EdgeLine]], title: str = "") -> list[list[str]]:
    return [
        [page[place].text for place in sorted(places)]
        for page, places in zip(pages, running_lines(pages, title=title), strict=True)
    ]


def test_a_head_with_the_page_number_on_either_side() -> None:
    heads = ["THE SIEGE OF TROY. 49", "50 THE SIEGE OF TROY.", "THE SIEGE OF TROY. 51", "52 THE SIEGE OF TROY."]
    pages = [sheet(head, *body(number)) for number, head in enumerate(heads)]
    assert found(pages, "The siege of Troy") == [[head] for head in heads]
    assert found(pages) == [[], *([head] for head in heads[1:])]  # it stands nowhere else, so it is kept once


def test_what_a_scan_misread_is_the_same_head() -> None:
    heads = [
        "THE SIEGE OF VICKSBURG. 1",
        "2 THE SIEGE OF VICKSBUEG.",
        "THE SIEGE OF VICKSBURG. 3",
        "4 THE SIEGE OF VICKSBURG.",
    ]
    pages = [sheet(head, *body(number)) for number, head in enumerate(heads)]
    assert found(pages, "the siege of Vicksburg")[1] == [heads[1]]


@pytest.mark.parametrize(
    "numbers",
    [
        ["1", "2", "3", "4"],
        ["- 7 -", "- 8 -", "- 9 -", "- 10 -"],
        ["Page 1 of 4", "Page 2 of 4", "Page 3 of 4", "Page 4 of 4"],
        ["iv", "v", "vi", "vii"],
        ["Стр. 12", "Стр. 13", "Стр. 14", "Стр. 15"],
        ["第 3 页", "第 4 页", "第 5 页", "第 6 页"],
    ],
)
def test_page_numbers_of_every_kind(numbers: list[str]) -> None:
    pages = [sheet(*body(page), number) for page, number in enumerate(numbers)]
    assert found(pages) == [[number] for number in numbers]


def test_numbers_that_do_not_count_the_pages_stay() -> None:
    pages = [sheet(*body(page), total) for page, total in enumerate(["120", "87", "300", "12"])]
    assert found(pages) == [[], [], [], []]
    amounts = ["Total: 120.50 euros", "Total: 87.10 euros", "Total: 300.00 euros", "Total: 12.75 euros"]
    assert found([sheet(*body(page), total) for page, total in enumerate(amounts)]) == [[], [], [], []]


def test_what_repeats_in_the_middle_of_the_page_stays() -> None:
    pages = [sheet(*body(page), "Signed by the keeper", *body(page + 9)) for page in range(5)]
    assert found(pages) == [[]] * 5


def test_a_heading_and_two_pages_are_left_alone() -> None:
    pages = [sheet("Results of the year", *body(page)) for page in range(2)]
    assert found(pages) == [[], []]
    fixed = [[EdgeLine("Results", 800.0, 20.0, fixed=True), *sheet(*body(page))[1:]] for page in range(4)]
    assert found(fixed) == [[]] * 4


def test_the_letterhead_that_names_the_contract_is_kept_once() -> None:
    pages = [sheet("Contract 778/B of Miller and Sons", *body(page)) for page in range(4)]
    assert [len(lines) for lines in found(pages)] == [0, 1, 1, 1]


def test_a_page_keeps_its_text_and_says_what_is_aside() -> None:
    pages = [
        [
            Line("Annual report of the harbour", 50, 250, 800, 800, 10),
            Line(f"Ships of {WORDS[page]} came in {page}x.", 50, 500, 700, 700, 10),
            Line(f"They left {WORDS[page + 1]} behind.", 50, 500, 686, 686, 10),
            Line(f"{page + 4}", 300, 310, 40, 40, 10),
        ]
        for page in range(4)
    ]
    texts = reflow_pages(pages, title="Annual report of the harbour")
    assert texts[1].text.startswith("Annual report of the harbour\n\n")
    assert texts[1].text.endswith("\n\n5")
    assert [texts[1].text[start:end].strip() for start, end in texts[1].asides] == ["Annual report of the harbour", "5"]


async def test_no_passage_of_a_pdf_holds_a_head(tmp_path: Path) -> None:
    pages = [["History of the canal", *body(page, 5), str(page + 11)] for page in range(4)]
    document = read_pdf(make_pdf(tmp_path / "canal.pdf", pages))
    chunker = Chunker(TokenCounter(lambda texts: [len(text.split()) for text in texts]), tokens=60)
    chunks = list(chunker.chunks(document))
    texts = [document.pages[chunk.page].text[chunk.start : chunk.end] for chunk in chunks]
    assert sum("History of the canal" in text for text in texts) == 1
    assert "History of the canal" in texts[0]
    for page in range(4):
        assert f"day {WORDS[page % 8]} {page}x0." in " ".join(texts)
        assert str(page + 11) in document.pages[page].text
        assert not any(text.endswith(f"\n{page + 11}") or text == str(page + 11) for text in texts)


def test_printed_text_files_keep_their_form_feeds_apart() -> None:
    sheets = [
        "RFC 9999     The Kettle Protocol     June 1999\n\n\n"
        + "\n".join(body(page, 6 + page % 3))
        + f"\n\n\nAnn Miller     Standards Track     [Page {page + 1}]\n"
        for page in range(5)
    ]
    page = printed("The Kettle Protocol, by Ann Miller, on the Standards Track, RFC of June.\n" + "\f".join(sheets))
    asides = [page.text[start:end] for start, end in page.asides]
    assert sum("Kettle Protocol     June" in aside for aside in asides) >= 3
    assert sum("[Page" in aside for aside in asides) >= 4
    assert "\f" not in page.text
    assert not any("day" in aside for aside in asides)


def test_chunks_go_around_asides() -> None:
    text = "One sentence here.\nRUNNING HEAD 3\nAnother sentence there."
    start = text.index("RUNNING")
    page = PageText(text, asides=((start, start + len("RUNNING HEAD 3")),))
    chunker = Chunker(TokenCounter(lambda texts: [len(text.split()) for text in texts]), tokens=60)
    document = ReadDocument(title="", media_type="text/plain", pages=(page,))
    assert [text[chunk.start : chunk.end] for chunk in chunker.chunks(document)] == [
        "One sentence here.",
        "Another sentence there.",
    ]


def test_a_document_of_nothing_but_page_numbers_keeps_them(tmp_path: Path, repository: Path) -> None:
    path = make_pdf(tmp_path / "numbers.pdf", [[f"Page {number}"] for number in range(1, 5)])
    tokenizer = repository / "resources" / "models" / "all-minilm-l6-v2" / "tokenizer.json"
    request = {"path": str(path), "name": path.name, "zip_limit": 1, "tokenizer": str(tokenizer), "tokens": 220}
    head, _ = operations.read(request)
    assert len(head["chunks"]) == 4
