"""Write THIRD_PARTY_NOTICES.md from what the lock file installs: `python scripts/write_notices.py`."""

from __future__ import annotations

import importlib.metadata as metadata
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

HEAD = """\
# Third-party notices

<!-- Written by scripts/write_notices.py. -->

Magray is licensed under the Apache License 2.0 (LICENSE). It stands on the work of others, each under its own licence.
The texts of the packages' licences are installed with them (`*.dist-info/licenses`), and in a bundle lie beside them.

## Bundled data

| what | origin | licence |
|---|---|---|
| `resources/models/all-minilm-l6-v2` | sentence-transformers/all-MiniLM-L6-v2, quantised to int8 | Apache-2.0 |
| `resources/fonts` Inter | rsms/inter | SIL Open Font License 1.1, `resources/fonts/OFL.txt` |
| `resources/icons` | see `resources/icons/ORIGIN.md` | see there |

Qt 6 and PySide6 are used under the LGPL 3.0 as unchanged shared libraries, which may be exchanged for others.

## Python packages

| package | version | licence |
|---|---|---|
"""


UNSTATED = {"hnswlib": "Apache-2.0", "peewee": "MIT"}
"""Licences that stand in the package's repository only."""


def runtime_packages(name: str, found: dict[str, metadata.Distribution]) -> None:
    """Collect a package's installed requirements, and theirs, without what only an extra asks for."""
    for requirement in metadata.requires(name) or []:
        if "extra ==" in requirement and not (name == "magray-desktop" and "'cpu'" in requirement.replace('"', "'")):
            continue
        other = re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]
        try:
            distribution = metadata.distribution(other)
        except metadata.PackageNotFoundError:
            continue  # for another platform or Python
        key = str(distribution.metadata["Name"]).lower().replace("_", "-")
        if key not in found:
            found[key] = distribution
            runtime_packages(other, found)


def licence(distribution: metadata.Distribution) -> str:
    """A licence as short as the package states it."""
    data = distribution.metadata.json
    if expression := data.get("license_expression"):
        return str(expression)
    classifiers = [str(item).rpartition(" :: ")[2] for item in data.get("classifier", []) if "License ::" in str(item)]
    if classifiers:
        return ", ".join(classifiers)
    name = str(data["name"])
    return UNSTATED.get(name) or str(data.get("license") or "see the package").splitlines()[0]


def main() -> None:
    """Write the file."""
    found: dict[str, metadata.Distribution] = {}
    runtime_packages("magray-desktop", found)
    rows = [f"| {name} | {found[name].version} | {licence(found[name])} |" for name in sorted(found)]
    (ROOT / "THIRD_PARTY_NOTICES.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8", newline="\n")
    print(f"{len(rows)} packages")


if __name__ == "__main__":
    main()
