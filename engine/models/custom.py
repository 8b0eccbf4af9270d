"""The owner's own models: a folder with an ONNX file and `tokenizer.json` is looked at and described as an entry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelError
from engine.models import catalog
from engine.models.entry import ModelEntry, ModelFile, Pooling, Quantization, Task
from engine.models.entry_json import check, is_plain_name
from engine.models.model_card import ModelCard, highest_token, read_card
from engine.models.onnx_file import OnnxFile, look_into
from engine.runtime.inspection import GraphFacts, inspect_graph

_MOST_TOKENS = 2048
"""More than that is cut: attention costs memory by the square of the length."""
_DECODERS = ("qwen2", "qwen3", "llama", "mistral", "gemma", "gemma2", "gemma3_text", "phi3")
_FLOATS = ("CUDAExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider")
_PREFERRED = ("last_hidden_state", "token_embeddings", "hidden_states")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A model that runs, and how it would be described.

    Attributes:
        entry: Sizes and checksums of its files are not known yet.
        sources: Where each of the entry's files lies, by its name in the entry.
    """

    entry: ModelEntry
    sources: dict[str, Path]


def find_onnx(folder: Path) -> list[Path]:
    """ONNX files of a folder and of its `onnx` folder."""
    return sorted(
        path
        for where in (folder, folder / "onnx")
        if where.is_dir()
        for path in where.iterdir()
        if path.suffix.lower() == ".onnx" and path.is_file()
    )


def propose(folder: Path, *, name: str, origin: str) -> Proposal:
    """Describe the model in a folder.

    Args:
        folder: where its files lie.
        name: what the model is called after.
        origin: for the entry.

    Raises:
        ModelError: it is not a model that Magray can use; the message says why.
        RuntimeUnavailableError: ONNX Runtime is missing.
    """
    model = _the_onnx(folder)
    tokenizer = next(
        (one for one in (folder / "tokenizer.json", model.with_name("tokenizer.json")) if one.is_file()), None
    )
    if tokenizer is None:
        raise ModelError(
            f"{folder} holds {model.name} and no tokenizer.json, so texts cannot be cut into its tokens."
            " Put the tokenizer.json of the same model beside it. Nothing was changed."
        )
    looked = look_into(model)
    sources = {model.name if is_plain_name(model.name) else "model.onnx": model, "tokenizer.json": tokenizer}
    for external in looked.external:
        if not is_plain_name(external):
            raise ModelError(
                f"{model} wants weights from {external!r}, a name that not every system takes. Nothing was changed."
            )
        if not model.with_name(external).is_file():
            raise ModelError(f"{model} wants its weights from {external}, which is not beside it. Nothing was changed.")
        sources[external] = model.with_name(external)
    card = read_card(folder)
    facts = inspect_graph(model, highest_token=highest_token(tokenizer))
    task, output, dimensions, pooling, remarks = _judge(model, facts, card, name=name)
    limit = card.max_tokens or 512
    if card.max_tokens is None:
        remarks.append("No file tells how many tokens it reads: 512 are taken.")
    if not card.languages:
        remarks.append("No file tells its languages: it is taken for a multilingual one.")
    quantization, accelerators = _weights(looked)
    entry = ModelEntry(
        id=own_id(name),
        task=task,
        name=name,
        origin=origin,
        licence=card.licence or "not stated",
        files=tuple(ModelFile(name=one, size=None, sha256=None) for one in sources),
        model_file=next(iter(sources)),
        tokenizer_file="tokenizer.json",
        languages=card.languages or frozenset({"*"}),
        dimensions=dimensions,
        pooling=pooling,
        max_tokens=min(limit, _MOST_TOKENS),
        context_tokens=limit,
        passage_prefix=card.passage_prefix if task == "embed" else "",
        query_prefix=card.query_prefix if task == "embed" else "",
        padding="left" if card.left_padded else "right",
        output=output,
        accelerators=accelerators,
        quantization=quantization,
        custom=True,
        note=" ".join(remarks),
    )
    check(entry, where=str(folder))
    return Proposal(entry=entry, sources=sources)


def own_id(name: str) -> str:
    """An id for a model of the owner, never one of the catalogue's."""
    plain = re.sub(r"[^a-z0-9._-]+", "-", name.lower()).strip("-._")[:60] or "model"
    return f"own-{plain}" if catalog.known(plain) is not None else plain


def _the_onnx(folder: Path) -> Path:
    found = find_onnx(folder)
    if not found:
        raise ModelError(
            f"{folder} holds no ONNX file. A model is a folder with one ONNX file and its tokenizer.json."
            " Nothing was changed."
        )
    named = [path for path in found if path.name == "model.onnx"]
    if len(found) == 1 or len(named) == 1:
        return (named or found)[0]
    names = ", ".join(path.relative_to(folder).as_posix() for path in found)
    raise ModelError(
        f"{folder} holds several ONNX files ({names}). Name the one that is meant model.onnx, or leave only that one"
        " there. Nothing was changed."
    )


def _judge(model: Path, facts: GraphFacts, card: ModelCard, *, name: str) -> tuple[Task, str, int, Pooling, list[str]]:
    """What a graph's outputs make of it: (task, output, dimensions, pooling, remarks)."""
    outputs = {name: shape for name, shape in facts.outputs.items() if not name.startswith("present")}
    tokenwise = [
        name
        for name, shape in outputs.items()
        if len(shape) == 3 and shape[:2] == (facts.texts, facts.tokens) and name != "logits"
    ]
    textwise = [name for name, shape in outputs.items() if len(shape) == 2 and shape[0] == facts.texts and shape[1] > 1]
    textwise = [name for name in textwise if name != "logits" and outputs[name] != (facts.texts, facts.tokens)]
    if card.dense and textwise:
        tokenwise = []  # only the graph itself holds what comes behind the pooling
    if tokenwise:
        output = next((name for name in _PREFERRED if name in tokenwise), tokenwise[0])
        if card.dense:
            raise ModelError(
                f"{model} gives vectors of tokens only, but its modules.json wants a dense layer behind them, which the"
                " file does not hold. Its vectors would be wrong. Nothing was changed."
            )
        pooling, remarks = card.pooling, []
        if pooling is None:
            pooling = "last_token" if facts.cache or card.kind in _DECODERS else "mean"
            remarks.append(f"No file tells how its token vectors become one: {pooling.replace('_', ' ')} is taken.")
        return "embed", output, outputs[output][2], pooling, remarks
    if textwise:
        output = "sentence_embedding" if "sentence_embedding" in textwise else textwise[0]
        return "embed", output, outputs[output][1], "none", []
    logits = outputs.get("logits")
    if logits == (facts.texts, 1):
        return "rerank", "logits", 0, "none", []
    if logits is not None and len(logits) == 3 and "rerank" in name.lower():
        # Qwen3-Reranker is a language model like any other: only its name tells what it was trained for.
        return "rerank", "logits", 0, "none", ["By its name it is taken for a reranker that answers yes or no."]
    if logits is not None and len(logits) == 2:
        why = f"it sorts texts into {logits[1]} classes"
    elif logits is not None and len(logits) == 3:
        why = "it is a language model that writes text (one that orders passages must have rerank in its name)"
    else:
        shapes = ", ".join(f"{name} {'x'.join(map(str, shape))}" for name, shape in outputs.items()) or "nothing"
        why = f"for {facts.texts} texts of {facts.tokens} tokens it gives {shapes}"
    raise ModelError(f"{model} is neither an embedder nor a reranker: {why}. Nothing was changed.")


def _weights(looked: OnnxFile) -> tuple[Quantization, tuple[str, ...]]:
    """How the weights are stored, and who has kernels for that (as in the catalogue's table)."""
    if "MatMulNBits" in looked.operators:
        return "q8", _FLOATS[:2]
    if looked.operators & {"MatMulInteger", "QLinearMatMul", "DynamicQuantizeMatMul", "DynamicQuantizeLinear"}:
        return "int8", ("DmlExecutionProvider",)
    return ("fp16" if looked.half else "fp32"), _FLOATS
