"""What models exist: a small table, written by hand, each file with its size and checksum."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from engine.errors import ModelError

Task = Literal["embedding"]
Pooling = Literal["mean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model."""

    name: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One model: where it comes from, what it is for, and everything that its vectors depend on.

    `languages` are ISO 639-1 codes in which the model means something, `{"*"}` for a multilingual one. `max_tokens`
    counts special tokens. The prefixes stand before a text that is embedded to be found, or to find. `accelerators`
    are the execution providers, best first, that have kernels for this file's operators: on others most of the graph
    would go back to the CPU, slower than the CPU alone.
    """

    id: str
    task: Task
    name: str
    origin: str
    licence: str
    files: tuple[ModelFile, ...]
    model_file: str
    tokenizer_file: str
    languages: frozenset[str]
    dimensions: int
    pooling: Pooling
    max_tokens: int
    passage_prefix: str = ""
    query_prefix: str = ""
    accelerators: tuple[str, ...] = ()
    bundled: bool = False

    @property
    def fingerprint(self) -> str:
        """Names the model and everything that changes its vectors: `id@` and 12 hexadecimal digits."""
        told = [file.sha256 for file in self.files if file.name in (self.model_file, self.tokenizer_file)]
        told += [self.pooling, str(self.max_tokens), self.passage_prefix, self.query_prefix]
        digest = hashlib.sha256("\0".join(told).encode()).hexdigest()
        return f"{self.id}@{digest[:12]}"

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


ENTRIES: tuple[ModelEntry, ...] = (
    ModelEntry(
        id="all-minilm-l6-v2",
        task="embedding",
        name="all-MiniLM-L6-v2, 8 bit",
        origin="sentence-transformers/all-MiniLM-L6-v2",
        licence="Apache-2.0",
        files=(
            ModelFile(
                name="model_int8.onnx",
                size=22_902_665,
                sha256="95bb2d2b61ba102f22136366060f579136f318e81bde95be23e139ccc32a6dd3",
            ),
            ModelFile(
                name="tokenizer.json",
                size=466_247,
                sha256="be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
            ModelFile(
                name="config.json",
                size=612,
                sha256="953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
            ),
        ),
        model_file="model_int8.onnx",
        tokenizer_file="tokenizer.json",
        languages=frozenset({"en"}),
        dimensions=384,
        pooling="mean",
        max_tokens=256,
        # DynamicQuantizeLinear and MatMulInteger over unsigned activations have kernels on the CPU and on DirectML
        # only (docs/OperatorKernels.md of ONNX Runtime): CUDA and CoreML would hand every product back.
        accelerators=("DmlExecutionProvider",),
        bundled=True,
    ),
)


def find(model_id: str) -> ModelEntry:
    """The entry of that name.

    Raises:
        ModelError: no model has that name.
    """
    for entry in ENTRIES:
        if entry.id == model_id:
            return entry
    known = ", ".join(entry.id for entry in ENTRIES)
    raise ModelError(f"There is no model named {model_id}. Known ones: {known}. Set embedding.model to one of them.")
