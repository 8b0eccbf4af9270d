"""Questions about a whole document or folder: the whole text where it fits, else part by part, then put together."""

from __future__ import annotations

import asyncio
import dataclasses
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from engine.agent.chat import documents
from engine.agent.chat.documents import Text
from engine.agent.chat.prompts import prompt
from engine.agent.chat.sources import Source
from engine.agent.questions import language
from engine.agent.terms import stem, words
from engine.chat_values import Reading
from engine.errors import StreamBrokenError
from engine.executors import Executors
from engine.llm.base import ChatModel
from engine.llm.messages import ChatMessage, ChatRequest, TextDelta
from engine.memory.store.documents import DocumentName
from engine.values import DocumentSource

_WHOLE = re.compile(
    r"\b(?:summar(?:y|ise|ize|ies|ising|izing)|tl;?dr|overview|outline|gist|key points|main points|"
    r"what (?:is|are) .{0,60}\babout\b|list (?:all|every|each|the)|enumerate|all (?:of )?the|every|each of|"
    r"how (?:many|often)|count|number of times|compare|comparison|differ(?:s|ence|ences)?\b|in common|"
    r"throughout|from beginning to end|whole|entire)\b"
    r"|\b(?:обобщи|резюм|кратк|перескаж|суть|главн|основн|перечисл|все\b|всех\b|кажд|сколько|посчита|подсчита|"
    r"сравни|отлич|разниц|общего|целиком|о ч[её]м)",
    re.IGNORECASE,
)
_FOLDER = re.compile(
    r"\b(?:folder|directory|all (?:the |my )?(?:files|documents)|папк|каталог|все(?:х)? (?:файл|документ))",
    re.IGNORECASE,
)
_LEAST_NAME = 3
_NOTHING = re.compile(r"\W*nothing\W*", re.IGNORECASE)
_THOUGHT = re.compile(r"\A\s*<think>.*?(?:</think>|\Z)", re.DOTALL)
"""What some small models think aloud before they answer."""
_NOTE_TOKENS = 1500
_AT_ONCE = 3
MOST_DOCUMENTS = 40
"""Documents of one folder that are read for one question at most."""


@dataclass(slots=True)
class Read:
    """What reading came to.

    Attributes:
        sources: What goes to the model.
        reading: Whole, or part by part.
        basis: That in words, in the question's language.
        left_out: Parts that did not fit at the end although they were read.
    """

    sources: list[Source]
    reading: Literal["whole", "parts"]
    basis: str
    left_out: int = 0


def asks_for_whole(question: str) -> bool:
    """Whether a question may be about all of something, so that passages would not do."""
    return _WHOLE.search(question) is not None


def named(question: str, known: Sequence[DocumentName]) -> list[DocumentName]:
    """The documents that a question names: by file name, by title, or by the folder that they lie in.

    Args:
        question: As it was asked.
        known: What all documents are called.
    """
    asked = " ".join(words(question))
    stems = {stem(word) for word in words(question)}
    found = [one for one in known if _is_named(one, asked, stems)]
    if found or not _FOLDER.search(question):
        return found
    folders: dict[str, list[DocumentName]] = {}
    for one in known:
        parts = re.split(r"[\\/]", one.path)[:-1]
        for part in parts[-3:]:
            if len(part) >= _LEAST_NAME and " ".join(words(part)) in asked:
                folders.setdefault(part.casefold(), []).append(one)
    return min(folders.values(), key=len) if folders else []


def _is_named(document: DocumentName, asked: str, stems: set[str]) -> bool:
    file = re.split(r"[\\/]", document.path)[-1]
    for name in (file, file.rpartition(".")[0], document.title):
        plain = " ".join(words(name))
        if len(plain) >= _LEAST_NAME and f" {plain} " in f" {asked} ":
            return True
    letters = re.findall(rf"[^\W\d_]{{{_LEAST_NAME},}}", file.rpartition(".")[0] or file)
    parts = {stem(word) for name in letters for word in words(name)}
    return bool(parts) and parts <= stems


async def read(
    model: ChatModel, reader: ChatModel, question: str, texts: Sequence[Text], *, room: int, executors: Executors
) -> AsyncGenerator[Reading | Read, None]:
    """Read documents for a question; the last thing given is a `Read`.

    Args:
        model: The model that answers; its count decides what fits.
        reader: The model that reads parts.
        question: As it was asked.
        texts: The documents.
        room: Tokens that they may take together in the request that answers.
        executors: Where tokens are counted.

    Raises:
        ChatModelError: a part could not be read.
    """
    count = model.count_tokens
    sources = await executors.run("query", documents.whole, texts, first=1, count=count)
    if sum(source.tokens for source in sources) <= room:
        yield Read(sources, "whole", _basis(question, texts, parts=0))
        return
    size = max(256, min(room // 2, 6000))
    cut = await executors.run("query", documents.parts, texts, size=size, count=count)
    total = len(cut)
    notes: list[Source] = []
    async with aclosing(_map(reader, question, cut)) as reading:
        async for done, source in reading:
            notes.append(source)
            yield Reading(done, total, source.title)
    notes.sort(key=lambda source: source.number)
    used = [source for source in notes if source.told]
    while sum(count(source.written) for source in used) > room and len(used) > 1:
        groups = _groups(used, room // 2, count)
        if len(groups) == len(used):
            break
        used = [await _condense(reader, question, group, number) for number, group in enumerate(groups, start=1)]
        yield Reading(total, total, _words(question, "together"))
    numbered = [
        dataclasses.replace(source, number=number, tokens=count(source.written))
        for number, source in enumerate(used, start=1)
    ]
    fitting = list(numbered)
    while fitting and sum(source.tokens for source in fitting) > room:
        fitting.pop()
    basis = _basis(question, texts, parts=total)
    yield Read(fitting, "parts", basis, left_out=len(numbered) - len(fitting))


async def complete(model: ChatModel, request: ChatRequest) -> str:
    """The whole answer to a request.

    Raises:
        ChatModelError: there is none.
    """
    pieces: list[str] = []
    async with aclosing(model.stream(request)) as events:
        async for event in events:
            pieces += [event.text] if isinstance(event, TextDelta) else []
    text = _THOUGHT.sub("", "".join(pieces)).strip()
    if not text:
        raise StreamBrokenError("The model answered with nothing at all. Try again, or choose another model.")
    return text


async def _map(reader: ChatModel, question: str, cut: Sequence[Source]) -> AsyncGenerator[tuple[int, Source], None]:
    gate = asyncio.Semaphore(_AT_ONCE if reader.info.leaves_computer else 1)

    async def note(source: Source) -> Source:
        async with gate:
            text = await complete(reader, _request(question, source.written))
        return dataclasses.replace(source, told="" if _NOTHING.fullmatch(text) else text)

    tasks = [asyncio.ensure_future(note(source)) for source in cut]
    try:
        for done, task in enumerate(asyncio.as_completed(tasks), start=1):
            yield done, await task
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _condense(reader: ChatModel, question: str, group: Sequence[Source], number: int) -> Source:
    if len(group) == 1:
        return dataclasses.replace(group[0], number=number)
    text = await complete(reader, _request(question, "\n".join(source.written for source in group)))
    first, last = group[0], group[-1]
    place = first.place
    if isinstance(place, DocumentSource):
        place = dataclasses.replace(place, end=place.start)
    return dataclasses.replace(
        first,
        number=number,
        title=first.title if first.title == last.title else f"{first.title} – {last.title}",
        text="\n\n".join(source.text for source in group),
        told=text,
        place=place,
    )


def _groups(sources: Sequence[Source], size: int, count: Callable[[str], int]) -> list[list[Source]]:
    groups: list[list[Source]] = []
    tokens = 0
    for source in sources:
        cost = count(source.written)
        if not groups or tokens + cost > size:
            groups.append([])
            tokens = 0
        groups[-1].append(source)
        tokens += cost
    return groups


def _request(question: str, written: str) -> ChatRequest:
    return ChatRequest(
        messages=(ChatMessage.of("user", f"{written}\n\nThe question about the whole:\n{question}"),),
        system=prompt("notes"),
        max_output_tokens=_NOTE_TOKENS,
        purpose="summarise",
    )


def _basis(question: str, texts: Sequence[Text], *, parts: int) -> str:
    names = ", ".join(text.name for text in texts[:3])
    if len(texts) > 3:
        names += f" +{len(texts) - 3}"
    if parts:
        return _words(question, "parts").format(names=names, parts=parts)
    return _words(question, "whole").format(names=names)


def _words(question: str, key: Literal["whole", "parts", "together"]) -> str:
    return _WORDS["ru" if language(question) == "ru" else "en"][key]


_WORDS = {
    "en": {
        "whole": "Read whole: {names}",
        "parts": "Read in {parts} parts, then put together: {names}",
        "together": "Putting the notes together",
    },
    "ru": {
        "whole": "Прочитано целиком: {names}",
        "parts": "Прочитано по частям ({parts}), затем сведено вместе: {names}",
        "together": "Сводим заметки вместе",
    },
}
