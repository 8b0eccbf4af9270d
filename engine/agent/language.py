"""What consolidation is told of language: sentences, stems and empty words as the rest of the engine knows them."""

from __future__ import annotations

from engine.agent.lexicon import STOP_WORDS
from engine.agent.sentences import split
from engine.agent.terms import stem
from engine.memory.consolidation.language import Language


def language() -> Language:
    """English and Russian, and other languages as well as may be."""
    return Language(sentences=_sentences, stem=stem, stop=STOP_WORDS)


def _sentences(text: str) -> list[str]:
    return [text[one.start : one.end] for one in split(text)]
