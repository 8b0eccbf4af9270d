"""The settings: a list of pages at the start, one column of options at the end, a search over all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop.icons import Icons
from desktop.settings.option_row import OptionRow
from desktop.settings.option_words import choice_words, option_words
from desktop.settings.pages import CHOSEN_IN_PANELS, PageSpec, page_of, page_specs
from desktop.settings.settings_page import SettingsPage
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.widgets.clear_action import add_clear_action

if TYPE_CHECKING:
    from engine import OptionState

_SIZE = (920, 680)
_LEAST = (640, 420)
_LIST = 210

MakePanel = Callable[[str], QWidget | None]


class SettingsWindow(QWidget):
    """Shows options and tells what the owner wants changed. Pages are made when they are first shown.

    Args:
        make_panel: Gives the panel of a name, once.

    Attributes:
        changed: The owner wants an option (name, value).
        reset_wanted: The owner wants an option's default back.
        closed: The window was closed.
    """

    changed = Signal(str, object)
    reset_wanted = Signal(str)
    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons, *, make_panel: MakePanel, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._theme = theme
        self._make_panel = make_panel
        self._states: dict[str, OptionState] = {}
        self._specs = page_specs()
        self._words = option_words()
        self._choices = choice_words()
        self._pages: dict[str, SettingsPage] = {}
        self.setWindowTitle(self.tr("Settings"))
        self.setObjectName("SettingsWindow")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        restyle(self, surface="window")
        px = theme.px
        self.setMinimumSize(px(_LEAST[0]), px(_LEAST[1]))
        self.resize(px(_SIZE[0]), px(_SIZE[1]))
        side = Panel(self, surface="window", edge="right")
        side.setFixedWidth(px(_LIST))
        column = QVBoxLayout(side)
        column.setContentsMargins(px(12), px(12), px(12), px(12))
        column.setSpacing(px(8))
        self.search = QLineEdit(side)
        self.search.setPlaceholderText(self.tr("Search settings"))
        self.search.setAccessibleName(self.tr("Search settings"))
        add_clear_action(self.search, icons)
        self.search.textChanged.connect(self._search)
        column.addWidget(self.search)
        self.list = QListWidget(side)
        restyle(self.list, look="window", kind="pages")
        self.list.setAccessibleName(self.tr("Pages"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for spec in self._specs:
            item = QListWidgetItem(spec.title, self.list)
            item.setData(Qt.ItemDataRole.UserRole, spec.key)
            item.setSizeHint(QSize(0, px(32)))
        self.list.currentItemChanged.connect(lambda item, _before: self._show_item(item))
        column.addWidget(self.list, 1)
        self._stack = QStackedWidget(self)
        self._nothing = QLabel(self.tr("No setting holds these words."), self)
        restyle(self._nothing, role="muted_body")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack.addWidget(self._nothing)
        self._restart = Panel(self, surface="sunken", edge="top")
        restart_row = QHBoxLayout(self._restart)
        restart_row.setContentsMargins(px(32), px(8), px(32), px(8))
        self._restart_words = QLabel(self._restart)
        self._restart_words.setWordWrap(True)
        restart_row.addWidget(self._restart_words, 1)
        self._restart.hide()
        ground = Panel(self, surface="surface")
        right = QVBoxLayout(ground)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self._stack, 1)
        right.addWidget(self._restart)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addWidget(ground, 1)
        for keys, run in ((QKeySequence.StandardKey.Find, self._start_search), ("Ctrl+W", self.close)):
            QShortcut(QKeySequence(keys), self).activated.connect(run)

    # Options

    def show_options(self, states: Sequence[OptionState]) -> None:
        """Show every option's value; rows that are there already keep what is being typed elsewhere."""
        self._states = {state.option.name: state for state in states}
        for page in self._pages.values():
            for row in page.rows:
                row.show_state(self._states[row.name])
        self._tell_restart()
        if self.list.currentRow() < 0:
            self.list.setCurrentRow(0)

    def show_option(self, state: OptionState) -> None:
        """Show one option's new value."""
        self._states[state.option.name] = state
        row = self.row(state.option.name)
        if row is not None:
            row.show_state(state)
        self._tell_restart()

    def show_problem(self, name: str, words: str) -> None:
        """Say at an option's field why its value was not taken."""
        row = self.row(name)
        if row is not None:
            row.show_problem(words)

    def row(self, name: str) -> OptionRow | None:
        """The row of an option, where its page was made."""
        return next((row for page in self._pages.values() for row in page.rows if row.name == name), None)

    def _tell_restart(self) -> None:
        waiting = [self._title(name) for name, state in self._states.items() if state.waits_for_restart]
        if waiting:
            self._restart_words.setText(self.tr("From the next start on: {0}.").format(", ".join(waiting)))
        self._restart.setVisible(bool(waiting))

    def _title(self, name: str) -> str:
        return self._words.get(name, (self._states[name].option.title, ""))[0]

    # Pages

    def show_page(self, key: str) -> None:
        """Go to a page."""
        for place in range(self.list.count()):
            if self.list.item(place).data(Qt.ItemDataRole.UserRole) == key:
                self.list.setCurrentRow(place)

    def _show_item(self, item: QListWidgetItem | None) -> None:
        if item is None or not self._states:
            return
        spec = next(spec for spec in self._specs if spec.key == item.data(Qt.ItemDataRole.UserRole))
        page = self._page(spec)
        page.show_matching(self.search.text())
        self._stack.setCurrentWidget(page)

    def _page(self, spec: PageSpec) -> SettingsPage:
        if spec.key not in self._pages:
            rows = [self._row(state) for name, state in self._states.items() if page_of(name, self._specs) == spec.key]
            panels = [panel for name in spec.panels if (panel := self._make_panel(name)) is not None]
            page = SettingsPage(self._theme, spec, panels=panels, rows=rows, parent=self._stack)
            self._pages[spec.key] = page
            self._stack.addWidget(page)
        return self._pages[spec.key]

    def _row(self, state: OptionState) -> OptionRow:
        words = self._words.get(state.option.name, (state.option.title, state.option.help))
        row = OptionRow(
            self._theme,
            state,
            words=words,
            choice_words=self._choices,
            editable=state.option.name not in CHOSEN_IN_PANELS,
        )
        row.changed.connect(self.changed)
        row.reset_wanted.connect(self.reset_wanted)
        return row

    # Search

    def _start_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _search(self, text: str) -> None:
        """Keep the pages that hold something of these words, and of the page shown the rows that do."""
        words = text.casefold().split()
        first = None
        for place, spec in enumerate(self._specs):
            item = self.list.item(place)
            found = self._finds(spec, words)
            item.setHidden(not found)
            if found and (first is None or place == self.list.currentRow()):
                first = place
        if first is None:
            self._stack.setCurrentWidget(self._nothing)
            return
        if first != self.list.currentRow():
            self.list.setCurrentRow(first)
        self._show_item(self.list.item(first))

    def _finds(self, spec: PageSpec, words: list[str]) -> bool:
        held = [f"{spec.title} {spec.keywords}".casefold()]
        for name, state in self._states.items():
            if page_of(name, self._specs) == spec.key:
                title, text = self._words.get(name, (state.option.title, state.option.help))
                held.append(f"{title} {text} {name}".casefold())
        return any(all(word in text for word in words) for text in held)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape ends a search, then closes; Down goes from the search into the list."""
        if event.key() == Qt.Key.Key_Escape:
            if self.search.text():
                self.search.clear()
            else:
                self.close()
            return
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus(Qt.FocusReason.TabFocusReason)
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Settle what is being typed, then tell."""
        focused = self.focusWidget()
        if focused is not None:
            focused.clearFocus()
        super().closeEvent(event)
        self.closed.emit()
