"""Names of files that lie in archives: `a.zip!/inner/b.pdf`, and of texts that were pasted: `text:title`."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from engine.ingestion.archives import SEPARATOR

PASTED = "text:"
_NO_TITLE = re.compile(
    r"(untitled|unbenannt|без названия|document ?\d*|doc ?\d*|slide ?\d*|(powerpoint )?presentation ?\d*|title|none"
    r"|null|\(?anonymous\)?|-+|\d+)|(microsoft (word|powerpoint|excel) - .*)"
    r"|(.*\.(docx?|xlsx?|pptx?|tex|dvi|ps|indd|qxd|rtf|odt|pdf|html?))",
    re.IGNORECASE,
)


def is_pasted(path: str) -> bool:
    """The document is no file but was pasted."""
    return path.startswith(PASTED)


def file_name(path: str) -> str:
    """The last part of a path, also of one inside an archive."""
    return PurePosixPath(path.rpartition(SEPARATOR)[2]).name if SEPARATOR in path else Path(path).name


def split_path(path: str) -> tuple[Path, list[str]]:
    """The file on disk, and the members on the way to what lies inside it.

    The separator may be part of a real name, so the longest way that is a file counts; where none is, the shortest.
    """
    places = [match.start() for match in re.finditer(re.escape(SEPARATOR), path)]
    for place in (len(path), *reversed(places)):
        if Path(path[:place]).is_file():
            rest = path[place + len(SEPARATOR) :]
            return Path(path[:place]), rest.split(SEPARATOR) if rest else []
    first, *inner = path.split(SEPARATOR)
    return Path(first), inner


def still_there(path: str) -> bool:
    """The file, or the archive that it lies in, is where it was. Pasted texts always are."""
    return is_pasted(path) or split_path(path)[0].is_file()


def title_after_move(title: str, old_path: str, path: str) -> str:
    """What a document is called at its new place: by the file's new name where it was called by the old one."""
    return title_of(path, "") if title == title_of(old_path, "") else title


def title_of(path: str, own: str) -> str:
    """What a document is called: its own title unless that says nothing, else the file's name without its ending."""
    own = " ".join(own.split())
    if own and not _NO_TITLE.fullmatch(own):
        return own[:200]
    name = file_name(path)
    stem = name.rpartition(".")[0]
    return (stem or name)[:200]
