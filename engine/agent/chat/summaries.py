"""Older turns in short: by a small model where there is one, else by quoting their first sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from engine.agent.chat.citing import without_markers
from engine.agent.chat.prompts import prompt
from engine.agent.chat.sources import as_data
from engine.agent.sentences import split
from engine.llm.messages import ChatMessage, ChatRequest
from engine.memory.store.turns import Turn

_LONGEST_SENTENCE = 240
_MODEL_TURN = 2000
"""Characters of one turn that a model gets to summarise."""
MODEL_TOKENS = 1200
"""Tokens of a summary at most."""


def quoted(turns: Sequence[Turn], *, before: str, budget: int, count: Callable[[str], int]) -> str:
    """Turns in short without a model: the first sentence of each, the newest kept where not all fit.

    Args:
        turns: Oldest first.
        before: A summary of what stands before them; it is kept whole.
        budget: Tokens that there are.
        count: The model's own count.
    """
    lines: list[str] = []
    left = budget - count(before) if before else budget
    for turn in reversed(turns):
        line = f"{'Owner' if turn.role == 'user' else 'You'}: {_first(turn.text)}"
        cost = count(line) + 1
        if cost > left:
            break
        left -= cost
        lines.append(line)
    missing = len(turns) - len(lines)
    if missing:
        lines.append(f"({missing} turns are not told here.)")
    lines.reverse()
    return "\n".join([*([before] if before else []), *lines])


def request(turns: Sequence[Turn], *, before: str) -> ChatRequest:
    """Ask a model for the summary of turns that follow an earlier summary."""
    told = [f"So far: {before}"] if before else []
    told += [f"{'Owner' if turn.role == 'user' else 'Assistant'}: {_shortened(turn)}" for turn in turns]
    text = f"<conversation>\n{as_data(chr(10).join(told))}\n</conversation>\n\nCondense this."
    return ChatRequest(
        messages=(ChatMessage.of("user", text),),
        system=prompt("summarise"),
        max_output_tokens=MODEL_TOKENS,
        purpose="summarise",
    )


def _first(text: str) -> str:
    plain = without_markers(text)
    for sentence in split(plain):
        written = " ".join(plain[sentence.start : sentence.end].split())
        if written:
            return written if len(written) <= _LONGEST_SENTENCE else written[:_LONGEST_SENTENCE] + "…"
    return "…"


def _shortened(turn: Turn) -> str:
    text = without_markers(turn.text) if turn.role == "assistant" else turn.text
    if len(text) <= _MODEL_TURN:
        return text
    half = _MODEL_TURN // 2
    return f"{text[:half]} […] {text[-half:]}"
