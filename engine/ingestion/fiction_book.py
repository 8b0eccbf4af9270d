"""Books in FictionBook 2: title, headings by their depth, prose, verse, notes. The main reader leaves verse out."""

from __future__ import annotations

from pathlib import Path
from xml.parsers import expat

from engine.ingestion.decoding import decode
from engine.ingestion.reading import ReadDocument, TextBuilder, Unreadable

_PARAGRAPHS = frozenset({"p", "v", "subtitle", "text-author", "date"})
_LEFT_OUT = frozenset({"binary", "stylesheet", "document-info", "publish-info", "custom-info"})
_STEP = 1 << 20


def read_fiction_book(path: Path) -> ReadDocument:
    """Read a book.

    Raises:
        Unreadable: it is no XML, or no text in any known encoding.
    """
    reader = _Reader()
    text = decode(path.read_bytes()).text
    start = text.find("<", text.find("?>") + 1 if text.lstrip().startswith("<?xml") else 0)
    try:
        reader.run(text[max(0, start) :])
    except expat.ExpatError as error:
        if not reader.heard:
            raise Unreadable("it is damaged: it is no well-formed XML") from error
        note = "it is damaged, so its text was taken as far as it goes"
        return ReadDocument(
            title=reader.title,
            media_type="application/x-fictionbook+xml",
            pages=(reader.builder.page(),),
            notes=(note,),
        )
    return ReadDocument(title=reader.title, media_type="application/x-fictionbook+xml", pages=(reader.builder.page(),))


class _Reader:
    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._open: list[str] = []
        self._text: list[str] = []
        self._heading: list[str] | None = None
        self._cells: list[str] | None = None
        self._rows = 0
        self._quiet = 0

    @property
    def heard(self) -> bool:
        """Something of the text was read."""
        return not self.builder.empty

    def run(self, text: str) -> None:
        """Read all of it.

        Raises:
            expat.ExpatError: it is not well-formed; what was read until there is kept.
        """
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._hear
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        data = text.encode("utf-8", "replace")
        for place in range(0, len(data), _STEP):
            parser.Parse(data[place : place + _STEP], False)
        parser.Parse(b"", True)

    def _hear(self, text: str) -> None:
        if not self._quiet:
            self._text.append(text)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        self._open.append(local)
        if local in _LEFT_OUT:
            self._quiet += 1
        elif local == "title" and "body" in self._open:
            self._heading = []
        elif local == "tr":
            self._cells = []
        elif local == "table":
            self._rows = 0
        if local in _PARAGRAPHS or local in ("td", "th", "book-title"):
            self._text.clear()

    def _end(self, name: str) -> None:
        local = self._open.pop()
        if local in _LEFT_OUT:
            self._quiet -= 1
        elif local == "book-title" and not self.title:
            self.title = self._take()[:300]
        elif local in _PARAGRAPHS:
            self._paragraph(local)
        elif local == "title" and self._heading is not None:
            self.builder.heading(max(1, self._open.count("section")), " ".join(self._heading))
            self._heading = None
        elif local in ("td", "th") and self._cells is not None:
            self._cells.append(self._take())
        elif local == "tr" and self._cells is not None:
            self.builder.row(self._cells, first=self._rows == 0)
            self._rows += 1
            self._cells = None

    def _paragraph(self, kind: str) -> None:
        text = self._take()
        if "body" not in self._open and "annotation" not in self._open:
            return
        if self._heading is not None:
            self._heading.append(text)
        else:
            self.builder.paragraph(text, gap="\n" if kind == "v" else "\n\n")

    def _take(self) -> str:
        text = " ".join("".join(self._text).split())
        self._text.clear()
        return text
