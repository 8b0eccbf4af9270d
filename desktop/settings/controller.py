"""Opens the settings window and carries what the owner changes to the engine and to the window's own look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from desktop.bridge import Bridge
from desktop.icons import Icons
from desktop.operations import Operation, Operations
from desktop.settings.option_words import option_words
from desktop.theme import SchemeChoice, Theme
from desktop.window_state import WindowState
from engine import MagrayError, OptionError

if TYPE_CHECKING:
    from desktop.settings.settings_window import SettingsWindow
    from engine import Engine, Option, OptionState


class SettingsController(QObject):
    """One window at most; it lives as long as it is open.

    Args:
        window: the main window, over which the settings appear.
    """

    def __init__(
        self, *, theme: Theme, icons: Icons, operations: Operations, state: WindowState, window: QWidget
    ) -> None:
        super().__init__(window)
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._state = state
        self._window = window
        self._engine: Engine | None = None
        self._bridge: Bridge | None = None
        self._page: str | None = None
        self.settings_window: SettingsWindow | None = None
        """The window while it is open."""

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """Work with this engine; a page that was asked for before is shown now."""
        self._engine = engine
        self._bridge = bridge
        if self._page is not None:
            self.show(self._page)

    def show(self, page: str = "") -> None:
        """Open the window, at a page if one is named; before the engine is open it waits for it."""
        engine, bridge = self._engine, self._bridge
        if engine is None or bridge is None:
            self._page = page
            return
        self._page = None
        if self.settings_window is None:
            from desktop.settings.settings_window import SettingsWindow

            made = SettingsWindow(self._theme, self._icons, make_panel=self._panel, parent=self._window)
            made.changed.connect(self._change)
            made.reset_wanted.connect(self._reset)
            made.closed.connect(self._closed)
            self.settings_window = made
            self._operations.start(
                Operation(
                    name="options", run=engine.options, success=lambda states: self._fill(states, page), owner=made
                )
            )
        elif page:
            self.settings_window.show_page(page)
        self.settings_window.show()
        self.settings_window.raise_()
        self.settings_window.activateWindow()

    def _fill(self, states: list[OptionState], page: str) -> None:
        if self.settings_window is not None:
            self.settings_window.show_options(states)
            if page:
                self.settings_window.show_page(page)

    def _panel(self, name: str) -> QWidget | None:
        assert self._engine is not None
        assert self._bridge is not None
        parts: dict[str, Any] = {
            "theme": self._theme,
            "icons": self._icons,
            "engine": self._engine,
            "bridge": self._bridge,
            "operations": self._operations,
        }
        match name:
            case "backups":
                from desktop.settings.backup_panel import BackupPanel

                return BackupPanel(**parts)
            case "carrying":
                from desktop.settings.carrying_panel import CarryingPanel

                return CarryingPanel(**parts)
            case "devices":
                from desktop.settings.devices_panel import DevicesPanel

                return DevicesPanel(**parts)
            case "models":
                from desktop.settings.models_panel import ModelsPanel

                return ModelsPanel(**parts)
            case "reembedding":
                from desktop.settings.reembedding_panel import ReembeddingPanel

                return ReembeddingPanel(**parts)
            case "privacy":
                from desktop.settings.privacy_panel import PrivacyPanel

                return PrivacyPanel(**parts)
            case "promotion":
                from desktop.settings.promotion_panel import PromotionPanel

                return PromotionPanel(**parts)
            case "providers":
                from desktop.settings.providers_panel import ProvidersPanel

                return ProvidersPanel(**parts)
            case "usage":
                from desktop.settings.usage_panel import UsagePanel

                return UsagePanel(**parts)
        return None

    def _closed(self) -> None:
        if self.settings_window is not None:
            self.settings_window.deleteLater()
            self.settings_window = None

    # Changes

    def _change(self, name: str, value: Any) -> None:
        engine = self._engine
        if engine is not None:
            self._start(name, lambda: engine.change_option(name, value))

    def _reset(self, name: str) -> None:
        engine = self._engine
        if engine is not None:
            self._start(name, lambda: engine.reset_option(name))

    def _start(self, name: str, run: Any) -> None:
        self._operations.start(
            Operation(
                name=f"change {name}",
                run=run,
                success=self._changed,
                failure=lambda error: self._refused(name, error),
                owner=self._window,
            )
        )

    def _changed(self, state: OptionState) -> None:
        if state.option.name == "appearance.scheme":
            choice: SchemeChoice = state.value
            self._state.scheme = choice
            self._theme.set_scheme(choice)
        elif state.option.name == "appearance.language":
            self._state.language = state.value
        if self.settings_window is not None:
            self.settings_window.show_option(state)

    def _refused(self, name: str, error: Exception) -> None:
        if self.settings_window is not None:
            row = self.settings_window.row(name)
            words = self._words(row.option, error) if row is not None else str(error)
            self.settings_window.show_problem(name, words)

    def _words(self, option: Option, error: Exception) -> str:
        if not isinstance(error, OptionError):
            return str(error) if isinstance(error, MagrayError) else self._operations.describe(error, name=option.name)
        match error.problem:
            case "limits" if option.minimum is not None and option.maximum is not None:
                return self.tr("It must be from {0} to {1}.").format(option.minimum, option.maximum)
            case "form":
                return self.tr("That is not what is wanted here: {0}").format(option_words()[option.name][1])
            case _:
                return str(error)
