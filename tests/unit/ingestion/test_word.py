"""Word documents: nothing glued, nothing lost, nothing said twice."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from engine.ingestion.readers import read_file
from engine.ingestion.reading import PageText, ReadDocument, Unreadable

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<w:styles xmlns:w="{WORD}">'
    '<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Sub"><w:name w:val="Own"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr>'
    "</w:style>"
    '<w:style w:type="paragraph" w:styleId="SubSub"><w:name w:val="Child"/><w:basedOn w:val="Sub"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style></w:styles>'
)


def make(path: Path, body: str, *, namespace: str = WORD, **parts: str) -> Path:
    """A document of a body and of parts by the last word of their relation."""
    links = "".join(f'<Relationship Id="r{kind}" Type="x/{kind}" Target="{kind}.xml"/>' for kind in parts)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "word/document.xml",
            f'<w:document xmlns:w="{namespace}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:document>',
        )
        archive.writestr("word/_rels/document.xml.rels", f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>')
        for kind, xml in parts.items():
            archive.writestr(f"word/{kind}.xml", xml)
    return path


def p(text: str, settings: str = "") -> str:
    return f"<w:p><w:pPr>{settings}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"


def styled(text: str, style: str) -> str:
    return p(text, f'<w:pStyle w:val="{style}"/>')


def read(path: Path) -> ReadDocument:
    return read_file(path, path.name, zip_limit=100_000_000)


def page(path: Path) -> PageText:
    (only,) = read(path).pages
    return only


def test_tabs_and_breaks_keep_words_apart(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>Name:</w:t><w:tab/><w:t>Ann</w:t><w:br/><w:t>Born</w:t><w:cr/><w:t>1970</w:t></w:r></w:p>"
    assert page(make(tmp_path / "a.docx", body)).text == "Name: Ann\nBorn\n1970"


def test_headings_by_style_name_by_outline_and_by_inheritance(tmp_path: Path) -> None:
    body = styled("One", "berschrift1") + p("Text.") + styled("Two", "Sub") + styled("Three", "SubSub") + p("More.")
    found = page(make(tmp_path / "a.docx", body, styles=STYLES))
    assert [(heading.level, heading.text) for heading in found.headings] == [(1, "One"), (2, "Two"), (2, "Three")]
    assert [found.text[heading.start :].split("\n")[0] for heading in found.headings] == ["One", "Two", "Three"]


def test_the_table_of_contents_is_shown_and_not_remembered(tmp_path: Path) -> None:
    body = styled("The harbour 3", "Verzeichnis1") + styled("The harbour", "berschrift1") + p("Ships.")
    found = page(make(tmp_path / "a.docx", body, styles=STYLES))
    assert [found.text[start:end] for start, end in found.asides] == ["The harbour 3"]


def test_content_controls_hold_text_everywhere(tmp_path: Path) -> None:
    def control(inner: str) -> str:
        return f"<w:sdt><w:sdtPr/><w:sdtContent>{inner}</w:sdtContent></w:sdt>"

    cell = f"<w:tc>{control(p('47'))}</w:tc>"
    row = f"<w:tr><w:tc>{p('Age')}</w:tc>{control(cell)}</w:tr>"
    body = (
        control(p("First.")) + f"<w:tbl>{control(row)}</w:tbl>" + f"<w:p>{control('<w:r><w:t>Last.</w:t></w:r>')}</w:p>"
    )
    assert page(make(tmp_path / "a.docx", body)).text == "First.\n\nAge | 47\n\nLast."


def test_what_was_deleted_or_hidden_or_is_a_field_code_is_no_text(tmp_path: Path) -> None:
    body = (
        "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>It costs </w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
        "<w:r><w:rPr><w:vanish w:val='0'/></w:rPr><w:t>5</w:t></w:r>"
        "<w:r><w:fldChar w:fldCharType='begin'/><w:instrText>PAGE</w:instrText><w:t>code</w:t>"
        "<w:fldChar w:fldCharType='separate'/><w:t> euros</w:t><w:fldChar w:fldCharType='end'/></w:r></w:p>"
    )
    assert page(make(tmp_path / "a.docx", body)).text == "It costs 5 euros"


def test_a_text_box_is_read_once_and_behind_its_paragraph(tmp_path: Path) -> None:
    box = f"<w:txbxContent>{p('In the box.')}</w:txbxContent>"
    body = (
        "<w:p><w:r><w:t>Before </w:t><mc:AlternateContent><mc:Choice Requires='wps'>"
        f"{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent><w:t>after.</w:t></w:r></w:p>"
    )
    assert page(make(tmp_path / "a.docx", body)).text == "Before after.\n\nIn the box."


def test_notes_follow_their_paragraph(tmp_path: Path) -> None:
    notes = f'<w:footnotes xmlns:w="{WORD}"><w:footnote w:id="0" w:type="separator">{p("line")}</w:footnote>'
    notes += f'<w:footnote w:id="2">{p("Seen in 1912.")}</w:footnote></w:footnotes>'
    body = '<w:p><w:r><w:t>The whale</w:t><w:footnoteReference w:id="2"/></w:r></w:p>' + p("The end.")
    assert page(make(tmp_path / "a.docx", body, footnotes=notes)).text == "The whale\n\nSeen in 1912.\n\nThe end."


def test_frames_are_paragraphs_and_tables_in_tables_are_kept(tmp_path: Path) -> None:
    frame = f"<w:tbl><w:tr><w:tc>{p('One.')}{p('Two.')}</w:tc></w:tr></w:tbl>"
    inner = f"<w:tbl><w:tr><w:tc>{p('x')}</w:tc><w:tc>{p('y')}</w:tc></w:tr></w:tbl>"
    outer = f"<w:tbl><w:tr><w:tc>{p('a')}</w:tc><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    assert page(make(tmp_path / "a.docx", frame + outer)).text == "One.\n\nTwo.\n\na | x | y"


def test_list_items_stand_line_by_line(tmp_path: Path) -> None:
    settings = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    body = p("Buy:") + p("milk", settings) + p("bread", settings) + p("Done.")
    assert page(make(tmp_path / "a.docx", body)).text == "Buy:\n\nmilk\nbread\n\nDone."


def test_a_letterhead_counts_where_it_says_something_new(tmp_path: Path) -> None:
    head = f'<w:hdr xmlns:w="{WORD}">{p("Contract 778/B of Miller")}{p("The lease")}{p("12")}</w:hdr>'
    body = p("The lease ends in May.")
    text = page(make(tmp_path / "a.docx", body, header=head)).text
    assert text == "The lease ends in May.\n\nContract 778/B of Miller"


def test_strict_documents_are_read_too(tmp_path: Path) -> None:
    assert page(make(tmp_path / "a.docx", p("Strictly."), namespace=STRICT)).text == "Strictly."


def test_a_main_part_that_is_cut_off_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{p("Kept.")}<w:p><w:r>')
    document = read(path)
    assert document.pages[0].text == "Kept."
    assert document.notes == ("it is damaged, so its text was taken as far as it could be made out",)


def test_without_a_main_part_it_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/settings.xml", "<settings/>")
    with pytest.raises(Unreadable, match="damaged"):
        read(path)


def test_an_encoding_that_does_not_exist_is_damage_and_no_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        xml = f'<w:document xmlns:w="{WORD}"><w:body>{p("Kept.")}</w:body></w:document>'
        archive.writestr("word/document.xml", f'<?xml version="1.0" encoding="UTX-8"?>{xml}')
    document = read(path)
    assert document.pages[0].text == "Kept."
    assert "damaged" in document.notes[0]
