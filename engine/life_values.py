"""Values about the life of memories: what was done to them, by whom, and why.

Nothing here imports anything heavy, so that a front end can name these types before the engine is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Actor = Literal["owner", "magray"]
"""Who did it: the owner, or Magray by itself."""

LifeEvent = Literal[
    "edited",
    "promoted",
    "demoted",
    "kept",
    "cooled",
    "archived",
    "woken",
    "pinned",
    "unpinned",
    "tagged",
    "merged",
    "split",
    "folded",
    "superseded",
    "deleted",
    "restored",
    "undone",
]
"""What can happen to a memory. `cooled` is what `archived` is called where its time was simply over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One deed on one or many memories; it is undone as a whole.

    Attributes:
        id: Stable id; empty where there was nothing to do, so that nothing was logged.
        at: When.
        event: What was done; see `LifeEvent`.
        actor: Who did it.
        reason: Why, in words; may be empty.
        memories: Ids of those it changed or made.
        undone_at: When it was taken back.
        can_undo: Whether it may still be taken back. `undo_action` says why not where something stands in the way.
        undoes: The action that this one took back.
    """

    id: str
    at: datetime
    event: str
    actor: Actor = "owner"
    reason: str = ""
    memories: tuple[str, ...] = ()
    undone_at: datetime | None = None
    can_undo: bool = True
    undoes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """What one action changed of one memory.

    Attributes:
        action: Id of the action; `undo_action` takes it.
        at: When.
        memory: Whose history it is.
        event: What was done; see `LifeEvent`.
        actor: Who did it.
        reason: Why, in words; may be empty.
        before: The changed fields as they were, by name; moments as ISO 8601 in UTC. Long texts are cut.
        after: The same fields as they became.
        undone: Whether it was taken back since.
    """

    action: str
    at: datetime
    memory: str
    event: str
    actor: Actor = "owner"
    reason: str = ""
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)
    undone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionFeature:
    """One of the twelve figures by which a memory is judged.

    Attributes:
        name: As in `engine.memory.promotion.features`.
        title: For people.
        value: The figure.
        contribution: What it adds to the logit of the probability; those of all features and the base sum to it.
    """

    name: str
    title: str
    value: float
    contribution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionView:
    """How a memory stands with promotion.

    Attributes:
        memory: Its id.
        layer: Where it is.
        probability: How likely it is to be used within the horizon, 0 to 1.
        cut: From this on it rises when its time is nearly up.
        base: The logit of an average memory.
        features: The twelve, in order.
        decision: `rises`: it would rise when its time is nearly up. `goes`: it would be archived then. `stays`: nothing
            is to be decided (it is pinned, in Assets, archived, or learned promotion is off).
        words: The decision in one sentence.
        use: How it was used, in words.
        reasons: What speaks for it, a few words each.
        missing: What it lacks, in sentences.
        judged_at: When it was judged last; None if it was not.
        judged: What was decided then: `rise`, `expire`, or empty.
        explored: Chance decided then, so that the model keeps learning.
        model: Version of the model; 0 is the shipped one.
        kind: `logistic`, `trees` or `network`.
    """

    memory: str
    layer: str
    probability: float
    cut: float
    base: float
    features: tuple[PromotionFeature, ...]
    decision: Literal["rises", "goes", "stays"]
    words: str
    use: str
    reasons: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    judged_at: datetime | None = None
    judged: str = ""
    explored: bool = False
    model: int = 0
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionVersion:
    """One version of the model that decides what rises.

    Attributes:
        version: Its number; 0 is the shipped one.
        kind: `logistic`, `trees` or `network`.
        state: `champion`: it decides. `former`: it did. `rejected`: it lost against the champion of its day.
        made_at: When; None for the shipped one.
        metrics: How it did on outcomes that it had not seen: `log_loss`, `auc`, `examples`, …
    """

    version: int
    kind: str
    state: Literal["champion", "former", "rejected"]
    made_at: datetime | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionDrift:
    """How far one feature has moved since the model was made.

    Attributes:
        name: The feature.
        title: For people.
        index: Population stability index.
        state: `stable` below .1, `moving`, `changed` above .25.
    """

    name: str
    title: str
    index: float
    state: Literal["stable", "moving", "changed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PromotionStatus:
    """How promotion stands.

    Attributes:
        enabled: Memories rise by themselves.
        version: The one that decides; 0 is the shipped one.
        kind: `logistic`, `trees` or `network`.
        versions: All that are kept, the newest first, the shipped one last.
        outcomes: Judgements whose outcome is known and can be learned from.
        used: How many of those memories were used.
        waiting: Judgements whose outcome is not known yet.
        new_outcomes: Since the last refit.
        needed: New outcomes that a refit needs.
        next_refit: The earliest moment of the next refit; None where outcomes are what it waits for.
        last_refit: What came of the last one, in words; empty if there was none.
        drift: Of each feature; empty until enough was judged.
        accuracy: `log_loss` and `auc` on the newest outcomes; empty until there are enough.
        problem: What is wrong, as a model file of another version; empty if nothing.
        words: All of that in one or two sentences.
    """

    enabled: bool
    version: int
    kind: str
    versions: tuple[PromotionVersion, ...]
    outcomes: int
    used: int
    waiting: int
    new_outcomes: int
    needed: int
    next_refit: datetime | None = None
    last_refit: str = ""
    drift: tuple[PromotionDrift, ...] = ()
    accuracy: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    words: str = ""
