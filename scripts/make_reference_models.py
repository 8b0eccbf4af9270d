# /// script
# requires-python = ">=3.11"
# dependencies = ["torch>=2.9", "transformers>=5", "sentence-transformers>=5.1", "onnx>=1.19", "onnxscript>=0.5"]
# ///
"""Make `tests/data/reference`: tiny models of every family, and what their own libraries say of them.

    uv run --script scripts/make_reference_models.py --out tests/data/reference

For development only; it needs no network and no weights. Each model is a class of transformers with random weights and
a tokenizer trained on a few sentences here, exported to ONNX with the inputs and outputs of the real exports. The
numbers in `reference.json` never touch Magray or ONNX: embeddings come from sentence-transformers on torch, scores of
cross-encoders from its CrossEncoder, scores of the language model from the code on Qwen3-Reranker's model card.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

VERSIONS = ("torch", "transformers", "sentence-transformers", "tokenizers", "onnx", "onnxscript", "numpy")
DIGITS = 6
WIDTH, HEADS, LAYERS, INNER = 32, 4, 2, 48
READ = 40
"""Tokens that the embedders read."""
CUTS = (16, 8)
INSTRUCTION = "Instruct: Given a web search query, retrieve relevant passages that answer the query\nQuery:"
PROMPTS = {
    "bert-mean": {"query": "", "document": ""},
    "xlm-r-cls": {"query": "query: ", "document": "passage: "},
    "qwen3": {"query": INSTRUCTION, "document": ""},
}
TEXTS = (
    "The lease of the office ends in May.",
    "yes",
    "Until then the rent of the four rooms is paid every quarter, and the key of the cellar hangs beside the door.",
    "",
    "Letters go into the box at the gate, which is emptied at noon. " * 6,
    "Договор аренды заканчивается в мае; ключ от подвала висит у двери.",
    "a\tb\nc   d",
    "Café naïve — 12,5 % of 2024",
    "the the the the",
    "Whoever leaves last turns off the light on the stairs.",
)
QUERIES = ("When does the lease end?", "ключ от подвала", "light")
PASSAGES = (
    "The lease of the office ends in May.",
    "",
    "Letters go into the box at the gate, which is emptied at noon. " * 8,
    "Договор аренды заканчивается в мае.",
    "no",
    "Until then the rent of the four rooms is paid every quarter.",
)
SYSTEM = (
    "<|im_start|>system\nJudge whether the Document meets the requirements based on the Query and the Instruct"
    ' provided. Note that the answer can only be "yes" or "no".<|im_end|>\n<|im_start|>user\n'
)
ANSWER = "<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n"
TASK = "Given a web search query, retrieve relevant passages that answer the query"
JUDGED = 200
"""Tokens that the yes/no model reads, its frame included."""


def corpus() -> list[str]:
    """What the tokenizers are trained on."""
    return [*TEXTS, *QUERIES, *PASSAGES, SYSTEM, ANSWER, f"<Instruct>: {TASK}\n<Query>: \n<Document>: ", INSTRUCTION]


def bert_tokenizer(folder: Path) -> Any:
    """WordPiece in lower case, `[CLS] text [SEP]`."""
    from tokenizers import BertWordPieceTokenizer
    from transformers import BertTokenizer

    trained = BertWordPieceTokenizer(lowercase=True)
    trained.train_from_iterator(iter(corpus()), vocab_size=300, show_progress=False)
    made = BertTokenizer(vocab=trained.get_vocab(), do_lower_case=True, model_max_length=READ)
    made.save_pretrained(folder)
    return made


def xlm_r_tokenizer(folder: Path) -> Any:
    """Unigram over pieces with a mark for blanks, `<s> text </s>`, pairs with `</s></s>` between them."""
    from tokenizers import SentencePieceUnigramTokenizer
    from transformers import XLMRobertaTokenizer

    trained = SentencePieceUnigramTokenizer()
    trained.train_from_iterator(iter(corpus()), vocab_size=260, show_progress=False, unk_token="<unk>")
    pieces = json.loads(trained.to_str())["model"]["vocab"]
    vocab = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0)]
    vocab += [(piece, score) for piece, score in pieces if piece != "<unk>"] + [("<mask>", 0.0)]
    made = XLMRobertaTokenizer(vocab=vocab, model_max_length=READ)
    made.save_pretrained(folder)
    return made


def qwen_tokenizer(folder: Path, *, closed: bool, most: int) -> Any:
    """Bytes in pairs; `closed` ends every text with `<|endoftext|>`, as Qwen3-Embedding's does."""
    from tokenizers import AddedToken, ByteLevelBPETokenizer, processors
    from transformers import Qwen2Tokenizer

    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(iter(corpus()), vocab_size=420, show_progress=False)
    model = json.loads(trained.to_str())["model"]
    merges = [tuple(pair) for pair in model["merges"]]
    vocab = dict(model["vocab"])
    made = Qwen2Tokenizer(vocab=vocab, merges=merges, model_max_length=most, padding_side="left")
    made.add_special_tokens(
        {"additional_special_tokens": [AddedToken(one, special=True) for one in ("<|im_start|>", "<|im_end|>")]}
    )
    made.add_tokens([AddedToken(one, special=False, normalized=False) for one in ("<think>", "</think>")])
    if not {"yes", "no"} <= set(vocab):
        raise SystemExit("yes and no must be one token each: give the tokenizer more room.")
    if closed:
        end = made.convert_tokens_to_ids("<|endoftext|>")
        made.backend_tokenizer.post_processor = processors.Sequence(
            [
                processors.ByteLevel(trim_offsets=False),
                processors.TemplateProcessing(
                    single="$A <|endoftext|>", pair="$A <|endoftext|> $B <|endoftext|>",
                    special_tokens=[("<|endoftext|>", end)],
                ),
            ]
        )  # fmt: skip
    made.save_pretrained(folder)
    return made


def lively(model: Any) -> Any:
    """Random weights that are large enough for tokens, places and companions to matter."""
    import torch

    torch.manual_seed(20)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.dim() > 1:
                weight.normal_(0.0, 0.7 if "embed" in name else 0.25)
            elif "bias" in name:
                weight.normal_(0.0, 0.1)
    return model.eval()


def encoder_settings(tokenizer: Any, *, offset: int) -> dict[str, Any]:
    """Sizes of BERT and XLM-R alike."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": 64 + offset,
        "pad_token_id": tokenizer.pad_token_id,
    }


def qwen_settings(tokenizer: Any) -> dict[str, Any]:
    """A small Qwen3: grouped keys and values, as all of them have."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": WIDTH,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": 2,
        "head_dim": WIDTH // HEADS,
        "intermediate_size": INNER,
        "max_position_embeddings": 512,
        "tie_word_embeddings": True,
        "attn_implementation": "eager",
    }


def export(model: Any, path: Path, *, inputs: tuple[str, ...], output: str, cache: bool = False) -> None:
    """Write a model as ONNX with any number of texts and tokens, weights inside, nothing about where it was made."""
    import onnx
    import torch
    from transformers import DynamicCache

    config = model.config
    texts, tokens, past = 2, 6, 3 if cache else 0
    names = list(inputs)
    given = [
        torch.ones(texts, tokens + (past if name == "attention_mask" else 0), dtype=torch.int64) for name in inputs
    ]
    batch, sequence = torch.export.Dim("batch"), torch.export.Dim("sequence")
    whole, earlier = torch.export.Dim("whole"), torch.export.Dim("past")
    shapes: list[dict[int, Any]] = [
        {0: batch, 1: whole if cache and name == "attention_mask" else sequence} for name in inputs
    ]
    results = [output]
    if cache:
        for layer in range(config.num_hidden_layers):
            for part in ("key", "value"):
                names.append(f"past_key_values.{layer}.{part}")
                results.append(f"present.{layer}.{part}")
                given.append(torch.randn(texts, config.num_key_value_heads, past, config.head_dim))
                shapes.append({0: batch, 2: earlier})

    class Flat(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *arrays: Any) -> Any:
            named = dict(zip(names, arrays, strict=True))
            kept = None
            if cache:
                kept = DynamicCache()
                for layer in range(config.num_hidden_layers):
                    kept.update(*(named.pop(f"past_key_values.{layer}.{part}") for part in ("key", "value")), layer)
            taken = self.model(**named, use_cache=cache, past_key_values=kept) if cache else self.model(**named)
            given_back = [getattr(taken, output)]
            if cache:
                for one in taken.past_key_values.layers:
                    given_back += [one.keys, one.values]
            return tuple(given_back)

    with torch.inference_mode():
        program = torch.onnx.export(
            Flat().eval(), tuple(given), input_names=names, output_names=results, opset_version=18,
            dynamic_shapes=(tuple(shapes),), dynamo=True, optimize=True, verbose=False,
        )  # fmt: skip
    proto = program.model_proto
    for one in (proto, proto.graph, *proto.graph.node, *proto.graph.input, *proto.graph.output):
        del one.metadata_props[:]
        one.doc_string = ""
    del proto.graph.value_info[:]
    for node in proto.graph.node:
        node.name = ""
    onnx.checker.check_model(proto)
    path.write_bytes(proto.SerializeToString())


def as_sentence_transformer(folder: Path, *, kind: str, pooling: str) -> None:
    """The files that sentence-transformers lays beside an embedder."""
    module = "sentence_transformers.models"
    plain: dict[str, Any] = {
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": f"{module}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{module}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{module}.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": READ, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": PROMPTS[kind], "default_prompt_name": None, "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {"word_embedding_dimension": WIDTH, f"pooling_mode_{pooling}": True}
        | {f"pooling_mode_{one}": False for one in ("mean_tokens", "cls_token", "lasttoken") if one != pooling},
    }  # fmt: skip
    for name, content in plain.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")


def embeddings(folder: Path) -> dict[str, Any]:
    """What sentence-transformers makes of the texts, in one batch."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)

    def rows(texts: tuple[str, ...], name: str, cut: int | None = None) -> list[list[float]]:
        given = model.encode(
            list(texts), prompt_name=name, batch_size=len(texts), normalize_embeddings=True, truncate_dim=cut
        )
        return [[round(float(value), DIGITS) for value in row] for row in given]

    return {
        "passages": rows(TEXTS, "document"),
        "queries": rows(TEXTS, "query"),
        "cut": {str(cut): rows(TEXTS, "document", cut) for cut in CUTS},
        "tokens": [len(ids) for ids in model.tokenizer(list(TEXTS))["input_ids"]],
    }


def cross_scores(folder: Path) -> list[list[float]]:
    """What CrossEncoder makes of every query with every passage."""
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", max_length=READ, local_files_only=True)
    pairs = [(query, passage) for query in QUERIES for passage in PASSAGES]
    scores = [round(float(value), DIGITS) for value in model.predict(pairs, batch_size=len(pairs))]
    return [scores[start : start + len(PASSAGES)] for start in range(0, len(scores), len(PASSAGES))]


def yes_no_scores(model: Any, tokenizer: Any) -> list[list[float]]:
    """As on the model card of Qwen3-Reranker: framed, filled up on the left, softmax over yes and no at the end."""
    import torch

    before = tokenizer.encode(SYSTEM, add_special_tokens=False)
    after = tokenizer.encode(ANSWER, add_special_tokens=False)
    yes, no = tokenizer.convert_tokens_to_ids("yes"), tokenizer.convert_tokens_to_ids("no")
    scores = []
    for query in QUERIES:
        texts = [f"<Instruct>: {TASK}\n<Query>: {query}\n<Document>: {passage}" for passage in PASSAGES]
        inputs = tokenizer(
            texts, padding=False, truncation="longest_first", return_attention_mask=False, add_special_tokens=False,
            max_length=JUDGED - len(before) - len(after),
        )  # fmt: skip
        framed = [before + ids + after for ids in inputs["input_ids"]]
        padded = tokenizer.pad({"input_ids": framed}, padding=True, return_tensors="pt")
        with torch.inference_mode():
            logits = model(**{name: padded[name] for name in ("input_ids", "attention_mask")}).logits[:, -1, :]
        both = torch.stack([logits[:, no], logits[:, yes]], dim=1).log_softmax(dim=1)
        scores.append([round(float(value), DIGITS) for value in both[:, 1].exp()])
    return scores


def make_encoders(work: Path, ship: Callable[..., None]) -> dict[str, Any]:
    """BERT and XLM-R, as embedders and as cross-encoders."""
    from transformers import (
        BertConfig,
        BertForSequenceClassification,
        BertModel,
        XLMRobertaConfig,
        XLMRobertaForSequenceClassification,
        XLMRobertaModel,
    )  # fmt: skip

    found: dict[str, Any] = {}
    families = (
        ("bert-mean", "mean_tokens", bert_tokenizer, BertConfig, BertModel, 0, True),
        ("xlm-r-cls", "cls_token", xlm_r_tokenizer, XLMRobertaConfig, XLMRobertaModel, 2, False),
    )
    for name, pooling, tokens, config, kind, offset, typed in families:
        folder = work / name
        settings = encoder_settings(tokens(folder), offset=offset) | {"type_vocab_size": 2 if typed else 1}
        model = lively(kind(config(**settings), add_pooling_layer=False))
        model.save_pretrained(folder)
        as_sentence_transformer(folder, kind=name, pooling=pooling)
        found[name] = embeddings(folder)
        inputs = ("input_ids", "attention_mask", "token_type_ids")[: 3 if typed else 2]
        ship(name, model, inputs=inputs, output="last_hidden_state")
    pairs = (
        ("bert-cross", bert_tokenizer, BertConfig, BertForSequenceClassification, 0, True),
        ("xlm-r-cross", xlm_r_tokenizer, XLMRobertaConfig, XLMRobertaForSequenceClassification, 2, False),
    )
    for name, tokens, config, kind, offset, typed in pairs:
        folder = work / name
        settings = encoder_settings(tokens(folder), offset=offset) | {"type_vocab_size": 2 if typed else 1}
        model = lively(kind(config(**settings, num_labels=1)))
        model.save_pretrained(folder)
        found[name] = cross_scores(folder)
        inputs = ("input_ids", "attention_mask", "token_type_ids")[: 3 if typed else 2]
        ship(name, model, inputs=inputs, output="logits")
    return found


def make_decoders(work: Path, ship: Callable[..., None]) -> dict[str, Any]:
    """Qwen3 as an embedder and as a reranker, each as a plain graph, with positions, with a cache."""
    from transformers import Qwen3Config, Qwen3ForCausalLM, Qwen3Model

    found: dict[str, Any] = {}
    folder = work / "qwen3"
    tokenizer = qwen_tokenizer(folder, closed=True, most=READ)
    model = lively(Qwen3Model(Qwen3Config(**qwen_settings(tokenizer))))
    model.save_pretrained(folder)
    as_sentence_transformer(folder, kind="qwen3", pooling="lasttoken")
    found["qwen3"] = embeddings(folder)
    forms = (
        ("plain", ("input_ids", "attention_mask"), False),
        ("positions", ("input_ids", "attention_mask", "position_ids"), False),
        ("cache", ("input_ids", "attention_mask", "position_ids"), True),
    )
    for form, inputs, cache in forms:
        ship(f"qwen3-{form}", model, of="qwen3", inputs=inputs, output="last_hidden_state", cache=cache)
    folder = work / "qwen3-reranker"
    tokenizer = qwen_tokenizer(folder, closed=False, most=JUDGED)
    judge = lively(Qwen3ForCausalLM(Qwen3Config(**qwen_settings(tokenizer))))
    judge.save_pretrained(folder)
    found["qwen3-reranker"] = yes_no_scores(judge, tokenizer)
    for form, inputs, cache in (forms[0], forms[2]):
        ship(f"qwen3-reranker-{form}", judge, of="qwen3-reranker", inputs=inputs, output="logits", cache=cache)
    return found


def main() -> None:
    """Make everything in a temporary folder and put the small files where the tests look."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder that is made anew")
    out: Path = parser.parse_args().out
    numbers: dict[str, Any] = {
        "versions": {name: importlib.metadata.version(name) for name in VERSIONS},
        "texts": TEXTS, "asked": QUERIES, "judged": PASSAGES,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as temporary:
        work, made = Path(temporary) / "work", Path(temporary) / "made"

        def ship(name: str, model: Any, *, of: str = "", **options: Any) -> None:
            shutil.copytree(work / (of or name), made / name, ignore=shutil.ignore_patterns("*.safetensors"))
            export(model, made / name / "model.onnx", **options)

        numbers |= make_encoders(work, ship) | make_decoders(work, ship)
        out.mkdir(parents=True, exist_ok=True)
        for folder in sorted(made.iterdir()):
            shutil.rmtree(out / folder.name, ignore_errors=True)
            shutil.copytree(folder, out / folder.name)
    text = json.dumps(numbers, ensure_ascii=False, indent=None, separators=(",", ":"))
    (out / "reference.json").write_text(text.replace("],", "],\n") + "\n", encoding="utf-8", newline="\n")
    total = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {total / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
