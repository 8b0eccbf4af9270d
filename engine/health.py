"""The state of the engine in plain words: one component at a time, then one line for all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from engine.background_values import BackgroundStatus
from engine.model_values import ReembeddingStatus
from engine.values import ComponentStatus, EngineStatus, FileState

LOW_DISK = 500 * 1024 * 1024
"""Free bytes below which the owner is warned: a merge or a backup of a large memory needs about as much."""


def memory_component(counts: Mapping[str, int], figures: Mapping[str, int | float | str]) -> ComponentStatus:
    """The memories and their indexes.

    Args:
        counts: Memories in each layer.
        figures: Of the indexes: `waiting` for records not merged yet, `rebuilding` and `failed` for indexes being built
            and indexes that cannot be.
    """
    total = sum(counts.values())
    waiting = int(figures.get("waiting", 0))
    rebuilding = int(figures.get("rebuilding", 0))
    failed = int(figures.get("failed", 0))
    summary = f"{total:,} {'memory' if total == 1 else 'memories'} in three layers"
    numbers = {**counts, **figures}
    if failed:
        return ComponentStatus(
            name="memory",
            state="degraded",
            summary=f"{summary}; {failed} of 5 indexes cannot be used, and the database is searched instead",
            mend="Build the indexes anew: magray memory rebuild.",
            figures=numbers,
        )
    if rebuilding:
        tail = f"; {rebuilding} of 5 indexes are being built, and everything is found meanwhile"
    else:
        tail = f", {waiting:,} waiting to be merged" if waiting else ", all indexed"
    return ComponentStatus(name="memory", state="ok", summary=summary + tail, figures=numbers)


def reranker_component(problem: str | None) -> tuple[ComponentStatus, ...]:
    """The reranker that was asked for and cannot be had; nothing where none was."""
    if problem is None:
        return ()
    mend = "To have none: magray config set reranking.mode off."
    return (ComponentStatus(name="reranker", state="degraded", summary=problem, mend=mend),)


def background_component(jobs: Sequence[BackgroundStatus]) -> tuple[ComponentStatus, ...]:
    """Background work that failed the last time; nothing where all went well."""
    failed = [job for job in jobs if job.failed and job.can_run]
    if not failed:
        return ()
    first = failed[0]
    more = f", and {len(failed) - 1} more" if len(failed) > 1 else ""
    return (
        ComponentStatus(
            name="background",
            state="degraded",
            summary=f"{first.title}: this failed{more}. {first.result}".strip(),
            mend=f"It is tried again by itself. To try now: magray background run {first.name}.",
            figures={"failed": len(failed)},
        ),
    )


def reembedding_component(status: ReembeddingStatus | None) -> tuple[ComponentStatus, ...]:
    """How far memories are embedded anew; nothing where nothing is to be done."""
    if status is None:
        return ()
    figures: dict[str, float | int | str] = {"done": status.done, "total": status.total, "model": status.to_model}
    told = f"{status.done:,} of {status.total:,} memories are embedded by {status.to_model}"
    if status.failure:
        return (
            ComponentStatus(
                name="reembedding",
                state="degraded",
                summary=f"{told}; then it stopped: {status.failure}",
                mend="Nothing is lost. The next start tries again.",
                figures=figures,
            ),
        )
    how = "it is paused"
    if not status.paused:
        how = f"until all are, {status.from_model} is used"
        how = how if status.from_model else "the others are found by words meanwhile"
    return (ComponentStatus(name="reembedding", state="ok", summary=f"{told}; {how}.", figures=figures),)


def documents_component(files: Mapping[FileState, int], documents: int, *, paused: bool) -> ComponentStatus:
    """What was read, and what could not be."""
    waiting = sum(files.get(state, 0) for state in (FileState.QUEUED, FileState.READING, FileState.EMBEDDING))
    failed, skipped = files.get(FileState.FAILED, 0), files.get(FileState.SKIPPED, 0)
    parts = [f"{documents:,} read"]
    if waiting:
        parts.append(f"{waiting:,} {'paused' if paused else 'waiting'}")
    if skipped:
        parts.append(f"{skipped:,} skipped")
    if failed:
        parts.append(f"{failed:,} could not be read")
    return ComponentStatus(
        name="documents",
        state="degraded" if failed else "ok",
        summary=", ".join(parts),
        mend="Open the list of files to see why, and try again." if failed else None,
        figures={state.value: count for state, count in files.items()} | {"documents": documents},
    )


def language_model_component(model: str = "", *, problem: str = "", mend: str = "") -> ComponentStatus:
    """Which language model answers.

    Args:
        model: Its id; empty where none is set up, and everything is quoted.
        problem: Why it does not answer now, as the end of a sentence; empty where it does.
        mend: What to do about that.
    """
    name = "language model"
    if not model:
        words = "None is set up; answers are quoted word for word from your files"
        return ComponentStatus(name=name, state="off", summary=words)
    if problem:
        return ComponentStatus(
            name=name, state="degraded", summary=f"{model} does not answer: {problem}", mend=mend or None
        )
    return ComponentStatus(name=name, state="ok", summary=f"{model} answers")


def storage_component(data: Path, copies: Sequence[str] = ()) -> ComponentStatus:
    """The data folder's size and the room left beside it.

    Args:
        data: The data folder.
        copies: Names of backups that hold something that was erased since.
    """
    used = _bytes_under(data)
    free = shutil.disk_usage(data).free
    low = free < LOW_DISK
    held = f"; backups from before hold what was erased since: {', '.join(copies)}" if copies else ""
    delete = "Delete those backups: Settings, Backups, or `magray memory backups --delete`." if copies else None
    return ComponentStatus(
        name="storage",
        state="degraded" if low else "ok",
        summary=f"{used / 1e6:,.0f} MB in {data}, {free / 1e9:,.1f} GB free{held}",
        mend="Make room on this disk; when it is full, nothing new can be remembered." if low else delete,
        figures={"bytes": used, "free": free, "copies_with_erased": len(copies)},
    )


def overview(
    components: Sequence[ComponentStatus],
    *,
    memories: Mapping[str, int],
    documents: int,
    conversations: int,
    data_dir: Path,
    version: str,
) -> EngineStatus:
    """All components, and one line that says the worst of them first."""
    failed = [component for component in components if component.state == "failed"]
    # A file that cannot be read is the file's trouble, told where files are listed: Magray itself works.
    degraded = [
        component for component in components if component.state == "degraded" and component.name != "documents"
    ]
    state: Literal["ok", "degraded", "failed"]
    if failed:
        state, summary = "failed", f"{failed[0].name.capitalize()}: {failed[0].summary}."
    elif degraded:
        state, summary = "degraded", f"Everything answers. {degraded[0].name.capitalize()}: {degraded[0].summary}."
    else:
        state, summary = "ok", "Everything works."
    return EngineStatus(
        state=state,
        summary=summary,
        components=tuple(components),
        memories=dict(memories),
        documents=documents,
        conversations=conversations,
        data_dir=str(data_dir),
        version=version,
    )


def _bytes_under(folder: Path) -> int:
    """What the files of a folder take. Files come and go meanwhile: indexes and caches write aside and rename."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(parent, name), follow_symlinks=False).st_size  # noqa: PTH116, PTH118 - quick
            except FileNotFoundError:
                continue
    return total
