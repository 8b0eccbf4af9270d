from __future__ import annotations

import time

import pytest
from hypothesis import given, settings, strategies as st

from desktop.markdown.blocks import LONGEST, MarkdownFlow, parse
from desktop.markdown.inline import BEGIN_CLAIM, mark_claims, without_marks

TEXT = """# A heading

A paragraph with **words**.

1. one
2. two

   ```sh
   ls
   ```

> quoted
> more

| a | b |
|---|---|
| 1 | 2 |

```python
def f():
    return "```"
```

~~~
tildes
~~~

$$
\\frac{a}{b}
$$

\\[ x^2 \\]

---

The end.
"""


def flowed(text: str, step: int) -> list[tuple[str, str, str]]:
    flow = MarkdownFlow()
    for end in range(step, len(text), step):
        flow.feed(text[:end], final=False)
    flow.feed(text)
    assert flow.complete
    return [(block.kind, block.source, block.code) for block in flow.blocks]


def test_kinds_of_blocks() -> None:
    assert [block.kind for block, _ in parse(TEXT)] == [
        "text", "text", "text", "text", "table", "code", "code", "formula", "formula", "rule", "text",
    ]  # fmt: skip


@pytest.mark.parametrize("step", [1, 3, 17, 1000])
def test_a_growing_text_gives_the_blocks_of_the_whole_one(step: int) -> None:
    assert flowed(TEXT, step) == [(block.kind, block.source, block.code) for block, _ in parse(TEXT)]


_PIECES = st.sampled_from(
    ["# a\n", "b\n", "\n", "- c\n", "  - d\n", "1. e\n", "> f\n", "```\n", "~~~py\n", "$$\n", "x$y$z ", "| g | h |\n",
     "|---|---|\n", "    i\n", "***\n", "`j` **k** ", "===\n", "\\[l\\]\n", "<b>", "[m](n) ", "![o](p)", "\t"]
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(_PIECES, max_size=25), st.integers(1, 9))
def test_any_text_loses_nothing_while_it_grows(pieces: list[str], step: int) -> None:
    text = "".join(pieces)
    whole = [(block.kind, block.source) for block, _ in parse(text) if block.kind != "formula"]
    # The source of a code block that is never closed is its first line alone.
    grown = "".join("".join((code or source).split()) for _, source, code in flowed(text, step))
    for kind, source in whole:
        assert kind == "code" or "".join(source.split()) in grown


def test_footnotes_are_found_at_the_end_and_refer_to_what_came_before() -> None:
    text = "A word[^1].\n\nAnother.\n\n[^1]: The note.\n"
    flow = MarkdownFlow()
    flow.feed(text[:14], final=False)
    flow.feed(text, final=False)
    flow.feed(text)
    assert [block.kind for block in flow.blocks] == ["text", "text", "notes"]


def test_an_open_code_block_grows_and_keeps_its_identity() -> None:
    flow = MarkdownFlow()
    flow.feed("Before\n\n```py\na = 1\n", final=False)
    first = flow.blocks[-1]
    flow.feed("Before\n\n```py\na = 1\nb = 2\n``", final=False)
    second = flow.blocks[-1]
    assert (first.source, first.code) == ("```py\n", "a = 1")
    assert (second.source, second.code, second.language) == ("```py\n", "a = 1\nb = 2\n``", "py")
    flow.feed("Before\n\n```py\na = 1\nb = 2\n```\n\nAfter", final=False)
    assert [block.kind for block in flow.blocks] == ["text", "code", "text"]
    assert flow.blocks[1].code == "a = 1\nb = 2"


def test_a_line_of_a_megabyte_becomes_many_paragraphs_within_a_time() -> None:
    flow = MarkdownFlow()
    begun = time.perf_counter()
    flow.feed("word " * 200_000, deadline=begun)
    assert not flow.complete
    while not flow.complete:
        flow.feed("word " * 200_000, deadline=time.perf_counter() + 0.01)
    assert all(len(block.source) <= LONGEST for block in flow.blocks)
    assert sum(block.source.count("word") for block in flow.blocks) == 200_000


def test_a_text_that_changed_is_read_anew() -> None:
    flow = MarkdownFlow()
    flow.feed("# One\n\ntwo\n\nthree")
    flow.feed("# Another\n\ntwo")
    assert [block.source for block in flow.blocks] == ["# Another", "two"]


@pytest.mark.parametrize(
    ("claim", "kind"),
    [("- [x] done", "bullet_list_open"), ("[^1]: a note", None), ("| a | b |", None), ("> said", None)],
)
def test_a_mark_leaves_tasks_notes_and_tables_what_they_are(claim: str, kind: str | None) -> None:
    text = f"Word[^1].\n\n{claim}\n" + ("|---|---|\n| c | d |\n" if claim.startswith("|") else "")
    marked = mark_claims(text, [(text.index(claim), text.index(claim) + len(claim), "no_source")])
    assert without_marks(marked) == text
    before = [(block.kind, block.tokens[0].type) for block, _ in parse(text)]
    after = [(block.kind, block.tokens[0].type) for block, _ in parse(marked)]
    assert before == after
    assert kind is None or after[1][1] == kind
    assert ("\ue0f0" in marked) == (not claim.startswith("|"))
    inner = "".join(token.content for block, _ in parse(marked) for token in block.tokens if token.type == "inline")
    assert "[ ]" not in inner


def test_claims_are_marked_inside_their_block() -> None:
    text = "- A claim here.\n- Fine [1].\n\n## Title claim\n"
    marked = mark_claims(text, [(0, 15, "no_source"), (text.index("## "), len(text), "not_in_source")])
    assert without_marks(marked) == text
    assert marked.startswith("- \ue0f0")
    assert [block.kind for block, _ in parse(marked)] == ["text", "text"]
    assert parse(marked)[0][0].tokens[0].type == "bullet_list_open"
    assert parse(marked)[1][0].tokens[0].type == "heading_open"


@pytest.mark.parametrize("mark", ["- item {0}", "{0}. item"])
def test_a_long_list_is_laid_out_in_parts_and_stays_one(mark: str) -> None:
    text = "Before\n\n" + "\n".join(mark.format(number) + "\n     - inner" for number in range(1, 401)) + "\n\nAfter"
    blocks = [block for block, _ in parse(text)]
    parts = blocks[1:-1]
    assert len(parts) == 7
    assert [part.continues for part in parts] == [False] + [True] * 6
    assert "\n".join(part.source for part in parts) == text.split("\n\n")[1]
    starts = [int(part.tokens[0].attrs.get("start", 0)) for part in parts]
    assert starts == ([1, 61, 121, 181, 241, 301, 361] if mark.startswith("{") else [0] * 7)
    assert [kind for kind, _, _ in flowed(text, 300)][-1] == "text"
    assert "".join(source for _, source, _ in flowed(text, 300)).count("inner") == 400


@pytest.mark.parametrize("line", ["- [x] draft the letter", "1. [ ] send it", "[^1]: It stands in no source.", "> # A"])
def test_a_mark_stands_behind_what_opens_a_block(line: str) -> None:
    marked = mark_claims(line, [(0, len(line), "no_source")])
    opening = marked[: marked.index(BEGIN_CLAIM)]
    assert opening
    assert line.startswith(opening)
    assert opening.rstrip()[-1] in "]:#"
    assert without_marks(marked) == line
