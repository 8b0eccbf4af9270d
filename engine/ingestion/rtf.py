r"""Rich text (RTF 1.9.1), read here because the bytes of its letters belong to the character set of the font in use.

The main reader of Office files takes all of them for the document's own, so that Russian, Czech or Japanese written by
older programs comes out as other letters. Pictures and other binary parts are passed over unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from engine.ingestion.reading import PageText, ReadDocument, TextBuilder, with_margins
from engine.ingestion.rtf_words import (
    CHARACTER_SETS,
    CONTENTS_STYLE,
    ENDS,
    HEADING_STYLE,
    LEFT_OUT,
    MARGINS,
    NOTES,
    SIGNS,
    SPEAKING,
    SYMBOLS,
    code_page,
)

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})?[ ]?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class _State:
    """What a group sets and its end takes back."""

    out: bool = True
    table: str = ""  # which table of the head is being read: fonts, styles, title
    font: int = -1
    style: int = -1
    skipped: int = 1  # characters behind a Unicode one that say the same for older programs
    hidden: bool = False
    level: int = 0
    listed: bool = False
    in_table: bool = False
    sink: int = 0


@dataclass(slots=True)
class _Sink:
    """Text that is being put together: the document's own or a note's."""

    text: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    paragraphs: list[str] = field(default_factory=list)  # of the cell at hand
    in_rows: bool = False
    in_list: bool = False
    margin: bool = False


def read_rtf(path: Path) -> ReadDocument:
    """Read a rich text document; one that is cut off is read as far as it goes."""
    reader = _Reader()
    reader.run(path.read_bytes())
    title = " ".join("".join(reader.title).split())[:300]
    return ReadDocument(title=title, media_type="application/rtf", pages=(reader.page(),))


class _Reader:
    def __init__(self) -> None:
        self._builder = TextBuilder()
        self.title: list[str] = []
        self._state = _State()
        self._above: list[_State] = []
        self._sinks = [_Sink()]
        self._behind: list[str] = []
        self._margins: list[str] = []
        self._bytes = bytearray()
        self._pass_over = 0
        self._starred = False
        self._encoding = "cp1252"
        self._first_font = -1
        self._fonts: dict[int, int] = {}
        self._pages: dict[int, str] = {}
        self._font = -1
        self._levels: dict[int, int] = {}
        self._contents: set[int] = set()
        self._style = 0
        self._name: list[str] = []

    def page(self) -> PageText:
        """The text, with what heads and feet of pages say beyond it."""
        return with_margins(self._builder.page(), self._margins)

    def run(self, data: bytes) -> None:
        """Read all of it."""
        place = 0
        while (token := _TOKEN.match(data, place)) is not None:
            place = token.end()
            word, number, byte, sign, brace, text = token.groups()
            if text is not None:
                self._write(text)
            elif byte is not None:
                self._write(bytes([int(byte, 16)]))
            elif word is not None:
                value = int(number) if number is not None else None
                if word == b"bin":
                    place += max(0, value or 0)
                else:
                    self._control(word.decode("ascii"), value)
            elif brace == b"{":
                self._flush()
                self._above.append(self._state)
                self._pass_over = 0
                self._starred = False
            elif brace == b"}":
                self._close()
            elif sign is not None:
                self._sign(sign)
        self._flush()
        while self._above:
            self._close()
        self._end_row()
        self._state = _State()
        for left in (*self._sinks[0].cells, *self._sinks[0].paragraphs):  # of a row that is cut off
            self._builder.paragraph(left)
        self._sinks[0] = _Sink(text=self._sinks[0].text)
        self._end_paragraph()

    def _sign(self, sign: bytes) -> None:
        if sign == b"*":
            self._starred = True
        elif sign in b"\\{}":
            self._write(sign)
        elif sign in b"\r\n":
            self._control("par", None)
        elif sign in b"~_":
            self._flush()
            self._say("\N{NO-BREAK SPACE}" if sign == b"~" else "-")

    def _close(self) -> None:
        self._flush()
        left = self._state
        if left.table == "styles":
            self._end_style()
        self._state = self._above.pop() if self._above else _State()
        self._pass_over = 0
        if left.sink != self._state.sink:
            note = self._sinks.pop()
            parts = [part for part in (*note.cells, *note.paragraphs, _tidy("".join(note.text))) if part]
            if note.margin:
                self._margins += parts
            elif parts:
                self._behind.append(" ".join(parts))

    def _control(self, word: str, value: int | None) -> None:
        starred, self._starred = self._starred, False
        if self._pass_over and word != "u":
            self._pass_over -= 1
            return
        self._flush()
        state = self._state
        if (word in NOTES or word in MARGINS) and state.out:
            self._sinks.append(_Sink(margin=word in MARGINS))
            self._state = replace(state, sink=len(self._sinks) - 1, level=0, style=-1, listed=False)
        elif word == "fonttbl":
            self._state = replace(state, out=False, table="fonts")
        elif word == "stylesheet":
            self._state = replace(state, out=False, table="styles")
        elif word == "title" and not state.out:
            self._state = replace(state, table="title")
        elif word == "upr" or word in LEFT_OUT or (starred and word not in SPEAKING):
            self._state = replace(state, out=False, table="styles" if state.table == "styles" and word == "cs" else "")
        elif word == "ud":
            self._state = replace(state, out=not self._above or all(one.table == "" for one in self._above))
        elif not self._setting(word, value) and state.out:
            self._text_control(word)

    def _setting(self, word: str, value: int | None) -> bool:
        """Whether a word sets something."""
        state = self._state
        match word:
            case "ansicpg" if value:
                self._encoding = code_page(value) or self._encoding
            case "mac":
                self._encoding = "mac_roman"
            case "pc":
                self._encoding = "cp437"
            case "pca":
                self._encoding = "cp850"
            case "deff":
                self._first_font = value or 0
            case "f" if state.table == "fonts":
                self._font = value or 0
            case "fcharset" if state.table == "fonts":
                self._fonts[self._font] = value or 0
            case "cpg" if state.table == "fonts":
                if (page := code_page(value or 0)) is not None:
                    self._pages[self._font] = page
            case "f" | "af":
                if word == "f":
                    self._state = replace(state, font=value or 0)
            case "plain":
                self._state = replace(state, font=-1, hidden=False)
            case "uc":
                self._state = replace(state, skipped=max(0, value if value is not None else 1))
            case "u":
                self._unicode(value or 0)
            case "v" | "deleted":
                self._state = replace(state, hidden=value != 0)
            case "pard":
                self._state = replace(state, style=-1, level=0, listed=False, in_table=False)
            case "intbl":
                self._state = replace(state, in_table=True)
            case "s":
                self._state = replace(state, style=value or 0)
                self._style = value or 0
            case "ls" | "pnlvlblt" | "pnlvlbody":
                self._state = replace(state, listed=True)
            case "outlinelevel":
                if state.table == "styles":
                    self._levels.setdefault(self._style, (value or 0) + 1 if (value or 0) < 9 else 0)
                else:
                    self._state = replace(state, level=(value or 0) + 1 if (value or 0) < 9 else 0)
            case _:
                return False
        return True

    def _text_control(self, word: str) -> None:
        if word in ENDS:
            self._end_paragraph()
        elif word in SIGNS:
            self._say(SIGNS[word])
        elif word in ("cell", "nestcell"):
            sink = self._sinks[self._state.sink]
            sink.paragraphs.append(self._take())
            sink.cells.append(" ".join(filter(None, sink.paragraphs)))
            sink.paragraphs.clear()
        elif word in ("row", "nestrow"):
            self._end_row()

    def _unicode(self, value: int) -> None:
        self._say(chr(value % 0x10000))
        self._pass_over = self._state.skipped

    def _write(self, data: bytes) -> None:
        if self._pass_over:
            passed = min(self._pass_over, len(data))
            self._pass_over -= passed
            data = data[passed:]
        if self._state.out or self._state.table:
            self._bytes += data

    def _flush(self) -> None:
        if not self._bytes:
            return
        data = bytes(self._bytes)
        self._bytes.clear()
        self._say(self._decode(data))

    def _decode(self, data: bytes) -> str:
        if data.isascii():
            return data.decode("ascii")
        font = self._state.font if self._state.font >= 0 else self._first_font
        set_ = self._fonts.get(font, 0)
        if set_ == SYMBOLS:
            return "".join("•" if byte == 0xB7 else chr(byte) if byte < 128 else "" for byte in data)
        return data.decode(self._pages.get(font) or CHARACTER_SETS.get(set_, self._encoding), "replace")

    def _say(self, text: str) -> None:
        state = self._state
        if state.table == "title":
            self.title.append(text)
        elif state.table == "styles":
            self._name.append(text)
            if ";" in text:
                self._end_style()
        elif state.out and not state.hidden:
            self._sinks[state.sink].text.append(text)

    def _end_style(self) -> None:
        name = "".join(self._name).strip(" ;")
        self._name.clear()
        heading = HEADING_STYLE.fullmatch(name)
        if heading:
            self._levels[self._style] = int(heading.group(1))
        elif CONTENTS_STYLE.fullmatch(name):
            self._contents.add(self._style)
        if name:
            self._style = 0

    def _take(self) -> str:
        """The paragraph at hand, which is empty then."""
        sink = self._sinks[self._state.sink]
        text = _tidy("".join(sink.text))
        sink.text.clear()
        return text

    def _end_paragraph(self) -> None:
        state = self._state
        sink = self._sinks[state.sink]
        text = self._take()
        if state.sink or state.in_table or sink.cells:  # a note, or a row that is not at its end
            sink.paragraphs.append(text)
            return
        if not text:
            return
        sink.in_rows = False
        level = state.level or self._levels.get(state.style, 0)
        if state.style in self._contents:
            self._builder.aside(text)
        elif level:
            self._builder.heading(level, text)
        else:
            self._builder.paragraph(text, gap="\n" if state.listed and sink.in_list else "\n\n")
        sink.in_list = state.listed
        self._notes()

    def _end_row(self) -> None:
        sink = self._sinks[self._state.sink]
        if self._state.sink or not sink.cells:
            return
        if len(sink.cells) == 1:
            self._builder.paragraph(sink.cells[0])
        else:
            self._builder.row(sink.cells, first=not sink.in_rows)
            sink.in_rows = any(sink.cells)
        sink.cells.clear()
        self._notes()

    def _notes(self) -> None:
        for note in self._behind:
            self._builder.paragraph(note)
        self._behind.clear()


def _tidy(text: str) -> str:
    """One blank between words, halves of a pair put together, line breaks kept."""
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line)
