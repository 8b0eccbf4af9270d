from datetime import UTC, datetime

from engine.memory.explanation import reason_of
from engine.memory.query import understand
from engine.values import Memory

NOW = datetime(2026, 6, 15, tzinfo=UTC)


def memory(text: str) -> Memory:
    return Memory(id="m", text=text, layer="assets", kind="note", created_at=NOW, occurred_at=NOW)


def reason(text: str, query: str, *, explain: bool = False, **scores: float) -> str:
    return reason_of(memory(text), scores, understand(query, now=NOW), explain=explain)


def test_shared_words_are_named() -> None:
    assert reason("The garden gate is open", "is the garden gate locked?", bm25=3.0) == "It shares “garden” and “gate”."


def test_words_of_every_question_are_no_reason() -> None:
    assert reason("What did they do?", "what did you do?", bm25=3.0, dense=0.5) == (
        "It shares common words only and means something alike."
    )
    assert reason("Когда кончается договор", "когда кончается аренда?", bm25=3.0) == "It shares “кончается”."


def test_meaning_neighbours_phrases_and_times_are_said() -> None:
    assert reason("A dog", "which pet?", dense=0.6) == "It means something alike."
    assert reason("A dog", "which pet?", bm25_window=2.0) == "It stands beside words that match."
    assert reason("A dog", "which pet?") == "It is the nearest there is."
    assert reason("the blue door", '"Blue door"', bm25=1.0).startswith("It holds “Blue door” word for word")
    assert reason("Painted", "paint in May 2026", bm25=1.0, period=0.1) == (
        "It shares words in other forms and is from the time asked about."
    )


def test_explaining_adds_the_figures() -> None:
    assert reason("A dog", "dog", explain=True, bm25=1.25) == "It shares “dog”. Scores: bm25 1.250."
