"""What models are computed on, why on nothing better, and a button to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout

from desktop.settings.panel import SettingsPanel, clear
from desktop.theme import restyle
from desktop.widgets.card import Card
from desktop.words import bytes_words, number

if TYPE_CHECKING:
    from engine import DevicesStatus, DeviceState, ModelDevice, ProviderStatus


class DevicesPanel(SettingsPanel):
    """One sentence of what is used, then each model, each device and each execution provider."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        head = Card(self.theme, self, kind="notice")
        self._summary = self.label(role="strong")
        self._mend = self.label(role="muted")
        self._again = QPushButton(self.tr("Try again"), head)
        self._again.setToolTip(self.tr("Forget earlier failures, measure every device and choose anew"))
        self._again.clicked.connect(self._try_again)
        head.body.addWidget(self._summary)
        head.body.addWidget(self._mend)
        row = QHBoxLayout()
        row.addWidget(self._again)
        row.addStretch(1)
        head.body.addSpacing(self.theme.px(6))
        head.body.addLayout(row)
        self.column.addWidget(head)
        self._details = QVBoxLayout()
        self._details.setSpacing(self.theme.px(12))
        self.column.addLayout(self._details)
        self.bridge.status_changed.connect(self._changed)
        self.refresh()

    def refresh(self) -> None:
        """Ask what is computed on what."""
        self.start("devices", self.engine.devices, self._show, replaces="settings-devices")

    def _changed(self, component: str) -> None:
        if component == "embedder" and self.isVisible():
            self.refresh()

    def _try_again(self) -> None:
        self._again.setEnabled(False)
        self._again.setText(self.tr("Measuring…"))
        self.start("try the devices again", self.engine.retry_device, self._show, failure=self._failed)

    def _failed(self, error: Exception) -> None:
        self._ready()
        self._mend.setText(str(error))
        self._mend.show()

    def _ready(self) -> None:
        self._again.setEnabled(True)
        self._again.setText(self.tr("Try again"))

    def _show(self, status: DevicesStatus) -> None:
        self._ready()
        self._summary.setText(status.summary)
        self._mend.setText(status.mend or "")
        self._mend.setVisible(bool(status.mend))
        clear(self._details)
        gpus = [
            self._line(
                gpu.name,
                self.tr("{0} of memory, driver {1}").format(
                    bytes_words(gpu.memory_bytes or 0), gpu.driver or self.tr("unknown")
                ),
            )
            for gpu in status.gpus
        ]
        self._section(self.tr("Graphics cards"), gpus or [self._line(self.tr("None was found"), status.gpu_note)])
        self._section(self.tr("Models"), [self._model(model) for model in status.models])
        self._section(self.tr("Computed so far"), [self._device(device) for device in status.devices])
        self._section(
            self.tr("What ONNX Runtime {0} offers").format(status.version),
            [self._provider(provider) for provider in status.providers],
        )

    def _section(self, title: str, lines: list[QVBoxLayout]) -> None:
        if not lines:
            return
        self._details.addWidget(self.label(title, role="strong"))
        card = Card(self.theme, self)
        card.body.setSpacing(self.theme.px(10))
        for line in lines:
            card.body.addLayout(line)
        self._details.addWidget(card)

    def _line(self, head: str, *words: str | None) -> QVBoxLayout:
        line = QVBoxLayout()
        line.setSpacing(self.theme.px(2))
        line.addWidget(self.label(head))
        for text in words:
            if text:
                line.addWidget(self.label(text, role="muted"))
        return line

    def _model(self, model: ModelDevice) -> QVBoxLayout:
        rates = ", ".join(
            self.tr("{0}: {1} texts a second").format(device, QLocale().toString(round(rate)))
            for device, rate in model.rates.items()
        )
        doing = self.tr("a better device is being tried") if model.choosing else ""
        return self._line(
            self.tr("{0} on {1}").format(model.model.partition("@")[0], model.device),
            rates,
            doing,
            model.why,
            model.mend,
        )

    def _device(self, device: DeviceState) -> QVBoxLayout:
        figures = device.figures
        words = self.tr("{0} batches, {1} failures, {2} computed by the processor in its place").format(
            number(figures.calls), number(figures.failures), number(figures.fallbacks)
        )
        took = ""
        if figures.p50_ms is not None and figures.p95_ms is not None:
            took = self.tr("Half of them within {0} ms, 95 % within {1} ms").format(
                QLocale().toString(figures.p50_ms, "f", 1), QLocale().toString(figures.p95_ms, "f", 1)
            )
        rests = ""
        if device.breaker == "open":
            rests = self.tr("Left alone after failures; tried again in {0} seconds.").format(
                number(round(device.seconds_until_trial))
            )
        elif device.breaker == "half-open":
            rests = self.tr("Left alone after failures; the next batch is a trial.")
        return self._line(device.device, words, took, rests, figures.last_error)

    def _provider(self, provider: ProviderStatus) -> QVBoxLayout:
        states = {
            "in use": self.tr("in use"),
            "ready": self.tr("ready"),
            "not tried": self.tr("not tried"),
            "failing": self.tr("failing"),
            "not loading": self.tr("does not load"),
            "unfit": self.tr("not fit"),
            "missing": self.tr("not there"),
        }
        line = self._line(
            f"{provider.name} · {states[provider.state]}", provider.reason, provider.library, provider.mend
        )
        item = line.itemAt(0)
        first = item.widget() if item is not None else None
        if first is not None and provider.state in ("failing", "not loading"):
            restyle(first, role="warning")
        return line
