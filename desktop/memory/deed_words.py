"""What was done to memories, told in a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desktop.memory.memory_words import memories_words
from engine import Action


def done_words(actions: Sequence[Action]) -> str:
    """`Raised: 3 memories`."""
    names = {
        "promoted": QCoreApplication.translate("MemoryDeeds", "Raised: {0}"),
        "demoted": QCoreApplication.translate("MemoryDeeds", "Lowered: {0}"),
        "kept": QCoreApplication.translate("MemoryDeeds", "Kept for longer: {0}"),
        "archived": QCoreApplication.translate("MemoryDeeds", "Put into the archive: {0}"),
        "woken": QCoreApplication.translate("MemoryDeeds", "Taken out of the archive: {0}"),
        "pinned": QCoreApplication.translate("MemoryDeeds", "Pinned: {0}"),
        "unpinned": QCoreApplication.translate("MemoryDeeds", "Unpinned: {0}"),
        "tagged": QCoreApplication.translate("MemoryDeeds", "Tags changed: {0}"),
        "merged": QCoreApplication.translate("MemoryDeeds", "Merged: {0}"),
        "split": QCoreApplication.translate("MemoryDeeds", "Split"),
        "superseded": QCoreApplication.translate("MemoryDeeds", "Replaced: {0}"),
    }
    if len(actions) > 1:
        return QCoreApplication.translate("MemoryDeeds", "Moved: {0}").format(
            memories_words(len({m for a in actions for m in a.memories}))
        )
    action = actions[0]
    form = names.get(action.event, QCoreApplication.translate("MemoryDeeds", "Changed: {0}"))
    return form.format(memories_words(len(action.memories)))


def undone_words(action: Action) -> str:
    """`Taken back: 3 memories are as before`."""
    count = len(action.memories)
    if count == 1:
        return QCoreApplication.translate("MemoryDeeds", "Taken back: 1 memory is as before")
    return QCoreApplication.translate("MemoryDeeds", "Taken back: {0} are as before").format(memories_words(count))
