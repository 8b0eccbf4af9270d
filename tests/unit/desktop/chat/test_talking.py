from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop.chat.attachment_chips import GivenThing
from desktop.chat.chat_find import count_in, readable
from desktop.chat.chat_header import ChatHeader
from desktop.chat.commands import Command, escaped, matching, split_command
from desktop.chat.completion import Suggestion
from desktop.chat.composer import Composer, Insertion
from desktop.chat.context_page import ContextPage
from desktop.chat.conversation_deeds import tags_of
from desktop.chat.entries import Entry
from desktop.chat.live_answer import LiveAnswer
from desktop.chat.model_button import ModelButton, price_words
from desktop.chat.pdf_export import PdfExport
from desktop.chat.prompts import Prompts
from desktop.chat.transcript import Transcript
from desktop.chat.turn_words import money, usage_words
from engine import (
    ERASED,
    Answer,
    Answered,
    ChatModelInfo,
    ContextPart,
    ContextView,
    Conversation,
    Failed,
    Message,
    MessageUsage,
    Reading,
    Recalled,
    Recalling,
    Said,
    Sees,
    Switched,
    Thinking,
)
from tests.helpers.desktop_parts import DesktopParts
from tests.helpers.hand_engine import MOMENT


def message(text: str, **fields: object) -> Message:
    answer = Answer(text=text, made_by="openai/gpt-5", abstained=False)
    return Message(
        id="m", conversation_id="c", role="assistant", text=text, created_at=MOMENT, answer=answer, **fields  # type: ignore[arg-type]
    )  # fmt: skip


# ------------------------------------------------------------------ an answer on its way


class Shown:
    """What an answer told, in order."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Entry]] = []

    def __call__(self, before: str, entry: Entry) -> None:
        self.told.append((before, entry))

    @property
    def last(self) -> Entry:
        return self.told[-1][1]


def test_an_answer_goes_through_its_steps(qtbot: QtBot) -> None:
    shown = Shown()
    answer = LiveAnswer(shown)
    first = answer.id
    answer.take(Recalling())
    answer.take(Recalled(()))
    assert not shown.told  # nothing is told twice
    answer.take(Reading(2, 9, "lease.pdf"))
    assert shown.last.text == "Reading lease.pdf: 2 of 9"
    answer.take(Thinking("Let me "))
    answer.take(Thinking("see."))
    answer.take(Said("The "))
    answer.take(Said("lease."))
    answer.flush()
    assert (shown.last.state, shown.last.text, shown.last.thinking) == ("streaming", "The lease.", "Let me see.")
    answer.take(Switched("local/small", "The first one is away."))
    answer.take(Answered(message("The lease [1].")))
    before, entry = shown.told[-1]
    assert (before, entry.id, entry.state, entry.text) == (first, "m", "done", "The lease [1].")
    answer.deleteLater()


def test_numbers_lead_to_sources_before_the_answer_is_whole(qtbot: QtBot, parts: DesktopParts) -> None:
    shown = Shown()
    answer = LiveAnswer(shown)
    part = ContextPart(kind="memory", title="lease.pdf", tokens=9, text="…", number=2)
    answer.take(Sees(ContextView(model="m", parts=(part,), tokens=9, window=100, reserved=10)))
    answer.take(Said("In May [2], not [7]."))
    answer.flush()
    view = Transcript(parts.theme, parts.icons)
    qtbot.addWidget(view)
    view.resize(700, 400)
    view.show()
    view.set_entries([shown.last])
    turn = view.turn(0)
    assert turn is not None
    assert [address for piece in turn.pieces for _, _, address in piece.links()] == ["cite:2"]
    answer.deleteLater()


def test_many_tokens_are_shown_thirty_times_a_second(qtbot: QtBot) -> None:
    shown = Shown()
    answer = LiveAnswer(shown)
    for number in range(500):
        answer.take(Said(f"{number} "))
    assert not shown.told
    qtbot.waitUntil(lambda: bool(shown.told))
    assert len(shown.told) == 1
    assert shown.last.text.endswith("499 ")
    answer.end()
    answer.take(Said("late"))
    answer.flush()
    assert len(shown.told) == 1
    answer.deleteLater()


def test_what_failed_makes_room_for_quotes(qtbot: QtBot) -> None:
    shown = Shown()
    answer = LiveAnswer(shown)
    answer.take(Said("Half an ans"))
    answer.flush()
    answer.take(Failed(error="The connection broke.", retryable=True))
    answer.take(Said("Quoted."))
    answer.flush()
    assert shown.last.text == "Quoted."
    answer.deleteLater()


def test_an_answer_is_written_on_from_where_it_was_cut(qtbot: QtBot) -> None:
    shown = Shown()
    answer = LiveAnswer(shown, begun=message("Half "))
    answer.take(Said("and half."))
    answer.flush()
    assert (shown.last.id, shown.last.text) == ("m", "Half and half.")
    answer.deleteLater()


# ------------------------------------------------------------------ the composer


@pytest.fixture
def composer(qtbot: QtBot, parts: DesktopParts) -> Iterator[Composer]:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(700, 500)
    made = Composer(parts.theme, parts.icons, window)
    made.setGeometry(20, 380, 600, 100)
    window.show()
    made.focus()
    QApplication.processEvents()
    yield made
    window.close()


def offer(composer: Composer, rows: Sequence[Suggestion]) -> None:
    asked = composer.asked_for()
    assert asked is not None
    composer.show_suggestions(*asked, rows)


def test_a_command_is_completed_by_the_keyboard(qtbot: QtBot, composer: Composer) -> None:
    with qtbot.waitSignal(composer.completion_wanted) as told:
        QTest.keyClicks(composer.editor, "/")
    assert told.args == ["/", ""]
    offer(composer, [Suggestion("/help", "", Insertion("/help")), Suggestion("/status", "", Insertion("/status"))])
    box = composer.suggestions
    assert box is not None
    assert box.isVisible()
    box.grab()
    QTest.keyClick(composer.editor, Qt.Key.Key_Down)
    QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert composer.text() == "/status"
    assert box.isHidden()
    with qtbot.waitSignal(composer.submitted) as sent:
        QTest.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent.args == ["/status"]


def test_a_mention_becomes_a_chip(composer: Composer) -> None:
    QTest.keyClicks(composer.editor, "Compare @lea")
    assert composer.asked_for() == ("@", "lea")
    thing = GivenThing("document", "lease.pdf", "d1")
    offer(composer, [Suggestion("lease.pdf", "~/papers", thing)])
    QTest.keyClick(composer.editor, Qt.Key.Key_Tab)
    assert composer.text() == "Compare "
    assert composer.chips.things == (thing,)
    composer.chips.add(thing)
    assert composer.chips.take() == (thing,)
    assert composer.chips.isHidden()


def test_an_address_is_no_mention_and_a_path_no_command(composer: Composer) -> None:
    composer.set_text("write to anna@example.org")
    assert composer.asked_for() is None
    assert split_command("/home/anna is a folder") is None
    assert split_command("/search the lease") == ("search", "the lease")
    assert split_command("a /search") is None


def test_escape_hides_the_list_then_stops_the_answer(qtbot: QtBot, composer: Composer) -> None:
    composer.set_busy(True)
    assert composer.button.text() == "Stop"
    QTest.keyClicks(composer.editor, "/")
    assert composer.button.text() == "Ask"
    offer(composer, [Suggestion("/help", "", Insertion("/help"))])
    QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    assert composer.suggestions is not None
    assert composer.suggestions.isHidden()
    with qtbot.waitSignal(composer.stop_wanted):
        QTest.keyClick(composer.editor, Qt.Key.Key_Escape)
    composer.set_text("")
    with qtbot.waitSignal(composer.stop_wanted):
        composer.button.click()
    composer.set_editing(True)
    with qtbot.waitSignal(composer.editing_left):
        QTest.keyClick(composer.editor, Qt.Key.Key_Escape)


def test_a_picture_is_pasted_for_this_chat(composer: Composer) -> None:
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(0)
    QApplication.clipboard().setImage(image)
    composer.editor.paste()
    assert [thing.kind for thing in composer.chips.things] == ["picture"]
    assert composer.chips.things[0].data.startswith(b"\x89PNG")


def test_what_was_typed_is_not_forgotten_before_it_is_stored(qtbot: QtBot, composer: Composer) -> None:
    composer.put_text("A long question")
    with qtbot.assertNotEmitted(composer.draft_changed):
        composer.submit()
    assert composer.text() == ""


# ------------------------------------------------------------------ commands, prompts, tags


def test_commands_that_begin_with_the_letters_come_first() -> None:
    commands = [Command(name, name.upper(), print) for name in ("find", "search", "unpin")]
    found = matching(commands, [("summary", "Sum it up.")], "s")
    assert [one.label for one in found] == ["/search", "/summary"]
    assert found[1].value == Insertion("Sum it up.", whole=True)
    assert [one.label for one in matching(commands, [], "in")] == ["/find", "/unpin"]
    assert len(matching(commands, [], "")) == 3


@pytest.mark.expected_logs("the prompt torn.md cannot be read")
def test_prompts_are_files(tmp_path: Path) -> None:
    prompts = Prompts(tmp_path)
    assert prompts.listing() == []
    assert prompts.save("/my prompt!", "Say it\nin three words.") == "my-prompt"
    (prompts.folder / "torn.md").write_bytes(b"\xff\xfe\xfa")
    assert prompts.listing() == [("my-prompt", "Say it\nin three words.")]
    assert prompts.remove("my-prompt")
    assert not prompts.remove("my-prompt")
    with pytest.raises(ValueError):
        prompts.save("///", "x")


def test_small_words() -> None:
    assert tags_of(" work,  home , work,, ") == ("work", "home")
    assert escaped("a*b_[c]") == "a\\*b\\_\\[c\\]"
    assert count_in("The **lease** ends. A Lease_", "lease ends") == 1
    assert readable("[The page](https://x) `is`") == "the page is"
    assert (money(0), money(0.00001), money(0.0042), money(1.5)) == ("", "< $0.0001", "$0.0042", "$1.50")
    assert usage_words(None) == ""
    assert usage_words(MessageUsage(input_tokens=120, output_tokens=3, cost=0.5)) == (
        "120 tokens read, 3 written · $0.50"
    )


# ------------------------------------------------------------------ header, model, what the model saw


def info(model: str, **fields: object) -> ChatModelInfo:
    provider, name = model.split("/")
    return ChatModelInfo(id=model, title=name.title(), provider=provider, **fields)  # type: ignore[arg-type]


def test_the_model_says_what_it_costs_and_where_it_runs(qtbot: QtBot, parts: DesktopParts) -> None:
    far = info("openai/gpt-5", input_price=1.25, output_price=10)
    near = info("local/small", leaves_computer=False)
    assert price_words(far) == "$1.25 in, $10 out for a million tokens · leaves this computer"
    assert price_words(near) == "free, on this computer"
    button = ModelButton(parts.theme)
    qtbot.addWidget(button)
    assert button.text() == "Quoting from memory"
    button.set_models([far, near], default="local/small")
    assert button.text() == "Small"
    menu = button.menu_of_models()
    labels = [action.text().split("\t")[0] for action in menu.actions() if action.isCheckable()]
    assert labels == ["Small", "Gpt-5", "Quoting from memory"]
    with qtbot.waitSignal(button.chosen) as told:
        next(action for action in menu.actions() if action.text().startswith("Gpt-5")).trigger()
    assert told.args == ["openai/gpt-5"]
    menu.deleteLater()
    button.set_model("openai/gpt-5")
    assert "leaves this computer" in button.toolTip()


def test_the_header_offers_what_fits_the_conversation(qtbot: QtBot, parts: DesktopParts) -> None:
    header = ChatHeader(parts.theme, parts.icons)
    qtbot.addWidget(header)
    header.show()
    header.set_conversation(None, remembers=False)
    assert header.memory_off.isVisible()
    menu = header.menu()
    assert "Delete" not in [action.text() for action in menu.actions()]
    menu.deleteLater()
    begun = Conversation(id="c", title="A title", created_at=MOMENT, updated_at=MOMENT, pinned=True)
    header.set_conversation(begun)
    assert not header.memory_off.isVisible()
    menu = header.menu()
    texts = [action.text() for action in menu.actions()]
    assert {"Unpin", "Archive", "Tags…", "Export as PDF…", "Delete"} <= set(texts)
    with qtbot.waitSignal(header.deed_wanted) as told:
        next(action for action in menu.actions() if action.text() == "Remember what is said here").trigger()
    assert told.args == ["forget"]
    menu.deleteLater()


def test_what_the_model_saw_is_shown_part_by_part(qtbot: QtBot, parts: DesktopParts) -> None:
    page = ContextPage(parts.theme, parts.icons)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    page.show_view(
        ContextView(
            model="openai/gpt-5",
            parts=(
                ContextPart(kind="system", title="", tokens=40, text="Answer from the sources."),
                ContextPart(kind="memory", title="lease.pdf, page 4", tokens=1, text="It ends in May.", number=1),
            ),
            tokens=41, window=8192, reserved=1024, notes=("Two older turns were summarised.",),
        )
    )  # fmt: skip
    assert page.parts.item(1).text() == "[1] lease.pdf, page 4\n1 token"
    assert page.text.toPlainText() == "Answer from the sources."
    page.parts.setCurrentRow(1)
    assert page.text.toPlainText() == "It ends in May."
    assert "summarised" in page._summary.text()
    with qtbot.waitSignal(page.closed):
        QTest.keyClick(page, Qt.Key.Key_Escape)


def test_what_was_remembered_is_told_under_the_answer(qtbot: QtBot, parts: DesktopParts) -> None:
    view = Transcript(parts.theme, parts.icons)
    qtbot.addWidget(view)
    view.resize(700, 500)
    view.show()
    entry = dataclasses.replace(Entry.of_message(message("Fine.")), remembered=3)
    view.set_entries([entry])
    turn = view.turn(0)
    assert turn is not None
    line = next(piece for piece in turn.pieces if "remembered" in piece.text)
    assert line.text == "3 things remembered · Undo"
    assert [address for _, _, address in line.links()] == ["undo:"]


# ------------------------------------------------------------------ PDF


def test_a_conversation_is_printed_over_pages(parts: DesktopParts, tmp_path: Path) -> None:
    long = "\n".join(f"print({number})  # a line of code" for number in range(200))
    text = f"# Title\n\nIt is $x^2$.\n\n```python\n{long}\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"
    entries = [Entry(id="q", question=True, text="What is it?"), Entry.of_message(message(text))]
    view = Transcript(parts.theme, parts.icons)
    path = tmp_path / "chat.pdf"

    async def story() -> None:
        await PdfExport(parts.theme, view.formulas).write(path, "A title", entries)
        with pytest.raises(OSError):
            await PdfExport(parts.theme, view.formulas).write(tmp_path / "none" / "x.pdf", "A title", entries)

    parts.run(story)
    view.deleteLater()
    content = path.read_bytes()
    assert content.startswith(b"%PDF")
    assert content.count(b"/Type /Page\n") >= 4


def test_what_was_erased_is_named(parts: DesktopParts) -> None:
    entry = Entry.of_message(message(f"It ends {ERASED}."))
    assert entry.text == "It ends [erased]."
