"""What a frame of the map and of the timeline costs, offscreen: `python tests/benchmarks/memory_map.py`.

Map: 200 to 50,000 memories in fifty named clusters, each frame painted whole while the view zooms in and out around a
point, pans, is laid out anew (an update of the layout), and while the pointer moves over it. Timeline: ten years of
days scrolled through. `cpu` is processor time of the window's thread, which other programs do not change; `felt` is
what the clock says. A frame at 60 a second has 16.7 ms. `--activity` also measures what the engine needs to count the
days of 100,000 memories with 200,000 recalls.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

COUNTS = (200, 5_000, 50_000)
FRAME_MS = 1000 / 60
FRAMES = 120
SIZE = (1240, 700)


class Frames:
    """Frames of one kind."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.felt: list[float] = []

    @contextmanager
    def one(self) -> Iterator[None]:
        """Measure one frame."""
        cpu, felt = time.thread_time(), time.perf_counter()
        yield
        self.cpu.append(1000 * (time.thread_time() - cpu))
        self.felt.append(1000 * (time.perf_counter() - felt))

    def figures(self) -> dict[str, float]:
        """Median, 95 % and longest, in ms."""

        def at(values: list[float], share: float) -> float:
            return round(sorted(values)[min(len(values) - 1, int(share * len(values)))], 2)

        return {
            "cpu_p50": at(self.cpu, 0.5),
            "cpu_p95": at(self.cpu, 0.95),
            "cpu_longest": at(self.cpu, 1),
            "felt_p95": at(self.felt, 0.95),
        }


def measure_map(count: int, scale: float) -> dict[str, dict[str, float]]:
    """Frames of the map by what is done."""
    import numpy as np
    from PySide6.QtCore import QPointF
    from PySide6.QtGui import QImage

    from desktop.memory.map_scene import MapScene
    from engine import MapCluster, MapUpdate
    from tests.helpers.desktop_parts import make_parts

    parts = make_parts(_app())
    chance = np.random.default_rng(1)
    centres, group = chance.standard_normal((50, 2)) * 0.8, chance.integers(0, 50, count)

    def update() -> MapUpdate:
        places = (centres[group] + 0.12 * chance.standard_normal((count, 2))).astype(np.float32)
        sizes = np.bincount(group, minlength=50)
        names = [MapCluster(number=one, name=f"Cluster number {one}", size=int(sizes[one])) for one in range(50)]
        return MapUpdate(
            numbers=np.arange(count),
            x=places[:, 0],
            y=places[:, 1],
            layers=(np.arange(count) % 3).astype(np.uint8),
            clusters=group.astype(np.int32),
            names=tuple(sorted((one for one in names if one.size), key=lambda one: -one.size)),
            stage="refining",
            share=0.5,
        )

    scene = MapScene(theme=parts.theme)
    scene.resize(*SIZE)
    scene.show()
    scene.show_update(update(), by_layer=False)
    canvas = scene.canvas
    screen = QImage(canvas.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    screen.setDevicePixelRatio(scale)

    def frames(change: Callable[[int], Any], number: int = FRAMES) -> dict[str, float]:
        found = Frames()
        for frame in range(number):
            with found.one():
                change(frame)
                canvas.render(screen)
        return found.figures()

    result = {
        "zoom": frames(lambda frame: canvas.zoom(1.06 if frame < FRAMES // 2 else 1 / 1.06, QPointF(500, 300))),
        "pan, all seen": frames(lambda frame: canvas.pan(7 if frame % 40 < 20 else -7, 3)),
        "point": frames(lambda frame: canvas._point(canvas.nearest(QPointF(100 + 8 * frame, 350), 10))),
        "layout update": frames(lambda _frame: scene.show_update(update(), by_layer=False), 20),
    }
    canvas.zoom(8)
    result["pan, near"] = frames(lambda frame: canvas.pan(7 if frame % 40 < 20 else -7, 3))
    canvas.fit()
    began = time.perf_counter()
    found = canvas.within([QPointF(x, y) for x, y in _circle(600, 350, 300)])
    result[f"lasso around {len(found):,}"] = {"felt_p95": round(1000 * (time.perf_counter() - began), 2)}
    scene.close()
    scene.deleteLater()
    return result


def _circle(x: float, y: float, radius: float) -> Iterator[tuple[float, float]]:
    import math

    for step in range(200):
        yield x + radius * math.cos(step * math.tau / 200), y + radius * math.sin(step * math.tau / 200)


def measure_timeline(scale: float) -> dict[str, dict[str, float]]:
    """Frames of ten years of days."""
    from PySide6.QtGui import QImage

    from desktop.memory.timeline_canvas import TimelineCanvas
    from desktop.memory.timeline_spans import spans_of
    from engine import DayActivity
    from tests.helpers.desktop_parts import make_parts

    parts = make_parts(_app())
    today = date(2026, 6, 1)
    days = [
        DayActivity(day=today - timedelta(days=back), added=back % 40, promoted=back % 3, recalled=back % 23)
        for back in range(3650, -1, -1)
    ]
    canvas = TimelineCanvas(theme=parts.theme)
    canvas.resize(*SIZE)
    canvas.show()
    building = Frames()
    with building.one():
        canvas.show_spans(spans_of(days, "day", today=today), "day")
    screen = QImage(canvas.size() * scale, QImage.Format.Format_ARGB32_Premultiplied)
    screen.setDevicePixelRatio(scale)
    found = Frames()
    bar = canvas.horizontalScrollBar()
    for _ in range(FRAMES):
        with found.one():
            bar.setValue(bar.value() - 90)
            canvas.render(screen)
    canvas.close()
    canvas.deleteLater()
    return {"ten years of days, made": building.figures(), "ten years of days, scrolled": found.figures()}


async def measure_activity(folder: Path) -> dict[str, dict[str, float]]:
    """What the engine needs to count days."""
    from engine import Engine, MemoryFilter, NewMemory, Settings

    async with Engine.open(Settings(data_dir=folder)) as engine:
        vector = [1.0] + [0.0] * 383
        for start in range(0, 100_000, 2_000):
            await engine.remember_many(
                [NewMemory(text=f"note {start + one}", layer="assets", vector=vector) for one in range(2_000)]
            )
        first = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000

        def live() -> None:
            with engine._parts.store.write() as writer:
                writer.execute_sql(f"UPDATE memory SET created_at = {first} + number * 2000000000")
                writer.execute_sql(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) "
                    f"INSERT INTO usage (at, event, memory) SELECT {first} + i * 1000000000, 'recalled', "
                    "(SELECT id FROM memory WHERE number = 1 + i % 90000) FROM n"
                )

        await engine._parts.executors.run("store", live)
        result = {}
        for name, wanted in (("everything", MemoryFilter()), ("one layer", MemoryFilter(layers=("assets",)))):
            felt = []
            for _ in range(3):
                began = time.perf_counter()
                days = await engine.memory_activity(wanted)
                felt.append(1000 * (time.perf_counter() - began))
            result[f"{len(days):,} days of {name}"] = {"felt_p95": round(max(felt), 1)}
    return result


def _app() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance() or QApplication([])


def main() -> int:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels for a pixel of the design")
    parser.add_argument("--activity", action="store_true", help="count days in an engine, too")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    os.environ["QT_SCALE_FACTOR"] = str(given.scale)
    result: dict[str, dict[str, dict[str, float]]] = {}
    for count in COUNTS:
        result[f"map of {count:,}"] = measure_map(count, given.scale)
    result["timeline"] = measure_timeline(given.scale)
    if given.activity:
        with tempfile.TemporaryDirectory(prefix="magray-activity-") as folder:
            result["activity"] = asyncio.run(measure_activity(Path(folder)))
    if given.json:
        print(json.dumps(result))
        return 0
    for part, kinds in result.items():
        print(part)
        for kind, figures in kinds.items():
            print(f"  {kind:32}", "  ".join(f"{name} {value:7.2f} ms" for name, value in figures.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
