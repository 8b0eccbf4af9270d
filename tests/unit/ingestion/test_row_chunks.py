"""Tables written as text: whole rows, named columns, and no time lost on wide ones."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from engine.ingestion.chunking import Chunker, TokenCounter
from engine.ingestion.reading import PageText, ReadDocument
from engine.ingestion.row_chunks import columns_of, row_spans


def count(text: str) -> int:
    return len(text.replace(",", " , ").split())


def test_rows_stay_whole_and_nothing_is_lost() -> None:
    text = "id,name\n" + "".join(f"{row},Name {row}\n" for row in range(100))
    spans = list(row_spans(text, count, 40))
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[start:end].endswith("\n") for start, end in spans)
    assert max(count(text[start:end]) for start, end in spans) <= 40
    assert len(spans) < 15


def test_a_wide_row_is_cut_between_cells() -> None:
    row = ",".join(str(number) for number in range(1000))
    text = f"a,b\n{row}\nlast,one\n"
    spans = list(row_spans(text, count, 50))
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(text[end - 1] in ",\n" for _, end in spans)
    assert max(count(text[start:end]) for start, end in spans) <= 75
    assert text[slice(*spans[-1])] == "last,one\n"


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("id,name\n1,Ann\n", "id | name"),
        ('"First name";"Town"\nAnn;Kazan', "First name | Town"),
        ("1,2\n3,4", ""),
        ("id,\n1,2", ""),
        ("only one row, really", ""),
        ("one column\nx", ""),
    ],
)
def test_names_of_columns(text: str, columns: str) -> None:
    assert columns_of(text) == columns


def test_every_passage_but_the_first_carries_the_columns() -> None:
    text = "town,people\n" + "".join(f"Town{row},{row * 37}\n" for row in range(60))
    chunker = Chunker(TokenCounter(lambda texts: [len(one.split()) for one in texts]), tokens=30)
    document = ReadDocument(title="", media_type="text/csv", pages=(PageText(text),), flavour="rows")
    chunks = list(chunker.chunks(document))
    assert len(chunks) > 2
    assert chunks[0].heading == ()
    assert {chunk.heading for chunk in chunks[1:]} == {("town | people",)}
    assert all(text[chunk.start : chunk.end].startswith("Town") for chunk in chunks[1:])


def test_five_thousand_columns_are_counted_once() -> None:
    asked = 0

    def counting(texts: Sequence[str]) -> list[int]:
        nonlocal asked
        asked += sum(map(len, texts))
        return [1 + len(text) // 3 for text in texts]

    text = "\n".join(",".join(str(row * 5000 + cell) for cell in range(5000)) for row in range(60))
    chunker = Chunker(TokenCounter(counting), tokens=220)
    document = ReadDocument(title="", media_type="text/csv", pages=(PageText(text),), flavour="rows")
    chunks = list(chunker.chunks(document))
    assert asked <= len(text)
    assert len(chunks) > 60


def test_a_long_table_is_judged_by_samples() -> None:
    text = "id,name\n" + "".join(f"{row},Name {row * 7919 % 1003}\n" for row in range(80_000))
    spans = list(row_spans(text, count, 60))
    assert len(text) > 1_000_000
    assert "".join(text[start:end] for start, end in spans) == text
    assert max(count(text[start:end]) for start, end in spans) <= 75
