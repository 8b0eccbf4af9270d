from pathlib import Path

import pytest

from engine import Settings, SettingsError
from engine.settings import PROFILES, get_option, options, read_config, write_config


def test_layers_win_in_their_order(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir.mkdir()
    assert Settings(data_dir=data_dir).index.m == 24
    (data_dir / "config.toml").write_text("[index]\nm = 16\nef_construction = 64\n")
    assert Settings(data_dir=data_dir).index.m == 16
    monkeypatch.setenv("MAGRAY_INDEX__M", "32")
    assert Settings(data_dir=data_dir).index.m == 32
    given = Settings(data_dir=data_dir, index={"m": 48}).index
    assert (given.m, given.ef_construction) == (48, 64)


def test_a_profile_is_weaker_than_the_file(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text('profile = "edge"\n[embedding]\nbatch_tokens = 1024\n')
    settings = Settings(data_dir=data_dir)
    assert settings.profile == "edge"
    assert settings.embedding.batch_tokens == 1024
    assert settings.ingestion.max_file_mb == 64


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_fits_the_limits(profile: str, data_dir: Path) -> None:
    assert Settings(data_dir=data_dir, profile=profile).profile == profile


def test_the_data_folder_comes_from_the_environment_too(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text("[recall]\nlimit = 3\n")
    monkeypatch.setenv("MAGRAY_DATA_DIR", str(data_dir))
    settings = Settings()
    assert settings.paths.database == data_dir / "magray.db"
    assert settings.recall.limit == 3


def test_without_a_folder_the_platform_decides() -> None:
    assert Settings().paths.database.name == "magray.db"


@pytest.mark.parametrize(
    ("how", "origin"),
    [("argument", "the command line"), ("environment", "MAGRAY_INDEX__M"), ("file", "config.toml")],
)
def test_a_bad_value_names_the_option_and_its_layer(
    how: str, origin: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data_dir.mkdir()
    values = {}
    if how == "argument":
        values = {"index": {"m": 1}}
    elif how == "environment":
        monkeypatch.setenv("MAGRAY_INDEX__M", "1")
    else:
        (data_dir / "config.toml").write_text("[index]\nm = 1\n")
    with pytest.raises(SettingsError, match=r"index\.m") as caught:
        Settings(data_dir=data_dir, **values)
    assert origin in str(caught.value)


def test_a_broken_file_is_named(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text("this is not toml")
    with pytest.raises(SettingsError, match=r"config\.toml"):
        Settings(data_dir=data_dir)


def test_writing_one_option_keeps_the_others(data_dir: Path) -> None:
    path = data_dir / "config.toml"
    write_config(path, "index.m", 32)
    write_config(path, "profile", "edge")
    write_config(path, "ingestion.ocr", False)
    assert read_config(path) == {"index": {"m": 32}, "profile": "edge", "ingestion": {"ocr": False}}
    write_config(path, "index.m", None)
    assert read_config(path) == {"index": {}, "profile": "edge", "ingestion": {"ocr": False}}
    assert Settings(data_dir=data_dir).index.m == 24


@pytest.mark.parametrize(
    ("option", "value"), [("index.m", 1), ("index.m", "many"), ("profile", "huge"), ("nothing", 1)]
)
def test_what_does_not_fit_is_not_written(option: str, value: object, data_dir: Path) -> None:
    path = data_dir / "config.toml"
    with pytest.raises(SettingsError, match=option):
        write_config(path, option, value)
    assert not path.exists()


def test_every_option_has_help_and_can_be_read(data_dir: Path) -> None:
    settings = Settings(data_dir=data_dir)
    names = set()
    for name, kind, default, text in options():
        names.add(name)
        assert kind is not None
        assert text.endswith("."), name
        if name != "data_dir":
            assert get_option(settings, name) == default
    assert len(names) == len(options())


def test_an_unknown_option(data_dir: Path) -> None:
    with pytest.raises(SettingsError, match=r"index\.nothing"):
        get_option(Settings(data_dir=data_dir), "index.nothing")
