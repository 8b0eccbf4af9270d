from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QGuiApplication, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from desktop.chat.caret import Place
from desktop.chat.code_piece import CodePiece
from desktop.chat.column import column_edges
from desktop.chat.entries import Entry
from desktop.chat.heights import Heights
from desktop.chat.message_actions import action_names
from desktop.chat.piece import Piece
from desktop.chat.transcript import Transcript
from desktop.chat.turn import Turn
from engine import Answer, Citation, Message, MessageUsage, Unsourced
from tests.helpers.desktop_parts import DesktopParts
from tests.helpers.hand_engine import MOMENT

QUOTE = "The lease ends on 31 May 2027 unless it is renewed in writing."
MARKDOWN = """# The lease

It ends on **31 May 2027** [1], as `lease.pdf` says. Nobody pays for the cables.

- write
  1. the letter
- [x] send

| Month | Rent |
|-------|-----:|
| May | 1,200 |

```python
def ends() -> str:
    return "2027-05-31"
```

[The page](https://example.org/lease)
"""


def question(number: int, text: str = "") -> Entry:
    return Entry(id=f"q{number}", question=True, text=text or f"Question {number}, when does the lease end?")


def answered(number: int) -> Entry:
    text = f"{QUOTE} [1]\nThis was answer {number}."
    answer = Answer(
        text=text, made_by="quotes", abstained=False, citations=(Citation(number=1, memory_id="m", quote=QUOTE),)
    )
    return Entry(id=f"a{number}", question=False, text=text, answer=answer)


def written(number: int = 1, text: str = MARKDOWN, **fields: object) -> Entry:
    claim = text.find("Nobody pays for the cables.")
    answer = Answer(
        text=text, made_by="openai/gpt-5", abstained=False,
        citations=(Citation(number=1, memory_id="m", quote=QUOTE),),
        unsourced=(Unsourced(claim, claim + 27, "no_source"),) if claim >= 0 else (),
    )  # fmt: skip
    message = Message(
        id=f"w{number}", conversation_id="c", role="assistant", text=text, created_at=MOMENT, answer=answer,
        model="openai/gpt-5", usage=MessageUsage(input_tokens=1200, output_tokens=80, cost=0.0042), **fields,  # type: ignore[arg-type]
    )  # fmt: skip
    return Entry.of_message(message)


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


def settle(view: Transcript) -> None:
    for _ in range(6):
        QApplication.processEvents()
    end = time.monotonic() + 5
    while not all(turn.complete for _, turn in view.in_view()) and time.monotonic() < end:
        QApplication.processEvents()


def shown(view: Transcript) -> list[str]:
    """Ids of the turns in view, in order."""
    return [turn.entry.id for _, turn in view.in_view()]


def laid(view: Transcript, entry_id: str) -> Turn:
    index = view.place_of(entry_id)
    assert index is not None
    turn = view.turn(index)
    assert turn is not None
    return turn


def point_of(view: Transcript, entry_id: str, words: str, inside: int = 1) -> QPoint:
    """Where words stand in the viewport."""
    index = view.place_of(entry_id)
    assert index is not None
    for piece in laid(view, entry_id).pieces:
        found = piece.find(words)
        if not found:
            continue
        begin = found[0][0] + inside
        block = piece.document.findBlock(begin)
        line = block.layout().lineForTextPosition(begin - block.position())
        x = line.cursorToX(begin - block.position())
        x = x[0] if isinstance(x, tuple) else x
        y = block.layout().position().y() + line.y() + line.height() / 2
        left, _ = column_edges(view._theme, view.width())
        return QPoint(round(left + piece.x + piece.pad_x + x), round(view.top_of(index) + piece.y + piece.head + y))
    raise AssertionError(f"{words} is not shown")


# ------------------------------------------------------------------ places


def test_heights_know_where_each_turn_begins() -> None:
    heights = Heights([10, 20, 30, 40, 50])
    assert [heights.top(index) for index in range(6)] == [0, 10, 30, 60, 100, 150]
    assert [heights.at(y) for y in (-5, 0, 9, 10, 59, 60, 149, 150, 999)] == [0, 0, 0, 1, 2, 3, 4, 4, 4]
    assert heights.set(1, 25) == 5
    heights.append(7)
    assert heights.top(6) == 162
    assert heights.at(155) == 5
    heights.pop()
    assert heights.total == 155
    assert Heights().at(3) == 0


def test_the_end_of_a_conversation_is_shown_first(view: Transcript) -> None:
    view.set_entries(talk(500))
    settle(view)
    assert shown(view)[-1] == "a499"
    assert view.at_end()


def test_only_what_is_near_the_view_is_laid_out(view: Transcript) -> None:
    view.set_entries(talk(2500))
    settle(view)
    assert len(view._turns) < 40
    bar = view.verticalScrollBar()
    for share in range(100):
        bar.setValue(bar.maximum() * share // 100)
        settle(view)
    assert len(view._turns) <= 180


def test_opening_costs_the_same_for_five_thousand_messages(view: Transcript) -> None:
    view.set_entries(talk(5))
    view.set_entries([])
    begun = time.thread_time()
    view.set_entries(talk(2500))
    view.grab()
    assert time.thread_time() - begun < 0.4


def test_what_is_read_stays_in_its_place_when_older_turns_come(view: Transcript) -> None:
    view.set_entries([*talk(2, begin=100), written(5), *talk(20, begin=102)])
    settle(view)
    view.jump_to("w5")
    settle(view)
    assert "w5" in shown(view)[:2]
    top = view.top_of(view.place_of("w5") or 0)
    view.prepend_entries(talk(50))
    settle(view)
    assert view.top_of(view.place_of("w5") or 0) == top
    view.verticalScrollBar().setValue(view.verticalScrollBar().value() - 900)
    settle(view)
    assert shown(view)[0].startswith(("q", "a"))


def test_scrolling_up_moves_smoothly_over_estimates(view: Transcript) -> None:
    view.set_entries([entry for number in range(60) for entry in (question(number), written(number))])
    settle(view)
    bar = view.verticalScrollBar()
    for _ in range(80):
        first = next(view.in_view())[0]
        before = view.top_of(first)
        bar.setValue(bar.value() - 60)
        assert abs(view.top_of(first) - before - 60) <= 1
        settle(view)


def test_older_messages_are_asked_for_near_the_top(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries(talk(20, begin=50))
    settle(view)
    with qtbot.waitSignal(view.older_wanted):
        view.verticalScrollBar().setValue(300)
    view.prepend_entries(talk(50))
    settle(view)
    assert len(view.entries) == 140
    assert view.entry("q0") is not None


def test_the_view_follows_the_end_until_its_owner_scrolls_up(view: Transcript) -> None:
    view.set_entries(talk(10))
    view.append_entry(Entry(id="s", question=False, text="", state="streaming"))
    for length in range(1, 40):
        view.replace_entry("s", Entry(id="s", question=False, text="A line of it.\n\n" * length, state="streaming"))
        settle(view)
        assert view.at_end()
    bar = view.verticalScrollBar()
    bar.setValue(bar.value() - 200)
    value = bar.value()
    view.replace_entry("s", Entry(id="s", question=False, text="A line of it.\n\n" * 60, state="streaming"))
    settle(view)
    assert bar.value() == value
    assert not view.at_end()
    bar.setValue(bar.maximum())
    view.replace_entry("s", Entry(id="s", question=False, text="A line of it.\n\n" * 90, state="streaming"))
    settle(view)
    assert view.at_end()


def test_a_question_leads_to_the_end_from_far_above(view: Transcript) -> None:
    view.set_entries(talk(200))
    settle(view)
    view.verticalScrollBar().setValue(0)
    settle(view)
    view.append_entry(answered(900))  # an answer does not tear the reader away
    settle(view)
    assert not view.at_end()
    view.append_entry(question(901))
    settle(view)
    assert view.at_end()


def test_narrow_and_wide_windows_keep_the_place(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries(talk(30))
    settle(view)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    settle(view)
    entry = shown(view)[0]
    for width in (500, 1600, 800):
        view.resize(width, 600)
        settle(view)
        assert view._column[1] <= parts.theme.px(760)
        assert shown(view)[0] == entry


# ------------------------------------------------------------------ turns


def test_the_answer_takes_the_place_of_what_was_pending(view: Transcript) -> None:
    view.set_entries(talk(3))
    view.append_entry(question(9))
    view.append_entry(Entry(id="p", question=False, text="Looking…", state="pending"))
    settle(view)
    assert laid(view, "p").pieces[-1].text == "Looking…"
    view.replace_entry("p", answered(9))
    settle(view)
    assert [entry.id for entry in view.entries][-2:] == ["q9", "a9"]
    assert view.at_end()
    view.replace_entry("unknown", answered(10))
    assert view.entries[-1].id == "a10"
    view.remove_entry("a9")
    assert view.entry("a9") is None
    assert view.entries[-1].id == "a10"


def test_a_growing_answer_keeps_what_is_settled(view: Transcript) -> None:
    view.set_entries([question(1)])
    text = MARKDOWN + "\nThe end of it"
    view.append_entry(Entry(id="s", question=False, text=MARKDOWN, state="streaming"))
    settle(view)
    before = laid(view, "s").pieces[:5]
    view.replace_entry("s", Entry(id="s", question=False, text=text, state="streaming"))
    settle(view)
    after = laid(view, "s").pieces
    assert after[:5] == before
    assert after[-1].text == "The page" or "The end of it" in after[-1].text
    done = written(1, text)
    view.replace_entry("s", done)
    settle(view)
    kinds = [piece.kind for piece in laid(view, done.id).pieces]
    fresh = Turn(done, look=view.look, formulas=view.formulas, first=False, sharpness=1.0)
    fresh.set_width(view._column[1])
    fresh.work(time.perf_counter() + 5)
    assert kinds == [piece.kind for piece in fresh.pieces]
    assert [piece.text for piece in laid(view, done.id).pieces] == [piece.text for piece in fresh.pieces]


def test_the_cost_of_a_token_does_not_depend_on_the_history(view: Transcript) -> None:
    def cost(turns: int) -> float:
        view.set_entries([*talk(turns), question(9999)])
        view.append_entry(Entry(id="s", question=False, text="", state="streaming"))
        settle(view)
        taken = []
        for length in range(60):
            begun = time.thread_time()
            text = "Words of an answer, one after the other. " * length
            view.replace_entry("s", Entry(id="s", question=False, text=text, state="streaming"))
            view.viewport().repaint()
            taken.append(time.thread_time() - begun)
        return sorted(taken)[len(taken) // 2]

    cost(5)
    assert cost(2500) < 3 * cost(5) + 0.002


def test_questions_are_cards_at_the_right_edge_of_the_column(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries([question(1, "Short?"), answered(1)])
    settle(view)
    left, column = column_edges(parts.theme, view.width())
    image = view.viewport().grab().toImage()
    y = next(y for y in range(image.height()) if image.pixelColor(left + column - 20, y) == parts.theme.color("border"))
    edges = [x for x in range(left, left + column) if image.pixelColor(x, y + 20) == parts.theme.color("border")]
    assert edges[-1] == left + column - 1
    assert edges[0] > left + column // 2


def test_quotes_lie_on_their_own_ground(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries([question(1), answered(1)])
    settle(view)
    image = view.viewport().grab().toImage()
    quote = parts.theme.color("quote")
    rows = {y for y in range(image.height()) for x in range(0, image.width(), 7) if image.pixelColor(x, y) == quote}
    assert 10 < len(rows) < 60


def test_another_scheme_repaints_the_same_text(view: Transcript, parts: DesktopParts) -> None:
    view.set_entries([*talk(2), written()])
    before = [piece.text for piece in laid(view, "w1").pieces]
    parts.theme.set_scheme("dark")
    try:
        settle(view)
        turn = laid(view, "w1")
        assert [piece.text for piece in turn.pieces] == before
        assert turn.pieces[-1].document.begin().textFormats()[0].format.foreground().color() == parts.theme.color(
            "muted"
        )
    finally:
        parts.theme.set_scheme("light")


def test_a_message_from_right_to_left_is_set_so(view: Transcript) -> None:
    view.set_entries([question(1, "متى ينتهي العقد؟"), written(1, "ينتهي **العقد** في 31 مايو.")])
    for entry in ("q1", "w1"):
        turn = laid(view, entry)
        piece = turn.pieces[0] if entry == "q1" else turn.pieces[1]
        assert piece.document.defaultTextOption().textDirection() == Qt.LayoutDirection.RightToLeft


# ------------------------------------------------------------------ what is clicked


def test_a_click_on_a_number_names_answer_and_citation(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries(talk(2))
    settle(view)
    place = point_of(view, "a0", "writing. 1", inside=9)
    with qtbot.waitSignal(view.citation_activated) as told:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place + QPoint(3, 0))
    assert told.args == ["a0", 1]


def test_a_link_is_told_and_never_followed_by_the_view(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries([written()])
    settle(view)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    place = point_of(view, "w1", "The page", inside=3)
    assert view.words_at(QPointF(place)) == "https://example.org/lease"
    with qtbot.waitSignal(view.link_activated) as told:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["https://example.org/lease"]


def test_numbers_and_claims_tell_what_stands_behind_them(view: Transcript) -> None:
    view.set_entries([answered(1), written()])
    settle(view)
    assert QUOTE in view.words_at(QPointF(point_of(view, "a1", "writing. 1", inside=9) + QPoint(3, 0)))
    place = point_of(view, "w1", "Nobody pays", inside=3)
    assert view.words_at(QPointF(place)) == "No source of yours stands behind this."
    assert view.words_at(QPointF(point_of(view, "w1", "It ends", inside=3))) == ""
    event = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), QPoint(5, 5))
    assert view.viewportEvent(event)


def test_code_is_copied_and_saved_as_it_is(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries([written()])
    settle(view)
    turn = laid(view, "w1")
    piece = next(piece for piece in turn.pieces if isinstance(piece, CodePiece))
    index = view.place_of("w1") or 0
    left, _ = column_edges(view._theme, view.width())
    places = {}
    for name, rect in piece.buttons(view.code_labels()):
        places[name] = (rect.translated(left + piece.x, view.top_of(index) + piece.y)).center().toPoint()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=places["copy"])
    assert QGuiApplication.clipboard().text() == 'def ends() -> str:\n    return "2027-05-31"'
    with qtbot.waitSignal(view.code_saved) as told:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=places["save"], delay=600)
    assert told.args == [piece.code, "python"]


def test_tab_goes_through_what_can_be_clicked_and_then_on(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries([written()])
    settle(view)
    view.setFocus()
    seen = []
    while view.focusNextPrevChild(True):
        link = view.focused_link
        if link is None:
            break
        seen.append(link.target.address)
        view.viewport().repaint()
    assert seen[:1] == ["cite:1"]
    assert {"code:copy", "code:save", "https://example.org/lease", "saw:"} <= set(seen)
    view.setFocus()
    view.focusNextPrevChild(True)
    with qtbot.waitSignal(view.citation_activated):
        QTest.keyClick(view, Qt.Key.Key_Return)


# ------------------------------------------------------------------ selecting


def test_text_is_selected_over_several_turns(view: Transcript) -> None:
    view.set_entries(talk(2))
    settle(view)
    begin, end = point_of(view, "q0", "when", inside=0), point_of(view, "a1", "answer 1", inside=8)
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=begin)
    for place in (begin + QPoint(0, 40), end):
        move = QMouseEvent(
            QEvent.Type.MouseMove, QPointF(place), QPointF(view.viewport().mapToGlobal(place)),
            Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(view.viewport(), move)
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=end)
    view.viewport().repaint()
    view.copy()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("when does the lease end?")
    assert "Question 1" in text
    assert text.endswith("This was answer 1")


def test_two_clicks_select_a_word_and_three_a_paragraph(view: Transcript) -> None:
    view.set_entries([written()])
    settle(view)
    place = point_of(view, "w1", "ends", inside=1)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.selection.text() == "ends"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.selection.text().startswith("It ends on 31 May 2027")


def test_what_is_copied_reads_as_it_looks(view: Transcript) -> None:
    view.set_entries([written()])
    turn = laid(view, "w1")
    texts = [piece.text for piece in turn.pieces]
    assert "• write\n  1. the letter\n[x] send" in texts
    assert "Month\tRent\nMay\t1,200" in [text.strip() for text in texts]


def test_everything_selected_is_copied_as_markdown(view: Transcript) -> None:
    view.set_entries([question(1), written()])
    settle(view)
    view.select_all()
    assert view.selection.text() == f"{question(1).text}\n\n{MARKDOWN}"
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.selection.span is None


def test_the_keyboard_selects_across_turns(view: Transcript) -> None:
    view.set_entries(talk(2))
    settle(view)
    view.setFocus()
    view.selection.set(Place(0, 0, 0), Place(0, 0, 0))
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(view, Qt.Key.Key_Right, shift | Qt.KeyboardModifier.ControlModifier)
    assert view.selection.text() == "Question "
    for _ in range(2):
        QTest.keyClick(view, Qt.Key.Key_Down, shift)
    assert view.selection.caret is not None
    assert view.selection.caret.turn == 1
    QTest.keyClick(view, Qt.Key.Key_Up, shift)
    QTest.keyClick(view, Qt.Key.Key_End, shift | Qt.KeyboardModifier.ControlModifier)
    assert view.selection.text().endswith("This was answer 1.")


def test_keys_scroll(view: Transcript) -> None:
    view.set_entries(talk(40))
    settle(view)
    bar = view.verticalScrollBar()
    for key, check in (
        (Qt.Key.Key_Home, lambda: bar.value() == 0),
        (Qt.Key.Key_Space, lambda: bar.value() > 300),
        (Qt.Key.Key_End, lambda: view.at_end()),
        (Qt.Key.Key_Up, lambda: bar.value() < bar.maximum()),
    ):
        QApplication.sendEvent(view, QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
        settle(view)
        assert check()


# ------------------------------------------------------------------ actions


def test_actions_follow_the_pointer(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries(talk(3))
    settle(view)
    assert view.actions_bar.entry_id == "a2"
    place = point_of(view, "a1", "answer 1")
    move = QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(view.viewport().mapToGlobal(place)),
        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(view.viewport(), move)
    assert view.actions_bar.entry_id == "a1"
    assert abs(view.actions_bar.y() - place.y()) < 40
    with qtbot.waitSignal(view.action_wanted) as told:
        view.actions_bar._buttons["copy"].click()
    assert told.args == ["copy", "a1"]


def test_versions_are_counted_and_stepped_through(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries([question(1), written(1, version=2, versions=3)])
    settle(view)
    bar = view.actions_bar
    assert bar.version.text() == "2 / 3"
    assert bar.previous.isVisible()
    with qtbot.waitSignal(bar.triggered) as told:
        bar.next.click()
    assert told.args == ["next", "w1"]


def test_what_can_be_done_depends_on_the_turn() -> None:
    assert action_names(question(1)) == ["copy", "again"]
    assert action_names(answered(1)) == ["copy", "sources", "remember"]
    assert "regenerate" in action_names(written())
    assert "continue" not in action_names(written())
    assert "continue" in action_names(written(1, stop="length"))
    assert "unpin" in action_names(written(1, pinned=True))
    assert action_names(Entry(id="f", question=False, text="x", state="failed")) == ["retry", "copy"]
    assert action_names(Entry(id="f", question=False, text="x", state="streaming")) == []


def test_actions_stand_behind_the_transcript_in_the_tab_order(view: Transcript) -> None:
    view.set_entries(talk(1))
    settle(view)
    following, buttons = view.nextInFocusChain(), view.actions_bar.button_order
    for _ in range(20):
        if following in buttons:
            break
        assert not following.focusPolicy() & Qt.FocusPolicy.TabFocus
        following = following.nextInFocusChain()
    assert following is buttons[0]


def test_the_context_menu_offers_selection_and_turn(view: Transcript) -> None:
    view.set_entries([written()])
    menu = view.actions_bar.menu(written(), parent=view)
    texts = [action.text() for action in menu.actions()]
    assert {"Copy the answer", "Answer anew", "What the model saw", "Pin", "Delete"} <= set(texts)
    menu.deleteLater()


def test_what_the_model_thought_is_folded_first(view: Transcript, qtbot: QtBot) -> None:
    view.set_entries([written(1, thinking="A long thought.")])
    settle(view)
    assert not any(piece.kind == "thought" for piece in laid(view, "w1").pieces)
    view.verticalScrollBar().setValue(0)
    with qtbot.waitSignal(view.action_wanted) as told:
        place = point_of(view, "w1", "Show what")
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert told.args == ["think", "w1"]


def test_screen_readers_find_every_turn_in_view(view: Transcript) -> None:
    QAccessible.setActive(True)
    try:
        view.set_entries(talk(2))
        settle(view)
        names = [label.accessibleName() for label in view.viewport().findChildren(QLabel) if label.accessibleName()]
        assert "You: Question 1, when does the lease end?" in names
        assert any(name.startswith("Magray: The lease ends") for name in names)
    finally:
        QAccessible.setActive(False)


def test_every_piece_has_its_height(view: Transcript) -> None:
    view.set_entries([written()])
    turn = laid(view, "w1")
    bottoms = [piece.y + piece.height for piece in turn.pieces]
    tops = [piece.y for piece in turn.pieces]
    assert all(bottom <= top for bottom, top in zip(bottoms, tops[1:], strict=False))
    assert all(isinstance(piece, Piece) and piece.height > 0 for piece in turn.pieces)
