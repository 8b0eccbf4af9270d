"""Tiny ONNX models written field by field (onnx.proto), with the inputs and outputs of the real families."""

from __future__ import annotations

import json
import struct
from pathlib import Path

FLOAT, INT64, FLOAT16 = 1, 7, 10
IDS = ("input_ids", "attention_mask", "token_type_ids")


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def message(field: int, content: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(content)) + content


def text(field: int, value: str) -> bytes:
    return message(field, value.encode())


def value_info(name: str, kind: int, shape: tuple[int | str, ...]) -> bytes:
    axes = b"".join(message(1, number(1, axis) if isinstance(axis, int) else text(2, axis)) for axis in shape)
    return text(1, name) + message(2, message(1, number(1, kind) + message(2, axes)))


def node(operator: str, inputs: tuple[str, ...], outputs: tuple[str, ...], **attributes: int | list[int]) -> bytes:
    content = b"".join(text(1, name) for name in inputs) + b"".join(text(2, name) for name in outputs)
    content += text(4, operator)
    for name, value in attributes.items():
        if isinstance(value, list):
            content += message(5, text(1, name) + b"".join(number(8, one) for one in value) + number(20, 7))
        else:
            content += message(5, text(1, name) + number(3, value) + number(20, 2))
    return content


def tensor(name: str, shape: tuple[int, int], values: list[float], *, kind: int = FLOAT, external: str = "") -> bytes:
    content = b"".join(number(1, axis) for axis in shape) + number(2, kind) + text(8, name)
    if external:
        where = message(13, text(1, "location") + text(2, external)) + message(
            13, text(1, "length") + text(2, str(4 * len(values)))
        )
        return content + where + number(14, 1)
    return content + message(9, struct.pack(f"<{len(values)}{'e' if kind == FLOAT16 else 'f'}", *values))


def model(
    *,
    output: str = "last_hidden_state",
    vocabulary: int = 20,
    width: int = 8,
    inputs: tuple[str, ...] = IDS,
    pooled: bool = False,
    cache: bool = False,
    values: list[float] | None = None,
    external: str = "",
    half: bool = False,
) -> bytes:
    """A graph that looks its tokens up in a table, and takes their mean where it is pooled."""
    table = values or [((row * 7 + column * 3) % 11 - 5) / 5 for row in range(vocabulary) for column in range(width)]
    kind = FLOAT16 if half else FLOAT
    looked_up = "tokens" if pooled else output
    nodes = [node("Gather", ("table", "input_ids"), (looked_up,))]
    if pooled:
        nodes.append(node("ReduceMean", ("tokens",), (output,), axes=[1], keepdims=0))
    given = [value_info(name, INT64, ("batch", "sequence")) for name in inputs]
    result: tuple[int | str, ...] = ("batch", width) if pooled else ("batch", "sequence", width)
    got = [value_info(output, kind, result)]
    if cache:
        given.append(value_info("past_key_values.0.key", FLOAT, ("batch", 2, "past", 4)))
        nodes.append(node("Identity", ("past_key_values.0.key",), ("present.0.key",)))
        got.append(value_info("present.0.key", FLOAT, ("batch", 2, "past", 4)))
    graph = b"".join(message(1, one) for one in nodes) + text(2, "tiny")
    graph += message(5, tensor("table", (vocabulary, width), table, kind=kind, external=external))
    graph += b"".join(message(11, one) for one in given) + b"".join(message(12, one) for one in got)
    return number(1, 8) + message(7, graph) + message(8, number(2, 13))


def tokenizer(vocabulary: int = 20) -> str:
    """A `tokenizer.json` of whole words."""
    vocab = {"[PAD]": 0, "[UNK]": 1, **{f"word{index}": index for index in range(2, vocabulary)}}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocab, "unk_token": "[UNK]"},
        }
    )


def write_model(folder: Path, content: bytes | None = None, *, vocabulary: int = 20, name: str = "model.onnx") -> Path:
    """A folder with a model and its tokenizer."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(model(vocabulary=vocabulary) if content is None else content)
    (folder / "tokenizer.json").write_text(tokenizer(vocabulary), encoding="utf-8")
    return folder
