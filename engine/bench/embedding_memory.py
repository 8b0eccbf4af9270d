"""Embeds texts of mixed lengths and prints the memory taken: `python -m engine.bench.embedding_memory DIR COUNT`."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import psutil

from engine.settings import Settings

_WORDS = ("rain", "harbour", "engineer", "measures", "transfer", "plates", "letters", "bread", "nineteen", "opera")
_AT_ONCE = 96


def main(folder: Path, count: int) -> dict[str, float]:
    """Megabytes of this process before loading, warm, after a twentieth of the texts, after all, and trimmed."""
    from engine.embedding.cached_embedder import open_embedder

    settings = Settings(data_dir=folder)
    seen = {"before": _megabytes()}
    embedder = open_embedder(settings, paths=settings.paths)
    embedder.warm()
    seen["warm"] = _megabytes()
    source = random.Random(8)
    done = 0
    while done < count:
        texts = [_text(source, done + number) for number in range(min(_AT_ONCE, count - done))]
        embedder.embed_passages(texts)
        done += len(texts)
        if done >= count // 20:
            seen.setdefault("first", _megabytes())
    seen["last"] = _megabytes()
    embedder.trim()
    seen["trimmed"] = _megabytes()
    embedder.close()
    return seen


def _text(source: random.Random, number: int) -> str:
    """From one word to more than the model reads, short ones more often; no two alike."""
    return f"{number} " + " ".join(source.choices(_WORDS, k=int(1 + 260 * source.random() ** 4)))


def _megabytes() -> float:
    return psutil.Process().memory_info().rss / 1e6


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
