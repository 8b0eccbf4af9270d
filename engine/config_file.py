"""`config.toml`: reading it, changing one value in it and keeping everything else as its owner wrote it."""

from __future__ import annotations

import os
import re
import tempfile
import tomllib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from engine.errors import SettingsError

_HEADER = re.compile(r"^\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_FENCES = re.compile(r'"""|' + "'''")


def read_config(path: Path) -> dict[str, Any]:
    """The values of a `config.toml`, or nothing where there is none.

    Raises:
        SettingsError: the file cannot be read or is not TOML.
    """
    try:
        return tomllib.loads(_text(path))
    except (FileNotFoundError, NotADirectoryError):  # a folder that is a file is told when it is opened
        return {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read ({error}). Mend or remove the file; without it the defaults are used."
        ) from error


def save_value(path: Path, name: str, value: Any) -> None:
    """Set one value (dotted name) or take it out (`None`), keeping comments, order and options that are not known.

    Written aside, flushed, then renamed: a reader sees the old file or the new one. A link is followed, not replaced.

    Raises:
        SettingsError: the file cannot be read or written, or a part of the name is a plain value in it.
    """
    values = read_config(path)
    wanted = _changed(path, values, name, value)
    if wanted == values and path.exists():
        return
    try:
        path = path.resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _edited(path, name, value, wanted)
        _replace(path, text)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written ({error}). The option was not changed.") from error


def line_of(path: Path, name: str) -> int | None:
    """The line, from 1, that a dotted name stands on in a `config.toml`, or None where that cannot be told."""
    try:
        lines = _text(path).splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    wanted = tuple(name.split("."))
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    inside = False
    for number, line in enumerate(lines, start=1):
        fences = len(_FENCES.findall(line))
        if inside:
            inside = fences % 2 == 0
            continue
        inside = fences % 2 == 1
        if header := _HEADER.match(line):
            table = found = _parts(header.group(1))
        elif key := _KEY.match(line):
            found = table + _parts(key.group(1))
        else:
            continue
        # the name itself, or the inline table that holds it
        if found == wanted[: len(found)] and (best is None or len(found) > best[0]):
            best = (len(found), number)
    return best[1] if best is not None else None


def _text(path: Path) -> str:
    """Line ends as they are; a mark of the byte order, which some editors set, is not part of TOML."""
    return path.read_bytes().decode("utf-8-sig")


def _changed(path: Path, values: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    """What the file shall hold, as plain values."""
    *parents, last = name.split(".")
    if not parents:
        changed = {key: kept for key, kept in values.items() if key != last or value is not None}
        return changed if value is None else {**changed, last: value}
    group = values.get(parents[0], {})
    if not isinstance(group, dict):
        raise SettingsError(
            f"{parents[0]} is a plain value in {path}, so {name} has no place there. Take that line out first; "
            "the option was not changed."
        )
    inner = _changed(path, group, ".".join([*parents[1:], last]), value)
    if value is None and parents[0] not in values:
        return values
    return {**values, parents[0]: inner}


def _edited(path: Path, name: str, value: Any, wanted: dict[str, Any]) -> str:
    """The file's new text; if an unusual layout defeats the careful edit, the same values without the comments."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(_text(path) if path.exists() else "")
        table: MutableMapping[str, Any] = document
        *parents, last = name.split(".")
        for parent in parents:
            if parent not in table:
                table[parent] = tomlkit.table()
            table = table[parent]
        if value is None:
            table.pop(last, None)
        else:
            table[last] = value
        text = tomlkit.dumps(document)
        if text and not text.endswith("\n"):
            text += "\n"
        if tomllib.loads(text) == wanted:
            return text
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, AttributeError):
        return tomlkit.dumps(wanted)
    return tomlkit.dumps(wanted)


def _replace(path: Path, text: str) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".new")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
