"""What goes on in the background: each piece of work with its state, to pause, to go on with, to do now."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.operations import Operation, Operations
from desktop.status.job_words import job_state, job_title
from desktop.theme import Theme
from desktop.widgets.buttons import IconButton, QuietButton
from desktop.widgets.card import Card
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.section_header import SectionHeader

if TYPE_CHECKING:
    from desktop.bridge import Bridge
    from engine import BackgroundStatus, Engine


class _Row(QWidget):
    """One piece of work."""

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.title = ElidedLabel("", self)
        self.state = ElidedLabel("", self, role="muted")
        self.run = IconButton(icons, "retry", self.tr("Do it now"), self)
        self.pause = IconButton(icons, "pause", self.tr("Pause"), self)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self.title)
        words.addWidget(self.state)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, theme.px(4), 0, theme.px(4))
        row.setSpacing(theme.px(8))
        row.addLayout(words, 1)
        row.addWidget(self.run)
        row.addWidget(self.pause)
        for button in (self.run, self.pause):
            keeps = button.sizePolicy()
            keeps.setRetainSizeWhenHidden(True)  # so that the buttons of all rows stand in two columns
            button.setSizePolicy(keeps)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.status: BackgroundStatus | None = None

    def put(self, status: BackgroundStatus) -> None:
        """Show how it stands with it."""
        self.status = status
        title, state = job_title(status), job_state(status)
        self.title.setText(title)
        self.state.setText(state)
        self.setAccessibleName(f"{title}: {state}")
        self.run.setVisible(status.can_run)
        self.run.setEnabled(status.state != "running")
        self.run.setAccessibleDescription(title)
        self.pause.setVisible(status.can_pause)
        icon, words = ("play", self.tr("Go on")) if status.paused else ("pause", self.tr("Pause"))
        self.pause.show_action(icon, words)
        self.pause.setAccessibleDescription(title)


class BackgroundCard(Card):
    """The list. It follows the engine while it is seen; `attach` gives it the engine."""

    def __init__(self, *, theme: Theme, icons: Icons, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._engine: Engine | None = None
        self._rows: dict[str, _Row] = {}
        header = SectionHeader(theme, self.tr("Background work"), self)
        self.all = QuietButton(self.tr("Pause all"), self)
        self.all.clicked.connect(self._pause_or_resume_all)
        header.add(self.all)
        self.body.addWidget(header)
        self.setAccessibleName(self.tr("Background work"))

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open."""
        self._engine = engine
        bridge.background_changed.connect(self._put)
        self.refresh()

    def refresh(self) -> None:
        """Ask for the whole list."""
        engine = self._engine
        if engine is not None:
            self._start("background work", engine.background, self._show, replaces="background work")

    def rows(self) -> list[_Row]:
        """The rows in order."""
        return list(self._rows.values())

    def showEvent(self, event: Any) -> None:
        """Up to date again."""
        super().showEvent(event)
        self.refresh()

    def _show(self, listed: list[BackgroundStatus]) -> None:
        names = {status.name for status in listed}
        for name in [name for name in self._rows if name not in names]:
            gone = self._rows.pop(name)
            gone.hide()
            gone.deleteLater()
        for status in listed:
            row = self._rows.get(status.name)
            if row is None:
                row = self._rows[status.name] = _Row(self._theme, self._icons, self)
                row.run.clicked.connect(partial(self._run, status.name))
                row.pause.clicked.connect(partial(self._pause_or_resume, status.name))
                self.body.addWidget(row)
            row.put(status)
        self._name_all()

    def _put(self, status: BackgroundStatus) -> None:
        """One piece of work has changed; nothing is drawn while nobody looks."""
        if not self.isVisible():
            return
        row = self._rows.get(status.name)
        if row is None:
            self.refresh()
        else:
            row.put(status)
            self._name_all()

    def _all_paused(self) -> bool:
        pausable = [row.status for row in self._rows.values() if row.status is not None and row.status.can_pause]
        return bool(pausable) and all(status.paused for status in pausable)

    def _name_all(self) -> None:
        self.all.setText(self.tr("Go on with all") if self._all_paused() else self.tr("Pause all"))

    def _pause_or_resume_all(self) -> None:
        engine = self._engine
        if engine is not None:
            call = engine.resume_background if self._all_paused() else engine.pause_background
            self._start("pause or resume all background work", call, lambda _none: self.refresh())

    def _pause_or_resume(self, name: str) -> None:
        engine, status = self._engine, self._rows[name].status
        if engine is not None and status is not None:
            call = engine.resume_background if status.paused else engine.pause_background
            self._start("pause or resume background work", partial(call, name), lambda _none: self.refresh())

    def _run(self, name: str) -> None:
        engine = self._engine
        if engine is not None:
            self._start("run background work", partial(engine.run_background, name), self._put)

    def _start(
        self,
        name: str,
        run: Callable[[], Coroutine[Any, Any, Any]],
        success: Callable[[Any], None],
        *,
        replaces: str | None = None,
    ) -> None:
        self._operations.start(Operation(name=name, run=run, success=success, owner=self, replaces=replaces))
