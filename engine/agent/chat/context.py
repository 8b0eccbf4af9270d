"""What goes to a model with a question, within its window and by its own count.

From the stable to the changing, so that a vendor can cache the beginning: the system prompt; what was said, older turns
in short and the last ones word for word; then, with the question, numbered sources and documents.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from engine import values
from engine.agent.chat import documents, summaries
from engine.agent.chat.citing import without_markers
from engine.agent.chat.documents import Text
from engine.agent.chat.prompts import prompt
from engine.agent.chat.sources import Source, as_data, of_memory, pack
from engine.chat_values import ContextPart, ContextView
from engine.errors import OverLongError
from engine.llm.base import ChatModel
from engine.llm.messages import ChatMessage, ChatRequest, Effort, ImagePart, TextPart
from engine.memory.store.turns import History, Turn
from engine.settings import Settings

UNKNOWN_WINDOW = 8192
"""Tokens taken for the window of a model that tells none."""
_TURN_OVERHEAD = 6
_PICTURE_TOKENS = 1600
"""What vendors count for one picture at most."""
_LEAST_HISTORY = 0.25
"""Share of the room that the conversation gets at least, where it needs it."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that goes with a question."""

    name: str
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """Everything that could go to a model.

    Attributes:
        question: What the owner says now.
        asked: Its message, where it is stored.
        now: The owner's local time.
        hits: What was recalled, best first.
        history: What was said before.
        memories: Memories that the owner named.
        texts: Documents that the owner gave with it or named.
        pictures: Pictures that the owner gave with it.
        read: Documents read whole or in parts, which then take the place of recalled passages.
        reading: How these were read.
        notes: What to tell the owner besides.
        unfinished: An answer of the model that is to be gone on with.
    """

    question: str
    asked: str | None
    now: datetime
    hits: Sequence[values.Hit] = ()
    history: History = field(default_factory=History)
    memories: Sequence[values.Memory] = ()
    texts: Sequence[Text] = ()
    pictures: Sequence[Picture] = ()
    read: Sequence[Source] = ()
    reading: Literal["", "whole", "parts"] = ""
    notes: Sequence[str] = ()
    unfinished: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """A request, what it shows of itself, and what its numbers mean."""

    request: ChatRequest
    view: ContextView
    sources: tuple[Source, ...]
    hits: tuple[values.Hit, ...]
    """Those of the hits that went in."""


@dataclass(frozen=True, slots=True)
class Room:
    """Tokens of one model's window: in all, kept for the answer, and left for everything else."""

    window: int
    reserved: int
    left: int


def room_of(model: ChatModel, settings: Settings) -> Room:
    """How much a model can take."""
    info = model.info
    window = info.context_tokens or UNKNOWN_WINDOW
    reserved = min(settings.llm.max_output_tokens, info.output_tokens or window, max(16, window // 3))
    margin = window // 50 + 32  # counts are estimates for most models, and every vendor adds frames of its own
    return Room(window, reserved, max(0, window - reserved - margin))


def build(material: Material, model: ChatModel, settings: Settings) -> Context:
    """Put a request together. Blocks while it counts.

    Raises:
        OverLongError: the question alone does not fit.
    """
    count = model.count_tokens
    room = room_of(model, settings)
    system = prompt("answer")
    question = _question(material)
    fixed = count(system) + count(question) + 2 * _TURN_OVERHEAD
    pictures = material.pictures if model.info.vision else ()
    fixed += _PICTURE_TOKENS * len(pictures)
    if fixed > room.left:
        raise OverLongError(
            f"This message takes about {fixed:,} tokens, and {model.info.title} takes {room.left:,} at once. "
            "It is kept; shorten it, or attach the long part as a file."
        )
    notes = [*material.notes]
    notes += [f"{one.name} was not sent: this model does not see pictures" for one in material.pictures if not pictures]
    left = room.left - fixed
    sources, hits = _sources(material, left, settings, count, notes)
    left -= sum(source.tokens for source in sources)
    told = _history(material.history, min(left, settings.chat.history_tokens), count, notes)
    parts = _parts(material, system, question, told, sources, count, pictures)
    view = ContextView(
        model=model.info.id,
        parts=tuple(parts),
        tokens=sum(part.tokens for part in parts),
        window=room.window,
        reserved=room.reserved,
        notes=tuple(notes),
        reading=material.reading,
    )
    request = ChatRequest(
        messages=_messages(material, told, sources, question, pictures),
        system=system,
        max_output_tokens=room.reserved,
        effort=_effort(model, settings),
    )
    return Context(request, view, tuple(sources), tuple(hits))


def _effort(model: ChatModel, settings: Settings) -> Effort:
    return settings.llm.effort if model.info.reasoning else "off"


def _question(material: Material) -> str:
    return f"Today is {material.now.strftime('%A, %Y-%m-%d')}.\n\n{material.question}"


def _sources(
    material: Material, left: int, settings: Settings, count: Callable[[str], int], notes: list[str]
) -> tuple[list[Source], list[values.Hit]]:
    needed = sum(count(turn.text) + _TURN_OVERHEAD for turn in material.history.turns[-8:])
    left -= min(needed, int(left * _LEAST_HISTORY))
    if material.reading:
        return list(material.read), []
    sources: list[Source] = []
    for memory in material.memories:
        made = of_memory(memory, len(sources) + 1)
        tokens = count(made.written)
        if tokens <= left:
            sources.append(dataclasses.replace(made, tokens=tokens))
            left -= tokens
        else:
            notes.append(f"{made.title} was left out: it is too long")
    if material.texts:
        budget = min(settings.chat.document_tokens, int(left * 0.8))
        given = documents.whole(material.texts, first=len(sources) + 1, count=count)
        names = ", ".join(text.name for text in material.texts)
        if sum(source.tokens for source in given) > budget:
            given = documents.passages(
                material.texts, material.question, budget=budget, first=len(sources) + 1, count=count
            )
            notes.append(f"of {names} went the passages that bear on the question")
        sources += given
        left -= sum(source.tokens for source in given)
    named = {source.memory_id for source in sources if source.memory_id}
    packed, hits = pack(
        [hit for hit in material.hits if hit.memory.id not in named],
        budget=min(settings.chat.memory_tokens, left),
        count=count,
        first=len(sources) + 1,
        leave={turn.id for turn in material.history.turns} | {material.asked},
    )
    return [*sources, *packed], hits


@dataclass(frozen=True, slots=True)
class _Told:
    """The conversation as the model gets it."""

    summary: str
    summary_tokens: int
    turns: tuple[tuple[Turn, str, int], ...]


def _history(history: History, budget: int, count: Callable[[str], int], notes: list[str]) -> _Told:
    """The last turns that fit word for word, and in short what stands before them."""
    kept: list[tuple[Turn, str, int]] = []
    used = 0
    share = budget if not history.summary and not history.earlier else int(budget * 0.8)
    for turn in reversed(history.turns):
        if history.summary is not None and turn.number <= history.summary.upto:
            break
        text = without_markers(turn.text) if turn.role == "assistant" else turn.text
        tokens = count(text) + _TURN_OVERHEAD
        if used + tokens > share:
            break
        kept.append((turn, text, tokens))
        used += tokens
    kept.reverse()
    gap = history.turns[: len(history.turns) - len(kept)]
    before = history.summary
    if before is not None:
        gap = tuple(turn for turn in gap if turn.number > before.upto)
    uncovered = history.earlier if before is None or (gap and gap[0].number == history.turns[0].number) else 0
    if not gap and before is None and not uncovered:
        return _Told("", 0, tuple(kept))
    text = summaries.quoted(gap, before=before.text if before else "", budget=max(0, budget - used), count=count)
    shortened = len(gap) + uncovered
    if before is not None:
        notes.append("the beginning of the conversation went in as a summary")
    if shortened:
        notes.append(f"{shortened} older {'turn' if shortened == 1 else 'turns'} went in shortened")
    if uncovered:
        text = f"({uncovered} still older turns are not told here.)\n{text}"
    return _Told(text, count(text), tuple(kept))


def _parts(
    material: Material,
    system: str,
    question: str,
    told: _Told,
    sources: Sequence[Source],
    count: Callable[[str], int],
    pictures: Sequence[Picture],
) -> list[ContextPart]:
    parts = [ContextPart(kind="system", title="Instructions", tokens=count(system), text=system)]
    if told.summary:
        parts.append(
            ContextPart(
                kind="summary", title="Earlier in this conversation", tokens=told.summary_tokens, text=told.summary
            )
        )
    for turn, text, tokens in told.turns:
        title = "You" if turn.role == "user" else "Magray"
        parts.append(ContextPart(kind="turn", title=title, tokens=tokens, text=text, message_id=turn.id))
    for source in sources:
        place = source.place
        parts.append(
            ContextPart(
                kind="memory" if source.form == "source" else "document",
                title=source.title or source.speaker or "conversation",
                tokens=source.tokens,
                text=source.told or source.text,
                number=source.number,
                memory_id=source.memory_id or None,
                document_id=place.document_id if isinstance(place, values.DocumentSource) else None,
            )
        )
    parts += [ContextPart(kind="picture", title=picture.name, tokens=_PICTURE_TOKENS) for picture in pictures]
    parts.append(
        ContextPart(
            kind="question", title="Your question", tokens=count(question), text=question, message_id=material.asked
        )
    )
    return parts


def _messages(
    material: Material, told: _Told, sources: Sequence[Source], question: str, pictures: Sequence[Picture]
) -> tuple[ChatMessage, ...]:
    turns: list[tuple[Literal["user", "assistant"], str]] = []
    if told.summary:
        turns.append(("user", f"<conversation>\n{as_data(told.summary)}\n</conversation>"))
    elif told.turns and told.turns[0][0].role == "assistant":
        turns.append(("user", "(The conversation begins with you.)"))
    turns += [(turn.role, text) for turn, text, _ in told.turns]
    written = "\n".join(source.written for source in sources) or "(Nothing in the memory fits the question.)"
    turns.append(("user", f"<sources>\n{written}\n</sources>\n\n{question}"))
    if material.unfinished:
        turns += [("assistant", material.unfinished), ("user", prompt("continue"))]
    merged: list[tuple[Literal["user", "assistant"], str]] = []
    for role, text in turns:
        if merged and merged[-1][0] == role:
            merged[-1] = (role, f"{merged[-1][1]}\n\n{text}")
        else:
            merged.append((role, text))
    messages = [ChatMessage.of(role, text) for role, text in merged]
    if pictures:
        images = tuple(ImagePart(picture.data, picture.media_type) for picture in pictures)
        place = max(number for number, message in enumerate(messages) if message.role == "user")
        if material.unfinished:
            place -= 2
        messages[place] = ChatMessage("user", (*images, TextPart(messages[place].text)))
    return tuple(messages)
