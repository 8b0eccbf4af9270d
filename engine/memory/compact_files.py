"""Whether a layer is kept compact, and the files of one that is: full vectors and the directions they were cut by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.errors import IndexDamagedError
from engine.memory import manifest as manifests
from engine.memory.compact_layer import CompactForm, CompactVectors
from engine.memory.manifest import Manifest
from engine.memory.shortening import from_bytes
from engine.memory.vector_file import VectorFile
from engine.memory.vector_index import VectorGraph
from engine.settings import IndexSettings

LONG = 512
"""Vectors of more numbers are kept compact unless the settings say otherwise."""

KEPT = 256
"""Numbers of a vector that the graph of such a layer holds."""

PATTERNS = ("vectors", "directions")
"""How the names of the files end."""

Parts = dict[str, dict[str, Any]]


def form_of(settings: IndexSettings, dimensions: int, matryoshka: Sequence[int]) -> CompactForm | None:
    """How vectors of a model are kept compact; None where the graph holds them whole.

    Args:
        settings: `vectors` and `graph_dimensions` decide.
        dimensions: Numbers in a vector of the model.
        matryoshka: Lengths to which its vectors may be cut, longest first.
    """
    wanted = settings.graph_dimensions
    if settings.vectors == "auto" and not wanted and dimensions <= LONG:
        return None
    if settings.vectors == "fp32" and not wanted:
        return None
    kind = "fp16" if settings.vectors == "auto" else settings.vectors
    kept = min(wanted or KEPT, dimensions)
    prefix = kept == dimensions or (bool(matryoshka) and kept >= min(matryoshka))
    return CompactForm(dimensions=dimensions, kept=kept, kind=kind, prefix=prefix)


def parameters_of(form: CompactForm | None) -> dict[str, Any]:
    """What the manifest says of the form."""
    if form is None:
        return {}
    return {"vectors": form.kind, "kept": form.kept, "shortened": "cut" if form.prefix else "learned"}


def save(layer: CompactVectors, folder: Path, stem: str) -> Parts:
    """Flush the rows and write the directions. Rows that are not in the graph yet are no part of what is saved.

    Raises:
        OSError: the disk is full or cannot be written.
    """
    if layer.shortening is None:
        return {}
    layer.file.flush()
    path = folder / f"{stem}.directions"
    data = layer.shortening.to_bytes()
    return {
        "vectors": {"file": layer.file.path.name, "checksum": layer.checksum, "rows": layer.merged_rows},
        "directions": {
            "file": path.name,
            "checksum": manifests.write_data(path, lambda target: _write(target, data)),
            "learned_from": layer.shortening.learned_from,
        },
    }


def load(layer: CompactVectors, graph: VectorGraph, folder: Path, found: Manifest) -> None:
    """Let a layer begin from what was saved.

    Raises:
        IndexDamagedError: a file is missing, torn, or belongs to another graph.
    """
    form = layer.form
    try:
        rows, directions = found.parts["vectors"], found.parts["directions"]
        path = folder / Path(directions["file"]).name
        data = path.read_bytes()
        if manifests.checksum(path) != directions["checksum"]:
            raise IndexDamagedError(f"{path.name} is not what was saved")
        shortening = from_bytes(
            data, dimensions=form.dimensions, kept=form.kept, learned_from=int(directions["learned_from"])
        )
        file, digest = VectorFile.open(
            folder / Path(rows["file"]).name,
            form.dimensions,
            form.kind,
            count=int(rows["rows"]),
            checksum=rows["checksum"],
        )
    except OSError as error:
        raise IndexDamagedError(f"{error.filename} cannot be read ({error.strerror})") from error
    except (KeyError, TypeError, ValueError) as error:
        raise IndexDamagedError(f"the manifest does not say where the full vectors are ({error})") from error
    if int((file.find(graph.labels()) < 0).sum()):
        file.close()
        raise IndexDamagedError(f"{file.path.name} lacks vectors of the graph")
    layer.take(graph, file, digest, shortening, merged=found.merged)


def _write(path: Path, data: bytes) -> None:
    path.write_bytes(data)
