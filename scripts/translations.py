"""Bring the translations in step with the source: `python scripts/translations.py`.

Collects every visible string into `resources/translations/*.ts` and compiles them to `.qm`. What is not translated yet
is listed, and the exit status is 1 where there is such a string. Needs the development tools that come with PySide6.
"""

from __future__ import annotations

import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = {"ru": ("ru_RU", 3)}
"""Language to its locale and its number of plural forms."""


def main() -> int:
    """Update, mark plurals, compile, report."""
    sources = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "desktop").rglob("*.py"))
    missing = 0
    for language, (locale, forms) in LANGUAGES.items():
        catalogue = FOLDER / f"magray_{language}.ts"
        plurals = _plurals(catalogue)
        update = ["-source-language", "en", "-target-language", locale, "-no-obsolete", "-locations", "none"]
        _run("pyside6-lupdate", *sources, *update, "-ts", str(catalogue))
        missing += _mend(catalogue, forms, plurals)
        _run("pyside6-lrelease", str(catalogue), "-qm", str(catalogue.with_suffix(".qm")))
    return 1 if missing else 0


def _run(tool: str, *arguments: str) -> None:
    program = Path(sys.executable).parent / tool
    subprocess.run([str(program), *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def _plurals(catalogue: Path) -> dict[tuple[str, str], list[str]]:
    """Plural forms by context and source: lupdate takes them from what `QCoreApplication.translate` is given."""
    found: dict[tuple[str, str], list[str]] = {}
    if catalogue.exists():
        for context in ElementTree.parse(catalogue).getroot().iter("context"):
            for message in context.iter("message"):
                key = (context.findtext("name") or "", message.findtext("source") or "")
                found[key] = [form.text or "" for form in message.iter("numerusform")]
    return {key: forms for key, forms in found.items() if any(forms)}


def _mend(catalogue: Path, forms: int, plurals: dict[tuple[str, str], list[str]]) -> int:
    """Mark messages that hold a number as plurals and give them their forms back; list what has no translation."""
    tree = ElementTree.parse(catalogue)
    missing = 0
    for context in tree.getroot().iter("context"):
        for message in context.iter("message"):
            source = message.findtext("source") or ""
            translation = message.find("translation")
            assert translation is not None
            if "%n" in source or "%Ln" in source:
                message.set("numerus", "yes")
                translation.clear()
                known = plurals.get((context.findtext("name") or "", source), [""] * forms)
                for text in known:
                    ElementTree.SubElement(translation, "numerusform").text = text
            texts = [form.text for form in translation.iter("numerusform")] or [translation.text]
            if all(texts):
                translation.attrib.pop("type", None)
            else:
                translation.set("type", "unfinished")
                missing += 1
                print(f"{catalogue.name}: {context.findtext('name')}: {source}")
    ElementTree.indent(tree, "    ")
    body = ElementTree.tostring(tree.getroot(), encoding="unicode")
    catalogue.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n', encoding="utf-8")
    return missing


if __name__ == "__main__":
    sys.exit(main())
