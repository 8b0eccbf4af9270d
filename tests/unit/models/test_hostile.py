"""Whatever bytes lie where a model should: a clear error or a defined result, never another exception."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from engine.errors import ModelError
from engine.models import catalog, manifest
from engine.models.entry_json import check, from_json, to_json
from engine.models.model_card import highest_token, read_card
from engine.models.onnx_file import look_into
from tests.helpers import tiny_onnx

FAST = hypothesis_settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WHOLE = tiny_onnx.model(external="weights.bin", cache=True, pooled=True)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
BESIDE = [
    "config.json",
    "modules.json",
    "tokenizer_config.json",
    "README.md",
    "config_sentence_transformers.json",
    "sentence_bert_config.json",
]
FIELDS = [*to_json(catalog.find("bge-m3")), "unknown"]


@FAST
@given(changes=st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=6), cut=st.integers(0))
def test_spoilt_onnx_files(tmp_path: Path, changes: list[tuple[int, int]], cut: int) -> None:
    content = bytearray(WHOLE)
    for at, byte in changes:
        content[at] = byte
    path = tmp_path / "model.onnx"
    path.write_bytes(content[: cut % (len(content) + 1)] if cut % 3 == 0 else content)
    with contextlib.suppress(ModelError):
        found = look_into(path)
        assert all("/" not in name and "\\" not in name for name in found.external)


@FAST
@given(content=st.binary(max_size=300))
def test_any_bytes_as_an_onnx_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with contextlib.suppress(ModelError):
        look_into(path)


def test_graphs_nested_without_end(tmp_path: Path) -> None:
    graph = tiny_onnx.text(2, "innermost")
    for _ in range(40):
        attribute = tiny_onnx.text(1, "body") + tiny_onnx.message(6, graph)
        graph = tiny_onnx.message(1, tiny_onnx.text(4, "Loop") + tiny_onnx.message(5, attribute))
    path = tmp_path / "model.onnx"
    path.write_bytes(
        tiny_onnx.number(1, 8) + tiny_onnx.message(7, graph) + tiny_onnx.message(8, tiny_onnx.number(2, 13))
    )
    with pytest.raises(ModelError, match=r"nested without end"):
        look_into(path)


def test_weights_of_nodes_and_functions_are_found(tmp_path: Path) -> None:
    attribute = tiny_onnx.text(1, "value") + tiny_onnx.message(
        5, tiny_onnx.tensor("constant", (1, 1), [0.0], external="./Constant_7_attr__value")
    )
    node = tiny_onnx.text(4, "Constant") + tiny_onnx.message(5, attribute)
    function = tiny_onnx.text(1, "f") + tiny_onnx.message(7, tiny_onnx.node("Inside", ("a",), ("b",)))
    path = tmp_path / "model.onnx"
    path.write_bytes(
        tiny_onnx.number(1, 8)
        + tiny_onnx.message(7, tiny_onnx.message(1, node))
        + tiny_onnx.message(8, tiny_onnx.number(2, 13))
        + tiny_onnx.message(25, function)
    )
    found = look_into(path)
    assert list(found.external) == ["Constant_7_attr__value"]
    assert found.operators == {"Constant", "Inside"}


@FAST
@given(value=JSON, changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_any_json_as_an_entry(value: Any, changes: dict[str, Any]) -> None:
    for plain in (value, json.loads(json.dumps(to_json(catalog.find("bge-m3")))) | changes):
        try:
            entry = from_json(plain, where="a file")
        except ModelError as error:
            assert "a file" in str(error)  # noqa: PT017
        else:
            check(entry)


@FAST
@given(value=JSON)
def test_any_json_as_a_manifest(tmp_path: Path, value: Any) -> None:
    for plain in (value, {"format": 1, "entry": value, "how": "import"}):
        (tmp_path / "manifest.json").write_text(json.dumps(plain), encoding="utf-8")
        with pytest.raises(ModelError):
            manifest.read(tmp_path)


@FAST
@given(value=JSON, name=st.sampled_from(BESIDE))
def test_any_json_beside_a_model(tmp_path: Path, value: Any, name: str) -> None:
    path = tmp_path / name
    path.write_text(json.dumps(value), encoding="utf-8")
    read_card(tmp_path)
    path.unlink()


@FAST
@given(value=JSON)
def test_any_json_as_a_tokenizer(tmp_path: Path, value: Any) -> None:
    path = tmp_path / "tokenizer.json"
    for plain in (value, {"model": {"vocab": value}, "added_tokens": value}):
        path.write_text(json.dumps(plain), encoding="utf-8")
        with contextlib.suppress(ModelError):
            assert highest_token(path) >= 0


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"[" * 100_000, b"", b"\x00" * 100, b'{"a": 1e999}'])
def test_bytes_that_are_no_json(tmp_path: Path, content: bytes) -> None:
    for name in ("manifest.json", "tokenizer.json"):
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ModelError):
        manifest.read(tmp_path)
    with pytest.raises(ModelError):
        highest_token(tmp_path / "tokenizer.json")
