"""Clusters through the engine: found, named, stable, and without a trace of what is erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from engine import Engine, NewMemory, Settings
from engine.memory.consolidation import grouping
from engine.memory.consolidation.clustering import Groups, tightness
from engine.memory.store import cluster_queries, recall_queries
from engine.memory.store.cluster_queries import WORDS

DAY = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
GARDEN = [
    "The tomatoes in the garden need water every evening in summer.",
    "I planted new tomatoes and basil in the garden bed.",
    "Slugs ate the lettuce in the garden bed again.",
    "The garden soil is too dry for tomatoes and lettuce.",
    "Compost makes the garden soil better for vegetables.",
    "We harvested the first ripe tomatoes from our garden.",
]
SERVER = [
    "The database server runs out of disk space every month.",
    "I restarted the database server after the kernel update.",
    "Backups of the database server run at night.",
    "The server logs show errors of the database connection.",
    "We moved the database to a faster server with more memory.",
    "Disk usage of the database server is at ninety percent.",
]
VIOLIN = [
    "My violin teacher gave me a new sonata to practise.",
    "The violin strings should be changed before the concert.",
    "I practise the violin sonata for an hour after school.",
    "The violin concert of the orchestra takes place in the hall.",
    "My violin bow needs new hair before the orchestra plays.",
    "The orchestra rehearses the violin concerto with our teacher.",
]
ALL = [*GARDEN, *SERVER, *VIOLIN]
RUSSIAN = [
    "Помидоры на грядке в саду надо поливать вечером.",
    "Новые помидоры и базилик посадили в саду на грядке.",
    "Слизни съели салат в саду на грядке.",
    "На грядке в саду слишком сухо для помидоров.",
    "Поливать помидоры в саду помогает соседка.",
    "Сервер базы данных снова заполнил весь диск.",
    "Базу данных перенесли на новый сервер с большим диском.",
    "Сервер базы данных перезапустили после обновления.",
    "Копии базы данных сервер делает ночью на диск.",
    "Диск сервера базы данных почти заполнен.",
    "Учительница дала новую сонату для скрипки.",
    "Струны скрипки пора менять перед концертом.",
    "Соната для скрипки звучит на концерте оркестра.",
    "Скрипка в оркестре играет сонату на концерте.",
]


async def fill(engine: Engine, texts: list[str], **fields: object) -> list[str]:
    new = [
        NewMemory(text=text, layer="assets", occurred_at=DAY + timedelta(hours=number), **fields)  # type: ignore[arg-type]
        for number, text in enumerate(texts)
    ]
    return [memory.id for memory in await engine.remember_many(new)]


async def texts_of(engine: Engine, number: int) -> set[str]:
    return {memory.text for memory in await engine.cluster_memories(number)}


async def test_related_memories_are_grouped_named_and_told_in_short(lived: Engine) -> None:
    await fill(lived, ALL)

    done = await lived.consolidate()
    found = await lived.clusters()

    assert done.clusters == len(found) >= 3
    assert done.named == len(found)
    for about, word in ((GARDEN, "garden"), (SERVER, "server"), (VIOLIN, "violin")):
        (cluster,) = [one for one in found if word in one.name.casefold()]
        inside = await texts_of(lived, cluster.number)
        assert len(inside) == cluster.size >= 3
        assert inside <= set(about)
        assert cluster.summary
        assert all(sentence in " ".join(about) for sentence in cluster.summary.split(". ")[:1])


async def test_russian_is_grouped_by_its_words_where_the_embedder_does_not_know_it(lived: Engine) -> None:
    await fill(lived, RUSSIAN)
    await lived.consolidate()

    found = await lived.clusters()
    names = " ".join(one.name.casefold() for one in found)

    assert len(found) >= 2
    assert "сервер" in names or "баз" in names
    for cluster in found:
        inside = await texts_of(lived, cluster.number)
        assert sum("сервер" in text.casefold() for text in inside) in (0, len(inside))


async def test_clusters_keep_their_numbers_and_take_in_what_is_new(lived: Engine) -> None:
    await fill(lived, ALL)
    await lived.consolidate()
    before = {one.number: one for one in await lived.clusters()}

    assert not (await lived.consolidate()).changed
    new = ["The garden bed with tomatoes and lettuce needs more compost and water."]
    await fill(lived, new)
    await lived.consolidate()

    after = {one.number: one for one in await lived.clusters()}
    assert before.keys() == after.keys()
    (garden,) = [one for one in after.values() if "garden" in one.name.casefold()]
    assert garden.size == before[garden.number].size + 1
    assert set(new) <= await texts_of(lived, garden.number)


async def test_looking_at_everything_anew_keeps_numbers_too(lived: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(lived, ALL)
    await lived.consolidate()
    before = {one.number: await texts_of(lived, one.number) for one in await lived.clusters()}
    monkeypatch.setattr(grouping, "ANEW_LEAST", 0)
    monkeypatch.setattr(grouping, "ANEW_SHARE", 0.0)
    await fill(lived, ["Disk space of the database server was doubled by a new server disk."])

    await lived.consolidate()

    after = {one.number: await texts_of(lived, one.number) for one in await lived.clusters()}
    shared = before.keys() & after.keys()
    assert len(shared) >= len(before) - 1
    for number in shared:
        assert len(before[number] & after[number]) >= len(before[number]) / 2


async def test_another_model_finds_the_same_groups_by_their_members(lived: Engine) -> None:
    await fill(lived, ALL)
    await lived.consolidate()
    before = {one.number for one in await lived.clusters()}

    def other_space(_: object, writer: object) -> None:
        writer.execute_sql("UPDATE cluster SET model = 'another@1', centre = x'0000803f'")  # type: ignore[attr-defined]

    await lived._parts.memory.write(other_space)
    await lived._parts.memory.write(
        lambda _, writer: writer.execute_sql("DELETE FROM meta WHERE key = 'consolidation_clusters'")
    )
    await lived.consolidate()

    with lived._parts.store.read() as reader:
        rows = cluster_queries.clusters(reader)
    assert {row.number for row in rows} <= before
    assert {row.model for row in rows} == {lived._parts.embedder.model_id}


async def test_what_leaves_the_memory_leaves_its_cluster(lived: Engine) -> None:
    ids = await fill(lived, ALL)
    await lived.consolidate()
    found = await lived.clusters()
    (garden,) = [one for one in found if "garden" in one.name.casefold()]

    await lived.delete_memories(ids[:6])
    await lived.consolidate()

    left = await lived.clusters()
    assert garden.number not in [one.number for one in left]
    await lived.delete_memories(ids[6:])
    await lived.consolidate()
    assert await lived.clusters() == []


async def test_too_few_memories_are_not_grouped(lived: Engine) -> None:
    await fill(lived, GARDEN)
    assert not (await lived.consolidate()).clusters


@pytest.mark.parametrize("texts", [ALL, RUSSIAN], ids=["by meaning", "by words"])
async def test_an_erased_memory_leaves_neither_name_nor_text_nor_centre(
    lived: Engine, texts: list[str], data_dir: Path
) -> None:
    """The canary stands in the cluster's name and short text; after erasing in nothing, centres included."""
    canary = "xanaduquartz"
    secret = [f"{text.rstrip('.')} ({canary}, {canary}, {canary})." for text in texts[:2]]
    ids = await fill(lived, [*secret, *texts[2:]])
    await lived.consolidate()
    store = lived._parts.store
    with store.read() as reader:
        before = {row.number: row for row in cluster_queries.clusters(reader)}
    (touched,) = [row for row in before.values() if canary in row.name.casefold()]
    assert any(canary in row.summary.casefold() for row in before.values())
    assert {memory.id for memory in await lived.cluster_memories(touched.number)} > set(ids[:2])

    await lived.delete_memories(ids[:2], erase=True)

    with store.read() as reader:
        after = {row.number: row for row in cluster_queries.clusters(reader)}
        left = cluster_queries.members(reader, touched.number, limit=-1)
        model = lived._parts.embedder.model_id
        blobs = recall_queries.vectors_of(reader, model, left)
    assert not any(canary in (row.name + row.summary).casefold() for row in after.values())
    if touched.model == WORDS:
        assert touched.number not in after  # its centre is made of words; the next run groups them anew
        await lived.consolidate()
    else:
        assert after[touched.number].size == len(left) >= 3
        own = np.frombuffer(after[touched.number].centre, "<f4")
        mean = np.mean([np.frombuffer(blob, "<f4") for blob in blobs.values()], axis=0)
        assert own == pytest.approx(mean / np.linalg.norm(mean), abs=1e-6)
        assert after[touched.number].centre != touched.centre
    named = await lived.clusters()
    assert all(one.name for one in named)
    assert canary not in " ".join(one.name + one.summary for one in named).casefold()
    await lived.close()
    for path in [path for path in data_dir.rglob("*") if path.is_file()]:
        data = path.read_bytes()
        assert canary.encode() not in data.lower(), path
        assert touched.centre[:64] not in data, path


async def test_what_is_erased_while_clusters_are_made_is_not_written(lived: Engine) -> None:
    """A run that read a vector before it was erased gives up, and the next one begins anew."""
    ids = await fill(lived, ALL)
    consolidator = lived._parts.consolidator
    erased: list[int] = []

    async def erase_meanwhile() -> None:
        if not erased:
            erased.append(await lived.delete_memories(ids[:1], erase=True))

    grouped = grouping.Grouping(consolidator._room)
    assert await grouped.run(erase_meanwhile) == 0
    with lived._parts.store.read() as reader:
        assert cluster_queries.clusters(reader) == []
    assert (await lived.consolidate()).clusters >= 2


def test_a_sample_tells_what_is_near_whatever_the_spread() -> None:
    made = np.random.default_rng(1)
    centres = made.standard_normal((20, 64))
    points = np.repeat(centres, 10, axis=0) + 0.3 * made.standard_normal((200, 64))
    for shift in (0.0, 5.0):  # an embedder that puts everything close together
        moved = points + shift
        unit = (moved / np.linalg.norm(moved, axis=1, keepdims=True)).astype(np.float32)
        groups = Groups.of(tightness(unit), 64)
        for _ in range(2):
            groups.learn(unit)
            groups.settle()
        places, _ = groups.assign(unit)
        of_group = [places[start : start + 10] for start in range(0, 200, 10)]
        together = sum(np.unique(some[some >= 0], return_counts=True)[1].max(initial=0) for some in of_group)
        assert together >= 160


async def test_many_blocks_give_the_same_as_one(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "BLOCK", 5)
    monkeypatch.setattr(grouping, "KEPT", 0)
    async with Engine.open(settings) as engine:
        await fill(engine, ALL)
        await engine.consolidate()
        found = await engine.clusters()
    assert len(found) >= 2
    assert sum(one.size for one in found) >= 9
