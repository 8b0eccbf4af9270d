"""A passage found among a page's characters."""

from __future__ import annotations

from engine.ingestion.passages import find_passage

PAGE = (
    "Contract of lease\r\nThe rent is due on the 10th of every\r\nmonth. Late pay-\r\nment costs ten euros.\r\n"
    "Signed in Rome"
)


def found(passage: str) -> list[str]:
    return [PAGE[start:end] for start, end in find_passage(PAGE, passage)]


def test_over_line_ends_and_hyphens() -> None:
    assert found("due on the 10th of every month. Late payment costs") == [
        "due on the 10th of every\r\nmonth. Late pay-\r\nment costs"
    ]


def test_case_and_ligatures_do_not_matter() -> None:
    assert find_passage("The o\ufb03ce is open", "the OFFICE is") == [(0, 11)]


def test_pieces_in_another_order_are_found_each() -> None:
    assert found("Signed in Rome. Contract of lease.") == ["Signed in Rome", "Contract of lease"]


def test_what_is_not_there() -> None:
    assert found("Elephants never forget") == []
    assert find_passage("", "words") == []
    assert find_passage("words", "") == []
