"""Word documents (DOCX, Office Open XML), read here so that nothing between the words is lost.

The main reader of Office files glues words that a tab or a line break keeps apart, and leaves out content controls in
tables. The body is parsed piece by piece, so that a long document needs no tree of its own size. Namespaces are passed
over: strict and transitional documents differ in them only.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final
from xml.etree import ElementTree

from engine.ingestion.reading import PageText, ReadDocument, TextBuilder, Unreadable, with_margins
from engine.ingestion.zipped import core_title, parse_part, relations

_MAIN = "word/document.xml"
_NOTES: Final = {"footnoteReference": "footnotes", "endnoteReference": "endnotes", "commentReference": "comments"}
_LEFT_OUT = frozenset(
    ["del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "sdtPr", "tblPr", "trPr", "tcPr", "rt"]
)
_MARKS: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_OFF = frozenset({"0", "false", "off", "none"})
_HEADING_NAME = re.compile(r"heading ([1-9])")
_HEADING_ID = re.compile(r"(?i:heading)([1-9])")
_CONTENTS_NAME = re.compile(r"toc [1-9]|table of figures")
_DEEPEST = 100
"""Styles that build on one another, and tables in tables."""


def read_docx(path: Path, media_type: str) -> ReadDocument:
    """Read a Word document.

    Raises:
        Unreadable: it is damaged: its main part is missing or makes no sense.
    """
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        main = next((name for kind, name in relations(archive, "").values() if kind == "officeDocument"), _MAIN)
        if main not in names:
            raise Unreadable("it is damaged: its main part is missing in it")
        parts = {kind: name for kind, name in relations(archive, main).values() if name in names}
        reader = _Reader(_styles(archive, parts.get("styles")), _notes(archive, parts))
        try:
            with archive.open(main) as stream:
                reader.read(stream)
        except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, LookupError) as error:
            raise Unreadable(f"it is damaged: {main} in it makes no sense") from error
        page = with_margins(reader.page(), _margins(archive, main, names))
        return ReadDocument(title=core_title(archive), media_type=media_type, pages=(page,))


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: ElementTree.Element | None, name: str = "val") -> str:
    if element is None:
        return ""
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _child(element: ElementTree.Element | None, *names: str) -> ElementTree.Element | None:
    for name in names:
        if element is None:
            return None
        element = next((child for child in element if _local(child) == name), None)
    return element


class _Styles:
    """What paragraph styles mean: level of a heading (from 1, 0 for none), and whether it is a line of contents."""

    def __init__(self, levels: dict[str, int], contents: frozenset[str]) -> None:
        self._levels = levels
        self.contents = contents

    def level(self, style: str) -> int:
        """The level of a heading; a style that is told nowhere means what its name says."""
        named = _HEADING_ID.fullmatch(style) if style not in self._levels else None
        return int(named.group(1)) if named else self._levels.get(style, 0)


def _styles(archive: zipfile.ZipFile, name: str | None) -> _Styles:
    if name is None:
        return _Styles({}, frozenset())
    try:
        root = parse_part(archive, name)
    except Unreadable:  # without its styles a document has no headings, but all of its text
        return _Styles({}, frozenset())
    own: dict[str, int] = {}
    based: dict[str, str] = {}
    contents: set[str] = set()
    for style in root:
        if _local(style) != "style" or _value(style, "type") not in ("paragraph", ""):
            continue
        identity = _value(style, "styleId")
        called = _value(_child(style, "name")).casefold()
        based[identity] = _value(_child(style, "basedOn"))
        level = _value(_child(style, "pPr", "outlineLvl"))
        named = _HEADING_NAME.fullmatch(called)
        if named or called == "title":
            own[identity] = int(named.group(1)) if named else 1
        elif level.isdigit():
            own[identity] = int(level) + 1 if int(level) < 9 else 0
        if _CONTENTS_NAME.fullmatch(called):
            contents.add(identity)
    levels: dict[str, int] = {}
    for identity in based:
        above = identity
        for _ in range(_DEEPEST):
            if above in own or above not in based:
                break
            above = based[above]
        levels[identity] = own.get(above, 0)
    return _Styles(levels, frozenset(contents))


def _notes(archive: zipfile.ZipFile, parts: dict[str, str]) -> dict[tuple[str, str], ElementTree.Element]:
    """Footnotes, endnotes and comments by part and number."""
    found = {}
    for kind in _NOTES.values():
        if kind not in parts:
            continue
        try:
            root = parse_part(archive, parts[kind])
        except Unreadable:  # broken notes do not spoil the text
            continue
        for note in root:
            if _value(note, "type") not in ("separator", "continuationSeparator", "continuationNotice"):
                found[kind, _value(note, "id")] = note
    return found


def _margins(archive: zipfile.ZipFile, main: str, names: set[str]) -> Iterator[str]:
    """Paragraphs of heads and feet of pages."""
    for kind, name in relations(archive, main).values():
        if kind not in ("header", "footer") or name not in names:
            continue
        try:
            root = parse_part(archive, name)
        except Unreadable:
            continue
        reader = _Reader(_Styles({}, frozenset()), {})
        reader.blocks(root)
        yield from reader.page().text.split("\n\n")


class _Reader:
    """Turns the blocks of a document into text."""

    def __init__(self, styles: _Styles, notes: dict[tuple[str, str], ElementTree.Element]) -> None:
        self._styles = styles
        self._notes = notes
        self._builder = TextBuilder()
        self._behind: list[ElementTree.Element] = []  # text boxes and notes, which follow their paragraph
        self._fields: list[bool] = []  # fields that are open: whether their result has begun
        self._item = False
        self._in_rows = False

    def read(self, stream: IO[bytes]) -> None:
        """Read the main part, one block of the body after the other.

        Raises:
            ElementTree.ParseError: it is no XML.
        """
        open_elements: list[ElementTree.Element] = []
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            if event == "start":
                open_elements.append(element)
                continue
            open_elements.pop()
            above = [_local(one) for one in open_elements[1:]] if len(open_elements) in (2, 3) else []
            if above == ["body"]:
                self._block(element, 0)
                open_elements[-1].clear()
            elif above == ["body", "tbl"] and _local(element) == "tr":
                self._row(element, 0)
                open_elements[-1].clear()

    def page(self) -> PageText:
        """The text so far."""
        return self._builder.page()

    def blocks(self, element: ElementTree.Element, depth: int = 0) -> None:
        """Every paragraph and table in an element."""
        for child in element:
            self._block(child, depth)

    def _block(self, element: ElementTree.Element, depth: int) -> None:
        if depth > _DEEPEST:
            return
        match _local(element):
            case "p":
                self._paragraph(element)
            case "tbl":
                self._table(element, depth)
            case "AlternateContent":
                self.blocks(_alternative(element), depth + 1)
            case name if name not in _LEFT_OUT:
                self.blocks(element, depth + 1)

    def _paragraph(self, element: ElementTree.Element) -> None:
        text = _tidy("".join(self._text(element)))
        settings = _child(element, "pPr")
        style = _value(_child(settings, "pStyle"))
        direct = _value(_child(settings, "outlineLvl"))
        level = int(direct) + 1 if direct.isdigit() and int(direct) < 9 else self._styles.level(style)
        item = _child(settings, "numPr") is not None and not level
        if text and style in self._styles.contents:
            self._builder.aside(text)
        elif text and level:
            self._builder.heading(level, text)
        else:
            self._builder.paragraph(text, gap="\n" if item and self._item else "\n\n")
        if text:
            self._item = item
            self._in_rows = False
        behind, self._behind = self._behind, []
        for block in behind:
            self.blocks(block)

    def _table(self, element: ElementTree.Element, depth: int) -> None:
        for row in _nested(element, "tr"):
            self._row(row, depth)
        self._in_rows = False

    def _row(self, row: ElementTree.Element, depth: int) -> None:
        """A row of a table; one of a single cell is a frame around text."""
        cells = list(_nested(row, "tc"))
        if len(cells) > 1:
            self._item = False
            texts = [self._cell(cell, depth) for cell in cells]
            self._builder.row(texts, first=not self._in_rows)
            self._in_rows = self._in_rows or any(texts)
            return
        for cell in cells:
            self.blocks(cell, depth + 1)

    def _cell(self, cell: ElementTree.Element, depth: int) -> str:
        inner = _Reader(self._styles, self._notes)
        inner.blocks(cell, depth + 1)
        return inner.page().text

    def _text(self, element: ElementTree.Element) -> Iterator[str]:
        """The words of a paragraph; what stands in text boxes and notes is put behind it."""
        for child in element:
            name = _local(child)
            if name in _LEFT_OUT:
                continue
            if name == "t":
                if self._shown:
                    yield child.text or ""
            elif name in _MARKS:
                if self._shown:
                    yield _MARKS[name]
            elif name == "fldChar":
                self._field(_value(child, "fldCharType"))
            elif name == "r":
                if not _hidden(child):
                    yield from self._text(child)
            elif name == "txbxContent":
                self._behind.append(child)
            elif name in _NOTES:
                note = self._notes.pop((_NOTES[name], _value(child, "id")), None)
                if note is not None:
                    self._behind.append(note)
            elif name == "AlternateContent":
                yield from self._text(_alternative(child))
            elif name == "textpath":  # lettering of older drawings
                yield f" {_value(child, 'string')} "
            else:
                yield from self._text(child)

    @property
    def _shown(self) -> bool:
        return all(self._fields)

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append(False)
        elif kind == "separate" and self._fields:
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields.pop()


def _nested(element: ElementTree.Element, wanted: str) -> Iterator[ElementTree.Element]:
    """Rows of a table or cells of a row, also inside content controls, not those of tables in it."""
    for child in element:
        name = _local(child)
        if name == wanted:
            yield child
        elif name in ("sdt", "sdtContent", "customXml", "ins"):
            yield from _nested(child, wanted)


def _alternative(element: ElementTree.Element) -> ElementTree.Element:
    """What a program of today takes of a choice; the fallback where it says nothing."""
    choices = [child for child in element if _local(child) in ("Choice", "Fallback")]
    return next((choice for choice in choices if _speaks(choice)), choices[0] if choices else element)


def _speaks(element: ElementTree.Element) -> bool:
    return any(_local(node) in ("t", "textpath") for node in element.iter())


def _hidden(run: ElementTree.Element) -> bool:
    mark = _child(run, "rPr", "vanish")
    return mark is not None and _value(mark).casefold() not in _OFF


def _tidy(text: str) -> str:
    """Tabs stay apart from words by one blank, line breaks stay."""
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
