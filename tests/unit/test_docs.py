"""Written documents that a script makes are as the script would make them now."""

from __future__ import annotations

import importlib.util
from pathlib import Path


def test_the_settings_page_is_current(repository: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "write_settings_docs", repository / "scripts" / "write_settings_docs.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (repository / "docs" / "settings.md").read_text(encoding="utf-8")
    assert written == module.document(), "run: python scripts/write_settings_docs.py"


def test_the_catalogue_on_the_models_page_is_current(repository: Path) -> None:
    spec = importlib.util.spec_from_file_location("write_models_docs", repository / "scripts" / "write_models_docs.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    written = (repository / "docs" / "models.md").read_text(encoding="utf-8")
    assert module.table() in written, "run: python scripts/write_models_docs.py"
