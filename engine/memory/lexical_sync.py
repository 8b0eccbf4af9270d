"""The words of all layers as a derived index: what of the database is indexed, and how it is kept in step.

A change rewrites the record and those whose window it is or was in: the old ones are asked from the index, the new
ones from the database. Sections (`sections.py`) are written when nothing else waits.
"""

from __future__ import annotations

import dataclasses
import json
import logging
import os
import shutil
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from engine.errors import IndexDamagedError
from engine.memory import manifest as manifests
from engine.memory.context import context_line, said
from engine.memory.lexical_index import ANALYSIS, BODY, WINDOW, WordIndex, WordRecord
from engine.memory.manifest import Manifest
from engine.memory.sections import DOCUMENT_SECTION, SESSION_SECTION, SectionIndex, section_id, section_of
from engine.memory.store import recall_queries, traces
from engine.memory.store.database import Database
from engine.memory.store.memories import from_us
from engine.memory.store.recall_queries import Words
from engine.memory.sync import IndexStatus

_log = logging.getLogger(__name__)

READ_ROWS = 1000
"""Changed records read at a time."""

COMMIT_ROWS = 10_000
"""While much is read, so many records make one commit: a commit waits for the disk."""


@dataclass(frozen=True, slots=True)
class WordHits:
    """BM25 scores by memory number, best first; of sections by section id."""

    body: dict[int, float] = field(default_factory=dict)
    window: dict[int, float] = field(default_factory=dict)
    section: dict[int, float] = field(default_factory=dict)


class LexicalIndex:
    """Follows the database by the protocol of `sync.py`."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._root = folder
        self._folder = folder / "words"
        self._manifest_path = folder / "words.json"
        self._begun_at = 0  # nothing that was erased up to this change was ever written
        self._anew: LexicalIndex | None = None  # is being built to take this one's place
        self._words = WordIndex(self._folder)
        self._sections = SectionIndex(folder / "sections")
        self._sequence = 0
        self._committed = 0
        self._durable = 0  # what the files stand for; `_committed` goes on where nothing concerned them
        self._highest = 0  # no record above this number was ever written
        self._uncommitted = 0
        self._count = 0
        self._state: Literal["loading", "building", "ok", "failed"] = "loading"

    # What an index of other memories does in its own way.

    called = "the word index"
    """In sentences for the owner."""

    _has_sections = True

    @property
    def name(self) -> str:
        """`lexical`."""
        return "lexical"

    def _concerned(self, touched: set[int], living: set[int], known: list[int]) -> set[int]:
        """What must be written anew where these changed: they, and those whose window they are or were in.

        Args:
            touched: Numbers of memories that changed or left.
            living: Those of them that are in the hot indexes.
            known: Those that this index may hold.
        """
        return touched | self._words.neighbours(known)

    def _read_words(self, reader: Any, numbers: Collection[int]) -> dict[int, Words]:
        """The words of those of these memories that belong into this index."""
        return recall_queries.words_of(reader, numbers)

    def _wanted(self, reader: Any) -> tuple[set[int], set[int]]:
        """Numbers and section ids that this index should hold."""
        sections = {section_id(section_of(*row)) for row in recall_queries.hot_groups(reader)}
        return set(recall_queries.hot_numbers(reader)), sections

    @property
    def last_sequence(self) -> int:
        """Every change up to this one is held and can be found."""
        return self._committed

    def search(
        self, text: str, *, limit: int, phrases: Iterable[str] = (), layer: str | None = None, kind: str | None = None
    ) -> WordHits:
        """BM25 over records, windows and sections; nothing while the index is being loaded."""
        body, window = self._words.search(
            text, (BODY, WINDOW), limit=limit, phrases=tuple(phrases), layer=layer, kind=kind
        )
        return WordHits(body, window, self._sections.search(text, limit=limit))

    def search_bodies(
        self, text: str, *, limit: int, phrases: Iterable[str] = (), layer: str | None = None, kind: str | None = None
    ) -> dict[int, float]:
        """BM25 over records alone, by memory number, best first."""
        (found,) = self._words.search(text, (BODY,), limit=limit, phrases=tuple(phrases), layer=layer, kind=kind)
        return found

    def weight(self, text: str) -> float:
        """What the words of a query weigh together in this index: the sum of their idf; 0 for an empty index."""
        return self._words.weight(text, BODY)

    @property
    def words(self) -> WordIndex:
        """The index of records, for who looks at what it does not hold yet."""
        return self._words

    def open(self) -> None:
        """Open what was committed last; where it may hold what was erased since it was begun, an empty one is begun.

        Raises:
            IndexDamagedError: it is torn, foreign or too old; the index is empty.
        """
        self._drop_anew()
        with self._database.read() as reader:
            wanted = self._manifest(recall_queries.database_identity(reader))
            erased = traces.last_erased(reader)
            floor = recall_queries.removal_floor(reader)
            last = self._database.last_sequence(reader)
        try:
            found = manifests.read(self._manifest_path)
            if found is None:
                self._begin(wanted)
                return
            reason = found.mismatch(wanted)
            if reason is not None:
                raise IndexDamagedError(reason)
            if erased > found.sequence:
                self._begin(wanted)
                return
            self._begun_at = found.sequence
            self._words.open()
            self._sections.open()
            self._committed = self._words.state()
            if 0 < self._committed < floor:  # an empty one, just begun, holds nothing that was removed
                raise IndexDamagedError(f"it stands at change {self._committed}, and removals up to {floor} are gone")
            if self._committed > last:
                raise IndexDamagedError(f"it stands at change {self._committed}, and the database at {last}")
        except IndexDamagedError:
            self._begin(wanted)
            raise
        self._sequence = self._committed
        self._highest = max(self._words.all_numbers(), default=0)
        self._count = len(self._words.all_numbers())
        self._durable = self._committed
        if self._has_sections:
            with self._database.read() as reader:
                for key, number in recall_queries.groups_since(reader, self._sections.last_sequence):
                    self._sections.mark(key, number)

    def catch_up(self) -> bool:
        """Write the next changed records and their neighbours, and commit."""
        if not self._words.is_open:
            self.reset()  # beginning it anew has failed before
        try:
            return self._catch_up()
        except ValueError:  # whatever tantivy meets: a full disk, a file that cannot be written
            self._words.abandon()
            self._sequence = self._committed
            self._uncommitted = 0
            raise

    def _catch_up(self) -> bool:
        with self._database.read() as reader:
            changed = recall_queries.changed_numbers(reader, self._sequence, READ_ROWS)
            full = len(changed) == READ_ROWS
            bound = changed[-1][0] if full else self._database.last_sequence(reader)
            removed = recall_queries.removals(reader, self._sequence, bound)
            touched = {number for _, number, _ in changed} | {removal.number for removal in removed}
            known = [number for number in touched if number <= self._highest]
            if known and self._uncommitted:
                self._commit()  # the index tells neighbours of what is committed only
            rewritten = self._concerned(touched, {number for _, number, living in changed if living}, known)
            words = self._read_words(reader, rewritten)
            near = {n for word in words.values() for n in (word.previous, word.next) if n and n not in words}
            beside = self._read_words(reader, near)
        # a new neighbour's window changes too; what it needs stands in the database already
        again = {number: word for number, word in beside.items() if self._touches(word, touched)}
        if again:
            with self._database.read() as reader:
                far = {n for word in again.values() for n in (word.previous, word.next) if n}
                beside |= self._read_words(reader, far - words.keys() - beside.keys())
        texts = {number: said_of(word) for number, word in (beside | words).items()}
        self._put(rewritten | again.keys(), words | again, texts)
        for removal in removed:
            if removal.group_key is not None and self._has_sections:
                self._sections.mark(removal.group_key, removal.number)
        self._sequence = max(self._sequence, bound)
        if self._uncommitted and (not full or self._uncommitted >= COMMIT_ROWS):
            self._commit()
        elif not full:
            self._committed = self._sequence  # whatever changed, no memory did
        self._state = "building" if full else "ok"
        return not full

    def work(self) -> bool:
        """Write a few sections, or some more of the index that takes this one's place."""
        if self._anew is not None:
            return self._build_anew(self._anew)
        return self._sections.write(self._database, upto=self._sequence)

    def save(self) -> int:
        """Write what waits; every commit is durable."""
        while self._sections.write(self._database, upto=self._sequence):
            continue
        if self._uncommitted:
            self._commit()
        return self._committed

    def verify(self) -> list[str]:
        """Compare numbers and sections with the database, and every file with its CRC."""
        try:
            while not self.catch_up():
                continue
            self.save()
            self.rest()
        except (ValueError, OSError) as error:
            return [f"{self.called.capitalize()} could not be brought up to date ({error})."]
        problems = []
        try:
            self._words.check()
            self._sections.check()
        except (ValueError, OSError) as error:
            problems.append(f"A file of {self.called} is damaged ({error}).")
        held = self._words.all_numbers()
        with self._database.read() as reader:
            if self._database.last_sequence(reader) != self._committed:
                return problems  # something was committed meanwhile; the next check compares
            wanted, sections = self._wanted(reader)
        missing, extra = wanted - set(held), set(held) - wanted
        if missing:
            problems.append(f"{len(missing)} memories are not in {self.called}.")
        if extra:
            problems.append(f"{len(extra)} entries of {self.called} belong to no memory.")
        if len(held) != len(set(held)):
            problems.append(f"{len(held) - len(set(held))} entries of {self.called} are there twice.")
        if self._sections.ids() != sections:
            problems.append(f"The sections in {self.called} are not those of the database.")
        return problems

    def numbers(self) -> list[int]:
        """Numbers of the memories that are held, rising."""
        return self._words.all_numbers()

    def reset(self) -> None:
        """Begin an empty index."""
        with self._database.read() as reader:
            self._begin(self._manifest(recall_queries.database_identity(reader)))

    @property
    def must_purge(self) -> bool:
        """Something was erased, and its words may still stand in the files: deleting only hides them."""
        with self._database.read() as reader:
            return traces.last_erased(reader) > self._begun_at

    def purge(self) -> None:
        """Begin to build the index anew beside this one, which is searched until `work` puts the other in its place."""
        self._drop_anew()
        self._anew = type(self)(self._database, self._root / "anew")
        self._anew.reset()

    def rest(self) -> None:
        """Give the writer's memory and threads back while nothing is written."""
        self._words.rest()
        self._sections.rest()

    def status(self) -> IndexStatus:
        """Figures."""
        summary = (
            f"{self._count:,} memories."
            if self._state == "ok"
            else f"Being read, {self._count:,} memories so far; meanwhile the rest is found by meaning only."
        )
        return IndexStatus(
            name=self.name,
            state=self._state,
            summary=summary,
            count=self._count,
            merged=self._count,
            last_sequence=self._committed,
            bytes=self._words.size() + self._sections.size(),
        )

    def close(self) -> None:
        """Let go of files and threads."""
        self._drop_anew()
        self._words.close()
        self._sections.close()

    def _manifest(self, database: str) -> Manifest:
        parameters = {"analysis": ANALYSIS, "session": SESSION_SECTION, "document": DOCUMENT_SECTION}
        return Manifest(database=database, parameters=parameters)

    def _build_anew(self, anew: LexicalIndex) -> bool:
        """Write some more of it; once it holds everything it takes this one's place."""
        try:
            if not anew.catch_up() or anew.work():
                return True
            anew.save()
            anew.close()
            self._take_place(anew)
        except (ValueError, OSError, IndexDamagedError):
            self._drop_anew()
            if not self._manifest_path.exists():
                self._words.close()  # its files are moved already: `catch_up` begins it anew
            raise
        self._drop_anew()
        return False

    def _take_place(self, anew: LexicalIndex) -> None:
        words, sections = WordIndex(self._folder), SectionIndex(self._root / "sections")
        self._words.rest()
        self._sections.rest()
        if os.name == "nt":  # there, open files cannot be moved away; elsewhere they are searched to the last
            self._words.close()
            self._sections.close()
        self._manifest_path.unlink(missing_ok=True)
        for name in ("words", "sections"):
            shutil.rmtree(self._root / name, ignore_errors=True)
            (anew._root / name).replace(self._root / name)
        words.open()
        sections.open()
        self._words, self._sections = words, sections
        self._sequence, self._committed, self._uncommitted = anew._sequence, anew._committed, 0
        self._durable = anew._durable
        self._highest, self._count, self._begun_at = anew._highest, anew._count, anew._begun_at
        anew._manifest_path.replace(self._manifest_path)
        manifests.flush_folder(self._root)

    def _drop_anew(self) -> None:
        if self._anew is not None:
            self._anew.close()
            self._anew = None
        shutil.rmtree(self._root / "anew", ignore_errors=True)

    def _begin(self, manifest: Manifest) -> None:
        self._drop_anew()
        with self._database.read() as reader:
            self._begun_at = self._database.last_sequence(reader)
        manifest = dataclasses.replace(manifest, sequence=self._begun_at)
        self._manifest_path.unlink(missing_ok=True)
        self._words.create()
        self._sections.create()
        self._sequence = self._committed = self._highest = self._uncommitted = self._count = self._durable = 0
        self._state = "building"
        self._words.commit(0)
        manifests.commit(self._manifest_path, manifest)

    def _put(self, numbers: set[int], words: dict[int, Words], texts: dict[int, tuple[str, str]]) -> None:
        self._words.drop(number for number in numbers if number <= self._highest)
        for number in sorted(numbers):
            word = words.get(number)
            if word is None:
                continue
            place, own = texts[number]
            near = [texts[n][1] if n in texts else "" for n in (word.previous, number, word.next) if n]
            if word.group_key is not None:
                self._sections.mark(word.group_key, number)
            self._words.put(
                WordRecord(
                    number=number,
                    layer=word.layer,
                    kind=word.kind,
                    body="\n".join([place, own, " ".join(json.loads(word.tags))]),
                    window="\n".join([place, *near]),
                    previous=word.previous,
                    next=word.next,
                )
            )
        self._highest = max(self._highest, max(numbers, default=0))
        self._uncommitted += len(numbers)

    def _commit(self) -> None:
        self._words.commit(self._sequence)
        self._committed = self._durable = self._sequence
        self._uncommitted = 0
        self._count = self._words.count()

    @staticmethod
    def _touches(word: Words, touched: set[int]) -> bool:
        return word.previous in touched or word.next in touched


def said_of(word: Words) -> tuple[str, str]:
    """Where a record stands, and what it says and who said it."""
    place = context_line(word.title, tuple(json.loads(word.heading)))
    return place, said(word.text, word.speaker, from_us(word.occurred_at))
