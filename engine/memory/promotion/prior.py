"""The model that is shipped, used until its owner's own use has taught a better one.

`scripts/make_promotion_prior.py` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.memory.promotion.features import FEATURE_SET, FEATURES
from engine.memory.promotion.importance import CUE_SET, WIDTH
from engine.memory.promotion.models.base import Model, PromotionModelError
from engine.memory.promotion.models.files import from_bytes
from engine.memory.promotion.reference import Reference
from engine.paths import resources

FOLDER = resources() / "models" / "promotion"
IMPORTANCE, MODEL, REFERENCE = "importance.npz", "model.npz", "reference.json"


@dataclass(frozen=True, slots=True)
class Prior:
    """The judge of cues, the model over twelve features, what it was made from, and how well it did."""

    judge: Model
    model: Model
    reference: Reference
    metrics: Mapping[str, float]


def load_prior(folder: Path = FOLDER) -> Prior:
    """Read the shipped model.

    Raises:
        PromotionModelError: a file is missing, damaged, or of another version.
    """
    try:
        judge = from_bytes((folder / IMPORTANCE).read_bytes(), features=CUE_SET, width=WIDTH)
        model = from_bytes((folder / MODEL).read_bytes(), features=FEATURE_SET, width=len(FEATURES))
        stored = json.loads((folder / REFERENCE).read_text("utf-8"))
        metrics = {str(name): float(value) for name, value in stored["metrics"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PromotionModelError(f"The shipped model in {folder} cannot be read ({error}).") from error
    return Prior(judge, model, Reference.from_json(stored["reference"], width=len(FEATURES)), metrics)


def write_reference(path: Path, reference: Reference, metrics: Mapping[str, float]) -> None:
    """Write what `load_prior` reads beside the models."""
    text = json.dumps({"metrics": dict(metrics), "reference": reference.to_json()}, separators=(",", ":"))
    path.write_text(text + "\n", "utf-8")
