"""The table's model and its words, without an engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.memory.memory_table import MemoryTable
from desktop.memory.memory_words import event_words, left_words, line_of, lives_words, source_words
from desktop.memory.split_dialog import proposed_parts
from desktop.memory.text_shown import direction, html_of
from desktop.models.memories_model import AROUND, LIVES, MEMORY, ROWS_KEPT, SOURCE, MemoriesModel
from engine import ConversationSource, DocumentSource, FoundMemory, Hit, Memory, MemoryRow
from tests.helpers.desktop_parts import DesktopParts

NOW = datetime.now(UTC)


def make_row(number: int, text: str = "", **fields: Any) -> MemoryRow:
    values: dict[str, Any] = {
        "number": number, "id": f"id-{number}", "text": text or f"Memory {number}", "cut": False, "layer": "assets",
        "kind": "note", "title": None, "source": None, "conversation": "", "occurred_at": NOW, "created_at": NOW,
        "access_count": 0, "accessed_at": None, "expires_at": None, "pinned": False, "tags": (), "superseded": False,
        "archived": False, "deleted": False,
    }  # fmt: skip
    return MemoryRow(**{**values, **fields})


@pytest.fixture
def model(qtbot: QtBot) -> MemoriesModel:
    return MemoriesModel()


def test_rows_are_asked_for_around_the_view(model: MemoriesModel, qtbot: QtBot) -> None:
    asked: list[list[int]] = []
    model.rows_wanted.connect(asked.append)
    model.show_numbers(range(1000, 0, -1))
    assert model.rowCount() == 1000
    assert model.index(130, MEMORY).data() is None
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [list(range(1000 - 120, 1000 - 120 - AROUND, -1))]
    model.put_rows(asked[0], {number: make_row(number) for number in asked[0][1:]})
    assert model.index(130, MEMORY).data() == "Memory 870"
    model.rows_failed([1])
    assert model.peek(120) is None  # it is gone, and asked for again when it is looked at
    assert model.row(120) is None
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked[1] == [880]


def test_what_was_fetched_stays_until_it_is_fetched_again(model: MemoriesModel, qtbot: QtBot) -> None:
    asked: list[list[int]] = []
    model.rows_wanted.connect(asked.append)
    model.show_numbers([3, 2, 1])
    model.put_rows([3, 2, 1], {number: make_row(number) for number in (3, 2, 1)})
    model.show_numbers([4, 3, 2, 1])
    assert model.index(1, MEMORY).data() == "Memory 3"
    qtbot.waitUntil(lambda: bool(asked))
    assert asked == [[4, 3, 2, 1]]
    model.put_rows(asked[0], {number: make_row(number, "New") for number in asked[0]})
    assert model.index(1, MEMORY).data() == "New"
    assert model.places_of([1, 4, 99]) == [0, 3]


def test_only_so_many_rows_are_kept(model: MemoriesModel) -> None:
    model.show_numbers(range(ROWS_KEPT + 10))
    model.put_rows([], {number: make_row(number) for number in range(ROWS_KEPT + 10)})
    assert model.peek(0) is None
    assert model.peek(ROWS_KEPT + 9) is not None


def test_hits_bring_their_rows(model: MemoriesModel, parts: DesktopParts, qtbot: QtBot) -> None:
    row = make_row(7, "The tenant gives notice of at least ninety days before the end. " * 6)
    memory = Memory(id="id-7", text=row.text, layer="assets", kind="note", created_at=NOW, occurred_at=NOW)
    found = FoundMemory(row=row, hit=Hit(memory=memory, score=1.0), strength=0.5, place=1, place_before=1)
    table = MemoryTable(model, theme=parts.theme, icons=parts.icons)
    qtbot.addWidget(table)
    table.resize(700, 200)
    model.show_found([found])
    table.delegate.set_query("ninety days")
    table.share_width(700)
    assert model.searching
    assert model.found(7) is found
    for way in (Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft):
        table.setLayoutDirection(way)
        assert not table.grab().isNull()
    line = table.delegate._lay_out(found, 160)
    assert line.text().endswith("…")
    assert line.lineAt(0).naturalTextWidth() <= 160


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "for ever"),
        ({"expires_at": NOW + timedelta(days=41, hours=1)}, "41 days"),
        ({"expires_at": NOW + timedelta(hours=19, minutes=30)}, "19 hours"),
        ({"expires_at": NOW + timedelta(minutes=70)}, "1 hour"),
        ({"expires_at": NOW + timedelta(minutes=7)}, "under an hour"),
        ({"expires_at": NOW - timedelta(days=1)}, "fades now"),
        ({"expires_at": NOW, "pinned": True}, "pinned"),
        ({"archived": True}, "in the archive"),
        ({"superseded": True}, "replaced"),
        ({"deleted": True, "archived": True}, "deleted"),
    ],
)
def test_how_long_a_row_lives(fields: dict[str, Any], words: str, parts: DesktopParts) -> None:
    assert lives_words(make_row(1, **fields), now=NOW) == words


def test_where_a_row_is_from(parts: DesktopParts) -> None:
    page = DocumentSource("d", "/home/anna/lease-2024.pdf", 4, ("Term",), 0, 9)
    assert source_words(make_row(1, source=page), now=NOW) == "lease-2024.pdf · 4"
    assert source_words(make_row(1, source=replace(page, page=None)), now=NOW) == "lease-2024.pdf"
    talk = ConversationSource("c", None)
    assert source_words(make_row(1, source=talk), now=NOW) == "conversation, today"
    before = NOW - timedelta(days=1)
    assert source_words(make_row(1, source=talk, occurred_at=before), now=NOW) == "conversation, yesterday"
    assert source_words(make_row(1), now=NOW) == "note, today"
    assert line_of("# Term\n\nThe **lease** ends\n- in May", page) == "The lease ends • in May"


def test_words_of_what_happened(parts: DesktopParts) -> None:
    assert event_words("promoted", before="insights", after="assets") == "Rose from Insights to Assets"
    assert event_words("demoted", before="assets", after="interact") == "Went down from Assets to Interact"
    assert event_words("promoted") == "Rose a layer"
    assert event_words("cooled") == "Faded into the archive"
    assert event_words("unheard of") == "unheard of"
    assert left_words(timedelta(days=2)) == "2 days"


def test_cells_say_what_they_show(model: MemoriesModel, parts: DesktopParts) -> None:
    model.show_numbers([1])
    model.put_rows([1], {1: make_row(1, "An\nold   note")})
    assert model.index(0, MEMORY).data() == "An old note"
    assert model.index(0, LIVES).data(Qt.ItemDataRole.AccessibleTextRole) == "for ever"
    assert model.index(0, SOURCE).data(Qt.ItemDataRole.ToolTipRole) is None
    spoken = model.index(0, MEMORY).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Assets. note. An old note. note, today. never recalled. for ever"
    assert model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole) == "Assets"


def test_texts_keep_their_direction_and_lines() -> None:
    assert direction("2027 срок") == "ltr"
    assert direction("(מכתב)") == "rtl"
    assert direction("…") == "ltr"
    html = html_of("A <b> & c\n\nnotice مهلة", "notice")
    assert "A &lt;b&gt; &amp; c" in html
    assert "<b>notice</b>" in html
    assert html.count("<p ") == 3


def test_where_a_text_is_cut() -> None:
    assert proposed_parts("One. Two? Three") == "One.\n\nTwo?\n\nThree"
    assert proposed_parts("One. Two.\n\nThree.") == "One. Two.\n\nThree."
