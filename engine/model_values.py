"""Values about models that cross the engine's border; see `engine.values` for the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ModelState = Literal["bundled", "installed", "damaged", "partial", "available"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelVariant:
    """One number format of a model.

    Attributes:
        name: Stands behind the colon of `bge-m3:fp16`.
        quantization: What the weights are stored as: `fp32`, `fp16`, `int8`, `uint8`, `q8`, `q4`.
        size: Bytes to download, or None where the catalogue does not know all of them.
        state: As in `ModelStatus`.
        disk_bytes: Taken now, by the model or by what an interrupted download left.
    """

    name: str
    quantization: str
    size: int | None
    state: ModelState
    disk_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelStatus:
    """One model of the catalogue or of the owner's own, and how it stands with it on this computer.

    Attributes:
        id: Its name in Magray, the variant left out.
        task: `embed` (texts to vectors), `rerank` (orders hits) or `chat`.
        state: `bundled` came with Magray, `installed` can be used, `damaged` is there and cannot, `partial` was not
            fetched wholly, `available` can be downloaded. The best one among its variants.
        in_use: The settings name it.
        variants: The recommended one first.
        ident: The variant that is there, or would be downloaded, as a name for every call.
        disk_bytes: Taken now, all variants together.
        verified: Every byte was checked since the files last changed.
        custom: The owner's own.
        origin: Repository of its authors, or the folder that it was imported from.
        languages: ISO 639-1 codes, `*` for a multilingual one.
        dimensions: Length of a vector, 0 for a task without vectors.
        matryoshka: Lengths to which its vectors may be cut.
        note: What the owner should know of it.
        problem: Why it cannot be used, where it is damaged.
    """

    id: str
    name: str
    task: Literal["embed", "rerank", "chat"]
    state: ModelState
    in_use: bool
    variants: tuple[ModelVariant, ...]
    ident: str
    disk_bytes: int
    verified: bool
    custom: bool
    origin: str
    licence: str
    languages: tuple[str, ...]
    dimensions: int
    pooling: str
    max_tokens: int
    passage_prefix: str = ""
    query_prefix: str = ""
    matryoshka: tuple[int, ...] = ()
    note: str = ""
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProgress:
    """How far a download or an import is; sent at most ten times a second and once at the end.

    Attributes:
        done: Bytes so far, those of an earlier attempt included.
        total: Bytes in all, or None while they are not known.
        bytes_per_second: Over the last seconds; 0 while nothing moves.
        seconds_left: Estimate, or None while there is too little to tell.
        note: Why it waits, or empty.
    """

    ident: str
    step: Literal["asking", "receiving", "waiting", "copying", "checking", "installing", "done"]
    file: str = ""
    done: int = 0
    total: int | None = None
    bytes_per_second: float = 0.0
    seconds_left: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelCorrections:
    """What the owner knows better than the files of his own model. None leaves what was found.

    Attributes:
        id: What it is called.
        pooling: How its token vectors become one.
        passage_prefix: Stands before a text to be found.
        query_prefix: Stands before a query.
    """

    id: str | None = None
    pooling: Literal["mean", "cls", "last_token"] | None = None
    passage_prefix: str | None = None
    query_prefix: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReembeddingStatus:
    """How far the memories are embedded anew after a change of the embedder.

    Attributes:
        from_model: The model that is used meanwhile, as `bge-m3:fp16`; empty where the one before is gone and
            memories are found by their words until their turn has come.
        to_model: The model that is used once all are embedded by it.
        done: Memories that are.
        total: Memories in all.
        paused: The owner paused it; it stays so over the next starts.
        seconds_left: Estimate, or None while there is too little to tell or nothing goes on.
        failure: Why it stopped, or empty; `resume_reembedding` and the next start try again.
        can_cancel: The model before is still there to go back to.
    """

    from_model: str
    to_model: str
    done: int
    total: int
    paused: bool
    seconds_left: float | None = None
    failure: str = ""
    can_cancel: bool = False
