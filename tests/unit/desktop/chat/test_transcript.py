from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QHelpEvent, QMouseEvent, QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from desktop.chat.column import column_edges
from desktop.chat.entries import Entry
from desktop.chat.transcript import Transcript
from desktop.chat.transcript_text import MOST, PAGE
from desktop.chat.transcript_writer import PART, Part
from engine import Answer, Citation
from tests.helpers.desktop_parts import DesktopParts

QUOTE = "The lease ends on 31 May 2027 unless it is renewed in writing."


def question(number: int, text: str = "") -> Entry:
    return Entry(id=f"q{number}", question=True, text=text or f"Question {number}, when does the lease end?")


def answered(number: int) -> Entry:
    text = f"{QUOTE} [1]\nThis was answer {number}."
    answer = Answer(
        text=text, made_by="quotes", abstained=False, citations=(Citation(number=1, memory_id="m", quote=QUOTE),)
    )
    return Entry(id=f"a{number}", question=False, text=text, answer=answer)


def talk(turns: int, begin: int = 0) -> list[Entry]:
    return [entry for number in range(begin, begin + turns) for entry in (question(number), answered(number))]


@pytest.fixture
def view(qtbot: QtBot, parts: DesktopParts) -> Iterator[Transcript]:
    transcript = Transcript(parts.theme, parts.icons)
    qtbot.addWidget(transcript)
    transcript.resize(800, 600)
    transcript.show()
    QApplication.processEvents()
    yield transcript
    QApplication.processEvents()


def written(view: Transcript) -> list[str]:
    """Ids of the entries in the document, in order."""
    ids: list[str] = []
    block = view.document().begin()
    while block.isValid():
        entry = view.text.entry_of(block)
        if entry is not None and (not ids or ids[-1] != entry.id):
            ids.append(entry.id)
        block = block.next()
    return ids


def settle(view: Transcript) -> None:
    for _ in range(3):
        QApplication.processEvents()


def test_the_end_of_a_conversation_is_shown_first(view: Transcript) -> None:
    view.set_entries(talk(500))
    settle(view)
    assert written(view) == [entry.id for entry in view.entries[-PAGE:]]
    assert view.at_end()
    assert "answer 499" in view.toPlainText()


def test_scrolling_moves_the_window_both_ways_and_never_grows(view: Transcript) -> None:
    view.set_entries(talk(200))
    settle(view)
    bar = view.verticalScrollBar()
    for _ in range(60):
        bar.setValue(0)
        settle(view)
        assert len(written(view)) <= MOST
        assert written(view) == [e.id for e in view.entries[view.text.first : view.text.end]]
    assert written(view)[0] == "q0"
    for _ in range(60):
        bar.setValue(bar.maximum())
        settle(view)
        assert len(written(view)) <= MOST
    assert written(view)[-1] == "a199"
    assert written(view) == [e.id for e in view.entries[view.text.first : view.text.end]]


def test_what_is_read_stays_in_its_place_when_older_turns_come(view: Transcript) -> None:
    view.set_entries(talk(100))
    settle(view)
    bar = view.verticalScrollBar()
    bar.setValue(view.viewport().height() + 40)
    settle(view)
    first = view.text.first

    def top_line() -> tuple[str, int]:
        cursor = view.cursorForPosition(QPoint(400, 5))
        return cursor.block().text(), view.cursorRect(cursor).top()

    bar.setValue(view.viewport().height() - 1)
    settle(view)
    assert view.text.first < first
    text, top = top_line()
    before = (text, top)
    view._keeping_place(view.text.add_older)
    assert top_line()[0] == before[0]
    assert abs(top_line()[1] - before[1]) <= 1


def test_older_messages_are_asked_for_at_the_top(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries(talk(20, begin=50))
    settle(view)
    with qtbot.waitSignal(view.older_wanted):
        for _ in range(5):
            view.verticalScrollBar().setValue(1)
            view.verticalScrollBar().setValue(0)
            settle(view)
    view.prepend_entries(talk(50))
    settle(view)
    assert len(view.entries) == 140
    assert view.entry("q0") is not None
    ids = written(view)
    assert ids == [e.id for e in view.entries[view.text.first : view.text.end]]


def test_the_answer_takes_the_place_of_what_was_pending(view: Transcript) -> None:
    view.set_entries(talk(3))
    view.append_entry(question(9))
    view.append_entry(Entry(id="p", question=False, text="Looking…", state="pending"))
    settle(view)
    assert view.toPlainText().endswith("Looking…\n")
    view.replace_entry("p", answered(9))
    settle(view)
    assert "Looking" not in view.toPlainText()
    assert written(view)[-2:] == ["q9", "a9"]
    assert view.at_end()
    view.replace_entry("unknown", answered(10))
    assert written(view)[-1] == "a10"


def test_an_answer_in_the_middle_is_replaced(view: Transcript) -> None:
    view.set_entries(talk(3))
    view.replace_entry("a1", Entry(id="a1", question=False, text="Another text."))
    assert "Another text." in view.toPlainText()
    assert written(view) == [entry.id for entry in view.entries]


def test_a_question_leads_to_the_end_from_far_above(view: Transcript) -> None:
    view.set_entries(talk(200))
    settle(view)
    for _ in range(30):
        view.verticalScrollBar().setValue(0)
        settle(view)
    assert not view.text.at_end
    view.append_entry(answered(900))  # an answer does not tear the reader away
    assert not view.text.at_end
    view.append_entry(question(901))
    settle(view)
    assert view.text.at_end
    assert view.at_end()


def test_questions_are_cards_at_the_right_edge_of_the_column(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries([question(1, "Short?"), answered(1)])
    settle(view)
    left, column = column_edges(parts.theme, view.width())
    image = view.viewport().grab().toImage()
    y = next(y for y in range(image.height()) if image.pixelColor(left + column - 20, y) == parts.theme.color("border"))
    middle = y + 20
    edges = [x for x in range(left, left + column) if image.pixelColor(x, middle) == parts.theme.color("border")]
    assert edges[-1] == left + column - 1
    assert edges[0] > left + column // 2


def test_quotes_lie_on_their_own_ground(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries([question(1), answered(1)])
    settle(view)
    image = view.viewport().grab().toImage()
    quote = parts.theme.color("quote")
    rows = {y for y in range(image.height()) for x in range(0, image.width(), 7) if image.pixelColor(x, y) == quote}
    assert 10 < len(rows) < 60


def test_a_click_on_a_number_names_answer_and_citation(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries(talk(2))
    settle(view)
    cursor = view.document().find("1", view.document().find("writing.").selectionEnd())
    rect = view.cursorRect(cursor)
    with qtbot.waitSignal(view.citation_activated) as told:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() - 3, rect.center().y()))
    assert told.args == ["a0", 1]
    view.anchorClicked.emit(QUrl("https://example.org"))  # leads nowhere: nothing in a transcript opens the network


def test_a_number_tells_its_quote(view: Transcript) -> None:
    view.set_entries(talk(1))
    settle(view)
    assert QUOTE in view.text.citation_words("cite:1/1")
    assert view.text.citation_words("cite:1/5") == ""
    assert view.text.citation_words("https://example.org") == ""
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), QPoint(5, 5))
    assert view.viewportEvent(event)


def test_actions_follow_the_pointer_and_the_caret(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries(talk(3))
    settle(view)
    assert view.actions_bar.entry_id == "a2"
    cursor = view.document().find("answer 1")
    place = view.cursorRect(cursor).center()
    move = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(place),
        QPointF(view.viewport().mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(view.viewport(), move)
    assert view.actions_bar.entry_id == "a1"
    assert abs(view.actions_bar.y() - place.y()) < 40
    view.setFocus()
    view.setTextCursor(view.document().find("answer 0"))
    assert view.actions_bar.entry_id == "a0"
    with qtbot.waitSignal(view.action_wanted) as told:
        view.actions_bar._buttons["copy"].click()
    assert told.args == ["copy", "a0"]


def test_actions_stand_behind_the_transcript_in_the_tab_order(view: Transcript) -> None:
    view.set_entries(talk(1))
    settle(view)
    following = view.nextInFocusChain()
    for _ in range(20):
        if following in view.actions_bar._buttons.values():
            break
        assert not following.focusPolicy() & Qt.FocusPolicy.TabFocus
        following = following.nextInFocusChain()
    assert following is view.actions_bar._buttons["copy"]


def test_text_is_selected_over_several_turns(view: Transcript) -> None:
    view.set_entries(talk(2))
    view.selectAll()
    view.copy()
    text = QGuiApplication.clipboard().text()
    assert "Question 0" in text
    assert "answer 1" in text


def test_the_context_menu_knows_the_turn(view: Transcript) -> None:
    view.set_entries(talk(1))
    for entry, wanted in ((question(1), "Ask again in other words"), (answered(1), "Remember this")):
        menu = view.actions_bar.menu(entry, parent=view)
        assert wanted in [action.text() for action in menu.actions()]
        menu.deleteLater()
    failed = Entry(id="f", question=False, text="x", state="failed")
    menu: QMenu = view.actions_bar.menu(failed, parent=view)
    assert [action.text() for action in menu.actions()] == ["Try again"]
    menu.deleteLater()


def test_narrow_and_wide_windows_keep_the_place(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries(talk(30))
    settle(view)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    settle(view)
    entry = view.text.entry_of(view.cursorForPosition(QPoint(400, 100)).block())
    for width in (500, 1600, 800):
        view.resize(width, 600)
        settle(view)
        left, column = column_edges(parts.theme, width)
        assert column <= parts.theme.px(760)
        assert view.document().rootFrame().frameFormat().leftMargin() == left
    now = view.text.entry_of(view.cursorForPosition(QPoint(400, 100)).block())
    assert entry is not None
    assert now is not None
    ids = [item.id for item in view.entries]
    assert abs(ids.index(entry.id) - ids.index(now.id)) <= 1


def test_another_scheme_repaints_the_same_text(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries(talk(2))
    before = view.toPlainText()
    parts.theme.set_scheme("dark")
    try:
        assert view.toPlainText() == before
        cursor = QTextCursor(view.document().find("answer 1"))
        assert cursor.charFormat().foreground().color() == parts.theme.color("text")
    finally:
        parts.theme.set_scheme("light")


def test_a_foot_is_kept_for_actions_under_every_answer(view: Transcript) -> None:
    view.set_entries(talk(4))
    block, feet = view.document().begin(), 0
    while block.isValid():
        feet += block.blockFormat().intProperty(PART) == Part.FOOT
        block = block.next()
    assert feet == 4
