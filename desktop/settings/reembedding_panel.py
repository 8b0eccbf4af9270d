"""How far the memories are embedded anew after a change of the embedder: pause, go on, go back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton

from desktop.settings.panel import SettingsPanel
from desktop.widgets.card import Card
from desktop.words import number, time_left_words

if TYPE_CHECKING:
    from engine import ReembeddingStatus

_POLL_MS = 1000


class ReembeddingPanel(SettingsPanel):
    """A card that is there only while there is something to say."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._card = Card(self.theme, self, kind="notice")
        self._title = self.label(role="strong")
        self._words = self.label(role="muted")
        self._bar = QProgressBar(self._card)
        self._bar.setTextVisible(False)
        self._pause = QPushButton(self._card)
        self._pause.clicked.connect(self._pause_or_go_on)
        self._cancel = QPushButton(self.tr("Go back to the model before"), self._card)
        self._cancel.clicked.connect(self._go_back)
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        row.addWidget(self._pause)
        row.addWidget(self._cancel)
        row.addStretch(1)
        for widget in (self._title, self._words, self._bar):
            self._card.body.addWidget(widget)
        self._card.body.addSpacing(self.theme.px(4))
        self._card.body.addLayout(row)
        self.column.addWidget(self._card)
        self._status: ReembeddingStatus | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(_POLL_MS)
        self._poll.timeout.connect(self.refresh)
        self.bridge.reembedding_changed.connect(lambda _status: self.refresh())
        self._show_card(False)
        self.refresh()

    def _show_card(self, shown: bool) -> None:
        self._card.setVisible(shown)
        self.column.setContentsMargins(0, 0, 0, self.theme.px(24) if shown else 0)

    def refresh(self) -> None:
        """Ask how far it is."""
        self.start("re-embedding", self.engine.reembedding, self._show, replaces="settings-reembedding")

    def _show(self, status: ReembeddingStatus | None) -> None:
        self._status = status
        self._show_card(status is not None)
        if status is None:
            self._poll.stop()
            return
        if not self._poll.isActive():
            self._poll.start()
        self._title.setText(self.tr("Embedding your memories by {0}").format(status.to_model))
        words = [
            self.tr("{0} of {1}").format(number(status.done), number(status.total)),
            self.tr("paused") if status.paused else time_left_words(status.seconds_left),
            self.tr("search uses {0} until then").format(status.from_model) if status.from_model else "",
        ]
        self._words.setText(
            " · ".join(word for word in words if word) + (f"\n{status.failure}" if status.failure else "")
        )
        self._bar.setRange(0, max(1, status.total))
        self._bar.setValue(status.done)
        self._pause.setText(self.tr("Go on") if status.paused or status.failure else self.tr("Pause"))
        self._cancel.setVisible(status.can_cancel)

    def _pause_or_go_on(self) -> None:
        status, engine = self._status, self.engine
        if status is None:
            return
        run = engine.resume_reembedding if status.paused or status.failure else engine.pause_reembedding
        self.start("pause or resume re-embedding", run, lambda _none: self.refresh())

    def _go_back(self) -> None:
        self.start("cancel re-embedding", self.engine.cancel_reembedding, lambda _none: self.refresh())

    def hideEvent(self, event: Any) -> None:
        """Nobody looks: nothing is asked."""
        self._poll.stop()
        super().hideEvent(event)

    def showEvent(self, event: Any) -> None:
        """Up to date again."""
        super().showEvent(event)
        self.refresh()
