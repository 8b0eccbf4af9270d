"""How long the window's event loop is held while files are read: `python tests/benchmarks/stalls.py --help`.

The real application reads files while the meter runs: 1,000 small texts made here, or a folder that is given. The list
of files is open meanwhile and scrolled, questions are asked, and a document is opened: what an owner would do.

`felt` is what the owner feels. `given` leaves out the time in which the machine was busy with other programs and gave
the window no processor, `own` counts only what the window's thread computed in one go.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from desktop.main_window import MainWindow
    from engine import Engine

LIMIT_SECONDS = 0.05
_WORDS = [
    "harbour", "lease", "office", "notice", "tenant", "rent", "deposit", "engine", "river", "winter", "letter",
    "garden", "cable", "pump", "meeting", "report", "договор", "аренда", "склад", "письмо", "отчёт", "собрание",
]  # fmt: skip


def make_files(folder: Path, count: int) -> None:
    """Texts of about 300 words each, the same at every run."""
    chance = random.Random(7)
    for number in range(count):
        sentences = (" ".join(chance.choices(_WORDS, k=12)).capitalize() + "." for _ in range(25))
        place = folder / f"part-{number // 100:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"note-{number:04}.txt").write_text(f"Note {number}\n\n" + " ".join(sentences), encoding="utf-8")


def main() -> int:
    """Measure, and print the result.

    Returns:
        0 when no stall was above the limit, else 1.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, help="a folder to read instead of made-up texts")
    parser.add_argument("--files", type=int, default=1000, help="how many texts are made (default: 1000)")
    parser.add_argument("--idle", action="store_true", help="leave the window alone meanwhile")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="magray-stalls-", ignore_cleanup_errors=True) as temporary:
        folder = given.folder
        if folder is None:
            folder = Path(temporary) / "files"
            make_files(folder, given.files)
        result = measure(folder, Path(temporary) / "data", act=not given.idle)
    if given.json:
        print(json.dumps(result))
    else:
        for name, value in result.items():
            print(f"{name:>28}: {value}")
    return 0 if float(result["felt_longest_ms"]) <= LIMIT_SECONDS * 1000 else 1


def measure(folder: Path, data: Path, *, act: bool) -> dict[str, float | int | str]:
    """Run the application over a folder."""
    from desktop.app import run_desktop
    from desktop.options import Options

    result: dict[str, float | int | str] = {}

    async def drive(engine: Engine, window: MainWindow) -> None:
        from desktop.library import Library
        from tests.helpers.stalls import StallMeter

        library = window.findChild(Library)
        assert library is not None
        await _until_quiet(engine)
        await asyncio.sleep(1.0)
        meter = StallMeter()
        meter.start()
        begun = time.perf_counter()
        library.add_paths([str(folder)])
        await asyncio.sleep(0.2)
        if act:
            await _use(engine, window, library)
        await _until_quiet(engine)
        seconds = time.perf_counter() - begun
        report = meter.stop()
        counts = await engine.ingest_counts()
        meter.deleteLater()
        result.update(files=sum(counts.values()), seconds=round(seconds, 1), ticks=report.ticks)
        for name, told in (("felt", report), ("given", meter.given), ("own", meter.own)):
            worst = sorted(told.stalls, key=lambda stall: -stall.seconds)[:6]
            result[f"{name}_longest_ms"] = round(told.longest * 1000, 1)
            result[f"{name}_above_50_ms"] = len(told.above(LIMIT_SECONDS))
            result[f"{name}_worst"] = ", ".join(f"{one.seconds * 1000:.0f} ms at {one.at:.1f} s" for one in worst)

    run_desktop(Options(data_dir=data), drive=drive)
    return result


async def _until_quiet(engine: Engine) -> None:
    while (await engine.ingest_progress()).active or not await engine.documents(limit=1):  # noqa: ASYNC110
        await asyncio.sleep(0.1)


async def _use(engine: Engine, window: MainWindow, library: object) -> None:
    """Look at the list, scroll, filter, ask, open a document, look at the documents."""
    from desktop.library import Library
    from engine import FileState

    assert isinstance(library, Library)
    library.show_files()
    bar = library.files.list.verticalScrollBar()
    for share in (0.2, 0.9, 0.5, 0.0):
        bar.setValue(int(bar.maximum() * share))
        await asyncio.sleep(0.4)
    library.files.show_state(FileState.DONE)
    await asyncio.sleep(0.5)
    library.files.show_state(None)
    await asyncio.sleep(0.5)
    window.chat.show_chat()
    window.chat.composer.set_text("What happens when nothing answers a question?")
    window.chat.composer.submit()
    await asyncio.sleep(1.5)
    for hit in (await engine.recall("Is anything sent over the internet?", kind="document_chunk", limit=10))[:2]:
        if hit.source is not None and hit.source.type == "document":
            library.show_source(hit.source, hit.memory.text[:60])
            await asyncio.sleep(0.8)
    library.show_documents()
    await asyncio.sleep(0.8)
    window.chat.show_chat()


if __name__ == "__main__":
    sys.exit(main())
