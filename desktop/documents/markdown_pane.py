"""Reads a Markdown document as it is meant, with the same hands that write answers; passages and matches marked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop.chat.entries import Entry
from desktop.chat.piece import Piece, Shown
from desktop.chat.transcript_keys import TranscriptKeys
from desktop.chat.turn import Turn
from desktop.documents.sections import Section, places_in, section_at, sections_of, tidied_span
from desktop.documents.text_parts import TextSpan
from desktop.theme import Theme

_SCROLLED_TO = 0.33
"""A passage is shown a third below the top of the view."""


class _Page(Turn):
    """A section: nothing above and nothing under its blocks."""

    between = 12
    room_below = 0

    def _make_heads(self) -> list[Piece]:
        return []

    def _make_tails(self) -> list[Piece]:
        return []


class MarkdownPane(TranscriptKeys):
    """The whole of a Markdown text; its sections are laid out where they are seen.

    Attributes:
        part_changed: Never told: all of it is one part.
        edge_reached: Never told.
    """

    part_changed = Signal(int)
    edge_reached = Signal(int)

    def __init__(self, *, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._sections: list[Section] = []
        self._source = ""
        self.folder: Path | None = None
        """Where relative paths of pictures begin."""
        self._passage: TextSpan | None = None
        self._matches: tuple[TextSpan, ...] = ()
        self._match: TextSpan | None = None
        self.setAccessibleName(self.tr("Text of the document"))

    @property
    def part(self) -> int:
        """There is one part."""
        return 0

    @property
    def parts(self) -> int:
        """There is one part."""
        return 1

    def show_text(self, text: str, *, media_type: str = "", passage: TextSpan | None = None) -> None:
        """Show another text from its beginning, or at a passage that is marked.

        Args:
            text: Markdown as it was read.
            media_type: It is Markdown, whatever this says.
            passage: What to mark, in code points of the text.
        """
        self._source = text
        self._sections = sections_of(text)
        self._matches, self._match = (), None
        self._following = False
        self._show([Entry(id=str(place), question=False, text=one.text) for place, one in enumerate(self._sections)])
        self._passage = tidied_span(text, passage) if passage is not None else None
        self._set_range()
        self._set_bar(0)
        self.lay_out()
        if self._passage is not None:
            self._go_to(self._passage)

    def show_part(self, part: int) -> None:
        """Go to the beginning."""
        self._set_bar(0)
        self.lay_out()

    def show_passage(self, span: TextSpan) -> None:
        """Mark a passage and scroll to it."""
        self._passage = tidied_span(self._source, span)
        self._go_to(self._passage)

    def set_matches(self, spans: Sequence[TextSpan]) -> None:
        """Mark what was found, wherever it is shown."""
        self._matches = tuple(tidied_span(self._source, span) for span in spans)
        self._match = None
        self.viewport().update()

    def show_match(self, span: TextSpan) -> None:
        """Scroll to one of the matches and mark it more strongly."""
        self._match = tidied_span(self._source, span)
        self._go_to(self._match)

    def marked(self) -> list[str]:
        """What is marked as the passage, as it is shown."""
        passage = self._passage
        if passage is None:
            return []
        found = []
        for index in range(section_at(self._sections, passage.start), len(self._sections)):
            if self._sections[index].start >= passage.end:
                break
            turn = self.turn(index)
            for piece, (begin, end) in self._places(index, turn, passage) if turn is not None else ():
                found.append(piece.copied(begin, end))
        return found

    def spoken_words(self, entry: Entry) -> str:
        """The text of a section, without a speaker."""
        return entry.text

    # Places

    def _made_turn(self, index: int) -> Turn:
        page = _Page(
            self._entries[index],
            look=self.look,
            formulas=self.formulas,
            first=index == 0,
            sharpness=self.devicePixelRatioF(),
        )
        page.folder = self.folder
        return page

    def _places(self, index: int, turn: Turn, span: TextSpan) -> list[tuple[Piece, tuple[int, int]]]:
        """Where a span is shown in a section."""
        section = self._sections[index]
        if span.end <= section.start or span.start >= section.end:
            return []
        found = []
        at = 0
        for piece in turn.pieces:
            source = piece.block.source if piece.block is not None else ""
            at = max(at, section.text.find(source, at)) if source else at
            begin, end = span.start - section.start - at, span.end - section.start - at
            if source and begin < len(source) and end > 0:
                found.append((piece, places_in(piece.document, source, begin, end)))
            at += len(source)
        return found

    def _shown(self, index: int, place: int, piece: Piece) -> list[Shown]:
        turn = self._turns[index]
        shown = []
        section = self._sections[index]
        near = [span for span in self._matches if span.end > section.start and span.start < section.end]
        if self._passage is not None:
            near.append(self._passage)
        if self._match is not None:
            near.append(self._match)
        for span in near:
            kind = "current" if span is self._match else "passage" if span is self._passage else "found"
            for one, (begin, end) in self._places(index, turn, span):
                if one is piece:
                    shown.append(Shown(begin, end, kind))  # type: ignore[arg-type]
        return [*shown, *super()._shown(index, place, piece)]

    def _go_to(self, span: TextSpan) -> None:
        index = section_at(self._sections, span.start)
        turn = self.turn(index)
        places = self._places(index, turn, span) if turn is not None else []
        self._following = False
        y = self._heights.top(index)
        if places:
            piece, (begin, _) = places[0]
            block = piece.document.findBlock(begin)
            line = block.layout().lineForTextPosition(begin - block.position())
            inside = block.layout().position().y() + (line.y() if line.isValid() else 0)
            y += piece.y + piece.head + round(inside)
        self._set_range()
        self._set_bar(max(0, y - int(self.viewport().height() * _SCROLLED_TO)))
        self.lay_out()
