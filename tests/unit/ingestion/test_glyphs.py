"""Letters that a PDF names wrongly."""

from __future__ import annotations

import pytest

from engine.ingestion.glyphs import in_utf8, with_ligatures


def mistaken(text: str) -> str:
    """As a reader takes UTF-8 for UTF-16."""
    return "".join(character.encode().decode("utf-16-be") if ord(character) > 127 else character for character in text)


def test_russian_written_in_utf8_is_russian_again() -> None:
    assert mistaken("Лист") == "킛킸톁톂"
    assert in_utf8(f"{mistaken('Масштаб Лист')} № 1:1 A4") == "Масштаб Лист № 1:1 A4"


@pytest.mark.parametrize(
    "text", ["토요일에 통신사가 킬로미터를 토론했다.", "Привет, мир", "plain words", "Größe und Übung", "킛킸"]
)
def test_other_texts_stay(text: str) -> None:
    assert in_utf8(text) == text


def test_ligatures_of_tex() -> None:
    assert with_ligatures("a signi\x1ccant e\x0eciency of o\x1ece \x1eow") == "a significant efficiency of office ffiow"
    assert with_ligatures("he said \x10Yes\x11") == "he said “Yes”"
    assert with_ligatures("7 \x1c 8, \x01a") == "7 \x1c 8, \x01a"
