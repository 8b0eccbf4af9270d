"""What the memory explorer costs with 100,000 memories: `python tests/benchmarks/explorer.py [--rows N] [--json]`.

Numbers, counts and rows are read from a database of that size; then the real table is scrolled through it as a wheel, a
page key and a dragged bar do. `cpu` is processor time of the window's thread for one frame, from the scroll to the last
painted pixel, rows still on their way included; fetched rows come in between as they do in the window. 16.7 ms is one
frame of sixty a second. `felt` is what the clock says, other programs included.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QApplication

    from desktop.memory.memory_table import MemoryTable
    from desktop.models.memories_model import MemoriesModel
    from engine.memory.store.database import Database

FRAME_MS = 1000 / 60
_WORDS = (
    "lease", "notice", "tenant", "landlord", "rent", "harbour", "deposit", "letter", "month", "office", "renewal",
    "clause", "meeting", "train", "invoice", "summer", "plan", "договор", "склад", "аренда", "срок", "уведомление",
)  # fmt: skip


def main() -> int:
    """Measure, and print.

    Returns:
        1 where a limit is broken: 150 ms for the numbers of everything, a frame for 99 of 100 scrolls.
    """
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000, metavar="N")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="magray-explorer-", ignore_cleanup_errors=True) as folder:
        store = fill(Path(folder), given.rows)
        try:
            figures = {"rows": given.rows} | queries(store) | scrolling(store)
        finally:
            store.close()
    if given.json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name}: {value}")
    return 1 if figures["numbers_newest_cpu_ms"] > 150 or figures["scroll_p99_cpu_ms"] > FRAME_MS else 0


def fill(folder: Path, count: int) -> Database:
    """A database of so many memories of 20 to 90 words, most of them of documents."""
    from engine.memory.migrations import migrate
    from engine.memory.records import Conversation, Document, Memory
    from engine.memory.store import memories
    from engine.memory.store.database import Database

    store = Database(folder / "magray.db", lock_path=folder / "lock", synchronous="OFF")
    store.open()
    migrate(store, backups=folder / "backups")
    chance = random.Random(5)
    now = memories.to_us(datetime.now(UTC))
    with store.write() as writer:
        for number in range(300):
            Document.insert(id=uuid.uuid4().hex, path=f"/home/anna/papers/paper-{number}.pdf", content_hash=str(number),
                            created_at=now, updated_at=now).execute(writer)  # fmt: skip
            Conversation.insert(id=f"c{number}", title=f"Talk {number}", created_at=now, updated_at=now).execute(writer)
        memories.insert_rows(
            writer, Memory, [_row(chance, sequence, now) for sequence in store.next_sequences(writer, count)]
        )
    return store


def _row(chance: random.Random, sequence: int, now: int) -> dict[str, Any]:
    layer = chance.choices(["interact", "insights", "assets"], [3, 12, 85])[0]
    document = chance.randrange(1, 301) if layer == "assets" else None
    return {
        "number": sequence, "id": uuid.uuid4().hex, "sequence": sequence, "label": sequence, "position": sequence,
        "text": " ".join(chance.choices(_WORDS, k=chance.randrange(20, 90))), "content_hash": str(sequence),
        "layer": layer, "kind": "document_chunk" if document else chance.choice(["message", "fact", "note"]),
        "occurred_at": now - chance.randrange(10**13), "created_at": now - 10**12 + sequence,
        "document": document, "page": 1 if document else None,
        "conversation_id": None if document else chance.choice([None, f"c{chance.randrange(300)}"]),
        "tags": json.dumps(["work"]) if chance.random() < 0.05 else "[]", "access_count": chance.randrange(20),
        "expires_at": None if document else now + chance.randrange(10**13),
    }  # fmt: skip


def queries(store: Database) -> dict[str, float]:
    """Milliseconds of what the page asks for; medians of five."""
    from engine.explorer_values import MEMORY_ORDERS, MemoryFilter, MemoryOrder
    from engine.memory.store import explorer_queries

    now = datetime.now(UTC)
    figures: dict[str, float] = {}

    def timed(name: str, run: Callable[[], object]) -> None:
        cpu, felt = [], []
        for _ in range(5):
            begun, started = time.perf_counter(), time.thread_time()
            run()
            cpu.append((time.thread_time() - started) * 1000)
            felt.append((time.perf_counter() - begun) * 1000)
        figures[f"{name}_cpu_ms"] = round(statistics.median(cpu), 1)
        figures[f"{name}_felt_ms"] = round(statistics.median(felt), 1)

    with store.read() as reader:

        def numbers(wanted: MemoryFilter, order: MemoryOrder = "newest") -> NDArray[np.int64]:
            return explorer_queries.numbers(reader, wanted, order=order, descending=True, now=now)

        for order in MEMORY_ORDERS:
            timed(f"numbers_{order}", partial(numbers, MemoryFilter(), order))
        timed("numbers_of_tag", partial(numbers, MemoryFilter(tags=("work",))))
        timed("numbers_of_as_of", partial(numbers, MemoryFilter(as_of=now - timedelta(days=1))))
        timed("counts", lambda: explorer_queries.counts(reader, MemoryFilter(), now=now))
        timed("tags", lambda: explorer_queries.tags(reader))
        found = numbers(MemoryFilter())
        timed("rows_60", lambda: explorer_queries.rows(reader, found[1000:1060].tolist()))
        timed("ids_10000", lambda: explorer_queries.ids_of(reader, found[:10_000].tolist()))
    return figures


@dataclass
class _Frames:
    """Processor and wall time of each frame, in milliseconds."""

    cpu: list[float] = field(default_factory=list)
    felt: list[float] = field(default_factory=list)

    def put(self, name: str, figures: dict[str, float]) -> None:
        ordered = sorted(self.cpu)
        figures[f"{name}_frames"] = len(ordered)
        figures[f"{name}_p50_cpu_ms"] = round(statistics.median(ordered), 2)
        figures[f"{name}_p99_cpu_ms"] = round(ordered[int(len(ordered) * 0.99)], 2)
        figures[f"{name}_longest_cpu_ms"] = round(ordered[-1], 2)
        figures[f"{name}_p99_felt_ms"] = round(sorted(self.felt)[int(len(ordered) * 0.99)], 2)


def scrolling(store: Database) -> dict[str, float]:
    """Frames of the real table; rows are read and put in between, as the window's loop does."""
    from desktop.app import make_application
    from engine.explorer_values import MemoryFilter
    from engine.memory.store import explorer_queries

    app = make_application(["bench"])
    table, model = _table(app)
    waiting: list[list[int]] = []
    model.rows_wanted.connect(waiting.append)
    figures: dict[str, float] = {}
    with store.read() as reader:
        numbers = explorer_queries.numbers(
            reader, MemoryFilter(), order="newest", descending=True, now=datetime.now(UTC)
        )
        begun = time.perf_counter()
        model.show_numbers(numbers)
        table.grab()
        figures["first_paint_ms"] = round((time.perf_counter() - begun) * 1000, 1)
        bar = table.verticalScrollBar()

        def frames(name: str, moves: int, move: Callable[[int], None]) -> None:
            found = _Frames()
            for number in range(moves):
                while waiting:
                    wanted = waiting.pop()
                    model.put_rows(wanted, explorer_queries.rows(reader, wanted))
                cpu, felt = time.thread_time(), time.perf_counter()
                move(number)
                table.viewport().repaint()
                app.processEvents()
                found.cpu.append((time.thread_time() - cpu) * 1000)
                found.felt.append((time.perf_counter() - felt) * 1000)
            found.put(name, figures)

        frames("warm_up", 30, lambda number: bar.setValue(number * 40))
        frames("scroll", 1200, lambda number: bar.setValue(bar.value() + 120))
        frames("page", 300, lambda number: bar.setValue(bar.value() + table.viewport().height()))
        frames("drag", 300, lambda number: bar.setValue(bar.maximum() * (number * 37 % 300) // 300))
        table.selectAll()
        frames("scroll_all_selected", 300, lambda number: bar.setValue(bar.value() - 120))
        begun = time.perf_counter()
        chosen = table.selected_numbers()[:10_000]
        table.select_numbers(chosen)
        figures["select_10000_ms"] = round((time.perf_counter() - begun) * 1000, 1)
        begun = time.perf_counter()
        model.show_numbers(numbers)
        table.select_numbers(chosen)
        table.grab()
        figures["refresh_10000_selected_ms"] = round((time.perf_counter() - begun) * 1000, 1)
    table.close()
    table.deleteLater()
    app.processEvents()
    return figures


def _table(app: QApplication) -> tuple[MemoryTable, MemoriesModel]:
    from desktop.icons import Icons
    from desktop.memory.memory_table import MemoryTable
    from desktop.models.memories_model import MemoriesModel
    from desktop.theme import Theme
    from engine import resources

    theme = Theme(app, fonts=resources() / "fonts", scheme="light")
    model = MemoriesModel()
    table = MemoryTable(model, theme=theme, icons=Icons(folder=resources() / "icons", theme=theme))
    table.resize(1000, 900)
    table.share_width(1000)
    table.show()
    app.processEvents()
    return table, model


if __name__ == "__main__":
    sys.exit(main())
