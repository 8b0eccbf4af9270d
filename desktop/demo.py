"""The app's own job without a screen: read the welcome documents, ask, print the answer, save the window's picture.

`python run.py` comes here where there is no display. Everything is the real thing, driven through the real window.
"""

from __future__ import annotations

import asyncio
import dataclasses
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from desktop.options import Options
from engine import QUOTES, Answer, DocumentSource, MagrayError, resources

if TYPE_CHECKING:
    from desktop.main_window import MainWindow
    from engine import Engine

QUESTION = "Is anything sent over the internet?"
SIZE = (1240, 780)
_PATIENCE = 120.0
"""Seconds that reading the welcome documents, or an answer, may take before it counts as failed."""


class DemoError(Exception):
    """Something did not come about; the message says what."""


def run_demo(options: Options) -> int:
    """Run the desktop on the offscreen platform through one question.

    Without a data folder in the options a temporary one is used, so that nothing of the owner's is touched.

    Returns:
        The exit status: 0 when the question was answered with a source and the picture is saved.
    """
    from desktop.app import run_desktop

    picture = (options.demo_picture or Path("magray-window.png")).absolute()
    failures: list[str] = []

    async def drive(engine: Engine, window: MainWindow) -> None:
        try:
            await perform(engine, window, picture)
        except DemoError as error:
            failures.append(str(error))

    with tempfile.TemporaryDirectory(prefix="magray-demo-", ignore_cleanup_errors=True) as temporary:
        data_dir = options.data_dir or Path(temporary)
        try:
            status = run_desktop(dataclasses.replace(options, data_dir=data_dir, paths=()), drive=drive)
        except MagrayError as error:
            failures.append(str(error))
            status = 1
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures else status


async def perform(engine: Engine, window: MainWindow, picture: Path) -> None:
    """Read, ask, print, save.

    Raises:
        DemoError: one of these failed.
    """
    window.resize(*SIZE)
    await _read_welcome(engine)
    print(f"\nQuestion: {QUESTION}\n")
    window.chat.composer.set_text(QUESTION)
    window.chat.composer.submit()
    answer = await _answer(window)
    _print(answer)
    if answer.abstained or not answer.citations:
        raise DemoError("The welcome documents hold the answer, but it was not found.")
    await asyncio.sleep(0.3)  # until what was laid out has been painted
    picture.parent.mkdir(parents=True, exist_ok=True)
    if not window.grab().save(str(picture)):
        raise DemoError(f"The picture could not be written to {picture}.")
    print(f"\nA picture of the window is at {picture}")
    print("With a display the same command opens the window.")


async def _read_welcome(engine: Engine) -> None:
    """Wait for the welcome documents, which the desktop gives at its first start; give them where they are gone."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while (await engine.ingest_progress()).active or not await engine.documents(limit=1):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            files = await engine.ingest_files() or (await engine.ingest([resources() / "welcome"])).files
    except TimeoutError:
        raise DemoError(f"The welcome documents could not be read within {_PATIENCE:.0f} seconds.") from None
    for file in sorted(files, key=lambda file: file.path):
        print(f"{file.state}: {Path(file.path).name}" + (f" ({file.reason})" if file.reason else ""))


async def _answer(window: MainWindow) -> Answer:
    """The answer, once the transcript shows it."""
    try:
        async with asyncio.timeout(_PATIENCE):
            while True:
                last = window.chat.transcript.entries[-1] if window.chat.transcript.entries else None
                if last is not None and last.answer is not None:
                    return last.answer
                if last is not None and last.state == "failed":
                    raise DemoError(last.text)
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise DemoError(f"No answer came within {_PATIENCE:.0f} seconds.") from None


def _print(answer: Answer) -> None:
    for line in answer.text.splitlines():
        print(textwrap.fill(line, 100))
    print()
    if answer.made_by == QUOTES and answer.citations:
        print("Quoted word for word from memory: no language model is set up.")
    for citation in answer.citations:
        place = ""
        if isinstance(citation.source, DocumentSource):
            page = f", page {citation.source.page}" if citation.source.page is not None else ""
            place = f"{Path(citation.source.path).name}{page}"
        print(f"[{citation.number}] {place or citation.memory_id}")
