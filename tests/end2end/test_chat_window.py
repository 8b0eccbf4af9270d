"""The chat window over the real engine and a server of language models on the loopback."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from desktop.chat.entries import Entry
from tests.helpers.desktop_parts import DesktopParts, make_parts, until
from tests.helpers.desktop_session import Run, run_session
from tests.helpers.vendor_wire import Reply
from tests.helpers.vendors import Fault, Vendors, loopback_vendors

pytestmark = [pytest.mark.end2end, pytest.mark.timeout(120)]

ANSWER = Reply(
    pieces=("The lease ", "ends on ", "**31 May 2027** [1].", "\n\n```python\n", "print(1)\n", "```\n\n", "It is so."),
    thoughts=("First ", "the lease."),
)
OTHER = Reply(pieces=("In May, ", "as the lease says [1]."))


@pytest.fixture(scope="session")
def parts(qapp: QApplication) -> DesktopParts:
    return make_parts(qapp)


@pytest.fixture
def vendors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendors]:
    with loopback_vendors() as server:
        monkeypatch.setenv("MAGRAY_LLM__COMPATIBLE__BASE_URL", server.v1)
        monkeypatch.setenv("MAGRAY_LLM__COMPATIBLE__API_KEY", "test")
        monkeypatch.setenv("MAGRAY_LLM__MODEL", "compatible/llama3.2:3b")
        server.reply = ANSWER
        yield server


def entries(run: Run) -> list[Entry]:
    return list(run.window.chat.transcript.entries)


def last(run: Run) -> Entry:
    return entries(run)[-1]


def send(run: Run, text: str) -> None:
    run.window.chat.composer.set_text(text)
    run.window.chat.composer.submit()


async def answered(run: Run, count: int) -> Entry:
    def done() -> bool:
        stored = [e for e in entries(run) if not e.question and e.stored and e.state == "done"]
        return len(stored) >= count and not run.session._workspace.chat.turns.busy

    await until(done, seconds=40)
    return last(run)


def menus(run: Run) -> list[QMenu]:
    return [menu for menu in run.window.chat.findChildren(QMenu) if menu.isVisible()]


async def prepare(run: Run) -> None:
    await until(lambda: run.state.welcomed, seconds=90)
    assert run.engine is not None
    await run.engine.remember("The lease ends on 31 May 2027 unless it is renewed in writing.", layer="assets")


def test_an_answer_is_written_while_one_watches(parts: DesktopParts, data_dir: Path, vendors: Vendors) -> None:
    async def story(run: Run) -> None:
        await prepare(run)
        chat, transcript = run.window.chat, run.window.chat.transcript
        vendors.pause = 0.06
        send(run, "When does the lease end?")
        await until(lambda: last(run).state == "streaming" and "lease" in last(run).text, seconds=30)
        assert chat.composer.button.text() == "Stop"
        entry = await answered(run, 1)
        assert "**31 May 2027**" in entry.text
        assert entry.message is not None
        assert (entry.message.model or "").startswith("compatible/")
        assert entry.thinking
        assert chat.composer.button.text() == "Ask"
        turn = transcript.turn(1)
        assert turn is not None
        kinds = [piece.kind for piece in turn.pieces]
        assert "code" in kinds
        assert "meta" in kinds
        assert any("[1]" not in piece.text and "31 May 2027" in piece.text for piece in turn.pieces)

        # What the model saw.
        vendors.pause = 0.0
        transcript.action_wanted.emit("saw", entry.id)
        await until(lambda: chat.page is not None)
        page = chat.page
        assert page is not None
        assert page.parts.count() >= 2  # type: ignore[attr-defined]
        QTest.keyClick(page, Qt.Key.Key_Escape)
        assert chat.page is None

        # Another version, and back to the first.
        vendors.reply = OTHER
        transcript.action_wanted.emit("regenerate", entry.id)
        await until(lambda: bool(entries(run)) and last(run).text.startswith("In May"), seconds=30)
        second = await answered(run, 1)
        assert second.message is not None
        assert (second.message.version, second.message.versions) == (2, 2)
        transcript.action_wanted.emit("previous", second.id)
        await until(lambda: last(run).text.startswith("The lease"))

        # Another question in the place of the first: a branch.
        run.session._workspace.chat.deeds.edit_wanted.emit(entries(run)[0])
        assert not chat.composer.editing.isHidden()
        send(run, "In which month does the lease end?")
        await answered(run, 1)
        assert [e.text for e in entries(run) if e.question] == ["In which month does the lease end?"]
        question = entries(run)[0].message
        assert question is not None
        assert question.versions == 2

        # Pinned, deleted, brought back.
        transcript.action_wanted.emit("pin", last(run).id)
        await until(lambda: last(run).message is not None and last(run).message.pinned)  # type: ignore[union-attr]
        pinned = last(run).id
        run.session._workspace.chat.deeds.show_pinned()
        await until(lambda: bool(menus(run)))
        menus(run)[0].actions()[0].trigger()
        menus(run)[0].close()
        await until(lambda: transcript.place_of(pinned) is not None)
        count = len(entries(run))
        transcript.action_wanted.emit("delete", pinned)
        await until(lambda: len(entries(run)) == count - 1)
        assert run.engine is not None
        await run.engine.undelete_message(pinned)
        run.session._workspace.chat.reload()
        await until(lambda: len(entries(run)) == count)

    run_session(parts, data_dir, story)


def test_a_stopped_answer_is_kept_and_goes_on(parts: DesktopParts, data_dir: Path, vendors: Vendors) -> None:
    async def story(run: Run) -> None:
        await prepare(run)
        vendors.pause = 0.15
        vendors.reply = Reply(pieces=tuple(f"word{number} " for number in range(60)))
        send(run, "When does the lease end?")
        await until(lambda: last(run).state == "streaming" and "word3" in last(run).text, seconds=30)
        # Away and back again: it goes on meanwhile.
        workspace = run.session._workspace
        conversation = workspace.chat.current
        assert conversation is not None
        workspace.chat.new_conversation()
        assert not workspace.chat.turns.busy
        assert run.window.chat.composer.button.text() == "Ask"
        workspace.chat.open_conversation(conversation)
        await until(lambda: bool(entries(run)) and last(run).state == "streaming", seconds=10)
        assert workspace.chat.turns.busy
        run.window.chat.composer.focus()
        QTest.keyClick(run.window.chat.composer.editor, Qt.Key.Key_Escape)
        await until(lambda: last(run).stored and last(run).state == "done", seconds=30)
        stopped = last(run)
        assert stopped.message is not None
        assert stopped.message.stop == "stopped"
        assert "word3" in stopped.text
        assert "word59" not in stopped.text
        assert await asyncio.to_thread(vendors.hung_up.wait, 10)
        vendors.pause = 0.0
        vendors.reply = Reply(pieces=("and the end.",))
        run.window.chat.transcript.action_wanted.emit("continue", stopped.id)
        await until(lambda: last(run).text.endswith("and the end.") and last(run).state == "done", seconds=30)
        assert last(run).text.startswith("word0")
        assert last(run).id == stopped.id

    run_session(parts, data_dir, story)


def test_what_goes_wrong_is_told_and_can_be_tried_again(parts: DesktopParts, data_dir: Path, vendors: Vendors) -> None:
    async def story(run: Run) -> None:
        await prepare(run)
        vendors.script.extend([Fault(kind="status", status=401, message="Incorrect API key")])
        send(run, "When does the lease end?")
        await until(lambda: any(e.state == "failed" for e in entries(run)), seconds=30)
        failed = next(e for e in entries(run) if e.state == "failed")
        assert failed.text
        await until(lambda: "settings" in run.window.chat.bar.text())
        await answered(run, 1)
        assert last(run).quoted or last(run).answer is not None
        run.window.chat.transcript.action_wanted.emit("retry", failed.id)
        await until(lambda: "**31 May 2027**" in last(run).text and last(run).state == "done", seconds=30)

    run_session(parts, data_dir, story)


def test_commands_find_search_and_export(parts: DesktopParts, data_dir: Path, vendors: Vendors, tmp_path: Path) -> None:
    async def story(run: Run) -> None:
        await prepare(run)
        assert run.engine is not None
        chat, transcript, workspace = run.window.chat, run.window.chat.transcript, run.session._workspace
        given = tmp_path / "cellar.md"
        given.write_text("# Cellar\n\nThe wine lies in the third cellar on the left.\n")
        workspace.chat.giving.add_paths([str(given)])
        assert not chat.composer.chips.isHidden()
        send(run, "Where does the wine lie?")
        await answered(run, 1)
        asked = entries(run)[0].message
        assert asked is not None
        assert [one.name for one in asked.attachments] == ["cellar.md"]
        assert chat.composer.chips.isHidden()

        # Commands.
        chat.composer.focus()
        QTest.keyClicks(chat.composer.editor, "/sea")
        box = chat.composer.suggestions
        assert box is not None
        assert box.item(0).text().startswith("/search")
        QTest.keyClick(chat.composer.editor, Qt.Key.Key_Return)
        assert chat.composer.text() == "/search "
        QTest.keyClicks(chat.composer.editor, "lease")
        QTest.keyClick(chat.composer.editor, Qt.Key.Key_Return)
        await until(lambda: last(run).id.startswith("note-"), seconds=20)
        assert "31 May 2027" in last(run).text
        send(run, "/nonsense")
        assert chat.composer.text() == "/nonsense"
        send(run, "/remember The key hangs behind the door.")
        await until(lambda: chat.composer.text() == "")
        send(run, "/prompt short Say it in three words.")
        send(run, "/short")
        assert chat.composer.text() == "Say it in three words."
        chat.composer.set_text("")
        send(run, "/status")
        await until(lambda: last(run).id.startswith("note-") and "|" in last(run).text, seconds=20)

        for command in ("help", "memory", "models", "devices", "usage", "verify", "model", "offline on", "offline off"):
            before = len(entries(run))
            send(run, f"/{command}")
            await until(lambda before=before: len(entries(run)) == before + 2, seconds=30)  # type: ignore[misc]
            assert last(run).text, command
        assert "Not offline" in last(run).text
        send(run, "/memory off")
        await until(lambda: not chat.header.memory_off.isHidden())
        send(run, "/memory on")
        await until(lambda: chat.header.memory_off.isHidden())
        chat.composer.focus()

        # A mention.
        QTest.keyClicks(chat.composer.editor, "@welc")
        await until(lambda: not chat.composer.suggestions.isHidden(), seconds=10)  # type: ignore[union-attr]
        QTest.keyClick(chat.composer.editor, Qt.Key.Key_Tab)
        assert [thing.kind for thing in chat.composer.chips.things] == ["document"]
        assert chat.composer.text() == ""
        chat.composer.chips.clear()

        # Finding in the chat.
        conversation = workspace.chat.current
        assert conversation is not None
        workspace.chat.open_conversation(conversation, message_id=asked.id)
        await until(lambda: not any(e.id.startswith("note-") for e in entries(run)))
        QTest.keyClick(run.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
        assert not chat.find_bar.isHidden()
        chat.find_bar.field.setText("LEASE")
        chat.find_bar._tell()
        await until(lambda: transcript.match is not None)
        assert chat.find_bar._count.text().startswith("1 of")
        transcript.grab()
        chat.find_bar.leave()
        assert transcript.words == ""

        # Flags, search that jumps, exports.
        workspace.chat.conversation_deeds.change(conversation, pinned=True, tags=("cellar",), remembers=False)
        await until(lambda: not chat.header.memory_off.isHidden())
        await until(lambda: run.window.conversations.model.index(0).data() == "Pinned")
        workspace.chat.new_conversation()
        run.window.conversations.search.setText("wine")
        await until(lambda: run.window.conversations.model.index(0).data() is not None, seconds=10)
        workspace.chat.open_found(conversation)
        await until(lambda: transcript.match is not None, seconds=10)
        found = await run.engine.conversation(conversation)
        for form in ("md", "json", "pdf"):
            path = tmp_path / f"chat.{form}"
            workspace.chat.conversation_deeds.write(found, form, path)  # type: ignore[arg-type]
            await until(lambda path=path: path.exists() and path.stat().st_size > 100, seconds=20)  # type: ignore[misc]
        await asyncio.sleep(0.2)
        assert (tmp_path / "chat.pdf").read_bytes().startswith(b"%PDF")
        workspace.chat.new_conversation()
        workspace.chat.conversation_deeds.bring_in(str(tmp_path / "chat.md"))
        await until(lambda: workspace.chat.current not in (None, conversation), seconds=20)

    run_session(parts, data_dir, story)
