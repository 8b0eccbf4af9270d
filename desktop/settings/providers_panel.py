"""Which language model answers, the keys of providers, and servers on this computer."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from desktop.settings.panel import SettingsPanel, clear
from desktop.theme import restyle
from desktop.widgets.buttons import LinkButton
from desktop.widgets.card import Card
from desktop.widgets.choice_box import ChoiceBox
from engine import PRICES_AS_OF

if TYPE_CHECKING:
    from engine import ChatModelInfo, FoundServer, ProviderName, ProviderTest

_TITLES: dict[ProviderName, str] = {"openai": "OpenAI", "anthropic": "Anthropic"}


class _ProviderCard(Card):
    """The key of one provider: where it is kept, a field for another one, and a test."""

    def __init__(self, panel: ProvidersPanel, provider: ProviderName, title: str) -> None:
        super().__init__(panel.theme, panel)
        self._panel = panel
        self.provider = provider
        px = panel.theme.px
        head = QHBoxLayout()
        name = panel.label(title, role="strong")
        self.place = QLabel(self)
        restyle(self.place, role="muted")
        head.addWidget(name, 1)
        head.addWidget(self.place)
        self.body.addLayout(head)
        self.key = QLineEdit(self)
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.key.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.key.setPlaceholderText(self.tr("Paste a key"))
        self.key.setAccessibleName(self.tr("Key of {0}").format(title))
        self.save = QPushButton(self.tr("Keep"), self)
        self.save.setAccessibleName(self.tr("Keep the key of {0}").format(title))
        self.save.setEnabled(False)
        self.test = QPushButton(self.tr("Test"), self)
        self.test.setAccessibleName(self.tr("Test {0}").format(title))
        self.forget = LinkButton(self.tr("Forget the key"), self)
        self.forget.setAccessibleName(self.tr("Forget the key of {0}").format(title))
        for button in (self.save, self.test):
            button.setAutoDefault(False)
        row = QHBoxLayout()
        row.setSpacing(px(8))
        row.addWidget(self.key, 1)
        row.addWidget(self.save)
        row.addWidget(self.test)
        self.body.addSpacing(px(4))
        self.body.addLayout(row)
        self.said = panel.label(role="muted")
        self.body.addWidget(self.said)
        self.body.addWidget(self.forget)
        self.said.hide()
        self.forget.hide()
        self.key.textChanged.connect(lambda text: self.save.setEnabled(bool(text.strip())))
        self.key.returnPressed.connect(self._keep)
        self.save.clicked.connect(self._keep)
        self.test.clicked.connect(self._test)
        self.forget.clicked.connect(self._forget)

    def show_place(self, place: str) -> None:
        """Say where the key is kept."""
        words = {
            "system": self.tr("Key in the system's key store"),
            "environment": self.tr("Key from the environment"),
            "session": self.tr("Key for this session only: this system has no key store"),
            "none": self.tr("No key"),
        }
        self.place.setText(words.get(place, ""))
        self.forget.setVisible(place in ("system", "session"))

    def say(self, words: str, *, good: bool) -> None:
        """Show what came of a test or of keeping a key."""
        restyle(self.said, role="success" if good else "danger")
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def _keep(self) -> None:
        key = self.key.text().strip()
        if not key:
            return
        self.key.clear()
        engine, provider = self._panel.engine, self.provider
        self._panel.start("keep a key", lambda: engine.set_key(provider, key), self._kept, failure=self._failed)

    def _kept(self, place: str) -> None:
        self.show_place(place)
        self._panel.refresh_models()
        self._test()

    def _forget(self) -> None:
        engine, provider = self._panel.engine, self.provider
        self.say("", good=True)
        self._panel.start("forget a key", lambda: engine.set_key(provider, None), self._forgotten, failure=self._failed)

    def _forgotten(self, place: str) -> None:
        self.show_place(place)
        self._panel.refresh_models()

    def _test(self) -> None:
        engine, provider = self._panel.engine, self.provider
        self.test.setEnabled(False)
        self.test.setText(self.tr("Testing…"))
        self._panel.start("test a provider", lambda: engine.test_provider(provider), self._tested, failure=self._failed)

    def _tested(self, result: ProviderTest) -> None:
        self._ready()
        self.say(result.words, good=result.ok)
        if result.ok:
            self._panel.refresh_models()

    def _failed(self, error: Exception) -> None:
        self._ready()
        self.say(str(error), good=False)

    def _ready(self) -> None:
        self.test.setEnabled(True)
        self.test.setText(self.tr("Test"))


class ProvidersPanel(SettingsPanel):
    """The model that answers first, then a card for each provider."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        px = self.theme.px
        self._chosen = ""
        self.column.addWidget(self.label(self.tr("Answers come from"), role="strong"))
        self.models = ChoiceBox(self.theme, self)
        self.models.setAccessibleName(self.tr("Answers come from"))
        self.models.setMaximumWidth(px(480))
        self.models.activated.connect(self._choose)
        self.column.addWidget(self.models)
        self._facts = self.label(role="muted")
        self.column.addWidget(self._facts)
        self.cards: dict[ProviderName, _ProviderCard] = {
            "openai": _ProviderCard(self, "openai", "OpenAI"),
            "anthropic": _ProviderCard(self, "anthropic", "Anthropic"),
            "compatible": _ProviderCard(self, "compatible", self.tr("Your own server")),
        }
        for card in self.cards.values():
            self.column.addWidget(card)
        self._servers = QVBoxLayout()
        own = self.cards["compatible"]
        own.key.setPlaceholderText(self.tr("Paste a key, if the server wants one"))
        self.probe = LinkButton(self.tr("Look for servers on this computer"), own)
        self.probe.clicked.connect(self._probe)
        own.body.addWidget(self.probe)
        own.body.addLayout(self._servers)
        self.bridge.settings_changed.connect(self._changed)
        self.refresh()

    def refresh(self) -> None:
        """Ask for keys and models."""
        for provider, card in self.cards.items():
            self.start("where a key is", functools.partial(self.engine.key_place, provider), card.show_place)
        self.refresh_models()

    def refresh_models(self) -> None:
        """Ask which chat models there are."""
        self.start("chat models", self.engine.usable_chat_models, self._show_models, replaces="settings-chat-models")

    def _changed(self, name: str) -> None:
        if name.startswith("llm."):
            self.refresh_models()

    def _show_models(self, models: list[ChatModelInfo]) -> None:
        self._chosen = self.engine.settings.llm.model
        self._infos = {model.id: model for model in models}
        self.models.clear()
        self.models.addItem(self.tr("Quotes from your files"), "")
        for model in models:
            self.models.addItem(f"{model.title} · {self._provider_words(model)}", model.id)
        if self._chosen and self._chosen not in self._infos:
            self.models.addItem(self._chosen, self._chosen)
        self.models.setCurrentIndex(max(0, self.models.findData(self._chosen)))
        self._facts.setText(self._told(self._infos.get(self._chosen)))

    def _choose(self) -> None:
        chosen = str(self.models.currentData())
        self._facts.setText(self._told(self._infos.get(chosen)))
        if chosen != self._chosen:
            self._chosen = chosen
            self.start("choose a chat model", lambda: self.engine.change_option("llm.model", chosen))

    def _provider_words(self, model: ChatModelInfo) -> str:
        return {
            **_TITLES,
            "compatible": self.tr("your own server"),
            "local": self.tr("on this computer"),
        }[model.provider]

    def _told(self, model: ChatModelInfo | None) -> str:
        if model is None:
            if self._chosen:
                return ""
            return self.tr("Answers are quoted word for word. Nothing leaves this computer.")
        locale = QLocale()
        parts = [
            self.tr("What you ask and the passages found leave this computer")
            if model.leaves_computer
            else self.tr("Nothing leaves this computer")
        ]
        if model.context_tokens:
            parts.append(self.tr("reads up to {0} tokens").format(locale.toString(model.context_tokens)))
        if model.input_price is not None and model.output_price is not None and model.leaves_computer:
            parts.append(
                self.tr("${0} for a million tokens in, ${1} out, as of {2}").format(
                    locale.toString(model.input_price, "g", 6),
                    locale.toString(model.output_price, "g", 6),
                    locale.toString(
                        QDate.fromString(PRICES_AS_OF, Qt.DateFormat.ISODate), QLocale.FormatType.ShortFormat
                    ),
                )
            )
        return " · ".join(parts)

    def _probe(self) -> None:
        self.probe.setEnabled(False)
        self.start("look for servers", self.engine.probe_servers, self._show_servers, failure=self._probe_failed)

    def _probe_failed(self, error: Exception) -> None:
        self.probe.setEnabled(True)
        self.cards["compatible"].say(str(error), good=False)

    def _show_servers(self, servers: list[FoundServer]) -> None:
        self.probe.setEnabled(True)
        clear(self._servers)
        if not servers:
            self._servers.addWidget(
                self.label(self.tr("None answered. Start Ollama or LM Studio first."), role="muted")
            )
        for server in servers:
            row = QHBoxLayout()
            row.addWidget(self.label(f"{server.name} · {server.base_url}"), 1)
            use = QPushButton(self.tr("Use"), self)
            use.setAutoDefault(False)
            use.setAccessibleName(self.tr("Use {0}").format(server.base_url))
            use.clicked.connect(lambda _checked=False, url=server.base_url: self._use(url))
            row.addWidget(use)
            self._servers.addLayout(row)

    def _use(self, base_url: str) -> None:
        self.start(
            "use a server",
            lambda: self.engine.change_option("llm.compatible.base_url", base_url),
            lambda _state: self.cards["compatible"]._test(),
        )
