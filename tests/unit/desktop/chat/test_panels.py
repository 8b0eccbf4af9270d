from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication, QHBoxLayout, QLineEdit, QPushButton, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from desktop.chat.composer import Composer
from desktop.chat.conversations_panel import ConversationsPanel
from desktop.chat.sources_panel import SourcesPanel
from desktop.chat.welcome import Welcome
from desktop.models.conversations_model import ConversationsModel, Roles, group_of, near_match, pieces, plain
from engine import Answer, Citation, Conversation, DocumentSource, Hit, Memory
from tests.helpers.desktop_parts import DesktopParts

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def conversation(name: str, days: float = 0, title: str = "", snippet: str = "") -> Conversation:
    return Conversation(
        id=name,
        title=title or f"Title {name}",
        created_at=NOW,
        updated_at=NOW - timedelta(days=days),
        snippet=snippet,
    )


def test_conversations_stand_under_their_days(qtmodeltester: ModelTester) -> None:
    model = ConversationsModel()
    model.show_conversations([conversation(str(d), d) for d in (0, 0.01, 1, 3, 7, 8, 400)], now=NOW)
    rows = [model.index(row).data() for row in range(model.rowCount())]
    assert [row for row in rows if not row.startswith("Title")] == ["Today", "Yesterday", "Last week", "Earlier"]
    assert rows[0] == "Today"
    qtmodeltester.check(model)
    assert not model.flags(model.index(0)) & Qt.ItemFlag.ItemIsSelectable
    assert model.first().row() == 1


def test_the_day_is_the_owner_s_own() -> None:
    late = datetime(2026, 5, 20, 0, 30).astimezone()
    assert group_of(late - timedelta(hours=1), late) == "Yesterday"
    assert group_of(late - timedelta(minutes=10), late) == "Today"


def test_a_change_of_a_title_keeps_the_rows(qtbot: QtBot) -> None:
    model = ConversationsModel()
    model.show_conversations([conversation("a"), conversation("b")], now=NOW)
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        model.show_conversations([conversation("a", title="New"), conversation("b")], now=NOW)
    assert model.index_of("a").data() == "New"
    with qtbot.waitSignal(model.renamed) as told:
        assert model.setData(model.index_of("b"), "  A better\n name ")
    assert told.args == ["b", "A better name"]
    assert not model.setData(model.index_of("b"), "   ")


def test_a_search_marks_what_matched() -> None:
    snippet = "… the \x02lease\x03 ends\non 31 May …"
    assert pieces(snippet) == [("… the ", False), ("lease", True), (" ends on 31 May …", False)]
    assert plain(snippet) == "… the lease ends on 31 May …"
    model = ConversationsModel()
    model.show_conversations([conversation("a", 3, snippet=snippet)], now=NOW, searching=True)
    assert model.rowCount() == 1
    assert model.index(0).data(Roles.SNIPPET) == snippet
    assert model.index(0).data(Qt.ItemDataRole.AccessibleTextRole) == "Title a. … the lease ends on 31 May …"


@pytest.fixture
def panel(qtbot: QtBot, parts: DesktopParts) -> ConversationsPanel:
    widget = ConversationsPanel(parts.theme, parts.icons)
    qtbot.addWidget(widget)
    widget.resize(236, 700)
    widget.show_conversations([conversation("a"), conversation("b", 1), conversation("c", 30)])
    widget.show()
    return widget


def test_a_narrow_row_begins_near_the_match() -> None:
    found = near_match("…We learn from prisoners that they are now living in \x02caves\x03 dug out")
    assert found == [("…now living in ", False), ("caves", True), (" dug out", False)]
    assert near_match("in \x02caves\x03") == [("in ", False), ("caves", True)]
    assert near_match("only a title, and nothing is marked") == [("only a title, and nothing is marked", False)]
    assert near_match("") == []


def test_keys_open_rename_and_delete(qtbot: QtBot, panel: ConversationsPanel) -> None:
    panel.set_current("b")
    panel.list.setFocus()
    with qtbot.waitSignal(panel.opened) as opened:
        QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert opened.args == ["b"]
    with qtbot.waitSignal(panel.delete_wanted) as deleted:
        QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert deleted.args == ["b"]
    panel.rename_current()
    assert panel.list.state() == QAbstractItemView.State.EditingState
    editor = next(child for child in panel.list.viewport().findChildren(QLineEdit))
    editor.setText("Renamed")
    with qtbot.waitSignal(panel.rename_wanted) as renamed:
        QTest.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == ["b", "Renamed"]
    panel.grab()


def test_a_search_is_one_question_and_escape_ends_it(qtbot: QtBot, panel: ConversationsPanel) -> None:
    panel.start_search()
    searches: list[str] = []
    panel.search_changed.connect(searches.append)
    QTest.keyClicks(panel.search, "lease")
    qtbot.waitUntil(lambda: searches == ["lease"])
    panel.show_conversations([conversation("c", 30, snippet="the \x02lease\x03")])
    panel.grab()
    with qtbot.waitSignal(panel.opened) as opened:
        QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert opened.args == ["c"]
    panel.search.setFocus()
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.search.text() == ""
    qtbot.waitUntil(lambda: searches[-1] == "")


def test_empty_lists_say_why(panel: ConversationsPanel) -> None:
    panel.show_conversations([])
    assert "will be listed" in panel._nothing.text()
    panel.search.setText("xyz")
    panel.show_conversations([])
    assert "No conversation holds" in panel._nothing.text()
    panel._search_timer.stop()


def test_figures_have_names_for_those_who_do_not_see_them(panel: ConversationsPanel) -> None:
    panel.documents.set_count(1032)
    assert "032" in panel.documents.accessibleName()
    panel.status.set_status("degraded", "Works, with less", "The disk is nearly full.")
    assert panel.status.accessibleName() == "Works, with less"
    assert panel.status.accessibleDescription() == "The disk is nearly full."
    panel.grab()


@pytest.fixture
def composer(qtbot: QtBot, parts: DesktopParts) -> Composer:
    widget = Composer(parts.theme, parts.icons)
    qtbot.addWidget(widget)
    widget.resize(500, 60)
    widget.show()
    widget.focus()
    return widget


def test_enter_sends_and_shift_enter_breaks(qtbot: QtBot, composer: Composer) -> None:
    QTest.keyClicks(composer.editor, "one")
    QTest.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClicks(composer.editor, "two")
    assert composer.text() == "one\ntwo"
    with qtbot.waitSignal(composer.submitted) as sent:
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent.args == ["one\ntwo"]
    assert composer.text() == ""
    with qtbot.assertNotEmitted(composer.submitted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
        composer.button.click()


def test_the_field_grows_with_its_text_and_then_scrolls(composer: Composer) -> None:
    low = composer.editor.height()
    composer.set_text("one\ntwo\nthree")
    middle = composer.editor.height()
    assert middle > 2 * low
    composer.set_text("\n".join("x" * 80 for _ in range(60)))
    assert composer.editor.height() <= 9.5 * low
    assert composer.editor.verticalScrollBarPolicy() == Qt.ScrollBarPolicy.ScrollBarAsNeeded
    composer.set_text("")
    assert composer.editor.height() == low


def test_a_draft_is_told_but_not_when_it_is_put_back(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.assertNotEmitted(composer.draft_changed):
        composer.set_text("kept")
    with qtbot.waitSignal(composer.draft_changed) as told:
        QTest.keyClicks(composer.editor, "!")
    assert told.args == ["kept!"]


def test_files_and_long_texts_are_pasted_as_documents(qtbot: QtBot, composer: Composer, tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("x")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    with qtbot.waitSignal(composer.paths_pasted) as told:
        composer.editor.insertFromMimeData(mime)
    assert told.args == [[str(file)]]
    long = QMimeData()
    long.setText("word " * 10_000)
    with qtbot.waitSignal(composer.text_pasted):
        composer.editor.insertFromMimeData(long)
    assert composer.text() == ""
    QGuiApplication.clipboard().setText("a <b>plain</b> word")
    composer.editor.paste()
    assert composer.text() == "a <b>plain</b> word"


def test_up_in_an_empty_field_wants_the_last_question_back(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.waitSignal(composer.recall_wanted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Up)
    composer.set_text("text")
    with qtbot.assertNotEmitted(composer.recall_wanted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Up)


def test_the_welcome_fits_what_magray_knows(qtbot: QtBot, parts: DesktopParts) -> None:
    welcome = Welcome(parts.theme, parts.icons)
    qtbot.addWidget(welcome)
    welcome.resize(700, 500)
    welcome.show()
    assert "Drop" in welcome.title.text()
    chosen = next(b for b in welcome.findChildren(type(welcome.files)) if b.text().endswith("?"))
    with qtbot.waitSignal(welcome.question_chosen) as told:
        chosen.click()
    assert told.args == [chosen.text()]
    welcome.show_documents(12)
    assert not chosen.isVisible()
    welcome.grab()


def make_answer() -> Answer:
    source = DocumentSource("d", "/x/lease.pdf", 4, (), 0, 1)
    hits = tuple(
        Hit(
            memory=Memory(
                id=name,
                text=f"The lease ends on {name} May.",
                layer="assets",
                kind="document_chunk",
                created_at=NOW,
                occurred_at=NOW,
                source=source,
            ),
            score=1.0,
            scores={"bm25": 0.5, "dense": 0.25},
            reason="It holds the word lease.",
        )
        for name in ("31", "30")
    )
    quote = Citation(number=1, memory_id="31", quote="The lease ends on 31 May.", source=source)
    return Answer(text="…", made_by="quotes", abstained=False, question="lease", citations=(quote,), hits=hits)


def test_sources_are_cards_with_scores_on_demand(qtbot: QtBot, parts: DesktopParts) -> None:
    panel = SourcesPanel(parts.theme, parts.icons)
    qtbot.addWidget(panel)
    panel.resize(290, 600)
    panel.show()
    panel.show_answer(make_answer(), titles={})
    used, unused = panel.cards
    assert used.accessibleName().startswith("Source 1. lease.pdf. Page 4")
    assert unused.accessibleName().startswith("Found, not used")
    assert not used._why.isVisible()
    assert panel.why.text() == "Why these?"
    panel.why.click()
    assert panel.why.text() == "Hide reasons"
    assert used._why.isVisible()
    assert "It holds the word lease." in used._why.text()
    assert "0.50" in used._why.text()
    opened: list[object] = []
    panel.source_activated.connect(opened.append)
    QTest.mouseClick(used, Qt.MouseButton.LeftButton)
    unused.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(unused, Qt.Key.Key_Return)
    QTest.keyClick(unused, Qt.Key.Key_Space)
    assert opened == [used.item, unused.item, unused.item]
    assert used.property("card") == "plain"
    assert unused.property("card") == "active"
    assert panel.mark(1) is used.item
    assert panel.mark(9) is None
    panel.grab()
    panel.clear(reading=True)
    assert panel.cards == []
    assert "Looking" in panel._nothing.text()
    QApplication.processEvents()


def test_tab_goes_from_the_head_of_the_sources_through_the_cards(qtbot: QtBot, parts: DesktopParts) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    panel, after = SourcesPanel(parts.theme, parts.icons, window), QPushButton("after", window)
    row.addWidget(panel)
    row.addWidget(after)
    panel.show_answer(make_answer(), titles={})
    window.show()
    window.activateWindow()
    panel.why.setFocus()
    qtbot.waitUntil(panel.why.hasFocus)
    passed = []
    for _ in range(3):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        passed.append(QApplication.focusWidget())
    assert passed == [*panel.cards, after]


def test_an_answer_without_sources_says_so(qtbot: QtBot, parts: DesktopParts) -> None:
    panel = SourcesPanel(parts.theme, parts.icons)
    qtbot.addWidget(panel)
    panel.show_answer(Answer(text="No.", made_by="quotes", abstained=True), titles={})
    assert "Nothing like this" in panel._nothing.text()
    assert panel.why.isHidden()
