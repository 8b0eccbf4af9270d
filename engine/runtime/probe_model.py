"""A tiny graph to try a device with, written by hand: `y = relu(x @ w)`.

It is serialised here, field by field, so that trying a device needs neither a model nor the onnx package. Numbers of
fields are from onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), the encoding from
https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

import struct

ROWS, INNER, COLUMNS = 4, 8, 4

_FLOAT = 1  # TensorProto.DataType.FLOAT
_VARINT, _BYTES = 0, 2  # wire types
_IR_VERSION, _OPSET = 8, 13  # of 2022: every ONNX Runtime that Magray takes reads them


def weights() -> list[list[float]]:
    """w: (INNER, COLUMNS), small whole numbers of both signs, so that every product is exact."""
    return [[float((row * 3 + column * 5) % 7 - 3) for column in range(COLUMNS)] for row in range(INNER)]


def probe_model() -> bytes:
    """The serialised ModelProto; input `x` (ROWS, INNER), output `y` (ROWS, COLUMNS), both float32."""
    flat = [value for row in weights() for value in row]
    tensor = (
        _number(1, INNER)  # dims
        + _number(1, COLUMNS)
        + _number(2, _FLOAT)  # data_type
        + _text(8, "w")  # name
        + _message(9, struct.pack(f"<{len(flat)}f", *flat))  # raw_data
    )
    graph = (
        _message(1, _node("MatMul", ("x", "w"), "product"))
        + _message(1, _node("Relu", ("product",), "y"))
        + _text(2, "probe")
        + _message(5, tensor)  # initializer
        + _message(11, _value("x", (ROWS, INNER)))  # input
        + _message(12, _value("y", (ROWS, COLUMNS)))  # output
    )
    return (
        _number(1, _IR_VERSION)
        + _message(7, graph)
        + _message(8, _number(2, _OPSET))  # opset_import of the default domain
    )


def _node(operator: str, inputs: tuple[str, ...], output: str) -> bytes:
    return b"".join(_text(1, name) for name in inputs) + _text(2, output) + _text(4, operator)


def _value(name: str, shape: tuple[int, ...]) -> bytes:
    dimensions = b"".join(_message(1, _number(1, size)) for size in shape)
    tensor_type = _number(1, _FLOAT) + _message(2, dimensions)
    return _text(1, name) + _message(2, _message(1, tensor_type))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3 | _VARINT) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | _BYTES) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value > 0x7F:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
