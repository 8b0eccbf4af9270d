"""Chunks a second through the whole ingestion, held against the bare ONNX session on the very batches that it ran.

The batches are noted while files are ingested, and run again through a session that does nothing else, built as its
makers' examples build it. Both take turns, a few files at a time, so that a computer with other work slows both.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from engine.bench import BenchContext, BenchUnavailableError, Figure
from engine.engine import Engine
from engine.models import catalog
from engine.models.store import ModelStore
from engine.runtime.execution_providers import CPU, load_onnxruntime
from engine.runtime.session import OnnxSession
from engine.settings import Settings

_PER_FILE = 20  # abstracts in a file
_TURNS = 8
_MEMORY_LIMIT = 1.2


async def run(context: BenchContext) -> Sequence[Figure]:
    """Ingest Cranfield's abstracts, replay the batches, ingest them again, then look at the memory."""
    files = _write_files(context)
    bare = _bare_session()
    settings = Settings(data_dir=context.work / "data")
    ingested = replayed = 0.0
    chunks = texts = 0
    async with Engine.open(settings) as engine:
        context.say("starting the reading process")
        await engine.ingest([files[0]])
        turns = [files[1:][turn::_TURNS] for turn in range(_TURNS)]
        for number, turn in enumerate(part for part in turns if part):
            context.say(f"turn {number + 1} of {_TURNS}: {len(turn)} files")
            with _noted_batches() as batches:
                began = time.perf_counter()
                report = await engine.ingest(turn)
                ingested += time.perf_counter() - began
            chunks += sum(file.chunks for file in report.files)
            texts += sum(len(batch["input_ids"]) for batch in batches)
            replayed += await asyncio.to_thread(_replay, bare, batches)
        del bare
        context.say("ingesting the same files again")
        with _noted_batches() as batches:
            began = time.perf_counter()
            await engine.ingest(files)
            again = time.perf_counter() - began
        computed_again = sum(len(batch["input_ids"]) for batch in batches)
    note = f"{chunks} chunks, {texts} texts computed; {ingested:.1f} s against {replayed:.1f} s"
    return [
        Figure(
            name="chunks a second through the whole ingestion",
            value=chunks / ingested,
            unit="1/s",
            reference=texts / replayed,
            reference_name="bare ONNX session, same batches",
            note=note,
        ),
        Figure(name="ingestion against the bare session", value=replayed / ingested, unit="x", limit=0.9),
        Figure(
            name="texts computed again when nothing changed",
            value=computed_again,
            limit=0,
            sense="at most",
            note=f"{len(files)} files in {again:.2f} s",
        ),
        *await _memory(context),
    ]


def _write_files(context: BenchContext) -> list[Path]:
    folder = context.work / "files"
    folder.mkdir()
    with (context.collection("cranfield") / "corpus.jsonl").open(encoding="utf-8") as stream:
        abstracts = [json.loads(line) for line in stream]
    if context.quick:
        abstracts = abstracts[: 10 * _PER_FILE]
    files = []
    for start in range(0, len(abstracts), _PER_FILE):
        parts = [f"# {one['title'].strip()}\n\n{one['text'].strip()}\n" for one in abstracts[start : start + _PER_FILE]]
        path = folder / f"abstracts-{start:04}.md"
        path.write_text("\n".join(parts), encoding="utf-8")
        files.append(path)
    if len(files) < 2:
        raise BenchUnavailableError("the collection cranfield holds too few abstracts")
    return files


def _bare_session() -> Any:
    entry = next(entry for entry in catalog.ENTRIES if entry.bundled)
    model = ModelStore(stamps=Path("unused")).folder(entry) / entry.model_file
    return load_onnxruntime().InferenceSession(str(model), providers=[CPU])


def _replay(session: Any, batches: list[dict[str, Any]]) -> float:
    began = time.perf_counter()
    for batch in batches:
        session.run(None, batch)
    return time.perf_counter() - began


@contextmanager
def _noted_batches() -> Iterator[list[dict[str, Any]]]:
    """Every batch that any session runs meanwhile, copied."""
    batches: list[dict[str, Any]] = []
    plain = OnnxSession.run

    def noting(self: OnnxSession, inputs: Mapping[str, Any], output: str, into: Any, *, shrink: bool = False) -> None:
        plain(self, inputs, output, into, shrink=shrink)
        if not shrink:
            batches.append({name: np.array(array) for name, array in inputs.items()})

    OnnxSession.run = noting  # type: ignore[method-assign]
    try:
        yield batches
    finally:
        OnnxSession.run = plain  # type: ignore[method-assign]


async def _memory(context: BenchContext) -> list[Figure]:
    """Resident memory of a process that only embeds."""
    count = 1000 if context.quick else 10_000
    context.say(f"embedding {count:,} texts of mixed lengths in a process of its own")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "engine.bench.embedding_memory", str(context.work / "memory"), str(count),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    if process.returncode:
        raise BenchUnavailableError(f"the process that embeds ended with {process.returncode}")
    seen: dict[str, float] = json.loads(output)
    return [
        Figure(
            name="memory of tokenizer, session and cache, warm",
            value=seen["warm"] - seen["before"],
            unit="MB",
            note=f"the whole process {seen['warm']:.0f} MB",
        ),
        Figure(
            name=f"memory after {count:,} texts against after {count // 20:,}",
            value=seen["last"] / seen["first"],
            unit="x",
            limit=_MEMORY_LIMIT,
            sense="at most",
            note=f"{seen['first']:.0f} MB, {seen['last']:.0f} MB, trimmed {seen['trimmed']:.0f} MB",
        ),
    ]
