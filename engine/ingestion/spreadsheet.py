"""Excel workbooks (XLSX, Office Open XML), read row by row: the main reader needs two kilobytes for each cell."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from engine.ingestion.reading import ReadDocument, TextBuilder, Unreadable, skip
from engine.ingestion.zipped import core_title, parse_part, relations

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Numbers of the formats for dates and times that every workbook knows (ECMA-376 18.8.30)."""
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_LETTERS = re.compile(r"[A-Z]{1,3}")
_WIDEST_GAP = 50
_WHOLE = 1e18
_LAST_DAY = 2_958_466
"""The day after 31 December 9999, the last that Excel knows."""


def read_workbook(path: Path, media_type: str, *, most: int) -> ReadDocument:
    """Read a workbook: each sheet under its name, a row on a line, cells apart by bars.

    Args:
        path: The file, checked against zip bombs before.
        media_type: Its own.
        most: Characters that its text may have.

    Raises:
        Unreadable: it is damaged, or holds more than that.
    """
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        main = next((name for kind, name in relations(archive, "").values() if kind == "officeDocument"), "")
        main = main if main in names else "xl/workbook.xml"
        workbook = parse_part(archive, main)
        links = relations(archive, main)
        parts = {kind: name for kind, name in links.values() if name in names}
        reader = _Reader(
            _shared(archive, parts.get("sharedStrings")),
            _date_styles(archive, parts.get("styles")),
            first_day=datetime(1904, 1, 1) if _is_1904(workbook) else datetime(1899, 12, 30),  # noqa: DTZ001 - no zone
            most=most,
        )
        for sheet in workbook.iter():
            if _local(sheet) == "sheet":
                _, name = links.get(_attribute(sheet, "id"), ("", ""))
                if name in names:
                    reader.read(archive, name, sheet.get("name", ""))
                    reader.comments(archive, name)
        return ReadDocument(title=core_title(archive), media_type=media_type, pages=(reader.builder.page(),))


def _local(element: ElementTree.Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _attribute(element: ElementTree.Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _is_1904(workbook: ElementTree.Element) -> bool:
    return any(_local(one) == "workbookPr" and one.get("date1904") in ("1", "true") for one in workbook.iter())


def _blocks(archive: zipfile.ZipFile, name: str, wanted: str) -> Iterator[ElementTree.Element]:
    """Elements of that name, each forgotten behind the next one; where the part breaks off, those before."""
    above: list[ElementTree.Element] = []
    try:
        with archive.open(name) as stream:
            for event, element in ElementTree.iterparse(stream, events=("start", "end")):
                if event == "start":
                    above.append(element)
                    continue
                above.pop()
                if _local(element) == wanted:
                    yield element
                    above[-1].clear()
    except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, LookupError) as error:
        raise Unreadable(f"it is damaged: {name} in it makes no sense") from error


def _shared(archive: zipfile.ZipFile, name: str | None) -> list[str]:
    return [] if name is None else [_words(item) for item in _blocks(archive, name, "si")]


def _words(item: ElementTree.Element) -> str:
    """The text of a string, without the readings that stand above East Asian words."""
    parts = []
    for child in item:
        if _local(child) == "t":
            parts.append(child.text or "")
        elif _local(child) == "r":
            parts += [node.text or "" for node in child if _local(node) == "t"]
    return "".join(parts)


def _date_styles(archive: zipfile.ZipFile, name: str | None) -> frozenset[int]:
    """Numbers of the cell styles that show dates or times."""
    if name is None:
        return frozenset()
    try:
        root = parse_part(archive, name)
    except Unreadable:  # without its styles a workbook shows days as numbers, but all of its cells
        return frozenset()
    dates = set(_DATES)
    for form in root.iter():
        if _local(form) == "numFmt" and _DATE_LETTERS.search(_QUOTED.sub("", form.get("formatCode", ""))):
            dates.add(_number(form.get("numFmtId", "")))
    cells = next((one for one in root if _local(one) == "cellXfs"), ())
    return frozenset(place for place, style in enumerate(cells) if _number(style.get("numFmtId", "")) in dates)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


class _Reader:
    def __init__(self, shared: list[str], dates: frozenset[int], *, first_day: datetime, most: int) -> None:
        self.builder = TextBuilder()
        self._shared = shared
        self._dates = dates
        self._first_day = first_day
        self._most = most

    def read(self, archive: zipfile.ZipFile, part: str, title: str) -> None:
        """Add one sheet."""
        first = True
        for row in _blocks(archive, part, "row"):
            cells: list[str] = []
            for cell in row:
                text = self._cell(cell)
                if text:
                    cells += [""] * min(_WIDEST_GAP, _column(cell.get("r", "")) - len(cells))
                    cells.append(text)
            if cells:
                if first:
                    self.builder.heading(1, title)
                self.builder.row(cells, first=first)
                first = False
                if self.builder.length > self._most:
                    raise skip(f"it holds more than {self._most / 1e6:,.0f} million characters of text; split it up")

    def comments(self, archive: zipfile.ZipFile, part: str) -> None:
        """Add what is noted on the cells of a sheet."""
        for kind, name in relations(archive, part).values():
            if kind == "comments" and name in archive.namelist():
                for text in _blocks(archive, name, "text"):
                    self.builder.paragraph(_words(text))

    def _cell(self, cell: ElementTree.Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return " ".join(_words(child) for child in cell if _local(child) == "is")
        value = next((child.text or "" for child in cell if _local(child) == "v"), "")
        if kind == "s":
            return self._shared[int(value)] if value.isdigit() and int(value) < len(self._shared) else ""
        if kind == "b":
            return {"1": "TRUE", "0": "FALSE"}.get(value, value)
        if kind in ("str", "e", "d") or not value:
            return value
        try:
            number = float(value)
        except ValueError:
            return value
        style = cell.get("s", "")
        if style.isdigit() and int(style) in self._dates and 0 <= number < _LAST_DAY:
            return self._moment(number)
        return str(int(number)) if number.is_integer() and abs(number) < _WHOLE else f"{number:.15g}"

    def _moment(self, number: float) -> str:
        moment = self._first_day + timedelta(seconds=round(number * 86_400))
        if number < 1:
            return moment.strftime("%H:%M:%S")
        return moment.strftime("%Y-%m-%d" if number == int(number) else "%Y-%m-%d %H:%M:%S")


def _column(reference: str) -> int:
    """The place of a cell in its row, from 0: `C7` is 2."""
    letters = _LETTERS.match(reference)
    place = 0
    for letter in letters.group() if letters else "":
        place = place * 26 + ord(letter) - 64
    return max(0, place - 1)
