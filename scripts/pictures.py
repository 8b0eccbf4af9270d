"""Draw every view of the window to PNG files: `python scripts/pictures.py --help`.

The real application runs on a temporary data folder with the welcome documents and a few files of its own, without a
screen. Each scheme and scale is a process of its own, because Qt reads its scale once. What is drawn is what a user
sees; nothing is staged but the clicks.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import datetime
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.picture_samples import BROKEN, ENGLISH, RUSSIAN, SAMPLES, WRITTEN, notes  # noqa: E402

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from desktop.library import Library
    from desktop.main_window import MainWindow
    from desktop.memory.memory_page import MemoryPage
    from engine import Engine, IngestProgress

SIZES = ("900x600", "1240x780", "2560x1440")
SCHEMES = ("light", "dark")
SCALES = ("1", "1.5")
README_STATES = ("answer", "written", "document", "documents", "explorer-search", "reading", "drop")
README_SIZE = "1240x780"
_PATIENCE = 120.0


# ------------------------------------------------------------------ the parent


def main() -> int:
    """Read the command line and draw."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "pictures", help="folder of the pictures")
    parser.add_argument(
        "--sizes", nargs="+", default=SIZES, metavar="WxH", help="sizes of the window, in its own pixels"
    )
    parser.add_argument("--schemes", nargs="+", default=SCHEMES, choices=SCHEMES)
    parser.add_argument("--scales", nargs="+", default=SCALES, metavar="FACTOR", help="scales of the screen")
    parser.add_argument("--states", nargs="+", default=tuple(STATES), choices=tuple(STATES), metavar="STATE",
                        help=f"what to draw: {', '.join(STATES)}")  # fmt: skip
    parser.add_argument("--readme", action="store_true", help="draw the pictures of the README into docs/pictures")
    parser.add_argument("--platform", default="offscreen", help="Qt's platform: offscreen, or xcb under a display")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        return _child(json.loads(given.child))
    if given.readme:
        given.out, given.sizes, given.scales, given.states = (
            ROOT / "docs" / "pictures",
            [README_SIZE],
            ["1.5"],
            README_STATES,
        )
    given.out.mkdir(parents=True, exist_ok=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="magray-pictures-", ignore_cleanup_errors=True) as temporary:
        samples, broken = Path(temporary) / "Documents", Path(temporary) / "Scans"
        # A copy, so that every path in a picture is one of the made-up home's.
        shutil.copytree(ROOT / "resources" / "welcome", samples / "Magray")
        for folder, texts in ((samples, SAMPLES), (broken, BROKEN)):
            for name, text in texts.items():
                file = folder / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        for scheme, scale in itertools.product(given.schemes, given.scales):
            begun = time.monotonic()
            work = {
                "out": str(given.out), "sizes": list(given.sizes), "states": list(given.states), "scheme": scheme,
                "scale": scale, "samples": str(samples), "data": f"{temporary}/data-{scheme}-{scale}",
                "broken": str(broken), "plain": bool(given.readme),
            }  # fmt: skip
            environment = {
                **os.environ, "QT_QPA_PLATFORM": given.platform, "QT_SCALE_FACTOR": scale,
                "MAGRAY_APPEARANCE__SCHEME": scheme, "LC_ALL": "C.UTF-8", "HOME": temporary,
            }  # fmt: skip
            command = [sys.executable, str(Path(__file__).resolve()), "--child", json.dumps(work)]
            status = subprocess.run(command, env=environment, cwd=ROOT, check=False).returncode
            print(f"{scheme} at {scale}: {'done' if status == 0 else 'failed'} in {time.monotonic() - begun:.0f} s")
            failed += status != 0
    print(f"The pictures are in {given.out}")
    return 1 if failed else 0


# ------------------------------------------------------------------ the child


@dataclasses.dataclass
class Scene:
    """The running application, and what a state may need of it."""

    engine: Engine
    window: MainWindow
    library: Library
    samples: Path
    broken: Path
    answered: bool = False
    noted: bool = False
    popup: QWidget | None = None


def _child(work: dict[str, Any]) -> int:
    from desktop.app import run_desktop
    from desktop.library import Library
    from desktop.options import Options

    failures: list[str] = []

    async def drive(engine: Engine, window: MainWindow) -> None:
        library = window.findChild(Library)
        if library is None:
            failures.append("the window has no library")
            return
        scene = Scene(engine, window, library, Path(work["samples"]), Path(work["broken"]))
        await _prepare(scene)
        for state in work["states"]:
            try:
                await _draw(scene, state, work)
            except Exception as error:
                failures.append(f"{state}: {error!r}")

    status = run_desktop(Options(data_dir=Path(work["data"])), drive=drive)
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else status


async def _draw(scene: Scene, state: str, work: dict[str, Any]) -> None:
    for size in work["sizes"]:
        width, height = (int(side) for side in size.split("x"))
        scene.window.resize(width, height)
        await asyncio.sleep(0.05)
        await STATES[state](scene)
        await asyncio.sleep(0.5)
        name = f"{state}-{work['scheme']}" if work["plain"] else f"{state}-{size}-{work['scheme']}-{work['scale']}"
        target = scene.popup if scene.popup is not None else scene.window
        if not target.grab().save(str(Path(work["out"]) / f"{name}.png")):
            raise OSError(f"{name}.png cannot be written")
        if scene.popup is not None:
            scene.popup.close()
            scene.popup = None
        scene.library.target.hide()


async def _until_quiet(engine: Engine) -> None:
    async with asyncio.timeout(_PATIENCE):
        while (await engine.ingest_progress()).active or not await engine.documents(limit=1):  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def _prepare(scene: Scene) -> None:
    await _until_quiet(scene.engine)
    for document in await scene.engine.documents():
        await scene.engine.forget_document(document.id)
    await scene.engine.clear_ingestion_list()
    scene.library.quiet = True
    await scene.engine.ingest([scene.samples])
    scene.library.strip.dismiss()
    await asyncio.sleep(0.5)
    while scene.window.chat.bar.isVisible():  # what the first start has to say stands over nothing else
        scene.window.chat.bar.dismissed.emit()


async def _ask(scene: Scene, question: str) -> None:
    chat = scene.window.chat
    chat.show_chat()
    chat.composer.set_text(question)
    chat.composer.submit()
    async with asyncio.timeout(_PATIENCE):
        while not (chat.transcript.entries and chat.transcript.entries[-1].answer is not None):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _welcome(scene: Scene) -> None:
    scene.window.chat.show_chat()
    scene.window.conversations.new_wanted.emit()


async def _answer(scene: Scene) -> None:
    scene.window.chat.header.mode.set_models([], default="")
    if not scene.answered:
        scene.window.conversations.new_wanted.emit()
        await _ask(scene, ENGLISH)
        await _ask(scene, "How much is the deposit, and when is it paid back?")
        scene.answered = True
    scene.window.chat.show_chat()


async def _russian(scene: Scene) -> None:
    entries = scene.window.chat.transcript.entries
    if not any(entry.text == RUSSIAN for entry in entries):
        scene.window.conversations.new_wanted.emit()
        await asyncio.sleep(0.2)
        await _ask(scene, RUSSIAN)
    scene.window.chat.show_chat()


async def _document(scene: Scene) -> None:
    hits = await scene.engine.recall("Is anything sent over the internet?", kind="document_chunk", limit=20)
    hit = next(hit for hit in hits if hit.source is not None and getattr(hit.source, "page", None))
    quote = hit.memory.text.split(". ")[0].strip()
    scene.library.show_source(hit.source, quote)  # type: ignore[arg-type]
    await asyncio.sleep(1.0)


async def _text(scene: Scene) -> None:
    hits = await scene.engine.recall(ENGLISH, kind="document_chunk", limit=5)
    quote = "The lease of the harbour office ends on 31 May 2027 unless it is renewed in writing."
    hit = next(hit for hit in hits if quote in hit.memory.text)
    scene.library.show_source(hit.source, quote)  # type: ignore[arg-type]
    await asyncio.sleep(0.5)


async def _find(scene: Scene) -> None:
    await _document(scene)
    scene.library.document.start_search()
    scene.library.document._find_bar.field.setText("memory")
    await asyncio.sleep(1.2)


async def _documents(scene: Scene) -> None:
    scene.library.show_documents()


async def _wait(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def _facts(scene: Scene) -> None:
    scene.library.show_documents()
    await asyncio.sleep(0.5)
    scene.library.documents.table.selectRow(0)
    await _wait(scene.library.documents.facts.isVisible)


async def _watched(scene: Scene) -> None:
    if not await scene.engine.watched_folders():
        await scene.engine.watch_folder(scene.samples, ignore=["*.tmp", "drafts/"])
    scene.library.show_folders()
    await _wait(lambda: any(card.folder.scanned_at for card in scene.library.documents.folders.cards.values()))
    await asyncio.sleep(0.5)


async def _nothing_found(scene: Scene) -> None:
    scene.library.show_documents()
    scene.library.documents.search.setText("invoice 2019")
    await asyncio.sleep(0.5)


async def _forget(scene: Scene) -> None:
    scene.library.documents.search.clear()
    scene.library.show_documents()
    await asyncio.sleep(0.5)
    document = scene.library.documents.model.document(0)
    if document is not None:
        scene.popup = scene.library.documents.ask_to_forget(document)


async def _files(scene: Scene) -> None:
    await scene.engine.ingest([scene.broken])
    scene.library.show_files()
    await asyncio.sleep(0.4)
    files = scene.library.files
    failed = next((row for row in range(files.model.rowCount()) if _is_failed(files.model.peek(row))), 0)
    files.list.setCurrentIndex(files.model.index(failed, 0))


def _is_failed(file: Any) -> bool:
    return file is not None and file.state in ("failed", "skipped")


def _progress(finished: int, seconds_left: int) -> IngestProgress:
    from engine import IngestProgress

    return IngestProgress(
        total=1032, finished=finished, failed=2, skipped=5, current=None, seconds=60, seconds_left=seconds_left,
        paused=False, active=bool(seconds_left),
    )  # fmt: skip


async def _reading(scene: Scene) -> None:
    """A run that was stopped in its middle, so that every picture of it is alike."""
    await _answer(scene)
    scene.library.strip.show_progress(_progress(213, 170))
    await asyncio.sleep(0.2)


async def _summary(scene: Scene) -> None:
    await _reading(scene)
    scene.library.strip.show_progress(_progress(1032, 0))


async def _drop(scene: Scene) -> None:
    from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent

    scene.library.strip.dismiss()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in scene.samples.rglob("*") if path.is_file()])
    event = QDragEnterEvent(
        QPoint(40, 40), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QCoreApplication.sendEvent(scene.window.windowHandle(), event)
    await asyncio.sleep(0.3)


async def _status(scene: Scene) -> None:
    scene.window.conversations.status_wanted.emit()


def _settings(page: str) -> Callable[[Scene], Awaitable[None]]:
    async def show(scene: Scene) -> None:
        from desktop.settings.controller import SettingsController

        controller = scene.window.findChild(SettingsController)
        if controller is None:
            raise LookupError("the window has no settings")
        controller.show(page)
        await asyncio.sleep(1.2)
        scene.popup = controller.settings_window

    return show


async def _written(scene: Scene) -> None:
    """An answer of a language model, as one would write it: made here, so that every picture of it is alike."""
    from desktop.chat.entries import Entry
    from engine import Answer, ChatModelInfo, Citation, Message, MessageUsage, Unsourced

    chat = scene.window.chat
    if any(entry.id == "written" for entry in chat.transcript.entries):
        chat.show_chat()
        return
    scene.answered = False
    scene.window.conversations.new_wanted.emit()
    await asyncio.sleep(0.2)
    claim = WRITTEN.index("Nobody")
    hits = await scene.engine.recall(ENGLISH, kind="document_chunk", limit=5)
    citations = tuple(
        Citation(number=number, memory_id=hit.memory.id, quote=hit.memory.text.split(". ")[0], source=hit.source)
        for number, hit in enumerate(hits[:2], 1)
    )
    answer = Answer(
        text=WRITTEN, made_by="openai/gpt-5", abstained=False, citations=citations, hits=tuple(hits), question=ENGLISH,
        unsourced=(Unsourced(claim, WRITTEN.index("\n", claim), "no_source"),),
    )  # fmt: skip
    moment = datetime.datetime(2026, 3, 14, 12, tzinfo=datetime.UTC)
    message = Message(
        id="written", conversation_id="c", role="assistant", text=WRITTEN, created_at=moment, answer=answer,
        model="openai/gpt-5", versions=3, version=2, thinking="The lease names the day.",
        usage=MessageUsage(input_tokens=2210, output_tokens=420, cost=0.0042),
    )  # fmt: skip
    chat.show_turns(empty=False)
    chat.transcript.set_entries([Entry(id="asked", question=True, text=ENGLISH), Entry.of_message(message)])
    scene.window.sources.show_answer(answer, titles={})
    chat.header.set_title("The lease of the harbour office")
    model = ChatModelInfo(id="openai/gpt-5", title="GPT-5", provider="openai", input_price=1.25, output_price=10.0)
    chat.header.mode.set_models([model], default=model.id)
    await asyncio.sleep(1.5)  # until the formulas are drawn
    chat.transcript.verticalScrollBar().setValue(0)


async def _commands(scene: Scene) -> None:
    from PySide6.QtTest import QTest

    composer = scene.window.chat.composer
    await _answer(scene)
    composer.focus()
    composer.set_text("")
    QTest.keyClicks(composer.editor, "/")


async def _find_in_chat(scene: Scene) -> None:
    await _answer(scene)
    scene.window.chat.composer.set_text("")
    scene.window.chat.header.deed_wanted.emit("find")
    scene.window.chat.find_bar.field.setText("office")
    await asyncio.sleep(0.6)


async def _memory(scene: Scene) -> MemoryPage:
    """The explorer with the conversation, some notes and the samples in it."""
    from desktop.workspace import Workspace

    workspace = scene.window.findChild(Workspace)
    if workspace is None:
        raise LookupError("the window has no workspace")
    if not scene.noted:
        await scene.engine.remember_many(notes())
        scene.noted = True
    workspace.show_memory()
    page = workspace.memory_page
    if page is None:
        raise LookupError("the memory was not opened")
    page.filters.clear()
    page.show_view("table")
    await asyncio.sleep(1.0)
    return page


async def _explorer(scene: Scene) -> None:
    page = await _memory(scene)
    page.table.table.selectRow(1)
    await asyncio.sleep(0.8)


async def _explorer_search(scene: Scene) -> None:
    page = await _memory(scene)
    page.filters.search.setText("notice period")
    page.filters.search.returnPressed.emit()
    await asyncio.sleep(1.0)
    page.table.table.selectRow(0)
    await asyncio.sleep(0.8)


async def _explorer_edit(scene: Scene) -> None:
    await _explorer(scene)
    (await _memory(scene)).act("edit")


async def _explorer_many(scene: Scene) -> None:
    page = await _memory(scene)
    page.table.table.selectAll()
    await asyncio.sleep(0.3)


async def _map(scene: Scene) -> None:
    (await _memory(scene)).show_view("map")
    await asyncio.sleep(2.5)


async def _timeline(scene: Scene) -> None:
    (await _memory(scene)).show_view("timeline")
    await asyncio.sleep(1.5)


async def _explorer_past(scene: Scene) -> None:
    page = await _memory(scene)
    page.band.set_first(datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=200))
    page.band.open_band()
    page.band.slider.setValue(120)
    await asyncio.sleep(0.6)


STATES: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "welcome": _welcome,
    "answer": _answer,
    "document": _document,
    "text": _text,
    "find": _find,
    "documents": _documents,
    "facts": _facts,
    "watched": _watched,
    "nothing-found": _nothing_found,
    "forget": _forget,
    "files": _files,
    "reading": _reading,
    "summary": _summary,
    "drop": _drop,
    "status": _status,
    "russian": _russian,
    "written": _written,
    "commands": _commands,
    "find-in-chat": _find_in_chat,
    "explorer": _explorer,
    "explorer-search": _explorer_search,
    "explorer-edit": _explorer_edit,
    "explorer-many": _explorer_many,
    "explorer-past": _explorer_past,
    "explorer-map": _map,
    "explorer-timeline": _timeline,
    **{f"settings-{page}": _settings(page) for page in ("chat", "search", "devices", "privacy", "advanced")},
}

if __name__ == "__main__":
    sys.exit(main())
