"""Write docs/settings.md from the one table of options: `python scripts/write_settings_docs.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import BaseModel

from engine.cli.config import type_name
from engine.settings import PROFILES, Settings, options

TARGET = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

HEAD = """\
# Settings

<!-- Written by scripts/write_settings_docs.py from engine/settings.py. Change it there. -->

An option's value comes from the strongest place that names it: the command line, the environment, `config.toml`, the
profile's presets, the default. `magray config list` shows every value in force, `magray config set NAME VALUE` writes
to `config.toml`. In the environment an option is `MAGRAY_` and its name in capitals, with `__` for the dot:
`MAGRAY_RECALL__LIMIT=20`.
"""


def limits(name: str) -> str:
    """An option's bounds in words; empty where there are none."""
    model: Any = Settings
    *groups, last = name.split(".")
    for group in groups:
        model = model.model_fields[group].annotation
    assert issubclass(model, BaseModel)
    words = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
    found = []
    for constraint in model.model_fields[last].metadata:
        for attribute, phrase in words.items():
            if (value := getattr(constraint, attribute, None)) is not None:
                found.append(phrase.format(f"{value:,}" if isinstance(value, int) else value))
    return " ".join(found)


def value(plain: Any) -> str:
    """A value as it stands in a table."""
    if plain is None or plain == "":
        return "(empty)"
    if isinstance(plain, tuple):
        return ", ".join(f"`{item}`" for item in plain) or "(empty)"
    return f"`{str(plain).lower() if isinstance(plain, bool) else plain}`"


def document() -> str:
    """The whole page."""
    parts = [HEAD]
    section = None
    for name, type_, default, help_ in options():
        group = name.partition(".")[0] if "." in name else ""
        if group != section:
            section = group
            parts.append(
                f"\n## {group.capitalize() or 'General'}\n\n| option | type | default | meaning |\n|---|---|---|---|\n"
            )
        kind = " ".join(filter(None, (type_name(type_).replace(" | ", ", "), limits(name))))
        parts.append(f"| `{name}` | {kind} | {value(default)} | {help_} |\n")
    parts.append("\n## Profiles\n\nA profile presets groups of options; everything but the defaults wins over it.\n\n")
    for profile, groups in PROFILES.items():
        presets = [f"`{group}.{name}` {plain}" for group, named in groups.items() for name, plain in named.items()]
        parts.append(f"- `{profile}`: {', '.join(presets) or 'the defaults'}\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
    print(f"{TARGET} written")
