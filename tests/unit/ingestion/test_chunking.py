"""Chunks: their spans are true, they fit, and they respect what belongs together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from engine.embedding.tokenizing import Tokenizer
from engine.ingestion.chunking import Chunker, TokenCounter, markdown_headings
from engine.ingestion.reading import Flavour, Heading, PageText, ReadDocument

TOKENS = 60


@pytest.fixture(scope="module")
def count(repository: Path) -> Callable[[Sequence[str]], list[int]]:
    model = repository / "resources" / "models" / "all-minilm-l6-v2"
    return Tokenizer(model / "tokenizer.json", max_tokens=256).count


@pytest.fixture(scope="module")
def chunker(count: Callable[[Sequence[str]], list[int]]) -> Chunker:
    return Chunker(TokenCounter(count), tokens=TOKENS)


def document(*pages: str | PageText, flavour: Flavour = "plain") -> ReadDocument:
    return ReadDocument(
        title="",
        media_type="text/plain",
        pages=tuple(page if isinstance(page, PageText) else PageText(page) for page in pages),
        paged=len(pages) > 1,
        flavour=flavour,
    )


def texts(chunker: Chunker, read: ReadDocument) -> list[str]:
    return [read.pages[chunk.page].text[chunk.start : chunk.end] for chunk in chunker.chunks(read)]


@settings(max_examples=150, deadline=None)
@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from("ab \n#`-*日本語é😀.|\u0301\u200d"), st.characters(codec="utf-8")),
        max_size=1500,
    ),
    flavour=st.sampled_from(["plain", "markdown", "code"]),
)
def test_spans_are_code_points_in_order_and_nothing_visible_is_lost(
    chunker: Chunker, text: str, flavour: Flavour
) -> None:
    read = document(text, flavour=flavour)
    last = 0
    for chunk in chunker.chunks(read):
        piece = text[chunk.start : chunk.end]
        assert piece == piece.strip()
        assert piece
        assert not any(map(str.isalnum, text[last : chunk.start]))
        assert chunk.start >= last
        last = chunk.end
    assert not any(map(str.isalnum, text[last:]))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(["word", "Straße", "unbelievably", "日本語の", "x" * 90, ".", "\n", "\n\n"]), max_size=400)
)
def test_no_chunk_has_too_many_tokens(
    chunker: Chunker, count: Callable[[Sequence[str]], list[int]], words: list[str]
) -> None:
    found = texts(chunker, document(" ".join(words)))
    assert all(tokens <= TOKENS for tokens in count(found))


def test_a_counted_text_has_as_many_tokens_as_the_tokenizer_says(count: Callable[[Sequence[str]], list[int]]) -> None:
    counter = TokenCounter(count)
    for text in ("Plain words, twice: plain words.", "C'est l'été à Zürich!", "日本語のテキスト" * 20, "a" * 300, "  "):
        assert counter(text) == count([text])[0]


def test_a_word_that_the_tokenizer_spells_counts_by_its_length(count: Callable[[Sequence[str]], list[int]]) -> None:
    counter = TokenCounter(count)
    assert count(["производство"])[0] >= 12
    assert counter("производство") == 3
    assert counter("и в") == count(["и в"])[0]


def test_a_russian_sentence_stays_whole(chunker: Chunker) -> None:
    sentence = (
        "Если первый миллион водосчётчиков был выпущен за два с половиной года, то теперь здесь выпускают по два "
        "миллиона счётчиков расхода воды в год."
    )
    assert texts(chunker, document(f"Завод растёт.\n\n{sentence}"))[-1].endswith(sentence)


def test_a_chunk_never_crosses_a_heading_and_knows_its_path(chunker: Chunker) -> None:
    text = "# House\n\nAn intro.\n\n## Kitchen\n\nThe oven is hot.\n\n### Oven\n\nIt bakes.\n\n## Hall\n\nIt is cold."
    read = document(text, flavour="markdown")
    found = [(chunk.heading, text[chunk.start : chunk.end]) for chunk in chunker.chunks(read)]
    assert found == [
        (("House",), "# House\n\nAn intro."),
        (("House", "Kitchen"), "## Kitchen\n\nThe oven is hot."),
        (("House", "Kitchen", "Oven"), "### Oven\n\nIt bakes."),
        (("House", "Hall"), "## Hall\n\nIt is cold."),
    ]


def test_a_heading_without_text_goes_with_the_one_below(chunker: Chunker) -> None:
    text = "# House\n\n## Kitchen\n\nThe oven is hot."
    (chunk,) = chunker.chunks(document(text, flavour="markdown"))
    assert (chunk.start, chunk.end, chunk.heading) == (0, len(text), ("House", "Kitchen"))


def test_headings_hold_over_pages(chunker: Chunker) -> None:
    first = PageText("Chapter\n\nIt begins.", (Heading(0, 1, "Chapter"),))
    second = PageText("It goes on.\n\nNext\n\nAnother.", (Heading(13, 1, "Next"),))
    found = [(chunk.page, chunk.heading) for chunk in chunker.chunks(document(first, second))]
    assert found == [(0, ("Chapter",)), (1, ("Chapter",)), (1, ("Next",))]


def test_paragraphs_and_sentences_stay_whole(chunker: Chunker) -> None:
    sentence = "The quick brown fox jumps over the lazy dog near the river. "
    paragraph = (sentence * 3).strip()
    found = texts(chunker, document("\n\n".join([paragraph] * 4)))
    assert found == [paragraph] * 4
    (first, *_) = texts(chunker, document(sentence * 20))
    assert first.endswith("river.")


def test_code_blocks_are_not_taken_for_headings(chunker: Chunker) -> None:
    text = (
        "# Title\n\n```python\n# not a heading\nx = 1\n```\n\n~~~\n## neither\n~~~\n\nUnderlined\n==========\n\nText."
    )
    assert [(heading.level, heading.text) for heading in markdown_headings(text)] == [(1, "Title"), (1, "Underlined")]
    code = "```python\n" + "value = compute(1, 2)\n" * 5 + "```"
    found = texts(chunker, document(f"Some words before it.\n\n{code}\n\nSome after it.", flavour="markdown"))
    assert any(code in piece for piece in found)


def test_marks_in_headings_are_not_part_of_their_name() -> None:
    text = "# **Bold** `code` [link](http://x.y) { #anchor }\n"
    assert [heading.text for heading in markdown_headings(text)] == ["Bold code link"]


def test_front_matter_has_no_headings() -> None:
    assert [heading.text for heading in markdown_headings("---\ntitle: x\n# no\n---\n# Yes\n")] == ["Yes"]


def test_nothing_to_read_gives_no_chunk(chunker: Chunker) -> None:
    assert texts(chunker, document("")) == []
    assert texts(chunker, document("--- *** ...\n\n ~~~")) == []
