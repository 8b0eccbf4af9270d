from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.documents.markdown_pane import MarkdownPane
from desktop.documents.sections import places_in, sections_of, tidied_span, visible_words
from desktop.documents.text_parts import TextSpan
from tests.helpers.desktop_parts import DesktopParts

TEXT = """# Lease of the office

The **lease** ends on *31 May 2027* unless it is [renewed](https://example.org) in writing.

## Notice

- at least ninety days
- by *letter*, see `lease.md`

| Month | Rent |
|-------|------|
| May | 1,200 |

```python
rent = 1200
```

The lease ends there.
"""


@pytest.fixture
def pane(qtbot: QtBot, parts: DesktopParts) -> MarkdownPane:
    made = MarkdownPane(theme=parts.theme)
    qtbot.addWidget(made)
    made.resize(700, 500)
    made.show()
    QApplication.processEvents()
    return made


def span(text: str, words: str, begin: int = 0) -> TextSpan:
    start = text.index(words, begin)
    return TextSpan(start, start + len(words))


def test_sections_join_to_the_whole_and_keep_code_together() -> None:
    code = "```\n" + "a line\n\n" * 900 + "```\n\n"
    text = (TEXT + "\n") * 40 + code + "End.\n"
    sections = sections_of(text)
    assert "".join(section.text for section in sections) == text
    assert [section.start for section in sections[:2]] == [0, len(sections[0].text)]
    assert any(code.strip() in section.text for section in sections)
    assert len(sections) > 5
    assert sections_of("")[0].text == ""


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab #*`\n\r-|>~ 1.", max_size=300))
def test_no_letter_is_lost_between_sections(text: str) -> None:
    joined = "".join(section.text for section in sections_of(text))
    assert joined == text.replace("\r\n", "\n").replace("\r", "\n")
    assert tidied_span(text, TextSpan(0, len(text))) == TextSpan(0, len(joined))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("The **lease** ends on *31 May 2027*", "The lease ends on 31 May 2027"),
        ("is [renewed](https://example.org) in", "is renewed in"),
        ("- at least ninety days\n- by *letter*", "at least ninety days\n• by letter"),
        ("rent = 1200", "rent = 1200"),
        ("| May | 1,200 |", "May\t1,200"),
        ("# Lease of the office", "Lease of the office"),
    ],
)
def test_the_passage_is_marked_where_it_is_shown(pane: MarkdownPane, words: str, shown: str) -> None:
    pane.show_text(TEXT, media_type="text/markdown", passage=span(TEXT, words))
    marked = "\n".join(pane.marked()).strip()
    assert marked.removeprefix("• ").removeprefix("Month\tRent\n") == shown
    pane.grab()


def test_the_second_of_two_equal_passages_is_marked(pane: MarkdownPane) -> None:
    text = "One rent here, and one rent there.\n"
    pane.show_text(text, passage=span(text, "one rent"))
    assert pane.marked() == ["one rent"]
    text = "a rent, b rent, c rent\n"
    document = QTextDocument(text.strip())
    begin = text.index("rent", text.index("b rent"))
    assert places_in(document, text.strip(), begin, begin + 4) == (begin, begin + 4)


def test_a_passage_far_into_a_long_text_opens_at_once(pane: MarkdownPane) -> None:
    text = (TEXT + "\n") * 3000 + "The key hangs behind the *door*.\r\n"
    begun = time.thread_time()
    pane.show_text(text, passage=span(text, "behind the *door*"))
    pane.grab()
    assert time.thread_time() - begun < 1.5
    assert pane.marked() == ["behind the door"]
    assert len(pane._turns) < 40
    assert any(turn.entry.text.startswith("The key") or "key hangs" in turn.entry.text for _, turn in pane.in_view())


def test_matches_are_marked_and_walked(pane: MarkdownPane) -> None:
    text = TEXT * 20
    spans = []
    at = text.find("lease")
    while at >= 0:
        spans.append(TextSpan(at, at + 5))
        at = text.find("lease", at + 1)
    pane.show_text(text)
    pane.set_matches(spans)
    pane.grab()
    pane.show_match(spans[-1])
    assert pane.verticalScrollBar().value() > 0
    index, turn = list(pane.in_view())[-1]
    kinds = {shown.kind for place, piece in enumerate(turn.pieces) for shown in pane._shown(index, place, piece)}
    assert "current" in kinds
    pane.set_matches([])
    kinds = {shown.kind for place, piece in enumerate(turn.pieces) for shown in pane._shown(index, place, piece)}
    assert "found" not in kinds


def test_text_is_copied_and_scrolled_by_keys(pane: MarkdownPane) -> None:
    pane.show_text(TEXT * 10)
    pane.setFocus()
    QTest.keyClick(pane, Qt.Key.Key_Space)
    assert pane.verticalScrollBar().value() > 100
    QTest.keyClick(pane, Qt.Key.Key_Home)
    assert pane.verticalScrollBar().value() == 0
    QTest.keyClick(pane, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(pane, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "**lease** ends" in QGuiApplication.clipboard().text()


def test_words_are_those_that_a_reader_sees() -> None:
    assert visible_words("- [x] by *letter*, see `lease.md`") == ["by", "letter,", "see", "lease.md"]
    assert visible_words("> 1. one\n> 2. two") == ["one", "two"]


def test_the_keyboard_selects_and_screen_readers_hear(pane: MarkdownPane) -> None:
    QAccessible.setActive(True)
    try:
        pane.show_text(TEXT)
        QApplication.processEvents()
        names = [label.accessibleName() for label in pane.viewport().findChildren(QLabel)]
        assert any("ends on *31 May 2027*" in name for name in names)
    finally:
        QAccessible.setActive(False)
    pane.setFocus()
    shift = Qt.KeyboardModifier.ShiftModifier
    for _ in range(3):
        QTest.keyClick(pane, Qt.Key.Key_Right, shift | Qt.KeyboardModifier.ControlModifier)
    assert pane.selection.text().strip() == "Lease of the"
    pane.focusNextPrevChild(True)
    assert pane.focused_link is not None
    assert pane.focused_link.target.address == "https://example.org"
