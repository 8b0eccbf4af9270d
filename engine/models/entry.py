"""What a catalogue says about a model: values, and nothing that is done with them."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import dataclass
from typing import Literal, Self

from engine.errors import ModelError

Task = Literal["embed", "rerank", "chat"]
Pooling = Literal["mean", "cls", "last_token", "none"]
Quantization = Literal["fp32", "fp16", "int8", "uint8", "q8", "q4"]
Padding = Literal["right", "left"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """One file of a model.

    Attributes:
        name: As it is called in the model's own folder.
        size: Bytes; None where no public source tells them.
        sha256: 64 hexadecimal digits; None where no public source tells them. Then the hub's own checksum counts, and
            it is kept with the installed model.
        path: Where it lies in its repository; empty where that is its name.
        repository: Another repository than the model's.
        revision: The revision there.
    """

    name: str
    size: int | None
    sha256: str | None
    path: str = ""
    repository: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """The same model in another number format: files of its own, everything else shared.

    Attributes:
        name: As it stands behind the colon of `bge-m3:fp16`.
        quantization: What the weights are stored as. `int8` and `uint8` multiply whole numbers too; `q8` and `q4` hold
            only the weights in 8 or 4 bits, in blocks.
        files: Those that make it up, the shared ones included.
        model_file: The ONNX file among them.
        accelerators: As in `ModelEntry`.
        needs: The oldest ONNX Runtime that has its operators; empty where any will do.
    """

    name: str
    quantization: Quantization
    files: tuple[ModelFile, ...]
    model_file: str
    accelerators: tuple[str, ...] = ()
    needs: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEntry:
    """One model in one variant: where it comes from, what it is for, and everything that its vectors depend on.

    Attributes:
        id: Its name in Magray, the variant left out.
        task: What it does.
        name: For the owner's eyes.
        origin: Repository of its authors.
        licence: As its authors name it.
        files: All files of this variant.
        model_file: The ONNX file.
        tokenizer_file: The tokenizer's file.
        languages: ISO 639-1 codes in which the model means something, `{"*"}` for a multilingual one.
        dimensions: Length of a vector; 0 for a task without vectors.
        pooling: How token vectors become one. `none`: the graph gives one vector a text by itself.
        max_tokens: Tokens of a text that are read, special ones included.
        context_tokens: Tokens that the model could take; more of them cost memory by their square.
        passage_prefix: Stands before a text that is embedded to be found.
        query_prefix: Stands before a text that is embedded to find; an instruction is one too.
        padding: The side that is filled up where texts of a batch differ in length.
        output: The graph's output to take; empty where there is only one fit.
        matryoshka: Lengths to which a vector may be cut, longest first; empty where it may not.
        accelerators: Execution providers, best first, that have kernels for this file's operators: on others most of
            the graph would go back to the CPU, slower than the CPU alone.
        needs: The oldest ONNX Runtime that has its operators.
        variant: Which of the variants this is; empty where there is only this one.
        quantization: What this variant's weights are stored as.
        variants: All of them, the recommended one first.
        repository: On the hub, where the files come from; empty where they cannot be had there.
        revision: Commit of that repository, or a branch where none is known; see `pinned`.
        bundled: It came with the program.
        custom: It is the owner's own.
        note: What the owner should know of it.
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
    context_tokens: int = 0
    passage_prefix: str = ""
    query_prefix: str = ""
    padding: Padding = "right"
    output: str = ""
    matryoshka: tuple[int, ...] = ()
    accelerators: tuple[str, ...] = ()
    needs: str = ""
    variant: str = ""
    quantization: Quantization = "fp32"
    variants: tuple[Variant, ...] = ()
    repository: str = ""
    revision: str = ""
    bundled: bool = False
    custom: bool = False
    note: str = ""

    @property
    def fingerprint(self) -> str:
        """Names the model and everything that changes its vectors: `id@` and 12 hexadecimal digits.

        Raises:
            ModelError: a checksum is not known yet, because the model is not installed.
        """
        told = []
        for file in self.files:
            if file.name in (self.model_file, self.tokenizer_file) or _holds_weights(file.name):
                if file.sha256 is None:
                    raise ModelError(
                        f"{self.ident} is not installed, so it is not known what its vectors would be."
                        f" Install it by `magray models download {self.ident}`."
                    )
                told.append(file.sha256)
        told += [self.pooling, str(self.max_tokens), self.passage_prefix, self.query_prefix]
        digest = hashlib.sha256("\0".join(told).encode()).hexdigest()
        return f"{self.id}@{digest[:12]}"

    @property
    def ident(self) -> str:
        """How the owner names it: the id, and the variant where it is not the recommended one."""
        recommended = not self.variants or self.variant == self.variants[0].name
        return self.id if recommended else f"{self.id}:{self.variant}"

    @property
    def pinned(self) -> bool:
        """Whether every file's revision is a commit. Else the hub's commit of the moment is kept with the model."""
        told = [file.revision or self.revision for file in self.files]
        return self.bundled or self.custom or all(len(one) == 40 for one in told)

    @property
    def size(self) -> int:
        """Bytes of all files together, as far as they are known."""
        return sum(file.size or 0 for file in self.files)

    def select(self, variant: str) -> Self:
        """The same model in another variant.

        Raises:
            ModelError: there is no such variant.
        """
        for one in self.variants:
            if one.name == variant:
                return dataclasses.replace(
                    self,
                    variant=one.name,
                    quantization=one.quantization,
                    files=one.files,
                    model_file=one.model_file,
                    accelerators=one.accelerators,
                    needs=one.needs,
                )
        known = ", ".join(one.name for one in self.variants) or "none"
        raise ModelError(f"{self.id} has no variant {variant}. Its variants: {known}.")


def _holds_weights(name: str) -> bool:
    """Whether a file beside the ONNX file may hold weights that did not fit into it: it can have any name."""
    return not name.endswith((".json", ".txt", ".md"))
