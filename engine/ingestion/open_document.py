"""OpenDocument texts and spreadsheets (ODT, ODS; OASIS OpenDocument 1.3), read here so that nothing in them is lost.

The main reader of Office files leaves out what was added while changes were recorded and runs list items and cells
together. The content is parsed piece by piece, so that a long document needs no tree of its own size.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from engine.ingestion.reading import PageText, ReadDocument, TextBuilder, Unreadable, with_margins
from engine.ingestion.zipped import core_title, parse_part

_LEFT_OUT = frozenset(
    "tracked-changes forms event-listeners note-citation creator date date-string title desc ruby-text "  # noqa: SIM905 - a word list
    "sender-initials creator-initials variable-decls sequence-decls script scripts bibliography-source "
    "table-of-content-source illustration-index-source shapes named-expressions".split()
)
_BEHIND = frozenset({"text-box", "note-body", "annotation"})
_MARKS: Final = {"tab": " ", "line-break": "\n", "s": " "}
_INDEXES = frozenset({"table-of-content", "illustration-index", "table-index", "alphabetical-index", "user-index"})
_DEEPEST = 100
_WIDEST = 1_000
"""Cells of one row that are looked at; a sheet says of empty ones only how many there are."""


def read_open_document(path: Path, media_type: str) -> ReadDocument:
    """Read a text or a spreadsheet.

    Raises:
        Unreadable: it is damaged: its content is missing or makes no sense.
    """
    reader = _Reader()
    with zipfile.ZipFile(path) as archive:
        if "content.xml" not in archive.namelist():
            raise Unreadable("it is damaged: content.xml is missing in it")
        try:
            with archive.open("content.xml") as stream:
                _parse(ElementTree.iterparse(stream, events=("start", "end")), reader)
        except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, LookupError) as error:
            raise Unreadable("it is damaged: content.xml in it makes no sense") from error
        page = reader.page()
        if "spreadsheet" not in media_type:  # where heads and feet are only the program's own
            page = with_margins(page, _margins(archive))
        return ReadDocument(title=core_title(archive), media_type=media_type, pages=(page,))


def _parse(events: Iterator[tuple[str, ElementTree.Element]], reader: _Reader) -> None:
    """Hand over the blocks of a text and the rows of a sheet as soon as each has been read."""
    above: list[ElementTree.Element] = []
    for event, element in events:
        if event == "start":
            above.append(element)
            if _local(element) == "table" and len(above) == 4 and _local(above[2]) == "spreadsheet":
                reader.sheet(_value(element, "name"))
            continue
        above.pop()
        held = _local(above[2]) if len(above) > 2 else ""  # document-content, body, text
        if held == "text" and len(above) == 3:
            reader.block(element, 0)
            above[-1].clear()
        elif held == "spreadsheet" and _local(element) == "table-row":
            reader.row(element, 0)
            above[-1].clear()


def _margins(archive: zipfile.ZipFile) -> Iterator[str]:
    if "styles.xml" not in archive.namelist():
        return
    try:
        root = parse_part(archive, "styles.xml")
    except Unreadable:  # broken styles do not spoil the text
        return
    for element in root.iter():
        if _local(element) in ("header", "footer", "header-left", "footer-left", "header-first", "footer-first"):
            reader = _Reader()
            for child in element:
                reader.block(child, 0)
            yield from reader.page().text.split("\n\n")


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


class _Reader:
    """Turns the blocks of a document into text."""

    def __init__(self) -> None:
        self._builder = TextBuilder()
        self._behind: list[ElementTree.Element] = []  # text boxes, notes and comments, which follow their paragraph
        self._rows = False
        self._sheet = ""

    def page(self) -> PageText:
        """The text so far."""
        return self._builder.page()

    def sheet(self, name: str) -> None:
        """Begin a sheet of a spreadsheet; its name is written with its first row."""
        self._sheet = name
        self._rows = False

    def block(self, element: ElementTree.Element, depth: int, *, gap: str = "\n\n", aside: bool = False) -> None:
        """Add a paragraph, a heading, or what holds some."""
        name = _local(element)
        if depth > _DEEPEST or name in _LEFT_OUT:
            return
        if name in ("p", "h"):
            self._paragraph(element, name, gap, depth, aside=aside)
        elif name == "table":
            self._table(element, depth)
        elif name == "list":
            for place, item in enumerate(element):
                for child in item:
                    self.block(child, depth + 1, gap="\n" if place else gap, aside=aside)
        else:
            aside = aside or name in _INDEXES
            for child in element:
                self.block(child, depth + 1, gap=gap, aside=aside)

    def row(self, element: ElementTree.Element, depth: int) -> None:
        """Add one row of a table; repeated cells count once where they are empty."""
        cells: list[str] = []
        for cell in element:
            if _local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            inner = _Reader()
            for child in cell:
                inner.block(child, depth + 1)
            times = _value(cell, "number-columns-repeated")
            cells += [inner.page().text] * min(int(times) if times.isdigit() else 1, _WIDEST - len(cells))
        if any(cells):
            self._builder.heading(1, self._sheet)
            self._sheet = ""
            self._builder.row(cells, first=not self._rows)
            self._rows = True

    def _paragraph(self, element: ElementTree.Element, name: str, gap: str, depth: int, *, aside: bool) -> None:
        self._rows = False
        text = "\n".join(filter(None, (" ".join(line.split()) for line in "".join(self._text(element)).split("\n"))))
        level = _value(element, "outline-level")
        if text and aside:
            self._builder.aside(text)
        elif text and name == "h":
            self._builder.heading(int(level) if level.isdigit() else 1, text)
        else:
            self._builder.paragraph(text, gap=gap)
        behind, self._behind = self._behind, []
        for box in behind:
            for child in box:
                self.block(child, depth + 1)

    def _table(self, element: ElementTree.Element, depth: int) -> None:
        rows = list(_rows(element))
        cells = [[cell for cell in row if _local(cell) == "table-cell"] for row in rows]
        if all(len(row) <= 1 for row in cells):  # a frame around text
            for row in cells:
                for cell in row:
                    for child in cell:
                        self.block(child, depth + 1)
            return
        self._rows = False
        for one in rows:
            self.row(one, depth)
        self._rows = False

    def _text(self, element: ElementTree.Element) -> Iterator[str]:
        yield element.text or ""
        for child in element:
            name = _local(child)
            if name in _MARKS:
                yield _MARKS[name]
            elif name in _BEHIND:
                self._behind.append(child)
            elif name not in _LEFT_OUT:
                yield from self._text(child)
            yield child.tail or ""


def _rows(table: ElementTree.Element) -> Iterator[ElementTree.Element]:
    for child in table:
        name = _local(child)
        if name == "table-row":
            yield child
        elif name in ("table-rows", "table-header-rows", "table-row-group"):
            yield from _rows(child)
