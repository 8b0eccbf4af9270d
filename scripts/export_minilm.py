"""Make `resources/models/all-minilm-l6-v2/model_int8.onnx` again from the published weights. For development only.

Take `model.safetensors`, `config.json` and `tokenizer.json` of sentence-transformers/all-MiniLM-L6-v2 into a folder:

    python -m venv export && export/bin/pip install torch safetensors onnx onnxruntime tokenizers
    export/bin/python scripts/export_minilm.py FOLDER --out made-again

It writes `model_int8.onnx`, holds it against the weights that it was made from, and prints its size and sha256. To ship
the new file, copy it over the old one and put the figures into `engine/models/catalog.py` and `ORIGIN.md`. Versions of
torch and onnxruntime lay a graph out in different ways: the weights come out the same, the bytes of the file may not.

Quantisation is per channel: with one scale a tensor the mean cosine against fp32 falls from .993 to .946.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

OPSET = 17
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OUTPUT = "last_hidden_state"
LEAST_COSINE = 0.97
SENTENCES = (
    "The weather is lovely today.",
    "Memory that its owner governs.",
    "A parcel arrived on the third of May, and nobody was at home to take it.",
    "def mean(values): return sum(values) / len(values)",
    "Heat transfer in a laminar boundary layer over a flat plate with uniform suction " * 6,
    "yes",
)


def build_bert(config: dict[str, Any], weights: dict[str, Any]) -> Any:
    """BERT's encoder (Devlin et al., 2019) as far as MiniLM uses it: no pooler, no dropout, exact GELU.

    Args:
        config: the published `config.json`.
        weights: tensors by their published names.

    Returns:
        A `torch.nn.Module` that maps ids, mask and types, each (texts, tokens), to (texts, tokens, hidden).
    """
    import torch
    from torch import nn

    hidden, heads = config["hidden_size"], config["num_attention_heads"]
    epsilon = config["layer_norm_eps"]

    class Attention(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.self = nn.ModuleDict({name: nn.Linear(hidden, hidden) for name in ("query", "key", "value")})
            self.output = nn.ModuleDict(
                {"dense": nn.Linear(hidden, hidden), "LayerNorm": nn.LayerNorm(hidden, eps=epsilon)}
            )

        def forward(self, states: Any, bias: Any) -> Any:
            texts, tokens, _ = states.shape

            def split(name: str) -> Any:
                return self.self[name](states).view(texts, tokens, heads, hidden // heads).transpose(1, 2)

            scores = split("query") @ split("key").transpose(-1, -2) / (hidden // heads) ** 0.5 + bias
            mixed = (scores.softmax(dim=-1) @ split("value")).transpose(1, 2).reshape(texts, tokens, hidden)
            return self.output["LayerNorm"](self.output["dense"](mixed) + states)

    class Layer(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            wide = config["intermediate_size"]
            self.attention = Attention()
            self.intermediate = nn.ModuleDict({"dense": nn.Linear(hidden, wide)})
            self.output = nn.ModuleDict(
                {"dense": nn.Linear(wide, hidden), "LayerNorm": nn.LayerNorm(hidden, eps=epsilon)}
            )

        def forward(self, states: Any, bias: Any) -> Any:
            states = self.attention(states, bias)
            inner = nn.functional.gelu(self.intermediate["dense"](states))
            return self.output["LayerNorm"](self.output["dense"](inner) + states)

    class Bert(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.embeddings = nn.ModuleDict(
                {
                    "word_embeddings": nn.Embedding(config["vocab_size"], hidden),
                    "position_embeddings": nn.Embedding(config["max_position_embeddings"], hidden),
                    "token_type_embeddings": nn.Embedding(config["type_vocab_size"], hidden),
                    "LayerNorm": nn.LayerNorm(hidden, eps=epsilon),
                }
            )
            layers = nn.ModuleList(Layer() for _ in range(config["num_hidden_layers"]))
            self.encoder = nn.ModuleDict({"layer": layers})

        def forward(self, input_ids: Any, attention_mask: Any, token_type_ids: Any) -> Any:
            positions = torch.arange(input_ids.shape[1], device=input_ids.device).unsqueeze(0)
            states = (
                self.embeddings["word_embeddings"](input_ids)
                + self.embeddings["position_embeddings"](positions)
                + self.embeddings["token_type_embeddings"](token_type_ids)
            )
            states = self.embeddings["LayerNorm"](states)
            lowest = torch.finfo(states.dtype).min
            bias = (1.0 - attention_mask[:, None, None, :].to(states.dtype)) * lowest
            for layer in self.encoder["layer"]:
                states = layer(states, bias)
            return states

    bert = Bert()
    wanted = set(bert.state_dict())
    missing = sorted(wanted - set(weights))
    if missing:
        raise SystemExit(f"The weights lack {len(missing)} tensors, the first is {missing[0]}. Is this MiniLM?")
    bert.load_state_dict({name: weights[name].float() for name in wanted})
    return bert.eval()


def export(bert: Any, path: Path) -> None:
    """Write the module as ONNX with any number of texts and tokens."""
    import torch

    ids = torch.randint(1000, 2000, (2, 12))
    axes = {0: "b", 1: "s"}
    torch.onnx.export(
        bert,
        (ids, torch.ones_like(ids), torch.zeros_like(ids)),
        str(path),
        input_names=list(INPUTS),
        output_names=[OUTPUT],
        dynamic_axes=dict.fromkeys((*INPUTS, OUTPUT), axes),
        opset_version=OPSET,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Infer shapes and fold, then make 8-bit weights with a scale a channel; activations are scaled at run time."""
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    prepared = source.with_name("prepared.onnx")
    quant_pre_process(str(source), str(prepared))
    quantize_dynamic(str(prepared), str(target), per_channel=True, weight_type=QuantType.QInt8)


def encode(tokenizer: Path) -> list[dict[str, Any]]:
    """The test sentences, each as a batch of its own: in company the 8-bit scales would depend on the others."""
    import numpy as np
    from tokenizers import Tokenizer

    loaded = Tokenizer.from_file(str(tokenizer))
    loaded.no_padding()
    loaded.enable_truncation(256)
    batches = []
    for sentence in SENTENCES:
        item = loaded.encode(sentence)
        columns = (item.ids, item.attention_mask, item.type_ids)
        batches.append({name: np.array([values], dtype=np.int64) for name, values in zip(INPUTS, columns, strict=True)})
    return batches


def embed(path: Path, batches: list[dict[str, Any]]) -> Any:
    """Mean-pooled unit vectors of the sentences by an ONNX file."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return _pool([session.run([OUTPUT], batch)[0] for batch in batches])


def embed_by_torch(bert: Any, batches: list[dict[str, Any]]) -> Any:
    """The same by the module itself."""
    import torch

    with torch.inference_mode():
        return _pool([bert(*(torch.from_numpy(batch[name]) for name in INPUTS)).numpy() for batch in batches])


def _pool(hidden: list[Any]) -> Any:
    import numpy as np

    vectors = np.concatenate([states.mean(axis=1) for states in hidden])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def main() -> int:
    """Read the arguments, make the file, tell how good it is."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path, help="model.safetensors, config.json and tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder for model_int8.onnx; made where it is missing")
    arguments = parser.parse_args()
    from safetensors.torch import load_file

    config = json.loads((arguments.folder / "config.json").read_text(encoding="utf-8"))
    bert = build_bert(config, load_file(arguments.folder / "model.safetensors"))
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / "model_int8.onnx"
    with tempfile.TemporaryDirectory() as work:
        plain = Path(work) / "model.onnx"
        export(bert, plain)
        quantise(plain, target)
        batches = encode(arguments.folder / "tokenizer.json")
        reference = embed_by_torch(bert, batches)
        exported = (reference * embed(plain, batches)).sum(axis=1)
        quantised = (reference * embed(target, batches)).sum(axis=1)
    print(f"exported against torch: least cosine {exported.min():.6f}")
    print(f"8 bit against torch:    mean cosine {quantised.mean():.4f}, least {quantised.min():.4f}")
    content = target.read_bytes()
    print(f"{target}: {len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()}")
    if exported.min() < 0.9999 or quantised.min() < LEAST_COSINE:
        print("This file is not good enough: do not ship it.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
