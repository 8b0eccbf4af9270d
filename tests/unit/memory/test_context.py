from datetime import UTC, datetime

from engine import DocumentSource, NewMemory
from engine.memory.context import context_line, embedding_text


def test_plain_text_is_embedded_as_it_is() -> None:
    assert embedding_text(NewMemory(text=" The key is under the mat. ")) == "The key is under the mat."


def test_words_carry_speaker_and_day() -> None:
    said = NewMemory(text="I went yesterday.", speaker="Ann", occurred_at=datetime(2023, 5, 8, 13, 56, tzinfo=UTC))
    assert embedding_text(said) == "Ann (8 May 2023): I went yesterday."


def test_a_date_without_a_speaker_is_left_out_so_that_the_vector_stays_cached() -> None:
    note = NewMemory(text="Milk", occurred_at=datetime(2023, 5, 8, tzinfo=UTC))
    assert embedding_text(note) == "Milk"


def test_chunks_carry_title_and_heading_path_once() -> None:
    source = DocumentSource(document_id="d", path="/a.md", page=None, heading=("Manual", "Care"), start=0, end=4)
    chunk = NewMemory(text="Dry it.", kind="document_chunk", title="manual", source=source)
    assert embedding_text(chunk) == "manual › Care\nDry it."
    assert context_line(None, ()) == ""
