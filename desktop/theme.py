"""The look, written once: fonts, palette and one style sheet, made from the tokens and from font metrics.

Every size in the interface is a design pixel times `Theme.unit`, which is the height of the body font over 16. A widget
asks for roles (`theme.color("muted")`, `theme.font("title")`, `theme.px(12)`) and listens to `Theme.changed`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from desktop.style_sheet import style_sheet
from desktop.tokens import DARK, LIGHT, TYPE_SIZES, WEIGHT_REGULAR, WEIGHT_STRONG, ColorRole, Colors, TypeRole

SchemeChoice = Literal["system", "light", "dark"]

FONT_FILES = ("Inter-Regular.otf", "Inter-Italic.otf", "Inter-SemiBold.otf")
FONT_FAMILY = "Inter"
_LARGE_SYSTEM_FONT = 15.0
"""Pixels. A larger system font was chosen on purpose, and ours grows with it."""


class Theme(QObject):
    """Colours, fonts and sizes in force. Made once by the composition root and handed to whoever paints.

    Args:
        app: The application that is dressed.
        fonts: Folder of the bundled font files.
        scheme: `"system"` follows the desktop's scheme while the app runs.
    """

    changed = Signal()

    def __init__(self, app: QApplication, *, fonts: Path, scheme: SchemeChoice = "system") -> None:
        super().__init__(app)
        self._app = app
        self._choice: SchemeChoice = scheme
        # Fusion is set before anything is measured: a platform style may bring its own fonts.
        app.setStyle(QStyleFactory.create("Fusion"))
        system_font = QFontInfo(app.font()).pixelSize()
        families = self._load_fonts(fonts)
        self._families = [*families, *[name for name in app.font().families() if name not in families]]
        self._scale = system_font / _LARGE_SYSTEM_FONT if system_font > _LARGE_SYSTEM_FONT else 1.0
        self._code_family = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        # Rounded, so that a size of the design is that many whole pixels at the usual font.
        self.unit = round(QFontMetricsF(self.font("body")).height()) / 16
        self.colors: Colors = LIGHT
        hints = app.styleHints()
        self._apply_choice()
        hints.colorSchemeChanged.connect(self._follow_system)
        self._dress()

    @staticmethod
    def _load_fonts(folder: Path) -> list[str]:
        for name in FONT_FILES:
            QFontDatabase.addApplicationFont(str(folder / name))
        # Missing files leave the system's font in its place: everything stays readable.
        return [FONT_FAMILY] if QFontDatabase.hasFamily(FONT_FAMILY) else []

    @property
    def scheme(self) -> SchemeChoice:
        """What the owner chose; `colors.dark` tells what is shown."""
        return self._choice

    def set_scheme(self, scheme: SchemeChoice) -> None:
        """Choose light, dark, or to follow the system."""
        if scheme != self._choice:
            self._choice = scheme
            self._apply_choice()
            self._dress()

    def _apply_choice(self) -> None:
        wanted = {"system": Qt.ColorScheme.Unknown, "light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        hints = self._app.styleHints()
        if self._choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(wanted[self._choice])  # title bars follow where the platform allows it
        self.colors = self._current_colors()

    def _current_colors(self) -> Colors:
        if self._choice != "system":
            return DARK if self._choice == "dark" else LIGHT
        return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _follow_system(self) -> None:
        colors = self._current_colors()
        if colors is not self.colors:
            self.colors = colors
            self._dress()

    def _dress(self) -> None:
        self._app.setFont(self.font("body"))
        self._app.setPalette(self._palette())
        self._app.setStyleSheet(style_sheet(self))
        self.changed.emit()

    def px(self, design: float) -> int:
        """Device-independent pixels of a size given in design pixels; at least 1 where the design says any."""
        return max(1, round(design * self.unit)) if design > 0 else 0

    def color(self, role: ColorRole, *, alpha: float = 1.0) -> QColor:
        """The colour of a role now; `alpha` from 0 to 1."""
        color = QColor(getattr(self.colors, role))
        color.setAlphaF(alpha)
        return color

    def mixed(self, front: ColorRole, back: ColorRole, share: float) -> QColor:
        """`share` (0 to 1) of one role over another, opaque: what hover and pressed states are made of."""
        a, b = self.color(front), self.color(back)
        channels = ((a.red(), b.red()), (a.green(), b.green()), (a.blue(), b.blue()))
        return QColor(*(round(x * share + y * (1 - share)) for x, y in channels))

    def font_pixels(self, role: TypeRole) -> int:
        """Pixel size of a type role."""
        return round(TYPE_SIZES[role] * self._scale)

    def font(self, role: TypeRole = "body", *, strong: bool | None = None, italic: bool = False) -> QFont:
        """The font of a type role. Titles are strong by themselves."""
        font = QFont()
        font.setFamilies([self._code_family] if role == "code" else self._families)
        font.setPixelSize(self.font_pixels(role))
        if strong is None:
            strong = role in ("title", "large_title")
        font.setWeight(QFont.Weight(WEIGHT_STRONG if strong else WEIGHT_REGULAR))
        font.setItalic(italic)
        return font

    def _palette(self) -> QPalette:
        roles = QPalette.ColorRole
        palette = QPalette()
        by_role: dict[QPalette.ColorRole, ColorRole] = {
            roles.Window: "window",
            roles.WindowText: "text",
            roles.Base: "surface",
            roles.AlternateBase: "window",
            roles.Text: "text",
            roles.Button: "raised",
            roles.ButtonText: "text",
            roles.BrightText: "danger",
            roles.ToolTipBase: "raised",
            roles.ToolTipText: "text",
            roles.PlaceholderText: "muted",
            roles.Link: "accent",
            roles.LinkVisited: "accent",
            roles.Highlight: "accent",
            roles.HighlightedText: "on_accent",
            roles.Accent: "accent",
            roles.Light: "raised",
            roles.Midlight: "border",
            roles.Mid: "border",
            roles.Dark: "border",
            roles.Shadow: "sunken",
        }
        for role, name in by_role.items():
            palette.setColor(role, self.color(name))
        for role in (roles.Text, roles.WindowText, roles.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.mixed("muted", "surface", 0.7))
        return palette


def restyle(widget: QWidget, **properties: Any) -> None:
    """Set dynamic properties that the style sheet selects by, and let the widget take its new look."""
    changed = False
    for name, value in properties.items():
        if widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        # What has never been shown is polished when it is.
        widget.style().unpolish(widget)
        widget.style().polish(widget)
        widget.update()
