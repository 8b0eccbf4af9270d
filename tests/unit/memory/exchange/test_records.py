"""A line is a memory or it says why it is none; nothing that is put into a line gets further than that."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from engine.memory.exchange.records import LineBroken, Record, read_line
from engine.memory.memory import LONGEST_TEXT

ID = "0123456789abcdef0123456789abcdef"


def line(**fields: Any) -> bytes:
    return json.dumps({"text": "hello", **fields}).encode()


def vector(numbers: list[float], **fields: Any) -> dict[str, Any]:
    data = base64.b64encode(np.asarray(numbers, "<f4").tobytes()).decode()
    return {"model": "m", "dimensions": len(numbers), "data": data, **fields}


def test_a_text_alone_is_a_memory() -> None:
    record = read_line(b'{"text": "hello"}')
    assert (record.text, record.layer, record.kind, record.expires) == ("hello", "assets", "note", False)
    assert len(record.id) == 32
    assert read_line(b'{"text": "hello", "tags": []}').id == record.id
    assert read_line(b'{"text": "hello", "session": "s"}').id != record.id


def test_every_field_is_read() -> None:
    source = {
        "type": "document", "document_id": ID, "path": "/a/b.pdf",
        "page": 3, "heading": ["A", "B"], "start": 5, "end": 9,
    }  # fmt: skip
    record = read_line(
        line(
            id=ID,
            external_id="mine",
            layer="insights",
            kind="fact",
            speaker="Ann",
            session="s",
            title="T",
            tags=["x", "ü"],
            created_at="2026-03-14T09:26:53.000005+02:00",
            occurred_at="1969-12-31T23:59:59Z",
            expires_at=None,
            pinned=True,
            importance=0.5,
            access_count=7,
            repeats=2,
            superseded_by="f" * 32,
            links=[{"part": "e" * 32, "kind": "part"}],
            source=source,
            unknown={"deep": [1, 2]},
        )
    )
    assert (record.id, record.external_id, record.layer, record.kind, record.expires) == (
        ID, "mine", "insights", "fact", True,
    )  # fmt: skip
    assert record.columns["created_at"] == 1773473213_000005
    assert record.columns["occurred_at"] == -1_000_000
    assert json.loads(record.columns["tags"]) == ["x", "ü"]
    assert record.links == (("e" * 32, "part"),)
    assert record.place is not None
    assert (record.place.page, record.place.heading, record.place.end) == (3, ("A", "B"), 9)
    talk = read_line(line(source={"type": "conversation", "conversation_id": "c", "message_id": None}))
    assert talk.conversation == ("c", None)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"[1]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"text": "a"', "not JSON"),
        (b'{"text": "a"} {"text": "b"}', "not JSON"),
        (b"[" * 200_000, "too deeply|not JSON"),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too deeply"),
        (b'{"text": "a", "importance": NaN}', "NaN is no number"),
        (b'{"text": "a", "importance": 1e999}', "importance"),
        (b'{"text": "a", "access_count": ' + b"9" * 5000 + b"}", "not JSON"),
        (line(text=None), "text: a nothing is no text"),
        (line(text=5), "text: a number"),
        (line(text=["a"]), "text: a list"),
        (line(text="  \u200b\n"), "nothing visible"),
        (line(text="x" * (LONGEST_TEXT + 1)), "too many"),
        (line(id="1"), "id: it is not 32"),
        (line(id="../" * 8 + "12345678"), "id: it is not 32"),
        (line(id=5), "id"),
        (line(external_id=""), "external_id: it is empty"),
        (line(external_id={}), "external_id: a object"),
        (line(layer="attic"), "layer: 'attic' is not one of"),
        (line(layer=["assets"]), "layer"),
        (line(kind=None), "kind"),
        (line(tags="abc"), "tags"),
        (line(tags=[1]), "tags"),
        (line(tags=["x"] * 1001), "tags"),
        (line(created_at="yesterday"), "created_at: 'yesterday' is no time"),
        (line(created_at=None), "created_at: there is no time"),
        (line(created_at=1773473213), "created_at: a number"),
        (line(occurred_at="2026-03-14T09:26:53"), "occurred_at: a time needs its zone"),
        (line(occurred_at="0001-01-01T00:00:00+14:00"), "years 1 to 9999"),
        (line(occurred_at="9999-12-31T23:59:59-12:00"), "years 1 to 9999"),
        (line(occurred_at="99999-01-01T00:00:00Z"), "no time"),
        (line(expires_at="2026-02-30T00:00:00Z"), "no time"),
        (line(pinned="yes"), "pinned: a text is neither"),
        (line(pinned=1), "pinned: a number is neither"),
        (line(importance=True), "importance"),
        (line(access_count=-1), "access_count"),
        (line(access_count=1.5), "access_count"),
        (line(repeats=2**63), "repeats"),
        (line(position=2**70), "position"),
        (line(superseded_by="newer"), "superseded_by"),
        (line(source="book"), "source"),
        (line(source={"type": "film"}), "source"),
        (line(source={"type": "document", "path": "/a"}), "source"),
        (line(source={"type": "document", "document_id": ID, "path": ""}), "source"),
        (line(source={"type": "document", "document_id": ID, "path": "/a", "page": -1}), "page"),
        (line(source={"type": "document", "document_id": ID, "path": "/a", "heading": "A"}), "headings"),
        (line(source={"type": "conversation"}), "conversation_id"),
        (line(links={}), "links"),
        (line(links=[{"part": "x", "kind": "part"}]), "part"),
        (line(links=[{"part": ID}]), "links"),
        (line(links=[5]), "links"),
        (line(vector=[0.1]), "vector"),
        (line(vector={"model": "m", "dimensions": 2, "data": "!"}), "base64"),
        (line(vector=vector([1.0, 0.0], dimensions=3)), "vector: 8 bytes are not 3"),
        (line(vector=vector([1.0], dimensions=True)), "vector"),
        (line(vector=vector([math.nan, 1.0])), "finite"),
        (line(vector=vector([math.inf, 1.0])), "finite"),
        (line(vector=vector([0.0, 0.0])), "not all zero"),
    ],
)
def test_a_line_that_is_no_memory_says_why(bad: bytes, words: str) -> None:
    with pytest.raises(LineBroken, match=words):
        read_line(bad)


def test_lone_surrogates_become_characters() -> None:
    record = read_line(rb'{"text": "a\ud800b", "title": "\udfff", "tags": ["\ud800"], "session": "\ud8001"}')
    for text in (record.text, record.columns["title"], record.columns["session"], *json.loads(record.columns["tags"])):
        text.encode()
        assert "\ufffd" in text


def test_a_vector_has_length_1() -> None:
    given = read_line(line(vector=vector([3.0, 4.0]))).vector
    assert given is not None
    assert np.frombuffer(given.data, "<f4").tolist() == pytest.approx([0.6, 0.8])
    exact = np.asarray([0.6, 0.8], "<f4").tobytes()
    kept = read_line(line(vector=vector([0.6, 0.8]))).vector
    assert kept is not None
    assert kept.data == exact  # not a bit of it changes on its way through files


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(
    (
        "id", "external_id", "text", "layer", "kind", "speaker", "session", "title", "tags", "created_at",
        "occurred_at", "position", "pinned", "importance", "access_count", "accessed_at", "expires_at",
        "superseded_by", "valid_to",
        "superseded_at", "version_of", "repeats", "moved_at", "archived_at", "deleted_at", "source", "links", "vector",
    )
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(fields=st.dictionaries(FIELDS, JSON, max_size=6), raw=st.binary(max_size=40), whole=st.booleans())
def test_whatever_stands_in_a_line_it_is_a_memory_or_told(fields: dict[str, Any], raw: bytes, whole: bool) -> None:
    data = json.dumps({"text": "hello", **fields}).encode() if whole else raw
    try:
        record = read_line(data)
    except LineBroken:
        return
    assert isinstance(record, Record)
    assert record.text.strip()
    record.text.encode()
    for value in record.columns.values():
        assert value is None or isinstance(value, (str, int, float, bool))
        if isinstance(value, int):
            assert abs(value) < 2**63
