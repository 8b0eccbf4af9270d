"""Values as plain text for a terminal, or as one JSON document."""

from __future__ import annotations

import json
import shutil
import textwrap
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import PurePath
from typing import Any, assert_never

from engine.agent.wording import statement_for
from engine.values import (
    Answer,
    DocumentSource,
    EngineStatus,
    FileState,
    Hit,
    IngestReport,
    Memory,
    Source,
    VerifyReport,
    to_json,
)

MARKS = {"interact": "○", "insights": "◐", "assets": "●"}
"""The layers' quiet marks: a ring, a half disc, a full disc."""


def print_json(value: Any) -> None:
    """One document; values of the engine become plain ones."""
    text = json.dumps(to_json(value), ensure_ascii=False, indent=2)
    # A path with undecodable bytes holds lone surrogates; \udcff is how JSON itself writes one.
    print(text.encode("utf-8", "backslashreplace").decode("utf-8"))


def ingest_json(report: IngestReport) -> dict[str, Any]:
    """The document of `ingest --json`."""
    files = [
        {
            "path": file.path,
            "state": str(file.state),
            "reason": file.reason,
            "chunks": file.chunks,
            "seconds": file.seconds,
        }
        for file in report.files
    ]
    return {"files": files, "seconds": report.seconds}


def print_report(report: IngestReport) -> None:
    """What became of the files: those with something to say one by one, then the sum."""
    for file in report.files:
        if file.reason or file.state is not FileState.DONE:
            print(f"{file.state}: {file.path}" + (f" ({file.reason})" if file.reason else ""))
    states = Counter(file.state for file in report.files)
    parts = [f"{states[state]} {state}" for state in FileState if states[state]]
    chunks = sum(file.chunks for file in report.files)
    print(f"{', '.join(parts) or 'no files'}; {plural(chunks, 'passage')} remembered in {report.seconds:.1f} s.")


def print_hits(hits: list[Hit], *, explain: bool) -> None:
    """Numbered hits, each with where it stands."""
    if not hits:
        print("Nothing was found.")
    for number, hit in enumerate(hits, 1):
        memory = hit.memory
        print(f"{number:>3}. {MARKS[memory.layer]} {place(hit.source) or memory.kind}   {hit.score:.3f}   {memory.id}")
        print(wrapped(shortened(memory.text, 400), indent=5))
        if explain:
            if hit.reason:
                print(wrapped(hit.reason, indent=5))
            print(wrapped("  ".join(f"{name} {score:.3f}" for name, score in hit.scores.items()), indent=5))


def print_answer(answer: Answer) -> None:
    """The answer, then its sources."""
    for paragraph in answer.text.splitlines():
        print(wrapped(paragraph) if paragraph.strip() else "")
    print_sources(answer)


def print_sources(answer: Answer) -> None:
    """What stands behind an answer: who wrote it, from what, and which passages it cites."""
    stated = statement_for(answer)
    if answer.citations or stated or answer.basis:
        print()
    for line in (stated, answer.basis):
        if line:
            print(line)
    for citation in answer.citations:
        print(f"[{citation.number}] {place(citation.source) or citation.memory_id}")


def print_memories(memories: Iterable[Memory]) -> None:
    """One line each."""
    width = shutil.get_terminal_size().columns
    empty = True
    for memory in memories:
        empty = False
        head = f"{memory.id}  {MARKS[memory.layer]} {local(memory.occurred_at)}  {memory.kind:14}  "
        print(head + shortened(memory.title or memory.text, max(20, width - len(head))))
    if empty:
        print("Nothing is remembered here yet.")


def print_memory(memory: Memory) -> None:
    """One memory whole."""
    rows = {
        "id": memory.id,
        "layer": f"{MARKS[memory.layer]} {memory.layer}",
        "kind": memory.kind,
        "title": memory.title,
        "said by": memory.speaker,
        "happened": local(memory.occurred_at),
        "remembered": local(memory.created_at),
        "expires": local(memory.expires_at) if memory.expires_at else None,
        "pinned": "it never expires" if memory.pinned else None,
        "archived": local(memory.archived_at) if memory.archived_at else None,
        "replaced by": memory.superseded_by,
        "earlier of": memory.version_of,
        "said again": f"{plural(memory.repeats, 'time')}" if memory.repeats else None,
        "deleted": local(memory.deleted_at) if memory.deleted_at else None,
        "source": place(memory.source),
        "tags": ", ".join(memory.tags),
    }
    for name, value in rows.items():
        if value:
            print(f"{name:11} {value}")
    print()
    print(memory.text)


def print_status(status: EngineStatus) -> None:
    """The sentence first, then the components."""
    print(status.summary)
    print()
    for component in status.components:
        print(f"{component.state:9} {component.name}: {component.summary}")
        if component.mend:
            print(wrapped(component.mend, indent=10))
    counts = ", ".join(f"{count} in {layer}" for layer, count in status.memories.items())
    print(
        f"\nMemories: {counts}. {plural(status.documents, 'document')}, {plural(status.conversations, 'conversation')}."
    )
    print(f"Data: {status.data_dir}")
    print(f"Version: {status.version}")


def print_verify(report: VerifyReport) -> None:
    """Agreement, or every problem."""
    for done in report.mended:
        print(f"Mended: {done}")
    for problem in report.problems:
        print(problem)
    if report.problems:
        print("`magray memory verify --mend` puts right what can be.")
    else:
        print(f"{plural(report.memories, 'memory', 'memories')}; every index agrees with the database.")


def place(source: Source | None) -> str:
    """Where something stands, in words; empty where nothing is known."""
    if source is None:
        return ""
    if isinstance(source, DocumentSource):
        archive, inside, member = source.path.partition("!/")
        name = PurePath(member if inside else archive).name
        page = f", page {source.page}" if source.page is not None else ""
        heading = f" · {' › '.join(source.heading)}" if source.heading else ""
        return f"{name}{page}{heading} ({source.path})"
    if source.type == "conversation":
        return f"conversation {source.conversation_id}"
    assert_never(source)


def wrapped(text: str, *, indent: int = 0) -> str:
    """Folded to the terminal."""
    width = max(40, min(100, shutil.get_terminal_size().columns))
    return textwrap.fill(text, width, initial_indent=" " * indent, subsequent_indent=" " * indent)


def shortened(text: str, length: int) -> str:
    """On one line, at most so long."""
    plain = " ".join(text.split())
    return plain if len(plain) <= length else plain[: length - 1] + "…"


def local(moment: datetime) -> str:
    """To the minute, in the owner's time zone."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 document`, `2 documents`."""
    return f"{count} {one if count == 1 else many or one + 's'}"
