"""OpenDocument texts and spreadsheets: nothing glued, nothing lost."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engine.ingestion.readers import read_file
from engine.ingestion.reading import PageText, Unreadable

_NAMES = ["office", "text", "table", "draw", "svg", "meta", "style"]
SPACES = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in _NAMES)


def make(path: Path, body: str, *, kind: str = "text", styles: str = "") -> Path:
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", mimetype)
        wrapped = f"<office:body><office:{kind}>{body}</office:{kind}></office:body>"
        archive.writestr("content.xml", f"<office:document-content {SPACES}><a/>{wrapped}</office:document-content>")
        if styles:
            archive.writestr("styles.xml", f"<office:document-styles {SPACES}>{styles}</office:document-styles>")
    return path


def page(path: Path) -> PageText:
    (only,) = read_file(path, path.name, zip_limit=100_000_000).pages
    return only


def test_headings_tabs_and_breaks(tmp_path: Path) -> None:
    body = '<text:h text:outline-level="2">The <text:span>lease</text:span></text:h>'
    body += '<text:p>Name:<text:tab/>Ann<text:line-break/>Born<text:s text:c="3"/>1970</text:p>'
    found = page(make(tmp_path / "a.odt", body))
    assert found.text == "The lease\n\nName: Ann\nBorn 1970"
    assert [(heading.level, heading.text) for heading in found.headings] == [(2, "The lease")]


def test_lists_sections_and_what_was_added_while_changes_were_recorded(tmp_path: Path) -> None:
    body = "<text:tracked-changes><text:changed-region><text:p>Deleted.</text:p></text:changed-region>"
    body += "</text:tracked-changes>"
    body += "<text:section><text:p>Buy <text:change-start/>fresh<text:change-end/>:</text:p></text:section>"
    body += "<text:list><text:list-item><text:p>milk</text:p></text:list-item><text:list-item><text:p>bread</text:p>"
    body += "</text:list-item></text:list>"
    assert page(make(tmp_path / "a.odt", body)).text == "Buy fresh:\n\nmilk\nbread"


def test_notes_boxes_and_comments_follow_their_paragraph(tmp_path: Path) -> None:
    body = (
        "<text:p>The whale<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Seen in 1912.</text:p></text:note-body></text:note><draw:frame><draw:text-box>"
        "<text:p>In a box.</text:p></draw:text-box></draw:frame> sank.</text:p>"
    )
    assert page(make(tmp_path / "a.odt", body)).text == "The whale sank.\n\nSeen in 1912.\n\nIn a box."


def test_the_table_of_contents_is_aside_and_the_letterhead_counts(tmp_path: Path) -> None:
    body = "<text:table-of-content><text:table-of-content-source>x</text:table-of-content-source><text:index-body>"
    body += "<text:p>The harbour<text:tab/>3</text:p></text:index-body></text:table-of-content><text:p>Ships.</text:p>"
    head = "<style:header><text:p>Contract 778/B</text:p><text:p>3</text:p></style:header>"
    found = page(make(tmp_path / "a.odt", body, styles=head))
    assert found.text == "The harbour 3\n\nShips.\n\nContract 778/B"
    assert [found.text[start:end] for start, end in found.asides] == ["The harbour 3"]


def test_tables_in_texts(tmp_path: Path) -> None:
    def cell(text: str) -> str:
        return f"<table:table-cell><text:p>{text}</text:p></table:table-cell>"

    head = f"<table:table-row>{cell('Rent')}{cell('900')}</table:table-row>"
    rows = f"<table:table-header-rows>{head}</table:table-header-rows>"
    body = f"<table:table>{rows}<table:table-row>{cell('Heat')}{cell('80')}</table:table-row></table:table>"
    frame = f"<table:table><table:table-row>{cell('Alone.')}</table:table-row></table:table>"
    assert page(make(tmp_path / "a.odt", body + frame)).text == "Rent | 900\nHeat | 80\n\nAlone."


def test_a_sheet_shows_what_its_cells_show_and_repeats_no_empty_ones(tmp_path: Path) -> None:
    body = (
        '<table:table table:name="Costs"><table:table-row><table:table-cell office:value="0.5"><text:p>50 %</text:p>'
        '</table:table-cell><table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
        '<table:table-row><table:table-cell/><table:table-cell table:number-columns-repeated="2"><text:p>x</text:p>'
        '</table:table-cell></table:table-row></table:table><table:table table:name="Empty"/>'
    )
    found = page(make(tmp_path / "a.ods", body, kind="spreadsheet"))
    assert found.text == "Costs\n\n50 %\n| x | x"
    assert [heading.text for heading in found.headings] == ["Costs"]


def test_content_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "a.odt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", "\0\0")
    with pytest.raises(Unreadable, match="damaged"):
        page(path)
