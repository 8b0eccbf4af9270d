"""Icons of one family, drawn from SVG, tinted by role and cached for each scale of the screen."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop.theme import Theme
from desktop.tokens import ColorRole

_log = logging.getLogger(__name__)

ICON_BOX = 20
"""Design pixels of an icon's box."""


class _TintedEngine(QIconEngine):
    """Asks for the pixmap at the moment of painting, so that a change of scheme needs no new icons."""

    def __init__(self, icons: Icons, name: str, role: ColorRole) -> None:
        super().__init__()
        self._icons = icons
        self._name = name
        self._role: ColorRole = role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw into the rectangle, paler where the control is disabled."""
        scale = painter.device().devicePixelRatioF()
        if mode == QIcon.Mode.Disabled:
            painter.setOpacity(painter.opacity() * 0.45)
        side = min(rect.width(), rect.height())
        pixmap = self._icons.pixmap(self._name, self._role, size=side, scale=scale)
        x = rect.x() + (rect.width() - side) // 2
        y = rect.y() + (rect.height() - side) // 2
        painter.drawPixmap(QRect(x, y, side, side), pixmap)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """One pixmap of `size` device pixels."""
        return self.scaledPixmap(size, mode, state, 1.0)

    def scaledPixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float) -> QPixmap:
        """One pixmap of `size` device-independent pixels for a screen of this scale."""
        pixmap = QPixmap(size * scale)
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Another engine of the same icon."""
        return _TintedEngine(self._icons, self._name, self._role)


class Icons:
    """The icons of one application.

    Args:
        folder: Where the SVG files lie.
        theme: Gives the colours; a change of scheme empties the cache.
    """

    def __init__(self, *, folder: Path, theme: Theme) -> None:
        self._folder = folder
        self._theme = theme
        self._sources: dict[str, bytes] = {}
        self._cache: dict[tuple[str, str, int, float], QPixmap] = {}
        self._icons: dict[tuple[str, ColorRole], QIcon] = {}
        theme.changed.connect(self._cache.clear)

    def icon(self, name: str, role: ColorRole = "text") -> QIcon:
        """An icon for a button or an action; it follows the scheme by itself."""
        key = (name, role)
        if key not in self._icons:
            self._icons[key] = QIcon(_TintedEngine(self, name, role))
        return self._icons[key]

    def box(self) -> QSize:
        """The size that icons take in controls, in device-independent pixels."""
        side = self._theme.px(ICON_BOX)
        return QSize(side, side)

    def pixmap(
        self, name: str, role: ColorRole = "text", *, size: int | None = None, scale: float | None = None
    ) -> QPixmap:
        """One icon drawn.

        Args:
            name: File name without its ending.
            role: Colour role of the strokes.
            size: Side in device-independent pixels; the family's box by default.
            scale: Device pixels per device-independent pixel; the sharpest screen's by default.
        """
        side = size or self._theme.px(ICON_BOX)
        if scale is None:
            scale = max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)
        key = (name, role, side, scale)
        found = self._cache.get(key)
        if found is None:
            found = self._cache[key] = self._draw(name, role, side, scale)
        return found

    def layer_mark(self, layer: str, role: ColorRole = "muted", *, size: int | None = None) -> QPixmap:
        """The quiet mark of a layer: a ring, a half disc, a full disc."""
        return self.pixmap(f"layer-{layer}", role, size=size)

    def application_icon(self) -> QIcon:
        """The application's icon in the sizes that desktops ask for."""
        icon = QIcon()
        renderer = QSvgRenderer(QByteArray(self._source("magray")))
        for side in (16, 24, 32, 48, 64, 128, 256):
            icon.addPixmap(_render(renderer, side, 1.0))
        return icon

    def _source(self, name: str) -> bytes:
        if name not in self._sources:
            try:
                self._sources[name] = (self._folder / f"{name}.svg").read_bytes()
            except OSError as error:
                _log.error("the icon %s cannot be read: %s", name, error)
                self._sources[name] = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 20"/>'
        return self._sources[name]

    def _draw(self, name: str, role: ColorRole, side: int, scale: float) -> QPixmap:
        tinted = self._source(name).replace(b"currentColor", self._theme.color(role).name().encode())
        return _render(QSvgRenderer(QByteArray(tinted)), side, scale)


def _render(renderer: QSvgRenderer, side: int, scale: float) -> QPixmap:
    pixels = max(1, round(side * scale))
    pixmap = QPixmap(pixels, pixels)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    renderer.render(painter, QRectF(0, 0, pixels, pixels))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap
