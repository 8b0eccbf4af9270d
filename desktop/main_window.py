"""The main window: conversations, chat, sources, and the strip of the ingestion at the bottom."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.chat_pane import ChatPane
from desktop.chat.conversations_panel import ConversationsPanel
from desktop.chat.sources_panel import SourcesPanel
from desktop.icons import Icons
from desktop.messages import Messages
from desktop.notice_page import NoticePage
from desktop.theme import Theme
from desktop.window_state import WindowState

_LEFT, _RIGHT = 236, 290
_LEFT_LEAST, _RIGHT_LEAST = 190, 230
_CENTRE_LEAST = 400
_FIRST_SIZE = (1240, 780)
_LEAST_SIZE = (720, 480)


class MainWindow(QMainWindow):
    """Lays the parts out, keeps the panels, and knows nothing of the engine.

    Attributes:
        first_painted: The window was painted for the first time.
        close_wanted: The owner closes the window; it stays until `finish_closing`.
    """

    first_painted = Signal()
    close_wanted = Signal()

    def __init__(self, *, theme: Theme, icons: Icons, messages: Messages, state: WindowState) -> None:
        super().__init__()
        self._theme = theme
        self._state = state
        self._painted = False
        self._may_close = False
        self.close_asked = False
        """The owner has asked to close the window."""
        self.starts_again = False
        """Once it is closed, another one is to be opened: a restore takes place at a start."""
        self._squeezed: set[str] = set()
        self.setWindowTitle("Magray")
        self.setObjectName("MainWindow")
        self.setAccessibleName("Magray")
        self.conversations = ConversationsPanel(theme, icons, self)
        self.chat = ChatPane(theme, icons, messages, self)
        self.sources = SourcesPanel(theme, icons, self)
        self.notice = NoticePage(theme, icons, self)
        px = theme.px
        self.conversations.setMinimumWidth(px(_LEFT_LEAST))
        self.sources.setMinimumWidth(px(_RIGHT_LEAST))
        self.chat.setMinimumWidth(px(_CENTRE_LEAST))
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(0)
        for place, part in enumerate((self.conversations, self.chat, self.sources)):
            self._splitter.addWidget(part)
            self._splitter.setStretchFactor(place, 1 if part is self.chat else 0)
        self._splitter.splitterMoved.connect(self._remember_widths)
        self._workspace = QWidget(self)
        self._column = QVBoxLayout(self._workspace)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._splitter, 1)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._workspace)
        self._pages.addWidget(self.notice)
        self.setCentralWidget(self._pages)
        self.setMinimumSize(px(_LEAST_SIZE[0]), px(_LEAST_SIZE[1]))
        self._restore()
        self._add_keys()
        self.chat.header.left_toggled.connect(lambda: self.toggle_panel("left"))
        self.chat.page_changed.connect(self._make_room)
        self.chat.header.right_toggled.connect(lambda: self.toggle_panel("right"))

    # Panels

    def _panel(self, side: str) -> QWidget:
        return self.conversations if side == "left" else self.sources

    def _restore(self) -> None:
        px = self._theme.px
        geometry: QByteArray = self._state.geometry
        if geometry.isEmpty() or not self.restoreGeometry(geometry):
            screen = self.screen().availableSize()
            wanted = QSize(px(_FIRST_SIZE[0]), px(_FIRST_SIZE[1]))
            self.resize(wanted.boundedTo(screen * 0.92))
        left = self._state.panel_width("left", px(_LEFT))
        right = self._state.panel_width("right", px(_RIGHT))
        self._splitter.setSizes([left, max(px(_CENTRE_LEAST), self.width() - left - right), right])
        for side in ("left", "right"):
            self._panel(side).setVisible(self._state.panel_shown(side))
        self._tell_panels()

    def toggle_panel(self, side: str) -> None:
        """Show or hide the `left` or `right` panel, and remember it."""
        self.show_panel(side, not self._panel(side).isVisible())

    def show_panel(self, side: str, shown: bool) -> None:
        """Show or hide a panel by the owner's wish."""
        panel = self._panel(side)
        focused: QWidget | None = QApplication.focusWidget()
        if not shown and focused is not None and panel.isAncestorOf(focused):
            self.chat.composer.focus()
        self._squeezed.discard(side)
        self._state.set_panel_shown(side, shown)
        panel.setVisible(shown)
        self._make_room(keep=side if shown else None)
        self._tell_panels()

    def _tell_panels(self) -> None:
        header = self.chat.header
        header.left.setAccessibleDescription(
            self.tr("Shown") if not self.conversations.isHidden() else self.tr("Hidden")
        )
        header.right.setAccessibleDescription(self.tr("Shown") if not self.sources.isHidden() else self.tr("Hidden"))

    def _make_room(self, *, keep: str | None = None) -> None:
        """In a narrow window panels give way to the chat, the right one first; they come back with the room.

        A view that is `wide` has details of its own, so the sources of the chat give way to it as well.
        """
        px = self._theme.px
        room = self.width() - px(_CENTRE_LEAST)
        order = ["left", "right"] if keep == "right" else ["right", "left"]
        wanted = {side for side in ("left", "right") if self._state.panel_shown(side)}
        if getattr(self.chat.page, "wide", False) and keep != "right" and "right" in wanted:
            wanted.discard("right")
            self._squeezed.add("right")
        least = {"left": px(_LEFT_LEAST), "right": px(_RIGHT_LEAST)}
        for side in order:
            if sum(least[item] for item in wanted) > room and side in wanted and side != keep:
                wanted.discard(side)
                self._squeezed.add(side)
        for side in ("left", "right"):
            panel = self._panel(side)
            if panel.isHidden() == (side in wanted):
                panel.setVisible(side in wanted)
        self._squeezed -= wanted

    def _remember_widths(self) -> None:
        left, _, right = self._splitter.sizes()
        if left:
            self._state.set_panel_width("left", left)
        if right:
            self._state.set_panel_width("right", right)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Panels give way where there is no room."""
        super().resizeEvent(event)
        self._make_room()

    # Keys

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that has the focus, as Space does."""
        focused: QWidget | None = QApplication.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, QAbstractButton):
            focused.click()
            return
        super().keyPressEvent(event)

    def _add_keys(self) -> None:
        keys = {
            "Ctrl+N": self.conversations.new_wanted.emit,
            "Ctrl+K": self._search,
            "Ctrl+F": self._find,
            "Ctrl+L": self._compose,
            "Ctrl+B": lambda: self.toggle_panel("left"),
            "Ctrl+J": lambda: self.toggle_panel("right"),
            "F2": self._rename,
            "Ctrl+,": self.conversations.settings_wanted.emit,
            "Ctrl+W": self.close,
            "Ctrl+Q": self.close,
        }
        self._shortcuts = []
        for key, run in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.activated.connect(run)
            self._shortcuts.append(shortcut)

    def _find(self) -> None:
        """In what is shown, where that can be searched; in the open conversation; else in all of them."""
        if self.chat.page is None and self.chat.has_turns:
            self.chat.header.deed_wanted.emit("find")
            return
        search = getattr(self.chat.page, "start_search", self._search)
        search()

    def _search(self) -> None:
        self.show_panel("left", True)
        self.conversations.start_search()

    def _compose(self) -> None:
        self.chat.show_chat()
        self.chat.composer.focus()

    def _rename(self) -> None:
        self.show_panel("left", True)
        self.conversations.rename_current()

    # Parts and pages

    def add_strip(self, strip: QWidget) -> None:
        """Put the strip of the ingestion under everything."""
        self._column.addWidget(strip)

    def show_workspace(self) -> None:
        """Show the panels and the chat."""
        self._pages.setCurrentWidget(self._workspace)
        self._enable_keys(True)

    def show_notice(self) -> None:
        """Show what the whole window has to say; fill `notice` first."""
        self._pages.setCurrentWidget(self.notice)
        self._enable_keys(False)

    def _enable_keys(self, on: bool) -> None:
        for shortcut in self._shortcuts:
            if shortcut.key() not in (QKeySequence("Ctrl+Q"), QKeySequence("Ctrl+W")):
                shortcut.setEnabled(on)

    @property
    def shows_workspace(self) -> bool:
        """The panels and the chat are shown."""
        return self._pages.currentWidget() is self._workspace

    # First paint and close

    def showEvent(self, event: QShowEvent) -> None:
        """Writing can begin at once."""
        super().showEvent(event)
        if self.shows_workspace:
            self.chat.composer.focus()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The first one is told, after everything in the window was painted."""
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, self.first_painted.emit)

    @property
    def painted(self) -> bool:
        """It was painted at least once."""
        return self._painted

    def remember_geometry(self) -> None:
        """Keep place and panels for the next start."""
        self._state.geometry = self.saveGeometry()

    def finish_closing(self) -> None:
        """Everything is put away; the window may go."""
        self._may_close = True
        self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closing is asked for; it happens when what runs is parked."""
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self.close_asked = True
        self.close_wanted.emit()

    def come_forward(self) -> None:
        """Be the window in front."""
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
