"""Why Magray could not open, in words for the whole window: what happened, what was kept, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication

from engine import (
    ModelError,
    RuntimeUnavailableError,
    SettingsError,
    StoreBusyError,
    StoreDamagedError,
    StoreFullError,
    StoreNewerError,
    StoreReadOnlyError,
)


@dataclass(frozen=True, slots=True)
class StartProblem:
    """A title, the words, and whether trying again may help."""

    title: str
    words: str


def explain(error: BaseException, *, data_dir: Path) -> StartProblem:
    """Words for an error of `Engine.open`.

    Args:
        error: What was raised.
        data_dir: The data folder.
    """
    translate = QCoreApplication.translate
    kept = translate("StartProblem", "Nothing was changed.")
    details = str(error).strip() or type(error).__name__
    match error:
        case StoreBusyError():
            return StartProblem(
                translate("StartProblem", "Another Magray is using this folder"),
                translate(
                    "StartProblem",
                    "The data folder {0} is open in another window or in a terminal. Close it there, then try again. "
                    "Nothing was changed.",
                ).format(data_dir),
            )
        case StoreFullError():
            return StartProblem(
                translate("StartProblem", "The disk is full"),
                translate(
                    "StartProblem",
                    "Magray needs a little room in {0} to open. What was stored before is kept. Free some space, "
                    "then try again.",
                ).format(data_dir),
            )
        case StoreReadOnlyError():
            return StartProblem(
                translate("StartProblem", "The data folder cannot be written"),
                translate(
                    "StartProblem",
                    "Magray may not write to {0}. Nothing was changed. Allow writing there, or start Magray with "
                    "--data-dir and another folder.",
                ).format(data_dir),
            )
        case StoreDamagedError():
            return StartProblem(
                translate("StartProblem", "The database is damaged"),
                translate(
                    "StartProblem",
                    "The file of the database in {0} cannot be read; it was left as it is. A backup can take its "
                    "place, and the damaged file is kept beside it. Look at the disk, too: it may be failing.",
                ).format(data_dir),
            )
        case StoreNewerError():
            return StartProblem(
                translate("StartProblem", "These data belong to a newer Magray"),
                translate(
                    "StartProblem",
                    "The database in {0} was written by a newer version. Nothing was changed. Install that version, "
                    "or start this one with --data-dir and another folder.",
                ).format(data_dir),
            )
        case SettingsError():
            return StartProblem(translate("StartProblem", "An option cannot be used"), f"{details}\n\n{kept}")
        case RuntimeUnavailableError() | ModelError():
            return StartProblem(
                translate("StartProblem", "A part of Magray is missing"),
                f"{details}\n\n" + translate("StartProblem", "Your data are untouched."),
            )
        case _:
            return StartProblem(
                translate("StartProblem", "Magray could not open"),
                f"{details}\n\n"
                + translate(
                    "StartProblem", "What was stored is kept. The folder is {0}; its logs hold the details."
                ).format(data_dir),
            )
