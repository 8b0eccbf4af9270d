"""Asks for two days that a stretch of time lies between."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from PySide6.QtCore import QDate, Qt, Signal
from PySide6.QtWidgets import QDateEdit, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from desktop.theme import Theme, restyle

_WIDTH = 300


class DayDialog(QDialog):
    """Both days belong to the stretch.

    Attributes:
        chosen: Its first moment and the first one after it, aware (`datetime`, `datetime`).
    """

    chosen = Signal(object, object)

    def __init__(
        self, *, theme: Theme, since: datetime | None, until: datetime | None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setMinimumWidth(theme.px(_WIDTH))
        self.setWindowTitle(self.tr("From one day to another"))
        today = datetime.now().astimezone().date()
        first = since.astimezone().date() if since is not None else today - timedelta(days=30)
        last = (until - timedelta(microseconds=1)).astimezone().date() if until is not None else today
        self.first, self.last = self._edit(first, self.tr("First day")), self._edit(last, self.tr("Last day"))
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        form.setSpacing(theme.px(8))
        form.addRow(self.tr("First day"), self.first)
        form.addRow(self.tr("Last day"), self.last)
        buttons = QDialogButtonBox(self)
        show = buttons.addButton(self.tr("Show"), QDialogButtonBox.ButtonRole.AcceptRole)
        restyle(show, kind="primary")
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        edge = theme.px(16)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(12))
        layout.addLayout(form)
        layout.addWidget(buttons)
        self.finished.connect(self.deleteLater)

    def _edit(self, day: date, words: str) -> QDateEdit:
        field = QDateEdit(QDate(day.year, day.month, day.day), self)
        field.setCalendarPopup(True)
        field.setDisplayFormat("d MMM yyyy")
        field.setAccessibleName(words)
        return field

    def _choose(self) -> None:
        first, last = sorted((_date(self.first.date()), _date(self.last.date())))
        self.chosen.emit(
            datetime.combine(first, time()).astimezone(),
            datetime.combine(last + timedelta(days=1), time()).astimezone(),
        )
        self.accept()


def _date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
