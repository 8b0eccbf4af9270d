"""What an option is: described from the typed table in `engine.settings`, and held against a value."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from engine.errors import OptionError, OptionProblem

OptionKind = Literal["text", "integer", "number", "flag", "choice", "list", "path", "secret", "other"]

_KINDS: dict[Any, OptionKind] = {
    str: "text",
    int: "integer",
    float: "number",
    bool: "flag",
    Path: "path",
    tuple: "list",
    list: "list",
}
_PROBLEMS: dict[str, OptionProblem] = {
    "greater_than": "limits",
    "greater_than_equal": "limits",
    "less_than": "limits",
    "less_than_equal": "limits",
    "string_too_short": "limits",
    "string_too_long": "limits",
    "literal_error": "choice",
    "string_pattern_mismatch": "form",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of the table.

    Attributes:
        name: dotted, as `index.m`.
        group: everything before the last dot; empty for the general ones.
        group_help: one line about the group.
        title: a few words, for a label.
        help: one sentence.
        kind: what sort of value it takes; `choice` has `choices`, `list` is a list of texts, a `secret` (a text whose
            field says `secret` in its `json_schema_extra`) is never written to a file.
        annotation: the Python type.
        default: what holds where no layer names it.
        minimum: least number, or None; `above` says that the number itself is already too small.
        maximum: greatest number, or None; `below` says that the number itself is already too large.
        choices: what a `choice` may be.
        pattern: regular expression that a text must match, or None.
        may_be_empty: whether an empty text stands for a default.
        needs_restart: whether a change holds from the next start on only.
        variable: its name in the environment.
    """

    name: str
    group: str
    group_help: str
    title: str
    help: str
    kind: OptionKind
    annotation: Any
    default: Any
    minimum: float | None
    maximum: float | None
    above: bool
    below: bool
    choices: tuple[str, ...]
    pattern: str | None
    may_be_empty: bool
    needs_restart: bool
    variable: str

    @property
    def needs(self) -> str:
        """What a value must be, in words: `a whole number from 4 to 128`."""
        match self.kind:
            case "choice":
                return f"one of {', '.join(self.choices)}"
            case "flag":
                return "true or false"
            case "integer":
                return " ".join(filter(None, ("a whole number", self.limits)))
            case "number":
                return " ".join(filter(None, ("a number", self.limits)))
            case "list":
                return "a list of texts"
            case "path":
                return "a folder"
            case _:
                return self._needed_text()

    @property
    def limits(self) -> str:
        """The bounds in words, as `from 4 to 128` or `above 0 and up to 90`; empty where there are none."""
        words = []
        if self.minimum is not None:
            words.append(f"{'above' if self.above else 'from'} {self.minimum:,}")
        if self.maximum is not None:
            words.append(f"{'below' if self.below else 'up to' if self.above else 'to'} {self.maximum:,}")
        return (" and " if self.above else " ").join(words)

    def _needed_text(self) -> str:
        if self.pattern is not None:
            return f"a text as its help says ({self.help.rstrip('.')})"
        return "a text" if self.may_be_empty else "a text that is not empty"


def describe(model: type[BaseModel], *, prefix: str) -> tuple[Option, ...]:
    """Every option of a table, in the order of declaration; groups may lie in groups.

    Args:
        model: the table.
        prefix: what its variables begin with in the environment, as `MAGRAY_`.
    """
    return tuple(_described(model, "", "", prefix))


def check(model: type[BaseModel], option: Option, value: Any) -> Any:
    """Hold one value against its option.

    Returns:
        The value as the table has it: `"32"` becomes 32 for a whole number.

    Raises:
        OptionError: it does not fit.
    """
    *groups, last = option.name.split(".")
    for group in groups:
        model = typing.cast("type[BaseModel]", model.model_fields[group].annotation)
    try:
        held = model.__pydantic_validator__.validate_assignment(model.model_construct(), last, value)
    except ValidationError as error:
        raise misfit(option, value, error.errors()[0]["type"]) from None
    return getattr(held, last)


def misfit(option: Option, value: Any, error: str, *, where: str = "") -> OptionError:
    """The error for a value that does not fit, from pydantic's kind of error; a secret is never repeated."""
    shown = "..." if option.kind == "secret" else repr(value)
    found = f" ({where})" if where else ""
    return OptionError(
        f"{option.name} = {shown}{found} cannot be used: it must be {option.needs}.",
        name=option.name,
        problem=_PROBLEMS.get(error, "type"),
        needs=option.needs,
    )


def _described(model: type[BaseModel], group: str, group_help: str, prefix: str) -> Iterator[Option]:
    for name, info in model.model_fields.items():
        dotted = f"{group}.{name}" if group else name
        inner = info.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _described(inner, dotted, (inner.__doc__ or "").strip(), prefix)
        else:
            yield _option(dotted, group, group_help, info, prefix)


def _option(name: str, group: str, group_help: str, info: FieldInfo, prefix: str) -> Option:
    bounds = {
        attribute: value
        for constraint in info.metadata
        for attribute in ("ge", "gt", "le", "lt", "pattern", "min_length")
        if (value := getattr(constraint, attribute, None)) is not None
    }
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    kind, choices = ("secret", ()) if extra.get("secret") else _kind(info.annotation)
    own = name.rpartition(".")[2].replace("_", " ")
    return Option(
        name=name,
        group=group,
        group_help=group_help,
        title=info.title or own[:1].upper() + own[1:],
        help=info.description or "",
        kind=kind,
        annotation=info.annotation,
        default=info.get_default(call_default_factory=True),
        minimum=bounds.get("ge", bounds.get("gt")),
        maximum=bounds.get("le", bounds.get("lt")),
        above="gt" in bounds,
        below="lt" in bounds,
        choices=choices,
        pattern=bounds.get("pattern"),
        may_be_empty=not bounds.get("min_length") and re.match(bounds.get("pattern", ""), "") is not None,
        needs_restart=bool(extra.get("needs_restart", True)),
        variable=prefix + name.upper().replace(".", "__"),
    )


def _kind(annotation: Any) -> tuple[OptionKind, tuple[str, ...]]:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return "choice", tuple(str(choice) for choice in arguments)
    if origin in (typing.Union, types.UnionType):
        rest = [argument for argument in arguments if argument is not type(None)]
        return _kind(rest[0]) if len(rest) == 1 else ("other", ())
    return _KINDS.get(origin or annotation, "other"), ()
