"""What is erased with a memory: its words in stored answers, in what models saw, in titles, attachments and summaries.

Runs inside the caller's transaction, before the memories themselves go. A message that cites an erased memory keeps its
place and loses the quote; so does the message that the memory was made of.
"""

from __future__ import annotations

import functools
import itertools
import json
import operator
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import peewee

from engine import values
from engine.errors import NotFoundError
from engine.memory.records import (
    Attachment,
    Conversation,
    Draft,
    History,
    IngestFile,
    Memory,
    Message,
    Summary,
    View,
)
from engine.memory.store.memories import BATCH
from engine.values import ERASED, FileState

_ID = re.compile(r"\b[0-9a-f]{32}\b")
_WORD = re.compile(r"\w+")
_SENTENCE_END = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
RUN = 5
"""So many words in a row that stand in an erased text are taken to come from it."""

_FEW = 8
"""So many ids are looked for by SQLite itself, which is faster; more by one pass over every answer."""

_FINAL = [state.value for state in FileState if state.final]


@dataclass(slots=True)
class Redacted:
    """What was changed beside the memories themselves."""

    conversations: set[str] = field(default_factory=set)
    messages: int = 0


def redact(writer: peewee.SqliteDatabase, gone: Sequence[values.Memory]) -> Redacted:
    """Take the words of memories that are about to be erased out of everything that repeats them."""
    # an answer that quoted a memory before it was edited names the memory, and holds the words of its earlier version
    texts: dict[str, list[str]] = {memory.id: [memory.text] for memory in gone}
    for memory in gone:
        if memory.version_of in texts:
            texts[memory.version_of].append(memory.text)
    made_of: dict[str, list[str]] = {}
    for memory in gone:
        if isinstance(memory.source, values.ConversationSource) and memory.source.message_id is not None:
            made_of.setdefault(memory.source.message_id, []).append(memory.text)
    done = Redacted()
    firsts: dict[str, int] = {}
    for row in _affected(writer, texts.keys(), made_of.keys()):
        ids = _ids(row["answer"]) & texts.keys()
        words = [*made_of.get(row["id"], ()), *(text for one in ids for text in texts[one])]
        changed = _redact_message(row, ids, words)
        if not changed:
            continue
        Message.update(changed).where(Message.number == row["number"]).execute(writer)
        done.messages += 1
        conversation = row["conversation"]
        done.conversations.add(conversation)
        firsts[conversation] = min(firsts.get(conversation, row["number"]), row["number"])
        _redact_around(writer, conversation, words)
    for conversation, first in firsts.items():
        Summary.delete().where(Summary.conversation == conversation, Summary.message >= first).execute(writer)
    _redact_views(writer, texts)
    _redact_attachments(writer, Attachment.memory, list(texts))
    _redact_reasons(writer, texts)
    if done.messages:
        purge_message_index(writer)
    return done


def forget_document(writer: peewee.SqliteDatabase, document_id: str, path: str) -> None:
    """Take a document off the ingestion list, and its name and text out of attachments and of what models saw."""
    off = (IngestFile.document == document_id) | (IngestFile.path == path)
    IngestFile.delete().where(off, IngestFile.state.in_(_FINAL)).execute(writer)
    _redact_attachments(writer, Attachment.document, [document_id])
    seen = View.select(View.message, View.data).where(View.data.contains(document_id))
    for message, data in list(seen.tuples().execute(writer)):
        stored = json.loads(data)
        for part in stored.get("parts", ()):
            if part.get("document_id") == document_id:
                part["text"] = part["title"] = ERASED
        View.update(data=_json(stored)).where(View.message == message).execute(writer)
    like = Message.answer.contains(document_id)
    for number, answer in list(Message.select(Message.number, Message.answer).where(like).tuples().execute(writer)):
        stored = _without_document(json.loads(answer), document_id)
        Message.update(answer=_json(stored)).where(Message.number == number).execute(writer)


def memories_of_conversation(reader: peewee.SqliteDatabase, conversation_id: str) -> list[str]:
    """Ids of the memories that were made of what was said in a conversation."""
    query = Memory.select(Memory.id).where(Memory.conversation_id == conversation_id)
    return [found for (found,) in query.tuples().execute(reader)]


def erase_conversation(writer: peewee.SqliteDatabase, conversation_id: str) -> None:
    """Remove a conversation with its messages and everything that hangs on them.

    Raises:
        NotFoundError: there is none.
    """
    query = Message.select(Message.id).where(Message.conversation == conversation_id)
    rows = [wanted for (wanted,) in query.tuples().execute(writer)]
    for batch in _batches(rows):
        View.delete().where(View.message.in_(batch)).execute(writer)
    Draft.delete().where(Draft.conversation == conversation_id).execute(writer)
    Message.delete().where(Message.conversation == conversation_id).execute(writer)
    if not Conversation.delete().where(Conversation.id == conversation_id).execute(writer):
        raise NotFoundError(f"There is no conversation {conversation_id}.")
    purge_message_index(writer)


def purge_message_index(writer: peewee.SqliteDatabase) -> None:
    """Rid the full-text index of words that no message holds any more: FTS5 only marks them as gone.

    O(size of the index); it holds messages alone.
    """
    writer.execute_sql("INSERT INTO message_fts(message_fts) VALUES ('rebuild')")


def cover(text: str, passages: Iterable[str]) -> str:
    """Put `ERASED` where a text repeats passages: whole, or `RUN` of their words in a row."""
    known = [passage for passage in passages if passage.strip()]
    for passage in known:
        text = text.replace(passage, ERASED)
    words = list(_WORD.finditer(text))
    folded = [word.group().casefold() for word in words]
    marked = [False] * len(words)
    for passage in known:
        wanted = [word.casefold() for word in _WORD.findall(passage)]
        length = min(RUN, len(wanted))
        if not length:
            continue
        runs = {tuple(wanted[at : at + length]) for at in range(len(wanted) - length + 1)}
        for at in range(len(words) - length + 1):
            if tuple(folded[at : at + length]) in runs:
                marked[at : at + length] = [True] * length
    parts, at = [], 0
    for covered, group in itertools.groupby(zip(words, marked, strict=True), key=lambda pair: pair[1]):
        if covered:
            run = [word for word, _ in group]
            parts += [text[at : run[0].start()], ERASED]
            at = run[-1].end()
    return "".join([*parts, text[at:]])


def _affected(reader: peewee.SqliteDatabase, ids: Collection[str], said: Collection[str]) -> Iterator[dict[str, Any]]:
    """Messages whose answer names one of the memories, or that one of them was made of."""
    columns = (
        Message.number, Message.id, Message.conversation, Message.role, Message.text, Message.answer, Message.thinking,
    )  # fmt: skip
    for batch in _batches(sorted(said)):
        yield from list(Message.select(*columns).where(Message.id.in_(batch)).dicts().execute(reader))
    few = [peewee.fn.instr(Message.answer, one) > 0 for one in list(ids)[: _FEW + 1]]
    last = 0
    while True:  # a stretch at a time: answers are long
        query = Message.select(*columns).where(Message.number > last, Message.answer.is_null(False))
        if 0 < len(few) <= _FEW:
            query = query.where(functools.reduce(operator.or_, few))
        rows = list(query.order_by(Message.number).limit(BATCH).dicts().execute(reader))
        yield from (row for row in rows if row["id"] not in said and not _ids(row["answer"]).isdisjoint(ids))
        if len(rows) < BATCH:
            return
        last = rows[-1]["number"]


def _redact_message(row: dict[str, Any], ids: set[str], words: Sequence[str]) -> dict[str, Any]:
    """The fields of a message that change."""
    answer = json.loads(row["answer"]) if row["answer"] else None
    text = cover(row["text"], words)
    if answer is not None:
        cited = [one for one in answer.get("citations", ()) if one["memory_id"] in ids]
        if answer.get("made_by") != values.QUOTES:
            text = _without_claims(text, {one["number"] for one in cited})
        for one in cited:
            if one["quote"]:
                text = text.replace(one["quote"], ERASED)
            one["quote"], one["source"] = ERASED, None
        answer["hits"] = [hit for hit in answer.get("hits", ()) if hit["memory"]["id"] not in ids]
    changed: dict[str, Any] = {} if text == row["text"] else {"text": text}
    if answer is not None:
        answer["text"] = text
        answer["question"] = cover(answer.get("question", ""), words)
        if changed:
            answer["unsourced"] = []  # places in a text that is no more
        changed["answer"] = _json(answer)
    if row["thinking"]:
        changed["thinking"] = ""
    return changed


def _redact_around(writer: peewee.SqliteDatabase, conversation: str, words: Sequence[str]) -> None:
    """The rest of a conversation repeats what was quoted; so do its title and what is being typed."""
    long = [text for text in words if len(_WORD.findall(text)) >= RUN]
    asked = peewee.fn.json_extract(Message.answer, "$.question")  # the whole answer is read where it changes only
    columns = (Message.number, Message.text, Message.answer.is_null(False), asked)
    query = Message.select(*columns).where(Message.conversation == conversation)
    for number, text, is_answer, question in list(query.tuples().execute(writer)):
        asked_for = question or ""
        new = {"text": cover(text, long), "question": ERASED if asked_for in words else cover(asked_for, long)}
        if new == {"text": text, "question": asked_for}:
            continue
        changed = {"text": new["text"]}
        if is_answer:
            stored = json.loads(Message.select(Message.answer).where(Message.number == number).scalar(writer))
            changed["answer"] = _json({**stored, **new})
        Message.update(changed).where(Message.number == number).execute(writer)
    titled = Conversation.select(Conversation.title, Conversation.titled).where(Conversation.id == conversation)
    for title, by in list(titled.tuples().execute(writer)):
        # a title made of a question is the question's beginning, cut anywhere
        begins = any(text.startswith(title.rstrip("…")) for text in words)
        covered = ERASED if begins and by != "owner" else cover(title, words)
        if covered != title:
            Conversation.update(title=covered).where(Conversation.id == conversation).execute(writer)
    for text in list(Draft.select(Draft.text).where(Draft.conversation == conversation).tuples().execute(writer)):
        Draft.update(text=cover(text[0], long)).where(Draft.conversation == conversation).execute(writer)


def _redact_reasons(writer: peewee.SqliteDatabase, texts: dict[str, list[str]]) -> None:
    """Why something was done to other memories together with these may repeat their words."""
    words = [text for own in texts.values() for text in own]
    telling = {word for text in words for word in map(str.casefold, _WORD.findall(text)) if _tells(word)}
    for batch in _batches(list(texts)):
        shared = History.select(History.action).where(History.memory.in_(batch))
        query = History.select(History.number, History.reason).where(History.action.in_(shared), History.reason != "")
        reasons: dict[str, list[int]] = {}
        for number, reason in query.tuples().execute(writer):
            reasons.setdefault(reason, []).append(number)
        for reason, numbers in reasons.items():
            # a reason is short, so that every telling word in it counts
            covered = _WORD.sub(
                lambda found: ERASED if found.group().casefold() in telling else found.group(), cover(reason, words)
            )
            for some in _batches(numbers) if covered != reason else ():
                History.update(reason=covered).where(History.number.in_(some)).execute(writer)


def _tells(word: str) -> bool:
    return len(word) > 4 or any(character.isdigit() for character in word)


def _redact_views(writer: peewee.SqliteDatabase, texts: dict[str, list[str]]) -> None:
    last = ""
    while True:
        query = View.select(View.message, View.data).where(View.message > last).order_by(View.message).limit(BATCH)
        rows = list(query.tuples().execute(writer))
        for message, data in rows:
            ids = _ids(data) & texts.keys()
            if not ids:
                continue
            stored = json.loads(data)
            for part in stored.get("parts", ()):
                if part.get("memory_id") in ids:
                    part["text"] = part["title"] = ERASED
                else:
                    part["text"] = cover(part.get("text", ""), (text for one in ids for text in texts[one]))
            View.update(data=_json(stored)).where(View.message == message).execute(writer)
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _redact_attachments(writer: peewee.SqliteDatabase, column: Any, ids: Sequence[str]) -> None:
    for batch in _batches(ids):
        Attachment.update(name=ERASED, pages=None, data=None).where(column.in_(batch)).execute(writer)


def _without_claims(text: str, numbers: Collection[int]) -> str:
    """A model's answer without the sentences that cite these numbers: they say in its words what was erased."""
    if not numbers:
        return text
    marks = re.compile("|".join(rf"\[{number}\]" for number in sorted(numbers)))
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    parts = []
    for start, end in itertools.pairwise(ends):
        sentence = text[start:end]
        if marks.search(sentence):
            kept = sentence[len(sentence.rstrip()) :]
            sentence = ERASED + kept
        parts.append(sentence)
    return "".join(parts)


def _without_document(answer: dict[str, Any], document_id: str) -> dict[str, Any]:
    for one in answer.get("citations", ()):
        if (one.get("source") or {}).get("document_id") == document_id:
            one["quote"], one["source"] = ERASED, None
    answer["hits"] = [
        hit for hit in answer.get("hits", ()) if (hit["memory"].get("source") or {}).get("document_id") != document_id
    ]
    return answer


def _ids(stored: str | None) -> set[str]:
    return set(_ID.findall(stored)) if stored else set()


def _json(stored: Any) -> str:
    return json.dumps(stored, ensure_ascii=False)


def _batches(items: Sequence[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), BATCH):
        yield list(items[start : start + BATCH])
