"""Parts of the detail pane: why it was found, what its life was, why it rises, what is close to it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QLocale, QRectF, QSize, Qt, QTime, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.memory.memory_delegate import paint_bar
from desktop.memory.memory_words import day_words, line_of, signal_name
from desktop.theme import Theme, restyle
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.layer_mark import layer_name
from desktop.words import number
from engine import CloseMemory, FoundMemory, Memory

_BAR = 4
_LETTERS = 120
_TURNS = 20


class Section(QWidget):
    """A strong heading and a column below it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._heading = QLabel(self)
        restyle(self._heading, role="strong")
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.px(4))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.px(6))
        layout.addWidget(self._heading)
        layout.addLayout(self.body)

    def set_title(self, title: str) -> None:
        """Name the section."""
        self._heading.setText(title)
        self.setAccessibleName(title)

    def clear(self) -> None:
        """Take out what it holds."""
        while (item := self.body.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()

    def add_line(self, words: str, *, role: str = "muted", tool_tip: str = "") -> QLabel:
        """A line of quiet words that wraps and can be selected."""
        line = QLabel(words, self)
        line.setTextFormat(Qt.TextFormat.PlainText)
        line.setWordWrap(True)
        line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        line.setToolTip(tool_tip)
        restyle(line, role=role)
        self.body.addWidget(line)
        return line


class ShareBar(QWidget):
    """Words, a figure at the end, and a thin bar below both; `share` may be negative (it speaks against)."""

    def __init__(self, theme: Theme, words: str, figure: str, share: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._share = share
        name, end = ElidedLabel(words, self, role="secondary"), QLabel(figure, self)
        restyle(end, role="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, theme.px(_BAR + 3))
        row.setSpacing(theme.px(8))
        row.addWidget(name, 1)
        row.addWidget(end)
        self.setAccessibleName(f"{words}: {figure}")
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        """One line and the bar."""
        return super().sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        height = self._theme.px(_BAR)
        bar = QRectF(0, self.height() - height - 1, self.width(), height)
        away = (self._share < 0) != (self.layoutDirection() == Qt.LayoutDirection.RightToLeft)
        paint_bar(painter, self._theme, bar, abs(self._share), right_to_left=away, against=self._share < 0)


class WhySection(Section):
    """What each signal gave to a hit, and its places."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.set_title(self.tr("Why it was found"))

    def show_found(self, found: FoundMemory) -> None:
        """Tell it of another hit."""
        self.clear()
        reason = found.hit.reason
        if reason:
            self.add_line(reason)
        for signal, share in sorted(found.shares.items(), key=lambda one: -one[1]):
            place = found.places.get(signal)
            percent = self.tr("%Ln %", "", round(100 * share))
            figure = (
                f"{self.tr('rank {0}').format(number(place))} · {percent}" if place and signal != "other" else percent
            )
            self.body.addWidget(ShareBar(self.theme, signal_name(signal), figure, share, self))
        if found.reranked:
            words = self.tr("Place {0} before it was read again, {1} after")
            self.add_line(words.format(number(found.place_before), number(found.place)))
        else:
            self.add_line(self.tr("Place {0} of what was found").format(number(found.place)))


class OtherRow(QPushButton):
    """Another memory: its mark and its words, on one line."""

    def __init__(
        self, theme: Theme, icons: Icons, memory: Memory, parent: QWidget | None = None, *, alike: float | None = None
    ) -> None:
        super().__init__(parent)
        restyle(self, kind="flush")
        self.setIcon(icons.icon(f"layer-{memory.layer}", "muted"))
        self.setIconSize(icons.box() * 0.65)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAutoDefault(False)
        line = line_of(memory.text[: 4 * _LETTERS], memory.source)
        line = line if len(line) <= _LETTERS else f"{line[:_LETTERS].rstrip()}…"
        self._line = f"{memory.speaker}: {line}" if memory.speaker and alike is None else line
        if alike is None:
            self.setAccessibleName(f"{layer_name(memory.layer)}: {self._line}")
            self.setToolTip(f"{moment_words(memory.occurred_at)}\n{self._line}")
        else:
            percent = self.tr("%Ln %", "", round(100 * max(0.0, alike)))
            self.setAccessibleName(self.tr("{0}, {1} alike: {2}").format(layer_name(memory.layer), percent, self._line))
            self.setToolTip(f"{self.tr('{0} alike').format(percent)}\n{self._line}")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._elide()

    def sizeHint(self) -> QSize:
        """Any width."""
        return QSize(0, super().sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Cut to the room."""
        self._elide()

    def _elide(self) -> None:
        room = self.width() - self.iconSize().width() - 2 * self.fontMetrics().averageCharWidth()
        shown = self.fontMetrics().elidedText(self._line, Qt.TextElideMode.ElideRight, max(0, room))
        self.setText(shown.replace("&", "&&"))


class CloseSection(Section):
    """Memories near this one.

    Attributes:
        chosen: The id of one that is to be looked at.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self.body.setSpacing(0)
        self.set_title(self.tr("Close to it"))

    def show_close(self, found: Sequence[CloseMemory]) -> None:
        """Show them, nearest first; nothing hides the section."""
        self.clear()
        for close in found:
            row = OtherRow(self.theme, self._icons, close.memory, self, alike=close.similarity)
            row.clicked.connect(lambda _checked=False, wanted=close.memory.id: self.chosen.emit(wanted))
            self.body.addWidget(row)
        self.setVisible(bool(found))


class TurnsSection(Section):
    """What was said in the session that an episode tells in short.

    Attributes:
        chosen: The id of a turn that is to be looked at.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._icons = icons
        self.body.setSpacing(0)
        self.set_title(self.tr("What was said"))

    def show_turns(self, turns: Sequence[Memory]) -> None:
        """Show them in their order, the first ones where they are many; nothing hides the section."""
        self.clear()
        for turn in turns[:_TURNS]:
            row = OtherRow(self.theme, self._icons, turn, self)
            row.clicked.connect(lambda _checked=False, wanted=turn.id: self.chosen.emit(wanted))
            self.body.addWidget(row)
        if len(turns) > _TURNS:
            self.add_line(self.tr("and {0} more").format(number(len(turns) - _TURNS)))
        self.setVisible(bool(turns))


def moment_words(moment: datetime) -> str:
    """A day and the time."""
    local = moment.astimezone()
    time = QLocale().toString(QTime(local.hour, local.minute), QLocale.FormatType.ShortFormat)
    return f"{day_words(moment)}, {time}"
