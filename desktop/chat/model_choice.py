"""Which chat model answers: what there is to choose, and what was chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop.bridge import Bridge
from desktop.chat.model_button import ModelButton
from desktop.chat.turns import Turns
from desktop.operations import Operation, Operations
from engine import ChatModelInfo

if TYPE_CHECKING:
    from engine import Engine


class ModelChoice(QObject):
    """Between the button in the header, the engine's list, and the turns."""

    def __init__(
        self, *, button: ModelButton, turns: Turns, operations: Operations, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._button = button
        self._turns = turns
        self._operations = operations
        self._engine: Engine | None = None
        button.chosen.connect(self.choose)
        button.menu_wanted.connect(self._open)

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open: learn which models there are, and again when the settings change."""
        self._engine = engine
        bridge.settings_changed.connect(self._changed)
        self.load()

    def _changed(self, name: str) -> None:
        if name.startswith("llm"):
            self.load()

    def load(self) -> None:
        """Learn which models there are."""
        engine = self._engine
        if engine is None:
            return
        default = engine.settings.llm.model
        if not default:
            self._button.set_models((), default="")  # nothing to name; what there is is asked for with the menu
            return

        def show(models: list[ChatModelInfo]) -> None:
            self._button.set_models(models, default=default)

        self._operations.start(
            Operation(name="chat models", run=engine.chat_models, success=show, owner=self._button, replaces="models")
        )

    def _open(self) -> None:
        """Show what could answer now; that asks the system's key store, so it waits for the owner's click."""
        engine = self._engine
        if engine is None:
            self._button.show_menu()
            return

        def show(models: list[ChatModelInfo]) -> None:
            self._button.set_models(models, default=engine.settings.llm.model)
            self._button.show_menu()

        self._operations.start(
            Operation(
                name="usable chat models",
                run=engine.usable_chat_models,
                success=show,
                owner=self._button,
                replaces="models",
            )
        )

    def choose(self, model: str) -> None:
        """Let a model answer from now on; empty is the one in the settings."""
        self._turns.model = model or None
        self._button.set_model(self._turns.model)
