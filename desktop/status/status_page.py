"""How everything is: one line of plain words first, then the parts, each with its state, its figure and the mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop.documents.view_header import ViewHeader
from desktop.icons import Icons
from desktop.operations import Operations
from desktop.status.background_card import BackgroundCard
from desktop.status.resources_card import ResourcesCard
from desktop.theme import Theme, restyle
from desktop.tokens import ColorRole
from desktop.widgets.card import Card, Panel
from engine import ComponentStatus, EngineStatus

if TYPE_CHECKING:
    from desktop.bridge import Bridge
    from engine import Engine

_DOT = 9
_CARD = 280
_COLORS: dict[str, ColorRole] = {"ok": "success", "degraded": "warning", "failed": "danger", "off": "muted"}


class _Dot(QWidget):
    """A disc in the colour of a state; the word beside it says the same."""

    def __init__(self, theme: Theme, state: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = state
        self.setFixedSize(self.sizeHint())
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        side = self._theme.px(_DOT)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color(_COLORS.get(self._state, "muted")))
        painter.drawEllipse(QRectF(self.rect()))


class StatusPage(Panel):
    """Takes the place of the chat. `show_status` fills it anew as often as wanted.

    Attributes:
        closed: The owner goes back.
    """

    closed = Signal()

    def __init__(
        self, theme: Theme, icons: Icons, parent: QWidget | None = None, *, operations: Operations | None = None
    ) -> None:
        super().__init__(parent, surface="window")
        self._theme = theme
        self.background: BackgroundCard | None = None
        self.resources: ResourcesCard | None = None
        self._status: EngineStatus | None = None
        self._columns = 0
        px = theme.px
        self.setAccessibleName(self.tr("Status"))
        header = ViewHeader(theme=theme, icons=icons, title=self.tr("Status"), parent=self)
        header.back.connect(self.closed)
        page = QWidget(self)
        self._body = QVBoxLayout(page)
        self._body.setContentsMargins(px(24), px(24), px(24), px(24))
        self._body.setSpacing(px(8))
        self._title = QLabel(page)
        restyle(self._title, role="large")
        self._lead = QLabel(page)
        restyle(self._lead, role="lead")
        for label in (self._title, self._lead):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._body.addWidget(label)
        self._body.addSpacing(px(12))
        self._grid = QGridLayout()
        self._grid.setSpacing(px(12))
        self._body.addLayout(self._grid)
        if operations is not None:
            self.background = BackgroundCard(theme=theme, icons=icons, operations=operations, parent=page)
            self.resources = ResourcesCard(theme=theme, icons=icons, operations=operations, parent=page)
            for card in (self.background, self.resources):
                self._body.addSpacing(px(4))
                self._body.addWidget(card)
        self._foot = QLabel(page)
        restyle(self._foot, role="muted")
        self._foot.setWordWrap(True)
        self._foot.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._body.addSpacing(px(8))
        self._body.addWidget(self._foot)
        self._body.addStretch(1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        scroll.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(header)
        layout.addWidget(scroll, 1)
        self.setFocusProxy(header)

    def attach(self, engine: Engine, bridge: Bridge) -> None:
        """The engine is open: background work and the computer's resources are followed while they are seen."""
        if self.background is not None and self.resources is not None:
            self.background.attach(engine, bridge)
            self.resources.attach(engine)

    def show_status(self, status: EngineStatus) -> None:
        """Show the state of this moment."""
        if status == self._status:
            return
        self._status = status
        titles = {
            "ok": self.tr("Everything works"),
            "degraded": self.tr("Something needs a look"),
            "failed": self.tr("Something is broken"),
        }
        self._title.setText(titles[status.state])
        self._lead.setText(status.summary)
        self._lead.setHidden(status.summary.rstrip(".") in ("", titles[status.state]))  # said by the title already
        self._foot.setText(self.tr("Magray {0} · kept in {1}").format(status.version, status.data_dir))
        self._lay_out()

    def _lay_out(self) -> None:
        if self._status is None:
            return
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self._columns = max(1, min(3, self.width() // self._theme.px(_CARD)))
        for place, component in enumerate(self._status.components):
            self._grid.addWidget(self._card(component), place // self._columns, place % self._columns)
        for column in range(3):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)

    def _card(self, component: ComponentStatus) -> Card:
        card = Card(self._theme, self)
        card.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        head = QHBoxLayout()
        head.setSpacing(self._theme.px(7))
        head.addWidget(_Dot(self._theme, component.state, card))
        name = QLabel(component.name[:1].upper() + component.name[1:], card)
        restyle(name, role="strong")
        head.addWidget(name, 1)
        card.body.addLayout(head)
        summary = QLabel(component.summary, card)
        summary.setWordWrap(True)
        card.body.addWidget(summary)
        if component.mend:
            mend = QLabel(component.mend, card)
            mend.setWordWrap(True)
            restyle(mend, role="muted")
            card.body.addWidget(mend)
        card.body.addStretch(1)
        card.setAccessibleName(f"{component.name}: {component.summary} {component.mend or ''}".strip())
        return card

    def resizeEvent(self, event: object) -> None:
        """Fewer columns where there is less room."""
        if max(1, min(3, self.width() // self._theme.px(_CARD))) != self._columns:
            self._lay_out()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
