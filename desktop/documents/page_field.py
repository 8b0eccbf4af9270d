"""Which page of how many is shown, and the way to another one by its number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import IconButton
from desktop.words import number


class PageField(QWidget):
    """Previous, a field with the number, the count, next.

    Attributes:
        chosen: A page, from 0.
    """

    chosen = Signal(int)

    def __init__(self, *, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._page, self._count = 0, 0
        self._previous = IconButton(icons, "chevron-up", self.tr("Previous page"), self, keys="Ctrl+PgUp")
        self._next = IconButton(icons, "chevron-down", self.tr("Next page"), self, keys="Ctrl+PgDown")
        self._previous.clicked.connect(lambda: self.chosen.emit(self._page - 1))
        self._next.clicked.connect(lambda: self.chosen.emit(self._page + 1))
        self._field = QLineEdit(self)
        self._field.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._validator = QIntValidator(1, 1, self)
        self._field.setValidator(self._validator)
        self._field.returnPressed.connect(self._go)
        self._field.editingFinished.connect(self._restore)
        self._of = QLabel(self)
        restyle(self._of, role="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(4))
        for widget in (self._previous, self._field, self._of, self._next):
            row.addWidget(widget)
        self.show_page(0, 1)

    def show_page(self, page: int, count: int, *, parts: bool = False) -> None:
        """Tell where the view is.

        Args:
            page: From 0.
            count: How many there are; with one the field is hidden.
            parts: They are parts of a long text rather than pages.
        """
        self._page, self._count = page, count
        self.setVisible(count > 1)
        self._validator.setTop(max(1, count))
        digits = len(str(max(count, 10)))
        air = self._field.sizeHint().height()
        self._field.setFixedWidth(self._field.fontMetrics().horizontalAdvance("0" * digits) + air)
        self._field.setText(str(page + 1))
        self._of.setText(self.tr("of {0}").format(number(count)))
        self._field.setAccessibleName(
            (self.tr("Part, of {0}") if parts else self.tr("Page, of {0}")).format(number(count))
        )
        self._previous.setEnabled(page > 0)
        self._next.setEnabled(page + 1 < count)

    def show_steps(self, shown: bool) -> None:
        """Show the arrows, or leave their room to others."""
        self._previous.setVisible(shown)
        self._next.setVisible(shown)

    def _go(self) -> None:
        text = self._field.text()
        if text:
            self.chosen.emit(int(text) - 1)

    def _restore(self) -> None:
        self._field.setText(str(self._page + 1))
