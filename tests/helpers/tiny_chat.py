"""A chat model of 40 KB, written by hand: one GroupQueryAttention layer, a byte-level tokenizer, a chat template.

It answers every question with the same sentence, one token after another, through the real machinery: the embedding of
a token says which token follows it, attention over everything before adds a little to it, and the key-value cache grows
as in a large model.
"""

from __future__ import annotations

import itertools
import json
import random
import struct
from pathlib import Path

from tests.helpers.tiny_onnx import FLOAT, INT64, message, number, text, value_info

INT32 = 6
ANSWER = ("The", " lease", " ends", " in", " May", ".")
SPECIALS = ("<|end|>", "<|user|>", "<|assistant|>", "<|system|>")
WIDTH = 16
HEADS, KV_HEADS, HEAD = 2, 1, 8
CONTEXT = 512
TEMPLATE = (
    "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def byte_letters() -> list[str]:
    """A visible letter for each byte, as GPT-2's tokenizer writes them."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in plain}
    spare = (chr(256 + index) for index in range(256))
    return [letters[byte] if byte in letters else next(spare) for byte in range(256)]


def vocabulary() -> tuple[dict[str, int], list[str]]:
    """Token ids, and the merges that make whole words of the answer's bytes."""
    letters = byte_letters()
    tokens = {letter: index for index, letter in enumerate(letters)}
    merges = []
    for word in ANSWER:
        spelled = [letters[byte] for byte in word.encode()]
        whole = spelled[0]
        for letter in spelled[1:]:
            if whole + letter not in tokens:
                merges.append(f"{whole} {letter}")
                tokens[whole + letter] = len(tokens)
            whole += letter
    for special in SPECIALS:
        tokens[special] = len(tokens)
    return tokens, merges


def tokenizer_json() -> str:
    tokens, merges = vocabulary()
    added = [
        {
            "id": tokens[special], "content": special, "single_word": False, "lstrip": False, "rstrip": False,
            "normalized": False, "special": True,
        }
        for special in SPECIALS
    ]  # fmt: skip
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return json.dumps(
        {
            "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": byte_level, "post_processor": byte_level, "decoder": byte_level,
            "model": {
                "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
                "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "vocab": tokens,
                "merges": merges,
            },
        },
        ensure_ascii=False,
    )  # fmt: skip


def _node(
    operator: str, inputs: tuple[str, ...], outputs: tuple[str, ...], domain: str = "", **attributes: int
) -> bytes:
    content = b"".join(text(1, name) for name in inputs) + b"".join(text(2, name) for name in outputs)
    content += text(4, operator)
    for name, value in attributes.items():
        content += message(5, text(1, name) + number(3, value) + number(20, 2))
    return content + (text(7, domain) if domain else b"")


def _floats(name: str, shape: tuple[int, ...], values: list[float]) -> bytes:
    content = b"".join(number(1, axis) for axis in shape) + number(2, FLOAT) + text(8, name)
    return content + message(9, struct.pack(f"<{len(values)}f", *values))


def _integers(name: str, shape: tuple[int, ...], values: list[int]) -> bytes:
    content = b"".join(number(1, axis) for axis in shape) + number(2, INT64) + text(8, name)
    return content + message(9, struct.pack(f"<{len(values)}q", *values))


def graph() -> bytes:
    """The decoder: tokens, mask and cache in, scores of the next token and the grown cache out."""
    tokens, _ = vocabulary()
    dice = random.Random(7)
    table = []
    for _ in tokens:
        row = [dice.gauss(0, 1) for _ in range(WIDTH)]
        length = sum(value * value for value in row) ** 0.5
        table.append([value / length for value in row])
    letters = byte_letters()
    chain = ["<|assistant|>", *("".join(letters[byte] for byte in word.encode()) for word in ANSWER), "<|end|>"]
    scores = [[0.0] * len(tokens) for _ in range(WIDTH)]
    for before, after in itertools.pairwise(chain):
        for axis in range(WIDTH):
            scores[axis][tokens[after]] = 10 * table[tokens[before]][axis]
    kv = KV_HEADS * HEAD

    def some(rows: int, columns: int) -> list[float]:
        return [dice.gauss(0, 0.1) for _ in range(rows * columns)]

    nodes = [
        _node("Gather", ("table", "input_ids"), ("x",)),
        _node("MatMul", ("x", "wq"), ("q",)),
        _node("MatMul", ("x", "wk"), ("k",)),
        _node("MatMul", ("x", "wv"), ("v",)),
        _node("ReduceSum", ("attention_mask", "one"), ("lengths",), keepdims=0),
        _node("Sub", ("lengths", "one"), ("last",)),
        _node("Cast", ("last",), ("seqlens_k",), to=INT32),
        _node("Shape", ("attention_mask",), ("shape",)),
        _node("Gather", ("shape", "axis"), ("total",)),
        _node("Cast", ("total",), ("total_sequence_length",), to=INT32),
        _node(
            "GroupQueryAttention",
            ("q", "k", "v", "past_key_values.0.key", "past_key_values.0.value", "seqlens_k", "total_sequence_length"),
            ("attended", "present.0.key", "present.0.value"),
            domain="com.microsoft",
            num_heads=HEADS,
            kv_num_heads=KV_HEADS,
        ),
        _node("MatMul", ("attended", "wo"), ("mixed",)),
        _node("Add", ("x", "mixed"), ("hidden",)),
        _node("MatMul", ("hidden", "head"), ("logits",)),
    ]
    weights = [
        _floats("table", (len(tokens), WIDTH), [value for row in table for value in row]),
        _floats("wq", (WIDTH, HEADS * HEAD), some(WIDTH, HEADS * HEAD)),
        _floats("wk", (WIDTH, kv), some(WIDTH, kv)),
        _floats("wv", (WIDTH, kv), some(WIDTH, kv)),
        _floats("wo", (HEADS * HEAD, WIDTH), some(HEADS * HEAD, WIDTH)),
        _floats("head", (WIDTH, len(tokens)), [value for row in scores for value in row]),
        _integers("one", (1,), [1]),
        _integers("axis", (), [1]),
    ]
    cache = ("batch", KV_HEADS, "past", HEAD)
    grown = ("batch", KV_HEADS, "total", HEAD)
    inputs = [
        value_info("input_ids", INT64, ("batch", "sequence")),
        value_info("attention_mask", INT64, ("batch", "total")),
        value_info("past_key_values.0.key", FLOAT, cache),
        value_info("past_key_values.0.value", FLOAT, cache),
    ]
    outputs = [
        value_info("logits", FLOAT, ("batch", "sequence", len(tokens))),
        value_info("present.0.key", FLOAT, grown),
        value_info("present.0.value", FLOAT, grown),
    ]
    content = b"".join(message(1, one) for one in nodes) + text(2, "tiny chat")
    content += b"".join(message(5, one) for one in weights)
    content += b"".join(message(11, one) for one in inputs) + b"".join(message(12, one) for one in outputs)
    opsets = message(8, number(2, 17)) + message(8, text(1, "com.microsoft") + number(2, 1))
    return number(1, 8) + message(7, content) + opsets


def genai_config() -> str:
    tokens, _ = vocabulary()
    end = tokens["<|end|>"]
    return json.dumps(
        {
            "model": {
                "bos_token_id": end, "eos_token_id": end, "pad_token_id": end, "context_length": CONTEXT,
                "type": "llama", "vocab_size": len(tokens),
                "decoder": {
                    "session_options": {"log_id": "onnxruntime-genai", "provider_options": []},
                    "filename": "model.onnx", "head_size": HEAD, "hidden_size": WIDTH,
                    "num_attention_heads": HEADS, "num_hidden_layers": 1, "num_key_value_heads": KV_HEADS,
                    "inputs": {
                        "input_ids": "input_ids", "attention_mask": "attention_mask",
                        "past_key_names": "past_key_values.%d.key", "past_value_names": "past_key_values.%d.value",
                    },
                    "outputs": {
                        "logits": "logits", "present_key_names": "present.%d.key",
                        "present_value_names": "present.%d.value",
                    },
                },
            },
            "search": {"do_sample": False, "max_length": CONTEXT, "past_present_share_buffer": False, "num_beams": 1},
        },
        indent=1,
    )  # fmt: skip


def write_tiny_chat(folder: Path) -> Path:
    """A folder as it would be downloaded."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(graph())
    (folder / "genai_config.json").write_text(genai_config(), "utf-8")
    (folder / "tokenizer.json").write_text(tokenizer_json(), "utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps(
            {
                "tokenizer_class": "GPT2Tokenizer", "add_prefix_space": False, "bos_token": "<|end|>",
                "eos_token": "<|end|>", "unk_token": "<|end|>", "model_max_length": CONTEXT,
                "chat_template": TEMPLATE,
            }
        ),
        "utf-8",
    )  # fmt: skip
    return folder
