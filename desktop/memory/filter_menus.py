"""What the menus of the filter bar offer, and how a filter that holds is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QDate, QLocale, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from desktop.memory.memory_words import kinds_name
from engine import KINDS, SOURCE_KINDS, Conversation, MemoryFilter, SourceKind

Change = Callable[[MemoryFilter], None]

_TAGS_SHOWN = 25
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """One filter that holds: its words, and the filter without it."""

    words: str
    without: MemoryFilter


def source_name(source: SourceKind) -> str:
    """Where memories come from, as a menu lists it."""
    names: dict[SourceKind, str] = {
        "document": QCoreApplication.translate("MemoryFilter", "From documents"),
        "conversation": QCoreApplication.translate("MemoryFilter", "From conversations"),
        "note": QCoreApplication.translate("MemoryFilter", "Written as notes"),
    }
    return names[source]


def expiring_steps() -> dict[timedelta, str]:
    """How soon something fades, as a menu lists it."""
    return {
        _DAY: QCoreApplication.translate("MemoryFilter", "Fades within a day"),
        7 * _DAY: QCoreApplication.translate("MemoryFilter", "Fades within a week"),
        30 * _DAY: QCoreApplication.translate("MemoryFilter", "Fades within a month"),
    }


def time_steps(now: datetime) -> dict[str, tuple[str, datetime | None]]:
    """Names of stretches of time to their words and beginnings."""
    day = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "any": (QCoreApplication.translate("MemoryFilter", "Any time"), None),
        "today": (QCoreApplication.translate("MemoryFilter", "Today"), day),
        "week": (QCoreApplication.translate("MemoryFilter", "The last 7 days"), day - 6 * _DAY),
        "month": (QCoreApplication.translate("MemoryFilter", "The last 30 days"), day - 29 * _DAY),
        "year": (QCoreApplication.translate("MemoryFilter", "This year"), day.replace(month=1, day=1)),
    }


def time_words(wanted: MemoryFilter, now: datetime) -> str:
    """The stretch of time that holds, in words."""
    for words, since in time_steps(now).values():
        if wanted.until is None and wanted.since == since:
            return words
    first = _day(wanted.since)
    last = _day(wanted.until - timedelta(microseconds=1)) if wanted.until is not None else ""
    if first and last:
        return first if first == last else f"{first} – {last}"
    if first:
        return QCoreApplication.translate("MemoryFilter", "Since {0}").format(first)
    return QCoreApplication.translate("MemoryFilter", "Until {0}").format(last)


def kind_menu(parent: QWidget, wanted: MemoryFilter, change: Change) -> QMenu:
    """Kinds, of which several may hold; it deletes itself."""
    menu = _menu(parent)
    _add(menu, QCoreApplication.translate("MemoryFilter", "Any kind"), not wanted.kinds, wanted, change, kinds=())
    menu.addSeparator()
    for kind in KINDS:
        others = tuple(one for one in KINDS if (one in wanted.kinds) != (one == kind))
        _add(menu, kinds_name(kind), kind in wanted.kinds, wanted, change, kinds=others)
    return menu


def time_menu(
    parent: QWidget, wanted: MemoryFilter, change: Change, *, now: datetime, choose: Callable[[], None]
) -> QMenu:
    """Stretches of time; `choose` asks for two days."""
    menu = _menu(parent)
    known = False
    for words, since in time_steps(now).values():
        holds = wanted.until is None and wanted.since == since
        known = known or holds
        _add(menu, words, holds, wanted, change, since=since, until=None)
    menu.addSeparator()
    days = menu.addAction(QCoreApplication.translate("MemoryFilter", "From one day to another…"), choose)
    days.setCheckable(True)
    days.setChecked(not known)
    return menu


def more_menu(
    parent: QWidget,
    wanted: MemoryFilter,
    change: Change,
    *,
    tags: Mapping[str, int],
    conversations: Sequence[Conversation],
    look_back: Callable[[], None],
) -> QMenu:
    """Everything else that narrows."""
    menu = _menu(parent)
    for source in SOURCE_KINDS:
        others = tuple(one for one in SOURCE_KINDS if (one in wanted.sources) != (one == source))
        _add(menu, source_name(source), source in wanted.sources, wanted, change, sources=others)
    talks = menu.addMenu(QCoreApplication.translate("MemoryFilter", "One conversation"))
    for talk in conversations:
        holds = wanted.conversation_id == talk.id
        _add(talks, talk.title or "…", holds, wanted, change, conversation_id=None if holds else talk.id)
    talks.setEnabled(bool(conversations))
    labels = menu.addMenu(QCoreApplication.translate("MemoryFilter", "Tag"))
    for tag, uses in list(tags.items())[:_TAGS_SHOWN]:
        kept = tuple(one for one in wanted.tags if one != tag)
        holds = tag in wanted.tags
        _add(labels, f"{tag} ({QLocale().toString(uses)})", holds, wanted, change, tags=kept if holds else (*kept, tag))
    labels.setEnabled(bool(tags))
    menu.addSeparator()
    words = QCoreApplication.translate("MemoryFilter", "Pinned")
    _add(menu, words, wanted.pinned, wanted, change, pinned=not wanted.pinned)
    for within, words in expiring_steps().items():
        holds = wanted.expiring_within == within
        _add(menu, words, holds, wanted, change, expiring_within=None if holds else within)
    menu.addSeparator()
    for name, words in state_names().items():
        holds = bool(getattr(wanted, name))
        states = dict.fromkeys(("superseded", "archived", "deleted"), False)
        _add(menu, words, holds, wanted, change, **{**states, name: not holds})
    menu.addSeparator()
    menu.addAction(QCoreApplication.translate("MemoryFilter", "As of a past day…"), look_back)
    return menu


def state_names() -> dict[str, str]:
    """What can be looked at beside the living."""
    return {
        "superseded": QCoreApplication.translate("MemoryFilter", "Replaced by newer ones"),
        "archived": QCoreApplication.translate("MemoryFilter", "Archive"),
        "deleted": QCoreApplication.translate("MemoryFilter", "Deleted"),
    }


def held_filters(wanted: MemoryFilter, *, conversation: str = "", document: str = "") -> list[Held]:
    """What the "More" menu holds of a filter, one by one, so that each can be taken off."""
    found = [
        Held(source_name(source), replace(wanted, sources=tuple(one for one in wanted.sources if one != source)))
        for source in wanted.sources
    ]
    if wanted.conversation_id is not None:
        words = conversation or QCoreApplication.translate("MemoryFilter", "One conversation")
        found.append(Held(words, replace(wanted, conversation_id=None)))
    if wanted.document_id is not None:
        words = document or QCoreApplication.translate("MemoryFilter", "One document")
        found.append(Held(words, replace(wanted, document_id=None)))
    found += [Held(f"#{tag}", replace(wanted, tags=tuple(t for t in wanted.tags if t != tag))) for tag in wanted.tags]
    if wanted.pinned:
        words = QCoreApplication.translate("MemoryFilter", "Pinned")
        found.append(Held(words, replace(wanted, pinned=False)))
    if wanted.expiring_within is not None:
        words = expiring_steps().get(wanted.expiring_within) or QCoreApplication.translate("MemoryFilter", "Fades soon")
        found.append(Held(words, replace(wanted, expiring_within=None)))
    states = state_names()
    if wanted.superseded:
        found.append(Held(states["superseded"], replace(wanted, superseded=False)))
    if wanted.archived:
        found.append(Held(states["archived"], replace(wanted, archived=False)))
    if wanted.deleted:
        found.append(Held(states["deleted"], replace(wanted, deleted=False)))
    return found


def _menu(parent: QWidget) -> QMenu:
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return menu


def _add(menu: QMenu, words: str, holds: bool, wanted: MemoryFilter, change: Change, **fields: object) -> None:
    action = QAction(words.replace("&", "&&"), menu)
    action.setCheckable(True)
    action.setChecked(holds)
    action.triggered.connect(lambda _checked=False: change(replace(wanted, **fields)))  # type: ignore[arg-type]
    menu.addAction(action)


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone()
    return QLocale().toString(QDate(local.year, local.month, local.day), "d MMM yyyy")
