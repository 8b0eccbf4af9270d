"""The models of `tests/data/reference`, brought in as an owner brings in his own; what their libraries say of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.embedding.cached_embedder import CachedEmbedder, open_embedder
from engine.model_values import ModelCorrections
from engine.models.importing import Import
from engine.models.store import ModelStore
from engine.reranking.onnx_reranker import OnnxReranker
from engine.reranking.opening import open_reranker
from engine.runtime.manager import Devices
from engine.settings import EmbeddingSettings, RerankingSettings, Settings

FOLDER = Path(__file__).parents[1] / "data" / "reference"


def numbers() -> dict[str, Any]:
    """`reference.json`."""
    found: dict[str, Any] = json.loads((FOLDER / "reference.json").read_text("utf-8"))
    return found


def import_model(name: str, settings: Settings, *, corrections: ModelCorrections | None = None) -> None:
    """Install one of the models by what lies in its folder."""
    paths = settings.paths
    store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
    staging = paths.data / "incoming"
    job = Import(FOLDER / name, store=store, staging=staging, report=lambda _: None, corrections=corrections)
    job.run()


def embedder_of(
    name: str, data: Path, devices: Devices, *, corrections: ModelCorrections | None = None, **options: Any
) -> CachedEmbedder:
    """The embedder as the app opens it."""
    settings = Settings(data_dir=data, embedding=EmbeddingSettings(model=name, threads=1, **options))
    import_model(name, settings, corrections=corrections)
    return open_embedder(settings, paths=settings.paths, devices=devices)


def reranker_of(name: str, data: Path, devices: Devices, **options: Any) -> OnnxReranker:
    """The reranker as the app opens it, with all the time that it needs."""
    wanted = RerankingSettings(mode="on", model=name, budget_ms=60_000, **options)
    settings = Settings(data_dir=data, reranking=wanted, embedding=EmbeddingSettings(threads=1))
    import_model(name, settings)
    reranker = open_reranker(settings, paths=settings.paths, devices=devices)
    assert reranker is not None
    return reranker
