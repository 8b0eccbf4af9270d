"""How watched folders are put into words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop.tokens import ColorRole
from desktop.words import StateLook, files_words, number
from engine import FolderState, WatchedFolder


def folder_look(state: FolderState) -> StateLook:
    """Icon, colour role and word of a folder's state."""
    looks: dict[FolderState, tuple[str, ColorRole, str]] = {
        "watching": ("check", "success", QCoreApplication.translate("Folders", "In step")),
        "polling": ("clock", "muted", QCoreApplication.translate("Folders", "Looked through now and then")),
        "looking": ("search", "accent", QCoreApplication.translate("Folders", "Looking through it")),
        "paused": ("pause", "muted", QCoreApplication.translate("Folders", "Paused")),
        "away": ("warning", "warning", QCoreApplication.translate("Folders", "Not there now")),
    }
    return StateLook(*looks[state])


def figures(folder: WatchedFolder) -> str:
    """`214 files · 198 documents · 3 wait to be read`."""
    parts = [files_words(folder.files), documents_words(folder.documents)]
    if folder.waiting == 1:
        parts.append(QCoreApplication.translate("Folders", "1 waits to be read"))
    elif folder.waiting:
        parts.append(QCoreApplication.translate("Folders", "%Ln wait to be read", "", folder.waiting))
    if folder.ignore:
        words = QCoreApplication.translate("Folders", "{0} ignore patterns")
        one = QCoreApplication.translate("Folders", "1 ignore pattern")
        parts.append(one if len(folder.ignore) == 1 else words.format(number(len(folder.ignore))))
    return " · ".join(parts)


def documents_words(count: int) -> str:
    """`1 document`, `198 documents`."""
    if count == 1:
        return QCoreApplication.translate("Folders", "1 document")
    return QCoreApplication.translate("Folders", "%Ln documents", "", count)
