# /// script
# requires-python = ">=3.11"
# dependencies = ["sentence-transformers>=5.1", "fastembed>=0.7", "onnx>=1.19", "safetensors>=0.6"]
# ///
"""Other embedding libraries, for comparison: run by the interpreter of an environment that has them, never imported.

    python other_embedders.py prepare MODEL.onnx TOKENIZER.json FOLDER
    python other_embedders.py sentence-transformers|fastembed FOLDER

`prepare` makes the bundled 8-bit model an ordinary one in single precision, for the very weights that the 8 bits stand
for: as a folder of sentence-transformers and as an ONNX file. The others load it, print a line when they are ready, and
then answer every line of JSON (a list of texts) by a line with the seconds by the clock and of the processor, and the
vectors of the first texts.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

DIMENSIONS, READ, SHOWN = 384, 256, 8
_CONFIG = {
    "architectures": ["BertModel"], "model_type": "bert", "hidden_act": "gelu", "hidden_size": DIMENSIONS,
    "intermediate_size": 1536, "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "num_attention_heads": 12,
    "num_hidden_layers": 6, "pad_token_id": 0, "type_vocab_size": 2, "vocab_size": 30522,
}  # fmt: skip
_SPECIAL = {
    "cls_token": "[CLS]", "mask_token": "[MASK]", "pad_token": "[PAD]", "sep_token": "[SEP]", "unk_token": "[UNK]",
}  # fmt: skip


def prepare(model: Path, tokenizer: Path, folder: Path) -> None:
    """Write `torch/` for sentence-transformers and `onnx/` for fastembed."""
    import onnx
    from safetensors.numpy import save_file

    graph = onnx.load(str(model))
    weights = _dequantise(graph)
    onnx.checker.check_model(graph)
    module = "sentence_transformers.models"
    shared: dict[str, Any] = {
        "config.json": _CONFIG,
        "special_tokens_map.json": _SPECIAL,
        "tokenizer_config.json": _SPECIAL
        | {"tokenizer_class": "BertTokenizer", "do_lower_case": True, "model_max_length": READ},
    }
    plain: dict[str, dict[str, Any]] = {
        "onnx": shared,
        "torch": shared
        | {
            "modules.json": [
                {"idx": 0, "name": "0", "path": "", "type": f"{module}.Transformer"},
                {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}.Pooling"},
                {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}.Normalize"},
            ],
            "sentence_bert_config.json": {"max_seq_length": READ, "do_lower_case": False},
            "1_Pooling/config.json": {"word_embedding_dimension": DIMENSIONS, "pooling_mode_mean_tokens": True},
        },
    }
    for kind, files in plain.items():
        for name, content in files.items():
            path = folder / kind / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(content), encoding="utf-8")
        # The published file fills every text up to 128 tokens: sentence-transformers ignores that, fastembed would not.
        content = json.loads(tokenizer.read_text(encoding="utf-8")) | {"padding": None, "truncation": None}
        (folder / kind / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    onnx.save(graph, str(folder / "onnx" / "model.onnx"))
    save_file(weights, str(folder / "torch" / "model.safetensors"), metadata={"format": "pt"})


def _dequantise(graph: Any) -> dict[str, Any]:
    """Put single precision in the place of 8 bits: in the graph, and as tensors by their published names."""
    import numpy as np
    from onnx import helper, numpy_helper

    arrays = {one.name: numpy_helper.to_array(one) for one in graph.graph.initializer}
    made: dict[str, Any] = {}

    def real(name: str) -> Any:
        base = name.removesuffix("_quantized")
        if base not in made:
            whole = arrays[name].astype(np.float32) - arrays[f"{base}_zero_point"].astype(np.float32)
            made[base] = np.ascontiguousarray(whole * arrays[f"{base}_scale"])
        return made[base]

    named: dict[str, Any] = {name.removeprefix("m."): array for name, array in arrays.items() if name.startswith("m.e")}
    named = {name: array for name, array in named.items() if array.dtype == np.float32 and array.ndim == 1}
    nodes: list[Any] = []
    plain: dict[str, str] = {}  # what was quantised -> what it was made from
    products: dict[str, tuple[str, str]] = {}  # a product of whole numbers, cast -> its two factors
    for node in graph.graph.node:
        kind, given = node.op_type, list(node.input)
        if kind == "DynamicQuantizeLinear":
            plain[node.output[0]] = given[0]
            plain[node.output[1]] = ""  # its scale, which nothing needs any more
        elif kind == "MatMulInteger":
            real(given[1])
            products[node.output[0]] = (plain[given[0]], given[1].removesuffix("_quantized"))
        elif kind == "Cast" and given[0] in products:
            products[node.output[0]] = products[given[0]]
        elif kind == "Mul" and given[0] in plain:
            continue
        elif kind == "Mul" and given[0] in products:
            left, right = products[given[0]]
            nodes.append(helper.make_node("MatMul", [left, right], [node.output[0]]))
            # /m/encoder/layer.0/attention/self/key/MatMul_output_0
            path = node.output[0].removeprefix("/m/").rpartition("/")[0].replace("/", ".")
            named[f"{path}.weight"] = np.ascontiguousarray(made[right].T)
        elif kind == "Gather" and given[0].endswith("_quantized"):
            base = given[0].removesuffix("_quantized")
            named[base.removeprefix("m.")] = real(given[0])
            nodes.append(helper.make_node("Gather", [base, given[1]], [node.output[0].removesuffix("_quantized")]))
        elif kind != "DequantizeLinear":
            nodes.append(node)
    kept = [one for one in graph.graph.initializer if not one.name.endswith(("_quantized", "_scale", "_zero_point"))]
    kept += [numpy_helper.from_array(array, name) for name, array in made.items()]
    for field, content in (("node", nodes), ("initializer", kept)):
        graph.graph.ClearField(field)
        getattr(graph.graph, field).extend(content)
    return named


def sentence_transformers(folder: Path) -> Callable[[Sequence[str]], Any]:
    """As its quickstart does: torch, the processor, single precision."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder / "torch"), device="cpu", local_files_only=True)
    return lambda texts: model.encode(list(texts), show_progress_bar=False)


def fastembed(folder: Path) -> Callable[[Sequence[str]], Any]:
    """As its quickstart does, with the model taken from a folder."""
    from fastembed import TextEmbedding
    from fastembed.common.model_description import ModelSource, PoolingType

    TextEmbedding.add_custom_model(
        model="local/minilm", pooling=PoolingType.MEAN, normalization=True, dim=DIMENSIONS, model_file="model.onnx",
        sources=ModelSource(hf="local/minilm"),
    )  # fmt: skip
    model = TextEmbedding("local/minilm", specific_model_path=str(folder / "onnx"))
    return lambda texts: list(model.embed(list(texts)))


def serve(embed: Callable[[Sequence[str]], Any], name: str) -> None:
    """Answer lines of texts by lines of figures, after one small run that nobody counts."""
    import importlib.metadata

    embed(["A first run.", "Another text, which is a little longer than the first one."])
    _print({"version": importlib.metadata.version(name)})
    for line in sys.stdin:
        texts = json.loads(line)
        began, spent = time.perf_counter(), time.process_time()
        vectors = embed(texts)
        seconds, spent = time.perf_counter() - began, time.process_time() - spent
        _print(
            {
                "seconds": seconds,
                "spent": spent,
                "vectors": [[float(value) for value in row] for row in vectors[:SHOWN]],
            }
        )


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def main(arguments: Sequence[str]) -> None:
    """Do one of the three."""
    what = arguments[0]
    if what == "prepare":
        prepare(*map(Path, arguments[1:]))
    elif what == "sentence-transformers":
        serve(sentence_transformers(Path(arguments[1])), what)
    elif what == "fastembed":
        serve(fastembed(Path(arguments[1])), what)
    else:
        raise SystemExit(f"{what} is neither prepare nor a library that is known here")


if __name__ == "__main__":
    main(sys.argv[1:])
