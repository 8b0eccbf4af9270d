"""FictionBook: title, headings, prose, verse, notes, in whatever encoding."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.ingestion.readers import read_file
from engine.ingestion.reading import ReadDocument, Unreadable

BOOK = """<?xml version="1.0" encoding="{encoding}"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info><book-title>Остров</book-title>
<annotation><p>О чём книга.</p></annotation></title-info>
<document-info><p>made by a program</p></document-info></description>
<body><title><p>Остров</p></title><section><title><p>Глава</p><p>первая</p></title><epigraph><p>Море шумит.</p>
<text-author>Поэт</text-author></epigraph><p>Корабль <emphasis>ушёл</emphasis>.</p><section><title><p>Стихи</p></title>
<poem><stanza><v>Белеет парус</v><v>одинокий</v></stanza></poem><table><tr><td>а</td><td>б</td></tr></table></section>
</section></body><body name="notes"><section><title><p>1</p></title><p>Примечание.</p></section></body>
<binary id="cover" content-type="image/png">iVBORw0KGgo=</binary></FictionBook>"""


def read(path: Path, data: bytes) -> ReadDocument:
    path.write_bytes(data)
    return read_file(path, "a.fb2", zip_limit=1_000_000)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_a_book(tmp_path: Path, encoding: str) -> None:
    document = read(tmp_path / "a.fb2", BOOK.format(encoding=encoding).encode(encoding))
    (page,) = document.pages
    assert document.title == "Остров"
    assert page.text.split("\n\n") == [
        "О чём книга.",
        "Остров",
        "Глава первая",
        "Море шумит.",
        "Поэт",
        "Корабль ушёл.",
        "Стихи\nБелеет парус\nодинокий",
        "а | б",
        "1",
        "Примечание.",
    ]
    assert [(heading.level, heading.text) for heading in page.headings] == [
        (1, "Остров"),
        (1, "Глава первая"),
        (2, "Стихи"),
        (1, "1"),
    ]


def test_one_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = BOOK.format(encoding="utf-8")
    document = read(tmp_path / "a.fb2", whole[: whole.index("Белеет")].encode())
    assert document.pages[0].text.endswith("Корабль ушёл.\n\nСтихи")
    assert "damaged" in document.notes[0]
    with pytest.raises(Unreadable, match="damaged"):
        read(tmp_path / "b.fb2", b'<?xml version="1.0"?><FictionBook><description><title-info>')
