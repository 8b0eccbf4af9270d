"""How memories, their sources, their time and what happened to them are put into words."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop.chat.passages import plain, without_headings
from desktop.widgets.layer_mark import layer_name
from desktop.words import file_name, number
from engine import DocumentSource, Kind, Layer, Memory, MemoryRow, Source

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def kind_name(kind: Kind) -> str:
    """What a memory is, in a word or two."""
    names: dict[Kind, str] = {
        "message": QCoreApplication.translate("Memory", "message"),
        "fact": QCoreApplication.translate("Memory", "fact"),
        "decision": QCoreApplication.translate("Memory", "decision"),
        "document_chunk": QCoreApplication.translate("Memory", "document passage"),
        "code": QCoreApplication.translate("Memory", "code"),
        "note": QCoreApplication.translate("Memory", "note"),
    }
    return names[kind]


def kinds_name(kind: Kind) -> str:
    """The same for many of them, as a menu lists it."""
    names: dict[Kind, str] = {
        "message": QCoreApplication.translate("Memory", "Messages"),
        "fact": QCoreApplication.translate("Memory", "Facts"),
        "decision": QCoreApplication.translate("Memory", "Decisions"),
        "document_chunk": QCoreApplication.translate("Memory", "Document passages"),
        "code": QCoreApplication.translate("Memory", "Code"),
        "note": QCoreApplication.translate("Memory", "Notes"),
    }
    return names[kind]


def memories_words(count: int) -> str:
    """`1 memory`, `1,204 memories`."""
    if count == 1:
        return QCoreApplication.translate("Memory", "1 memory")
    return QCoreApplication.translate("Memory", "%Ln memories", "", count)


def line_of(text: str, source: Source | None) -> str:
    """A memory in one line, as a reader sees it: without marks of Markdown and the headings named beside it."""
    heading = source.heading if isinstance(source, DocumentSource) else ()
    return " ".join(plain(without_headings(text, heading)).split()) or " ".join(text.split())


def read_text(text: str, source: Source | None) -> str:
    """A memory as it is read: a passage of a document without marks of Markdown and the headings named beside it."""
    if not isinstance(source, DocumentSource):
        return text
    return plain(without_headings(text, source.heading)).strip() or text


def day_words(moment: datetime, *, now: datetime | None = None) -> str:
    """`3 March`, with the year where it is another one."""
    local = moment.astimezone()
    this_year = (now or datetime.now().astimezone()).astimezone().year
    form = "d MMMM" if local.year == this_year else "d MMMM yyyy"
    return QLocale().toString(QDate(local.year, local.month, local.day), form)


def near_day_words(moment: datetime, *, now: datetime) -> str:
    """`today`, `yesterday`, or the day."""
    days = (now.astimezone().date() - moment.astimezone().date()).days
    if days == 0:
        return QCoreApplication.translate("Memory", "today")
    if days == 1:
        return QCoreApplication.translate("Memory", "yesterday")
    return day_words(moment, now=now)


def source_words(row: MemoryRow, *, now: datetime) -> str:
    """Where a row comes from: `lease-2024.pdf · 4`, `conversation, 12 March`, `note`."""
    source = row.source
    if isinstance(source, DocumentSource):
        name = file_name(source.path)
        return f"{name} · {number(source.page)}" if source.page is not None else name
    if source is not None:
        return QCoreApplication.translate("Memory", "conversation, {0}").format(
            near_day_words(row.occurred_at, now=now)
        )
    return QCoreApplication.translate("Memory", "note, {0}").format(near_day_words(row.occurred_at, now=now))


def left_words(left: timedelta) -> str:
    """How long something lives yet: `41 days`, `19 hours`."""
    if left <= timedelta(0):
        return QCoreApplication.translate("Memory", "fades now")
    if left < _HOUR:
        return QCoreApplication.translate("Memory", "under an hour")
    if left < 2 * _DAY:
        hours = math.floor(left / _HOUR)
        return (
            QCoreApplication.translate("Memory", "1 hour")
            if hours == 1
            else QCoreApplication.translate("Memory", "%Ln hours", "", hours)
        )
    return QCoreApplication.translate("Memory", "%Ln days", "", math.floor(left / _DAY))


def lives_words(row: MemoryRow, *, now: datetime) -> str:
    """How long a row stays: `for ever`, `41 days`, or what became of it."""
    if row.deleted:
        return QCoreApplication.translate("Memory", "deleted")
    if row.archived:
        return QCoreApplication.translate("Memory", "in the archive")
    if row.superseded:
        return QCoreApplication.translate("Memory", "replaced")
    if row.pinned:
        return QCoreApplication.translate("Memory", "pinned")
    if row.expires_at is None:
        return QCoreApplication.translate("Memory", "for ever")
    return left_words(row.expires_at - now)


def row_words(row: MemoryRow, *, now: datetime) -> str:
    """A whole row in one sentence, for screen readers."""
    parts = [
        layer_name(row.layer),
        kind_name(row.kind),
        line_of(row.text, row.source),
        source_words(row, now=now),
        recalled_words(row.access_count),
        lives_words(row, now=now),
    ]
    return ". ".join(parts)


def recalled_words(count: int) -> str:
    """`never recalled`, `recalled once`, `recalled 14 times`."""
    if count == 0:
        return QCoreApplication.translate("Memory", "never recalled")
    if count == 1:
        return QCoreApplication.translate("Memory", "recalled once")
    return QCoreApplication.translate("Memory", "recalled %Ln times", "", count)


def signal_name(signal: str) -> str:
    """A signal of recall as a reader knows it."""
    names = {
        "words": QCoreApplication.translate("Memory", "Words"),
        "meaning": QCoreApplication.translate("Memory", "Meaning"),
        "nearby": QCoreApplication.translate("Memory", "Neighbours"),
        "whole": QCoreApplication.translate("Memory", "Whole text"),
        "other": QCoreApplication.translate("Memory", "Age, use, importance"),
    }
    return names.get(signal, signal)


def place_words(memory: Memory, *, conversation: str = "") -> str:
    """Where a memory stands: `lease-2024.pdf, page 4 · Term and notice`."""
    source = memory.source
    if isinstance(source, DocumentSource):
        name = file_name(source.path)
        parts = [
            QCoreApplication.translate("Memory", "{0}, page {1}").format(name, number(source.page))
            if source.page is not None
            else name
        ]
        if source.heading:
            parts.append(plain(source.heading[-1]))
        return " · ".join(parts)
    if source is not None:
        talk = QCoreApplication.translate("Memory", "conversation, {0}").format(day_words(memory.occurred_at))
        return f"{talk} · {conversation}" if conversation else talk
    return QCoreApplication.translate("Memory", "note, {0}").format(day_words(memory.occurred_at))


def event_words(event: str, *, before: Layer | None = None, after: Layer | None = None) -> str:
    """What happened to a memory, in a few words."""
    if event in ("promoted", "demoted") and after is not None:
        if before is not None:
            form = (
                QCoreApplication.translate("Memory", "Rose from {0} to {1}")
                if event == "promoted"
                else QCoreApplication.translate("Memory", "Went down from {0} to {1}")
            )
            return form.format(layer_name(before), layer_name(after))
        return QCoreApplication.translate("Memory", "Moved to {0}").format(layer_name(after))
    names = {
        "edited": QCoreApplication.translate("Memory", "Edited"),
        "promoted": QCoreApplication.translate("Memory", "Rose a layer"),
        "demoted": QCoreApplication.translate("Memory", "Went down a layer"),
        "kept": QCoreApplication.translate("Memory", "Kept for longer"),
        "cooled": QCoreApplication.translate("Memory", "Faded into the archive"),
        "archived": QCoreApplication.translate("Memory", "Put into the archive"),
        "woken": QCoreApplication.translate("Memory", "Taken out of the archive"),
        "pinned": QCoreApplication.translate("Memory", "Pinned"),
        "unpinned": QCoreApplication.translate("Memory", "Unpinned"),
        "tagged": QCoreApplication.translate("Memory", "Tags changed"),
        "merged": QCoreApplication.translate("Memory", "Merged"),
        "split": QCoreApplication.translate("Memory", "Split"),
        "folded": QCoreApplication.translate("Memory", "Made of a session's turns"),
        "superseded": QCoreApplication.translate("Memory", "Replaced by a newer one"),
        "deleted": QCoreApplication.translate("Memory", "Deleted"),
        "restored": QCoreApplication.translate("Memory", "Brought back"),
        "undone": QCoreApplication.translate("Memory", "Taken back"),
    }
    return names.get(event, event)
