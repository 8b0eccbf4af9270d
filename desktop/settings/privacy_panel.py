"""What leaves this computer with the settings of this moment, in plain sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QVBoxLayout

from desktop.settings.panel import SettingsPanel, clear
from desktop.widgets.buttons import LinkButton
from desktop.widgets.card import Card

if TYPE_CHECKING:
    from engine import OptionState

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class PrivacyPanel(SettingsPanel):
    """A card of sentences; each is true of the options that hold, and of nothing else."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._card = Card(self.theme, self, kind="notice")
        self._lines = QVBoxLayout()
        self._lines.setSpacing(self.theme.px(8))
        self._card.body.addLayout(self._lines)
        self._folder = LinkButton(self.tr("Open the data folder"), self._card)
        self._folder.clicked.connect(self._open_folder)
        self._card.body.addSpacing(self.theme.px(4))
        self._card.body.addWidget(self._folder)
        self.column.addWidget(self._card)
        self.bridge.settings_changed.connect(lambda _name: self.refresh())
        self.refresh()

    def refresh(self) -> None:
        """Ask for the options that hold."""
        self.start("options", self.engine.options, self._show, replaces="settings-privacy")

    def _show(self, options: list[OptionState]) -> None:
        held = {state.option.name: state.value for state in options}
        clear(self._lines)
        for place, words in enumerate(self.sentences(held)):
            self._lines.addWidget(self.label(words, role="body" if place else "strong"))

    def sentences(self, held: dict[str, Any]) -> list[str]:
        """What to say, the most important first.

        Args:
            held: values of the options by their dotted names.
        """
        kept = self.tr("Your files, memories and conversations are kept in {0}, and nowhere else.").format(
            self.engine.settings.paths.data
        )
        silent = self.tr("Magray sends no usage figures and no crash reports, and does not look for updates by itself.")
        if held["offline"]:
            return [self.tr("Offline: nothing leaves this computer."), kept, silent]
        base_url = str(held["llm.compatible.base_url"])
        host = urlsplit(base_url).hostname or ""
        receivers = []
        for model in [held["llm.model"], held["llm.small_model"], *held["llm.fallback"]]:
            provider = str(model).partition("/")[0]
            name = {"openai": "OpenAI", "anthropic": "Anthropic"}.get(provider)
            if provider == "compatible" and host not in _LOOPBACK:
                name = host or None
            if name and name not in receivers:
                receivers.append(name)
        if receivers:
            first = self.tr("What you ask, and the passages of your files that may answer it, go to {0}.").format(
                ", ".join(receivers)
            )
        else:
            first = self.tr("Nothing leaves this computer when you ask.")
        hub = self.tr("Models are fetched from {0}, when you press Download and never else.").format(
            urlsplit(str(held["models.hub"])).hostname or held["models.hub"]
        )
        return [first, kept, hub, silent]

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.engine.settings.paths.data)))
