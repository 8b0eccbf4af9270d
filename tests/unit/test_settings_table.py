"""The options as a front end sees and changes them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from engine import Engine, Notice, OptionError, Settings, SettingsError
from engine.config_file import line_of, read_config
from engine.settings import option_table
from engine.settings_table import (
    OTHER_VARIABLES,
    OptionState,
    check_option,
    find_option,
    get_option,
    paths_of,
    read_options,
    reset_option,
    unknown_options,
    write_option,
)

COMMENTED = """\
# my own notes
profile = "edge"   # small machine

[index]
# tried 32, too slow
m = 16

[future]
flag = true
"""


def state(name: str, settings: Settings | None = None, *, data_dir: Path | None = None) -> OptionState:
    return next(row for row in read_options(settings, data_dir=data_dir) if row.option.name == name)


def write(data_dir: Path, text: str) -> Settings:
    data_dir.mkdir(exist_ok=True)
    (data_dir / "config.toml").write_text(text, encoding="utf-8")
    return Settings(data_dir=data_dir)


def test_every_option_is_described_and_can_be_read(settings: Settings) -> None:
    table = option_table()
    assert len({option.name for option in table}) == len(table)
    for option in table:
        assert option.help.endswith("."), option.name
        assert option.title
        assert option.kind != "other", option.name
        assert option.variable == "MAGRAY_" + option.name.upper().replace(".", "__")
        if option.name != "data_dir":
            assert get_option(settings, option.name) == option.default
            assert check_option(option.name, option.default) == option.default


def test_limits_and_choices_are_told() -> None:
    neighbours, days, scheme = (find_option(name) for name in ("index.m", "embedding.cache_days", "appearance.scheme"))
    assert (neighbours.minimum, neighbours.maximum, neighbours.needs) == (4, 128, "a whole number from 4 to 128")
    assert days.above
    assert days.needs == "a number above 0 and up to 3,650"
    assert scheme.choices == ("system", "light", "dark")
    assert not scheme.needs_restart
    assert neighbours.needs_restart
    assert find_option("llm.compatible.base_url").group == "llm.compatible"


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("index.m", 1, "limits"),
        ("index.m", 129, "limits"),
        ("index.m", "many", "type"),
        ("embedding.cache_days", 0, "limits"),
        ("profile", "huge", "choice"),
        ("models.hub", "nowhere", "form"),
        ("embedding.model", "", "limits"),
        ("ingestion.ignore", "text", "type"),
        ("index.n", 1, "unknown"),
        ("data_dir", "/tmp", "fixed"),
        ("llm.compatible.api_key", "canary-5521", "fixed"),
    ],
)
def test_what_does_not_fit_is_told_at_the_field_and_not_written(
    name: str, value: object, problem: str, settings: Settings
) -> None:
    with pytest.raises(OptionError) as caught:
        write_option(settings.paths, name, value)
    assert (caught.value.name, caught.value.problem) == (name, problem)
    assert name in str(caught.value)
    assert "canary-5521" not in str(caught.value)
    assert not settings.paths.config_file.exists()


def test_a_value_is_written_as_the_table_has_it(settings: Settings) -> None:
    write_option(settings.paths, "index.m", "32")
    write_option(settings.paths, "ingestion.ocr", False)
    write_option(settings.paths, "ingestion.ignore", ("a", "b"))
    write_option(settings.paths, "llm.compatible.base_url", "http://127.0.0.1:1/v1")
    assert read_config(settings.paths.config_file) == {
        "index": {"m": 32},
        "ingestion": {"ocr": False, "ignore": ["a", "b"]},
        "llm": {"compatible": {"base_url": "http://127.0.0.1:1/v1"}},
    }
    assert Settings(data_dir=settings.data_dir).llm.compatible.base_url == "http://127.0.0.1:1/v1"


def test_a_change_keeps_comments_order_and_what_is_not_known(data_dir: Path) -> None:
    settings = write(data_dir, COMMENTED)
    write_option(settings.paths, "index.m", 20)
    write_option(settings.paths, "recall.limit", 5)
    reset_option(settings.paths, "profile")
    text = settings.paths.config_file.read_text(encoding="utf-8")
    for kept in ("# my own notes", "# tried 32, too slow", "[future]", "flag = true"):
        assert kept in text
    assert tomllib.loads(text) == {"index": {"m": 20}, "future": {"flag": True}, "recall": {"limit": 5}}
    assert text.index("[index]") < text.index("[future]") < text.index("[recall]")
    assert sorted(path.name for path in data_dir.iterdir()) == ["config.toml"]


@pytest.mark.parametrize(
    "text",
    ["index.m = 16\n", "index = { m = 16, ef_construction = 64 }\n", "[index]\nm=16", "\ufeff[index]\r\nm = 16\r\n"],
)
def test_every_layout_of_the_file_is_changed_rightly(text: str, data_dir: Path) -> None:
    settings = write(data_dir, text)
    before = read_config(settings.paths.config_file)
    write_option(settings.paths, "index.m", 20)
    write_option(settings.paths, "index.merge_tail", 99)
    changed = read_config(settings.paths.config_file)
    assert changed == {"index": {**before["index"], "m": 20, "merge_tail": 99}}


def test_a_link_to_the_file_stays_a_link(data_dir: Path, tmp_path: Path) -> None:
    data_dir.mkdir()
    (tmp_path / "dotfiles.toml").write_text("offline = true\n")
    (data_dir / "config.toml").symlink_to(tmp_path / "dotfiles.toml")
    write_option(Settings(data_dir=data_dir).paths, "recall.limit", 4)
    assert (data_dir / "config.toml").is_symlink()
    assert read_config(tmp_path / "dotfiles.toml") == {"offline": True, "recall": {"limit": 4}}


def test_the_origin_of_every_value_is_told(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(data_dir, 'profile = "edge"\n[index]\nm = 16\n[recall]\nlimit = 3\n')
    monkeypatch.setenv("MAGRAY_RECALL__LIMIT", "7")
    monkeypatch.setenv("MAGRAY_STORE", '{"backups_kept": 2}')
    settings = Settings(data_dir=data_dir, offline=True)
    origins = {row.option.name: (row.origin, row.value, row.locked) for row in read_options(settings)}
    assert origins["offline"] == ("command line", True, True)
    assert origins["recall.limit"] == ("environment", 7, True)
    assert origins["store.backups_kept"] == ("environment", 2, True)
    assert origins["index.m"] == ("config.toml", 16, False)
    assert origins["embedding.cache_memory_mb"] == ("profile", 8, False)
    assert origins["index.merge_tail"] == ("default", 512, False)
    assert origins["data_dir"][2]
    limit = state("recall.limit", settings)
    assert (limit.where, limit.stored, limit.is_default) == ("MAGRAY_RECALL__LIMIT", 3, False)
    assert state("embedding.cache_memory_mb", settings).where == "edge"
    for row in read_options(settings):
        assert row.value == row.running, row.option.name


def test_a_change_waits_for_the_next_start(settings: Settings) -> None:
    write_option(settings.paths, "index.m", 32)
    write_option(settings.paths, "appearance.scheme", "dark")
    changed = state("index.m", settings)
    assert (changed.value, changed.running, changed.waits_for_restart) == (32, 24, True)
    assert not state("appearance.scheme", settings).waits_for_restart
    reset_option(settings.paths, "index.m")
    assert not state("index.m", settings).waits_for_restart
    assert state("index.m", settings).is_default


def test_an_unusable_value_is_shown_and_can_be_mended(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "config.toml").write_text("[index]\nm = 1\n[recall]\nlimit = 3\n")
    broken = state("index.m", data_dir=data_dir)
    assert "from 4 to 128" in broken.problem
    assert broken.stored == 1
    assert state("recall.limit", data_dir=data_dir).value == 3
    with pytest.raises(SettingsError):
        Settings(data_dir=data_dir)
    reset_option(paths_of(data_dir=data_dir), "index.m")
    assert Settings(data_dir=data_dir).index.m == 24


def test_unknown_names_are_told_with_their_place_and_the_nearest(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAGRAY_RECAL__LIMIT", "5")
    monkeypatch.setenv("MAGRAY_RECALL_LIMIT", "5")
    monkeypatch.setenv("MAGRAY_TRACE_START", "1")
    settings = write(data_dir, "[index]\nef_constructon = 3\nm = 16\n\n[xyzzy]\nplugh = 1\n")
    found = {item.name: item for item in unknown_options(settings)}
    assert set(found) == {"index.ef_constructon", "xyzzy", "MAGRAY_RECAL__LIMIT", "MAGRAY_RECALL_LIMIT"}
    assert found["index.ef_constructon"].nearest == "index.ef_construction"
    assert "config.toml, line 2" in found["index.ef_constructon"].where
    assert "line 5" in found["xyzzy"].where
    assert found["xyzzy"].nearest is None
    assert found["MAGRAY_RECAL__LIMIT"].nearest == "MAGRAY_RECALL__LIMIT"
    assert found["MAGRAY_RECALL_LIMIT"].nearest == "MAGRAY_RECALL__LIMIT"
    assert "Was index.ef_construction meant?" in str(found["index.ef_constructon"])


@pytest.mark.expected_logs("is no option")
async def test_an_unknown_option_does_not_stop_the_start_and_is_told(data_dir: Path) -> None:
    settings = write(data_dir, "[recall]\nlimt = 3\n")
    heard: list[object] = []
    async with Engine.open(settings) as engine:
        engine.events.subscribe(heard.append)
    (notice,) = [event for event in heard if isinstance(event, Notice)]
    assert notice.level == "warning"
    assert "recall.limt" in notice.text
    assert "recall.limit" in notice.text


def test_a_key_in_the_file_is_not_used_and_told(data_dir: Path) -> None:
    settings = write(data_dir, '[llm.compatible]\napi_key = "canary-5521"\nbase_url = "http://127.0.0.1/v1"\n')
    assert settings.llm.compatible.api_key == ""
    (told,) = unknown_options(settings)
    assert "MAGRAY_LLM__COMPATIBLE__API_KEY" in str(told)
    assert "canary-5521" not in f"{told!r} {told} {read_options(settings)!r}"
    reset_option(settings.paths, "llm.compatible.api_key")
    assert unknown_options(settings) == []


def test_a_key_in_the_environment_is_never_shown(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAGRAY_LLM__COMPATIBLE__API_KEY", "canary-5521")
    loaded = Settings(data_dir=settings.data_dir)
    assert loaded.llm.compatible.api_key == "canary-5521"
    key = state("llm.compatible.api_key", loaded)
    assert (key.value, key.origin, key.locked) == ("(set)", "environment", True)
    assert "canary-5521" not in repr(read_options(loaded))
    assert "canary-5521" not in repr(loaded)


def test_the_last_line_can_be_taken_out_and_another_put_behind(data_dir: Path) -> None:
    settings = write(data_dir, "[index]\nm = 16\nef_construction = 64\n")
    reset_option(settings.paths, "index.ef_construction")
    assert settings.paths.config_file.read_text() == "[index]\nm = 16\n"
    write_option(settings.paths, "index.merge_tail", 9)
    assert settings.paths.config_file.read_text() == "[index]\nm = 16\nmerge_tail = 9\n"


def test_an_unknown_name_in_the_file_can_be_taken_out(data_dir: Path) -> None:
    settings = write(data_dir, "[index]\nef_constructon = 3\nm = 16\n")
    reset_option(settings.paths, "index.ef_constructon")
    assert read_config(settings.paths.config_file) == {"index": {"m": 16}}
    with pytest.raises(OptionError, match=r"Was index\.ef_construction meant") as caught:
        reset_option(settings.paths, "index.ef_constructon")
    assert caught.value.nearest == "index.ef_construction"


def test_a_plain_value_where_a_group_belongs_is_not_overwritten(data_dir: Path) -> None:
    data_dir.mkdir()
    file = data_dir / "config.toml"
    file.write_text("index = 5\n")
    with pytest.raises(SettingsError, match="index is a plain value"):
        write_option(paths_of(data_dir=data_dir), "index.m", 16)
    assert file.read_text() == "index = 5\n"


def test_a_file_that_is_no_toml_is_not_touched(data_dir: Path) -> None:
    data_dir.mkdir()
    file = data_dir / "config.toml"
    file.write_text("this is not toml")
    with pytest.raises(SettingsError, match=r"config\.toml"):
        write_option(paths_of(data_dir=data_dir), "index.m", 16)
    assert file.read_text() == "this is not toml"


def test_lines_are_found_beside_texts_of_many_lines(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('[a]\nb = """\n[index]\nm = 3\n"""\n[index]\n"m" = 16\nn.o = 1\n')
    assert line_of(file, "index.m") == 7
    assert line_of(file, "index.n.o") == 8
    assert line_of(file, "a.b") == 2
    assert line_of(file, "c") is None
    assert line_of(tmp_path / "none.toml", "c") is None


def test_every_variable_that_the_sources_name_is_known(repository: Path) -> None:
    known = {option.variable for option in option_table()} | OTHER_VARIABLES
    groups = {variable.rpartition("__")[0] for variable in known}
    for room in ("engine", "desktop", "scripts", "docs"):
        for path in (repository / room).rglob("*.*"):
            if path.suffix in (".py", ".md", ".ts"):
                named = set(re.findall(r"MAGRAY_[A-Z][A-Z_]*[A-Z]", path.read_text(encoding="utf-8")))
                assert named <= known | groups, path
