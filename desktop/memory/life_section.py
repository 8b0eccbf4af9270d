"""The life of one memory: since when, how often of use, where it rose and why, how long it stays, older versions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.memory.detail_sections import Section, moment_words
from desktop.memory.memory_words import day_words, event_words, left_words, near_day_words, recalled_words
from desktop.theme import Theme
from desktop.widgets.buttons import LinkButton
from engine import LAYERS, DocumentSource, HistoryEntry, Layer, Memory

_EVENTS_SHOWN = 6


class LifeSection(Section):
    """Lines of quiet words, the newest event first.

    Attributes:
        versions_wanted: Older versions are to be shown.
    """

    versions_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.set_title(self.tr("Life"))

    def show_life(self, memory: Memory, history: Sequence[HistoryEntry], versions: int) -> None:
        """Tell it of another memory.

        Args:
            memory: Whose life.
            history: What happened to it, the newest first.
            versions: How many older versions there are.
        """
        self.clear()
        now = datetime.now(UTC)
        begun = self._begun(memory, now)
        used = recalled_words(memory.access_count)
        if memory.accessed_at is not None and memory.access_count:
            used = self.tr("{0}, last {1}").format(used, near_day_words(memory.accessed_at, now=now))
        self.add_line(f"{begun} · {used}", tool_tip=moment_words(memory.created_at))
        if memory.repeats:
            self.add_line(self.tr("Said %Ln times more in nearly the same words", "", memory.repeats))
        for entry in [one for one in history if not one.undone and one.event != "undone"][:_EVENTS_SHOWN]:
            self.add_line(entry_words(entry), tool_tip=moment_words(entry.at))
        self.add_line(self._left(memory, now))
        if versions:
            words = self.tr("1 older version") if versions == 1 else self.tr("%Ln older versions", "", versions)
            link = LinkButton(words, self)
            link.clicked.connect(self.versions_wanted)
            self.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)

    def _begun(self, memory: Memory, now: datetime) -> str:
        day = day_words(memory.created_at, now=now)
        if isinstance(memory.source, DocumentSource):
            return self.tr("Read on {0}").format(day)
        if memory.kind == "note":
            return self.tr("Written on {0}").format(day)
        return self.tr("Remembered on {0}").format(day)

    def _left(self, memory: Memory, now: datetime) -> str:
        if memory.deleted_at is not None:
            return self.tr("Deleted on {0}").format(day_words(memory.deleted_at, now=now))
        if memory.superseded_at is not None or memory.superseded_by is not None:
            day = day_words(memory.superseded_at or memory.created_at, now=now)
            return self.tr("Replaced by a newer one on {0}").format(day)
        if memory.archived_at is not None:
            return self.tr("In the archive since {0}").format(day_words(memory.archived_at, now=now))
        if memory.pinned:
            return self.tr("Pinned: it never fades")
        if memory.expires_at is None:
            return self.tr("Never fades")
        if memory.expires_at <= now:
            return self.tr("Fades now")
        return self.tr("Fades in {0}, on {1}").format(
            left_words(memory.expires_at - now), day_words(memory.expires_at, now=now)
        )


def entry_words(entry: HistoryEntry) -> str:
    """One event in one line: what, when, why."""
    from PySide6.QtCore import QCoreApplication

    words = event_words(entry.event, before=_layer(entry.before), after=_layer(entry.after))
    dated = QCoreApplication.translate("LifeSection", "{0} on {1}").format(words, day_words(entry.at))
    return f"{dated}: {entry.reason}" if entry.reason else dated


def _layer(fields: object) -> Layer | None:
    value = fields.get("layer") if isinstance(fields, dict) else None
    return cast("Layer", value) if value in LAYERS else None
