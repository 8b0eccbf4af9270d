"""What the files beside a model tell of it: sentence-transformers' own, the tokenizer's, the README's head."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import ModelError
from engine.models.entry import Pooling
from engine.models.files import read_json

_POOLINGS: dict[str, Pooling] = {
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "cls",
    "pooling_mode_lasttoken": "last_token",
    "mean": "mean",
    "cls": "cls",
    "lasttoken": "last_token",
}
_OFFSET_BY_TWO = ("roberta", "xlm-roberta", "camembert", "xlm-roberta-xl")
"""Kinds whose positions begin behind the padding id (transformers, `create_position_ids_from_input_ids`)."""
_UNLIMITED = 1_000_000  # transformers writes a huge number where a tokenizer has no limit
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCard:
    """What could be found; empty or None where nothing was told.

    Attributes:
        kind: `model_type` of `config.json`, as `bert`.
        pooling: Of sentence-transformers' pooling module.
        dense: A dense layer follows the pooling, which an ONNX file of the transformer alone does not hold.
        max_tokens: The least of all limits that are told.
        query_prefix: Prompt of that name.
        passage_prefix: Prompt named `passage` or `document`.
        left_padded: The tokenizer fills up on the left.
        languages: ISO 639-1 codes, or `*`.
        licence: As the README names it.
    """

    kind: str = ""
    pooling: Pooling | None = None
    dense: bool = False
    max_tokens: int | None = None
    query_prefix: str = ""
    passage_prefix: str = ""
    left_padded: bool = False
    languages: frozenset[str] = field(default_factory=frozenset)
    licence: str = ""


def read_card(folder: Path) -> ModelCard:
    """Read what lies in a model's folder.

    Raises:
        ModelError: a file is there and torn, or asks for a pooling that Magray does not have.
    """
    config = _object(folder / "config.json")
    tokenizer = _object(folder / "tokenizer_config.json")
    prompts = _object(folder / "config_sentence_transformers.json").get("prompts")
    prompts = prompts if isinstance(prompts, Mapping) else {}
    pooling, dense = _modules(folder)
    head = _head(folder / "README.md")
    return ModelCard(
        kind=str(config.get("model_type", "")),
        pooling=pooling,
        dense=dense,
        max_tokens=_max_tokens(config, tokenizer, _object(folder / "sentence_bert_config.json")),
        query_prefix=_text(prompts.get("query")),
        passage_prefix=_text(prompts.get("passage")) or _text(prompts.get("document")),
        left_padded=tokenizer.get("padding_side") == "left",
        languages=_languages(head.get("language", [])),
        licence=next(iter(head.get("license", [])), ""),
    )


def highest_token(tokenizer_file: Path) -> int:
    """The largest token id of a `tokenizer.json`.

    Raises:
        ModelError: it is not such a file.
    """
    plain = read_json(tokenizer_file)
    model = plain.get("model") if isinstance(plain, Mapping) else None
    vocab = model.get("vocab") if isinstance(model, Mapping) else None
    if isinstance(vocab, Mapping):
        ids = [item for item in vocab.values() if isinstance(item, int)]
    elif isinstance(vocab, list):
        ids = [len(vocab) - 1]
    else:
        ids = []
    added = plain.get("added_tokens") if isinstance(plain, Mapping) else None
    for item in added if isinstance(added, list) else []:
        if isinstance(item, Mapping) and isinstance(item.get("id"), int):
            ids.append(item["id"])
    if not ids or max(ids) < 0:
        raise ModelError(
            f"{tokenizer_file} holds no vocabulary: it is not a file of the tokenizers library. Nothing was changed."
        )
    return max(ids)


def _modules(folder: Path) -> tuple[Pooling | None, bool]:
    path = folder / "modules.json"
    if not path.is_file():
        return None, False
    plain = read_json(path)
    pooling: Pooling | None = None
    dense = False
    for module in plain if isinstance(plain, list) else []:
        kind = str(module.get("type", "")).rpartition(".")[2] if isinstance(module, Mapping) else ""
        where = str(module.get("path", "")) if isinstance(module, Mapping) else ""
        dense = dense or kind == "Dense"
        if kind == "Pooling" and where and ".." not in Path(where).parts and not Path(where).is_absolute():
            pooling = _pooling(folder / where / "config.json")
    return pooling, dense


def _pooling(path: Path) -> Pooling | None:
    config = _object(path)
    asked = [name for name, on in config.items() if name.startswith("pooling_mode_") and on is True]
    if isinstance(config.get("pooling_mode"), str):
        asked.append(config["pooling_mode"])
    if not asked:
        return None
    if len(asked) > 1 or asked[0] not in _POOLINGS:
        words = " and ".join(name.removeprefix("pooling_mode_") for name in asked)
        raise ModelError(
            f"{path} asks for the pooling {words}. Magray has mean, cls and last token. Nothing was changed."
        )
    return _POOLINGS[asked[0]]


def _max_tokens(*sources: Mapping[str, Any]) -> int | None:
    config = sources[0]
    told = []
    positions = config.get("max_position_embeddings")
    if isinstance(positions, int):
        told.append(positions - (2 if config.get("model_type") in _OFFSET_BY_TWO else 0))
    for source, name in zip(sources[1:], ("model_max_length", "max_seq_length"), strict=True):
        value = source.get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and value < _UNLIMITED:
            told.append(int(value))
    fit = [value for value in told if value >= 8]
    return min(fit) if fit else None


def _head(path: Path) -> dict[str, list[str]]:
    """The few keys of a README's YAML head that matter, each as a list; other YAML is passed over."""
    try:
        lines = path.read_text("utf-8", errors="replace")[:20_000].splitlines()
    except OSError:
        return {}
    found: dict[str, list[str]] = {}
    if not lines or lines[0].strip() != "---":
        return found
    key = ""
    for line in lines[1:]:
        if line.strip() == "---":
            break
        if match := re.match(r"([A-Za-z_]+):(.*)", line):
            key, value = match[1], match[2].strip()
            items = value.strip("[]").split(",") if value else []
            found[key] = [item.strip().strip("'\"") for item in items if item.strip()]
        elif (match := re.match(r"\s*-\s+(.+)", line)) and key in found:
            found[key].append(match[1].strip().strip("'\""))
    return found


def _languages(told: list[str]) -> frozenset[str]:
    if any(item.lower() == "multilingual" for item in told) or len(told) > 20:
        return frozenset({"*"})
    return frozenset(item.partition("-")[0] for item in told if _LANGUAGE.fullmatch(item))


def _object(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        return {}
    plain = read_json(path)
    return plain if isinstance(plain, Mapping) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
