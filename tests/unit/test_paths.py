import sys
from pathlib import Path

import pytest

from engine.paths import DataPaths, resources


def test_a_named_folder_holds_everything(tmp_path: Path) -> None:
    paths = DataPaths.resolve(tmp_path / "d")
    for place in (
        paths.database,
        paths.config_file,
        paths.indexes,
        paths.models,
        paths.cache,
        paths.backups,
        paths.logs,
    ):
        assert place.is_relative_to(tmp_path / "d")
    assert not (tmp_path / "d").exists()
    paths.create()
    assert paths.indexes.is_dir()
    if sys.platform != "win32":
        assert (tmp_path / "d").stat().st_mode & 0o077 == 0, "only its owner may look into it"


def test_home_and_relative_folders_are_made_absolute(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert DataPaths.resolve(Path("~/d")).data == tmp_path / "d"
    monkeypatch.chdir(tmp_path)
    assert DataPaths.resolve(Path("d")).data == tmp_path / "d"


def test_bundled_data_lie_beside_the_code_or_in_the_bundle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert (resources() / "models" / "all-minilm-l6-v2" / "model_int8.onnx").is_file()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert resources() == tmp_path / "resources"
