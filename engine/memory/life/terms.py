"""How long a memory stays in its layer, and which layer comes next."""

from __future__ import annotations

from collections.abc import Mapping

from engine.settings import LayerSettings
from engine.values import LAYERS, Layer

_HOUR_US = 3600 * 1_000_000
_DAY_US = 24 * _HOUR_US


def terms_of(layers: LayerSettings) -> dict[str, int]:
    """How long each layer remembers, in microseconds; Assets, which remember for ever, are not there."""
    return {"interact": round(layers.interact_hours * _HOUR_US), "insights": round(layers.insights_days * _DAY_US)}


def expiry(terms: Mapping[str, int], layer: str, at: int) -> int | None:
    """When a term that begins at `at` is over, in microseconds since 1970 UTC; None for never."""
    term = terms.get(layer)
    return None if term is None else at + term


def above(layer: str) -> Layer | None:
    """The next higher layer; None from the highest."""
    rank = rank_of(layer) + 1
    return LAYERS[rank] if rank < len(LAYERS) else None


def below(layer: str) -> Layer | None:
    """The next lower layer; None from the lowest."""
    rank = rank_of(layer) - 1
    return LAYERS[rank] if rank >= 0 else None


def rank_of(layer: str) -> int:
    """How high a layer stands: 0, 1, 2."""
    return [str(one) for one in LAYERS].index(layer)
