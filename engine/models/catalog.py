"""What models exist: the catalogue by name."""

from __future__ import annotations

import re

from engine.errors import ModelError
from engine.models.chat_table import CHAT_ENTRIES
from engine.models.entry import ModelEntry, ModelFile, Pooling, Quantization, Task, Variant
from engine.models.table import ENTRIES as _ENTRIES

__all__ = ["ENTRIES", "ModelEntry", "ModelFile", "Pooling", "Quantization", "Task", "Variant", "find", "known", "split"]

ENTRIES: tuple[ModelEntry, ...] = (*_ENTRIES, *CHAT_ENTRIES)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]*(:[a-z0-9][a-z0-9._-]*)?")


def split(ident: str) -> tuple[str, str]:
    """`bge-m3:fp16` as id and variant; the variant is empty where none is named.

    Raises:
        ModelError: it cannot name a model. Ids and variants name folders, so nothing else gets past here.
    """
    if not _NAME.fullmatch(ident):
        raise _unknown(ident)
    model_id, _, variant = ident.partition(":")
    return model_id, variant


def known(model_id: str) -> ModelEntry | None:
    """The entry of that id in its recommended variant, or None."""
    return next((entry for entry in ENTRIES if entry.id == model_id), None)


def find(ident: str) -> ModelEntry:
    """The entry of that name, as `bge-m3` or `bge-m3:fp16`.

    Raises:
        ModelError: no model or variant has that name.
    """
    model_id, variant = split(ident)
    entry = known(model_id)
    if entry is None:
        raise _unknown(ident)
    return entry.select(variant) if variant else entry


def _unknown(ident: str) -> ModelError:
    names = ", ".join(entry.id for entry in ENTRIES)
    return ModelError(f"There is no model named {ident}. Known ones: {names}. `magray models list` shows them.")
