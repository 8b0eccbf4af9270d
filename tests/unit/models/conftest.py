from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator

import pytest

from engine.models.entry import ModelEntry, ModelFile, Variant
from tests.helpers.hub import LoopbackHub, loopback_hub

REPOSITORY = "somebody/small-model"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with loopback_hub() as server:
        yield server


@pytest.fixture(scope="session")
def contents() -> dict[str, bytes]:
    """Bytes of a model's files, by their path in the repository."""
    return {
        "onnx/model.onnx": random.Random(1).randbytes(300_000),
        "onnx/model.onnx_data": random.Random(2).randbytes(500_000),
        "tokenizer.json": b'{"model": {"vocab": {"a": 0}}}',
    }


@pytest.fixture
def entry(contents: dict[str, bytes]) -> ModelEntry:
    """A model whose sizes and checksums the catalogue knows."""
    files = tuple(
        ModelFile(
            name=path.rpartition("/")[2], path=path, size=len(content), sha256=hashlib.sha256(content).hexdigest()
        )
        for path, content in contents.items()
    )
    return ModelEntry(
        id="small-model",
        task="embed",
        name="Small",
        origin=REPOSITORY,
        licence="MIT",
        files=files,
        model_file="model.onnx",
        tokenizer_file="tokenizer.json",
        languages=frozenset({"*"}),
        dimensions=8,
        pooling="mean",
        max_tokens=64,
        variant="fp32",
        variants=(Variant(name="fp32", quantization="fp32", files=files, model_file="model.onnx"),),
        repository=REPOSITORY,
        revision="main",
    )
