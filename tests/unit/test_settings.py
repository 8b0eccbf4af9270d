from pathlib import Path

import pytest

from engine import Settings, SettingsError
from engine.settings import PROFILES


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


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("# mine\n[index]\nef_construction = 64\nm = 1\n", 4, "from 4 to 128"),
        ('[index]\nm = "many"\n', 2, "a whole number"),
        ("index.m = 2.5\n", 1, "a whole number"),
        ("index = { m = 1 }\n", 1, "from 4 to 128"),
        ('profile = "attic"\n', 1, "desktop, edge, server, realtime"),
        ("profile = [1]\n", 1, "desktop, edge, server, realtime"),
        ("index = 5\n", 1, "group of options"),
        ('[models]\nhub = "nowhere"\n', 2, "Address that models are downloaded from"),
        ("[ingestion]\nignore = [1, 2]\n", 2, "a list of texts"),
    ],
)
def test_a_bad_value_in_the_file_names_its_line_and_what_it_must_be(
    text: str, line: int, words: str, data_dir: Path
) -> None:
    data_dir.mkdir()
    file = data_dir / "config.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        Settings(data_dir=data_dir)
    assert f"{file}, line {line}" in str(caught.value)
    assert words in str(caught.value)


def test_a_list_in_the_environment_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGRAY_INGESTION__IGNORE", "a, b")
    with pytest.raises(SettingsError, match=r"MAGRAY_INGESTION__IGNORE"):
        Settings()


def test_a_group_in_the_environment_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGRAY_INDEX", '{"m": 1}')
    with pytest.raises(SettingsError, match=r"index\.m = 1 \(from MAGRAY_INDEX\)"):
        Settings()


def test_a_secret_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        Settings(llm={"compatible": {"api_key": ["canary-5521"]}})
    assert "canary-5521" not in str(caught.value)
    assert "llm.compatible.api_key" in str(caught.value)
