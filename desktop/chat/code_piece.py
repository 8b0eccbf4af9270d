"""A block of code in a turn: its language and two buttons over it, colours in it. It may grow."""

from __future__ import annotations

import time

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QTextCursor

from desktop.chat.piece import CODE_PAD_X, Piece
from desktop.markdown.blocks import Block
from desktop.markdown.code import Highlighter
from desktop.markdown.look import Look
from desktop.markdown.writer import new_document


class CodePiece(Piece):
    """A block of code: its language and two buttons over it. It may grow."""

    def __init__(self, look: Look, block: Block, *, above: int = 10) -> None:
        document = new_document(look)
        document.setDefaultFont(look.theme.font("code"))
        super().__init__(look, document, kind="code", block=block, above=above)
        option = document.defaultTextOption()
        option.setTextDirection(Qt.LayoutDirection.LeftToRight)
        document.setDefaultTextOption(option)
        self.code = ""
        self._char = look.code()
        self._highlighter = Highlighter(document, block.language, look.theme)
        self._settled = False
        self.grow(block, settled=True)

    @property
    def language(self) -> str:
        """As the code names it."""
        return self.block.language if self.block is not None else ""

    def grow(self, block: Block, *, settled: bool) -> bool:
        """Take the code as it is now.

        Args:
            block: The same block, longer.
            settled: It is closed.

        Returns:
            False where it is another code.
        """
        if not block.code.startswith(self.code) or (self.block is not None and block.language != self.language):
            return False
        if more := block.code[len(self.code) :]:
            cursor = QTextCursor(self.document)
            cursor.movePosition(QTextCursor.MoveOperation.End)
            cursor.insertText(more, self._char)
            self._height = 0
        self.block, self.code = block, block.code
        if settled and not self._settled:
            self._highlighter.restart()
        self._settled = settled
        return True

    def color(self, deadline: float | None = None) -> bool:
        """Go on with the colours.

        Returns:
            Whether all have theirs.
        """
        end = deadline if deadline is not None else time.perf_counter() + 60
        self._highlighter.work(self.code, settled=self._settled, deadline=end)
        return self._highlighter.complete or not self._settled

    def buttons(self, labels: tuple[str, str]) -> list[tuple[str, QRectF]]:
        """Name and place of `copy` and `save`, for their labels."""
        theme, px = self._look.theme, self._look.theme.px
        metrics = QFontMetrics(theme.font("secondary"))
        right, found = self.width - px(CODE_PAD_X), list[tuple[str, QRectF]]()
        for name, label in zip(("save", "copy"), reversed(labels), strict=True):
            width = metrics.horizontalAdvance(label)
            found.append((name, QRectF(right - width, px(6), width, metrics.height() + px(4))))
            right -= width + px(14)
        return found[::-1]

    def paint_head(self, painter: QPainter, labels: tuple[str, str], hovered: str) -> None:
        """The language and the buttons."""
        theme = self._look.theme
        painter.setFont(theme.font("secondary"))
        buttons = self.buttons(labels)
        room = QRectF(self.pad_x, buttons[0][1].top(), buttons[0][1].left() - self.pad_x, buttons[0][1].height())
        painter.setPen(theme.color("muted"))
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.language)
        for (name, rect), label in zip(buttons, labels, strict=True):
            painter.setPen(theme.color("text" if name == hovered else "muted"))
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, label)
