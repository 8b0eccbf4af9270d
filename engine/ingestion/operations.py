"""What the worker can be asked for. Each takes a request and gives the answer's head and bytes."""

from __future__ import annotations

import functools
import os
import subprocess
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.ingestion import pages as page_reader
from engine.ingestion.archives import SEPARATOR, Limits, Member, safe_name, unpack
from engine.ingestion.chunking import Chunk, Chunker, TokenCounter
from engine.ingestion.formats import is_code, sniff
from engine.ingestion.readers import read_file
from engine.ingestion.reading import PageText, ReadDocument, Unreadable, clean, has_text, skip

Answer = tuple[dict[str, Any], bytes]
_OCR_SCALE = 300 / 72
_OCR_PIXELS = 20_000_000


def read(request: dict[str, Any]) -> Answer:
    """Read a file and cut it.

    Request: `path`, `name`, `zip_limit`, `tokenizer`, `tokens`, and `ocr_texts`: what was read from pictures, by page
    number. The answer is `{"archive": media type}` for an archive, else the document and its chunks as `_document`
    writes them.
    """
    path, name = Path(request["path"]), request["name"]
    if path.stat().st_size == 0:
        raise skip("the file is empty")
    form = sniff(path, name)
    if form.reader == "archive":
        return {"ok": True, "archive": form.media_type}, b""
    document = read_file(path, name, zip_limit=request["zip_limit"])
    seen: dict[str, str] = request.get("ocr_texts") or {}
    if seen:
        texts = (PageText(seen.get(str(number), "")) for number in range(1, len(document.pages) + 1))
        pages = (page if has_text(page.text) else text for page, text in zip(document.pages, texts, strict=True))
        document = replace(document, pages=tuple(pages))
    return _document(document, _chunker(request["tokenizer"], request["tokens"]), code=is_code(name))


def cut(request: dict[str, Any]) -> Answer:
    """Cut texts that were read before (by OCR, or pasted).

    Request: `texts`, `paged`, `flavour`, `tokenizer`, `tokens`.
    """
    document = ReadDocument(
        title="",
        media_type="text/plain",
        pages=tuple(PageText(clean(text)) for text in request["texts"]),
        paged=request["paged"],
        flavour=request["flavour"],
    )
    return _document(document, _chunker(request["tokenizer"], request["tokens"]), code=False)


def unpack_archive(request: dict[str, Any]) -> Answer:
    """Unpack into a folder. Request: `path`, `name`, `media_type`, `target`, `total_bytes`, `member_bytes`."""
    limits = Limits(request["total_bytes"], request["member_bytes"])
    members = unpack(Path(request["path"]), request["media_type"], request["name"], Path(request["target"]), limits)
    return {"ok": True, "members": [_member(member) for member in members]}, b""


def render(request: dict[str, Any]) -> Answer:
    """Draw a page. Request: `path`, `inner` (names of archive members on the way), `page`, `scale`, `passage`."""
    with tempfile.TemporaryDirectory(prefix="magray-") as folder:
        path = _descend(Path(request["path"]), request["inner"], Path(folder), request["total_bytes"])
        drawn = page_reader.render_page(
            _picture_source(path), page=request["page"], scale=request["scale"], passage=request["passage"]
        )
    rectangles = [[one.x, one.y, one.width, one.height] for one in drawn.highlights]
    return {"ok": True, "width": drawn.width, "height": drawn.height, "highlights": rectangles}, drawn.pixels


def ocr(request: dict[str, Any]) -> Answer:
    """Read the picture of a page by Tesseract.

    Request: `path`, `name`, `inner`, `page`, `program`, `languages`, `limit` (seconds). A file that is a picture itself
    is read as it is.
    """
    with tempfile.TemporaryDirectory(prefix="magray-") as folder:
        path = _descend(Path(request["path"]), request["inner"], Path(folder), request["total_bytes"])
        if sniff(path, request["name"]).reader != "image":
            picture = Path(folder) / "page.pgm"
            picture.write_bytes(
                page_reader.render_grey(
                    _picture_source(path), page=request["page"], scale=_OCR_SCALE, max_pixels=_OCR_PIXELS
                )
            )
        else:
            picture = path
        command = [request["program"], str(picture), "stdout", "-l", request["languages"], "--dpi", "300"]
        hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=request["limit"],
                check=False,
                creationflags=hidden,
                stdin=subprocess.DEVNULL,
                env={**os.environ, "OMP_THREAD_LIMIT": "1"},
            )
        except subprocess.TimeoutExpired as error:
            raise Unreadable(f"Tesseract took longer than {request['limit']:g} seconds") from error
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unreadable(f"Tesseract could not read the picture ({words[-1][:160] if words else done.returncode})")
    return {"ok": True}, clean(done.stdout.decode("utf-8", "replace")).strip().encode()


def _document(document: ReadDocument, chunker: Chunker, *, code: bool) -> Answer:
    paths: dict[tuple[str, ...], int] = {}
    chunks = [_chunk(chunk, paths) for chunk in chunker.chunks(document)]
    if not chunks and any(page.asides for page in document.pages):  # it says nothing but that
        bare = replace(document, pages=tuple(replace(page, asides=()) for page in document.pages))
        chunks = [_chunk(chunk, paths) for chunk in chunker.chunks(bare)]
    texts = [page.text.encode("utf-8", "replace") for page in document.pages]
    head = {
        "ok": True,
        "title": document.title or _first_heading(document, paths),
        "media_type": document.media_type,
        "paged": document.paged,
        "code": code,
        "notes": document.notes,
        "ocr_pages": document.ocr_pages,
        "has_members": document.has_members,
        "pages": [len(text) for text in texts],
        "headings": list(paths),
        "chunks": chunks,
    }
    return head, b"".join(texts)


def _chunk(chunk: Chunk, paths: dict[tuple[str, ...], int]) -> list[int]:
    return [chunk.page, chunk.start, chunk.end, paths.setdefault(chunk.heading, len(paths))]


def _first_heading(document: ReadDocument, paths: dict[tuple[str, ...], int]) -> str:
    """A Markdown text calls itself by its first heading."""
    if document.flavour != "markdown":
        return ""
    return next((path[0] for path in paths if path), "")


@functools.lru_cache(maxsize=2)
def _chunker(tokenizer: str, tokens: int) -> Chunker:
    from engine.embedding.tokenizing import Tokenizer

    return Chunker(TokenCounter(Tokenizer(Path(tokenizer), max_tokens=tokens).count), tokens=tokens)


def _member(member: Member) -> dict[str, Any]:
    return {
        "name": member.name,
        "file": member.file,
        "size": member.size,
        "reason": member.reason,
        "skipped": member.skipped,
    }


def _descend(path: Path, inner: list[str], folder: Path, total_bytes: int) -> Path:
    """The file that `a.zip!/b.tar!/c.pdf` means, unpacked into a folder of the caller's."""
    name = path.name
    for depth, wanted in enumerate(inner):
        target = folder / str(depth)
        target.mkdir()
        limits = Limits(total_bytes, total_bytes)
        members = unpack(path, sniff(path, name).media_type, name, target, limits, only=wanted)
        found = next((member for member in members if member.file), None)
        if found is None:
            raise Unreadable(f"{name}{SEPARATOR}{safe_name(wanted)} is no longer there")
        path, name = Path(found.file), wanted.rpartition("/")[2]
    return path


def _picture_source(path: Path) -> Path | bytes:
    """What PDFium draws: the file itself, or the preview inside an iWork file."""
    with path.open("rb") as file:
        zipped = file.read(4) == b"PK\x03\x04"
    if not zipped:
        return path
    with zipfile.ZipFile(path) as archive:
        if "QuickLook/Preview.pdf" not in archive.namelist():
            raise Unreadable("its pages cannot be drawn")
        return archive.read("QuickLook/Preview.pdf")
