"""The options for a front end: what there is, what holds and from where, and changing one in `config.toml`."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.config_file import line_of, read_config, save_value
from engine.errors import OptionError
from engine.options import Option, check
from engine.paths import DataPaths
from engine.settings import PREFIX, Origin, Settings, SettingsLayer, flat, layers, option_table

OTHER_VARIABLES = frozenset({"MAGRAY_TRACE_START", "MAGRAY_SHARED_DATA"})
"""Variables that begin like an option and are none: how a start is timed, and where the tests' collections lie."""

HIDDEN = "(set)"
"""What is shown in place of a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionState:
    """One option and what holds for it.

    Attributes:
        option: its description.
        value: what the layers say now, and so what holds from the next start on; for a secret `(set)` or an empty text.
        running: what the settings that were given hold, which may be older than `value`.
        origin: the layer that `value` comes from.
        where: that layer in one word: the variable, the file, the profile's name; empty otherwise.
        stored: what `config.toml` holds, or None.
        locked: whether a change in `config.toml` would do nothing, since a stronger layer decides.
        problem: why `value`, as it stands in its layer, cannot be used; empty when all is well. `value` is then the
            one that `running` has.
    """

    option: Option
    value: Any
    running: Any
    origin: Origin
    where: str
    stored: Any
    locked: bool
    problem: str

    @property
    def is_default(self) -> bool:
        """Whether the value is the one of the table."""
        return bool(self.value == self.option.default)

    @property
    def waits_for_restart(self) -> bool:
        """Whether another value holds than the one that was chosen."""
        return self.option.needs_restart and self.value != self.running


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownOption:
    """A name in `config.toml` or the environment that is no option. It is passed over.

    Attributes:
        name: as it is written there.
        where: `config.toml` with its line, or the environment, in words.
        nearest: the option that was perhaps meant, written as it has to be there; or None.
        misplaced: why an option that is known is passed over there; empty where it is not known.
    """

    name: str
    where: str
    nearest: str | None
    misplaced: str = ""

    def __str__(self) -> str:
        """One sentence."""
        if self.misplaced:
            return f"{self.name} ({self.where}) is passed over: {self.misplaced}"
        meant = f" Was {self.nearest} meant?" if self.nearest else ""
        return f"{self.name} ({self.where}) is no option and is passed over.{meant}"


def read_options(settings: Settings | None = None, *, data_dir: Path | None = None) -> list[OptionState]:
    """Every option with what holds for it, in the order of the table. Files and environment are read anew.

    Args:
        settings: those that are in use; without them the table is read though the settings cannot be loaded.
        data_dir: the data folder where no settings are given.

    Raises:
        SettingsError: `config.toml` is not TOML, or a variable cannot be parsed.
    """
    given = settings.given if settings is not None else _given(data_dir)
    found = layers(given)
    file = paths_of(settings, data_dir=data_dir).config_file
    profile = str(next((layer.values["profile"] for layer in found if layer.values.get("profile")), "desktop"))
    return [_state(option, found, settings, file=file, profile=profile) for option in option_table()]


def unknown_options(settings: Settings | None = None, *, data_dir: Path | None = None) -> list[UnknownOption]:
    """What stands in `config.toml` or the environment and is no option: a slip, or an option of another version.

    Raises:
        SettingsError: `config.toml` is not TOML.
    """
    table = {option.name: option for option in option_table()}
    file = paths_of(settings, data_dir=data_dir).config_file
    found: list[UnknownOption] = []
    for name in flat(read_config(file)):
        misplaced = ""
        if name in table:
            misplaced = _misplaced(table[name])
            if not misplaced:
                continue
        line = line_of(file, name)
        where = f"{file}, line {line}" if line is not None else str(file)
        near = None if misplaced else nearest_option(name)
        found.append(UnknownOption(name=name, where=where, nearest=near, misplaced=misplaced))
    found += _unknown_variables(table)
    return found


def _unknown_variables(table: Mapping[str, Option]) -> list[UnknownOption]:
    found: list[UnknownOption] = []
    groups = {".".join(parts[:end]) for name in table for parts in [name.split(".")] for end in range(1, len(parts))}
    for variable in sorted(os.environ):
        name = variable.upper().removeprefix(PREFIX).lower().replace("__", ".")
        if not variable.upper().startswith(PREFIX) or variable.upper() in OTHER_VARIABLES:
            continue
        if name not in table and name not in groups:
            near = nearest_option(name)
            meant = PREFIX + near.upper().replace(".", "__") if near else None
            found.append(UnknownOption(name=variable, where="the environment", nearest=meant))
    return found


def nearest_option(name: str) -> str | None:
    """The option whose name is most like an unknown one, or None where none is."""
    names = [option.name for option in option_table()]
    wanted = name.lower().replace("-", "_").replace("__", ".")
    if whole := difflib.get_close_matches(wanted, names, n=1, cutoff=0.75):
        return whole[0]
    # one separator is taken for another, or the group was left out
    plain_names = {known.replace(".", "_"): known for known in names}
    if joined := difflib.get_close_matches(wanted.replace(".", "_"), plain_names, n=1, cutoff=0.85):
        return plain_names[joined[0]]
    last = {known.rpartition(".")[2]: known for known in names}
    ends = difflib.get_close_matches(wanted.rpartition(".")[2], last, n=1, cutoff=0.85)
    return last[ends[0]] if ends else None


def find_option(name: str) -> Option:
    """One option of the table.

    Raises:
        OptionError: there is none of that name; the nearest is named.
    """
    for option in option_table():
        if option.name == name:
            return option
    near = nearest_option(name)
    meant = f" Was {near} meant?" if near else ""
    raise OptionError(
        f"There is no option {name}.{meant} `magray config list` shows them all.",
        name=name,
        problem="unknown",
        nearest=near,
    )


def check_option(name: str, value: Any) -> Any:
    """Hold a value against an option, as a field does while its owner types.

    Returns:
        The value as the table has it.

    Raises:
        OptionError: the option is unknown or the value does not fit; `error.problem` and `error.needs` say why.
    """
    return check(Settings, find_option(name), value)


def write_option(paths: DataPaths, name: str, value: Any) -> None:
    """Set one option in `config.toml`, keeping comments, order and what is not known there.

    Raises:
        OptionError: the option is unknown, the value does not fit, or the option cannot stand in a file.
        SettingsError: the file cannot be read or written.
    """
    option = find_option(name)
    if why := _misplaced(option):
        raise OptionError(f"{name} was not written: {why}", name=name, problem="fixed")
    save_value(paths.config_file, name, plain(check(Settings, option, value)))


def reset_option(paths: DataPaths, name: str) -> None:
    """Take one option out of `config.toml`, so that a weaker layer or the default holds.

    A name that is no option can be taken out too where it stands in the file.

    Raises:
        OptionError: the name is neither an option nor in the file.
        SettingsError: the file cannot be read or written.
    """
    if not _stands_in(read_config(paths.config_file), name):
        find_option(name)
        return
    save_value(paths.config_file, name, None)


def get_option(settings: Settings, name: str) -> Any:
    """The value that settings hold for a dotted name.

    Raises:
        OptionError: the option is unknown.
    """
    value: Any = settings
    for part in find_option(name).name.split("."):
        value = getattr(value, part)
    return value


def plain(value: Any) -> Any:
    """A value as TOML and JSON have it."""
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def shown(option: Option, value: Any) -> Any:
    """A value as it may be shown: of a secret only whether it is set."""
    return (HIDDEN if value else "") if option.kind == "secret" else plain(value)


def paths_of(settings: Settings | None = None, *, data_dir: Path | None = None) -> DataPaths:
    """Where everything lives, told without loading the settings, which may be unusable."""
    if settings is not None:
        return settings.paths
    variable = next((name for name in os.environ if name.upper() == f"{PREFIX}DATA_DIR"), "")
    named = data_dir or os.environ.get(variable)
    return DataPaths.resolve(Path(named) if named else None)


def _state(
    option: Option, found: tuple[SettingsLayer, ...], settings: Settings | None, *, file: Path, profile: str
) -> OptionState:
    name = option.name
    running = get_option(settings, name) if settings is not None else option.default
    layer = next((layer for layer in found if name in layer.values), None)
    origin: Origin = layer.origin if layer is not None else "default"
    stored = next((layer.values.get(name) for layer in found if layer.origin == "config.toml"), None)
    value, problem = option.default, ""
    if layer is not None:
        try:
            value = check(Settings, option, layer.values[name])
        except OptionError as error:
            value, problem = running, str(error)
    where = {"environment": option.variable, "config.toml": str(file), "profile": profile}.get(origin, "")
    locked = origin in ("command line", "environment") or name == "data_dir" or option.kind == "secret"
    if option.kind == "secret":
        value, running, stored = shown(option, value), shown(option, running), None
    return OptionState(
        option=option,
        value=value,
        running=running,
        origin=origin,
        where=where,
        stored=stored,
        locked=locked,
        problem=problem,
    )


def _misplaced(option: Option) -> str:
    """Why an option cannot stand in `config.toml`; empty where it can."""
    if option.name == "data_dir":
        return "it cannot stand in the file that lies in it. Use --data-dir or MAGRAY_DATA_DIR."
    if option.kind == "secret":
        return f"it is a secret and is never kept in a file. Use the variable {option.variable}."
    return ""


def _stands_in(values: Mapping[str, Any], name: str) -> bool:
    held: Any = values
    for part in name.split("."):
        if not isinstance(held, Mapping) or part not in held:
            return False
        held = held[part]
    return True


def _given(data_dir: Path | None) -> dict[str, Any]:
    return {"data_dir": data_dir} if data_dir is not None else {}
