"""What a graph takes and gives, found out by loading it on the CPU and running it once on a few token ids."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelError
from engine.runtime.execution_providers import CPU, load_onnxruntime

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TYPES = {"tensor(int64)": "int64", "tensor(int32)": "int32", "tensor(float)": "float32", "tensor(float16)": "float16"}
_TOKENS = ("input_ids", "attention_mask", "token_type_ids", "position_ids")


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphFacts:
    """A graph that runs.

    Attributes:
        inputs: Shapes by name; a name stands for a dimension that may vary.
        outputs: Shapes by name that a run of `texts` texts of `tokens` tokens gave.
        texts: In that run.
        tokens: In that run.
        cache: It takes keys and values of earlier tokens, as decoders do.
    """

    inputs: Mapping[str, tuple[int | str | None, ...]]
    outputs: Mapping[str, tuple[int, ...]]
    texts: int
    tokens: int
    cache: bool


def inspect_graph(path: Path, *, highest_token: int) -> GraphFacts:
    """Load a graph and run it once.

    Args:
        path: the ONNX file.
        highest_token: the largest token id of the tokenizer that is said to belong to it.

    Raises:
        ModelError: it does not load, wants an input that texts do not have, does not know the tokenizer's tokens, or
            gives values that are not finite; the message says which.
        RuntimeUnavailableError: ONNX Runtime is missing.
    """
    import numpy as np

    session = _load(path)
    texts, tokens = 2, 5  # odd numbers apart, so that every axis of a result tells what it stands for
    feeds = {
        node.name: _values(path, node, texts=texts, tokens=tokens, highest_token=highest_token)
        for node in session.get_inputs()
    }
    names = [node.name for node in session.get_outputs()]
    try:
        results = session.run(names, feeds)
    except Exception as error:  # ONNX Runtime raises a dozen types that share no base
        reason = _first_line(error)
        if "out of data bounds" in reason or "out of bounds" in reason:
            raise ModelError(
                f"{path} does not know token {highest_token} of the tokenizer beside it: they belong to two models."
                " Nothing was changed."
            ) from error
        raise ModelError(f"{path} fails on a test text: {reason} Nothing was changed.") from error
    outputs = {name: tuple(np.shape(result)) for name, result in zip(names, results, strict=True)}
    for name, result in zip(names, results, strict=True):
        if np.asarray(result).dtype.kind == "f" and not np.isfinite(result).all():
            raise ModelError(f"{path} gives values in {name} that are not finite. Nothing was changed.")
    return GraphFacts(
        inputs={node.name: tuple(node.shape) for node in session.get_inputs()},
        outputs=outputs,
        texts=texts,
        tokens=tokens,
        cache=any(name.startswith("past_key_values") for name in feeds),
    )


def _load(path: Path) -> Any:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # it runs once
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=[CPU])
    except Exception as error:  # as above
        raise ModelError(
            f"ONNX Runtime {onnxruntime.__version__} cannot load {path}: {_first_line(error)} Nothing was changed."
        ) from error


def _values(path: Path, node: Any, *, texts: int, tokens: int, highest_token: int) -> NDArray[Any]:
    import numpy as np

    kind = _TYPES.get(node.type)
    if node.name in _TOKENS and kind in ("int64", "int32"):
        shape = (texts, tokens)
        if node.name == "input_ids":
            ids = np.zeros(shape, dtype=kind)
            ids[-1, -1] = highest_token
            return ids
        if node.name == "position_ids":
            return np.broadcast_to(np.arange(tokens, dtype=kind), shape).copy()
        return np.full(shape, 1 if node.name == "attention_mask" else 0, dtype=kind)
    if node.name.startswith("past_key_values") and kind in ("float32", "float16") and len(node.shape) == 4:
        # (texts, heads, tokens so far, width of a head): no tokens so far.
        _, heads, _, width = node.shape
        if isinstance(heads, int) and isinstance(width, int):
            return np.zeros((texts, heads, 0, width), dtype=kind)
    raise ModelError(
        f"{path} wants the input {node.name} ({node.type}), which texts do not have. Magray takes models with"
        " input_ids, attention_mask, token_type_ids, position_ids and past_key_values. Nothing was changed."
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    text = lines[0][:300] if lines else type(error).__name__
    return text if text.endswith(".") else f"{text}."
