"""The only door to tantivy: an index of words on the disk, and BM25 over it.

Texts are indexed with English and Russian stems. An index of records holds `body`, the record in its context, and
`window`, the record with the one before and the one after it; an index of sections holds bounded stretches of
sessions and documents. They are two, since BM25 compares a text with the number and the mean length of all those
beside it.

tantivy as it behaves: analysers are forgotten when an index is closed, so they are registered at each open; a commit
is atomic and flushed, so the last sequence is a document committed together with the records; deleting by term does
nothing for numbers (the Python binding makes a signed term of them), deleting by query works; its files end in a CRC
that it does not look at when it opens them, so we do.
"""

from __future__ import annotations

import contextlib
import math
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import tantivy

from engine.errors import IndexDamagedError
from engine.memory.analysis import question_text, searchable, single_characters
from engine.memory.segment_files import check_files, sweep

ANALYSIS = 1
"""Rises when texts are cut, folded or stemmed in another way; older indexes are built anew."""

WRITER_BYTES = 20_000_000
"""Memory of the writer before it makes a segment; tantivy asks for 15 MB at least."""

_QUESTION_WORDS = 48
"""Words of a query that are searched; of a longer one the rarest, which tell the most."""

_TYPO_WORDS = 3
_TYPO_LENGTH = 5
"""So many words of a query that the index does not know, if so long, are searched with one letter wrong, too."""

_PHRASE_BOOST = 2.0

_ANALYSER = "words"
BODY, WINDOW, SECTION = "body", "window", "section"
"""Fields of texts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordRecord:
    """One memory as it is indexed."""

    number: int
    layer: str
    kind: str
    body: str
    window: str
    previous: int | None
    next: int | None


class WordIndex:
    """An open index. One thread writes; any may search, each search sees the last commit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._analyser = _analyser()
        self._index: tantivy.Index | None = None
        self._writer: tantivy.IndexWriter | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is something to write to and to search."""
        return self._index is not None

    def create(self) -> None:
        """Begin an empty index, whatever was there."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._take(tantivy.Index(_schema(), str(self._folder), reuse=False))

    def open(self) -> None:
        """Open what is there, after every file was held against its CRC.

        Raises:
            IndexDamagedError: it is torn or not an index.
        """
        try:
            sweep(self._folder)
            check_files(self._folder)
            self._take(tantivy.Index.open(str(self._folder)))
        except (ValueError, OSError) as error:
            raise IndexDamagedError(f"the word index cannot be opened ({error})") from error

    def _take(self, index: tantivy.Index) -> None:
        index.register_tokenizer(_ANALYSER, self._analyser)
        index.config_reader("manual")
        index.reload()
        self._index = index

    def _write(self) -> tantivy.IndexWriter:
        if self._writer is None:
            if self._index is None:
                raise IndexDamagedError("the word index is closed")
            sweep(self._folder)
            self._writer = self._index.writer(WRITER_BYTES, 1)
        return self._writer

    def put(self, record: WordRecord) -> None:
        """Add a record; an older one of its number must have been dropped."""
        document = tantivy.Document()
        document.add_unsigned("number", record.number)
        document.add_text("layer", record.layer)
        document.add_text("kind", record.kind)
        document.add_text(BODY, searchable(record.body))
        document.add_text(WINDOW, searchable(record.window))
        document.add_unsigned("previous", record.previous or 0)
        document.add_unsigned("next", record.next or 0)
        self._write().add_document(document)

    def drop(self, numbers: Iterable[int]) -> None:
        """Take records out."""
        wanted = list(numbers)
        if wanted:
            self._write().delete_documents_by_query(tantivy.Query.term_set_query(self._schema(), "number", wanted))

    def put_section(self, section: int, text: str) -> None:
        """Set the text of a section; an empty one takes it out."""
        writer = self._write()
        writer.delete_documents_by_query(tantivy.Query.term_query(self._schema(), "section_id", section))
        if text:
            document = tantivy.Document()
            document.add_unsigned("section_id", section)
            document.add_text(SECTION, searchable(text))
            writer.add_document(document)

    def commit(self, sequence: int) -> None:
        """Make everything written so far durable and searchable, together with the sequence that it stands for."""
        writer = self._write()
        writer.delete_documents_by_query(tantivy.Query.term_query(self._schema(), "state", 1))
        document = tantivy.Document()
        document.add_unsigned("state", 1)
        document.add_unsigned("sequence", sequence)
        writer.add_document(document)
        writer.commit()
        if self._index is not None:
            self._index.reload()

    def state(self) -> int:
        """The sequence of the last commit.

        Raises:
            IndexDamagedError: the index holds none.
        """
        searcher = self._searcher()
        found = searcher.search(tantivy.Query.term_query(self._schema(), "state", 1), 2, count=False).hits
        if len(found) != 1:
            raise IndexDamagedError("the word index was never finished")
        return int(searcher.fast_field_values("sequence", [address for _, address in found])[0] or 0)

    def search(
        self,
        text: str,
        fields: Sequence[str],
        *,
        limit: int,
        phrases: Sequence[str] = (),
        layer: str | None = None,
        kind: str | None = None,
    ) -> list[dict[int, float]]:
        """The best documents by each field.

        `phrases` must not occur, but what holds one word for word comes first.

        Words alone are searched by themselves, since tantivy passes over what cannot come among the best (block-max
        WAND) only there; what holds a phrase or a misspelt word is scored whole in a search of its own, over those few.

        Returns:
            For each field BM25 scores by number (by section id for `SECTION`), best first.
        """
        if self._index is None:
            return [{} for _ in fields]
        searcher, schema = self._searcher(), self._schema()
        field_of_words = fields[0]
        words = list(dict.fromkeys(self._analyser.analyze(question_text(text))))
        if len(words) > _QUESTION_WORDS:
            count = searcher.num_docs
            words.sort(key=lambda word: searcher.doc_freq(field_of_words, word) or count)
            words = words[:_QUESTION_WORDS]
        for character in single_characters(text):
            begun = searcher.terms_with_prefix(field_of_words, character, limit=32)
            words += [word for word, _ in begun if word not in words]
        if not words:
            return [{} for _ in fields]
        # A number with one digit changed is another number, no misspelt one.
        long = [word for word in words if len(word) >= _TYPO_LENGTH and not word.isdecimal()]
        unknown = [word for word in long if not searcher.doc_freq(field_of_words, word)]
        exact = [list(self._analyser.analyze(question_text(phrase))) for phrase in phrases]
        filters = [
            (tantivy.Occur.Must, tantivy.Query.const_score_query(tantivy.Query.term_query(schema, name, value), 0.0))
            for name, value in (("layer", layer), ("kind", kind))
            if value is not None
        ]
        found = []
        for field in fields:
            plain = [tantivy.Query.term_query(schema, field, word) for word in words]
            special = [tantivy.Query.fuzzy_term_query(schema, field, word) for word in unknown[:_TYPO_WORDS]]
            special += [
                tantivy.Query.boost_query(tantivy.Query.phrase_query(schema, field, [*phrase]), _PHRASE_BOOST)
                for phrase in exact
                if len(phrase) > 1
            ]
            scores = self._scores(searcher, field, [*filters, (tantivy.Occur.Must, _any(plain))], limit)
            if special:
                parts = [*filters, (tantivy.Occur.Must, _any(special)), (tantivy.Occur.Should, _any(plain))]
                scores |= self._scores(searcher, field, parts, limit)
                scores = dict(sorted(scores.items(), key=lambda item: -item[1])[:limit])
            found.append(scores)
        return found

    def question(self, text: str) -> list[str]:
        """The different words of a query as the index knows words."""
        return list(dict.fromkeys(self._analyser.analyze(question_text(text))))[:_QUESTION_WORDS]

    def terms(self, text: str) -> list[str]:
        """The words of a text as they would be indexed, in order."""
        return list(self._analyser.analyze(searchable(text)))

    def occurrences(self, field: str, words: Sequence[str]) -> tuple[int, dict[str, int]]:
        """How many documents there are, and how many hold each of these words."""
        if self._index is None:
            return 0, dict.fromkeys(words, 0)
        searcher = self._searcher()
        return searcher.num_docs, {word: searcher.doc_freq(field, word) for word in words}

    def weight(self, text: str, field: str) -> float:
        """The sum of the words' idf, ln(1 + (N - n + 0.5) / (n + 0.5)) as in BM25; 0 where there is nothing."""
        if self._index is None:
            return 0.0
        searcher = self._searcher()
        total = searcher.num_docs
        words = set(self._analyser.analyze(question_text(text)))
        known = [searcher.doc_freq(field, word) for word in words] if total else []
        return sum(math.log1p((max(total, n) - n + 0.5) / (n + 0.5)) for n in known)

    @staticmethod
    def _scores(
        searcher: tantivy.Searcher, field: str, parts: list[tuple[tantivy.Occur, tantivy.Query]], limit: int
    ) -> dict[int, float]:
        """Scores by number, or by section id, of the best that match."""
        query = parts[0][1] if len(parts) == 1 else tantivy.Query.boolean_query(parts)
        hits = searcher.search(query, limit, count=False).hits
        values = searcher.fast_field_values(
            "section_id" if field == SECTION else "number", [address for _, address in hits]
        )
        return {int(n): score for n, (score, _) in zip(values, hits, strict=True) if n is not None}

    def neighbours(self, numbers: Sequence[int]) -> set[int]:
        """Numbers that the index holds as previous or next of these records."""
        if self._index is None or not numbers:
            return set()
        searcher = self._searcher()
        query = tantivy.Query.term_set_query(self._schema(), "number", list(numbers))
        at = [address for _, address in searcher.search(query, len(numbers) + 1, count=False).hits]
        if not at:
            return set()
        found = (*searcher.fast_field_values("previous", at), *searcher.fast_field_values("next", at))
        return {int(number) for number in found if number}

    def held(self, numbers: Sequence[int]) -> set[int]:
        """Which of these records the last commit holds."""
        if self._index is None or not numbers:
            return set()
        searcher = self._searcher()
        query = tantivy.Query.term_set_query(self._schema(), "number", list(numbers))
        at = [address for _, address in searcher.search(query, len(numbers) + 1, count=False).hits]
        return {int(number) for number in searcher.fast_field_values("number", at) if number} if at else set()

    def all_numbers(self, key: str = "number") -> list[int]:
        """Every record's number (or, by `section_id`, every section's id), as often as it is there."""
        searcher = self._searcher()
        if not searcher.num_docs:
            return []
        hits = searcher.search(tantivy.Query.exists_query(key), searcher.num_docs, count=False).hits
        values = searcher.fast_field_values(key, [address for _, address in hits]) if hits else []
        return sorted(int(value) for value in values if value is not None)

    def check(self) -> None:
        """Hold every file against its CRC; nothing may be written meanwhile.

        Raises:
            ValueError: a file is torn or changed.
            OSError: a file cannot be read.
        """
        check_files(self._folder)

    def count(self) -> int:
        """Records."""
        return int(
            self._searcher().aggregate(tantivy.Query.all_query(), {"n": {"value_count": {"field": "number"}}})["n"][
                "value"
            ]
        )

    def size(self) -> int:
        """Bytes of its files."""
        found = 0
        for path in self._folder.glob("*"):
            with contextlib.suppress(FileNotFoundError):  # merged away since it was listed
                found += path.stat().st_size if path.is_file() else 0
        return found

    def rest(self) -> None:
        """Let go of the writer, its memory and its threads until something is written again."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            writer.wait_merging_threads()

    def abandon(self) -> None:
        """Give up the writer after a failure; what was not committed is lost."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            # Dropping it would not do: a traceback somewhere may hold it, and with it the lock of the folder.
            with contextlib.suppress(ValueError):
                writer.wait_merging_threads()

    def close(self) -> None:
        """Let go of everything; what was not committed is lost."""
        self.abandon()
        self._index = None

    def _searcher(self) -> tantivy.Searcher:
        if self._index is None:
            raise IndexDamagedError("the word index is closed")
        return self._index.searcher()

    def _schema(self) -> tantivy.Schema:
        if self._index is None:
            raise IndexDamagedError("the word index is closed")
        return self._index.schema


def _any(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in parts])


def _analyser() -> tantivy.TextAnalyzer:
    # Letters, marks and numbers make words (marks, so that Indic scripts stay whole). Each stemmer leaves the other
    # script's words alone.
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(r"[\p{L}\p{M}\p{N}]+"))
        .filter(tantivy.Filter.remove_long(64))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .filter(tantivy.Filter.stemmer("russian"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    for name in ("number", "section_id", "state"):
        builder.add_unsigned_field(name, indexed=True, fast=True)
    for name in ("previous", "next", "sequence"):
        builder.add_unsigned_field(name, fast=True)
    for name in ("layer", "kind"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in (BODY, WINDOW, SECTION):
        builder.add_text_field(name, tokenizer_name=_ANALYSER, index_option="position")
    return builder.build()
