"""Catalogue entries as JSON, and the checks that every entry has to pass."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, NoReturn, get_args

from engine.errors import ModelError
from engine.models.entry import ModelEntry, ModelFile, Padding, Pooling, Quantization, Task, Variant

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_RESERVED = frozenset(("con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "lpt1", "lpt2", "lpt3"))
"""Names that Windows keeps for devices."""
_CHOICES: dict[str, tuple[str, ...]] = {
    "task": get_args(Task),
    "pooling": get_args(Pooling),
    "padding": get_args(Padding),
    "quantization": get_args(Quantization),
}
_TEXTS = ("id", "name", "origin", "licence", "model_file", "tokenizer_file")
_MAY_BE_EMPTY = ("passage_prefix", "query_prefix", "output", "variant", "repository", "revision", "note", "needs")
_NUMBERS = {"dimensions": 0, "max_tokens": 8, "context_tokens": 0}
_TRUTHS = ("bundled", "custom")
_REQUIRED = tuple(
    field.name
    for field in dataclasses.fields(ModelEntry)
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
)


def to_json(entry: ModelEntry) -> dict[str, Any]:
    """An entry in its one variant as plain values; the other variants are left out."""
    plain: dict[str, Any] = {}
    for field in dataclasses.fields(entry):
        value = getattr(entry, field.name)
        if field.name == "variants":
            continue
        if field.name == "files":
            plain["files"] = [dataclasses.asdict(file) for file in value]
        elif field.name == "languages":
            plain["languages"] = sorted(value)
        else:
            plain[field.name] = list(value) if isinstance(value, tuple) else value
    return plain


def from_json(plain: object, *, where: str) -> ModelEntry:
    """Read an entry; fields that this version does not know are passed over.

    Args:
        plain: what `json.loads` gave.
        where: names the source in messages, as a path.

    Raises:
        ModelError: a field is missing or wrong; the message names the entry and the field.
    """
    if not isinstance(plain, Mapping):
        raise ModelError(f"The model entry in {where} is not an object. Install the model again.")
    name = plain.get("id") if isinstance(plain.get("id"), str) else "without an id"
    label = f"{name} in {where}"
    fields: dict[str, Any] = {}
    known = {field.name for field in dataclasses.fields(ModelEntry)} - {"variants"}
    for field, value in plain.items():
        if field in known:
            fields[field] = _read(label, field, value)
    for field in _REQUIRED:
        if field not in fields:
            _wrong(label, field, "is missing")
    entry = ModelEntry(**fields)
    check(entry, where=where)
    return entry


def check(entry: ModelEntry, *, where: str = "the catalogue") -> None:
    """Hold an entry against what every entry has to keep.

    Raises:
        ModelError: it does not; the message names the entry and the field.
    """
    label = f"{entry.id} in {where}"
    for field in dataclasses.fields(entry):
        if field.name in ("files", "variants", "languages"):
            continue
        value = getattr(entry, field.name)
        _read(label, field.name, list(value) if isinstance(value, tuple) else value)
    if not _ID.fullmatch(entry.id) or entry.id.partition(".")[0] in _RESERVED:
        _wrong(label, "id", "may hold small Latin letters, digits, dots, dashes and underscores only")
    if not entry.languages:
        _wrong(label, "languages", "is empty")
    if entry.task == "embed" and entry.dimensions < 1:
        _wrong(label, "dimensions", "must be 1 or more")
    if any(not 0 < cut <= entry.dimensions for cut in entry.matryoshka):
        _wrong(label, "matryoshka", f"must lie between 1 and the {entry.dimensions} dimensions")
    if list(entry.matryoshka) != sorted(set(entry.matryoshka), reverse=True):
        _wrong(label, "matryoshka", "must fall from the longest to the shortest")
    if entry.context_tokens and entry.context_tokens < entry.max_tokens:
        _wrong(label, "context_tokens", "must not be less than max_tokens")
    if bool(entry.repository) != bool(entry.revision):
        _wrong(label, "revision" if entry.repository else "repository", "is missing")
    if entry.repository and entry.repository.count("/") != 1:
        _wrong(label, "repository", "must be OWNER/NAME")
    if entry.variants and entry.variant not in {one.name for one in entry.variants}:
        _wrong(label, "variant", f"{entry.variant!r} is none of its variants")
    alone = Variant(
        name=entry.variant or "single",
        quantization=entry.quantization,
        files=entry.files,
        model_file=entry.model_file,
    )
    for variant in (alone, *entry.variants):
        _check_files(label, variant, entry.tokenizer_file)


def _check_files(label: str, variant: Variant, tokenizer_file: str) -> None:
    if not _ID.fullmatch(variant.name):
        _wrong(label, "variant", f"{variant.name!r} cannot name a folder")
    names = [file.name for file in variant.files]
    if not names:
        _wrong(label, "files", "is empty")
    for name in names:
        if not is_plain_name(name) or name == "manifest.json":
            _wrong(label, "files", f"{name!r} is not a plain file name")
    if len({name.lower() for name in names}) != len(names):
        _wrong(label, "files", "names a file twice")
    for field, name in (("model_file", variant.model_file), ("tokenizer_file", tokenizer_file)):
        if name not in names:
            _wrong(label, field, f"{name!r} is not among its files")
    for file in variant.files:
        if file.size is not None and file.size < 1:
            _wrong(label, "files", f"{file.name} has an impossible size, {file.size}")
        if file.sha256 is not None and not _SHA256.fullmatch(file.sha256):
            _wrong(label, "files", f"{file.name} has a checksum that is not 64 hexadecimal digits")


def is_plain_name(name: str) -> bool:
    """Whether a name stays in its folder on every system."""
    return (
        bool(re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,119}", name))
        and not name.endswith(".")
        and name.partition(".")[0].lower() not in _RESERVED
    )


def _read(label: str, field: str, value: Any) -> Any:
    if field in _CHOICES:
        if value not in _CHOICES[field]:
            _wrong(label, field, f"must be one of {', '.join(_CHOICES[field])}, not {value!r}")
        return value
    if field in _TEXTS or field in _MAY_BE_EMPTY:
        if not isinstance(value, str) or (field in _TEXTS and not value):
            _wrong(label, field, f"must be a text, not {value!r}")
        return value
    if field in _NUMBERS:
        if not isinstance(value, int) or isinstance(value, bool) or value < _NUMBERS[field]:
            _wrong(label, field, f"must be a whole number from {_NUMBERS[field]}, not {value!r}")
        return value
    if field in _TRUTHS:
        if not isinstance(value, bool):
            _wrong(label, field, f"must be true or false, not {value!r}")
        return value
    if not isinstance(value, list):
        _wrong(label, field, f"must be a list, not {value!r}")
    if field == "files":
        return tuple(_read_file(label, item) for item in value)
    if field == "matryoshka":
        if not all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            _wrong(label, field, "must be a list of whole numbers")
        return tuple(value)
    if not all(isinstance(item, str) for item in value):
        _wrong(label, field, "must be a list of texts")
    return frozenset(value) if field == "languages" else tuple(value)


def _read_file(label: str, plain: Any) -> ModelFile:
    if not isinstance(plain, Mapping):
        _wrong(label, "files", f"{plain!r} is not an object")
    for part in ("name", "size", "sha256"):
        if part not in plain:
            _wrong(label, "files", f"{plain.get('name', 'a file')} has no {part}")
    name, size, sha256 = plain["name"], plain["size"], plain["sha256"]
    if not isinstance(name, str):
        _wrong(label, "files", f"{name!r} is not a name")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool)):
        _wrong(label, "files", f"{name} has a size that is not a whole number")
    if sha256 is not None and not isinstance(sha256, str):
        _wrong(label, "files", f"{name} has a checksum that is not a text")
    others = {key: plain.get(key, "") for key in ("path", "repository", "revision")}
    if not all(isinstance(value, str) for value in others.values()):
        _wrong(label, "files", f"{name} has an origin that is not a text")
    return ModelFile(name=name, size=size, sha256=sha256, **others)


def _wrong(label: str, field: str, why: str) -> NoReturn:
    raise ModelError(
        f"The model entry {label} cannot be used: {field} {why}."
        " Nothing was changed. Install the model again, or correct the entry."
    )
