"""Which folders can be watched, and in which words the others are refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.errors import IngestionError
from engine.memory.store.watched_folders import FolderRow, prefix

_WHOLE_LINUX = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr", "/snap")
_WHOLE_MAC = ("/System", "/Library", "/Applications", "/bin", "/sbin", "/usr", "/private/etc", "/dev", "/cores")
_ONLY_ITSELF = ("/", "/home", "/media", "/mnt", "/opt", "/private", "/root", "/run", "/srv", "/tmp", "/var") + (
    ("/Users", "/Volumes") if sys.platform == "darwin" else ()
)


def real_path(path: Path) -> str:
    """Blocking: where a folder lies, as the system tells of changes in it.

    On Windows a drive letter stays one: its target may be a network name that the owner has never seen.
    """
    full = os.path.abspath(os.path.expanduser(path))  # noqa: PTH100, PTH111 - `resolve` would follow drive letters
    return full if sys.platform == "win32" else os.path.realpath(full)


def check_choice(path: Path, *, own_folders: Sequence[Path], watched: Sequence[FolderRow]) -> str:
    """Blocking: the path of a folder that can be watched.

    Args:
        path: As the owner gave it.
        own_folders: Where Magray keeps its own data.
        watched: What is watched already.

    Raises:
        IngestionError: it cannot; the message says why and what to do.
    """
    try:
        chosen = real_path(path)
        chosen.encode()
        there, is_folder = os.path.exists(chosen), os.path.isdir(chosen)  # noqa: PTH110, PTH112 - of a plain text
    except (ValueError, RuntimeError) as error:
        raise IngestionError("The folder's name is not valid text on this system. Rename it and add it again.") from (
            error
        )
    if not there:
        raise IngestionError(f"There is no folder {path}. Nothing was added.")
    if not is_folder:
        raise IngestionError(f"{path} is a file. Only folders can be watched; add a file by itself to have it read.")
    for own in own_folders:
        if _lies_in(chosen, os.path.realpath(own)):
            raise IngestionError(f"{path} belongs to Magray's own data, so it cannot be watched.")
    _refuse_system(chosen)
    for row in watched:
        if os.path.normcase(row.path) == os.path.normcase(chosen):
            raise IngestionError(f"{row.path} is watched already.")
        if _lies_in(chosen, row.path):
            raise IngestionError(
                f"{chosen} is watched already, as a part of {row.path}. Ignore patterns leave parts of that out."
            )
    if not os.access(chosen, os.R_OK | os.X_OK):
        raise IngestionError(f"The permissions of {chosen} do not allow looking into it. Change them and add it again.")
    return chosen


def _refuse_system(chosen: str) -> None:
    home = os.path.realpath(Path.home())
    if _lies_in(home, chosen):
        raise IngestionError(
            f"{chosen} as a whole holds what programs keep for themselves. Choose folders in it, such as Documents."
        )
    if chosen in _ONLY_ITSELF or any(_lies_in(chosen, folder) for folder in _system_folders()):
        raise IngestionError(f"{chosen} belongs to the system. Choose a folder with files of your own.")


def _system_folders() -> list[str]:
    if sys.platform == "win32":
        names = ("SystemRoot", "ProgramFiles", "ProgramFiles(x86)", "ProgramData")
        return [os.environ[name] for name in names if os.environ.get(name)]
    if sys.platform == "darwin":
        return list(_WHOLE_MAC)
    return list(_WHOLE_LINUX)


def _lies_in(path: str, folder: str) -> bool:
    path, folder = os.path.normcase(path), os.path.normcase(folder)
    return path == folder or path.startswith(prefix(folder))
