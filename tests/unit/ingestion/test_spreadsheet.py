"""Excel workbooks: sheets, strings, dates, gaps, comments, and no memory lost on large ones."""

from __future__ import annotations

import tracemalloc
import zipfile
from pathlib import Path

import pytest

from engine.ingestion.readers import read_file
from engine.ingestion.reading import ReadDocument, Unreadable
from engine.ingestion.spreadsheet import read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/>'
    '<numFmt numFmtId="165" formatCode="#,##0.00 &quot;days&quot;"/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="22"/><xf numFmtId="165"/></cellXfs></styleSheet>'
)


def make(path: Path, sheets: dict[str, str], *, shared: str = "", head: str = "", **more: str) -> Path:
    """A workbook of sheets by name, each its rows as XML."""
    named = "".join(f'<sheet name="{name}" r:id="r{place}"/>' for place, name in enumerate(sheets))
    links = "".join(
        f'<Relationship Id="r{n}" Type="x/worksheet" Target="sheets/s{n}.xml"/>' for n in range(len(sheets))
    )
    links += '<Relationship Id="a" Type="x/sharedStrings" Target="shared.xml"/>'
    links += '<Relationship Id="b" Type="x/styles" Target="styles.xml"/>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{MAIN}" xmlns:r="{R}">{head}<sheets>{named}</sheets></workbook>'
        )
        archive.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{RELATIONS}">{links}</Relationships>')
        archive.writestr("xl/shared.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
        archive.writestr("xl/styles.xml", STYLES)
        for place, rows in enumerate(sheets.values()):
            data = f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
            archive.writestr(f"xl/sheets/s{place}.xml", data)
        for name, text in more.items():
            archive.writestr(f"xl/sheets/{name}", text)
    return path


def read(path: Path) -> ReadDocument:
    return read_file(path, path.name, zip_limit=1 << 30)


def text(path: Path) -> str:
    return read(path).pages[0].text


def test_sheets_strings_and_gaps(tmp_path: Path) -> None:
    shared = "<si><t>Town</t></si><si><r><t>New </t></r><r><t>York</t></r><rPh><t>reading</t></rPh></si>"
    rows = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>Rent</t></is></c></row>'
    rows += '<row r="2"><c r="A2" t="s"><v>1</v></c><c r="C2"><v>900</v></c><c r="XFD2" t="b"><v>1</v></c>'
    rows += '</row><row r="3"/>'
    document = read(
        make(
            tmp_path / "a.xlsx",
            {"Costs": rows, "Empty": "", "Two": '<row><c t="str"><v>x</v></c></row>'},
            shared=shared,
        )
    )
    lines = document.pages[0].text.split("\n\n")
    assert lines[0] == "Costs"
    assert lines[1].startswith("Town |  | Rent\nNew York |  | 900 |  | ")
    assert lines[1].endswith("| TRUE")
    assert len(lines[1]) < 250
    assert lines[2:] == ["Two", "x"]
    assert [heading.text for heading in document.pages[0].headings] == ["Costs", "Two"]


@pytest.mark.parametrize(
    ("value", "style", "shown"),
    [
        ("43363", 1, "2018-09-20"),
        ("43363.25", 2, "2018-09-20 06:00:00"),
        ("0.5", 2, "12:00:00"),
        ("43363", 0, "43363"),
        ("43363", 3, "43363"),
        ("0.1", 0, "0.1"),
        ("4.4000000000000004", 0, "4.4"),
        ("1234567890123456", 0, "1234567890123456"),
        ("1E-3", 0, "0.001"),
        ("-5", 1, "-5"),
        ("99999999", 1, "99999999"),
    ],
)
def test_numbers_and_dates(tmp_path: Path, value: str, style: int, shown: str) -> None:
    row = f'<row><c s="{style}"><v>{value}</v></c></row>'
    assert text(make(tmp_path / "a.xlsx", {"S": row})) == f"S\n\n{shown}"


def test_days_counted_from_1904(tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", {"S": '<row><c s="1"><v>41901</v></c></row>'}, head='<workbookPr date1904="1"/>')
    assert text(path) == "S\n\n2018-09-20"


def test_comments_follow_their_sheet(tmp_path: Path) -> None:
    link = '<Relationship Id="c" Type="x/comments" Target="notes.xml"/>'
    links = f'<Relationships xmlns="{RELATIONS}">{link}</Relationships>'
    notes = f'<comments xmlns="{MAIN}"><comment><text><r><t>Ask Ann.</t></r></text></comment></comments>'
    rows = {"S": "<row><c><v>1</v></c></row>"}
    path = make(tmp_path / "a.xlsx", rows, **{"_rels/s0.xml.rels": links, "notes.xml": notes})
    assert text(path) == "S\n\n1\n\nAsk Ann."


def test_a_large_sheet_needs_little_memory(tmp_path: Path) -> None:
    row = "<row>" + "<c><v>123456</v></c>" * 10 + "</row>"
    path = make(tmp_path / "a.xlsx", {"S": row * 20_000})
    tracemalloc.start()
    document = read_workbook(path, "x", most=16_000_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert document.pages[0].text.count("\n") == 20_001
    assert peak < 20 << 20
    with pytest.raises(Unreadable, match="more than"):
        read_workbook(path, "x", most=100_000)


def test_a_sheet_that_makes_no_sense_is_damage(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="damaged"):
        read_workbook(make(tmp_path / "a.xlsx", {"S": "<row><c>"}), "x", most=1000)
