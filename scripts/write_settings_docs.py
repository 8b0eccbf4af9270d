"""Write docs/settings.md from the one table of options: `python scripts/write_settings_docs.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.cli.config import type_name
from engine.settings import PROFILES, option_table

TARGET = Path(__file__).resolve().parent.parent / "docs" / "settings.md"

HEAD = """\
# Settings

<!-- Written by scripts/write_settings_docs.py from engine/settings.py. Change it there. -->

An option's value comes from the strongest place that names it: the command line, the environment, `config.toml`, the
profile's presets, the default. `magray config list` shows every value in force, `magray config set NAME VALUE` writes
to `config.toml`. In the environment an option is `MAGRAY_` and its name in capitals, with `__` for the dot:
`MAGRAY_RECALL__LIMIT=20`.
"""


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
    for option in option_table():
        if option.group != section:
            section = option.group
            title = section.replace(".", ": ").capitalize() or "General"
            parts.append(f"\n## {title}\n\n| option | type | default | meaning |\n|---|---|---|---|\n")
        kind = " ".join(filter(None, (type_name(option).replace(" | ", ", "), option.limits)))
        parts.append(f"| `{option.name}` | {kind} | {value(option.default)} | {option.help} |\n")
    parts.append("\n## Profiles\n\nA profile presets groups of options; everything but the defaults wins over it.\n\n")
    for profile, groups in PROFILES.items():
        presets = [f"`{group}.{name}` {plain}" for group, named in groups.items() for name, plain in named.items()]
        parts.append(f"- `{profile}`: {', '.join(presets) or 'the defaults'}\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(document(), encoding="utf-8", newline="\n")
    print(f"{TARGET} written")
