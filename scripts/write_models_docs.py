"""Write the table of docs/models.md from the catalogue: `python scripts/write_models_docs.py`."""

from __future__ import annotations

from pathlib import Path

from engine.models import catalog
from engine.models.entry import ModelEntry
from engine.models.files import in_words

TARGET = Path(__file__).resolve().parent.parent / "docs" / "models.md"
BEGIN, END = "<!-- catalogue: written by scripts/write_models_docs.py -->\n", "<!-- end of catalogue -->\n"
_TASKS = {"embed": "embedder", "rerank": "reranker", "chat": "language model"}


def _row(entry: ModelEntry) -> str:
    variants = []
    for one in entry.variants:
        sizes = [file.size for file in one.files]
        size = "size told by the hub" if None in sizes else in_words(sum(size or 0 for size in sizes))
        variants.append(f"{one.name} ({size})")
    languages = "very many" if "*" in entry.languages else ", ".join(sorted(entry.languages))
    what = f"{entry.dimensions} dimensions, {entry.pooling.replace('_', ' ')}" if entry.dimensions else "scores pairs"
    what = "writes answers" if entry.task == "chat" else what
    where = f"`{entry.repository}`" if entry.repository else "with Magray"
    where += "" if entry.pinned else ", revision not pinned"
    return (
        f"| `{entry.id}` | {_TASKS[entry.task]}, {what} | {languages} | {entry.max_tokens} | {', '.join(variants)} |"
        f" {entry.licence} | {where} |\n"
    )


def table() -> str:
    """The catalogue in a table, with the lines that mark where it stands."""
    head = "| id | what it is | languages | tokens | variants | licence | from |\n|---|---|---|---|---|---|---|\n"
    return BEGIN + head + "".join(map(_row, catalog.ENTRIES)) + END


def document(page: str) -> str:
    """The page with its table as it should be now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + table() + after


if __name__ == "__main__":
    TARGET.write_text(document(TARGET.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
    print(f"{TARGET} written")
