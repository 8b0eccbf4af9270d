from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ModelError
from engine.models.custom import own_id, propose
from engine.models.model_card import highest_token, read_card
from engine.models.onnx_file import look_into
from engine.paths import resources
from tests.helpers import tiny_onnx
from tests.helpers.tiny_onnx import write_model


def card(folder: Path, name: str, value: Any) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def entry_of(folder: Path) -> Any:
    return propose(folder, name=folder.name, origin="a stick").entry


def test_a_plain_folder_is_described(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "My model, v2")
    proposal = propose(folder, name=folder.name, origin="a stick")
    entry = proposal.entry
    assert (entry.id, entry.name, entry.task, entry.dimensions) == ("my-model-v2", "My model, v2", "embed", 8)
    assert (entry.pooling, entry.max_tokens, entry.output) == ("mean", 512, "last_hidden_state")
    assert entry.languages == {"*"}
    assert entry.custom
    assert "mean is taken" in entry.note
    assert "512 are taken" in entry.note
    assert proposal.sources == {"model.onnx": folder / "model.onnx", "tokenizer.json": folder / "tokenizer.json"}


def test_what_sentence_transformers_wrote_is_believed(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "told")
    card(folder, "modules.json", [
        {"idx": 0, "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
        {"idx": 2, "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
    ])  # fmt: skip
    card(folder, "1_Pooling/config.json", {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False})
    card(folder, "sentence_bert_config.json", {"max_seq_length": 128})
    card(folder, "config.json", {"model_type": "xlm-roberta", "max_position_embeddings": 514})
    card(folder, "tokenizer_config.json", {"model_max_length": 1e30, "padding_side": "left"})
    card(folder, "config_sentence_transformers.json", {"prompts": {"query": "find: ", "document": "text: "}})
    card(folder, "README.md", "---\nlicense: mit\nlanguage:\n- en\n- ru\ntags:\n- x\n---\n# Told\n")
    entry = entry_of(folder)
    assert (entry.pooling, entry.max_tokens, entry.padding) == ("cls", 128, "left")
    assert (entry.query_prefix, entry.passage_prefix) == ("find: ", "text: ")
    assert (entry.licence, entry.languages, entry.note) == ("mit", {"en", "ru"}, "")


@pytest.mark.parametrize(
    ("config", "tokens"),
    [
        ({"max_position_embeddings": 514, "model_type": "roberta"}, 512),
        ({"max_position_embeddings": 512, "model_type": "bert"}, 512),
        ({"max_position_embeddings": 32768, "model_type": "bert"}, 2048),
        ({"max_position_embeddings": "many"}, 512),
    ],
)
def test_limits(tmp_path: Path, config: dict[str, Any], tokens: int) -> None:
    folder = write_model(tmp_path / "limits")
    card(folder, "config.json", config)
    assert entry_of(folder).max_tokens == tokens


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode": "lasttoken"}, "last_token"),
        ({"pooling_mode_lasttoken": True}, "last_token"),
        ({"pooling_mode": "mean"}, "mean"),
    ],
)
def test_poolings(tmp_path: Path, config: dict[str, Any], pooling: str) -> None:
    folder = write_model(tmp_path / "pooling")
    card(folder, "modules.json", [{"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
    card(folder, "1_Pooling/config.json", config)
    assert entry_of(folder).pooling == pooling


@pytest.mark.parametrize(
    "config", [{"pooling_mode_max_tokens": True}, {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}]
)
def test_a_pooling_that_magray_lacks_is_refused(tmp_path: Path, config: dict[str, Any]) -> None:
    folder = write_model(tmp_path / "pooling")
    card(folder, "modules.json", [{"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])
    card(folder, "1_Pooling/config.json", config)
    with pytest.raises(ModelError, match=r"asks for the pooling (max_tokens|cls_token and mean_tokens)"):
        entry_of(folder)


def test_decoders_take_the_last_token(tmp_path: Path) -> None:
    inputs = ("input_ids", "attention_mask", "position_ids")
    folder = write_model(tmp_path / "decoder", tiny_onnx.model(inputs=inputs, cache=True))
    assert entry_of(folder).pooling == "last_token"
    other = write_model(tmp_path / "qwen")
    card(other, "config.json", {"model_type": "qwen3"})
    assert entry_of(other).pooling == "last_token"


@pytest.mark.parametrize("half", [False, True])
def test_a_graph_that_pools_by_itself(tmp_path: Path, half: bool) -> None:
    folder = write_model(tmp_path / "pooled", tiny_onnx.model(output="sentence_embedding", pooled=True, half=half))
    entry = entry_of(folder)
    assert (entry.pooling, entry.output, entry.dimensions) == ("none", "sentence_embedding", 8)
    assert entry.quantization == ("fp16" if half else "fp32")


def test_a_reranker_is_known_by_its_one_logit(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "ranker", tiny_onnx.model(output="logits", pooled=True, width=1))
    entry = entry_of(folder)
    assert (entry.task, entry.dimensions, entry.output) == ("rerank", 0, "logits")


def test_a_language_model_is_a_reranker_by_its_name(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "words", tiny_onnx.model(output="logits", cache=True))
    entry = propose(folder, name="Qwen3-Reranker-0.6B", origin="a stick").entry
    assert (entry.task, entry.dimensions, entry.output) == ("rerank", 0, "logits")
    assert "answers yes or no" in entry.note
    with pytest.raises(ModelError, match=r"must have rerank in its name"):
        propose(folder, name="Qwen3-0.6B", origin="a stick")


def test_weights_beside_the_file_belong_to_it(tmp_path: Path) -> None:
    content = tiny_onnx.model(external="model.onnx_data")
    folder = write_model(tmp_path / "big", content)
    with pytest.raises(ModelError, match=r"wants its weights from model\.onnx_data, which is not beside it"):
        entry_of(folder)
    (folder / "model.onnx_data").write_bytes(bytes(20 * 8 * 4))
    assert set(propose(folder, name="big", origin="a stick").sources) == {
        "model.onnx",
        "tokenizer.json",
        "model.onnx_data",
    }
    assert list(look_into(folder / "model.onnx").external) == ["model.onnx_data"]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a\\b", "C:x", ".."])
def test_weights_from_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    folder = write_model(tmp_path / "escape", tiny_onnx.model(external=name))
    with pytest.raises(ModelError, match=r"outside its own folder"):
        entry_of(folder)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "classes": ({"output": "logits", "pooled": True, "width": 3}, "it sorts texts into 3 classes"),
    "language model": ({"output": "logits"}, "it is a language model that writes text"),
    "strange output": ({"output": "score", "pooled": True, "width": 1}, "for 2 texts of 5 tokens it gives score 2x1"),
    "strange input": ({"inputs": ("input_ids", "pixel_values")}, r"wants the input pixel_values \(tensor\(int64\)\)"),
    "not finite": ({"values": [float("nan")] * 160}, "gives values in last_hidden_state that are not finite"),
    "another tokenizer": ({"vocabulary": 10}, "does not know token 19 of the tokenizer beside it"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_model_is_refused_with_the_true_reason(tmp_path: Path, case: str) -> None:
    given, why = WRONG[case]
    folder = write_model(tmp_path / "wrong", tiny_onnx.model(**given))
    with pytest.raises(ModelError, match=why) as caught:
        entry_of(folder)
    assert str(caught.value).endswith("Nothing was changed.")


BROKEN: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is not an ONNX file: it is empty"),
    "text": (b"this is no model at all, only words", "is not an ONNX file"),
    "a page": (b"<!DOCTYPE html><html></html>", "is not an ONNX file"),
    "a pointer of Git LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", "is not an ONNX file"),
    "cut": (tiny_onnx.model()[:200], "is not an ONNX file: it ends too early"),
    "no graph": (tiny_onnx.number(1, 8), "is not an ONNX file: it holds no graph"),
    "an unknown operator": (
        tiny_onnx.number(1, 8)
        + tiny_onnx.message(
            7, tiny_onnx.message(1, tiny_onnx.node("Nonsense", ("a",), ("b",))) + tiny_onnx.text(2, "g")
        )
        + tiny_onnx.message(8, tiny_onnx.number(2, 13)),
        "ONNX Runtime .* cannot load",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_refused_with_the_reason(tmp_path: Path, case: str) -> None:
    content, why = BROKEN[case]
    with pytest.raises(ModelError, match=why):
        entry_of(write_model(tmp_path / "broken", content))


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match=r"holds no ONNX file"):
        entry_of(tmp_path / "empty")
    folder = write_model(tmp_path / "alone")
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"holds model\.onnx and no tokenizer\.json"):
        entry_of(folder)


def test_of_several_files_the_one_named_model_is_meant(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "several", name="a.onnx")
    (folder / "onnx").mkdir()
    (folder / "onnx" / "b.onnx").write_bytes(tiny_onnx.model(width=4))
    with pytest.raises(ModelError, match=r"several ONNX files \(a\.onnx, onnx/b\.onnx\)"):
        entry_of(folder)
    (folder / "onnx" / "b.onnx").rename(folder / "onnx" / "model.onnx")
    assert entry_of(folder).dimensions == 4


@pytest.mark.parametrize("content", ["{", "[]", '{"model": {}}', '{"model": {"vocab": {}}}', '{"added_tokens": 5}'])
def test_a_torn_tokenizer_is_named(tmp_path: Path, content: str) -> None:
    folder = write_model(tmp_path / "torn")
    (folder / "tokenizer.json").write_text(content)
    with pytest.raises(ModelError, match=r"tokenizer\.json (is not JSON|holds no vocabulary)"):
        entry_of(folder)


def test_highest_tokens_of_every_kind_of_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"model": {"vocab": [["a", 0.0], ["b", 0.0]]}, "added_tokens": [{"id": 7}]}))
    assert highest_token(path) == 7
    assert highest_token(resources() / "models" / "all-minilm-l6-v2" / "tokenizer.json") == 30521


def test_torn_files_beside_the_model_are_told(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "torn")
    card(folder, "config.json", "{")
    with pytest.raises(ModelError, match=r"config\.json is not JSON"):
        entry_of(folder)


def test_a_dense_layer_that_the_file_lacks_is_told(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "dense")
    card(folder, "modules.json", [{"path": "2_Dense", "type": "sentence_transformers.models.Dense"}])
    with pytest.raises(ModelError, match=r"wants a dense layer behind them"):
        entry_of(folder)


def test_modules_may_not_lead_elsewhere(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "modules")
    card(tmp_path, "elsewhere/config.json", {"pooling_mode_cls_token": True})
    card(folder, "modules.json", [{"path": "../elsewhere", "type": "x.Pooling"}, "nonsense", {"path": 5}])
    assert read_card(folder).pooling is None


@pytest.mark.parametrize(
    ("name", "model_id"),
    [("BGE_M3", "bge_m3"), ("bge-m3", "own-bge-m3"), ("Модель", "model"), ("  a  b  ", "a-b"), ("x" * 200, "x" * 60)],
)
def test_ids_of_own_models(name: str, model_id: str) -> None:
    assert own_id(name) == model_id
