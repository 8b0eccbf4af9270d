"""Which model decides: the champion among the owner's versions, or the shipped one."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.memory.promotion.features import FEATURE_SET, FEATURES
from engine.memory.promotion.models.base import Model, PromotionModelError
from engine.memory.promotion.models.files import from_bytes
from engine.memory.promotion.prior import Prior
from engine.memory.promotion.reference import Reference
from engine.memory.store import promotion_versions as stored

_log = logging.getLogger(__name__)

SHIPPED = 0
"""Version of the shipped model."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The model that decides.

    Attributes:
        version: Its number; 0 is the shipped one.
        model: It.
        reference: How the features were spread that it learned from.
        metrics: How it did on what it had not seen.
        problem: Why it is not the owner's version, where that cannot be used; empty if nothing is wrong.
    """

    version: int
    model: Model
    reference: Reference
    metrics: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""


def load_champion(reader: Any, prior: Prior) -> Champion:
    """The owner's champion, or the shipped model: where there is none, or it cannot be used, which is told."""
    chosen = next((one for one in stored.versions(reader) if one.state == "champion"), None)
    if chosen is None:
        return Champion(SHIPPED, prior.model, prior.reference, prior.metrics)
    try:
        return read_version(reader, chosen)
    except PromotionModelError as error:
        _log.warning("version %d of the promotion model cannot be used: %s", chosen.number, error)
        problem = f"Version {chosen.number} cannot be used: {error} The shipped model decides meanwhile."
        return Champion(SHIPPED, prior.model, prior.reference, prior.metrics, problem)


def read_version(reader: Any, version: stored.Version) -> Champion:
    """One version, ready to decide.

    Raises:
        PromotionModelError: it is damaged, of another form, or made for other features.
    """
    data = stored.model_data(reader, version.number)
    if data is None:
        raise PromotionModelError(f"There is no version {version.number}.")
    model = from_bytes(data, features=FEATURE_SET, width=len(FEATURES))
    reference = Reference.from_json(version.metrics.get("reference", {}), width=len(FEATURES))
    return Champion(version.number, model, reference, figures_of(version.metrics))


def figures_of(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The figures among the metrics."""
    return {name: float(value) for name, value in metrics.items() if isinstance(value, int | float)}
