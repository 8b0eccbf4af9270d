"""Slash commands: what each is called, what it does in words, and which of them fit what is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop.chat.completion import Suggestion
from desktop.chat.composer import Insertion


@dataclass(frozen=True, slots=True)
class Command:
    """One command.

    Attributes:
        name: Without the slash.
        words: What it does.
        run: Called with what stands behind the name.
        argument: What it wants, in words; empty for nothing.
        needed: It does nothing without one.
    """

    name: str
    words: str
    run: Callable[[str], None]
    argument: str = ""
    needed: bool = False


def split_command(text: str) -> tuple[str, str] | None:
    """Name and argument of a command; None where the text is none.

    A path, as `/home/anna`, is no command.
    """
    if not text.startswith("/"):
        return None
    name, _, argument = text[1:].partition(" ")
    if not name or not all(letter.isalnum() or letter in "-_" for letter in name):
        return None
    return name.casefold(), argument.strip()


def matching(commands: Sequence[Command], prompts: Sequence[tuple[str, str]], letters: str) -> list[Suggestion]:
    """What begins with the letters, commands first; then what holds them.

    Args:
        commands: Every command.
        prompts: Names and texts of the owner's own prompts.
        letters: Typed behind the slash.
    """
    typed = letters.casefold()
    rows = [
        Suggestion(
            f"/{one.name}{f' {one.argument}' if one.argument else ''}",
            one.words,
            Insertion(f"/{one.name}" + (" " if one.argument else "")),
        )
        for one in commands
    ]
    rows += [Suggestion(f"/{name}", " ".join(text.split()), Insertion(text, whole=True)) for name, text in prompts]
    found = [row for row in rows if row.label[1:].casefold().startswith(typed)]
    found += [row for row in rows if typed and row not in found and typed in row.label.casefold()]
    return found


def unknown_words(name: str) -> str:
    """Said where there is no such command."""
    return QCoreApplication.translate(
        "Commands", "There is no command “/{0}”. A slash alone lists them. What you wrote is still in the field."
    ).format(name)


def escaped(text: str) -> str:
    """A text whose letters mean nothing to Markdown."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|$~" else letter for letter in text)
