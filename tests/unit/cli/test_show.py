"""How values look on a terminal and in JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from engine.cli import show
from engine.values import (
    Answer,
    Citation,
    ComponentStatus,
    ConversationSource,
    DocumentSource,
    EngineStatus,
    FileState,
    Hit,
    IngestFile,
    IngestReport,
    Memory,
    VerifyReport,
)

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SOURCE = DocumentSource("d1", "/files/a.zip!/inner/lease.pdf", 4, ("Lease", "Term"), 10, 40)


def memory(text: str = "The lease ends on 31 May.", **fields: object) -> Memory:
    plain = {"id": "m1", "layer": "assets", "kind": "document_chunk", "created_at": NOON, "occurred_at": NOON, **fields}
    return Memory(text=text, **plain)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (None, ""),
        (SOURCE, "lease.pdf, page 4 · Lease › Term (/files/a.zip!/inner/lease.pdf)"),
        (DocumentSource("d", "/n/notes.md", None, (), 0, 1), "notes.md (/n/notes.md)"),
        (ConversationSource("c1", None), "conversation c1"),
    ],
)
def test_a_source_in_words(source: object, words: str) -> None:
    assert show.place(source) == words  # type: ignore[arg-type]


def test_ingest_json_has_the_agreed_fields(capsys: pytest.CaptureFixture[str]) -> None:
    report = IngestReport(
        files=(
            IngestFile(id="1", path="/a.pdf", state=FileState.DONE, chunks=3, seconds=0.5),
            IngestFile(id="2", path="/b\udcff.pdf", state=FileState.SKIPPED, reason="no text found"),
        ),
        seconds=1.5,
    )
    show.print_json(show.ingest_json(report))
    assert json.loads(capsys.readouterr().out) == {
        "files": [
            {"path": "/a.pdf", "state": "done", "reason": None, "chunks": 3, "seconds": 0.5},
            {"path": "/b\udcff.pdf", "state": "skipped", "reason": "no text found", "chunks": 0, "seconds": 0.0},
        ],
        "seconds": 1.5,
    }


def test_a_report_names_every_file_with_something_to_say(capsys: pytest.CaptureFixture[str]) -> None:
    files = (
        IngestFile(id="1", path="/a.pdf", state=FileState.DONE, chunks=3),
        IngestFile(id="2", path="/b.pdf", state=FileState.DONE, chunks=1, reason="2 pages without text"),
        IngestFile(id="3", path="/c.pdf", state=FileState.FAILED, reason="it is encrypted"),
    )
    show.print_report(IngestReport(files=files, seconds=2.0))
    assert capsys.readouterr().out.splitlines() == [
        "done: /b.pdf (2 pages without text)",
        "failed: /c.pdf (it is encrypted)",
        "2 done, 1 failed; 4 passages remembered in 2.0 s.",
    ]
    show.print_report(IngestReport(files=(), seconds=0.0))
    assert capsys.readouterr().out.startswith("no files; 0 passages")


def test_hits_with_and_without_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    hit = Hit(memory=memory(source=SOURCE), score=0.75, scores={"bm25": 1.25, "fused": 0.75}, reason="The words match.")
    show.print_hits([hit], explain=False)
    plain = capsys.readouterr().out
    assert "  1. ● lease.pdf, page 4" in plain
    assert "0.750   m1" in plain
    assert "bm25" not in plain
    show.print_hits([hit], explain=True)
    explained = capsys.readouterr().out
    assert "The words match." in explained
    assert "bm25 1.250  fused 0.750" in explained
    show.print_hits([], explain=True)
    assert capsys.readouterr().out == "Nothing was found.\n"


def test_an_answer_with_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    citation = Citation(number=1, memory_id="m1", quote="ends on 31 May", source=SOURCE)
    show.print_answer(Answer(text="It ends on 31 May. [1]", made_by="quotes", abstained=False, citations=(citation,)))
    assert capsys.readouterr().out.splitlines() == [
        "It ends on 31 May. [1]",
        "",
        "Quoted word for word from memory: no language model is set up.",
        "[1] lease.pdf, page 4 · Lease › Term (/files/a.zip!/inner/lease.pdf)",
    ]
    show.print_answer(Answer(text="Nothing was found.", made_by="quotes", abstained=True))
    assert capsys.readouterr().out == "Nothing was found.\n"


def test_memories_on_one_line_each(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "90")
    show.print_memories([memory("words " * 100), memory("b\nc", title="A title")])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert all(len(line) <= 90 for line in lines)
    assert lines[0].endswith("…")
    assert lines[1].endswith("A title")
    show.print_memories([])
    assert "Nothing is remembered" in capsys.readouterr().out


def test_one_memory_whole(capsys: pytest.CaptureFixture[str]) -> None:
    show.print_memory(
        memory("All of\nit.", tags=("a", "b"), expires_at=NOON, deleted_at=NOON, speaker="Ann", title="T")
    )
    out = capsys.readouterr().out
    assert out.endswith("\n\nAll of\nit.\n")
    for words in ("id          m1", "tags        a, b", "said by     Ann", "deleted     2026", "expires     2026"):
        assert words in out


def test_status_says_the_sentence_first(capsys: pytest.CaptureFixture[str]) -> None:
    status = EngineStatus(
        state="degraded",
        summary="One thing needs you.",
        components=(ComponentStatus(name="Embedder", state="degraded", summary="It runs slowly.", mend="Do this."),),
        memories={"interact": 1, "assets": 2},
        documents=1,
        conversations=0,
        data_dir="/data",
        version="1",
    )
    show.print_status(status)
    out = capsys.readouterr().out
    assert out.startswith("One thing needs you.\n")
    assert "degraded  Embedder: It runs slowly." in out
    assert "Do this." in out
    assert "1 in interact, 2 in assets. 1 document, 0 conversations." in out


def test_verify_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    show.print_verify(VerifyReport(memories=1, indexed={}, problems=(), seconds=0.1))
    assert capsys.readouterr().out == "1 memory; every index agrees with the database.\n"
    show.print_verify(VerifyReport(memories=1, indexed={}, problems=("assets: 1 missing",), seconds=0.1))
    out = capsys.readouterr().out
    assert "assets: 1 missing" in out
    assert "memory verify --mend" in out
