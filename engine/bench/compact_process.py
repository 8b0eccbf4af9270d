"""A process that opens one saved index, answers questions, and tells what memory that took. See `compact.py`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from engine.bench.long_vectors import DIMENSIONS
from engine.memory import compact_files
from engine.memory.compact_layer import CompactForm, CompactVectors
from engine.memory.layer import LayerVectors
from engine.memory.manifest import Manifest
from engine.memory.vector_index import VectorGraph
from engine.runtime.buffers import release_unused_memory
from engine.settings import IndexSettings

_K = 10


def main(folder: Path) -> None:
    """Open the index in this folder; a question by line comes in, an answer by line goes out."""
    saved = json.loads((folder / "assets.json").read_text())
    queries = np.load(folder.parent / "queries.npy")
    settings, manifest = IndexSettings(), Manifest(**saved["manifest"])
    before = _resident()
    layer, room = _opened(folder, saved, manifest, settings)
    layer.search(queries[-1], _K)
    for line in sys.stdin:
        message = json.loads(line)
        if "memory" in message:
            vectors = sum(path.stat().st_size for path in folder.glob("*.vectors"))
            print(json.dumps({"before": before, "after": _resident(), "room": room, "file": vectors}), flush=True)
            continue
        labels, seconds = [], []
        for query in queries[message["start"] : message["end"]]:
            began = time.perf_counter()
            (found, _), _ = layer.search(query, _K)
            seconds.append(time.perf_counter() - began)
            labels.append(found.tolist())
        print(json.dumps({"labels": labels, "seconds": seconds}), flush=True)


def _opened(
    folder: Path, saved: dict[str, Any], manifest: Manifest, settings: IndexSettings
) -> tuple[LayerVectors, int]:
    """The index, and how many nodes fit into its graph."""
    ef = saved["ef"]
    compact: CompactVectors | None = None
    if saved["kind"]:
        form = CompactForm(dimensions=DIMENSIONS, kept=compact_files.KEPT, kind=saved["kind"], prefix=False)
        compact = CompactVectors(form, settings=settings, ef=ef, folder=folder, name="assets")
    layer = compact or LayerVectors(DIMENSIONS, settings=settings, ef=ef, folder=folder)
    graph = VectorGraph.load(
        folder / manifest.file,
        dimensions=compact_files.KEPT if compact else DIMENSIONS,
        m=layer.neighbours,
        ef_construction=settings.ef_construction,
        ef=ef,
        room=layer.spare(manifest.count // 2),
    )
    if compact is not None:
        compact_files.load(compact, graph, folder, manifest)
    else:
        layer.take_graph(graph, merged=manifest.merged)
    return layer, graph.count + graph.room


def _resident() -> int:
    release_unused_memory()
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
