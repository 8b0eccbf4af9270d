"""Formulas: LaTeX drawn as a picture, off the window's thread, and kept.

ziamath (MIT, pure Python) makes an SVG in 1 to 10 ms and takes 200 ms to import, so it works in a thread of its own.
What it cannot draw stays as its source.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_KEPT = 500
_LONGEST = 2_000
"""Characters; a longer formula stays source."""
_SHARPNESS = 3.0
"""Pixels drawn for each device-independent one, so that the largest screens show them sharp."""
_ROOM = 0.3
"""Room over and under a formula in a line of its own, in heights of its letters."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Formula:
    """A drawn formula.

    Attributes:
        image: Its picture.
        width: Device-independent pixels.
        height: The same.
        depth: Of the height, below the line of the text.
    """

    image: QImage
    width: float
    height: float
    depth: float


class Formulas(QObject):
    """Draws formulas and keeps them.

    Attributes:
        drawn: The key of a formula that can be shown now, or that turned out to have no picture.
    """

    drawn = Signal(str)
    _made = Signal(str, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._found: OrderedDict[str, Formula | None] = OrderedDict()
        self._waiting: set[str] = set()
        self._orders: deque[tuple[str, str, int, str, bool]] = deque()
        self._lock = threading.Lock()
        self._busy = False
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @staticmethod
    def key(latex: str, *, size: int, color: str, display: bool) -> str:
        """What a formula is known by."""
        return f"{size}|{color}|{int(display)}|{latex}"

    def get(self, latex: str, *, size: int, color: str, display: bool) -> Formula | None:
        """The formula if it is drawn already; else it is begun, and `drawn` tells when it is there.

        Args:
            latex: Without dollars or brackets.
            size: Pixels of the font.
            color: `#rrggbb`.
            display: In a line of its own.

        Returns:
            None while it is not there, and for good where it cannot be drawn.
        """
        key = self.key(latex, size=size, color=color, display=display)
        if key in self._found:
            self._found.move_to_end(key)
            return self._found[key]
        if len(latex) > _LONGEST:
            return None
        if key not in self._waiting:
            self._waiting.add(key)
            with self._lock:
                self._orders.append((key, latex, size, color, display))
                begin, self._busy = not self._busy, True
            if begin:
                # It ends with its last order, so that nothing has to be put away.
                threading.Thread(target=self._work, name="magray-formulas").start()
        return None

    def waits_for(self, key: str) -> bool:
        """It is being drawn."""
        return key in self._waiting

    @property
    def busy(self) -> bool:
        """Some are being drawn."""
        return bool(self._waiting)

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._orders or not shiboken6.isValid(self):
                    self._busy = False
                    return
                key, latex, size, color, display = self._orders.popleft()
            try:
                formula: Formula | None = draw_formula(latex, size=size, color=color, display=display)
            except Exception as error:  # whatever a hostile formula does to the library, its source is shown
                _log.info("a formula stays source: %r", error)
                formula = None
            try:
                self._made.emit(key, formula)
            except RuntimeError:
                _log.info("the window closed before its formulas were drawn")

    def _take(self, key: str, formula: Formula | None) -> None:
        self._waiting.discard(key)
        self._found[key] = formula
        while len(self._found) > _KEPT:
            self._found.popitem(last=False)
        self.drawn.emit(key)


def draw_formula(latex: str, *, size: int, color: str, display: bool) -> Formula:
    """Draw one formula. Safe in any thread.

    Raises:
        Exception: whatever the library raises for what it cannot read.
    """
    from ziamath.config import config
    from ziamath.zmath import Latex

    config.svg2 = False
    made = Latex(latex, size=size, color=color, inline=not display)
    svg = made.svg()
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    box = renderer.viewBoxF()
    if not renderer.isValid() or box.isEmpty():
        raise ValueError("the picture of a formula is empty")
    # The box is tight: limits over a sum stand a little out of it.
    room = _ROOM * size if display else 1.0
    box = box.adjusted(-1, -room, 1, room)
    renderer.setViewBox(box)
    image = QImage(
        max(1, round(box.width() * _SHARPNESS)),
        max(1, round(box.height() * _SHARPNESS)),
        QImage.Format.Format_ARGB32_Premultiplied,
    )
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return Formula(image, box.width(), box.height(), max(0.0, box.bottom()))
