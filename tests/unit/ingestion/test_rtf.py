"""Rich text: letters by the font's character set, tables, notes, what is no text."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.ingestion.readers import read_file
from engine.ingestion.reading import ReadDocument, Unreadable

FONTS = r"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}"
FONTS += r"{\f2\fcharset238 Arial CE;}{\f3\fcharset128 MS;}{\f4\fcharset2 Symbol;}}"


def read(path: Path, body: str, head: str = r"\ansi\ansicpg1252\deff0") -> ReadDocument:
    path.write_bytes(b"{\\rtf1" + head.encode() + FONTS.encode() + body.encode("latin-1") + b"}")
    return read_file(path, "a.rtf", zip_limit=1_000_000)


def text(path: Path, body: str, head: str = r"\ansi\ansicpg1252\deff0") -> str:
    return read(path, body, head).pages[0].text


def escaped(words: str, encoding: str) -> str:
    return "".join(f"\\'{byte:02x}" if byte > 127 or byte in b"\\{}" else chr(byte) for byte in words.encode(encoding))


@pytest.mark.parametrize(
    ("font", "encoding", "words"),
    [
        (1, "cp1251", "Уважаемый клиент!"),
        (2, "cp1250", "Článek týdne"),
        (3, "cp932", "表示はソ連"),
        (0, "cp1252", "Café à la carte"),
    ],
)
def test_letters_are_those_of_the_font(tmp_path: Path, font: int, encoding: str, words: str) -> None:
    assert text(tmp_path / "a.rtf", rf"\f{font} {escaped(words, encoding)}\par") == words


def test_the_documents_own_character_set(tmp_path: Path) -> None:
    assert text(tmp_path / "a.rtf", escaped("Привет", "cp1251"), r"\ansi\ansicpg1251\deff0") == "Привет"
    assert text(tmp_path / "a.rtf", escaped("Äpfel", "mac_roman"), r"\mac\deff0") == "Äpfel"
    assert text(tmp_path / "a.rtf", escaped("Привет", "cp1251"), r"\ansi\deff1") == "Привет"


def test_a_font_ends_with_its_group(tmp_path: Path) -> None:
    body = rf"{{\f1 {escaped('Да', 'cp1251')}}} {escaped('né', 'cp1252')}"
    assert text(tmp_path / "a.rtf", body) == "Да né"


def test_unicode_and_what_older_programs_show_instead(tmp_path: Path) -> None:
    assert text(tmp_path / "a.rtf", r"\uc1\u1044 ?\u1072\'3f, \uc2\u26085 ab\uc0\u-10179 \u-8704 !") == "Да, 日😀!"
    assert text(tmp_path / "a.rtf", r"{\upr{Zurich}{\*\ud{Z\u252 ?rich}}} lies there.") == "Zürich lies there."


def test_signs_line_ends_and_braces(tmp_path: Path) -> None:
    body = "One\\tab two\\line three\\par\n\\ldblquote a\\~b\\rdblquote  \\emdash  x\\_y \\{z\\}\\\nlast"
    assert text(tmp_path / "a.rtf", body) == "One two\nthree\n\n“a b” — x-y {z}\n\nlast"


def test_headings_contents_and_title(tmp_path: Path) -> None:
    styles = r"{\stylesheet{\s0 Normal;}{\s1\outlinelevel0 heading 1;}{\s2 heading 2;}{\s5 toc 1;}}"
    styles += r"{\info{\title My \'abcase\'bb}}"
    body = styles + r"\pard\s5 One 3\par\pard\s1 One\par\pard Text.\par\pard\s2 Two\par"
    document = read(tmp_path / "a.rtf", body)
    (page,) = document.pages
    assert document.title == "My «case»"
    assert [(heading.level, heading.text) for heading in page.headings] == [(1, "One"), (2, "Two")]
    assert [page.text[start:end] for start, end in page.asides] == ["One 3"]


def test_tables_are_rows(tmp_path: Path) -> None:
    body = r"\trowd\intbl Rent\cell 900\cell\row\trowd\intbl Heat\par cold\cell 80\cell\row\pard Paid.\par"
    assert text(tmp_path / "a.rtf", body) == "Rent | 900\nHeat cold | 80\n\nPaid."


def test_notes_follow_their_paragraph_and_margins_count_once(tmp_path: Path) -> None:
    body = r"{\header Contract 778/B\par Paid.\par}The whale{\footnote Seen in 1912.} sank.\par Paid.\par"
    assert text(tmp_path / "a.rtf", body) == "The whale sank.\n\nSeen in 1912.\n\nPaid.\n\nContract 778/B"


def test_pictures_codes_and_hidden_text_are_left_out(tmp_path: Path) -> None:
    body = (
        r"{\*\generator Riched;}{\pict\pngblip 89504e47}A{\v secret}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}"
        "\\bin5 {}\\}{ b{\\object{\\*\\objdata 0102}{\\result shown}}"
    )
    assert text(tmp_path / "a.rtf", body) == "Alink bshown"


def test_one_that_is_cut_off_or_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.rtf"
    path.write_bytes(rb"{\rtf1\ansi Kept.\par And th\'")
    assert read_file(path, "a.rtf", zip_limit=1).pages[0].text.startswith("Kept.\n\nAnd th")
    path.write_bytes(rb"{\rtf1\ansi\intbl One\cell Two\par Three")
    assert read_file(path, "a.rtf", zip_limit=1).pages[0].text == "One\n\nTwo\n\nThree"
    with pytest.raises(Unreadable, match="no text"):
        read(path, r"{\list{\listname List1;}}\f4 \'b7\par")
