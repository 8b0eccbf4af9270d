"""Finds Tesseract and the languages that it can read."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SECONDS = 10
_MOST_LANGUAGES = 3
_PREFERRED = ("eng", "rus", "deu", "fra", "spa", "ita", "por", "ukr", "pol", "chi_sim", "jpn", "kor", "ara")
_NO_LANGUAGES = frozenset({"osd", "equ", "snum"})


@dataclass(frozen=True, slots=True)
class Tesseract:
    """An installed Tesseract: its program, and what it is told to read, as `eng+rus`."""

    program: str
    languages: str


def find_tesseract() -> Tesseract | None:
    """The installed Tesseract, or None where there is none or it has no language. Blocks for a moment."""
    program = shutil.which("tesseract") or _usual_place()
    if program is None:
        return None
    try:
        listed = subprocess.run(
            [program, "--list-langs"],
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    names = [line.strip() for line in listed.stdout.decode("utf-8", "replace").splitlines()[1:]]
    languages = [name for name in names if name and name not in _NO_LANGUAGES and "/" not in name]
    if not languages:
        return None
    ranked = sorted(languages, key=lambda name: _PREFERRED.index(name) if name in _PREFERRED else len(_PREFERRED))
    return Tesseract(program, "+".join(ranked[:_MOST_LANGUAGES]))


def _usual_place() -> str | None:
    """Where its Windows installer puts it without telling the search path."""
    if os.name != "nt":
        return None
    place = Path(os.environ.get("PROGRAMFILES", r"C:\Program Files")) / "Tesseract-OCR" / "tesseract.exe"
    return str(place) if place.is_file() else None
