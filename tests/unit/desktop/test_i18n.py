from __future__ import annotations

import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from desktop.i18n import install_language
from engine import resources

CATALOGUE = resources() / "translations" / "magray_ru.ts"


def messages(path: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Context, source and every form of the translation."""
    for context in ElementTree.parse(path).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            assert translation is not None
            forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
            yield context.findtext("name") or "", message.findtext("source") or "", forms


def test_every_string_is_translated_with_its_places_and_without_shouting() -> None:
    for context, source, forms in messages(CATALOGUE):
        for form in forms:
            assert form, f"{context}: {source}"
            assert sorted(re.findall(r"\{\d\}|%L?n", form)) == sorted(re.findall(r"\{\d\}|%L?n", source)), source
            assert not re.search(r"\w!|!$", form)  # one in front of a word is a pattern for files
        assert len(forms) == (3 if "%n" in source or "%Ln" in source else 1)


def test_no_string_of_the_source_is_missing(repository: Path, tmp_path: Path) -> None:
    tool = Path(sys.executable).parent / "pyside6-lupdate"
    if not tool.exists():
        pytest.skip("PySide6's translation tools are not here")
    copy = tmp_path / CATALOGUE.name
    shutil.copy(CATALOGUE, copy)
    sources = sorted(str(path) for path in (repository / "desktop").rglob("*.py"))
    subprocess.run([str(tool), *sources, "-no-obsolete", "-ts", str(copy)], check=True, capture_output=True, timeout=90)
    known = {(context, source) for context, source, _ in messages(CATALOGUE)}
    found = {(context, source) for context, source, _ in messages(copy)}
    assert found - known == set(), "run scripts/translations.py and translate these"


def test_russian_is_spoken_where_it_is_asked_for(qapp: QApplication) -> None:
    before = set(qapp.findChildren(QTranslator))
    locale = QLocale()
    assert install_language(qapp, folder=CATALOGUE.parent, language="ru") == "ru"
    try:
        assert QCoreApplication.translate("Composer", "Ask") == "Спросить"
        words = [QCoreApplication.translate("Documents", "%Ln files", "", count) for count in (1, 3, 5, 21)]
        assert words == ["1 файл", "3 файла", "5 файлов", "21 файл"]
    finally:
        for translator in set(qapp.findChildren(QTranslator)) - before:
            qapp.removeTranslator(translator)
            translator.deleteLater()
        QLocale.setDefault(locale)
    assert QCoreApplication.translate("Composer", "Ask") == "Ask"
