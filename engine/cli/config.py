"""`magray config`: the options, from the one table that holds them."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from engine.cli import show
from engine.options import Option
from engine.settings import Settings, option_table
from engine.settings_table import (
    OptionState,
    UnknownOption,
    find_option,
    get_option,
    paths_of,
    plain,
    read_options,
    reset_option,
    shown,
    unknown_options,
    write_option,
)


def run(options: Namespace) -> int:
    """Run the action that was parsed.

    Raises:
        SettingsError: an option is unknown, or a value does not fit.
    """
    actions = {"list": _list, "get": _get, "set": _set, "unset": _unset}
    return actions[options.action](options)


def _list(options: Namespace) -> int:
    states = read_options(data_dir=options.data_dir)
    unknown = unknown_options(data_dir=options.data_dir)
    file = paths_of(data_dir=options.data_dir).config_file
    if options.json:
        rows = [_row(state) for state in states]
        found = [{"name": item.name, "where": item.where, "nearest": item.nearest} for item in unknown]
        show.print_json({"options": rows, "unknown": found, "file": str(file)})
        return 0
    width = max(len(state.option.name) for state in states)
    for state in states:
        print(f"{state.option.name:{width}}  {_text(plain(state.value))}{_origin(state)}")
        if state.problem:
            print(show.wrapped(state.problem, indent=width + 2))
        print(show.wrapped(state.option.help, indent=width + 2))
    _print_unknown(unknown)
    print(f"\nOptions that you set are kept in {file}")
    return 0


def _row(state: OptionState) -> dict[str, Any]:
    return {
        "name": state.option.name,
        "value": plain(state.value),
        "default": plain(state.option.default),
        "type": type_name(state.option),
        "help": state.option.help,
        "origin": state.origin,
        "problem": state.problem,
    }


def _origin(state: OptionState) -> str:
    if state.origin == "default":
        return ""
    place = {"environment": state.where, "profile": f"profile {state.where}"}.get(state.origin, state.origin)
    default = "" if state.is_default else f"; default {_text(plain(state.option.default))}"
    return f"   ({place}{default})"


def _print_unknown(unknown: list[UnknownOption]) -> None:
    if unknown:
        print("\nPassed over:")
    for item in unknown:
        print(show.wrapped(str(item), indent=2))


def _get(options: Namespace) -> int:
    option = find_option(options.name)
    settings = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    value = shown(option, get_option(settings, options.name))
    if options.json:
        show.print_json({"name": options.name, "value": value})
    else:
        print(_text(value))
    return 0


def _set(options: Namespace) -> int:
    write_option(paths_of(data_dir=options.data_dir), options.name, _parsed(options.name, options.value))
    return _get(options)


def _unset(options: Namespace) -> int:
    paths = paths_of(data_dir=options.data_dir)
    reset_option(paths, options.name)
    if options.name in {option.name for option in option_table()}:
        return _get(options)
    if options.json:
        show.print_json({"name": options.name, "value": None})
    else:
        print(f"{options.name} is no longer in {paths.config_file}")
    return 0


def _parsed(name: str, text: str) -> Any:
    """A value as TOML has it: numbers, truth values and lists as themselves, everything else as text."""
    if find_option(name).kind in ("text", "choice", "path", "secret"):
        return text
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return text if value is None else value


def type_name(option: Option) -> str:
    """An option's type in a word or a list of choices."""
    if option.kind == "choice":
        return " | ".join(option.choices)
    words = {"integer": "whole number", "flag": "true | false", "path": "path or nothing"}
    return words.get(option.kind, option.kind)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
