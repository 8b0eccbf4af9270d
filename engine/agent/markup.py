"""What a reader sees of a sentence that stands in markup."""

from __future__ import annotations

import re

_LINK = re.compile(r"(?<!\w)!?\[([^\[\]]*)\](?:\([^()\s]*(?:\s+[\"'][^\"']*[\"'])?\)|\[[^\[\]]*\])")
_TAG = re.compile(
    r"</?(?:a|abbr|b|br|code|dfn|del|em|font|i|img|ins|kbd|mark|p|q|s|small|span|strong|sub|sup|u)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_MARKS = re.compile(r"\*\*|\{\s*[#.][^{}]*\}|\[\[?\^?\w{1,4}\]\]?\(#[^()\s]*\)")


def readable(text: str) -> str:
    """The words of a sentence as a reader sees them: no link targets, tags, bold marks, outer bars, line breaks."""
    text = _MARKS.sub("", text)
    if "](" in text or "][" in text:
        text = _LINK.sub(r"\1", text)
    if "<" in text:
        text = _TAG.sub("", text)
    if text.startswith("|"):
        text = text.strip("| \t")
    return " ".join(text.split())
