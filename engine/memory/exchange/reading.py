"""Reads an export, whatever program it comes from. All of it is read before anything is stored."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from engine.errors import ConversationImportError
from engine.memory.exchange import chatgpt, claude, markdown, own_json
from engine.memory.exchange.imported import ExportBroken, ImportedConversation

_LARGEST = 2 << 30
_MARKDOWN = (".md", ".markdown", ".txt")
_SHOWN_PROBLEMS = 50
_SPACE = re.compile(r"[ \t\r\n]*")


@dataclass(slots=True)
class Export:
    """What a file holds."""

    conversations: list[ImportedConversation] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read(path: Path) -> Export:
    """Everything that a file holds. Blocks.

    Raises:
        ConversationImportError: it cannot be read, or nothing in it is a conversation.
    """
    export = Export()
    try:
        for name, data in _files(path):
            _read_one(name, data, export)
    except OSError as error:
        raise ConversationImportError(
            f"{path} could not be read ({error.strerror or error}). Nothing was imported."
        ) from error
    if not export.conversations:
        why = f" {export.problems[0]}" if export.problems else ""
        raise ConversationImportError(f"No conversation was found in {path.name}.{why} Nothing was imported.")
    if len(export.problems) > _SHOWN_PROBLEMS:
        more = len(export.problems) - _SHOWN_PROBLEMS
        export.problems[_SHOWN_PROBLEMS:] = [f"{more} more could not be read."]
    return export


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    """(name, content) of the file, or of what in a zip holds conversations."""
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > _LARGEST:
            raise ConversationImportError(f"{path.name} is larger than 2 GB. Nothing was imported.")
        yield path.name, path.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir() and _is_wanted(one.filename)]
            if sum(one.file_size for one in members) > _LARGEST:
                raise ConversationImportError(f"{path.name} unpacks to more than 2 GB. Nothing was imported.")
            if not members:
                raise ConversationImportError(
                    f"{path.name} holds no conversations.json and no Markdown. Nothing was imported."
                )
            for member in members:
                yield PurePosixPath(member.filename).name, archive.read(member)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise ConversationImportError(
            f"{path.name} is damaged or locked ({error}). Nothing was imported; download the export again."
        ) from error


def _is_wanted(name: str) -> bool:
    plain = PurePosixPath(name.replace("\\", "/"))
    if plain.name.startswith(".") or "__MACOSX" in plain.parts:
        return False
    return (plain.suffix.lower() == ".json" and "conversation" in plain.name.lower()) or (
        plain.suffix.lower() in _MARKDOWN[:2]
    )


def _read_one(name: str, data: bytes, export: Export) -> None:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            text = data.decode("utf-16", "replace")
        else:
            raise ConversationImportError(
                f"{name} is no text in UTF-8 (byte {error.start:,}). Nothing was imported; download the export again."
            ) from error
    plain = PurePosixPath(name)
    if plain.suffix.lower() in _MARKDOWN and not text.lstrip().startswith(("{", "[{")):
        try:
            export.conversations.append(markdown.read(text, title=plain.stem))
        except ExportBroken as error:
            export.problems.append(f"{name}: {error}.")
        return
    try:
        for number, entry in enumerate(_entries(text), start=1):
            _take(name, number, entry, export)
    except RecursionError as error:
        raise ConversationImportError(f"{name} is nested too deeply. Nothing was imported.") from error
    except ValueError as error:
        place = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise ConversationImportError(
            f"{name} is no complete JSON file ({place}): the export may have been cut off. "
            "Nothing was imported; download the export again."
        ) from error


def _entries(text: str) -> Iterator[Any]:
    """What stands in a document, one conversation after the other: a list is never decoded as a whole.

    The decoder keeps the interpreter to itself, so that a file of a gigabyte would stop everything else for a minute.

    Raises:
        ValueError: it is no JSON, or not all of it.
    """
    place = _space(text, 0)
    if not text.startswith("[", place):
        document = json.loads(text)
        listed = document.get("conversations") if isinstance(document, dict) else None
        yield from listed if isinstance(listed, list) else [document]
        return
    decoder = json.JSONDecoder()
    place = _space(text, place + 1)
    while not text.startswith("]", place):
        entry, place = decoder.raw_decode(text, place)
        yield entry
        place = _space(text, place)
        if text.startswith(",", place):
            place = _space(text, place + 1)
        elif not text.startswith("]", place):
            raise json.JSONDecodeError("Expecting ',' or ']'", text, place)
    if _space(text, place + 1) != len(text):
        raise json.JSONDecodeError("Extra data", text, place + 1)


def _space(text: str, place: int) -> int:
    match = _SPACE.match(text, place)
    return match.end() if match else place


def _take(name: str, number: int, entry: Any, export: Export) -> None:
    title = entry.get("title") or entry.get("name") if isinstance(entry, dict) else None
    called = f"“{title}”" if isinstance(title, str) and title else f"conversation {number}"
    try:
        export.conversations.append(_read_entry(entry))
    except ExportBroken as error:
        export.problems.append(f"{name}, {called}: {error}.")


def _read_entry(entry: object) -> ImportedConversation:
    if isinstance(entry, dict):
        if own_json.is_own(entry):
            return own_json.read(entry)
        if chatgpt.is_chatgpt(entry):
            return chatgpt.read(entry)
        if claude.is_claude(entry):
            return claude.read(entry)
    raise ExportBroken("it has the form of no export that is known (ChatGPT, Claude, Magray)")
