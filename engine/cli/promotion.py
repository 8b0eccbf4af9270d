"""How promotion stands, and why a memory would rise."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from engine.cli import show

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.life_values import PromotionStatus, PromotionView

_BAR = 12
"""Columns of the longest bar."""
_STATES = {"champion": "decides", "former": "kept", "rejected": "lost"}


def add_actions(actions: Any, add: Any) -> None:
    """The grammar."""
    promotion = add(actions, "promotion", "how it is decided which memories rise by themselves")
    promotion.add_argument("--refit", action="store_true", help="learn anew from what was used, if it is time")
    promotion.add_argument("--rollback", type=int, metavar="VERSION", help="let this version decide again; 0: shipped")


async def promotion(engine: Engine, options: Namespace) -> int:
    """Say how promotion stands; learn anew or go back before that where it is asked for."""
    told = await engine.refit_promotion() if options.refit else ""
    if options.rollback is not None:
        await engine.rollback_promotion(options.rollback)
    status = await engine.promotion()
    if options.json:
        show.print_json(status)
        return 0
    if told:
        print(told)
    print_status(status)
    return 0


def print_status(status: PromotionStatus) -> None:
    """All of it, a line each."""
    print(status.words)
    if status.problem:
        print(status.problem)
    known = show.plural(status.outcomes, "outcome", "outcomes")
    print(f"{known} known, {status.used:,} of them uses; {status.waiting:,} not known yet.")
    if status.last_refit:
        print(f"Last time: {status.last_refit}")
    if status.accuracy:
        print("On the newest outcomes: " + _figures(status.accuracy))
    for one in status.versions:
        made = "shipped" if one.made_at is None else show.local(one.made_at)
        state = _STATES[one.state]
        print(f"{one.version:>4}  {state:<8} {one.kind:<9} {made:<17} {_figures(one.metrics)}")
    for drift in status.drift:
        if drift.state != "stable":
            print(f"      {drift.title}: {drift.state} ({drift.index:.2f})")


def print_view(view: PromotionView) -> None:
    """Why one memory would rise, or what it lacks."""
    print(f"{view.words} {view.use}.")
    print(f"Likely to be used: {view.probability:.0%}; from {view.cut:.0%} on a memory rises.")
    if view.reasons:
        print("For it: " + ", ".join(view.reasons) + ".")
    if view.missing:
        print("Against it: " + " ".join(view.missing))
    largest = max((abs(one.contribution) for one in view.features), default=0.0) or 1.0
    for one in sorted(view.features, key=lambda part: -abs(part.contribution)):
        bar = ("+" if one.contribution >= 0 else "-") * round(_BAR * abs(one.contribution) / largest)
        print(f"  {one.title:<28} {one.value:>7.2f}  {one.contribution:>+6.2f}  {bar}".rstrip())


def _figures(figures: Any) -> str:
    words = {"auc": "AUC", "log_loss": "log loss", "examples": "examples"}
    shown = [f"{word} {figures[name]:,.4g}" for name, word in words.items() if name in figures]
    return ", ".join(shown)


COMMANDS = {"promotion": promotion}
"""Actions of `magray memory`."""
