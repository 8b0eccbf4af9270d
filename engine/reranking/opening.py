"""Which reranker is used, and opening it."""

from __future__ import annotations

from engine.errors import ModelError
from engine.models.entry import ModelEntry
from engine.models.store import ModelStore
from engine.paths import DataPaths
from engine.reranking.onnx_reranker import OnnxReranker
from engine.runtime.manager import Devices
from engine.settings import Settings


def open_reranker(settings: Settings, *, paths: DataPaths, devices: Devices) -> OnnxReranker | None:
    """The reranker that the settings name, or the smallest that is installed. Quick: `warm` loads it.

    Args:
        settings: `reranking.*` is used.
        paths: where models lie.
        devices: what models run on.

    Returns:
        None where none is wanted or none is installed.

    Raises:
        ModelError: the one that is named is unknown, no reranker, or not installed.
    """
    options = settings.reranking
    if options.mode == "off":
        return None
    store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
    entry = store.find(options.model, task="rerank") if options.model else _smallest(store)
    if entry is None:
        if options.mode == "on":
            raise ModelError(
                "reranking.mode is on, but no reranker is installed. `magray models list` shows which there are."
                " Recall goes on without one."
            )
        return None
    return OnnxReranker(
        store.locate(entry), store=store, options=options, devices=devices, threads=settings.embedding.threads
    )


def _smallest(store: ModelStore) -> ModelEntry | None:
    there = [
        one.manifest.current_entry
        for one in store.installed()
        if one.manifest is not None and one.problem is None and one.manifest.current_entry.task == "rerank"
    ]
    return min(there, key=lambda entry: entry.size, default=None)
