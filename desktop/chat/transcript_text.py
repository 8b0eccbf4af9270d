"""The transcript's document: a window of the conversation's entries, written as text.

However long the conversation is, at most `MOST` entries stand in the document; scrolling moves the window over them. A
resize, a new turn and a change of colours cost the same after ten turns and after ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtGui import QTextBlock, QTextBlockFormat, QTextCursor, QTextDocument, QTextFrameFormat

from desktop.chat.entries import Entry
from desktop.chat.transcript_writer import ENTRY_KEY, PART, Part, TranscriptWriter
from desktop.theme import Theme

PAGE = 24
"""Entries written at once."""
MOST = 3 * PAGE
"""Entries in the document at most."""


class TranscriptText:
    """Entries, and the part of them that is written.

    Keys in the blocks count from a base that moves down when older entries come, so that a key stays true for good.

    Args:
        document: Written into.
        theme: Gives fonts and colours.
    """

    def __init__(self, document: QTextDocument, theme: Theme) -> None:
        self._document = document
        self._theme = theme
        self._writer = TranscriptWriter(theme)
        self._frame = QTextFrameFormat()
        self._base = 0
        self.entries: list[Entry] = []
        self.first = 0
        """Place of the first entry that is written."""
        self.end = 0
        """One past the place of the last entry that is written."""

    # Which entries

    def show(self, entries: Sequence[Entry]) -> None:
        """Hold other entries; the last of them are written."""
        self.entries = list(entries)
        self._base = 0
        self.show_end()

    def show_end(self) -> None:
        """Move the window to the last entries."""
        self.end = len(self.entries)
        self.first = max(0, self.end - PAGE)
        self.rewrite()

    @property
    def at_end(self) -> bool:
        """The last entry is written."""
        return self.end == len(self.entries)

    def entry_of(self, block: QTextBlock) -> Entry | None:
        """The entry that a block belongs to."""
        form = block.blockFormat()
        return self.entry_of_key(form.intProperty(ENTRY_KEY)) if form.hasProperty(ENTRY_KEY) else None

    def entry_of_key(self, key: int) -> Entry | None:
        """The entry of a block's key."""
        place = key - self._base
        return self.entries[place] if 0 <= place < len(self.entries) else None

    def citation_words(self, anchor: str) -> str:
        """What a citation's number stands for: the quotation; empty for any other link."""
        scheme, _, rest = anchor.partition(":")
        key, _, number = rest.partition("/")
        if scheme != "cite" or not number.isdigit():
            return ""
        entry = self.entry_of_key(int(key))
        citations = entry.answer.citations if entry is not None and entry.answer is not None else ()
        citation = next((item for item in citations if item.number == int(number)), None)
        return f"“{' '.join(citation.quote.split())}”" if citation is not None else ""

    def place_of(self, entry_id: str) -> int | None:
        """Where an entry stands, looked for from the end."""
        for place in range(len(self.entries) - 1, -1, -1):
            if self.entries[place].id == entry_id:
                return place
        return None

    def _key(self, place: int) -> int:
        return place + self._base

    # Writing

    def rewrite(self) -> None:
        """Write the window anew: other colours, other fonts, other entries."""
        self._writer.forget()
        self._document.clear()
        self._document.rootFrame().setFrameFormat(self._frame)  # clearing took it away
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        for place in range(self.first, self.end):
            self._writer.write(cursor, self.entries[place], self._key(place), first=place == self.first)
        cursor.endEditBlock()

    def set_column(self, *, left: float, column: float, right: float) -> None:
        """Lay the text out between other edges.

        Args:
            left: Room at the left of the column, device-independent pixels.
            column: Width of the column.
            right: Room at its right.
        """
        px = self._theme.px
        self._frame.setLeftMargin(left)
        self._frame.setRightMargin(right)
        self._frame.setTopMargin(px(24))
        self._frame.setBottomMargin(px(8))
        narrower = column != self._writer.column
        self._writer.column = column
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        self._document.rootFrame().setFrameFormat(self._frame)
        if narrower:
            for block in self._blocks():
                entry = self.entry_of(block) if block.blockFormat().intProperty(PART) == Part.QUESTION else None
                if entry is not None:
                    form = QTextBlockFormat()
                    form.setLeftMargin(self._writer.question_margin(entry.text))
                    QTextCursor(block).mergeBlockFormat(form)
        cursor.endEditBlock()

    def _blocks(self) -> Iterator[QTextBlock]:
        block = self._document.begin()
        while block.isValid():
            yield block
            block = block.next()

    def prepend(self, older: Sequence[Entry]) -> None:
        """Older entries are known now; `add_older` writes them."""
        self.entries[:0] = older
        self._base -= len(older)
        self.first += len(older)
        self.end += len(older)

    def append(self, entry: Entry) -> None:
        """A new entry; it is written when the window is at the end."""
        was_at_end = self.at_end
        self.entries.append(entry)
        if was_at_end:
            self._write_next(1)
            self._drop_from_top()

    def replace(self, place: int, entry: Entry) -> None:
        """Another entry in the place of one."""
        self.entries[place] = entry
        if not self.first <= place < self.end:
            return
        if place == self.end - 1:
            self._cut_bottom(place)
            self._write_next(1)
        else:
            self.rewrite()

    def add_older(self) -> bool:
        """Write one page more at the top, and drop what is then too much at the bottom.

        Returns:
            False when the first entry is written already.
        """
        if self.first == 0:
            return False
        begin = max(0, self.first - PAGE)
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        block = cursor.block().blockFormat()
        block.setTopMargin(self._writer.top_margin(self.entries[self.first], first=False))
        cursor.insertBlock(block)  # what was first moves into a block of its own; the empty one before it is written to
        cursor.movePosition(QTextCursor.MoveOperation.Start)
        for place in range(begin, self.first):
            self._writer.write(cursor, self.entries[place], self._key(place), first=place == begin)
        cursor.endEditBlock()
        self.first = begin
        if self.end - self.first > MOST:
            self._cut_bottom(self.first + MOST)
        return True

    def add_newer(self) -> bool:
        """Write one page more at the bottom, and drop what is then too much at the top.

        Returns:
            False when the last entry is written already.
        """
        if self.at_end:
            return False
        self._write_next(PAGE)
        self._drop_from_top()
        return True

    def _write_next(self, count: int) -> None:
        cursor = QTextCursor(self._document)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        for place in range(self.end, min(len(self.entries), self.end + count)):
            self._writer.write(cursor, self.entries[place], self._key(place), first=place == self.first)
            self.end = place + 1
        cursor.endEditBlock()

    def _cut_bottom(self, place: int) -> None:
        """Take the entries from `place` on out of the document."""
        block = self._block_of(place)
        if block is None:
            return
        cursor = QTextCursor(block)
        cursor.beginEditBlock()
        kept = block.previous()
        form, char = kept.blockFormat(), kept.charFormat()
        if kept.isValid():
            cursor.movePosition(QTextCursor.MoveOperation.PreviousCharacter)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        # An empty block that text behind it is removed from takes the format of what was removed.
        cursor.setBlockFormat(form)
        cursor.setBlockCharFormat(char)
        cursor.endEditBlock()
        self.end = place

    def _drop_from_top(self) -> None:
        if self.end - self.first <= MOST:
            return
        place = self.end - MOST
        block = self._block_of(place)
        if block is None:
            return
        cursor = QTextCursor(self._document)
        cursor.beginEditBlock()
        cursor.setPosition(block.position(), QTextCursor.MoveMode.KeepAnchor)
        form, char = block.blockFormat(), block.charFormat()
        form.setTopMargin(self._writer.top_margin(self.entries[place], first=True))
        cursor.removeSelectedText()
        cursor.setBlockFormat(form)
        cursor.setBlockCharFormat(char)
        cursor.endEditBlock()
        self.first = place

    def _block_of(self, place: int) -> QTextBlock | None:
        """The first block of an entry that is written."""
        key = self._key(place)
        if place - self.first < self.end - place:
            return next((b for b in self._blocks() if b.blockFormat().intProperty(ENTRY_KEY) == key), None)
        block, found = self._document.lastBlock(), None
        while block.isValid() and block.blockFormat().intProperty(ENTRY_KEY) >= key:
            found = block
            block = block.previous()
        return found
