"""Commands about the life of memories: change them, move them between layers, archive them, and take that back."""

from __future__ import annotations

import argparse
import sys
from argparse import Namespace
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from engine.cli import show
from engine.values import KINDS, LAYERS

if TYPE_CHECKING:
    from engine.engine import Engine
    from engine.life_values import Action, HistoryEntry

DONE = {
    "edited": "changed",
    "promoted": "moved up",
    "demoted": "moved down",
    "kept": "kept for another term",
    "archived": "archived",
    "cooled": "archived, for their time was over",
    "woken": "brought back from the archive",
    "pinned": "pinned",
    "unpinned": "no longer pinned",
    "tagged": "tagged anew",
    "merged": "merged",
    "split": "split",
    "folded": "told in short",
    "superseded": "superseded",
    "deleted": "deleted",
    "restored": "brought back",
    "undone": "put back as it was",
}
"""Events in words that follow "3 memories"."""


class _Add(Protocol):
    def __call__(self, commands: Any, name: str, help_: str) -> argparse.ArgumentParser: ...


def day(text: str) -> datetime:
    """A moment in the computer's time zone: `2026-03-14` is the end of that day, `2026-03-14T09:30` that minute."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-03-14 or 2026-03-14T09:30") from None
    if len(text) <= len("2026-03-14"):
        moment += timedelta(days=1) - timedelta(microseconds=1)
    try:
        return moment if moment.utcoffset() is not None else moment.astimezone()
    except (OverflowError, ValueError, OSError):
        raise argparse.ArgumentTypeError(f"{text!r} lies too far away") from None


def add_days(parser: argparse.ArgumentParser) -> None:
    """Options that look back."""
    parser.add_argument("--archived", action="store_true", help="search the archive")
    parser.add_argument("--superseded", action="store_true", help="show what a newer memory replaced, too")
    parser.add_argument("--as-of", type=day, metavar="DATE", help="what was known on that day, as 2026-03-14")
    parser.add_argument("--valid-at", type=day, metavar="DATE", help="what was true on that day")


def add_actions(actions: Any, add: _Add) -> None:
    """The grammar of the actions below."""
    edit = add(actions, "edit", "change what a memory says; what it said before is kept")
    edit.add_argument("id", metavar="ID")
    edit.add_argument("text", nargs="?", metavar="TEXT", help="the new text; - reads it from standard input")
    edit.add_argument("--title", help="a short name; an empty one takes it off")
    edit.add_argument("--kind", choices=KINDS, help="what it is")
    edit.add_argument("--importance", type=float, metavar="N", help="from 0 to 1")
    for name, help_ in (
        ("promote", "move memories one layer up, where their life begins anew"),
        ("demote", "move memories one layer down"),
    ):
        moved = _with_ids(add(actions, name, help_))
        moved.add_argument("--to", choices=LAYERS, help="to this layer")
    for name, help_ in (
        ("keep", "let memories live another whole term in their layer"),
        ("archive", "let memories cool: only a search of the archive finds them then"),
        ("wake", "bring memories back from the archive"),
        ("pin", "let memories never expire"),
        ("unpin", "let pinned memories expire again"),
    ):
        _with_ids(add(actions, name, help_))
    tag = _with_ids(add(actions, "tag", "put labels on memories and take others off"))
    tag.add_argument("--add", action="append", default=[], metavar="TAG", help="may be given several times")
    tag.add_argument("--remove", action="append", default=[], metavar="TAG", help="may be given several times")
    merge = _with_ids(add(actions, "merge", "make one memory of several that say the same"))
    merge.add_argument("--text", metavar="TEXT", help="what the one says; by default the best of them stays")
    split = add(actions, "split", "make several memories of one")
    split.add_argument("id", metavar="ID")
    split.add_argument("parts", nargs="+", metavar="TEXT", help="the parts")
    supersede = _with_ids(add(actions, "supersede", "hide memories behind a newer one that says otherwise"))
    supersede.add_argument("--by", required=True, metavar="ID", help="the newer one")
    add(actions, "history", "say what a memory went through").add_argument("id", metavar="ID")
    undo = add(actions, "undo", "take an action back")
    undo.add_argument("action_id", nargs="?", metavar="ACTION", help="its id; by default the last one")
    listed = add(actions, "actions", "list what was done to memories, the newest first")
    listed.add_argument("--limit", type=int, default=20, metavar="N", help="how many at most (20)")


async def edit(engine: Engine, options: Namespace) -> int:
    """Change one memory."""
    text = sys.stdin.read() if options.text == "-" else options.text
    memory = await engine.edit_memory(
        options.id,
        text=text,
        title=... if options.title is None else options.title or None,
        kind=options.kind,
        importance=options.importance,
    )
    if options.json:
        show.print_json(memory)
    else:
        show.print_memory(memory)
    return 0


async def change(engine: Engine, options: Namespace) -> int:
    """Every deed that takes ids and gives an action."""
    ids = getattr(options, "ids", ())
    deeds: dict[str, Callable[[], Awaitable[Action]]] = {
        "promote": lambda: engine.promote_memories(ids, to=options.to),
        "demote": lambda: engine.demote_memories(ids, to=options.to),
        "keep": lambda: engine.keep_memories(ids),
        "archive": lambda: engine.archive_memories(ids),
        "wake": lambda: engine.wake_memories(ids),
        "pin": lambda: engine.pin_memories(ids),
        "unpin": lambda: engine.pin_memories(ids, False),
        "tag": lambda: engine.tag_memories(ids, add=options.add, remove=options.remove),
        "merge": lambda: engine.merge_memories(ids, text=options.text),
        "split": lambda: engine.split_memory(options.id, options.parts),
        "supersede": lambda: engine.supersede_memories(ids, by=options.by),
    }
    return _told(options, await deeds[options.action]())


async def undo(engine: Engine, options: Namespace) -> int:
    """Take an action back, by default the last that still can be."""
    wanted = options.action_id
    if wanted is None:
        last = next((action for action in await engine.actions() if action.can_undo), None)
        if last is None:
            print("magray: There is nothing to undo.", file=sys.stderr)
            return 1
        wanted = last.id
    return _told(options, await engine.undo_action(wanted))


async def actions(engine: Engine, options: Namespace) -> int:
    """List the last actions."""
    found = await engine.actions(limit=max(1, options.limit))
    if options.json:
        show.print_json({"actions": found})
        return 0
    for action in found:
        print(f"{action.id}  {show.local(action.at)}  {_line(action)}")
    if not found:
        print("Nothing was done yet.")
    return 0


async def history(engine: Engine, options: Namespace) -> int:
    """What one memory went through."""
    found = await engine.memory_history(options.id)
    if options.json:
        show.print_json({"history": found})
        return 0
    for entry in found:
        undone = " (undone)" if entry.undone else ""
        by = "" if entry.actor == "owner" else " by Magray"
        print(f"{show.local(entry.at)}  {entry.event}{by}{undone}  {entry.action}")
        for line in (entry.reason, *_changes(entry)):
            if line:
                print(show.wrapped(line, indent=5))
    if not found:
        print("Nothing was done to it yet.")
    return 0


def _changes(entry: HistoryEntry) -> list[str]:
    return [
        f"{name}: {show.shortened(str(entry.before.get(name)), 60)} -> {show.shortened(str(value), 60)}"
        for name, value in entry.after.items()
    ]


def _told(options: Namespace, action: Action) -> int:
    if options.json:
        show.print_json(action)
    elif not action.id:
        print("There was nothing to do.")
    else:
        print(f"{_line(action)} `magray memory undo {action.id}` takes it back.")
    return 0


def _line(action: Action) -> str:
    by = "" if action.actor == "owner" else " by Magray"
    reason = f" {action.reason}" if action.reason else ""
    undone = " Undone since." if action.undone_at is not None else ""
    count = show.plural(len(action.memories), "memory", "memories")
    return f"{count} {DONE.get(action.event, action.event)}{by}.{reason}{undone}"


def _with_ids(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("ids", nargs="+", metavar="ID")
    return parser


COMMANDS: dict[str, Callable[[Engine, Namespace], Awaitable[int]]] = {
    "edit": edit,
    "undo": undo,
    "actions": actions,
    "history": history,
    **dict.fromkeys(
        ("promote", "demote", "keep", "archive", "wake", "pin", "unpin", "tag", "merge", "split", "supersede"), change
    ),
}
"""What each action does, by its name."""
