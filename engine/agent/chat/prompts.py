"""The prompts, as they lie in `resources/prompts`."""

from __future__ import annotations

from functools import cache
from typing import Literal

from engine.paths import resources

Name = Literal["answer", "continue", "summarise", "title", "notes", "extract", "group"]


@cache
def prompt(name: Name) -> str:
    """One prompt's text."""
    return (resources() / "prompts" / f"{name}.md").read_text("utf-8").strip()
