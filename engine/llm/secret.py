"""A key that does not show itself."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """Holds a text that must reach a vendor and nothing else: it prints, formats, compares and pickles as nothing."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text; for the one place that sends it."""
        return self._text

    def hide_in(self, text: str) -> str:
        """A text without this secret: vendors repeat keys in their messages."""
        return text.replace(self._text, "…") if self._text else text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")
