from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import ModelError
from engine.models import catalog
from engine.models.entry_json import from_json, is_plain_name, to_json

ENTRY = catalog.find("qwen3-embedding-0.6b")


def plain() -> dict[str, Any]:
    value: dict[str, Any] = json.loads(json.dumps(to_json(ENTRY)))
    return value


def test_an_entry_comes_back_as_it_went() -> None:
    for entry in catalog.ENTRIES:
        for variant in entry.variants:
            chosen = entry.select(variant.name)
            back = from_json(json.loads(json.dumps(to_json(chosen))), where="a file")
            assert to_json(back) == to_json(chosen)
            assert (back.id, back.variant, back.files) == (chosen.id, chosen.variant, chosen.files)


def test_fields_of_later_versions_are_passed_over() -> None:
    assert from_json(plain() | {"colour": "green"}, where="a file").id == ENTRY.id


REQUIRED = ("id", "task", "name", "origin", "licence", "files", "model_file", "tokenizer_file", "languages")


@pytest.mark.parametrize("field", [*REQUIRED, "dimensions", "pooling", "max_tokens"])
def test_a_missing_field_is_named_with_its_entry(field: str) -> None:
    value = plain()
    del value[field]
    who = "without an id" if field == "id" else ENTRY.id
    with pytest.raises(ModelError, match=rf"{who} in models/x/manifest\.json.*: {field} is missing"):
        from_json(value, where="models/x/manifest.json")


WRONG: list[tuple[str, Any, str]] = [
    ("task", "sing", "task must be one of embed, rerank, chat"),
    ("pooling", "max", "pooling must be one of"),
    ("padding", "top", "padding must be one of"),
    ("quantization", "int3", "quantization must be one of"),
    ("dimensions", "1024", "dimensions must be a whole number"),
    ("dimensions", True, "dimensions must be a whole number"),
    ("dimensions", 0, "dimensions must be 1 or more"),
    ("max_tokens", 2, "max_tokens must be a whole number from 8"),
    ("max_tokens", 40000, "context_tokens must not be less"),
    ("matryoshka", [2048, 32], "matryoshka must lie between 1 and the 1024"),
    ("matryoshka", [32, 64], "matryoshka must fall"),
    ("matryoshka", "32", "matryoshka must be a list"),
    ("matryoshka", ["32"], "matryoshka must be a list of whole numbers"),
    ("languages", [], "languages is empty"),
    ("languages", [1], "languages must be a list of texts"),
    ("bundled", "no", "bundled must be true or false"),
    ("id", "../x", "id may hold"),
    ("id", "nul", "id may hold"),
    ("name", "", "name must be a text"),
    ("query_prefix", None, "query_prefix must be a text"),
    ("revision", "", "revision is missing"),
    ("repository", "", "repository is missing"),
    ("repository", "one", "repository must be OWNER/NAME"),
    ("variant", "a/b", "variant 'a/b' cannot name a folder"),
    ("model_file", "other.onnx", "model_file 'other.onnx' is not among its files"),
    ("tokenizer_file", "other.json", "tokenizer_file 'other.json' is not among its files"),
    ("files", [], "files is empty"),
    ("files", {}, "files must be a list"),
    ("files", ["a"], "files 'a' is not an object"),
    ("files", [{"name": "a", "size": 1}], "files a has no sha256"),
    ("files", [{"name": 5, "size": 1, "sha256": None}], "files 5 is not a name"),
    ("files", [{"name": "a", "size": "1", "sha256": None}], "files a has a size that is not a whole number"),
    ("files", [{"name": "a", "size": 1, "sha256": 7}], "files a has a checksum that is not a text"),
    ("files", [{"name": "a", "size": 1, "sha256": None, "path": 7}], "files a has an origin that is not a text"),
]


@pytest.mark.parametrize(
    ("field", "value", "why"), WRONG, ids=[f"{one[0]}-{number}" for number, one in enumerate(WRONG)]
)
def test_a_wrong_field_is_named_with_its_entry(field: str, value: Any, why: str) -> None:
    with pytest.raises(ModelError) as caught:
        from_json(plain() | {field: value}, where="models/x/manifest.json")
    assert f"in models/x/manifest.json cannot be used: {why}" in str(caught.value)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "../evil"}, "is not a plain file name"),
        ({"name": "manifest.json"}, "is not a plain file name"),
        ({"name": "con.onnx"}, "is not a plain file name"),
        ({"name": "TOKENIZER.json"}, "names a file twice"),
        ({"size": 0}, "has an impossible size, 0"),
        ({"sha256": "ABC"}, "has a checksum that is not 64"),
    ],
)
def test_a_wrong_file_is_named(change: dict[str, Any], why: str) -> None:
    value = plain()
    value["files"][0] |= change
    with pytest.raises(ModelError, match=why):
        from_json(value, where="a file")


@pytest.mark.parametrize("value", [None, [], "text", 5])
def test_what_is_no_entry_at_all(value: object) -> None:
    with pytest.raises(ModelError, match=r"in a file is not an object"):
        from_json(value, where="a file")


@pytest.mark.parametrize(
    ("name", "fine"),
    [("model.onnx", True), ("model.onnx_data", True), ("a/b", False), ("..", False), (".x", False), ("x.", False)],
)
def test_plain_names(name: str, fine: bool) -> None:
    assert is_plain_name(name) is fine
