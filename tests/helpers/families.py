"""Small random models with the inputs and outputs of each real family, and plain numpy that computes the same alone.

Graphs are written node by node; the reference never sees a batch, a mask or padding: each text is computed by itself.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from engine.models.entry import ModelEntry, ModelFile
from engine.models.store import LocatedModel, ModelStore
from tests.helpers.tiny_onnx import FLOAT, FLOAT16, INT64, message, node, number, text, value_info

WIDTH, HEADS, MOST_TOKENS = 16, 2, 64
WORDS = tuple(f"word{index}" for index in range(24))
_KINDS = {"float32": FLOAT, "int64": INT64, "float16": FLOAT16}
_NEVER = -1e4


@dataclass
class Graph:
    """An ONNX graph that grows node by node."""

    nodes: list[bytes] = field(default_factory=list)
    constants: list[bytes] = field(default_factory=list)
    inputs: list[bytes] = field(default_factory=list)
    outputs: list[bytes] = field(default_factory=list)

    def add(self, operator: str, *inputs: str, into: str = "", **attributes: Any) -> str:
        result = into or f"{operator.lower()}_{len(self.nodes)}"
        self.nodes.append(node(operator, inputs, (result,), **attributes))
        return result

    def constant(self, array: Any) -> str:
        array = np.asarray(array)
        name = f"constant_{len(self.constants)}"
        content = b"".join(number(1, axis) for axis in array.shape) + number(2, _KINDS[array.dtype.name])
        self.constants.append(content + text(8, name) + message(9, array.tobytes()))
        return name

    def input(self, name: str, *shape: int | str, kind: int = INT64) -> str:
        self.inputs.append(value_info(name, kind, shape))
        return name

    def output(self, name: str, *shape: int | str, kind: int = FLOAT) -> str:
        self.outputs.append(value_info(name, kind, shape))
        return name

    def bytes(self) -> bytes:
        body = b"".join(message(1, one) for one in self.nodes) + text(2, "family")
        body += b"".join(message(5, one) for one in self.constants)
        body += b"".join(message(11, one) for one in self.inputs) + b"".join(message(12, one) for one in self.outputs)
        return number(1, 8) + message(7, body) + message(8, number(2, 17))


@dataclass(frozen=True)
class Weights:
    """One layer of attention over tokens and positions."""

    table: Any
    positions: Any
    types: Any
    query: Any
    key: Any
    value: Any
    out: Any
    judge: Any

    @classmethod
    def random(cls, vocabulary: int, seed: int, *, most: int = MOST_TOKENS) -> Weights:
        chance = np.random.default_rng(seed)

        def some(*shape: int) -> Any:
            return chance.standard_normal(shape).astype(np.float32)

        square = [some(WIDTH, WIDTH) * 0.7 for _ in range(4)]
        return cls(some(vocabulary, WIDTH), some(most, WIDTH), some(2, WIDTH), *square, some(WIDTH, 1))

    def hidden(self, ids: Any, types: Any = None, *, causal: bool) -> Any:
        """Token vectors of one text, (tokens, WIDTH), in double precision, one query token at a time."""
        ids = np.asarray(ids)
        x = self.table[ids].astype(np.float64) + self.positions[: len(ids)]
        if types is not None:
            x = x + self.types[np.asarray(types)]
        width = WIDTH // HEADS
        rows = []
        for at in range(len(ids)):
            seen = x[: at + 1] if causal else x
            parts = []
            for head in range(HEADS):
                columns = slice(head * width, (head + 1) * width)
                logits = (seen @ self.key)[:, columns] @ (x[at] @ self.query)[columns] / np.sqrt(width)
                share = np.exp(logits - logits.max())
                parts.append(share / share.sum() @ (seen @ self.value)[:, columns])
            rows.append(x[at] + np.concatenate(parts) @ self.out)
        return np.stack(rows)


Mask = Literal["mask", "lengths", "ignored"]


def _attention(graph: Graph, weights: Weights, x: str, tokens: str, *, causal: bool, mask: Mask, cache: bool) -> str:
    """`x` and what its tokens attend to; keys and values of earlier tokens go before theirs where there is a cache."""
    split = graph.constant(np.array([0, 0, HEADS, WIDTH // HEADS]))

    def projected(matrix: Any) -> str:
        flat = graph.add("MatMul", x, graph.constant(matrix))
        return graph.add("Transpose", graph.add("Reshape", flat, split), perm=[0, 2, 1, 3])

    query, key, value = (projected(matrix) for matrix in (weights.query, weights.key, weights.value))
    zero, one = graph.constant(np.array(0)), graph.constant(np.array(1))
    total = tokens
    if cache:
        shape: tuple[int | str, ...] = ("batch", HEADS, "past", WIDTH // HEADS)
        for name, array in (("key", key), ("value", value)):
            graph.input(f"past_key_values.0.{name}", *shape, kind=FLOAT)
            graph.add("Concat", f"past_key_values.0.{name}", array, into=f"present.0.{name}", axis=2)
            graph.output(f"present.0.{name}", "batch", HEADS, "total", WIDTH // HEADS)
        key, value = "present.0.key", "present.0.value"
        total = graph.add("Gather", graph.add("Shape", key), graph.constant(np.array(2)), axis=0)
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
    scores = graph.add("Mul", scores, graph.constant(np.float32(1 / np.sqrt(WIDTH // HEADS))))
    keys = graph.add("Range", zero, total, one)
    never = graph.constant(np.float32(_NEVER))
    if causal:
        queries = graph.add(
            "Unsqueeze", graph.add("Range", graph.add("Sub", total, tokens), total, one), _axes(graph, 1)
        )
        scores = graph.add("Where", graph.add("LessOrEqual", keys, queries), scores, never)
    if mask == "mask":
        hidden = graph.add("Sub", graph.constant(np.float32(1)), graph.add("Cast", "attention_mask", to=FLOAT))
        scores = graph.add("Add", scores, graph.add("Unsqueeze", graph.add("Mul", hidden, never), _axes(graph, 1, 2)))
    elif mask == "lengths":  # as fused attention: so many tokens from the left edge
        lengths = graph.add("ReduceSum", "attention_mask", _axes(graph, 1), keepdims=1)
        inside = graph.add("Unsqueeze", graph.add("Less", keys, lengths), _axes(graph, 1, 2))
        scores = graph.add("Where", inside, scores, never)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=3), value)
    joined = graph.add(
        "Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), graph.constant(np.array([0, 0, WIDTH]))
    )
    return graph.add("Add", x, graph.add("MatMul", joined, graph.constant(weights.out)))


def _axes(graph: Graph, *axes: int) -> str:
    return graph.constant(np.array(axes))


def _begin(weights: Weights, *, types: bool, positions: bool) -> tuple[Graph, str, str]:
    """A graph that looks tokens, places and kinds up: (graph, vectors, number of tokens)."""
    graph = Graph()
    graph.input("input_ids", "batch", "sequence")
    graph.input("attention_mask", "batch", "sequence")
    x = graph.add("Gather", graph.constant(weights.table), "input_ids", axis=0)
    zero, one = graph.constant(np.array(0)), graph.constant(np.array(1))
    tokens = graph.add("Gather", graph.add("Shape", "input_ids"), one, axis=0)
    if positions:
        places = graph.input("position_ids", "batch", "sequence")
    else:
        places = graph.add("Range", zero, tokens, one)
    x = graph.add("Add", x, graph.add("Gather", graph.constant(weights.positions), places, axis=0))
    if types:
        graph.input("token_type_ids", "batch", "sequence")
        x = graph.add("Add", x, graph.add("Gather", graph.constant(weights.types), "token_type_ids", axis=0))
    return graph, x, tokens


def encoder(weights: Weights, *, types: bool, output: str = "last_hidden_state", half: bool = False) -> bytes:
    """BERT with `types`, XLM-R without: token vectors."""
    graph, x, tokens = _begin(weights, types=types, positions=False)
    hidden = _attention(graph, weights, x, tokens, causal=False, mask="mask", cache=False)
    kind = FLOAT16 if half else FLOAT
    graph.add("Cast", hidden, into=output, to=kind)
    graph.output(output, "batch", "sequence", WIDTH, kind=kind)
    return graph.bytes()


def cross_encoder(weights: Weights, *, types: bool) -> bytes:
    """One logit for a pair, from its first token."""
    graph, x, tokens = _begin(weights, types=types, positions=False)
    hidden = _attention(graph, weights, x, tokens, causal=False, mask="mask", cache=False)
    first = graph.add("Gather", hidden, graph.constant(np.array(0)), axis=1)
    graph.add("MatMul", first, graph.constant(weights.judge), into="logits")
    graph.output("logits", "batch", 1)
    return graph.bytes()


def decoder(
    weights: Weights,
    *,
    cache: bool,
    positions: bool,
    mask: Mask = "mask",
    causal: bool = True,
    last_column: bool = False,
    logits: bool = False,
) -> bytes:
    """Qwen3: token vectors, or the vector in the last column, or logits of all words."""
    graph, x, tokens = _begin(weights, types=False, positions=positions)
    hidden = _attention(graph, weights, x, tokens, causal=causal, mask=mask, cache=cache)
    if last_column:
        graph.add("Gather", hidden, graph.constant(np.array(-1)), into="sentence_embedding", axis=1)
        graph.output("sentence_embedding", "batch", WIDTH)
    elif logits:
        graph.add("MatMul", hidden, graph.constant(np.ascontiguousarray(weights.table.T)), into="logits")
        graph.output("logits", "batch", "sequence", len(weights.table))
    else:
        graph.add("Identity", hidden, into="last_hidden_state")
        graph.output("last_hidden_state", "batch", "sequence", WIDTH)
    return graph.bytes()


@dataclass(frozen=True)
class Words:
    """Whole words to token ids, with what a family puts around them; the reference's own, without the library."""

    special: tuple[str, ...]
    before: tuple[str, ...] = ()
    between: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    pad: str | None = None
    second_type: int = 0
    extra: tuple[str, ...] = ()

    @property
    def vocabulary(self) -> dict[str, int]:
        return {word: at for at, word in enumerate((*self.special, "[UNK]", *WORDS, *self.extra))}

    def ids(self, written: str) -> list[int]:
        known = self.vocabulary
        return [known.get(word, known["[UNK]"]) for word in written.lower().split()]

    def single(self, written: str, *, most: int = MOST_TOKENS) -> list[int]:
        known = self.vocabulary
        room = most - len(self.before) - len(self.after)
        return [known[one] for one in self.before] + self.ids(written)[:room] + [known[one] for one in self.after]

    def pair(self, first: str, second: str) -> tuple[list[int], list[int]]:
        known = self.vocabulary
        left = [known[one] for one in self.before] + self.ids(first) + [known[one] for one in self.between]
        right = self.ids(second) + [known[one] for one in self.after]
        return left + right, [0] * len(left) + [self.second_type] * len(right)

    def file(self) -> str:
        """The same as a `tokenizer.json`."""
        known = self.vocabulary

        def piece(kind: str, name: str, type_id: int) -> dict[str, Any]:
            return {kind: {"id": name, "type_id": type_id}}

        edges = [[piece("SpecialToken", one, 0) for one in part] for part in (self.before, self.between)]
        ends = [[piece("SpecialToken", one, type_id) for one in self.after] for type_id in (0, self.second_type)]
        template = {
            "type": "TemplateProcessing",
            "single": [*edges[0], piece("Sequence", "A", 0), *ends[0]],
            "pair": [
                *edges[0],
                piece("Sequence", "A", 0),
                *edges[1],
                piece("Sequence", "B", self.second_type),
                *ends[1],
            ],
            "special_tokens": {
                one: {"id": one, "ids": [known[one]], "tokens": [one]}
                for one in dict.fromkeys((*self.before, *self.between, *self.after))
            },
        }
        padding = {
            "strategy": "BatchLongest",
            "direction": "Right",
            "pad_to_multiple_of": None,
            "pad_id": known[self.pad] if self.pad else 0,
            "pad_type_id": 0,
            "pad_token": self.pad,
        }
        added = [
            {"id": known[one], "content": one, "special": True}
            | dict.fromkeys(("single_word", "lstrip", "rstrip", "normalized"), False)
            for one in self.special
        ]
        return json.dumps(
            {
                "version": "1.0",
                "truncation": None,
                "padding": padding if self.pad else None,
                "added_tokens": added,
                "normalizer": {"type": "Lowercase"},
                "pre_tokenizer": {"type": "WhitespaceSplit"},
                "post_processor": template if template["special_tokens"] else None,
                "decoder": None,
                "model": {"type": "WordLevel", "vocab": known, "unk_token": "[UNK]"},
            }
        )


BERT = Words(("[PAD]", "[CLS]", "[SEP]"), ("[CLS]",), ("[SEP]",), ("[SEP]",), pad="[PAD]", second_type=1)
XLM_R = Words(("<s>", "<pad>", "</s>"), ("<s>",), ("</s>", "</s>"), ("</s>",), pad="<pad>")
QWEN = Words(("<|endoftext|>", "<|im_start|>", "<|im_end|>"), after=("<|endoftext|>",), extra=("yes", "no"))


def located(folder: Path, graph: bytes, words: Words, **fields: Any) -> tuple[LocatedModel, ModelStore]:
    """A model in a store of its own."""
    entry = ModelEntry(
        **(
            {
                "id": "small",
                "task": "embed",
                "name": "Small",
                "origin": "made here",
                "licence": "none",
                "files": (),
                "model_file": "model.onnx",
                "tokenizer_file": "tokenizer.json",
                "languages": frozenset({"*"}),
                "dimensions": WIDTH,
                "pooling": "mean",
                "max_tokens": MOST_TOKENS,
                "bundled": True,
            }
            | fields
        )
    )
    home = folder / entry.id
    home.mkdir(parents=True)
    files = []
    for name, content in (("model.onnx", graph), ("tokenizer.json", words.file().encode())):
        (home / name).write_bytes(content)
        files.append(ModelFile(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest()))
    store = ModelStore(stamps=folder / "stamps.json", bundled=folder)
    return store.locate(replace(entry, files=tuple(files))), store
