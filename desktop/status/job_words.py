"""Background work in words for people."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QDateTime, QLocale

from engine import BackgroundStatus


def job_title(status: BackgroundStatus) -> str:
    """What it does, in the language in force; work that this version does not know says it in English."""
    translate = QCoreApplication.translate
    titles = {
        "backup": translate("Background", "Make backups"),
        "consolidation": translate("Background", "Tidy up memories"),
        "expiry": translate("Background", "Archive what has outlived its layer"),
        "idle_models": translate("Background", "Let go of models that nobody uses"),
        "indexes": translate("Background", "Keep the indexes up to date"),
        "promotion": translate("Background", "Let memories rise that matter"),
        "reembedding": translate("Background", "Embed memories anew"),
        "refit": translate("Background", "Learn what matters to you"),
        "streams": translate("Background", "Let go of quiet streams"),
        "vectors": translate("Background", "Embed what came in live"),
        "watch": translate("Background", "Look through watched folders"),
    }
    return titles.get(status.name, status.title)


def job_state(status: BackgroundStatus) -> str:
    """How it stands with it: a word, and what else is known."""
    translate = QCoreApplication.translate
    match status.state:
        case "running":
            word = translate("Background", "At work")
            if status.done is not None:
                word = translate("Background", "At work, {0} %").format(round(status.done * 100))
        case "waiting":
            word = translate("Background", "Waiting")
        case "paused":
            word = translate("Background", "Paused")
        case _:
            word = translate("Background", "Resting")
            if status.next_at is not None:
                word = translate("Background", "Next {0}").format(moment_words(status.next_at))
    result = status.result
    if status.failed and result:
        result = translate("Background", "Failed: {0}").format(result)
    return " · ".join(part for part in (word, status.words, result) if part)


def moment_words(moment: datetime) -> str:
    """A time of today by its hour, any other with its date."""
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    if local.date() == QDate.currentDate():
        return QLocale().toString(local.time(), QLocale.FormatType.ShortFormat)
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)
