"""`magray config`: the options, from the one table that holds them."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

from engine.cli import show
from engine.errors import SettingsError
from engine.settings import Settings, get_option, options as all_options, write_config


def run(options: Namespace) -> int:
    """Run the action that was parsed.

    Raises:
        SettingsError: an option is unknown, or a value does not fit.
    """
    settings = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    actions = {"list": _list, "get": _get, "set": _set, "unset": _unset}
    return actions[options.action](settings, options)


def _list(settings: Settings, options: Namespace) -> int:
    rows = [
        {
            "name": name,
            "value": _plain(get_option(settings, name)),
            "default": _plain(default),
            "type": type_name(type_),
            "help": help_,
        }
        for name, type_, default, help_ in all_options()
    ]
    if options.json:
        show.print_json({"options": rows, "file": str(settings.paths.config_file)})
        return 0
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        changed = "" if row["value"] == row["default"] else f"   (default {_text(row['default'])})"
        print(f"{row['name']:{width}}  {_text(row['value'])}{changed}")
        print(show.wrapped(row["help"], indent=width + 2))
    print(f"\nOptions that you set are kept in {settings.paths.config_file}")
    return 0


def _get(settings: Settings, options: Namespace) -> int:
    value = _plain(get_option(settings, options.name))
    if options.json:
        show.print_json({"name": options.name, "value": value})
    else:
        print(_text(value))
    return 0


def _set(settings: Settings, options: Namespace) -> int:
    if options.name == "data_dir":
        raise SettingsError("data_dir cannot stand in the file that lies in it. Use --data-dir or MAGRAY_DATA_DIR.")
    write_config(settings.paths.config_file, options.name, _parsed(options.name, options.value))
    return _told(settings, options)


def _unset(settings: Settings, options: Namespace) -> int:
    write_config(settings.paths.config_file, options.name, None)
    return _told(settings, options)


def _told(settings: Settings, options: Namespace) -> int:
    """The value now in force, which the environment may still decide."""
    now = Settings(data_dir=options.data_dir) if options.data_dir else Settings()
    return _get(now, options)


def _parsed(name: str, text: str) -> Any:
    """A value as TOML has it: numbers, truth values and lists as themselves, everything else as text."""
    types = {option: type_ for option, type_, _, _ in all_options()}
    if types.get(name) is str:
        return text
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        return text
    return text if value is None else value


def type_name(type_: Any) -> str:
    """An option's type in a word or a list of choices."""
    choices = getattr(type_, "__args__", None)
    if getattr(type_, "__origin__", None) is not None and choices and all(isinstance(item, str) for item in choices):
        return " | ".join(choices)
    if choices and type(None) in choices:
        return " or nothing".join([*(type_name(item) for item in choices if item is not type(None)), ""])
    return {"str": "text", "int": "whole number", "float": "number", "bool": "true | false", "tuple": "list"}.get(
        getattr(type_, "__name__", ""), getattr(type_, "__name__", str(type_)).lower()
    )


def _plain(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
