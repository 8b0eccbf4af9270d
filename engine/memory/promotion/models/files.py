"""Models as bytes: a numpy archive with a header in JSON. Nothing in it is ever run; pickled parts are refused.

The header names the format, the kind of model and the set of features it was made for. What another version wrote is
refused with a word that says so, and whoever asked goes on with the model before.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from engine.memory.promotion.models.base import Model, PromotionModelError
from engine.memory.promotion.models.logistic import fit_logistic, read_logistic
from engine.memory.promotion.models.network import fit_network, read_network
from engine.memory.promotion.models.trees import fit_trees, read_trees

FORMAT = 1
"""Rises when the arrays of a kind change."""

_LARGEST = 8 * 2**20
_MOST_PARTS = 64
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_READERS: dict[str, Callable[[Mapping[str, NDArray[np.generic]], int], Model]] = {
    "logistic": read_logistic,
    "trees": read_trees,
    "network": read_network,
}

FITTERS: dict[str, Callable[..., Model]] = {"logistic": fit_logistic, "trees": fit_trees, "network": fit_network}
"""Kind -> function (rows, outcome, weight) that trains one."""


def to_bytes(model: Model, *, features: str) -> bytes:
    """Write a model down.

    Args:
        model: The model.
        features: The set of features that it takes, as `FEATURE_SET`.
    """
    header = json.dumps({"format": FORMAT, "kind": model.kind, "features": features, "width": model.width})
    parts = {"header": np.frombuffer(header.encode(), dtype=np.uint8), **model.arrays()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in parts.items():  # as `numpy.savez_compressed`, but the same bytes for the same model
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(array), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", _NO_DATE), part.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def from_bytes(data: bytes, *, features: str, width: int) -> Model:
    """Read a model that `to_bytes` wrote.

    Raises:
        PromotionModelError: the file is damaged, of another version, or made for other features.
    """
    arrays = _arrays(data)
    try:
        header = json.loads(bytes(arrays.pop("header").astype(np.uint8)))
        written, kind, made_for = int(header["format"]), str(header["kind"]), str(header["features"])
    except (KeyError, ValueError, TypeError) as error:
        raise PromotionModelError("The model file has no header that can be read.") from error
    if written != FORMAT or kind not in _READERS:
        raise PromotionModelError(
            f"The model file is of another version (format {written}, kind {kind}); this Magray reads format {FORMAT}."
        )
    if made_for != features or header.get("width") != width:
        raise PromotionModelError(f"The model file was made for other features ({made_for}, not {features}).")
    return _READERS[kind](arrays, width)


def _arrays(data: bytes) -> dict[str, NDArray[np.generic]]:
    if len(data) > _LARGEST:
        raise PromotionModelError("The model file is too large to be one.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
        if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _LARGEST:
            raise PromotionModelError("The model file is too large to be one.")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, NotImplementedError) as error:
        raise PromotionModelError("The model file is damaged, or is none.") from error
