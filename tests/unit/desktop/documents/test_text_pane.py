from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from desktop.documents.text_pane import TextPane
from desktop.documents.text_parts import PART_LENGTH, TextSpan
from tests.helpers.desktop_parts import DesktopParts

PASSAGE = "The lease 😀 ends on 31 May."


@pytest.fixture
def pane(qtbot: QtBot, parts: DesktopParts) -> TextPane:
    made = TextPane(theme=parts.theme)
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


def marked(pane: TextPane) -> list[str]:
    return [selection.cursor.selectedText() for selection in pane.extraSelections()]


def test_the_passage_is_marked_by_code_points(pane: TextPane) -> None:
    text = "😀𝄞 before\r\n" * 50 + PASSAGE + "\n😀 after" * 50
    start = text.index(PASSAGE)
    pane.show_text(text)
    pane.show_passage(TextSpan(start, start + len(PASSAGE)))
    assert marked(pane) == [PASSAGE]
    places = pane.passage_places()
    assert places is not None
    cursor = QTextCursor(pane.document())
    cursor.setPosition(places[0])
    assert pane.viewport().rect().contains(pane.cursorRect(cursor)), "it was scrolled to"


@pytest.mark.timeout(60)  # laying out the whole text takes minutes
def test_a_passage_far_into_a_huge_text_opens(pane: TextPane) -> None:
    half = "word 😀 " * (40 * PART_LENGTH // 7)
    text = half + PASSAGE + half
    pane.show_text(text)
    pane.show_passage(TextSpan(len(half), len(half) + len(PASSAGE)))
    assert marked(pane) == [PASSAGE]
    assert pane.document().characterCount() < 3 * PART_LENGTH
    assert pane.parts > 70
    assert pane.part > 30


def test_a_passage_across_the_end_of_a_part_is_shown_whole(pane: TextPane) -> None:
    text = "x" * (PART_LENGTH - 5) + PASSAGE + "y" * PART_LENGTH
    start = text.index(PASSAGE)
    pane.show_text(text)
    pane.show_passage(TextSpan(start, start + len(PASSAGE)))
    assert "".join(marked(pane)).replace("\u2029", "") == PASSAGE


def test_one_line_of_a_megabyte_is_laid_out_in_pieces(pane: TextPane) -> None:
    pane.show_text("z" * 1_000_000)
    assert max(pane.document().findBlockByNumber(n).length() for n in range(pane.document().blockCount())) <= 4_001


def test_matches_are_marked_and_walked(pane: TextPane) -> None:
    text = "a lease\n" * 30
    spans = [TextSpan(8 * line + 2, 8 * line + 7) for line in range(30)]
    pane.show_text(text)
    pane.set_matches(spans)
    assert marked(pane) == ["lease"] * 30
    pane.show_match(spans[29])
    assert pane.textCursor().position() == 29 * 8 + 2
    pane.set_matches([])
    assert marked(pane) == []


def test_copying_gives_the_text_as_it_was_read(qtbot: QtBot, pane: TextPane) -> None:
    text = "one\r\ntwo " + "x" * 9_000
    pane.show_text(text)
    pane.selectAll()
    assert pane.createMimeDataFromSelection().text() == text


def test_the_edges_of_a_part_lead_on(qtbot: QtBot, pane: TextPane) -> None:
    reached: list[int] = []
    pane.edge_reached.connect(reached.append)
    pane.show_text("short")
    qtbot.keyClick(pane, Qt.Key.Key_PageDown)
    qtbot.keyClick(pane, Qt.Key.Key_PageUp)
    assert reached == [1, -1]


def test_code_is_set_in_the_font_for_code(pane: TextPane, parts: DesktopParts) -> None:
    pane.show_text("{}", media_type="application/json")
    assert pane.document().defaultFont().families() == parts.theme.font("code").families()
    pane.show_text("words", media_type="text/plain")
    assert pane.document().defaultFont().pixelSize() == parts.theme.font_pixels("chat")


def test_a_change_of_scheme_keeps_the_marks(pane: TextPane, parts: DesktopParts) -> None:
    pane.show_text(PASSAGE)
    pane.show_passage(TextSpan(0, 9))
    parts.theme.set_scheme("dark")
    try:
        assert marked(pane) == ["The lease"]
    finally:
        parts.theme.set_scheme("light")
