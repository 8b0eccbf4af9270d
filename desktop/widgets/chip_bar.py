"""A row of choices of which one holds: filters over a list."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QPushButton, QWidget

from desktop.theme import Theme, restyle
from desktop.widgets.flow_layout import FlowLayout


class ChipBar(QWidget):
    """Chips that wrap to the next line where they do not fit. Arrow keys walk, Tab enters and leaves.

    Attributes:
        chosen: The key of the chip that the owner chose.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._chips: dict[str, QPushButton] = {}
        self._flow = FlowLayout(self, spacing=theme.px(8))

    def set_chips(self, chips: dict[str, str]) -> None:
        """Show these chips, key to words, in this order. The choice stays where its key stays."""
        current = self.current()
        if list(chips) != list(self._chips):
            focused = next((key for key, chip in self._chips.items() if chip.hasFocus()), None)
            while (item := self._flow.takeAt(0)) is not None:
                old = item.widget()
                if isinstance(old, QPushButton):
                    self._group.removeButton(old)
                    old.hide()
                    old.deleteLater()
            self._chips = {key: self._make(key) for key in chips}
            if focused in self._chips:
                self._chips[focused].setFocus()
        for key, words in chips.items():
            if self._chips[key].text() != words:
                self._chips[key].setText(words)
        self.set_current(current if current in self._chips else next(iter(self._chips), ""))

    def current(self) -> str:
        """The key of the chip that holds; empty where there are none."""
        return next((key for key, chip in self._chips.items() if chip.isChecked()), "")

    def set_current(self, key: str) -> None:
        """Choose a chip without telling."""
        chip = self._chips.get(key)
        if chip is not None:
            chip.setChecked(True)
            self._look()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right walk along the chips."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        keys = list(self._chips)
        focused = next((place for place, key in enumerate(keys) if self._chips[key].hasFocus()), None)
        if step is None or focused is None:
            super().keyPressEvent(event)
            return
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            step = -step
        self._chips[keys[(focused + step) % len(keys)]].setFocus(Qt.FocusReason.TabFocusReason)

    def _make(self, key: str) -> QPushButton:
        chip = QPushButton(self)
        chip.setCheckable(True)
        chip.setAutoDefault(False)
        restyle(chip, kind="chip")
        chip.clicked.connect(lambda _checked=False: self._choose(key))
        self._group.addButton(chip)
        self._flow.addWidget(chip)
        chip.show()
        return chip

    def _choose(self, key: str) -> None:
        self._look()
        self.chosen.emit(key)

    def _look(self) -> None:
        for chip in self._chips.values():
            restyle(chip, chosen=chip.isChecked())
