"""The whole window as one calm target while something is dragged over it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QDropEvent, QGuiApplication, QKeySequence, QPainter, QPaintEvent, QPen, QShortcut
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from desktop.icons import Icons
from desktop.operations import Operation, Operations
from desktop.theme import Theme, restyle
from desktop.tokens import FOCUS_RING, RADIUS_CARD, ColorRole
from desktop.words import file_name

_ICON = 40
_GROUND = 0.94
"""How much of the window the target covers: what lies below stays a shadow."""
_CHAT_SHARE, _CHAT_LEAST = 0.2, 90
"""Height of the part that takes files for the chat only, as a share of the window, and at least."""
_LOOKED_AT = 200
"""Of so many things it is looked up whether they are folders; more are called things."""


@dataclass(frozen=True, slots=True)
class Dragged:
    """What is being dragged: local paths, or a text, or what cannot be taken."""

    paths: tuple[str, ...] = ()
    text: str = ""
    elsewhere: bool = False

    @property
    def usable(self) -> bool:
        """It can be dropped here."""
        return bool(self.paths or self.text)


def dragged(mime: QMimeData) -> Dragged | None:
    """What a drag or the clipboard holds; None where it is nothing that concerns this window."""
    if mime.hasUrls():
        urls = mime.urls()
        paths = tuple(dict.fromkeys(url.toLocalFile() for url in urls if url.isLocalFile() and url.toLocalFile()))
        return Dragged(paths=paths, elsewhere=len(paths) < len(urls)) if urls else None
    if mime.hasText() and (text := mime.text()).strip():
        return Dragged(text=text)
    return None


class DropTarget(QWidget):
    """Lies over its window, hidden until something is dragged in from another program.

    The drag is caught at the native window, before any field can take it: text that is dropped becomes a document,
    wherever it falls. Drags that begin inside the application go their own way.

    Attributes:
        dropped_paths: Local files and folders (`list[str]`).
        dropped_for_chat: Local files (`list[str]`) that go with the next question only: dropped on the lower part.
        dropped_text: A text.
    """

    dropped_paths = Signal(object)
    dropped_for_chat = Signal(object)
    dropped_text = Signal(str)

    def __init__(self, *, theme: Theme, icons: Icons, operations: Operations, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._icons = icons
        self._operations = operations
        self._window = window
        self._content: Dragged | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._icon = QLabel(self)
        self._title = QLabel(self)
        restyle(self._title, role="large")
        self._note = QLabel(self)
        restyle(self._note, role="lead")
        self.takes_for_chat: Callable[[], bool] = lambda: False
        """Tells whether a question can take files along just now."""
        self._for_chat = False
        self._files_only = False
        self._chat = QLabel(self.tr("Or drop here for this chat only"), self)
        self._chat.setAlignment(Qt.AlignmentFlag.AlignCenter)
        restyle(self._chat, role="lead")
        self._chat.hide()
        layout = QVBoxLayout(self)
        edge = theme.px(32)
        layout.setContentsMargins(edge, edge, edge, edge)
        layout.setSpacing(theme.px(8))
        layout.addStretch(1)
        for label in (self._icon, self._title, self._note):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(label is not self._icon)
            layout.addWidget(label)
        layout.addStretch(1)
        self.hide()
        paste = QShortcut(QKeySequence(QKeySequence.StandardKey.Paste), window)
        paste.activated.connect(self._paste)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self._watch_native_window()

    def take(self, mime: QMimeData | None = None) -> bool:
        """Take files from the clipboard (or another mime data), as for a paste.

        Returns:
            Whether there were files; a text is left to whoever has the focus.
        """
        content = dragged(mime if mime is not None else QGuiApplication.clipboard().mimeData())
        if content is None or not content.paths:
            return False
        self.dropped_paths.emit(list(content.paths))
        return True

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the window's size, and catch drags at its native window."""
        kind = event.type()
        if watched is self._window:
            if kind == QEvent.Type.Resize and self.isVisible():
                self.setGeometry(self._window.rect())
            elif kind in (QEvent.Type.Show, QEvent.Type.WinIdChange):
                self._watch_native_window()
            return False
        if isinstance(event, QDropEvent):  # enter and move are kinds of it
            if event.source() is not None:
                return False
            if kind == QEvent.Type.DragEnter:
                self._enter(event)
            elif kind == QEvent.Type.DragMove:
                self._follow(event.position().y())
                self._answer(event)
            elif kind == QEvent.Type.Drop:
                self._drop(event)
            return True
        if kind == QEvent.Type.DragLeave and self.isVisible():
            self._leave()
            return True
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """A calm ground and one rounded frame."""
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window", alpha=_GROUND))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        usable = self._content is not None and self._content.usable
        painter.setPen(QPen(theme.color("accent" if usable else "border"), FOCUS_RING))
        painter.setBrush(theme.color("quote") if usable else theme.color("surface"))
        edge = float(theme.px(16))
        radius = theme.px(RADIUS_CARD)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(edge, edge, -edge, -edge), radius, radius)
        if self._chat.isVisible():
            painter.setPen(QPen(theme.color("accent" if self._for_chat else "border"), FOCUS_RING))
            painter.setBrush(theme.color("raised"))
            painter.drawRoundedRect(QRectF(self._chat.geometry()), radius, radius)

    # ------------------------------------------------------------------ inside

    def _watch_native_window(self) -> None:
        handle = self._window.windowHandle()
        if handle is not None:
            handle.removeEventFilter(self)
            handle.installEventFilter(self)

    def _enter(self, event: QDropEvent) -> None:
        self._content = dragged(event.mimeData())
        if self._content is not None:
            self._describe(self._content, folders=None)
            self.setGeometry(self._window.rect())
            self.raise_()
            self.show()
            self._look_for_folders(self._content)
        self._answer(event)

    def _answer(self, event: QDropEvent) -> None:
        if self._content is not None and self._content.usable:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def _drop(self, event: QDropEvent) -> None:
        self._answer(event)
        self._follow(event.position().y())
        content, for_chat = dragged(event.mimeData()), self._for_chat
        self._leave()
        if content is None:
            return
        if content.paths and for_chat:
            self.dropped_for_chat.emit(list(content.paths))
        elif content.paths:
            self.dropped_paths.emit(list(content.paths))
        elif content.text:
            self.dropped_text.emit(content.text)

    def _paste(self) -> None:
        # A field that has the focus takes the keys first; this is for everywhere else in the window.
        self.take()

    def _leave(self) -> None:
        self._content = None
        self._files_only = self._for_chat = False
        self._chat.hide()
        self.hide()

    def _offer_chat(self, folders: int) -> None:
        """Files alone can also go with the next question."""
        self._files_only = folders == 0 and self.takes_for_chat()
        if not self._files_only:
            return
        px = self._theme.px
        height = max(px(_CHAT_LEAST), round(self.height() * _CHAT_SHARE))
        edge = px(28)
        self._chat.setGeometry(edge, self.height() - height - edge, self.width() - 2 * edge, height)
        self._chat.show()
        self._chat.raise_()
        self.update()

    def _follow(self, y: float) -> None:
        over = self._files_only and y >= self._chat.geometry().top()
        if over != self._for_chat:
            self._for_chat = over
            self._chat.setText(
                self.tr("Drop to add it to the next question, for this chat only")
                if over
                else self.tr("Or drop here for this chat only")
            )
            self.update()

    def _look_for_folders(self, content: Dragged) -> None:
        paths = content.paths
        if not paths or len(paths) > _LOOKED_AT:
            return

        def show(folders: int) -> None:
            if self._content is content and self.isVisible():
                self._describe(content, folders=folders)
                self._offer_chat(folders)

        self._operations.start(
            Operation(
                name="look what is dragged",
                run=lambda: asyncio.to_thread(_count_folders, paths),
                success=show,
                owner=self,
                replaces="drop:look",
            )
        )

    def _describe(self, content: Dragged, *, folders: int | None) -> None:
        note = self.tr("Everything is read on this computer; the originals stay as they are.")
        if content.paths:
            title = self._paths_title(content.paths, folders)
            if content.elsewhere:
                note = self.tr("What does not lie on this computer is left out.")
        elif content.text:
            title = self.tr("Drop to remember this text")
            note = self.tr("It becomes a document of its own, on this computer only.")
        else:
            title = self.tr("Only what lies on this computer can be added")
            note = self.tr("Save it as a file first, then drop the file here.")
        self._title.setText(title)
        self._note.setText(note)
        role: ColorRole = "accent" if content.usable else "muted"
        self._icon.setPixmap(self._icons.pixmap("drop", role, size=self._theme.px(_ICON)))
        self.setAccessibleName(title)
        self.update()

    def _paths_title(self, paths: Sequence[str], folders: int | None) -> str:
        count = len(paths)
        if count == 1:
            return self.tr("Drop to add {0} to memory").format(file_name(paths[0]))
        if folders == 0:
            return self.tr("Drop to add %Ln files to memory", "", count)
        if folders == count:
            return self.tr("Drop to add %Ln folders to memory", "", count)
        return self.tr("Drop to add %Ln files and folders to memory", "", count)


def _count_folders(paths: Sequence[str]) -> int:
    return sum(Path(path).is_dir() for path in paths)
