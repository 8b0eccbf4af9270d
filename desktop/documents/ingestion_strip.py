"""The strip at the bottom of the window: how far the reading is, and a quiet summary when it is done."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSizePolicy, QWidget

from desktop.icons import Icons
from desktop.theme import Theme
from desktop.widgets.buttons import IconButton, QuietButton
from desktop.widgets.card import Panel
from desktop.widgets.elided_label import ElidedLabel
from desktop.words import done_words, progress_words, time_left_words, trouble_words
from engine import IngestProgress

_BAR_WIDTH = 220
SUMMARY_SECONDS = 10.0
"""How long a summary without trouble stays; one that names trouble stays until it is dismissed."""


class IngestionStrip(Panel):
    """Hidden while nothing is read and nothing new went wrong.

    Attributes:
        pause_requested: Pause, or go on: the argument tells which.
        details_requested: The list of files is to be shown.
        trouble_requested: The list is to be shown with what failed or was skipped; the argument tells which of both.
    """

    pause_requested = Signal(bool)
    details_requested = Signal()
    trouble_requested = Signal(bool)

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="window", edge="top")
        self._theme = theme
        self._icons = icons
        self._progress: IngestProgress | None = None
        self._was_active = False
        self.setAccessibleName(self.tr("Reading of files"))
        self._mark = QLabel(self)
        self._title = ElidedLabel("", self)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._bar.setFixedWidth(theme.px(_BAR_WIDTH))
        self._bar.setAccessibleName(self.tr("Files read"))
        self._rest = ElidedLabel("", self, role="muted")
        self._pause = QuietButton("", self)
        self._pause.clicked.connect(self._ask_pause)
        self._details = QuietButton(self.tr("Details"), self)
        self._details.clicked.connect(self._ask_details)
        self._close = IconButton(icons, "close", self.tr("Dismiss"), self, role="muted")
        self._close.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(4), theme.px(8), theme.px(4))
        row.setSpacing(theme.px(12))
        row.addWidget(self._mark)
        row.addWidget(self._title)
        row.addWidget(self._bar)
        row.addWidget(self._rest, 1)
        row.addWidget(self._pause)
        row.addWidget(self._details)
        row.addWidget(self._close)
        # The strip keeps its height when its buttons change.
        self.setMinimumHeight(max(self._close.sizeHint().height(), self._details.sizeHint().height()) + theme.px(8))
        self._hiding = QTimer(self)
        self._hiding.setSingleShot(True)
        self._hiding.setInterval(int(SUMMARY_SECONDS * 1000))
        self._hiding.timeout.connect(self.dismiss)
        theme.changed.connect(self._draw_mark)
        self.hide()

    def show_progress(self, progress: IngestProgress) -> None:
        """Follow the engine; the end of a run leaves its summary."""
        self._progress = progress
        if progress.active:
            self._was_active = True
            self._hiding.stop()
            self._show_running(progress)
        elif self._was_active:
            self._was_active = False
            self._show_summary(progress)

    def dismiss(self) -> None:
        """Hide until something happens again."""
        self._hiding.stop()
        self.hide()

    def _show_running(self, progress: IngestProgress) -> None:
        self._title.setText(progress_words(progress))
        self._bar.setRange(0, max(1, progress.total))
        self._bar.setValue(progress.finished)
        rest = [trouble_words(progress)]
        if not progress.paused:
            rest.insert(0, time_left_words(progress.seconds_left))
        self._rest.setText(" · ".join(part for part in rest if part))
        self._pause.setText(self.tr("Go on") if progress.paused else self.tr("Pause"))
        self._pause.setAccessibleDescription(
            self.tr("Goes on with the reading") if progress.paused else self.tr("Pauses the reading; nothing is lost")
        )
        self._lay_out(running=True)

    def _show_summary(self, progress: IngestProgress) -> None:
        self._title.setText(done_words(progress))
        self._rest.setText(trouble_words(progress))
        self._lay_out(running=False)
        if not (progress.failed or progress.skipped):
            self._hiding.start()

    def _lay_out(self, *, running: bool) -> None:
        self._mark.setVisible(not running)
        self._draw_mark()
        self._bar.setVisible(running)
        self._pause.setVisible(running)
        self._close.setVisible(not running)
        self.show()

    def _draw_mark(self) -> None:
        failed = self._progress is not None and self._progress.failed > 0
        look = self._icons.pixmap("warning", "warning") if failed else self._icons.pixmap("check", "success")
        self._mark.setPixmap(look)

    def _ask_pause(self) -> None:
        self.pause_requested.emit(self._progress is not None and not self._progress.paused)

    def _ask_details(self) -> None:
        progress = self._progress
        if progress is not None and not progress.active and (progress.failed or progress.skipped):
            self.trouble_requested.emit(progress.failed > 0)
        else:
            self.details_requested.emit()
