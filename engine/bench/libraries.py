"""Texts a second beside sentence-transformers and fastembed: the same model, the same texts, one run.

The libraries stand in an environment of their own, whose interpreter is named by `--compare`. Each is loaded once
there, as its quickstart does, and all take turns, so that a computer with other work slows all of them. The bundled
model has only its 8-bit weights, so the libraries get the single-precision model that these stand for: how fast it is
does not depend on the values. Magray is measured as the app uses it, its cache on the disk included. A bare session
with the 8-bit model, fed by a budget of tokens and sorted by length, shows what can be had on this processor.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.bench import BenchContext, BenchUnavailableError, Figure
from engine.embedding import CachedEmbedder, open_embedder
from engine.embedding.batching import plan_batches
from engine.embedding.tokenizing import Tokenizer
from engine.models import catalog
from engine.models.store import ModelStore
from engine.runtime.execution_providers import CPU, load_onnxruntime
from engine.settings import Settings

if TYPE_CHECKING:
    from numpy.typing import NDArray

LIMITS = {"sentence-transformers": 6.0, "fastembed": 4.0}
_SCRIPT = Path(__file__).with_name("other_embedders.py")
_COLLECTIONS = ("locomo", "xquad/en", "cranfield")
_OWN, _BARE = "magray", "bare session"
_BUDGET = 1024
_TURNS, _TEXTS = 6, 150
_REST = 0.3  # seconds until the threads of the one before sleep
_LONGEST_LINE = 1 << 26
_ALIKE = 0.95
"""8 bits against the single precision that they stand for: less means that another model was measured."""


async def run(context: BenchContext) -> Sequence[Figure]:
    """Let all embed the same texts in turns."""
    if context.compare is None:
        raise BenchUnavailableError(
            "an environment with sentence-transformers and fastembed is needed; name its interpreter by --compare"
            " (docs/models.md, Speed, tells how to make one)"
        )
    turns = _turns(context)
    folder = context.work / "single"
    context.say("making the model in single precision")
    await _prepare(context.compare, folder)
    settings = Settings(data_dir=context.work / "data")
    embedder = open_embedder(settings, paths=settings.paths)
    try:
        embedder.warm()
        async with (
            _library(context.compare, "sentence-transformers", folder) as first,
            _library(context.compare, "fastembed", folder) as second,
        ):
            return await _take_turns(context, embedder, {first.name: first, second.name: second}, turns)
    finally:
        embedder.close()


class _Library:
    """A library in a process of its own."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    async def answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise BenchUnavailableError(f"{self.name} ended with {await self._process.wait()}: {await self._said()}")
        found: dict[str, Any] = json.loads(line)
        return found

    async def embed(self, texts: Sequence[str]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(texts).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.answer()

    async def _said(self) -> str:
        assert self._process.stderr is not None
        return (await self._process.stderr.read()).decode(errors="replace")[-400:].strip()


@dataclass(slots=True)
class _Spent:
    """Seconds by the clock and of the processor."""

    clock: float = 0.0
    processor: float = 0.0


async def _take_turns(
    context: BenchContext, embedder: CachedEmbedder, others: dict[str, _Library], turns: Sequence[list[str]]
) -> list[Figure]:
    versions = {name: (await other.answer())["version"] for name, other in others.items()}
    bare = _Bare()
    names = [_OWN, _BARE, *others]
    spent = {name: _Spent() for name in names}
    likeness = dict.fromkeys(others, 1.0)
    for number, texts in enumerate(turns):
        context.say(f"turn {number + 1} of {len(turns)}: {len(texts)} texts")
        vectors: dict[str, Any] = {}
        for name in names[number % len(names) :] + names[: number % len(names)]:
            await asyncio.sleep(_REST)
            one = spent[name]
            if name in others:
                answer = await others[name].embed(texts)
                one.clock += answer["seconds"]
                one.processor += answer["spent"]
                vectors[name] = np.asarray(answer["vectors"], dtype=np.float32)
            else:
                began, busy = time.perf_counter(), time.process_time()
                vectors[name] = await asyncio.to_thread(bare.run if name == _BARE else embedder.embed_passages, texts)
                one.clock += time.perf_counter() - began
                one.processor += time.process_time() - busy
        for name in others:
            alike = np.einsum("ij,ij->i", vectors[name], vectors[_OWN][: len(vectors[name])])
            likeness[name] = min(likeness[name], float(alike.min()))
    for name, least in likeness.items():
        if least < _ALIKE:
            raise BenchUnavailableError(f"{name} gives other vectors (cosine {least:.3f}): it is not the same model")
    count = sum(map(len, turns))
    return [
        *(_figure(f"embedding against {name} {versions[name]}", spent, name, count, LIMITS[name]) for name in others),
        *(_figure(f"bare session against {name}", spent, name, count, None, own=_BARE) for name in others),
    ]


def _figure(
    title: str, spent: dict[str, _Spent], other: str, count: int, limit: float | None, *, own: str = _OWN
) -> Figure:
    ours, theirs = spent[own], spent[other]
    return Figure(
        name=title,
        value=theirs.clock / ours.clock,
        unit="x",
        limit=limit,
        note=f"{count / ours.clock:,.0f} texts a second against {count / theirs.clock:,.0f}, {count:,} texts of mixed"
        f" length; by processor time {theirs.processor / ours.processor:.1f} x",
    )


class _Bare:
    """A session as its makers' examples build it, with tokenising and the mean of the token vectors."""

    def __init__(self) -> None:
        entry = next(entry for entry in catalog.ENTRIES if entry.bundled)
        folder = ModelStore(stamps=Path("unused")).folder(entry)
        self._tokenizer = Tokenizer(folder / entry.tokenizer_file, max_tokens=entry.max_tokens)
        self._session = load_onnxruntime().InferenceSession(str(folder / entry.model_file), providers=[CPU])

    def run(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode(texts)
        lengths = [len(ids) for ids in encoded]
        rows: list[NDArray[np.float32]] = []
        for batch in plan_batches(lengths, budget=_BUDGET, padding=_BUDGET):
            ids = np.zeros((len(batch), lengths[batch[0]]), np.int64)
            mask = np.zeros_like(ids)
            for row, place in enumerate(batch):
                ids[row, : lengths[place]] = encoded[place]
                mask[row, : lengths[place]] = 1
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            (hidden,) = self._session.run(None, given)
            rows.append((hidden * mask[:, :, None]).sum(axis=1) / mask.sum(axis=1, keepdims=True))
        return np.concatenate(rows)


def _turns(context: BenchContext) -> list[list[str]]:
    """Texts of mixed length, as many from each collection: lines of talk, passages, abstracts. No two alike."""
    source = random.Random(6)
    turns, size = (2, 30) if context.quick else (_TURNS, _TEXTS)
    chosen: list[str] = []
    for name in _COLLECTIONS:
        folder = context.collection(name)
        files = sorted(folder.rglob("corpus.jsonl"))
        lines = [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]
        texts = dict.fromkeys(text for text in (json.loads(line)["text"].strip() for line in lines) if text)
        chosen += source.sample(list(texts), min(len(texts), -(-turns * size // len(_COLLECTIONS))))
    chosen = list(dict.fromkeys(chosen))
    source.shuffle(chosen)
    return [chosen[turn::turns] for turn in range(turns)]


async def _prepare(python: Path, folder: Path) -> None:
    entry = next(entry for entry in catalog.ENTRIES if entry.bundled)
    model = ModelStore(stamps=folder / "unused").folder(entry)
    process = await asyncio.create_subprocess_exec(
        str(python), str(_SCRIPT), "prepare", str(model / entry.model_file), str(model / entry.tokenizer_file),
        str(folder), stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    _, said = await process.communicate()
    if process.returncode:
        raise BenchUnavailableError(f"{python} cannot make the model: {said.decode(errors='replace')[-400:].strip()}")


@asynccontextmanager
async def _library(python: Path, name: str, folder: Path) -> AsyncIterator[_Library]:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        str(python), "-W", "ignore", str(_SCRIPT), name, str(folder), stdin=pipe, stdout=pipe, stderr=pipe,
        limit=_LONGEST_LINE,
    )  # fmt: skip
    try:
        yield _Library(name, process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
