from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from engine.memory.query import find_period, understand

NOW = datetime(2026, 6, 15, 12, 30, tzinfo=UTC)


def period(text: str) -> tuple[str, str] | None:
    found = find_period(text, now=NOW)
    if found is None:
        return None
    start, end = (datetime.fromtimestamp(moment / 1e6, UTC) for moment in (found.start, found.end))
    return start.date().isoformat(), end.date().isoformat()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("what was said on 8 May 2023?", ("2023-05-08", "2023-05-09")),
        ("What happened on May 8th, 2023", ("2023-05-08", "2023-05-09")),
        ("the 3rd of June", ("2026-06-03", "2026-06-04")),
        ("the 3rd of December", ("2025-12-03", "2025-12-04")),
        ("plans for December 2024", ("2024-12-01", "2025-01-01")),
        ("on 2023-05-08 we met", ("2023-05-08", "2023-05-09")),
        ("in 2023-05", ("2023-05-01", "2023-06-01")),
        ("08.05.2023", ("2023-05-08", "2023-05-09")),
        ("what did I do in 2022?", ("2022-01-01", "2023-01-01")),
        ("что было 8 мая 2023 года", ("2023-05-08", "2023-05-09")),
        ("что решили в марте 2024", ("2024-03-01", "2024-04-01")),
        ("who called yesterday?", ("2026-06-14", "2026-06-15")),
        ("о чём говорили вчера", ("2026-06-14", "2026-06-15")),
        ("notes of last week", ("2026-06-02", "2026-06-16")),
        ("the 45 May 2023", ("2023-05-01", "2023-06-01")),
        ("2023-13-45", None),
        ("you may go", None),
        ("version 2.10.1", None),
        ("room 2023", None),
    ],
)
def test_times_are_read(text: str, wanted: tuple[str, str] | None) -> None:
    assert period(text) == wanted


def test_quoted_phrases_are_kept_whole() -> None:
    assert understand('find "the blue door" and «синяя дверь»', now=NOW).phrases == ("the blue door", "синяя дверь")
    assert understand('an open " quote', now=NOW).phrases == ()


def test_questions_about_the_past_are_known() -> None:
    assert understand("where did I live originally?", now=NOW).past
    assert understand("где я жил раньше", now=NOW).past
    assert understand("what happened in 2020", now=NOW).past
    assert not understand("where do I live?", now=NOW).past


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert understand(text, now=NOW).text == text


def test_capitalised_words_may_be_names() -> None:
    assert understand("What did Ann tell Петру about Zoë?", now=NOW).names == {"what", "ann", "петру", "zoë"}
    assert understand("nobody in particular", now=NOW).names == frozenset()
