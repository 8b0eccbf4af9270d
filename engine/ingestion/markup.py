"""HTML and XML to text. Nothing outside the file is ever fetched: external entities and links stay what they are."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from xml.parsers import expat

from engine.ingestion.reading import PageText, TextBuilder, clean

_HIDDEN = frozenset({"script", "style", "template", "svg", "noscript", "object", "iframe", "select", "math-annotation"})
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "section",
        "summary",
        "table",
        "tbody",
        "tfoot",
        "thead",
        "ul",
        "caption",
    ]
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_TAG = re.compile(r"<[^<>]{1,2000}>")
_LOOKS_MARKED_UP = re.compile(
    r"</?(?:p|div|br|b|i|a|img|span|li|ul|ol|h\d|table|font|em|strong|pre|blockquote)\b[^<>]*>", re.IGNORECASE
)
_INLINE = frozenset(
    [
        "a",
        "b",
        "i",
        "u",
        "s",
        "t",
        "r",
        "em",
        "strong",
        "span",
        "tspan",
        "sub",
        "sup",
        "font",
        "code",
        "q",
        "cite",
        "emphasis",
        "style",
        "small",
        "big",
    ]
)
_BREAK = "\v"
"""Stands for `<br>`: the line ends of the source mean nothing."""
_BLOB = re.compile(r"[A-Za-z0-9+/=\s]{200,}")
_FEEDS = frozenset({"rss", "feed", "rdf"})


def read_html(text: str) -> tuple[str, PageText]:
    """The title of a page and its text, paragraph by paragraph, without scripts, styles and marks."""
    reader = _Html()
    reader.run(text)
    return reader.title, reader.builder.page()


def write_html(text: str, builder: TextBuilder) -> str:
    """Add a page's text to what a builder holds already.

    Returns:
        The page's title.
    """
    reader = _Html(builder)
    reader.run(text)
    return reader.title


def read_xml(text: str) -> tuple[str, PageText, bool]:
    """The text inside an XML document.

    Returns:
        Its title where it is a feed, its text, and whether it is well-formed. Of a malformed one all text between tags
        is taken.
    """
    reader = _Xml()
    try:
        reader.run(text)
    except expat.ExpatError:
        builder = TextBuilder()
        html = _Html(builder)
        html.run(re.sub(r"<!\[CDATA\[(.*?)(?:\]\]>|$)", r"\1", text, flags=re.DOTALL))
        if builder.empty:
            builder.paragraph(unescape(_TAG.sub("\n", text)))
        return html.title, builder.page(), False
    return reader.title, reader.builder.page(), True


class _Html(HTMLParser):
    """Turns tags into blocks of a `TextBuilder`."""

    def __init__(self, builder: TextBuilder | None = None) -> None:
        super().__init__(convert_charrefs=True)
        self.builder = builder or TextBuilder()
        self.title = ""
        self._text: list[str] = []
        self._hidden = 0
        self._level = 0
        self._pre = 0
        self._in_title = False
        self._item = False
        self._rows: list[list[str]] = []
        self._first_row = True

    def run(self, text: str) -> None:
        """Read the whole text; what the parser cannot make sense of is taken as text between tags."""
        try:
            self.feed(text)
            self.close()
        except (AssertionError, NotImplementedError):
            self._text.append(unescape(_TAG.sub(" ", self.rawdata)))
        self._flush()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag == "title":
            self._in_title = True
        elif tag in _HEADINGS:
            self._flush()
            self._level = _HEADINGS[tag]
        elif tag == "br":
            self._text.append(_BREAK)
        elif tag == "pre":
            self._flush()
            self._pre += 1
        elif tag == "tr":
            self._flush()
            self._rows.append([])
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in _BLOCKS:
            if tag == "table":
                self._end_row()
                self._flush()
                self._first_row = True
            elif self._rows:
                self._text.append(" ")
            else:
                self._flush()
                self._item = tag in ("li", "dd", "dt")
        elif tag == "img":
            alternative = dict(attrs).get("alt")
            if alternative and not self._hidden:
                self._text.append(f" {alternative} ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _HIDDEN:  # `<script/>` ends at once in XHTML
            self.handle_starttag(tag, attrs)
            if tag == "title":
                self._in_title = False

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag == "title":
            self._in_title = False
        elif tag in _HEADINGS:
            self._flush()
        elif tag == "pre":
            self._flush()
            self._pre = max(0, self._pre - 1)
        elif tag == "tr" or tag == "table":
            self._end_row()
        elif tag in ("td", "th"):
            self._end_cell()
        elif tag in _BLOCKS:
            if self._rows:
                self._text.append(" ")
            else:
                self._flush()

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title = " ".join((self.title + data).split())[:300]
        elif not self._hidden:
            self._text.append(data)

    def unknown_decl(self, data: str) -> None:
        if data.startswith("CDATA[") and not self._hidden:
            self._text.append(data[6:])

    def _take(self) -> str:
        text = "".join(self._text)
        self._text.clear()
        if self._pre:
            return text.replace(_BREAK, "\n").strip("\n")
        return "\n".join(line for line in (" ".join(part.split()) for part in text.split(_BREAK)) if line)

    def _flush(self) -> None:
        text = self._take()
        if not text.strip():
            self._level = 0
            return
        if self._level:
            self.builder.heading(self._level, text)
        else:
            self.builder.paragraph(text, gap="\n" if self._item else "\n\n")
        self._level = 0
        self._item = False

    def _end_cell(self) -> None:
        if self._rows:
            text = self._take()
            if text:
                self._rows[-1].append(text)
        else:
            self._flush()

    def _end_row(self) -> None:
        if self._rows:
            self._end_cell()
            self.builder.row(self._rows.pop(), first=self._first_row)
            self._first_row = False
        else:
            self._flush()


class _Xml:
    """Collects the character data of an XML document; entities that it declares outside itself are passed over."""

    def __init__(self) -> None:
        self.builder = TextBuilder()
        self.title = ""
        self._text: list[str] = []
        self._feed = False
        self._open: list[str] = []

    def run(self, text: str) -> None:
        """Parse.

        Raises:
            expat.ExpatError: it is not well-formed, or its entities grow beyond measure.
        """
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text.append
        # Without a handler expat leaves external entities out; parameter entities are refused outright.
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        data = text.encode("utf-8", "replace")
        for place in range(0, len(data), 1 << 20):
            parser.Parse(data[place : place + (1 << 20)], False)
        parser.Parse(b"", True)
        self._flush("")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        if not self._open:
            self._feed = local in _FEEDS
        if local not in _INLINE:
            self._flush(self._open[-1] if self._open else "")
        self._open.append(local)

    def _end(self, name: str) -> None:
        local = self._open.pop()
        if local not in _INLINE:
            self._flush(local)

    def _flush(self, element: str) -> None:
        text = clean("".join(self._text)).strip()
        self._text.clear()
        if not text or (_BLOB.fullmatch(text) and " " not in text):  # a picture or another file written in Base64
            return
        if element == "title" and self._feed:
            if not self.title:
                self.title = " ".join(text.split())[:300]
            self.builder.heading(
                2 if any(part in ("item", "entry") for part in self._open) else 1, read_html(text)[1].text
            )
        elif "<" in text and _LOOKS_MARKED_UP.search(text):
            _Html(self.builder).run(text)
        else:
            self.builder.paragraph(re.sub(r"[ \t]*\n[ \t\n]*", "\n", text), gap="\n\n" if self._feed else "\n")
