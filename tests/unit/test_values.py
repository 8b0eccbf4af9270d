import json
from datetime import UTC, datetime

import pytest

from engine import (
    Answer,
    Citation,
    ConversationSource,
    DocumentSource,
    FileState,
    Hit,
    IngestFile,
    Memory,
    to_json,
)

NOW = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
SOURCE = DocumentSource(document_id="d", path="/a.pdf", page=4, heading=("Term",), start=3, end=9)
MEMORY = Memory(id="m", text="x", layer="assets", kind="note", created_at=NOW, occurred_at=NOW, source=SOURCE)


def test_a_hit_carries_its_source_in_json() -> None:
    plain = json.loads(json.dumps(to_json(Hit(memory=MEMORY, score=1.0, scores={"bm25": 2.0}))))
    assert plain["source"] == {
        "type": "document", "document_id": "d", "path": "/a.pdf", "page": 4, "heading": ["Term"], "start": 3, "end": 9,
    }  # fmt: skip
    assert plain["memory"]["occurred_at"] == "2026-03-04T05:06:00+00:00"
    assert plain["scores"] == {"bm25": 2.0}


def test_an_answer_in_json_has_the_names_of_the_contract() -> None:
    answer = Answer(
        text="t", made_by="quotes", abstained=False, citations=(Citation(number=1, memory_id="m", quote="q"),)
    )
    plain = to_json(answer)
    assert {"text", "made_by", "abstained", "citations"} <= plain.keys()
    assert plain["citations"] == [{"number": 1, "memory_id": "m", "quote": "q", "source": None}]


def test_a_conversation_source_says_what_it_is() -> None:
    assert to_json(ConversationSource("c", "m")) == {"conversation_id": "c", "message_id": "m", "type": "conversation"}


def test_states_are_plain_words() -> None:
    row = to_json(IngestFile(id="1", path="/a", state=FileState.SKIPPED))
    assert json.loads(json.dumps(row))["state"] == "skipped"


@pytest.mark.parametrize("state", FileState)
def test_final_states(state: FileState) -> None:
    assert state.final == (state.value in {"done", "skipped", "failed", "cancelled"})
