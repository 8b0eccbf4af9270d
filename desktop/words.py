"""How files, their states and what is left of the work are put into words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from PySide6.QtCore import QCoreApplication, QDateTime, QDir, QLocale

from desktop.tokens import ColorRole
from engine import ERASED, FileState, IngestFile, IngestProgress

MEMBER_MARK = "!/"
"""Stands between an archive and what is in it."""
PASTED_MARK = "text:"
"""Begins the path of a text that was pasted; its title follows."""

_MINUTE, _HOUR = 60.0, 3600.0


@dataclass(frozen=True, slots=True)
class StateLook:
    """How a state is shown: always an icon and a word, never colour alone."""

    icon: str
    role: ColorRole
    word: str


def state_look(state: FileState) -> StateLook:
    """Icon, colour role and word of a state."""
    match state:
        case FileState.QUEUED:
            return StateLook("clock", "muted", QCoreApplication.translate("Ingestion", "Waiting"))
        case FileState.READING:
            return StateLook("document", "accent", QCoreApplication.translate("Ingestion", "Reading"))
        case FileState.EMBEDDING:
            return StateLook("memory", "accent", QCoreApplication.translate("Ingestion", "Remembering"))
        case FileState.DONE:
            return StateLook("check", "success", QCoreApplication.translate("Ingestion", "Read"))
        case FileState.SKIPPED:
            return StateLook("skipped", "warning", QCoreApplication.translate("Ingestion", "Skipped"))
        case FileState.FAILED:
            return StateLook("error", "danger", QCoreApplication.translate("Ingestion", "Failed"))
        case FileState.CANCELLED:
            return StateLook("stop", "muted", QCoreApplication.translate("Ingestion", "Stopped"))


def number(value: int) -> str:
    """A number with the language's separators."""
    return QLocale().toString(value)


def bytes_words(count: int) -> str:
    """`23.4 MB`, as disks and downloads are counted."""
    return QLocale().formattedDataSize(count, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def moment_words(moment: datetime) -> str:
    """A day and a time as the language writes them."""
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def is_pasted(path: str) -> bool:
    """It is no file but a text that was pasted or dropped."""
    return path.startswith(PASTED_MARK)


def file_name(path: str) -> str:
    """The name to show; a member of an archive says where it lies: `b.pdf in a.zip`, a pasted text has its title."""
    if is_pasted(path):
        return path.removeprefix(PASTED_MARK)
    outer, *members = path.split(MEMBER_MARK)
    if members:
        return QCoreApplication.translate("Documents", "{0} in {1}").format(
            PurePath(members[-1]).name or members[-1], PurePath(outer).name
        )
    return PurePath(path).name or path


def file_on_disk(path: str) -> str:
    """The file that lies on the disk: the archive where the path names a member of one."""
    return path.split(MEMBER_MARK, 1)[0]


def folder_name(path: str) -> str:
    """The folder, with the home folder shortened; a pasted text has none."""
    if is_pasted(path):
        return ""
    folder = PurePath(file_on_disk(path)).parent
    home = PurePath(QDir.homePath())
    if folder.is_relative_to(home):
        return str(PurePath("~") / folder.relative_to(home))
    return str(folder)


def short_path(path: str) -> str:
    """The whole path, with the home folder shortened and members of an archive behind it."""
    outer, *members = path.split(MEMBER_MARK)
    file, home = PurePath(outer), PurePath(QDir.homePath())
    shown = str(PurePath("~") / file.relative_to(home)) if file.is_relative_to(home) else outer
    return MEMBER_MARK.join((shown, *members))


def pages_words(count: int) -> str:
    """`1 page`, `12 pages`."""
    if count == 1:
        return QCoreApplication.translate("Documents", "1 page")
    return QCoreApplication.translate("Documents", "%Ln pages", "", count)


def passages_words(count: int) -> str:
    """`1 passage`, `48 passages`."""
    if count == 1:
        return QCoreApplication.translate("Documents", "1 passage")
    return QCoreApplication.translate("Documents", "%Ln passages", "", count)


def files_words(count: int) -> str:
    """`1 file`, `1,032 files`."""
    if count == 1:
        return QCoreApplication.translate("Documents", "1 file")
    return QCoreApplication.translate("Documents", "%Ln files", "", count)


def amount_words(file: IngestFile) -> str:
    """What a file became: pages and passages; empty where it became nothing."""
    parts = []
    if file.pages:
        parts.append(pages_words(file.pages))
    if file.chunks:
        parts.append(passages_words(file.chunks))
    return " · ".join(parts)


def sentence(text: str) -> str:
    """A reason as a sentence: its first letter large, a full stop at its end."""
    text = text.strip()
    if not text:
        return ""
    ended = text.endswith((".", "!", "?", "…", ":"))
    return text[0].upper() + text[1:] + ("" if ended else ".")


def time_left_words(seconds: float | None) -> str:
    """`about 3 minutes left`; empty while nothing can be said."""
    if seconds is None or not math.isfinite(seconds):
        return ""
    if seconds < 0.75 * _MINUTE:
        return QCoreApplication.translate("Ingestion", "less than a minute left")
    if seconds < 1.5 * _MINUTE:
        return QCoreApplication.translate("Ingestion", "about a minute left")
    if seconds < 0.95 * _HOUR:
        minutes = round(seconds / _MINUTE)
        return QCoreApplication.translate("Ingestion", "about %Ln minutes left", "", minutes)
    if seconds < 1.5 * _HOUR:
        return QCoreApplication.translate("Ingestion", "about an hour left")
    hours = round(seconds / _HOUR)
    return QCoreApplication.translate("Ingestion", "about %Ln hours left", "", hours)


def progress_words(progress: IngestProgress) -> str:
    """`Reading 214 of 1,032 files`."""
    if progress.paused:
        text = QCoreApplication.translate("Ingestion", "Paused at {0} of {1} files")
    else:
        text = QCoreApplication.translate("Ingestion", "Reading {0} of {1} files")
    if progress.total == 1:
        one = QCoreApplication.translate("Ingestion", "Paused before 1 file") if progress.paused else ""
        return one or QCoreApplication.translate("Ingestion", "Reading 1 file")
    shown = progress.finished if progress.paused else min(progress.finished + 1, progress.total)
    return text.format(number(shown), number(progress.total))


def trouble_words(progress: IngestProgress) -> str:
    """`2 could not be read · 5 skipped`; empty where all went well."""
    parts, failed, skipped = [], progress.failed, progress.skipped
    if failed == 1:
        parts.append(QCoreApplication.translate("Ingestion", "1 could not be read"))
    elif failed:
        parts.append(QCoreApplication.translate("Ingestion", "%Ln could not be read", "", failed))
    if skipped:
        parts.append(QCoreApplication.translate("Ingestion", "%Ln skipped", "", skipped))
    return " · ".join(parts)


def done_words(progress: IngestProgress) -> str:
    """`1,030 files were read`, for the summary at the end."""
    count = progress.finished - progress.failed - progress.skipped
    if count <= 0:
        return QCoreApplication.translate("Ingestion", "Nothing new was read")
    if count == 1:
        return QCoreApplication.translate("Ingestion", "1 file was read")
    return QCoreApplication.translate("Ingestion", "%Ln files were read", "", count)


def shown_text(text: str) -> str:
    """A stored text as it is shown: what was erased for good is named in the window's language."""
    if ERASED not in text:
        return text
    return text.replace(ERASED, QCoreApplication.translate("Transcript", "[erased]"))
