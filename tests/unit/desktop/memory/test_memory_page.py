"""The memory explorer over a real engine: typed, filtered, selected, edited, dragged, deleted and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow

from desktop.bridge import Bridge
from desktop.memory.detail_sections import OtherRow
from desktop.memory.erase_dialog import EraseDialog
from desktop.memory.memory_page import MemoryPage
from desktop.memory.memory_table import MEMORIES_MIME
from desktop.memory.merge_dialog import MergeDialog
from desktop.memory.split_dialog import SplitDialog
from desktop.memory.tags_dialog import TagsDialog
from desktop.models.memories_model import MEMORY, RECALLED, SOURCE, WHY
from engine import ConversationSource, Engine, Memory, MemoryFilter, NewMemory, Settings
from tests.helpers.desktop_parts import DesktopParts, until as _until

Story = Callable[[MemoryPage, Engine], Coroutine[Any, Any, None]]
Play = Callable[[Story], None]

TEXTS = (
    ("The lease of the harbour office ends on 31 May 2027.", "assets", "fact", ("lease",)),
    ("The tenant gives notice of at least ninety days.", "assets", "fact", ("lease",)),
    ("Landlord prefers e-mail over letters", "insights", "fact", ()),
    ("Decided to renew if the rent rises by less than 4 %", "insights", "decision", ()),
    ("Ask about the deposit on Monday", "interact", "message", ()),
    ("Срок уведомления по договору склада: шестьдесят дней", "assets", "note", ()),
)


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds: with an engine beside it that may take a while on a busy machine."""
    await _until(condition, seconds=30)


@pytest.fixture
def play(parts: DesktopParts, settings: Settings) -> Play:
    def run(story: Story) -> None:
        async def main() -> None:
            async with Engine.open(settings) as engine:
                talk = await engine.create_conversation("Contract review")
                await engine.remember_many(
                    [
                        NewMemory(
                            text=text, layer=layer, kind=kind, tags=tags,  # type: ignore[arg-type]
                            source=ConversationSource(talk.id, None) if layer == "insights" else None,
                        )
                        for text, layer, kind, tags in TEXTS
                    ]
                )  # fmt: skip
                bridge = Bridge()
                bridge.attach(engine)
                window = QMainWindow()
                page = MemoryPage(**parts.views)
                window.setCentralWidget(page)
                window.resize(1100, 700)
                window.show()
                window.activateWindow()
                page.attach(engine, bridge)
                try:
                    await until(lambda: texts(page) == [one[0] for one in reversed(TEXTS)])
                    await story(page, engine)
                finally:
                    for timer in (page._refresh, page.filters._typing, page.band._settle, page.table._telling):
                        timer.stop()
                    bridge.detach()
                    await until(lambda: not page._operations._tasks.names)
                    window.close()
                    window.deleteLater()

        parts.run(main)

    return run


def texts(page: MemoryPage) -> list[str]:
    """What the table shows, as far as it is here."""
    model = page.table.model
    return [row.text if (row := model.row(place)) is not None else "" for place in range(model.rowCount())]


async def choose(page: MemoryPage, *places: int) -> None:
    """Select rows, and wait until the details show them."""
    numbers = [int(page.table.model.numbers[place]) for place in places]
    page.table.table.select_numbers(numbers)
    await until(lambda: len(page._ids) == len(places))
    if len(places) == 1:
        (wanted,) = await page._engine.memory_ids(numbers)  # type: ignore[union-attr]
        await until(lambda: (m := page.detail.memory) is not None and m.id == wanted)


def said(parts: DesktopParts) -> list[str]:
    """What the message bar would say."""
    found = []
    while (message := parts.messages.take()) is not None:
        found.append(message.text)
    return found


def test_an_episode_shows_what_was_said(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        turns = await engine.remember_many(
            [
                NewMemory(text=f"Turn {number} about the boat.", kind="message", session="boat", speaker="Anna")
                for number in range(23)
            ]
        )
        told = await engine._parts.life.compose(
            NewMemory(text="Anna spoke about the boat.", layer="insights"), [turn.id for turn in turns], kind="episode"
        )
        page.look_at(told.memories[0])
        await until(lambda: not page.detail.turns.isHidden())
        rows = page.detail.turns.findChildren(OtherRow)
        assert len(rows) == 20
        assert rows[0].accessibleName() == "Interact: Anna: Turn 0 about the boat."
        assert "and 3 more" in [label.text() for label in page.detail.turns.findChildren(QLabel)]
        rows[1].click()
        await until(lambda: (m := page.detail.memory) is not None and m.text == "Turn 1 about the boat.")
        assert page.detail.turns.isHidden()

    play(story)


def test_words_find_as_the_chat_does_and_say_why(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        assert page.table.table.isColumnHidden(WHY)
        QTest.keyClicks(page.filters.search, "notice of ninety days")
        await until(lambda: page.table.model.searching)
        assert texts(page)[0] == TEXTS[1][0]
        assert not page.table.table.isColumnHidden(WHY)
        page.table.table.grab()  # strong words and bars are painted
        await choose(page, 0)
        await until(lambda: not page.detail.why.isHidden())
        assert "<b>notice</b>" in page.detail.text.label.text()
        await until(lambda: not page.detail.near.isHidden())
        await until(lambda: not page.detail.rises.isHidden())
        index = page.table.model.index(0, WHY)
        assert "100" in index.data(Qt.ItemDataRole.AccessibleTextRole)
        spoken = page.table.model.index(0, MEMORY).data(Qt.ItemDataRole.AccessibleTextRole)
        assert spoken.startswith("Assets. fact. The tenant gives notice")
        assert "never recalled" in spoken
        QTest.keyClick(page.filters.search, Qt.Key.Key_Escape)
        await until(lambda: not page.table.model.searching and len(texts(page)) == len(TEXTS))
        assert page.table.table.selected_count() == 1  # what was looked at stays selected
        await until(lambda: page.detail.why.isHidden())
        page.filters.search.setText("zebra crossings in winter")
        page.filters._search()
        await until(lambda: page.table.model.searching)
        assert not said(parts)

    play(story)


def test_filters_narrow_and_are_taken_off(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await until(lambda: page.filters.chips["assets"].text() == "Assets 3")
        page.filters.chips["insights"].click()
        await until(lambda: len(texts(page)) == 2)
        assert page.filters.chips["assets"].text() == "Assets 3"
        menu = page.filters.kinds()
        next(action for action in menu.actions() if action.text() == "Decisions").trigger()
        menu.close()
        await until(lambda: texts(page) == [TEXTS[3][0]])
        assert page.filters.kind.text() == "Decisions ▾"
        page.filters.clear()
        await until(lambda: len(texts(page)) == len(TEXTS))
        await until(lambda: bool(page.filters._tags))
        menu = page.filters.others()
        labels = next(action.menu() for action in menu.actions() if action.text() == "Tag")
        next(action for action in labels.actions() if action.text().startswith("lease")).trigger()  # type: ignore[attr-defined]
        menu.close()
        await until(lambda: len(texts(page)) == 2)
        (chip,) = page.filters._held
        assert chip.text() == "#lease  ✕"
        chip.click()
        await until(lambda: len(texts(page)) == len(TEXTS))
        menu = page.filters.times()
        next(action for action in menu.actions() if action.text() == "Today").trigger()
        menu.close()
        await until(lambda: page.filters.time.text() == "Today ▾")
        page.filters.set_filter(MemoryFilter(pinned=True))
        await until(page.table._empty.isVisible)
        assert page.table._empty.accessibleName() == "Nothing is like this"
        page.table._empty.triggered.emit("clear")
        await until(lambda: len(texts(page)) == len(TEXTS))

    play(story)


def test_keys_lead_through_the_page(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        opened: list[Memory] = []
        left: list[bool] = []
        page.source_wanted.connect(opened.append)
        page.closed.connect(lambda: left.append(True))
        page.setFocus()
        await until(page.filters.search.hasFocus)
        QTest.keyClick(page.filters.search, Qt.Key.Key_Down)
        table = page.table.table
        await until(table.hasFocus)
        QTest.keyClick(table, Qt.Key.Key_Down)
        QTest.keyClick(table, Qt.Key.Key_Down)
        await until(lambda: (m := page.detail.memory) is not None and m.text == TEXTS[3][0])
        QTest.keyClick(table, Qt.Key.Key_Return)
        await until(lambda: len(opened) == 1)
        assert isinstance(opened[0].source, ConversationSource)
        QTest.keyClick(table, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: (m := page.detail.memory) is not None and m.pinned)
        assert page.detail.pin.text() == "Unpin"
        QTest.keyClick(table, Qt.Key.Key_Delete)
        await until(lambda: len(texts(page)) == len(TEXTS) - 1)
        assert "Deleted: 1 memory" in said(parts)
        QTest.keyClick(table, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: len(texts(page)) == len(TEXTS))
        QTest.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert page.filters.search.hasFocus()
        QTest.keyClick(page.filters.search, Qt.Key.Key_Escape)
        assert left == [True]

    play(story)


def test_a_text_is_edited_and_its_version_kept(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await choose(page, 5)
        memory = page.detail.memory
        assert memory is not None
        page.act("edit")
        editor = page.detail.text.editor
        await until(editor.isVisible)
        editor.setPlainText("The lease ends on 30 June 2028.")
        QTest.keyClick(editor, Qt.Key.Key_Escape)
        await until(lambda: not page.detail.text.editing)
        page.act("edit")
        editor.setPlainText("The lease ends on 30 June 2028.")
        await engine.remember("Something else comes in meanwhile.")
        await until(lambda: len(texts(page)) == len(TEXTS) + 1)
        assert editor.isVisible()  # what is being typed is not swept away
        page.detail.text.save.click()
        await until(lambda: (m := page.detail.memory) is not None and "2028" in m.text)
        assert not editor.isVisible()
        await until(lambda: "The lease ends on 30 June 2028." in texts(page))
        await until(lambda: bool(page.detail._versions))
        assert page.detail._versions[0].text == TEXTS[0][0]
        dialog = page._show_versions(memory, page.detail._versions)
        assert dialog.text.toPlainText() == TEXTS[0][0]
        dialog.accept()
        await until(lambda: TEXTS[0][0] in texts(page))
        assert any("older version" in words for words in said(parts))

    play(story)


def test_what_was_typed_is_not_lost(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await choose(page, 5)
        page.act("edit")
        page.detail.text.editor.setPlainText("Half a sen")
        await choose(page, 4)
        await until(lambda: bool(parts.messages.waiting))
        message = parts.messages.take()
        assert message is not None
        assert message.text == "What you typed is not saved yet."
        assert message.run is not None
        message.run()
        await until(page.detail.text.editor.isVisible)
        assert page.detail.text.editor.toPlainText() == "Half a sen"
        assert page.detail.memory is not None
        assert page.detail.memory.text == TEXTS[0][0]

    play(story)


def test_rows_are_dropped_on_a_layer(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await choose(page, 1, 3)
        ids = list(page._ids)
        chip = page.filters.chips["insights"]
        mime = QMimeData()
        mime.setData(MEMORIES_MIME, b"")
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        move = Qt.DropAction.MoveAction
        QApplication.sendEvent(chip, QDragEnterEvent(QPoint(5, 5), move, mime, left, none))
        assert chip.property("target")
        QApplication.sendEvent(chip, QDropEvent(QPointF(5, 5), move, mime, left, none))
        assert not chip.property("target")

        async def layers() -> set[str]:
            return {(await engine.memory(one)).layer for one in ids}

        await until(lambda: page.filters.chips["insights"].text() == "Insights 3")
        assert await layers() == {"insights"}
        # One of them rose, the other was there already.
        (words,) = said(parts)
        assert words == "Raised: 1 memory"
        await until(lambda: sorted(page._ids) == sorted(ids))
        page.deeds.undo_last()
        await until(lambda: page.filters.chips["insights"].text() == "Insights 2")
        assert await layers() == {"insights", "interact"}

    play(story)


def test_one_deed_for_many_and_back(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        page.table.table.selectAll()
        await until(lambda: len(page._ids) == len(TEXTS))
        assert page.detail._count.text() == f"{len(TEXTS)} memories"
        menu = [action.text() for action in memory_actions(page)]
        assert "Merge…" in menu
        assert "Edit" not in menu
        page.act("archive")
        await until(page.table._empty.isVisible)
        page.filters.set_filter(MemoryFilter(archived=True))
        await until(lambda: len(texts(page)) == len(TEXTS))
        message = parts.messages.take()
        assert message is not None
        assert message.text == "Put into the archive: 6 memories"
        assert message.run is not None
        message.run()
        await until(page.table._empty.isVisible)
        page.filters.clear()
        await until(lambda: len(texts(page)) == len(TEXTS))
        for name in ("promote", "demote", "keep", "pin", "unpin"):
            await choose(page, 2)
            page.act(name)
            await until(lambda: bool(parts.messages.waiting))
            said(parts)

    play(story)


def memory_actions(page: MemoryPage) -> list[Any]:
    from desktop.memory.memory_menu import memory_menu

    menu = memory_menu(page, page._icons, page.chosen(), page.act)
    actions = [action for action in menu.actions() if action.text()]
    menu.deleteLater()
    return actions


def test_tags_merge_split_and_erase_ask_first(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await choose(page, 5)
        page.act("tags")
        await until(lambda: isinstance(page.deeds.dialog, TagsDialog))
        tags = page.deeds.dialog
        assert isinstance(tags, TagsDialog)
        assert tags.field.text() == "lease"
        tags.field.setText("lease, harbour")
        tags.accept()
        await until(lambda: (m := page.detail.memory) is not None and m.tags == ("lease", "harbour"))
        await choose(page, 4, 5)
        page.act("merge")
        await until(lambda: isinstance(page.deeds.dialog, MergeDialog))
        merge = page.deeds.dialog
        assert isinstance(merge, MergeDialog)
        assert TEXTS[0][0] in merge.text.toPlainText()
        assert TEXTS[1][0] in merge.text.toPlainText()
        merge.text.setPlainText("The lease ends on 31 May 2027. Notice is ninety days.")
        merge.accept()
        await until(lambda: "The lease ends on 31 May 2027. Notice is ninety days." in texts(page))
        assert len(texts(page)) == len(TEXTS) - 1
        await choose(page, texts(page).index("The lease ends on 31 May 2027. Notice is ninety days."))
        page.act("split")
        await until(lambda: isinstance(page.deeds.dialog, SplitDialog))
        split = page.deeds.dialog
        assert isinstance(split, SplitDialog)
        assert split.parts() == ["The lease ends on 31 May 2027.", "Notice is ninety days."]
        split.accept()
        await until(lambda: "Notice is ninety days." in texts(page))
        place = texts(page).index("Notice is ninety days.")
        await choose(page, place)
        gone = page._ids[0]
        page.act("erase")
        await until(lambda: isinstance(page.deeds.dialog, EraseDialog))
        erase = page.deeds.dialog
        assert isinstance(erase, EraseDialog)
        assert "Notice is ninety days." in erase.question.text()
        erase.no.click()
        assert len(texts(page)) == len(TEXTS)
        page.act("erase")
        await until(lambda: page.deeds.dialog is not erase)
        again = page.deeds.dialog
        assert isinstance(again, EraseDialog)
        again.yes.click()
        await until(lambda: len(texts(page)) == len(TEXTS) - 1)
        assert gone not in await engine.memory_ids(await engine.memory_numbers(MemoryFilter(deleted=True)))
        said(parts)

    play(story)


@pytest.mark.expected_logs("change memories failed: .* cannot be written")
def test_a_note_is_written_and_the_selection_exported(play: Play, parts: DesktopParts, tmp_path: Path) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        note = page.deeds.ask_note()
        assert not note.yes.isEnabled()
        QTest.keyClicks(note.text, "Bicycles stand in the yard.")
        note.tags.setText("yard, rules")
        note.accept()
        await until(lambda: texts(page)[0] == "Bicycles stand in the yard.")
        await until(lambda: (m := page.detail.memory) is not None and m.tags == ("yard", "rules"))
        page.deeds.export(page._ids, tmp_path / "out.jsonl")
        await until(lambda: any("out.jsonl" in words for words in said(parts)))
        lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
        assert any(json.loads(line).get("text") == "Bicycles stand in the yard." for line in lines)
        page.deeds.export(page._ids, tmp_path / "missing" / "out.jsonl")
        await until(lambda: any("cannot be written" in words for words in said(parts)))
        page.act("copy")
        await until(lambda: QApplication.clipboard().text() == "Bicycles stand in the yard.")
        said(parts)

    play(story)


def test_news_keep_place_and_selection(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await engine.remember_many([NewMemory(text=f"Note number {number}.") for number in range(300)])
        await until(lambda: page.table.model.rowCount() == len(TEXTS) + 300)
        table, bar = page.table.table, page.table.table.verticalScrollBar()
        bar.setValue(100 * table.rowHeight(0) + 7)
        await until(lambda: (row := page.table.model.row(100)) is not None and row.text == "Note number 199.")
        await choose(page, 103)
        await engine.remember("One more, in front of all others.")
        await until(lambda: page.table.model.rowCount() == len(TEXTS) + 301)
        assert bar.value() == 101 * table.rowHeight(0) + 7
        assert table.selected_numbers() == [int(page.table.model.numbers[104])]
        assert table.currentIndex().row() == 104
        bar.setValue(0)
        await engine.remember("And one more.")
        await until(lambda: texts(page)[0] == "And one more.")
        assert bar.value() == 0
        page.hide()
        await engine.remember("Unseen.")
        await until(lambda: page._stale)
        page.show()
        await until(lambda: texts(page)[0] == "Unseen.")

    play(story)


def test_the_past_is_looked_at(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await until(lambda: not page._operations._tasks.names)  # the day of the first memory is known
        page.band.set_first(datetime.now(UTC) - timedelta(days=10))
        page.filters.look_back_wanted.emit()
        assert page.band.isVisible()
        page.band.slider.setValue(3)
        await until(lambda: page.filters.filter.as_of is not None)
        assert "As it was known on" in page.band._words.text()
        await until(page.table._empty.isVisible)
        assert page.table._empty.accessibleName() == "Nothing like this was known then"
        page.band.slider.setFocus()
        QTest.keyClick(page.band.slider, Qt.Key.Key_Escape)
        await until(lambda: len(texts(page)) == len(TEXTS))
        assert page.filters.filter.as_of is None
        assert not page.band.isVisible()

    play(story)


def test_titles_sort_and_narrow_pages_show_less(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        table, header = page.table.table, page.table.table.horizontalHeader()
        header.sectionClicked.emit(MEMORY)
        await until(lambda: texts(page) == [one[0] for one in TEXTS])
        assert page.table.model.headerData(MEMORY, Qt.Orientation.Horizontal) == "Memory ↑"
        assert not table.selected_numbers()
        header.sectionClicked.emit(SOURCE)
        await until(lambda: texts(page)[0] in (TEXTS[2][0], TEXTS[3][0]))
        assert not table.isColumnHidden(RECALLED)
        page.window().resize(720, 600)
        page.window().resize(540, 600)
        await until(lambda: page._splitter.orientation() == Qt.Orientation.Vertical)
        assert table.isColumnHidden(RECALLED)
        assert page.detail.isHidden()
        await choose(page, 0)
        assert not page.detail.isHidden()
        page.window().resize(1100, 700)
        await until(lambda: page._splitter.orientation() == Qt.Orientation.Horizontal)

    play(story)


def test_only_one_source_and_its_neighbours(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await choose(page, 2)
        page.act("only")
        await until(lambda: len(texts(page)) == 2)
        (chip,) = page.filters._held
        assert chip.text() == "Contract review  ✕"
        page.filters.clear()
        await until(lambda: len(texts(page)) == len(TEXTS))
        page.show_view("map")
        assert page.switch.current() == "map"
        page.show_view("timeline")
        page.act("view:table")
        assert page.view is page.table
        await until(lambda: not page._operations._tasks.names)

    play(story)


@pytest.mark.expected_logs("(list|count) memories failed: layers: 'attic' is not one of")
def test_what_cannot_be_listed_is_told(play: Play, parts: DesktopParts) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        broken = MemoryFilter(layers=("attic",))  # type: ignore[arg-type]
        page.filters.set_filter(broken)
        await until(lambda: any("attic" in words for words in said(parts)))
        assert len(texts(page)) == len(TEXTS)  # what was shown stays
        page.filters.set_filter(MemoryFilter(pinned=True))
        await until(page.table._empty.isVisible)
        page.filters.set_filter(broken)
        await until(lambda: page.table._empty.accessibleName() == "The memories could not be listed")
        page.table._empty.triggered.emit("again")
        await until(lambda: not page._operations._tasks.names)
        page.filters.clear()
        await until(lambda: len(texts(page)) == len(TEXTS))
        page.look_at("nobody")  # it went meanwhile
        await until(page.detail._empty.isVisible)

    play(story)


def test_menus_say_what_can_be_done(play: Play) -> None:
    async def story(page: MemoryPage, engine: Engine) -> None:
        await choose(page, 2)
        names = [action.text() for action in memory_actions(page)]
        assert {"Open source", "Only from this source", "Edit", "Pin", "Move to Assets", "Split…", "Delete"} <= set(
            names
        )
        assert "Move to Insights" not in names
        assert "Take out of the archive" not in names
        page.act("delete")
        page.filters.set_filter(MemoryFilter(deleted=True))
        await until(lambda: len(texts(page)) == 1)
        await choose(page, 0)
        await until(lambda: (m := page.detail.memory) is not None and m.deleted_at is not None)
        assert [action.text() for action in memory_actions(page)][-2:] == ["Bring back", "Erase for good…"]
        assert page.detail.edit.isHidden()
        page.act("edit")
        assert not page.detail.text.editing
        page.act("restore")
        await until(page.table._empty.isVisible)
        page.filters.clear()
        await until(lambda: len(texts(page)) == len(TEXTS))

    play(story)
