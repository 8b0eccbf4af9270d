"""What is known of the file that is selected in the ingestion list, in whole sentences, with its actions."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop.documents.ingest_actions import can_retry
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.flow_layout import FlowLayout
from desktop.words import amount_words, file_name, files_words, pages_words, sentence, short_path, state_look
from engine import IngestFile

_NARROW = 640


class IngestDetails(Panel):
    """Hidden while nothing is selected.

    Attributes:
        triggered: `open`, `reveal`, `retry` or `cancel`.
    """

    triggered = Signal(str)

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="window", edge="top")
        self._theme = theme
        self._icons = icons
        self._files: list[IngestFile] = []
        self._icon = QLabel(self)
        self._name = ElidedLabel("", self, mode=Qt.TextElideMode.ElideMiddle, role="strong")
        self._path = ElidedLabel("", self, mode=Qt.TextElideMode.ElideMiddle, role="muted")
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        restyle(self._text, role="body")
        words = QVBoxLayout()
        words.setSpacing(theme.px(4))
        words.addWidget(self._name)
        words.addWidget(self._path)
        words.addWidget(self._text)
        self._buttons: dict[str, QPushButton] = {}
        self._button_row = QWidget(self)
        buttons = self._button_flow = FlowLayout(self._button_row, spacing=theme.px(8))
        for action, label in (
            ("retry", self.tr("Try again")),
            ("cancel", self.tr("Stop")),
            ("reveal", self.tr("Show in folder")),
            ("open", self.tr("Open")),
        ):
            button = QPushButton(label, self)
            button.clicked.connect(lambda _checked=False, action=action: self.triggered.emit(action))
            buttons.addWidget(button)
            self._buttons[action] = button
        told = QHBoxLayout()
        told.setSpacing(theme.px(12))
        told.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        told.addLayout(words, 1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        edge = theme.px(16)
        self._row.setContentsMargins(edge, theme.px(12), edge, theme.px(12))
        self._row.setSpacing(theme.px(12))
        self._row.addLayout(told, 1)
        self._row.addWidget(self._button_row)
        theme.changed.connect(self._draw_icon)
        self.hide()

    def show_files(self, files: list[IngestFile]) -> None:
        """Tell of these files; none hides the panel."""
        if files == self._files:
            return
        self._files = files
        self.setVisible(bool(files))
        if not files:
            return
        one = files[0] if len(files) == 1 else None
        if one is not None:
            self._name.setText(file_name(one.path))
            self._path.setText(short_path(one.path))
            self._text.setText(self._sentence(one))
        else:
            self._name.setText(self.tr("{0} selected").format(files_words(len(files))))
            self._path.setText("")
            self._text.setText("")
        self._path.setVisible(one is not None)
        self._text.setVisible(bool(self._text.text()))
        self._draw_icon()
        self._icon.setVisible(one is not None)
        self._buttons["retry"].setVisible(any(map(can_retry, files)))
        self._buttons["cancel"].setVisible(any(not file.state.final for file in files))
        self._buttons["reveal"].setVisible(one is not None)
        self._buttons["open"].setVisible(one is not None)
        self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a narrow place the buttons stand below the words."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        narrow = self.width() < self._theme.px(_NARROW)
        self._row.setDirection(QBoxLayout.Direction.TopToBottom if narrow else QBoxLayout.Direction.LeftToRight)
        self._button_row.setMinimumWidth(0 if narrow else self._button_flow.sizeHint().width())

    def _sentence(self, file: IngestFile) -> str:
        parts = [state_look(file.state).word]
        if amount := amount_words(file):
            parts.append(amount)
        lines = [" · ".join(parts)]
        if file.reason:
            lines.append(sentence(file.reason))
        elif file.pages_without_text:
            lines.append(self.tr("Without text: {0}.").format(pages_words(file.pages_without_text)))
        return "\n".join(lines)

    def _draw_icon(self) -> None:
        if len(self._files) == 1:
            look = state_look(self._files[0].state)
            self._icon.setPixmap(self._icons.pixmap(look.icon, look.role))
