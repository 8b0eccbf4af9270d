"""Commands that tidy memories up, and show the groups they form."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from engine.cli import show
from engine.cli.progress import spinner

if TYPE_CHECKING:
    from engine.engine import Engine


def add_actions(actions: Any, add: Any) -> None:
    """The grammar."""
    add(actions, "consolidate", "merge repeats, hide what no longer holds, group what is related, now")
    clusters = add(actions, "clusters", "list groups of related memories, the largest first")
    clusters.add_argument("number", nargs="?", type=int, metavar="NUMBER", help="list this group's memories")


async def consolidate(engine: Engine, options: Namespace) -> int:
    """Tidy up, and say what came of it."""
    with spinner("Tidying memories up"):
        done = await engine.consolidate()
    if options.json:
        show.print_json(done)
    elif done.off:
        print("It is switched off: `magray config set consolidation.enabled true` switches it on.")
    else:
        print(
            f"{show.plural(done.merged, 'repeat', 'repeats')} merged, {done.superseded:,} replaced by newer memories, "
            f"{show.plural(done.episodes, 'session', 'sessions')} told in short, "
            f"{show.plural(done.clusters, 'group', 'groups')}."
        )
        if done.merged or done.superseded or done.episodes:
            print(
                "Nothing is lost: `magray memory actions` lists what was done, and `magray memory undo` takes it back."
            )
    return 0


async def clusters(engine: Engine, options: Namespace) -> int:
    """List groups, or the memories of one."""
    if options.number is not None:
        memories = await engine.cluster_memories(options.number)
        if options.json:
            show.print_json({"memories": memories})
        elif not memories:
            print(f"There is no group {options.number}.")
        else:
            show.print_memories(memories)
        return 0 if memories else 1
    found = await engine.clusters()
    if options.json:
        show.print_json({"clusters": found})
    elif not found:
        print("There are no groups yet. `magray memory consolidate` looks for some.")
    for one in () if options.json else found:
        print(f"{one.number:>4}  {show.plural(one.size, 'memory', 'memories'):>14}  {one.name or 'without a name'}")
        if one.summary:
            print(f"{'':>22}{one.summary}")
    return 0


COMMANDS = {"consolidate": consolidate, "clusters": clusters}
"""Actions of `magray memory`."""
