"""How memories, their sources, their time and what happened to them are put into words."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop.chat.passages import plain, without_headings
from desktop.widgets.layer_mark import layer_name
from desktop.words import file_name, number
from engine import DocumentSource, Kind, Layer, Memory, MemoryRow, Source

_translate = QCoreApplication.translate
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def kind_name(kind: Kind) -> str:
    """What a memory is, in a word or two."""
    names: dict[Kind, str] = {
        "message": _translate("Memory", "message"),
        "fact": _translate("Memory", "fact"),
        "decision": _translate("Memory", "decision"),
        "document_chunk": _translate("Memory", "document passage"),
        "code": _translate("Memory", "code"),
        "note": _translate("Memory", "note"),
    }
    return names[kind]


def kinds_name(kind: Kind) -> str:
    """The same for many of them, as a menu lists it."""
    names: dict[Kind, str] = {
        "message": _translate("Memory", "Messages"),
        "fact": _translate("Memory", "Facts"),
        "decision": _translate("Memory", "Decisions"),
        "document_chunk": _translate("Memory", "Document passages"),
        "code": _translate("Memory", "Code"),
        "note": _translate("Memory", "Notes"),
    }
    return names[kind]


def memories_words(count: int) -> str:
    """`1 memory`, `1,204 memories`."""
    if count == 1:
        return _translate("Memory", "1 memory")
    return _translate("Memory", "%Ln memories", "", count)


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
        return _translate("Memory", "today")
    if days == 1:
        return _translate("Memory", "yesterday")
    return day_words(moment, now=now)


def source_words(row: MemoryRow, *, now: datetime) -> str:
    """Where a row comes from: `lease-2024.pdf · 4`, `conversation, 12 March`, `note`."""
    source = row.source
    if isinstance(source, DocumentSource):
        name = file_name(source.path)
        return f"{name} · {number(source.page)}" if source.page is not None else name
    if source is not None:
        return _translate("Memory", "conversation, {0}").format(near_day_words(row.occurred_at, now=now))
    return _translate("Memory", "note, {0}").format(near_day_words(row.occurred_at, now=now))


def left_words(left: timedelta) -> str:
    """How long something lives yet: `41 days`, `19 hours`."""
    if left <= timedelta(0):
        return _translate("Memory", "fades now")
    if left < _HOUR:
        return _translate("Memory", "under an hour")
    if left < 2 * _DAY:
        hours = math.floor(left / _HOUR)
        return _translate("Memory", "1 hour") if hours == 1 else _translate("Memory", "%Ln hours", "", hours)
    return _translate("Memory", "%Ln days", "", math.floor(left / _DAY))


def lives_words(row: MemoryRow, *, now: datetime) -> str:
    """How long a row stays: `for ever`, `41 days`, or what became of it."""
    if row.deleted:
        return _translate("Memory", "deleted")
    if row.archived:
        return _translate("Memory", "in the archive")
    if row.superseded:
        return _translate("Memory", "replaced")
    if row.pinned:
        return _translate("Memory", "pinned")
    if row.expires_at is None:
        return _translate("Memory", "for ever")
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
        return _translate("Memory", "never recalled")
    if count == 1:
        return _translate("Memory", "recalled once")
    return _translate("Memory", "recalled %Ln times", "", count)


def signal_name(signal: str) -> str:
    """A signal of recall as a reader knows it."""
    names = {
        "words": _translate("Memory", "Words"),
        "meaning": _translate("Memory", "Meaning"),
        "nearby": _translate("Memory", "Neighbours"),
        "whole": _translate("Memory", "Whole text"),
        "other": _translate("Memory", "Age, use, importance"),
    }
    return names.get(signal, signal)


def place_words(memory: Memory, *, conversation: str = "") -> str:
    """Where a memory stands: `lease-2024.pdf, page 4 · Term and notice`."""
    source = memory.source
    if isinstance(source, DocumentSource):
        name = file_name(source.path)
        parts = [
            _translate("Memory", "{0}, page {1}").format(name, number(source.page)) if source.page is not None else name
        ]
        if source.heading:
            parts.append(plain(source.heading[-1]))
        return " · ".join(parts)
    if source is not None:
        talk = _translate("Memory", "conversation, {0}").format(day_words(memory.occurred_at))
        return f"{talk} · {conversation}" if conversation else talk
    return _translate("Memory", "note, {0}").format(day_words(memory.occurred_at))


def event_words(event: str, *, before: Layer | None = None, after: Layer | None = None) -> str:
    """What happened to a memory, in a few words."""
    if event in ("promoted", "demoted") and after is not None:
        if before is not None:
            form = (
                _translate("Memory", "Rose from {0} to {1}")
                if event == "promoted"
                else _translate("Memory", "Went down from {0} to {1}")
            )
            return form.format(layer_name(before), layer_name(after))
        return _translate("Memory", "Moved to {0}").format(layer_name(after))
    names = {
        "edited": _translate("Memory", "Edited"),
        "promoted": _translate("Memory", "Rose a layer"),
        "demoted": _translate("Memory", "Went down a layer"),
        "kept": _translate("Memory", "Kept for longer"),
        "cooled": _translate("Memory", "Faded into the archive"),
        "archived": _translate("Memory", "Put into the archive"),
        "woken": _translate("Memory", "Taken out of the archive"),
        "pinned": _translate("Memory", "Pinned"),
        "unpinned": _translate("Memory", "Unpinned"),
        "tagged": _translate("Memory", "Tags changed"),
        "merged": _translate("Memory", "Merged"),
        "split": _translate("Memory", "Split"),
        "folded": _translate("Memory", "Made of a session's turns"),
        "superseded": _translate("Memory", "Replaced by a newer one"),
        "deleted": _translate("Memory", "Deleted"),
        "restored": _translate("Memory", "Brought back"),
        "undone": _translate("Memory", "Taken back"),
    }
    return names.get(event, event)
