"""Formats that are zip archives of XML, read here because slides and chapters need their order: PPTX, ODP, EPUB.

`archives.check_zip` has counted every byte before any of these is read. Expat resolves no external entity and stops
entities that multiply.
"""

from __future__ import annotations

import contextlib
import posixpath
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

from engine.ingestion.decoding import decode
from engine.ingestion.markup import write_html
from engine.ingestion.reading import PageText, ReadDocument, TextBuilder, Unreadable, skip
from engine.ingestion.signatures import ODP

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
_DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_PRESENTATION = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_CONTAINER = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_LEFT_OUT = frozenset({"sldNum", "dt", "hdr"})
LOCKED = "it is locked with a password; save a copy without one and add that"


def read_slides(path: Path, media_type: str) -> ReadDocument:
    """A presentation: one page a slide, notes below it.

    Raises:
        Unreadable: it is damaged or has no slides.
    """
    with zipfile.ZipFile(path) as archive:
        pages = tuple(_odp_slides(archive) if media_type == ODP else _pptx_slides(archive))
        title = core_title(archive)
    if not pages:
        raise skip("no text found: it has no slides")
    return ReadDocument(title=title, media_type=media_type, pages=pages, paged=True)


def read_epub(path: Path) -> ReadDocument:
    """A book: its chapters in reading order.

    Raises:
        Unreadable: it is damaged, or every chapter is locked.
    """
    builder = TextBuilder()
    with zipfile.ZipFile(path) as archive:
        container = parse_part(archive, "META-INF/container.xml")
        rootfile = container.find(f".//{_CONTAINER}rootfile")
        package_name = "" if rootfile is None else rootfile.get("full-path", "")
        package = parse_part(archive, package_name)
        folder = posixpath.dirname(package_name)
        hrefs = {item.get("id"): item.get("href", "") for item in package.iter(f"{_OPF}item")}
        kinds = {item.get("id"): item.get("media-type", "") for item in package.iter(f"{_OPF}item")}
        title = " ".join((package.findtext(f".//{_DC}title") or "").split())[:300]
        missing = 0
        for entry in package.iter(f"{_OPF}itemref"):
            wanted = entry.get("idref")
            if "html" not in kinds.get(wanted, "html"):
                continue
            name = posixpath.normpath(posixpath.join(folder, unquote(hrefs.get(wanted, ""))))
            try:
                write_html(decode(archive.read(name)).text, builder)
            except (KeyError, zipfile.BadZipFile, Unreadable):
                missing += 1
    if builder.empty and missing:
        raise skip("its chapters are locked or missing")
    notes = (f"{missing} of its chapters could not be read",) if missing else ()
    return ReadDocument(title=title, media_type="application/epub+zip", pages=(builder.page(),), notes=notes)


def refuse_locked(path: Path) -> None:
    """Raise for OpenDocument files whose parts are encrypted.

    Raises:
        Unreadable: it is.
    """
    with zipfile.ZipFile(path) as archive:
        if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read(
            "META-INF/manifest.xml"
        ):
            raise skip(LOCKED)


def embedded_files(path: Path) -> int:
    """Files embedded in an Office document."""
    with zipfile.ZipFile(path) as archive:
        return sum("/embeddings/" in name and not name.endswith("/") for name in archive.namelist())


def drawn_texts(path: Path) -> str:
    """What stands in the shapes and diagrams of a spreadsheet, and in web pages put into a Word document."""
    builder = TextBuilder()
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist()):
            if name.startswith(("xl/drawings/drawing", "xl/diagrams/data")) and name.endswith(".xml"):
                with contextlib.suppress(Unreadable):  # a broken drawing does not spoil the cells
                    for paragraph in parse_part(archive, name).iter(f"{_A}p"):
                        builder.paragraph(_runs(paragraph), gap="\n")
            elif name.startswith("word/") and name.endswith((".html", ".htm")):
                with contextlib.suppress(Unreadable):
                    write_html(decode(archive.read(name)).text, builder)
    return builder.page().text


def word_texts(path: Path) -> PageText:
    """Every text run of a Word document, for those whose layout the main reader gives up on."""
    builder = TextBuilder()
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(path) as archive:
        for name in sorted(archive.namelist(), key=lambda name: name != "word/document.xml"):
            if name.startswith("word/") and name.endswith(".xml") and name.count("/") == 1:
                for paragraph in parse_part(archive, name).iter(f"{word}p"):
                    builder.paragraph("".join(run.text or "" for run in paragraph.iter(f"{word}t")))
    return builder.page()


def parse_part(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    """One XML file of an archive.

    Raises:
        Unreadable: it is missing or makes no sense.
    """
    try:
        return ElementTree.fromstring(archive.read(name))
    except KeyError as error:
        raise Unreadable(f"it is damaged: {name or 'its table of contents'} is missing in it") from error
    except (ElementTree.ParseError, zipfile.BadZipFile, ValueError, LookupError) as error:
        raise Unreadable(f"it is damaged: {name} in it makes no sense") from error


def relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part of an Office file points to: id -> (last word of the type, name of the part).

    Without a part, what the whole file points to.
    """
    folder, _, name = part.rpartition("/")
    listed = f"{folder}/_rels/{name}.rels".lstrip("/")
    if listed not in archive.namelist():
        return {}
    return {
        relation.get("Id", ""): (
            relation.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join(folder, relation.get("Target", ""))).lstrip("/"),
        )
        for relation in parse_part(archive, listed)
        if relation.get("TargetMode") != "External"
    }


def _pptx_slides(archive: zipfile.ZipFile) -> Iterator[PageText]:
    presentation = parse_part(archive, "ppt/presentation.xml")
    slides = relations(archive, "ppt/presentation.xml")
    for entry in presentation.iter(f"{_P}sldId"):
        _, name = slides.get(entry.get(f"{_R}id", ""), ("", ""))
        builder = TextBuilder()
        if name in archive.namelist():
            _pptx_slide(archive, name, builder)
        yield builder.page()


def _pptx_slide(archive: zipfile.ZipFile, name: str, builder: TextBuilder) -> None:
    _pptx_shapes(parse_part(archive, name), builder)
    for kind, part in relations(archive, name).values():
        if part not in archive.namelist():
            continue
        if kind == "notesSlide":
            notes = TextBuilder()
            _pptx_shapes(parse_part(archive, part), notes, only="body")
            if not notes.empty:
                builder.paragraph("Notes:")
                builder.paragraph(notes.page().text)
        elif kind in ("chart", "diagramData"):
            root = parse_part(archive, part)
            texts = [node.text or "" for node in root.iter() if node.tag in (f"{_A}t", f"{_CHART}v")]
            builder.paragraph(" | ".join(" ".join(text.split()) for text in texts if text.strip()))


def _pptx_shapes(root: ElementTree.Element, builder: TextBuilder, *, only: str | None = None) -> None:
    for shape in root.iter():
        if shape.tag == f"{_P}sp":
            holder = shape.find(f".//{_P}nvPr/{_P}ph")
            role = "" if holder is None else holder.get("type", "body")
            if role in _LEFT_OUT or (only is not None and role != only):
                continue
            paragraphs = [text for paragraph in shape.iter(f"{_A}p") if (text := _runs(paragraph))]
            if role in ("title", "ctrTitle"):
                builder.heading(1, " ".join(paragraphs))
                continue
            for place, text in enumerate(paragraphs):
                builder.paragraph(text, gap="\n" if place else "\n\n")
        elif shape.tag == f"{_A}tbl" and only is None:
            for place, row in enumerate(shape.iter(f"{_A}tr")):
                cells = [" ".join(map(_runs, cell.iter(f"{_A}p"))) for cell in row.iter(f"{_A}tc")]
                builder.row(cells, first=place == 0)


def _runs(paragraph: ElementTree.Element) -> str:
    return "".join(
        (node.text or "") if node.tag == f"{_A}t" else "\n" if node.tag == f"{_A}br" else ""
        for node in paragraph.iter()
    ).strip()


def _odp_slides(archive: zipfile.ZipFile) -> Iterator[PageText]:
    for slide in parse_part(archive, "content.xml").iter(f"{_DRAW}page"):
        builder = TextBuilder()
        for frame in slide:
            notes = frame.tag == f"{_PRESENTATION}notes"
            heading = frame.get(f"{_PRESENTATION}class") == "title"
            paragraphs = [
                text
                for node in frame.iter()
                if node.tag in (f"{_TEXT}p", f"{_TEXT}h") and (text := "".join(node.itertext()).strip())
            ]
            if heading:
                builder.heading(1, " ".join(paragraphs))
                continue
            for place, text in enumerate((["Notes:"] if notes and paragraphs else []) + paragraphs):
                builder.paragraph(text, gap="\n" if place else "\n\n")
        yield builder.page()


def core_title(archive: zipfile.ZipFile) -> str:
    """What an Office file calls itself, empty where it does not."""
    for name in ("docProps/core.xml", "meta.xml"):
        if name in archive.namelist():
            return " ".join((parse_part(archive, name).findtext(f".//{_DC}title") or "").split())[:300]
    return ""
