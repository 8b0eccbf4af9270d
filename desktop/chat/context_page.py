"""What the model saw: everything that was given to it for one answer, in its order, with what each part took."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from desktop.chat.turn_words import model_title
from desktop.documents.view_header import ViewHeader
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.card import Panel
from desktop.words import number
from engine import ContextPart, ContextView

_LEFT = 300


def part_title(part: ContextPart) -> str:
    """What a part is, in the owner's words."""
    names = {
        "system": QCoreApplication.translate("Context", "Instructions"),
        "summary": QCoreApplication.translate("Context", "Summary of earlier turns"),
        "question": QCoreApplication.translate("Context", "Your question"),
    }
    title = names.get(part.kind) or part.title or part.kind
    return f"[{part.number}] {title}" if part.number is not None else title


def tokens_words(count: int) -> str:
    """`1,240 tokens`."""
    if count == 1:
        return QCoreApplication.translate("Context", "1 token")
    return QCoreApplication.translate("Context", "%Ln tokens", "", count)


class ContextPage(Panel):
    """Takes the place of the chat while it is read.

    Attributes:
        closed: The owner goes back.
    """

    closed = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent, surface="surface")
        self._theme = theme
        px = theme.px
        self.setAccessibleName(self.tr("What the model saw"))
        header = ViewHeader(theme=theme, icons=icons, title=self.tr("What the model saw"), parent=self)
        header.back.connect(self.closed)
        self._header = header
        self._summary = QLabel(self)
        self._summary.setWordWrap(True)
        restyle(self._summary, role="muted")
        self.parts = QListWidget(self)
        self.parts.setAccessibleName(self.tr("Parts"))
        self.parts.setFrameShape(QFrame.Shape.NoFrame)
        self.parts.setFixedWidth(px(_LEFT))
        self.parts.setWordWrap(True)
        self.parts.setSpacing(px(2))
        self.parts.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        restyle(self.parts, kind="pages")
        self.parts.currentRowChanged.connect(self._show_part)
        self.text = QPlainTextEdit(self)
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setAccessibleName(self.tr("What stood there"))
        restyle(self.text, look="bare")
        self._view: ContextView | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(header)
        above = QHBoxLayout()
        above.setContentsMargins(px(24), px(12), px(24), px(12))
        above.addWidget(self._summary)
        column.addLayout(above)
        row = QHBoxLayout()
        row.setContentsMargins(px(16), 0, px(16), px(16))
        row.setSpacing(px(16))
        row.addWidget(self.parts)
        row.addWidget(self.text, 1)
        column.addLayout(row, 1)

    def show_view(self, view: ContextView) -> None:
        """Show what one answer was made from."""
        self._view = view
        self._header.set_note(model_title(view.model))
        lines = [
            self.tr("{0} of the {1} that this model can take in; {2} of them are kept free for the answer.").format(
                tokens_words(view.tokens), number(view.window), number(view.reserved)
            ),
            *view.notes,
        ]
        self._summary.setText("\n".join(lines))
        self.parts.clear()
        for part in view.parts:
            item = QListWidgetItem(f"{part_title(part)}\n{tokens_words(part.tokens)}", self.parts)
            item.setToolTip(part.title)
        self.parts.setCurrentRow(0)

    def _show_part(self, row: int) -> None:
        view = self._view
        if view is None or not 0 <= row < len(view.parts):
            self.text.clear()
            return
        part = view.parts[row]
        self.text.setPlainText(part.text or self.tr("A picture: {0}").format(part.title))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape goes back."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)
