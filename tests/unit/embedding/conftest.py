from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.models import catalog
from engine.models.store import ModelStore


@pytest.fixture(scope="session")
def onnx_embedder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnnxEmbedder]:
    """The bundled model, loaded once for all tests of this folder."""
    entry = catalog.find("all-minilm-l6-v2")
    store = ModelStore(stamps=tmp_path_factory.mktemp("stamps") / "models.json")
    embedder = OnnxEmbedder(store.locate(entry), store=store)
    embedder.warm()
    embedder.embed_passages(["words " * 250] * 12)  # its threads are there before a test counts them
    yield embedder
    embedder.close()
