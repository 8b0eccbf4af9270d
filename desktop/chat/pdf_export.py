"""A conversation as a PDF: the turns as they look in the light scheme, broken between lines."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QCoreApplication, QMarginsF, QRectF, Qt
from PySide6.QtGui import QColor, QPageLayout, QPageSize, QPainter, QPalette, QPdfWriter, QPen

from desktop.chat.code_piece import CodePiece
from desktop.chat.entries import Entry
from desktop.chat.piece import Piece, blocks_of
from desktop.chat.turn import Turn
from desktop.markdown.formulas import Formulas
from desktop.markdown.look import Look
from desktop.theme import Theme
from desktop.tokens import LIGHT, RADIUS_CARD, ColorRole

_DOTS = 96
"""Pixels an inch: the size of letters on paper is that of the screen."""
_MARGIN_MM = 18.0
_PATIENCE = 4.0
"""Seconds that formulas of a turn are waited for; later ones are printed as their source."""


class PaperTheme:
    """The theme in its light colours, whatever the window shows."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme
        self.colors = LIGHT

    def __getattr__(self, name: str) -> Any:
        return getattr(self._theme, name)

    def color(self, role: ColorRole, *, alpha: float = 1.0) -> QColor:
        """A colour of the light scheme."""
        color = QColor(getattr(LIGHT, role))
        color.setAlphaF(alpha)
        return color


class _PaperTurn(Turn):
    """A turn without what can only be clicked."""

    def _make_heads(self) -> list[Piece]:
        return [self._make_name()]

    def _make_tails(self) -> list[Piece]:
        return []


class PdfExport:
    """Writes entries to a file.

    Args:
        theme: Gives fonts and sizes; the colours are the light ones.
        formulas: Draws formulas.
    """

    def __init__(self, theme: Theme, formulas: Formulas) -> None:
        self._theme = cast(Theme, PaperTheme(theme))
        self._look = Look(self._theme)
        self._formulas = formulas

    async def write(self, path: Path, title: str, entries: Sequence[Entry]) -> None:
        """Write the file; the window goes on meanwhile.

        Args:
            path: Where to.
            title: Of the conversation.
            entries: What was said, oldest first.

        Raises:
            OSError: the file cannot be written.
        """
        path.write_bytes(b"")  # says at once where it cannot be written
        writer = QPdfWriter(str(path))
        writer.setResolution(_DOTS)
        writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
        writer.setPageMargins(QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM), QPageLayout.Unit.Millimeter)
        writer.setTitle(title)
        writer.setCreator("Magray")
        painter = QPainter()
        if not painter.begin(writer):
            raise OSError(QCoreApplication.translate("Export", "{0} cannot be written.").format(path))
        try:
            y = self._paint_title(painter, writer, title)
            for entry in entries:
                y = self._paint_turn(painter, writer, await self._turn(entry, writer.width()), y)
                await asyncio.sleep(0)
        finally:
            painter.end()

    def _paint_title(self, painter: QPainter, writer: QPdfWriter, title: str) -> float:
        painter.setFont(self._theme.font("title"))
        painter.setPen(self._theme.color("text"))
        room = QRectF(0, 0, writer.width(), writer.height())
        taken: QRectF = painter.boundingRect(room, Qt.TextFlag.TextWordWrap.value, title)
        painter.drawText(room, Qt.TextFlag.TextWordWrap.value, title)
        return taken.height() + self._theme.px(24)

    async def _turn(self, entry: Entry, width: int) -> Turn:
        turn = self._made(entry, width)
        end = time.monotonic() + _PATIENCE
        waited = False
        while time.monotonic() < end and self._formulas.busy:
            await asyncio.sleep(0.02)
            waited = True
        if waited:
            turn = self._made(entry, width)
        turn.place_pieces()
        return turn

    def _made(self, entry: Entry, width: int) -> Turn:
        turn = _PaperTurn(entry, look=self._look, formulas=self._formulas, first=False, sharpness=2.0)
        turn.set_width(width)
        while not turn.complete:
            turn.work(time.perf_counter() + 1)
        return turn

    def _paint_turn(self, painter: QPainter, writer: QPdfWriter, turn: Turn, y: float) -> float:
        page = writer.height()
        if not turn.pieces:
            return y
        card = turn.entry.question
        top = float(turn.card.top() if card else turn.pieces[0].y)
        least = turn.card.height() if card else turn.pieces[0].height + self._theme.px(60)
        if y > 0 and y + min(least, page / 2) > page:
            writer.newPage()
            y = 0
        if card and y + turn.card.height() <= page:
            painter.setPen(QPen(self._theme.color("border"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            radius = self._theme.px(RADIUS_CARD)
            painter.drawRoundedRect(QRectF(turn.card).translated(0, y - top), radius, radius)
        bottom = top
        for piece in turn.pieces:
            y += piece.y - bottom
            bottom = float(piece.y + piece.height)
            y = self._paint_piece(painter, writer, piece, y)
        after = turn.card.bottom() - bottom if card else 0
        return y + after + self._theme.px(24)

    def _paint_piece(self, painter: QPainter, writer: QPdfWriter, piece: Piece, y: float) -> float:
        page = writer.height()
        palette = QPalette()
        palette.setColor(QPalette.ColorRole.Text, self._theme.color("text"))
        done = 0.0
        while done < piece.height:
            left = piece.height - done
            if y + left <= page:
                end = float(piece.height)
            else:
                end = self._break(piece, done, done + page - y)
                if end <= done and y > 0:
                    writer.newPage()
                    y = 0
                    continue
                end = end if end > done else done + page
            painter.save()
            painter.setClipRect(QRectF(piece.x - 4, y, piece.width + 8, end - done))
            painter.translate(piece.x, y - done)
            piece.paint(painter, QRectF(0, done, piece.width, end - done), [], palette)
            if isinstance(piece, CodePiece) and done == 0:
                painter.setFont(self._theme.font("secondary"))
                painter.setPen(self._theme.color("muted"))
                painter.drawText(QRectF(piece.pad_x, 4, piece.width, piece.head), 0, piece.language)
            painter.restore()
            y += end - done
            done = end
            if done < piece.height:
                writer.newPage()
                y = 0
        return y

    @staticmethod
    def _break(piece: Piece, begin: float, end: float) -> float:
        """The end of the last line that fits."""
        best = begin
        for block in blocks_of(piece.document):
            layout = block.layout()
            for place in range(layout.lineCount()):
                line = layout.lineAt(place)
                bottom = piece.head + layout.position().y() + line.y() + line.height()
                if bottom > end:
                    return best
                best = max(best, bottom)
        return best
