"""What the window remembers: its place, its panels, what was open, and every draft. An INI file in the data folder."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QObject, QSettings, QTimer

FILE_NAME = "window.ini"
_SAVE_MS = 400
_NEW = "new"


class WindowState(QObject):
    """Reads at once, writes a moment after a change and at the end.

    A folder that cannot be written makes it forget; the window works all the same.

    Args:
        data_dir: The data folder.
    """

    def __init__(self, data_dir: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.data_dir = data_dir
        self._settings = QSettings(str(data_dir / FILE_NAME), QSettings.Format.IniFormat, self)
        self._settings.setAtomicSyncRequired(False)  # the atomic way makes a lock file beside it, and waits for it
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_MS)
        self._timer.timeout.connect(self.save)
        self._drafts: dict[str, str] = {}

    def save(self) -> None:
        """Write what changed."""
        self._timer.stop()
        for key, text in self._drafts.items():
            if text:
                self._settings.setValue(f"drafts/{key}", text)
            else:
                self._settings.remove(f"drafts/{key}")
        self._drafts.clear()
        self._settings.sync()

    def _set(self, key: str, value: object) -> None:
        if self._settings.value(key) != value:
            self._settings.setValue(key, value)
            self._timer.start()

    @property
    def geometry(self) -> QByteArray:
        """`QWidget.saveGeometry`, empty at the first start."""
        value = self._settings.value("window/geometry", QByteArray())
        return value if isinstance(value, QByteArray) else QByteArray()

    @geometry.setter
    def geometry(self, value: QByteArray) -> None:
        self._set("window/geometry", value)

    def panel_shown(self, side: str, *, default: bool = True) -> bool:
        """Whether the `left` or `right` panel is open."""
        return str(self._settings.value(f"panels/{side}", str(default).lower())).lower() == "true"

    def set_panel_shown(self, side: str, shown: bool) -> None:
        """Remember whether a panel is open."""
        self._set(f"panels/{side}", str(shown).lower())

    def panel_width(self, side: str, default: int) -> int:
        """Width of a panel in device-independent pixels."""
        try:
            return int(str(self._settings.value(f"panels/{side}_width", default)))
        except ValueError:
            return default

    def set_panel_width(self, side: str, width: int) -> None:
        """Remember a panel's width."""
        self._set(f"panels/{side}_width", str(width))

    @property
    def scheme(self) -> str:
        """The colours of the last run: what the window is painted with before the settings are read."""
        return str(self._settings.value("window/scheme", "system"))

    @scheme.setter
    def scheme(self, value: str) -> None:
        self._set("window/scheme", value)

    @property
    def language(self) -> str:
        """The language of the last run, for the same reason; empty takes the system's."""
        return str(self._settings.value("window/language", ""))

    @language.setter
    def language(self, value: str) -> None:
        self._set("window/language", value)

    @property
    def conversation(self) -> str | None:
        """The conversation that was open."""
        return str(self._settings.value("window/conversation", "")) or None

    @conversation.setter
    def conversation(self, value: str | None) -> None:
        self._set("window/conversation", value or "")

    @property
    def welcomed(self) -> bool:
        """The welcome documents were given once; the owner may have forgotten them on purpose."""
        return str(self._settings.value("window/welcomed", "false")) == "true"

    @welcomed.setter
    def welcomed(self, value: bool) -> None:
        self._set("window/welcomed", str(value).lower())

    def draft(self, conversation: str | None) -> str:
        """What was written in a conversation and not sent."""
        key = conversation or _NEW
        if key in self._drafts:
            return self._drafts[key]
        return str(self._settings.value(f"drafts/{key}", ""))

    def set_draft(self, conversation: str | None, text: str) -> None:
        """Keep what is written; an empty text forgets it."""
        self._drafts[conversation or _NEW] = text
        self._timer.start()
