"""Each kind of file to text, read in this process."""

from __future__ import annotations

import gzip
import json
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from engine.ingestion.formats import sniff
from engine.ingestion.readers import read_file
from engine.ingestion.reading import ReadDocument, Unreadable
from tests.helpers import hostile
from tests.helpers.pdf import make_pdf

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


def read(path: Path) -> ReadDocument:
    return read_file(path, path.name, zip_limit=100_000_000)


def pack(path: Path, files: dict[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def slide(title: str, *lines: str) -> str:
    body = "".join(f"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>" for line in lines)
    return (
        f'<p:sld xmlns:p="{P}" xmlns:a="{A}"><p:cSld><p:spTree><p:sp><p:nvSpPr><p:nvPr><p:ph type="title"/></p:nvPr>'
        f"</p:nvSpPr><p:txBody><a:p><a:r><a:t>{title}</a:t></a:r></a:p></p:txBody></p:sp>"
        f"<p:sp><p:txBody>{body}</p:txBody></p:sp></p:spTree></p:cSld></p:sld>"
    )


def make_slides(path: Path) -> Path:
    links = "".join(f'<Relationship Id="r{n}" Type="x/slide" Target="slides/slide{n}.xml"/>' for n in (1, 2))
    return pack(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "ppt/presentation.xml": f'<p:presentation xmlns:p="{P}" xmlns:r="{R}"><p:sldIdLst><p:sldId r:id="r2"/>'
            '<p:sldId r:id="r1"/></p:sldIdLst></p:presentation>',
            "ppt/_rels/presentation.xml.rels": f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>',
            "ppt/slides/slide1.xml": slide("Costs", "Ten euros a month", "Paid in advance"),
            "ppt/slides/slide2.xml": slide("Welcome"),
        },
    )


def make_epub(path: Path) -> Path:
    return pack(
        path,
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="book/content.opf"/></rootfiles></container>',
            "book/content.opf": '<package xmlns="http://www.idpf.org/2007/opf"><metadata '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>The Island</dc:title></metadata><manifest>'
            '<item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>'
            '<item id="a" href="one%20a.xhtml" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>',
            "book/one a.xhtml": "<html><body><h1>One</h1><p>式 The ship sails.</p></body></html>",
            "book/two.xhtml": "<html><body><h1>Two</h1><p>It sinks.</p></body></html>",
        },
    )


def test_slides_are_pages_in_their_order(tmp_path: Path) -> None:
    document = read(make_slides(tmp_path / "talk.pptx"))
    assert document.paged
    assert [page.text for page in document.pages] == ["Welcome", "Costs\n\nTen euros a month\nPaid in advance"]
    assert [heading.text for page in document.pages for heading in page.headings] == ["Welcome", "Costs"]


def test_a_book_is_read_in_its_order(tmp_path: Path) -> None:
    document = read(make_epub(tmp_path / "island.epub"))
    assert document.title == "The Island"
    assert document.pages[0].text == "One\n\n式 The ship sails.\n\nTwo\n\nIt sinks."


def test_a_word_file_with_headings_and_a_table(tmp_path: Path) -> None:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

    def paragraph(text: str, style: str = "") -> str:
        properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"

    def row(*cells: str) -> str:
        return "<w:tr>" + "".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in cells) + "</w:tr>"

    body = (
        paragraph("The lease", "Heading1")
        + paragraph("It ends in May.")
        + f"<w:tbl>{row('Rent', '900')}{row('Heat', '80')}</w:tbl>"
    )
    xml = f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
    document = read(hostile.docx(tmp_path / "lease.docx", "", parts={"word/document.xml": xml.encode()}))
    (page,) = document.pages
    assert "It ends in May." in page.text
    assert "Rent | 900\nHeat | 80" in page.text
    assert [heading.text for heading in page.headings] == ["The lease"]


def test_rich_text(tmp_path: Path) -> None:
    path = tmp_path / "note.rtf"
    path.write_text(r"{\rtf1\ansi The {\b oven} is hot.\par It was repaired.}")
    assert read(path).pages[0].text.split("\n\n") == ["The oven is hot.", "It was repaired."]


def test_a_notebook(tmp_path: Path) -> None:
    path = tmp_path / "work.ipynb"
    cells = [{"cell_type": "markdown", "metadata": {}, "source": ["# Results\n", "The mean is seven."]}]
    path.write_text(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    assert "The mean is seven." in read(path).pages[0].text


def test_a_mailbox_has_a_heading_for_each_mail(tmp_path: Path) -> None:
    path = tmp_path / "old.mbox"
    mails = []
    for number in (1, 2):
        mail = EmailMessage()
        mail["Subject"], mail["From"], mail["To"] = f"Letter {number}", "ann@example.org", "bob@example.org"
        mail.set_content(f"Text number {number}.")
        mails.append(f"From ann@example.org Thu Jan  1 00:00:0{number} 2026\n{mail.as_string()}\n")
    path.write_text("".join(mails))
    document = read(path)
    assert document.media_type == "application/mbox"
    assert [heading.text for heading in document.pages[0].headings] == ["Letter 1", "Letter 2"]
    assert "Text number 2." in document.pages[0].text


def test_an_html_mail_without_plain_text(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "News", "ann@example.org"
    mail.set_content("<p>The <b>boat</b> is sold.</p>", subtype="html")
    path = tmp_path / "news.eml"
    path.write_bytes(mail.as_bytes())
    document = read(path)
    assert document.title == "News"
    assert "The boat is sold." in document.pages[0].text


@pytest.mark.parametrize(
    ("name", "flavour", "media_type"),
    [
        ("a.md", "markdown", "text/markdown"),
        ("a.txt", "plain", "text/plain"),
        ("a.py", "code", "text/x-source"),
        ("Makefile", "code", "text/x-source"),
        ("a.csv", "rows", "text/csv"),
        ("no-ending", "plain", "text/plain"),
    ],
)
def test_texts_are_kept_as_they_are(tmp_path: Path, name: str, flavour: str, media_type: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"first line\r\nsecond\tline\x00\n"[:-2] + b"\n")
    document = read(path)
    assert document.pages[0].text == "first line\nsecond\tline\n"
    assert (document.flavour, document.media_type) == (flavour, media_type)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"7z\xbc\xaf\x27\x1c" + bytes(50), "7z archives"),
        (b"Rar!\x1a\x07\x00" + bytes(50), "RAR archives"),
        (b"MZ" + bytes(100), "it is a program"),
        (b"\x7fELF" + bytes(100), "it is a program"),
        (b"SQLite format 3\0" + bytes(100), "databases"),
        (b"ITSF" + bytes(100), "compiled help"),
        (b"ID3\x03" + bytes(100), "sound"),
        (bytes(4) + b"ftypisom" + bytes(100), "videos"),
        (b"", "the file is empty"),
        (b" \n\t \n", "no text found"),
    ],
)
def test_what_is_not_read_says_why(tmp_path: Path, data: bytes, reason: str) -> None:
    path = tmp_path / "thing.txt"
    path.write_bytes(data)
    with pytest.raises(Unreadable, match=reason) as caught:
        read(path)
    assert caught.value.skipped


def test_a_locked_pdf_and_a_locked_office_file(tmp_path: Path) -> None:
    path = tmp_path / "locked.docx"
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    with pytest.raises(Unreadable, match="locked with a password"):
        read(path)
    manifest = '<manifest:manifest xmlns:manifest="urn:m"><manifest:encryption-data/></manifest:manifest>'
    opened = pack(
        tmp_path / "locked.odt",
        {"mimetype": "application/vnd.oasis.opendocument.text", "META-INF/manifest.xml": manifest, "content.xml": "x"},
    )
    with pytest.raises(Unreadable, match="locked with a password"):
        read(opened)


def test_the_preview_inside_an_iwork_file(tmp_path: Path) -> None:
    preview = make_pdf(tmp_path / "p.pdf", [["The plan of the garden."]]).read_bytes()
    document = read(pack(tmp_path / "garden.pages", {"index.apxl": "x", "QuickLook/Preview.pdf": preview}))
    assert document.pages[0].text == "The plan of the garden."
    assert "preview" in document.notes[0]
    with pytest.raises(Unreadable, match="cannot be read"):
        read(pack(tmp_path / "bare.pages", {"Index/Document.iwa": "x"}))


def test_an_archive_is_known_by_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "thing.dat"
    path.write_bytes(gzip.compress(b"words"))
    assert sniff(path, path.name).reader == "archive"
    pack(path, {"a.txt": "words"})
    assert sniff(path, path.name).media_type == "application/zip"
    pack(path, {"classes.dex": "x", "AndroidManifest.xml": "x"})
    assert sniff(path, path.name).reason == "it is a program"


def test_data_without_blanks_are_cut_as_rows_are(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_text(json.dumps([{"id": number} for number in range(20_000)], separators=(",", ":")))
    assert read(path).flavour == "rows"
    path.write_text(json.dumps([{"id": number} for number in range(20_000)], indent=1))
    assert read(path).flavour == "code"


def test_text_boxes_of_old_workbooks_are_said_and_not_read(shared_data: Path) -> None:
    file = shared_data / "documents/tika/files/xls/testEXCEL_textbox.xls"
    with pytest.raises(Unreadable, match="text boxes of old Excel files are not read"):
        read(file)
