"""What goes with the next question: one chip for each thing, with a cross that takes it away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.widgets.elided_label import ElidedLabel
from desktop.widgets.flow_layout import FlowLayout

GivenKind = Literal["file", "picture", "document", "folder", "memory"]
_WIDEST = 220


@dataclass(frozen=True, slots=True)
class GivenThing:
    """Something that goes with a question.

    Attributes:
        kind: A file or a picture for this chat only, or a document, a folder or a memory that is known already.
        name: For people.
        value: A path, an id, or a folder.
        data: A picture from the clipboard, as PNG.
    """

    kind: GivenKind
    name: str
    value: str = ""
    data: bytes = b""


class AttachmentChips(QWidget):
    """The row of chips over the field.

    Attributes:
        changed: There are others now.
    """

    changed = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._icons = icons
        self._things: list[GivenThing] = []
        self._chips: list[QWidget] = []
        self.buttons: list[QWidget] = []
        """The crosses, in order."""
        self._flow = FlowLayout(self, spacing=theme.px(6))
        self.hide()

    @property
    def things(self) -> tuple[GivenThing, ...]:
        """What is attached, in order."""
        return tuple(self._things)

    def add(self, thing: GivenThing) -> None:
        """Attach one more; the same thing only once."""
        if thing in self._things:
            return
        self._things.append(thing)
        self._fill()

    def take(self) -> tuple[GivenThing, ...]:
        """Hand everything over; nothing is attached any longer."""
        things = self.things
        self.clear()
        return things

    def clear(self) -> None:
        """Attach nothing."""
        if self._things:
            self._things.clear()
            self._fill()

    def _remove(self, thing: GivenThing) -> None:
        self._things.remove(thing)
        self._fill()

    def _fill(self) -> None:
        for chip in self._chips:
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        self.buttons = []
        self._chips = [self._make(thing) for thing in self._things]
        for chip in self._chips:
            self._flow.addWidget(chip)
        self.setVisible(bool(self._chips))
        self.changed.emit()

    def _make(self, thing: GivenThing) -> QWidget:
        px = self._theme.px
        chip = QFrame(self)
        restyle(chip, card="plain")
        row = QHBoxLayout(chip)
        row.setContentsMargins(px(8), px(2), px(2), px(2))
        row.setSpacing(px(4))
        label = ElidedLabel(thing.name, chip, mode=Qt.TextElideMode.ElideMiddle)
        label.setMaximumWidth(px(_WIDEST))
        icon = IconButton(self._icons, "close", self.tr("Take away: {0}").format(thing.name), chip, role="muted")
        icon.setIconSize(self._icons.box() * 0.6)
        icon.clicked.connect(lambda: self._remove(thing))
        self.buttons.append(icon)
        row.addWidget(label)
        row.addWidget(icon)
        chip.setAccessibleName(thing.name)
        chip.setToolTip(thing.value or thing.name)
        return chip
