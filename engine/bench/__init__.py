"""`magray bench`: what Magray promises, measured, each figure beside its reference from the same run.

A bench is an async function `run(context: BenchContext) -> list[Figure]` in a module of its own, named in `BENCHES`.
"""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

BENCHES: dict[str, tuple[str, str]] = {
    "retrieval": ("engine.bench.retrieval", "recall@5, recall@10 and nDCG@10 of every signal and of the fused recall"),
    "latency": ("engine.bench.latency", "recall at 1,000 to 100,000 memories, and bulk insert"),
    "compact": ("engine.bench.compact", "long vectors kept compact: memory, what is found, and how fast"),
    "embedding": ("engine.bench.embedding", "chunks a second through ingestion against the bare session"),
    "libraries": ("engine.bench.libraries", "texts a second beside sentence-transformers and fastembed (--compare)"),
    "answers": ("engine.bench.answers", "a hundred questions with known sources and sentences"),
    "context": ("engine.bench.context", "evidence that reaches a chat model, and the time to its first token"),
    "promotion": ("engine.bench.promotion", "what is asked for later and kept, each conversation left out in turn"),
    "first-token": ("engine.bench.first_token", "from Enter to a language model's first token, at 10,000 memories"),
    "consolidation": ("engine.bench.consolidation", "repeats, clusters, and recall before and after consolidation"),
    "start": ("engine.bench.start", "first paint against a bare window, and the engine with 10,000 memories"),
    "memory": ("engine.bench.idle", "memory of the idle app"),
    "streaming": ("engine.bench.streaming", "live messages: from arrival to searchable, a hundred streams, memory"),
    "map": ("engine.bench.memory_map", "how soon the map of memories stands, and how well it keeps neighbours"),
    "backup": ("engine.bench.backup", "backups of 100,000 memories: time, size, and whether writers wait"),
    "durability": ("engine.bench.durability", "kills at random moments; nothing acknowledged is lost"),
}
"""Name -> (module, what it measures). The modules are imported when they are run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure.

    Attributes:
        name: What was measured, as `recall p95, 100,000 memories`.
        value: The figure.
        unit: `ms`, `1/s`, `MB`, `x` for a ratio, `` for a share.
        reference: The same measured beside it in the same run, or None where there is nothing to hold it against.
        reference_name: What the reference is, as `bare hnswlib`.
        limit: What it has to reach, or None where it only informs.
        sense: Whether the figure must be at least or at most the limit.
        note: Whatever a reader must know to judge it.
    """

    name: str
    value: float
    unit: str = ""
    reference: float | None = None
    reference_name: str = ""
    limit: float | None = None
    sense: Literal["at least", "at most"] = "at least"
    note: str = ""

    @property
    def passed(self) -> bool | None:
        """Whether the limit is kept; None where there is none."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.sense == "at least" else self.value <= self.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchContext:
    """What a bench may use.

    Attributes:
        shared: Folder with the public collections, or None where it is not given.
        work: An empty folder that is removed afterwards.
        say: Called with a few words about what is being done.
        quick: A smaller run of the same shape, for a first look and for tests; its figures are not the promised ones.
        compare: Interpreter of an environment with the libraries that one is held against, or None.
    """

    shared: Path | None
    work: Path
    say: Callable[[str], None]
    quick: bool = False
    compare: Path | None = None

    def collection(self, name: str) -> Path:
        """A folder of the public collections.

        Raises:
            BenchUnavailableError: it is not there.
        """
        folder = self.shared / name if self.shared is not None else None
        if folder is None or not folder.exists():
            raise BenchUnavailableError(f"the collection {name} is needed; name its folder by --shared")
        return folder


class BenchUnavailableError(Exception):
    """A bench cannot run here; the message says what it lacks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchResult:
    """One bench's figures, or why there are none."""

    name: str
    figures: tuple[Figure, ...]
    seconds: float
    unavailable: str = ""


Bench = Callable[[BenchContext], Awaitable[Sequence[Figure]]]


def find_shared(named: Path | None) -> Path | None:
    """The folder of the public collections: the one named, else `../shared/data` beside the checkout if it is there."""
    if named is not None:
        return named
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return beside if beside.is_dir() else None


async def run_bench(
    name: str, *, shared: Path | None, say: Callable[[str], None], quick: bool = False, compare: Path | None = None
) -> BenchResult:
    """Run one bench in a temporary folder.

    Raises:
        KeyError: there is no bench of that name.
    """
    module = importlib.import_module(BENCHES[name][0])
    bench = cast(Bench, module.run)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix=f"magray-bench-{name}-") as work:
        context = BenchContext(shared=shared, work=Path(work), say=say, quick=quick, compare=compare)
        try:
            figures, unavailable = tuple(await bench(context)), ""
        except BenchUnavailableError as error:
            figures, unavailable = (), str(error)
    return BenchResult(name=name, figures=figures, seconds=time.perf_counter() - began, unavailable=unavailable)
