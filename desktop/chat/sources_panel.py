"""The right panel: the sources of one answer, as cards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle

if TYPE_CHECKING:
    from desktop.chat.source_card import SourceCard
    from desktop.chat.source_items import SourceItem
    from engine import Answer


class SourcesPanel(QFrame):
    """Shows where an answer comes from, and what else was found.

    Attributes:
        source_activated: A `SourceItem` whose source is to be opened at its passage.
    """

    source_activated = Signal(object)

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._cards: list[SourceCard] = []
        self._answer: Answer | None = None
        restyle(self, surface="window", edge="left")
        px = theme.px
        layout = QVBoxLayout(self)
        layout.setContentsMargins(px(12), px(12), 0, 0)
        layout.setSpacing(px(8))
        head = QHBoxLayout()
        head.setContentsMargins(px(4), 0, px(12), 0)
        self._title = QLabel(self.tr("Sources"), self)
        restyle(self._title, role="strong")
        self.why = QPushButton(self.tr("Why these?"), self)
        self.why.setCheckable(True)
        self.why.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.why.setAccessibleDescription(self.tr("Shows for each source why it was found, with its scores"))
        restyle(self.why, kind="link")
        self.why.toggled.connect(self._show_why)
        head.addWidget(self._title, 1)
        head.addWidget(self.why)
        head_box = QWidget(self)
        head_box.setLayout(head)
        head_box.setMinimumHeight(px(31))
        layout.addWidget(head_box)
        self._nothing = QLabel(self)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self._nothing.setContentsMargins(px(4), px(4), px(12), 0)
        restyle(self._nothing, role="muted")
        layout.addWidget(self._nothing, 1)
        self._column = QWidget(self)
        self._stack = QVBoxLayout(self._column)
        self._stack.setContentsMargins(0, 0, px(12), px(12))
        self._stack.setSpacing(px(8))
        self._stack.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._column)
        self._column.setAutoFillBackground(False)
        layout.addWidget(self._scroll, 1)
        self.clear()

    @property
    def answer(self) -> Answer | None:
        """The answer whose sources are shown."""
        return self._answer

    @property
    def cards(self) -> list[SourceCard]:
        """The cards shown, in their order."""
        return self._cards

    def clear(self, *, reading: bool = False) -> None:
        """Show what this place is for.

        Args:
            reading: An answer is being looked for.
        """
        self._answer = None
        self._set_items([])
        self._nothing.setText(
            self.tr("Looking through your files…")
            if reading
            else self.tr("The passages that an answer quotes are shown here. A click opens them in their document.")
        )

    def show_answer(self, answer: Answer, *, titles: Mapping[str, str]) -> None:
        """Show an answer's sources.

        Args:
            answer: The answer.
            titles: Titles of conversations by id.
        """
        from desktop.chat.source_items import source_items  # not before the first paint

        if answer == self._answer:
            return
        self._answer = answer
        items = source_items(answer, titles=titles)
        self._set_items(items)
        if not items:
            self._nothing.setText(self.tr("Nothing like this was found in your files and notes."))

    def _set_items(self, items: list[SourceItem]) -> None:
        for card in self._cards:
            self._stack.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = []
        if items:
            self._make_cards(items)
        self._nothing.setVisible(not items)
        self._scroll.setVisible(bool(items))
        self.why.setVisible(bool(items))
        self._scroll.verticalScrollBar().setValue(0)

    def _make_cards(self, items: list[SourceItem]) -> None:
        from desktop.chat.source_card import SourceCard  # not before the first paint

        before: QWidget = self.why
        for item in items:
            card = SourceCard(self._theme, self._icons, item, self._column)
            card.activated.connect(lambda card=card: self._activate(card))
            card.show_why(self.why.isChecked())
            self._stack.insertWidget(self._stack.count() - 1, card)
            self._cards.append(card)
            QWidget.setTabOrder(before, card)  # what is made last would come last, after the whole window
            before = card

    def _activate(self, card: SourceCard) -> None:
        self.mark(card.item.number)
        for other in self._cards:
            other.set_active(other is card)
        if card.item.source is not None:
            self.source_activated.emit(card.item)

    def mark(self, number: int | None) -> SourceItem | None:
        """Mark the card of a citation's number and bring it into view.

        Returns:
            Its item, or None where there is none.
        """
        found = None
        for card in self._cards:
            hit = number is not None and card.item.number == number
            card.set_active(hit)
            if hit:
                found = card.item
                self._scroll.ensureWidgetVisible(card)
        return found

    def _show_why(self, shown: bool) -> None:
        self.why.setText(self.tr("Hide reasons") if shown else self.tr("Why these?"))
        for card in self._cards:
            card.show_why(shown)
