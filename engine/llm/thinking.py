"""Telling apart what a model thinks and what it says, where both come in one text: `<think>…</think>`, then the answer.

DeepSeek R1, Qwen3 and others write so; servers that do not split it themselves pass it on as it is.
"""

from __future__ import annotations

from engine.llm.messages import ReasoningDelta, TextDelta

_OPEN, _CLOSE = "<think>", "</think>"


class ThoughtSplitter:
    """Gets pieces of text, gives what can be told of them; a mark may be cut anywhere between two pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._place = "before"  # before anything, in the thoughts, in the answer
        self._fresh = False

    def add(self, piece: str) -> list[TextDelta | ReasoningDelta]:
        """Take a piece and give what is certain now."""
        if self._place == "answer" and not self._fresh:
            return [TextDelta(piece)] if piece else []
        self._held += piece
        given: list[TextDelta | ReasoningDelta] = []
        if self._place == "before":
            start = self._held.lstrip()
            if start.startswith(_OPEN):
                self._place, self._held = "thoughts", start.removeprefix(_OPEN).lstrip("\n")
            elif start and not _OPEN.startswith(start):
                self._place = "answer"
            else:
                return given
        if self._place == "thoughts":
            thought, mark, rest = self._held.partition(_CLOSE)
            if mark:
                given += [ReasoningDelta(thought)] if thought else []
                self._place, self._held, self._fresh = "answer", rest, True
            else:
                keep = _overlap(self._held, _CLOSE)
                sure = self._held[: len(self._held) - keep]
                self._held = self._held[len(sure) :]
                return [ReasoningDelta(sure)] if sure else []
        text = self._held.lstrip("\n") if self._fresh else self._held
        if text:
            self._fresh, self._held = False, ""
            given.append(TextDelta(text))
        return given

    def end(self) -> list[TextDelta | ReasoningDelta]:
        """Nothing more comes: give what was held back."""
        held, self._held = self._held, ""
        if not held:
            return []
        return [ReasoningDelta(held)] if self._place == "thoughts" else [TextDelta(held)]


def _overlap(text: str, mark: str) -> int:
    """How many characters at the end of a text may be the beginning of a mark."""
    return next((size for size in range(min(len(mark) - 1, len(text)), 0, -1) if mark.startswith(text[-size:])), 0)
