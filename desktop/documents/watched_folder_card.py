"""One watched folder: how it stands with it, what can be done, and its ignore patterns."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from desktop.documents.folder_words import figures, folder_look
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton, QuietButton
from desktop.widgets.card import Card
from desktop.widgets.elided_label import ElidedLabel
from desktop.words import short_path
from engine import WatchedFolder

_PATTERN_LINES = 6


class WatchedFolderCard(Card):
    """Follows one folder; `show_folder` gives it newer values.

    Attributes:
        pause_wanted: The folder is to be paused (True) or to go on (False).
        remove_wanted: It is to be taken off the list.
        patterns_wanted: It is to have these ignore patterns (`list[str]`).
    """

    pause_wanted = Signal(bool)
    remove_wanted = Signal()
    patterns_wanted = Signal(list)

    def __init__(self, folder: WatchedFolder, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.folder = folder
        self._theme = theme
        self._icons = icons
        self._icon = QLabel(self)
        self._path = ElidedLabel("", self, mode=Qt.TextElideMode.ElideMiddle, role="strong")
        self._figures = QLabel(self)
        self._figures.setWordWrap(True)
        restyle(self._figures, role="muted")
        self._problem = QLabel(self)
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        self.patterns = QuietButton(self.tr("Ignore patterns"), self)
        self.patterns.setCheckable(True)
        self.patterns.toggled.connect(self._open_editor)
        self.pause = IconButton(icons, "pause", self.tr("Pause"), self)
        self.pause.clicked.connect(lambda: self.pause_wanted.emit(not self.folder.paused))
        self.remove = IconButton(icons, "trash", self.tr("Remove"), self)
        self.remove.clicked.connect(self.remove_wanted)
        self.body.addLayout(self._head())
        self.body.addLayout(self._foot())
        self.body.addWidget(self._problem)
        self.editor = self._make_editor()
        self.body.addWidget(self.editor)
        theme.changed.connect(self._draw)
        self.show_folder(folder)

    def show_folder(self, folder: WatchedFolder) -> None:
        """Show how it stands now. What is being typed stays."""
        self.folder = folder
        self._draw()

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(8))
        row.addWidget(self._icon)
        row.addWidget(self._path, 1)
        row.addWidget(self.pause)
        row.addWidget(self.remove)
        return row

    def _foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(8))
        row.addWidget(self._figures, 1)
        row.addWidget(self.patterns, 0, Qt.AlignmentFlag.AlignBottom)
        return row

    def _make_editor(self) -> QWidget:
        px = self._theme.px
        box = QWidget(self)
        help_text = QLabel(
            self.tr(
                "One pattern a line, as in a .gitignore file: *.tmp, build/, /drafts, !keep.txt. "
                "What was read before stays in memory."
            ),
            box,
        )
        help_text.setTextFormat(Qt.TextFormat.PlainText)
        help_text.setWordWrap(True)
        restyle(help_text, role="muted")
        self.lines = QPlainTextEdit(box)
        self.lines.setAccessibleName(self.tr("Ignore patterns"))
        self.lines.setTabChangesFocus(True)
        self.lines.setFixedHeight(_PATTERN_LINES * self.lines.fontMetrics().lineSpacing() + 2 * px(8))
        self.lines.installEventFilter(self)
        self.save = QPushButton(self.tr("Save"), box)
        self.save.setAutoDefault(False)
        self.save.clicked.connect(lambda: self.patterns_wanted.emit(self.lines.toPlainText().splitlines()))
        cancel = QuietButton(self.tr("Cancel"), box)
        cancel.clicked.connect(self.close_editor)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(8))
        buttons.addWidget(self.save)
        buttons.addWidget(cancel)
        buttons.addStretch(1)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, px(8), 0, 0)
        column.setSpacing(px(8))
        column.addWidget(help_text)
        column.addWidget(self.lines)
        column.addLayout(buttons)
        box.hide()
        return box

    def _open_editor(self, wanted: bool) -> None:
        if wanted:
            self.lines.setPlainText("\n".join(self.folder.ignore))
        self.editor.setVisible(wanted)
        if wanted:
            self.lines.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_editor(self) -> None:
        """Put the patterns away."""
        had_focus = self.editor.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self.patterns.setChecked(False)
        if had_focus:
            self.patterns.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape puts the patterns away and goes no further back."""
        if watched is self.lines and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.KeyPress:
                self.close_editor()
                return True
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
        return super().eventFilter(watched, event)

    def _draw(self) -> None:
        folder, look = self.folder, folder_look(self.folder.state)
        name = short_path(folder.path)
        self._path.setText(name)
        self._icon.setPixmap(self._icons.pixmap(look.icon, look.role))
        self._figures.setText(f"{look.word} · {figures(folder)}")
        self._problem.setText(folder.problem or "")
        self._problem.setVisible(folder.problem is not None)
        if folder.paused:
            self.pause.show_action("play", self.tr("Go on"))
        else:
            self.pause.show_action("pause", self.tr("Pause"))
        for button, words in ((self.pause, self.pause.toolTip()), (self.remove, self.tr("Remove"))):
            button.setAccessibleDescription(name)
            button.setToolTip(words)
        self.patterns.setAccessibleDescription(name)
        self.setAccessibleName(f"{name}: {look.word}. {figures(folder)}. {folder.problem or ''}".strip())
