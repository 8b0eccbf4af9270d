"""Slash commands about memories: finding them, their life, their safety, and the work behind them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDateTime, QLocale, QObject, Signal

from desktop.chat.commands import Command, escaped
from desktop.chat.source_items import describe_source
from desktop.memory.deed_words import undone_words
from desktop.messages import Messages
from desktop.words import bytes_words, number

if TYPE_CHECKING:
    from engine import Engine

_FOUND = 8
_PASSAGE = 240
_DEEDS = 20
"""So many of the last deeds are looked at for one that can be taken back."""

Find = Callable[["Engine"], Coroutine[Any, Any, str]]


class MemoryCommands(QObject):
    """Knows these commands; the slash runs them.

    Args:
        tell: Runs what finds the words of a note, and puts them under what was typed.
        put_back: Puts a text back into the field.

    Attributes:
        page_wanted: `memory` or a page of the settings is to be shown.
        memory_wanted: Memories are to be shown that these words find.
    """

    page_wanted = Signal(str)
    memory_wanted = Signal(str)

    def __init__(
        self,
        *,
        tell: Callable[[str, Find], None],
        put_back: Callable[[str], None],
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._tell = tell
        self._put_back = put_back
        self._messages = messages

    def commands(self) -> tuple[Command, ...]:
        """All of them, in the order in which they are listed."""
        words, path = self.tr("words"), self.tr("path")
        return (
            Command("search", self.tr("Look it up in memory"), self._search, words, needed=True),
            Command("explore", self.tr("Show memories, or those that words find"), self._explore, words),
            Command("undo", self.tr("Take back what was done last to memories"), self._undo),
            Command("tidy", self.tr("Merge repeats and group memories, now"), self._tidy),
            Command("promotion", self.tr("What decides which memories stay"), self._promotion),
            Command("backup", self.tr("Make a backup, now"), self._backup),
            Command("backups", self.tr("Which backups there are"), self._backups),
            Command("watch", self.tr("Keep a folder in step, or say which are"), self._watch, path),
            Command(
                "background", self.tr("What goes on by itself; pause or go on"), self._background, "pause | resume"
            ),
            Command("verify", self.tr("Hold the memory's indexes against what is stored"), self._verify, "mend"),
            Command("rebuild", self.tr("Build the memory's indexes anew"), self._rebuild),
        )

    # Finding

    def _search(self, argument: str) -> None:
        async def find(engine: Engine) -> str:
            hits = await engine.recall(argument, limit=_FOUND)
            if not hits:
                return self.tr("Nothing like this was found in your files and notes.")
            rows = []
            for place, hit in enumerate(hits, 1):
                title, where, _ = describe_source(hit.source, hit.memory, {})
                text = " ".join(hit.memory.text.split())
                shown = text if len(text) <= _PASSAGE else text[:_PASSAGE].rsplit(" ", 1)[0] + "…"
                head = f"**{escaped(title)}**" + (f" · {escaped(where)}" if where else "")
                rows.append(f"{place}. {head}  \n   {escaped(shown)}")
            return "\n".join(rows)

        self._tell(f"/search {argument}", find)

    def _explore(self, argument: str) -> None:
        self.memory_wanted.emit(argument)

    # The life of memories

    def _undo(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            for action in await engine.actions(limit=_DEEDS):
                if action.can_undo and action.undone_at is None and action.undoes is None:
                    return undone_words(await engine.undo_action(action.id))
            return self.tr("There is nothing to take back.")

        self._tell("/undo", find)

    def _tidy(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            report = await engine.consolidate()
            if report.off:
                return self.tr("Tidying up is switched off in the settings. Nothing was done.")
            parts = [
                (self.tr("merged"), report.merged),
                (self.tr("no longer true"), report.superseded),
                (self.tr("sessions told in short"), report.episodes),
                (self.tr("grouped"), report.grouped),
            ]
            said = ", ".join(f"{words}: {number(count)}" for words, count in parts if count)
            if not said:
                return self.tr("Everything is tidy; nothing was changed.")
            return self.tr("Memories {0}. All texts are kept; “/undo” takes the last step back.").format(said)

        self._tell("/tidy", find)

    def _promotion(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            return escaped((await engine.promotion()).words)

        self._tell("/promotion", find)

    # Safety

    def _backup(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            made = await engine.back_up()
            return self.tr("A backup of {0} was made and read back: {1}").format(
                bytes_words(made.size), f"`{made.path}`"
            )

        self._tell("/backup", find)

    def _backups(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            found = await engine.backups()
            if not found:
                return self.tr("There is no backup yet. “/backup” makes one.")
            rows = [
                f"| {escaped(Path(one.path).name)} | {_moment(one.created)} | {bytes_words(one.size)} | "
                f"{escaped(one.problem or '')} |"
                for one in found
            ]
            return "|  |  |  |  |\n|:--|:--|--:|:--|\n" + "\n".join(rows)

        self._tell("/backups", find)

    def _verify(self, argument: str) -> None:
        mend = argument.casefold() == "mend"

        async def find(engine: Engine) -> str:
            report = await engine.verify(mend=mend)
            if not report.problems:
                return self.tr("%Ln memories stand in the store, and every index agrees.", "", report.memories)
            return "\n".join(f"- {escaped(problem)}" for problem in report.problems)

        self._tell(f"/verify {argument}".strip(), find)

    def _rebuild(self, _argument: str) -> None:
        async def find(engine: Engine) -> str:
            report = await engine.rebuild()
            return self.tr("The indexes of %Ln memories were built anew.", "", report.memories)

        self._tell("/rebuild", find)

    # What goes on by itself

    def _watch(self, argument: str) -> None:
        path = Path(argument.strip("\"'")).expanduser()
        if argument and not path.is_dir():
            self._put_back(f"/watch {argument}")
            self._messages.warning(self.tr("There is no folder {0}.").format(path), key="command")
            return

        async def find(engine: Engine) -> str:
            if argument:
                folder = await engine.watch_folder(path.absolute())
                return self.tr("{0} is kept in step from now on.").format(f"`{folder.path}`")
            folders = await engine.watched_folders()
            if not folders:
                return self.tr("No folder is kept in step yet. Write a folder behind “/watch”.")
            rows = [f"- `{one.path}` {escaped(one.problem or self._state_words(one.state))}" for one in folders]
            return "\n".join(rows)

        self._tell(f"/watch {argument}".strip(), find)

    def _background(self, argument: str) -> None:
        wanted = argument.casefold()

        async def find(engine: Engine) -> str:
            if wanted == "pause":
                await engine.pause_background()
            elif wanted == "resume":
                await engine.resume_background()
            rows = [
                f"| {escaped(one.title)} | {self._state_words(one.state)} | {escaped(one.words or one.result)} |"
                for one in await engine.background()
            ]
            return "|  |  |  |\n|:--|:--|:--|\n" + "\n".join(rows)

        self._tell(f"/background {wanted}".strip(), find)

    def _state_words(self, state: str) -> str:
        return {
            "running": self.tr("at work"),
            "waiting": self.tr("waits"),
            "resting": self.tr("rests until its time"),
            "paused": self.tr("paused"),
            "watching": self.tr("in step"),
            "polling": self.tr("in step, looked through every few minutes"),
            "looking": self.tr("is looked through"),
            "away": self.tr("not there now; its documents are kept"),
        }.get(state, state)


def _moment(moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)
