"""One source as a card: number, file, place, mark of the layer, the passage, and on demand its scores."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtGui import QEnterEvent, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from desktop.chat.source_items import SourceItem
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.layer_mark import layer_name

_MARK = 14
_SCORES_SHOWN = 6


class SourceCard(QFrame):
    """A button in the shape of a card: a click, Enter or Space opens the source.

    Attributes:
        activated: The card was chosen.
    """

    activated = Signal()

    def __init__(self, theme: Theme, icons: Icons, item: SourceItem, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self.item = item
        px = theme.px
        restyle(self, card="plain", button=True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if item.source is not None else Qt.FocusPolicy.TabFocus)
        if item.source is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(13), px(11), px(13), px(12))
        layout.setSpacing(px(4))
        layout.addLayout(self._make_title())
        layout.addLayout(self._make_place())
        self._passage = QLabel(item.passage_html(), self)
        self._passage.setTextFormat(Qt.TextFormat.RichText)
        self._passage.setWordWrap(True)
        if item.number is None:
            restyle(self._passage, role="muted_body")
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self._passage.setSizePolicy(policy)
        layout.addSpacing(px(2))
        layout.addWidget(self._passage)
        if item.number is None:
            unused = QLabel(self.tr("found, not used in the answer"), self)
            restyle(unused, role="muted")
            unused.setWordWrap(True)
            layout.addSpacing(px(2))
            layout.addWidget(unused)
        self._why = QLabel(self._why_words(), self)
        restyle(self._why, role="muted")
        self._why.setWordWrap(True)
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.hide()
        layout.addWidget(self._why)
        self.setAccessibleName(self._spoken())
        self.setAccessibleDescription(self.tr("Opens the source at this passage") if item.source else "")
        theme.changed.connect(self._draw_mark)

    def _make_title(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(6))
        if self.item.number is not None:
            number = QLabel(str(self.item.number), self)
            number.setFont(self._theme.font("secondary", strong=True))
            restyle(number, role="number")
            row.addWidget(number, 0, Qt.AlignmentFlag.AlignTop)
        title = ElidedLabel(self.item.title, self, mode=Qt.TextElideMode.ElideMiddle, role="strong")
        if self.item.full_path:
            title.setToolTip(self.item.full_path)
        row.addWidget(title, 1)
        return row

    def _make_place(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(self._theme.px(5))
        place = ElidedLabel(self.item.place, self, role="muted")
        row.addWidget(place)
        self._mark: QLabel | None = None
        if self.item.layer is not None:
            self._mark = QLabel(self)
            self._mark.setToolTip(layer_name(self.item.layer))
            row.addWidget(self._mark)
            self._draw_mark()
        if self.item.days_left is not None:
            left = QLabel(days_words(self.item.days_left), self)
            restyle(left, role="muted")
            row.addWidget(left)
        row.addStretch(1)
        return row

    def _draw_mark(self) -> None:
        if self._mark is not None and self.item.layer is not None:
            size = self._theme.px(_MARK * 20 / 14)
            self._mark.setPixmap(self._icons.layer_mark(self.item.layer, size=size))

    def _spoken(self) -> str:
        parts = []
        if self.item.number is not None:
            parts.append(self.tr("Source {0}").format(self.item.number))
        else:
            parts.append(self.tr("Found, not used"))
        parts += [self.item.title, self.item.place, self.item.passage]
        return ". ".join(part for part in parts if part)

    def _why_words(self) -> str:
        lines = [self.item.reason] if self.item.reason else []
        names = {
            "bm25": self.tr("words"),
            "bm25_window": self.tr("words nearby"),
            "bm25_group": self.tr("words in the whole text"),
            "dense": self.tr("meaning"),
            "dense_window": self.tr("meaning nearby"),
            "fused": self.tr("together"),
            "rerank": self.tr("read again"),
        }
        shown = [(names[name], self.item.scores[name]) for name in names if name in self.item.scores]
        if shown:
            locale = QLocale()
            figures = [
                f"{name}\u00a0{locale.toString(score, 'f', 2)}".replace(" ", "\u00a0")
                for name, score in shown[:_SCORES_SHOWN]
            ]
            lines.append(" · ".join(figures))
        return "\n".join(lines) or self.tr("The scores of this one were not kept.")

    def show_why(self, shown: bool) -> None:
        """Tell why it was found, or no longer."""
        self._why.setVisible(shown)

    def set_active(self, active: bool) -> None:
        """Mark it as the one that is looked at."""
        restyle(self, card="active" if active else "plain")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space choose it."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.activated.emit()
            return
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click chooses it."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.activated.emit()
        super().mouseReleaseEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is over it."""
        restyle(self, hovered=self.item.source is not None)
        super().enterEvent(event)

    def leaveEvent(self, event: object) -> None:
        """The pointer left."""
        restyle(self, hovered=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The ring shows where the keyboard is."""
        restyle(self, focused=event.reason() != Qt.FocusReason.MouseFocusReason)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The keyboard went on."""
        restyle(self, focused=False)
        super().focusOutEvent(event)


def days_words(days: int) -> str:
    """`41 days left`, `fades today`."""
    if days == 0:
        return QCoreApplication.translate("SourceCard", "fades today")
    if days == 1:
        return QCoreApplication.translate("SourceCard", "1 day left")
    return QCoreApplication.translate("SourceCard", "%Ln days left", "", days)
