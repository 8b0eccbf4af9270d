from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from engine.embedding.tokenizing import Tokenizer, clean
from engine.errors import ModelError
from engine.paths import resources

FILE = resources() / "models" / "all-minilm-l6-v2" / "tokenizer.json"
CLS, SEP, UNKNOWN = 101, 102, 100


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(FILE, max_tokens=256)


@pytest.fixture(scope="module")
def wide() -> Tokenizer:
    return Tokenizer(FILE, max_tokens=1_000_000)


def test_ids_with_special_tokens(tokenizer: Tokenizer) -> None:
    (ids,) = tokenizer.encode(["hello world"])
    assert ids.tolist() == [CLS, 7592, 2088, SEP]
    assert tokenizer.pad_id == 0


def test_a_cut_text_is_closed_too(tokenizer: Tokenizer) -> None:
    (ids,) = tokenizer.encode(["hello " * 1000])
    assert ids.tolist() == [CLS, *[7592] * 254, SEP]


@pytest.mark.parametrize(
    "text",
    [
        "word " * 50_000,
        "x" * 200_000,  # one unknown word
        "x" * 90_000 + " hello" * 400,  # the first cut holds one token only
        " " * 50_000 + "hello" * 3,
        "\n" * 4095 + "hello world " * 900,
        "漢字" * 5000,
        "é́" * 9000,
        ("\0" * 10_000) + "hello",
    ],
    ids=["words", "unknown", "unknown first", "blanks", "lines", "han", "accents", "nul"],
)
def test_reading_only_the_beginning_gives_the_same_ids(tokenizer: Tokenizer, wide: Tokenizer, text: str) -> None:
    (whole,) = wide.encode([text])
    (ids,) = tokenizer.encode([text])
    expected = whole.tolist() if len(whole) <= 256 else [*whole[:255].tolist(), SEP]
    assert ids.tolist() == expected


def test_counting_neither_cuts_nor_adds(tokenizer: Tokenizer) -> None:
    assert tokenizer.count(["", "hello world", "hello " * 1000, "   ", "x" * 1_000_000]) == [0, 2, 1000, 0, 1]
    assert tokenizer.count([]) == []


def test_a_long_text_is_counted_in_pieces_and_right(tokenizer: Tokenizer, wide: Tokenizer) -> None:
    text = "Some words, punctuation; and unbelievable compositions. " * 3000
    (whole,) = wide.encode([text])
    assert tokenizer.count([text]) == [len(whole) - 2]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=80), max_size=5))
def test_any_text_has_ids(tokenizer: Tokenizer, texts: list[str]) -> None:
    encoded = tokenizer.encode(texts)
    counts = tokenizer.count(texts)
    assert len(encoded) == len(texts)
    for ids, count in zip(encoded, counts, strict=True):
        assert ids[0] == CLS
        assert ids[-1] == SEP
        assert len(ids) == count + 2


def test_lone_surrogates_are_replaced_and_pairs_joined() -> None:
    assert clean("plain é 漢 😀") == "plain é 漢 😀"
    assert clean("a\ud800b") == "a\ufffdb"
    assert clean("\ud83d\ude00") == "😀"


def test_a_file_that_is_no_tokenizer_is_a_model_error(tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    for content in ("", "{}", "[1"):
        file.write_text(content)
        with pytest.raises(ModelError, match=r"tokenizer\.json"):
            Tokenizer(file, max_tokens=256)


def test_a_fork_after_tokenising_warns_of_nothing() -> None:
    program = (
        "import os\n"
        "from pathlib import Path\n"
        "from engine.embedding.tokenizing import Tokenizer\n"
        f"tokenizer = Tokenizer(Path({str(FILE)!r}), max_tokens=256)\n"
        "tokenizer.encode(['hello world'] * 200)\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if tokenizer.encode(['hello'])[0].size == 3 else 1)\n"
        "assert os.waitpid(child, 0)[1] == 0\n"
    )
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    environment = {name: value for name, value in os.environ.items() if name != "TOKENIZERS_PARALLELISM"}
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", program],
        capture_output=True, text=True, timeout=60, env=environment, cwd=FILE.parents[3],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
