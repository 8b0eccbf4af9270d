"""Languages. English stands in the source; other languages are `.qm` files in `resources/translations`."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

CATALOGUE = "magray"


def install_language(app: QCoreApplication, *, folder: Path, language: str = "") -> str:
    """Load the translation of the interface, if there is one.

    Args:
        app: The application; it keeps the translator.
        folder: Where the `.qm` files lie.
        language: A language such as `ru`; empty takes the system's languages in their order.

    Returns:
        The language in use, as `en` or `ru`.
    """
    locale = QLocale(language) if language else QLocale.system()
    wanted = [language] if language else locale.uiLanguages()
    for name in wanted:
        short = name.replace("_", "-").split("-")[0].lower()
        if short == "en":
            break
        translator = QTranslator(app)
        if translator.load(f"{CATALOGUE}_{short}", str(folder)):
            app.installTranslator(translator)
            QLocale.setDefault(locale)
            return short
    QLocale.setDefault(locale if locale.language() == QLocale.Language.English else QLocale(QLocale.Language.English))
    return "en"
