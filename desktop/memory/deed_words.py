"""What was done to memories, told in a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desktop.memory.memory_words import memories_words
from engine import Action


def done_words(actions: Sequence[Action]) -> str:
    """`Raised: 3 memories`."""
    tr = QCoreApplication.translate
    names = {
        "promoted": tr("MemoryDeeds", "Raised: {0}"),
        "demoted": tr("MemoryDeeds", "Lowered: {0}"),
        "kept": tr("MemoryDeeds", "Kept for longer: {0}"),
        "archived": tr("MemoryDeeds", "Put into the archive: {0}"),
        "woken": tr("MemoryDeeds", "Taken out of the archive: {0}"),
        "pinned": tr("MemoryDeeds", "Pinned: {0}"),
        "unpinned": tr("MemoryDeeds", "Unpinned: {0}"),
        "tagged": tr("MemoryDeeds", "Tags changed: {0}"),
        "merged": tr("MemoryDeeds", "Merged: {0}"),
        "split": tr("MemoryDeeds", "Split"),
        "superseded": tr("MemoryDeeds", "Replaced: {0}"),
    }
    if len(actions) > 1:
        return tr("MemoryDeeds", "Moved: {0}").format(memories_words(len({m for a in actions for m in a.memories})))
    action = actions[0]
    form = names.get(action.event, tr("MemoryDeeds", "Changed: {0}"))
    return form.format(memories_words(len(action.memories)))


def undone_words(action: Action) -> str:
    """`Taken back: 3 memories are as before`."""
    count = len(action.memories)
    if count == 1:
        return QCoreApplication.translate("MemoryDeeds", "Taken back: 1 memory is as before")
    return QCoreApplication.translate("MemoryDeeds", "Taken back: {0} are as before").format(memories_words(count))
