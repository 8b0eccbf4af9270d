"""What the transcript costs at 10, 1,000 and 5,000 messages, side by side: `python tests/benchmarks/transcript.py`.

For each length a conversation is opened, an answer is streamed into it at 100 tokens a second as the window shows it
(about 30 times a second), and it is scrolled and jumped through. `cpu` is processor time of the window's thread, which
other programs do not change; `felt` is what the clock says. With `--engine` a conversation of 5,000 messages is stored
and opened through the engine and the whole window, and an answer comes into it from a server on the loopback, 100
tokens a second: how long the window's loop was held meanwhile is told as in `stalls.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from desktop.chat.entries import Entry
    from desktop.chat.transcript import Transcript
    from desktop.main_window import MainWindow
    from engine import Engine

LENGTHS = (10, 1000, 5000)
FRAME_MS = 1000 / 60
TOKENS_A_SECOND, FLUSHES_A_SECOND = 100, 30
_LONG = """## What to do

The lease ends on **31 May 2027** unless it is *renewed in writing* [1]. Call `renew(lease)` ninety days before [2].

1. Write the letter
2. Send it
   - by post
   - by hand, with a receipt

| Month | Rent |
|:------|-----:|
| January | 1,200 |
| February | 1,250 |

```python
def renew(lease, days=90):
    # Ask in writing
    return lease.end - today() >= timedelta(days=days)
```

The area is $A = \\pi r^2$, and that is all that the contract says about it.

"""
_SHORT = """The lease of office {number} ends on **31 May 2027** unless it is renewed in writing [1].

- notice of ninety days
- two monthly rents as deposit, see `lease.pdf`

The rent is due on the third working day of each month, and it grows by two per cent a year.
"""


def main() -> int:
    """Measure, and print.

    Returns:
        1 where a limit of the design is broken by processor time, else 0.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", action="store_true", help="also open 5,000 stored messages in the whole window")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args()
    from desktop.app import make_application

    app = make_application(["bench"])
    rows = [measure(app, length) for length in LENGTHS]
    if given.engine:
        rows.append(measure_engine())
    if given.json:
        print(json.dumps(rows))
    else:
        for row in rows:
            print(", ".join(f"{name} {value}" for name, value in row.items()))
    broken = [row for row in rows if row.get("token_longest_cpu_ms", 0) > 50 or row.get("open_cpu_ms", 0) > 500]
    return 1 if broken else 0


def conversation(length: int) -> list[Entry]:
    """Questions and answers, every fifth of these a long one."""
    from desktop.chat.entries import Entry
    from engine import Answer, Citation

    citations = tuple(Citation(number=n, memory_id=str(n), quote="The lease ends on 31 May 2027") for n in (1, 2))
    found = []
    for number in range(length // 2):
        question = f"Question {number}: when does the lease end, and what must I do about it?"
        found.append(Entry(id=f"q{number}", question=True, text=question))
        text = _LONG if number % 5 == 0 else _SHORT.format(number=number)
        answer = Answer(text=text, made_by="openai/model", abstained=False, citations=citations)
        found.append(Entry(id=f"a{number}", question=False, text=text, answer=answer))
    return found


@dataclass
class Times:
    """Milliseconds of many runs of one thing."""

    cpu: list[float]
    felt: list[float]

    @staticmethod
    def of(runs: int, run: Callable[[int], None], between: Callable[[], None]) -> Times:
        """Run it so often."""
        times = Times([], [])
        for number in range(runs):
            cpu, felt = time.thread_time(), time.perf_counter()
            run(number)
            times.cpu.append((time.thread_time() - cpu) * 1000)
            times.felt.append((time.perf_counter() - felt) * 1000)
            between()
        return times

    def put(self, name: str, row: dict[str, float]) -> None:
        """Median, 95th percentile and longest into a row."""
        ordered = sorted(self.cpu)
        row[f"{name}_cpu_ms"] = round(statistics.median(ordered), 2)
        row[f"{name}_p95_cpu_ms"] = round(ordered[int(len(ordered) * 0.95)], 2)
        row[f"{name}_longest_cpu_ms"] = round(ordered[-1], 2)
        row[f"{name}_longest_felt_ms"] = round(max(self.felt), 1)


def _view(app: QApplication) -> Transcript:
    from desktop.chat.transcript import Transcript
    from desktop.icons import Icons
    from desktop.theme import Theme
    from engine import resources

    theme = Theme(app, fonts=resources() / "fonts", scheme="light")
    view = Transcript(theme, Icons(folder=resources() / "icons", theme=theme))
    view.resize(1000, 800)
    view.show()
    app.processEvents()
    # What is loaded at the first answer of a process is loaded before the clock starts.
    view.set_entries(conversation(10))
    view.grab()
    _settle(app)
    return view


def _settle(app: QApplication, seconds: float = 0.4) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        app.processEvents()
        time.sleep(0.002)


def measure(app: QApplication, length: int) -> dict[str, float]:
    """One length."""
    from desktop.chat.entries import Entry

    view = _view(app)
    entries = conversation(length)
    row: dict[str, float] = {"messages": length}

    def opened(_number: int) -> None:
        view.set_entries(entries)
        view.grab()

    Times.of(3, opened, lambda: _settle(app, 0.1)).put("open", row)
    _settle(app)

    view.append_entry(Entry(id="s", question=False, text="", state="streaming"))
    tokens = [piece + " " for piece in (_LONG * 4).split(" ")]
    step = TOKENS_A_SECOND // FLUSHES_A_SECOND

    def token(number: int) -> None:
        text = "".join(tokens[: (number + 1) * step])
        view.replace_entry("s", Entry(id="s", question=False, text=text, state="streaming"))
        view.viewport().repaint()

    Times.of(len(tokens) // step, token, app.processEvents).put("token", row)
    view.replace_entry("s", Entry(id="s", question=False, text="".join(tokens)))
    _settle(app)

    bar = view.verticalScrollBar()

    def scrolled(_number: int) -> None:
        bar.setValue(bar.value() - 120)
        view.viewport().repaint()

    scrolling = Times.of(200, scrolled, app.processEvents)
    scrolling.put("scroll", row)
    row["scroll_frames_within_16_ms"] = round(sum(one <= FRAME_MS for one in scrolling.cpu) / len(scrolling.cpu), 3)

    def jumped(number: int) -> None:
        bar.setValue(int(bar.maximum() * (number * 37 % 60) / 60))
        view.viewport().repaint()

    Times.of(60, jumped, app.processEvents).put("jump", row)
    row["laid_out"] = len(view._turns)
    view.close()
    view.deleteLater()
    app.processEvents()
    return row


def measure_engine(length: int = 5000) -> dict[str, float]:
    """A stored conversation, from the click in the list to the picture of its end."""
    import subprocess

    done = subprocess.run(
        [sys.executable, __file__, "--child", str(length)], capture_output=True, text=True, check=True
    )
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


async def _stream(window: MainWindow, row: dict[str, float]) -> None:
    from tests.helpers.stalls import StallMeter

    transcript = window.chat.transcript
    window.chat.composer.set_text("When does the lease end?")
    window.chat.composer.submit()
    while transcript.entries[-1].state != "streaming":  # noqa: ASYNC110 - it is being timed
        await asyncio.sleep(0.005)
    meter = StallMeter()
    meter.start()
    begun = time.perf_counter()
    while transcript.entries[-1].state == "streaming":  # noqa: ASYNC110
        await asyncio.sleep(0.05)
    row["stream_seconds"] = round(time.perf_counter() - begun, 1)
    report = meter.stop()
    row["stream_tokens"] = len(transcript.entries[-1].text.split())
    for name, told in (("felt", report), ("given", meter.given), ("own", meter.own)):
        row[f"stream_{name}_longest_ms"] = round(told.longest * 1000, 1)
        row[f"stream_{name}_above_50_ms"] = len(told.above(0.05))
    meter.deleteLater()


def _child(length: int) -> int:
    from tests.helpers.vendor_wire import Reply
    from tests.helpers.vendors import loopback_vendors

    with loopback_vendors() as vendors:
        vendors.reply = Reply(pieces=tuple(piece + " " for piece in (_LONG * 8).split(" ")))
        vendors.pause = 1 / TOKENS_A_SECOND
        os.environ["MAGRAY_LLM__COMPATIBLE__BASE_URL"] = vendors.v1
        os.environ["MAGRAY_LLM__COMPATIBLE__API_KEY"] = "bench"
        os.environ["MAGRAY_LLM__MODEL"] = "compatible/llama3.2:3b"
        return _drive(length)


def _drive(length: int) -> int:
    from desktop.app import run_desktop
    from desktop.options import Options

    row: dict[str, float] = {}

    async def drive(engine: Engine, window: MainWindow) -> None:
        from desktop.workspace import Workspace

        workspace = window.findChild(Workspace)
        assert workspace is not None
        chat = workspace.chat
        path = Path(folder) / "long.md"
        turns = conversation(length)
        text = "\n\n".join(
            f"## {'You' if turn.question else 'Magray'}\n\n{turn.text.replace('##', '#')}" for turn in turns
        )
        path.write_text(f"# A long one\n\n{text}\n", encoding="utf-8")
        made = await engine.import_conversations(path)
        await asyncio.sleep(3)
        row["messages"] = made.messages
        taken = []
        for _ in range(3):
            chat.new_conversation()
            await asyncio.sleep(0.3)
            begun = time.perf_counter()
            chat.open_conversation(made.conversations[0])
            while not window.chat.transcript.entries:  # noqa: ASYNC110 - polled finely: it is being timed
                await asyncio.sleep(0.001)
            window.grab()
            taken.append((time.perf_counter() - begun) * 1000)
        row["open_whole_window_felt_ms"] = round(statistics.median(taken), 1)
        await _stream(window, row)

    with tempfile.TemporaryDirectory(prefix="magray-transcript-", ignore_cleanup_errors=True) as folder:
        run_desktop(Options(data_dir=Path(folder) / "data"), drive=drive)
    print(json.dumps(row))
    return 0


if __name__ == "__main__":
    sys.exit(_child(int(sys.argv[2])) if sys.argv[1:2] == ["--child"] else main())
