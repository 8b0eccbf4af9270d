"""Which output of a graph holds the vectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.errors import ModelError
from engine.models.entry import ModelEntry
from engine.runtime.backend import Shape

_TOKENWISE = ("last_hidden_state", "token_embeddings", "hidden_states")
_TEXTWISE = ("sentence_embedding", "dense_vecs", "text_embeds", "pooler_output")


def choose_output(entry: ModelEntry, outputs: Mapping[str, Shape], types: Mapping[str, str], *, path: Path) -> str:
    """The output to take: the one that the entry names, else the only one fit for its pooling.

    Raises:
        ModelError: there is none of that shape; the message tells what there is.
    """
    rank = 2 if entry.pooling == "none" else 3

    def fits(name: str) -> bool:
        shape = outputs[name]
        # A graph that does not tell its width is believed: the first run shows it.
        wide = len(shape) == rank and (shape[-1] == entry.dimensions or not isinstance(shape[-1], int))
        return wide and types.get(name, "") in ("float32", "float16") and not name.startswith("present")

    fit = [name for name in outputs if fits(name)]
    if entry.output:
        if entry.output in fit:
            return entry.output
    else:
        for name in _TEXTWISE if rank == 2 else _TOKENWISE:
            if name in fit:
                return name
        if len(fit) == 1:
            return fit[0]
    wanted = entry.output or ("a vector of each text" if rank == 2 else "vectors of tokens")
    found = ", ".join(
        f"{name} {list(shape)} {types.get(name, '')}".rstrip()
        for name, shape in outputs.items()
        if not name.startswith("present")
    )
    mend = "Install Magray again." if entry.bundled else "Choose another variant, or import the model again."
    raise ModelError(
        f"{path} should give {wanted} of {entry.dimensions} dimensions, its outputs are {found or 'none'}. {mend}"
    )
