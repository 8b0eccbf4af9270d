"""A memory's text as HTML of the few things that it needs: lines, direction, strong words."""

from __future__ import annotations

import html

from desktop.chat.passages import matched_words

LINE_HEIGHT = 126
"""Percent; chat text at 15 px has the same air."""

_STYLE = f"margin:0; line-height:{LINE_HEIGHT}%; white-space:pre-wrap"


def html_of(text: str, query: str = "") -> str:
    """Plain text as HTML: each line by its own direction, the words of a query strong."""
    parts, last = [], 0
    for begin, end in matched_words(text, query) if query else ():
        parts += [html.escape(text[last:begin]), "<b>", html.escape(text[begin:end]), "</b>"]
        last = end
    parts.append(html.escape(text[last:]))
    lines = "".join(parts).split("\n")
    return "".join(
        f'<p style="{_STYLE}" dir="{direction(html.unescape(line))}">{line or "&nbsp;"}</p>' for line in lines
    )


def direction(text: str) -> str:
    """`rtl` where the first letter with a direction runs from right to left, else `ltr`."""
    import unicodedata

    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in ("R", "AL"):
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
