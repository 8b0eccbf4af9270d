"""Consolidation: what counts as a repeat, how well clusters fit, how fast they are made, and what recall loses by it.

Repeats are judged on texts of the collections that were reworded by rule: what says the same must be taken, what says
something else (another number, a denial, other words, two words exchanged) must not. Clusters are held against the
articles that XQuAD's paragraphs come from. Recall is asked before and after a run on the same memory.
"""

from __future__ import annotations

import math
import random
import re
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import psutil

from engine.bench import BenchContext, Figure
from engine.bench.latency import _made
from engine.bench.retrieval import Collection, Sums, read_collection
from engine.engine import Engine
from engine.memory.consolidation.duplicates import FILLERS, NEAR, Said, repeats
from engine.memory.consolidation.grouping import Grouping
from engine.settings import Settings

_QUICK = 40
_SIZES, _QUICK_SIZES = (10_000, 100_000), (1_000,)
_REWORDED = 1500
_BATCH = 1_000
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{4,}")


class _Clock:
    """The computer's clock, moved on by hand: sessions are over once it has moved."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        """The moment it is."""
        return datetime.now(UTC) + self.ahead


async def run(context: BenchContext) -> Sequence[Figure]:
    """All parts, the quick ones first."""
    locomo = sorted(path for path in context.collection("locomo").iterdir() if path.is_dir())
    locomo = locomo[:1] if context.quick else locomo
    sets = {
        **{f"locomo {number}": folder for number, folder in enumerate(locomo)},
        "xquad en": context.collection("xquad") / "en",
        "xquad ru": context.collection("xquad") / "ru",
        **({} if context.quick else {"cranfield": context.collection("cranfield")}),
    }
    collections = {name: read_collection(folder) for name, folder in sets.items()}
    figures = await _repeats(context, collections)
    for name, collection in collections.items():
        context.say(f"recall before and after: {name}")
        figures += await _recall(context, name, collection)
    for size in _QUICK_SIZES if context.quick else _SIZES:
        context.say(f"grouping {size:,} memories")
        figures += await _speed(context, [collections["locomo 0"]], size)
    return figures


async def _repeats(context: BenchContext, collections: dict[str, Collection]) -> list[Figure]:
    context.say("rewording")
    choose = random.Random(7)
    texts = [memory.text for one in collections.values() for memory in one.memories if len(memory.text.split()) >= 6]
    texts = [text[:400] for text in choose.sample(texts, min(_REWORDED, len(texts)))]
    alike = [(text, made) for text in texts for made in _alike(text)]
    other = [(text, made) for text in texts for made in _otherwise(text, choose)]
    taken = sum(_same(one, two) for one, two in alike)
    wrong = [pair for pair in other if _same(*pair)]
    data = context.work / "reworded"
    async with Engine.open(Settings(data_dir=data)) as engine:
        some = choose.sample(alike, min(_QUICK * 10, len(alike)))
        embedder = engine._parts.embedder
        first = np.stack(list(embedder.embed_passages([one for one, _ in some])))
        second = np.stack(list(embedder.embed_passages([two for _, two in some])))
        near = float(((first * second).sum(axis=1) >= NEAR).mean())
    return [
        Figure(name="repeats taken", value=taken / len(alike), limit=0.9, note=f"{len(alike):,} rewordings"),
        Figure(name="repeats near enough to be looked at", value=near, limit=0.95, note=f"cosine {NEAR} and more"),
        Figure(
            name="wrongly taken for repeats",
            value=len(wrong) / len(other),
            limit=0.0,
            sense="at most",
            note=f"{len(other):,} texts with another number, word, order, or a denial; {len(wrong)} taken",
        ),
    ]


def _same(one: str, two: str) -> bool:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    first, second = (Said.of(text, kind="note", speaker=None, occurred_at=at) for text in (one, two))
    return repeats(first, second) or repeats(second, first)


def _alike(text: str) -> Iterator[str]:
    """The same in other writing."""
    yield text.lower()
    yield text.rstrip(".!") + "!!" if not text.rstrip().endswith("?") else text.replace("?", "??")
    yield "  ".join(text.split(" "))
    yield text.replace(",", "").replace(";", "")
    russian = re.search("[а-я]", text) is not None
    yield ("Ну вот, " if russian else "Well, so ") + text
    yield text.replace("ё", "е") if russian else text.replace("'t ", "’t ")


def _otherwise(text: str, choose: random.Random) -> Iterator[str]:
    """Something else in nearly the same words."""
    number = _NUMBER.search(text)
    if number is not None:
        yield text[: number.start()] + str(int(number.group()) + 1) + text[number.end() :]
    words = text.split()
    place = choose.randrange(1, len(words))
    russian = re.search("[а-я]", text) is not None
    yield " ".join([*words[:place], "не" if russian else "not", *words[place:]])
    long = [place for place, word in enumerate(words) if _WORD.fullmatch(word) and word.casefold() not in FILLERS]
    if len(long) >= 2:
        one, two = sorted(choose.sample(long, 2))
        if words[one].casefold() != words[two].casefold():
            yield " ".join([*words[:one], words[two], *words[one + 1 : two], words[one], *words[two + 1 :]])
        other = "кирпич" if russian else "brick"
        if words[one].casefold() != other:
            yield " ".join([*words[:one], other, *words[one + 1 :]])


async def _recall(context: BenchContext, name: str, collection: Collection) -> list[Figure]:
    questions = list(collection.questions.items())[: _QUICK if context.quick else None]
    clock = _Clock()
    async with Engine.open(Settings(data_dir=context.work / name), clock=clock) as engine:
        await engine.remember_many(collection.memories)
        await engine.verify()
        first = await _asked(engine, questions, collection)
        clock.ahead = timedelta(hours=5)
        done = await engine.consolidate()
        await engine.verify()
        second = await _asked(engine, questions, collection)
        figures = [
            Figure(
                name=f"{name} recall@{depth} after",
                value=getattr(second, f"recall{depth}") / second.count,
                reference=getattr(first, f"recall{depth}") / first.count,
                reference_name="before",
                limit=getattr(first, f"recall{depth}") / first.count - 0.005,
                note=f"{done.merged} merged, {done.episodes} episodes, {done.clusters} clusters, {done.seconds:.1f} s",
            )
            for depth in (5, 10)
        ]
        if name.startswith("locomo"):
            figures.append(await _cooled(engine, clock, questions, collection, name))
        if name.startswith("xquad"):
            figures += await _fit(engine, collection, name)
    return figures


async def _asked(engine: Engine, questions: Sequence[tuple[str, str]], collection: Collection) -> Sums:
    sums = Sums()
    for key, text in questions:
        hits = await engine.recall(text, limit=10)
        sums.add([hit.memory.external_id for hit in hits], collection.relevant[key])
    return sums


async def _cooled(
    engine: Engine, clock: _Clock, questions: Sequence[tuple[str, str]], collection: Collection, name: str
) -> Figure:
    """A day later the turns lie in the archive, but for those that rose; their episodes lead to them."""
    clock.ahead = timedelta(hours=30)
    await engine._parts.life.sweep(clock())
    await engine.consolidate()
    turns: dict[str, set[str | None]] = {}
    led = 0.0
    for key, text in questions:
        found: set[str | None] = set()
        for hit in await engine.recall(text, limit=5):
            if hit.memory.id not in turns:
                told = await engine.episode_turns(hit.memory.id)
                turns[hit.memory.id] = {hit.memory.external_id, *(turn.external_id for turn in told)}
            found |= turns[hit.memory.id]
        led += sum(wanted in found for wanted in collection.relevant[key]) / len(collection.relevant[key])
    sessions = len({memory.session for memory in collection.memories})
    return Figure(
        name=f"{name} evidence that five hits are or lead to, turns cooled",
        value=led / len(questions),
        reference=min(1.0, 5 / sessions),
        reference_name="five sessions by chance",
        note=f"{sessions} sessions",
    )


async def _fit(engine: Engine, collection: Collection, name: str) -> list[Figure]:
    titles = {memory.external_id: memory.title for memory in collection.memories}
    group: dict[str | None, int] = {}
    for cluster in await engine.clusters():
        for memory in await engine.cluster_memories(cluster.number, limit=len(titles)):
            group[memory.external_id] = cluster.number
    inside = [(titles[key], group[key]) for key in titles if key in group]
    by_group: dict[int, Counter[str | None]] = {}
    for title, number in inside:
        by_group.setdefault(number, Counter())[title] += 1
    purity = sum(counts.most_common(1)[0][1] for counts in by_group.values()) / max(1, len(inside))
    every = [(titles[key], group.get(key, -1 - place)) for place, key in enumerate(titles)]
    limit = 0.7 if name.endswith("en") else None
    note = f"{len(by_group)} clusters, {len(inside)} of {len(titles)} paragraphs in one"
    return [
        Figure(name=f"{name} clusters: purity", value=purity, limit=limit, note=note),
        Figure(name=f"{name} clusters: mutual information", value=_mutual(every), note="normalised; alone counts"),
    ]


def _mutual(pairs: Sequence[tuple[object, object]]) -> float:
    """Normalised mutual information of two labellings (arithmetic mean of the entropies)."""
    count = len(pairs)
    both = Counter(pairs)
    first, second = Counter(one for one, _ in pairs), Counter(two for _, two in pairs)
    shared = sum(n / count * math.log(count * n / (first[one] * second[two])) for (one, two), n in both.items())
    return 2 * shared / max(1e-9, _entropy(first.values(), count) + _entropy(second.values(), count))


def _entropy(sizes: Iterable[int], count: int) -> float:
    return -sum(size / count * math.log(size / count) for size in sizes)


async def _speed(context: BenchContext, collections: Sequence[Collection], size: int) -> list[Figure]:
    data = context.work / f"speed-{size}"
    async with Engine.open(Settings(data_dir=data)) as engine:
        made = _made(collections, engine._parts.embedder, size)
        for _ in range(size // _BATCH):
            await engine.remember_many([next(made) for _ in range(_BATCH)])
        if size <= _SIZES[0]:  # grouping reads the database; the rest asks the graphs
            await engine._parts.executors.run("io", engine._parts.indexes.settle)
        slices: list[float] = []
        memory = most = _taken()
        began, worked = time.perf_counter(), time.process_time()
        last = began

        async def breathe() -> None:
            nonlocal last, most
            now = time.perf_counter()
            slices.append(now - last)
            last = now
            most = max(most, _taken())

        await Grouping(engine._parts.consolidator._room).run(breathe)
        grouping, working = time.perf_counter() - began, time.process_time() - worked
        grown = most - memory
        figures = [
            Figure(
                name=f"grouping {size:,} memories",
                value=grouping,
                unit="s",
                limit=5.0 if size == _SIZES[0] else None,
                sense="at most",
                note=f"{working:.1f} s of all cores; longest slice {max(slices):.2f} s, at most {grown:.0f} MB more",
            )
        ]
        if size > _SIZES[0]:
            return figures
        first, second = await engine.consolidate(), await engine.consolidate()
    return [
        *figures,
        Figure(
            name=f"everything else, {size:,} memories",
            value=first.seconds,
            unit="s",
            note=f"all of them new; {first.merged} merged, {first.clusters} clusters named",
        ),
        Figure(name=f"a second run, {size:,} memories", value=second.seconds, unit="s", note="nothing is new"),
    ]


def _taken() -> float:
    """Memory that this process takes, in MB."""
    return float(psutil.Process().memory_info().rss) / 1e6
