"""A look into an ONNX file without a library: is it one, what operators has it, which files hold its other weights.

An ONNX file is a Protocol Buffers message (onnx/onnx.proto). Only the few fields on the way to external data are
followed; everything else, weights above all, is skipped by its length, so that a file of gigabytes takes a moment.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass, field as field_of
from pathlib import Path

from engine.errors import ModelError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_DEEPEST = 16  # graphs inside graphs

# Field numbers of onnx.proto.
_MODEL_IR, _MODEL_OPSET, _MODEL_GRAPH, _MODEL_FUNCTIONS = 1, 8, 7, 25
_GRAPH_NODE, _GRAPH_INITIALIZER = 1, 5
_NODE_OPERATOR, _NODE_ATTRIBUTE = 4, 5
_ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH, _ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS = 5, 6, 10, 11
_FUNCTION_NODE = 7
_TENSOR_TYPE, _TENSOR_EXTERNAL = 2, 13
_FLOAT16 = 10
_PAIR_KEY, _PAIR_VALUE = 1, 2


class _NotOnnxError(Exception):
    """The bytes break the format."""


@dataclass(slots=True)
class OnnxFile:
    """What was found.

    Attributes:
        external: Names of the files beside it that hold some of its weights, in order of first use.
        operators: Their types, as `MatMul`.
        half: Some of its weights are in half precision.
    """

    external: dict[str, None] = field_of(default_factory=dict)
    operators: set[str] = field_of(default_factory=set)
    half: bool = False


def look_into(path: Path) -> OnnxFile:
    """Read an ONNX file's structure.

    Raises:
        ModelError: it cannot be read, is not an ONNX file, or wants a file outside its own folder.
    """
    found = OnnxFile()
    try:
        size = path.stat().st_size
        if size == 0:
            raise _NotOnnxError("it is empty")
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            _model(found, content, size)
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}). Nothing was changed.") from error
    except _NotOnnxError as error:
        raise ModelError(f"{path} is not an ONNX file: {error}. Nothing was changed.") from error
    for name in found.external:
        if "/" in name or "\\" in name or name in ("", ".", "..") or ":" in name:
            raise ModelError(
                f"{path} wants weights from {name!r}, outside its own folder, so it is refused. Nothing was changed."
            )
    return found


def _model(found: OnnxFile, content: mmap.mmap, size: int) -> None:
    seen = set()
    for field, start, end in _fields(content, 0, size):
        seen.add(field)
        if field == _MODEL_GRAPH:
            _graph(found, content, start, end, 0)
        elif field == _MODEL_FUNCTIONS:
            for inner, low, high in _fields(content, start, end):
                if inner == _FUNCTION_NODE:
                    _node(found, content, low, high, 0)
    if not {_MODEL_IR, _MODEL_OPSET, _MODEL_GRAPH} <= seen:
        raise _NotOnnxError("it holds no graph")


def _graph(found: OnnxFile, content: mmap.mmap, start: int, end: int, depth: int) -> None:
    if depth > _DEEPEST:
        raise _NotOnnxError("its graphs are nested without end")
    for field, low, high in _fields(content, start, end):
        if field == _GRAPH_INITIALIZER:
            _tensor(found, content, low, high)
        elif field == _GRAPH_NODE:
            _node(found, content, low, high, depth)


def _node(found: OnnxFile, content: mmap.mmap, start: int, end: int, depth: int) -> None:
    for field, low, high in _fields(content, start, end):
        if field == _NODE_OPERATOR:
            found.operators.add(content[low:high].decode("utf-8", "replace"))
        elif field == _NODE_ATTRIBUTE:
            for inner, first, last in _fields(content, low, high):
                if inner in (_ATTRIBUTE_TENSOR, _ATTRIBUTE_TENSORS):
                    _tensor(found, content, first, last)
                elif inner in (_ATTRIBUTE_GRAPH, _ATTRIBUTE_GRAPHS):
                    _graph(found, content, first, last, depth + 1)


def _tensor(found: OnnxFile, content: mmap.mmap, start: int, end: int) -> None:
    for field, low, high in _fields(content, start, end):
        if field == _TENSOR_TYPE:
            found.half |= content[low:high] == bytes([_FLOAT16])
        elif field == _TENSOR_EXTERNAL:
            pair = {
                inner: content[first:last]
                for inner, first, last in _fields(content, low, high)
                if inner in (_PAIR_KEY, _PAIR_VALUE)
            }
            if pair.get(_PAIR_KEY) == b"location":
                found.external[pair.get(_PAIR_VALUE, b"").decode("utf-8", "replace").removeprefix("./")] = None


def _fields(content: mmap.mmap, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """(field number, first byte, one past the last byte) of each field; numbers span the bytes of their value."""
    at = start
    while at < end:
        key, at = _varint(content, at, end)
        field, kind = key >> 3, key & 7
        if field == 0:
            raise _NotOnnxError("a field has no number")
        first = at
        if kind == _VARINT:
            _, at = _varint(content, at, end)
        elif kind == _FIXED64:
            at += 8
        elif kind == _FIXED32:
            at += 4
        elif kind == _BYTES:
            length, first = _varint(content, at, end)
            at = first + length
        else:
            raise _NotOnnxError(f"a field is of an unknown kind, {kind}")
        if at > end:
            raise _NotOnnxError("it ends too early")
        yield field, first, at


def _varint(content: mmap.mmap, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 64:
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _NotOnnxError("a number is torn")
