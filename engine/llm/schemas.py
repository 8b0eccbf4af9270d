"""JSON schemas as the vendors want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def fits_strictly(schema: Any) -> bool:
    """Whether a schema may be held to the letter: every object in it is closed and requires all of its properties.

    Source: https://platform.openai.com/docs/guides/structured-outputs, "Supported schemas".
    """
    if isinstance(schema, list):
        return all(fits_strictly(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        closed = schema.get("additionalProperties") is False and set(schema.get("required") or ()) == set(properties)
        if not closed or not all(fits_strictly(value) for value in properties.values()):
            return False
    elif schema.get("type") == "object":
        return False
    definitions = schema.get("$defs")
    nested = [schema.get("items"), schema.get("anyOf"), *(definitions or {}).values()]
    return all(fits_strictly(value) for value in nested)
