"""How promotion and single memories stand, as values with words for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import numpy as np

from engine.life_settings import PromotionSettings
from engine.life_values import PromotionDrift, PromotionFeature, PromotionStatus, PromotionVersion, PromotionView
from engine.memory.promotion import words
from engine.memory.promotion.champion import SHIPPED, Champion, figures_of
from engine.memory.promotion.features import FEATURES
from engine.memory.promotion.judging import Judging
from engine.memory.promotion.models.base import area_under_curve, log_loss, sigmoid
from engine.memory.promotion.prior import Prior
from engine.memory.promotion.reference import CHANGED, STABLE, Reference
from engine.memory.promotion.refit import table_of
from engine.memory.promotion.words import TITLES
from engine.memory.store import promotion_queries as queries, promotion_versions as stored
from engine.memory.store.memories import from_us
from engine.memory.store.promotion_queries import Example, Judgeable

ENOUGH_FOR_DRIFT = 200
"""Judgements before drift can be told from chance: with ten bins, 200 of them move the index by about .05."""
WATCHED = 1_000
"""Newest judgements that drift and accuracy are taken over."""
ENOUGH_FOR_ACCURACY = 60
WORSE = 0.1
"""So much less AUC than when the model was made is told; with 60 outcomes chance alone moves it by about .07."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What else there is to know of one memory.

    Attributes:
        cut: From this probability on it rises.
        last: Its last judgement.
        taken_down: Its owner took it down once.
        enabled: Memories rise by themselves.
        now: Microseconds since 1970 UTC.
    """

    cut: float
    last: Example | None
    taken_down: bool
    enabled: bool
    now: int


def view(judging: Judging, champion: Champion, stands: Standing) -> PromotionView:
    """How the one memory of a batch stands."""
    last = stands.last
    memory, rows = judging.memories[0], judging.rows
    base, shares = champion.model.contributions(rows)
    probability = float(sigmoid(champion.model.logits(rows))[0])
    own = shares[0]
    rises = probability >= stands.cut
    decision: Literal["rises", "goes", "stays"] = "rises" if rises else "goes"
    stays = _why_it_stays(memory, stands)
    if stays:
        decision = "stays"
    return PromotionView(
        memory=memory.id,
        layer=memory.layer,
        probability=probability,
        cut=stands.cut,
        base=base,
        features=tuple(
            PromotionFeature(name=name, title=TITLES[name], value=float(value), contribution=float(share))
            for name, value, share in zip(FEATURES, rows[0], own, strict=True)
        ),
        decision=decision,
        words=stays or (_RISES if rises else _GOES),
        use=words.used(judging.uses[0], stands.now),
        reasons=tuple(words.strongest(rows[0], own, champion.reference.usual)),
        missing=tuple(words.missing(rows[0], own, champion.reference.usual)),
        judged_at=None if last is None else from_us(last.at),
        judged="" if last is None else "expire" if last.decision == "expire" else "rise",
        explored=last is not None and last.explored,
        model=champion.version,
        kind=champion.model.kind,
    )


_RISES = "It is likely to be needed, so it rises before its time is up."
_GOES = "It is archived when its time is up, unless it is used more by then."


def _why_it_stays(memory: Judgeable, stands: Standing) -> str:
    """Why nothing is decided about it; empty where something is."""
    if memory.pinned:
        return "It is pinned, so it stays."
    if memory.layer == "assets" or memory.expires_at is None:
        return "It is kept for ever."
    if stands.taken_down:
        return "You took it down yourself, so it does not rise by itself again."
    return "" if stands.enabled else _OFF


_OFF = "Memories do not rise by themselves; that is switched off."


def status(reader: Any, champion: Champion, prior: Prior, settings: PromotionSettings, *, now: int) -> PromotionStatus:
    """How promotion stands."""
    outcomes, used, waiting = queries.counted(reader)
    last = stored.noted(reader, "refit")
    last_at = last.get("at")
    new = queries.outcomes_since(reader, int(last.get("due_at", 0)))
    next_refit = None
    if new >= settings.refit_outcomes:
        rest = timedelta(hours=settings.refit_hours) // timedelta(microseconds=1)
        next_refit = from_us(now if last_at is None or last_at > now else max(now, last_at + rest))
    own = stored.versions(reader)
    drift, accuracy = _drift(reader, champion), _accuracy(reader, champion)
    return PromotionStatus(
        enabled=settings.enabled,
        version=champion.version,
        kind=champion.model.kind,
        versions=(
            *(_version(one) for one in own),
            PromotionVersion(
                version=SHIPPED,
                kind=prior.model.kind,
                state="champion" if champion.version == SHIPPED else "former",
                metrics=dict(prior.metrics),
            ),
        ),
        outcomes=outcomes,
        used=used,
        waiting=waiting,
        new_outcomes=new,
        needed=settings.refit_outcomes,
        next_refit=next_refit,
        last_refit=str(last.get("words", "")),
        drift=drift,
        accuracy=accuracy,
        problem=champion.problem,
        words=_told(champion, settings, new, waiting, drift) + _fallen(champion, accuracy),
    )


def _version(one: stored.Version) -> PromotionVersion:
    state: Literal["champion", "former", "rejected"] = "rejected"
    if one.state in ("champion", "former"):
        state = "champion" if one.state == "champion" else "former"
    return PromotionVersion(
        version=one.number, kind=one.kind, state=state, made_at=from_us(one.made_at), metrics=figures_of(one.metrics)
    )


def _drift(reader: Any, champion: Champion) -> tuple[PromotionDrift, ...]:
    """Against the examples that it learned from; the shipped one never saw the owner's, so the older half stands in."""
    newest = [one for one in queries.newest(reader, 2 * WATCHED) if len(one.features) == len(FEATURES)]
    rows = np.array([one.features for one in newest]).reshape(len(newest), len(FEATURES))
    if champion.version == SHIPPED:
        older, rows = rows[: len(rows) // 2], rows[len(rows) // 2 :]
        reference = Reference.of(older, champion.model.logits(older)) if len(older) >= ENOUGH_FOR_DRIFT else None
    else:
        reference, rows = champion.reference, rows[-WATCHED:]
    if reference is None or len(rows) < ENOUGH_FOR_DRIFT:
        return ()
    found = reference.drift(rows)
    return tuple(
        PromotionDrift(
            name=name,
            title=TITLES[name],
            index=float(index),
            state="stable" if index < STABLE else "changed" if index > CHANGED else "moving",
        )
        for name, index in zip(FEATURES, found, strict=True)
    )


def _accuracy(reader: Any, champion: Champion) -> dict[str, float]:
    """How the champion does on the newest outcomes: what it says of them now, weighted as in learning."""
    examples = [one for one in queries.learned_from(reader, WATCHED) if len(one.features) == len(FEATURES)]
    if len(examples) < ENOUGH_FOR_ACCURACY:
        return {}
    table = table_of(examples)
    logits = champion.model.logits(table.rows)
    found = {"log_loss": log_loss(logits, table.outcome, table.weight), "examples": float(table.count)}
    area = area_under_curve(logits, table.outcome, table.weight)
    return found if np.isnan(area) else found | {"auc": area}


def _fallen(champion: Champion, accuracy: Mapping[str, float]) -> str:
    """A word where the model orders memories clearly worse than it did when it was made."""
    then, now = champion.metrics.get("auc"), accuracy.get("auc")
    if then is None or now is None or now > then - WORSE:
        return ""
    return " It judges worse than when it was made."


def _told(
    champion: Champion, settings: PromotionSettings, new: int, waiting: int, drift: tuple[PromotionDrift, ...]
) -> str:
    if not settings.enabled:
        return _OFF
    who = (
        "The model that came with Magray decides what rises."
        if champion.version == SHIPPED
        else f"A model that learned from your own use (version {champion.version}) decides what rises."
    )
    lacking = settings.refit_outcomes - new
    if lacking > 0:
        learned = f"It learns anew after {lacking:,} more outcomes; {waiting:,} are on their way."
    else:
        learned = "There is enough to learn anew."
    changed = [one.title.lower() for one in drift if one.state == "changed"]
    moved = f" Your memories differ from what it learned from: {', '.join(changed[:3])}." if changed else ""
    return f"{who} {learned}{moved}"
