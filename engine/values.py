"""Values that cross the engine's border: frozen, comparable, without behaviour beyond `to_json`.

Nothing here imports anything heavy, so that a front end can name these types before the engine is loaded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from engine.ingest_values import (
    FileState as FileState,  # noqa: PLC0414 - given out from here
    IngestFile as IngestFile,  # noqa: PLC0414 - given out from here
    IngestProgress as IngestProgress,  # noqa: PLC0414 - given out from here
    IngestReport as IngestReport,  # noqa: PLC0414 - given out from here
)

Layer = Literal["interact", "insights", "assets"]
LAYERS: tuple[Layer, ...] = ("interact", "insights", "assets")

Kind = Literal["message", "fact", "decision", "document_chunk", "code", "note"]
KINDS: tuple[Kind, ...] = ("message", "fact", "decision", "document_chunk", "code", "note")

Role = Literal["user", "assistant"]

ERASED = "[erased]"
"""Stands in messages where something was that their owner has erased; a front end may say it in its own words."""
QUOTES: Literal["quotes"] = "quotes"
"""`Answer.made_by` where no language model took part: every sentence stands word for word in its source."""

MessageStop = Literal["end", "length", "tool_calls", "filtered", "stopped", "error"]
"""Why an assistant's message ends: by itself, at the token limit, to call tools, by the vendor's filter, by the owner,
because the model failed."""


@dataclass(frozen=True, slots=True)
class DocumentSource:
    """Where in a document a memory stands.

    Attributes:
        document_id: Stable id of the document.
        path: Absolute path as it was ingested; a member of an archive is `a.zip!/inner/b.pdf`.
        page: From 1, or None where the format has no pages.
        heading: Headings from the outermost to the innermost.
        start: First code point in that page's text (in the whole text where there are no pages).
        end: One past the last code point.
    """

    document_id: str
    path: str
    page: int | None
    heading: tuple[str, ...]
    start: int
    end: int
    type: Literal["document"] = "document"


@dataclass(frozen=True, slots=True)
class ConversationSource:
    """The message of a conversation that a memory came from."""

    conversation_id: str
    message_id: str | None
    type: Literal["conversation"] = "conversation"


Source = DocumentSource | ConversationSource


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMemory:
    """One text to remember.

    Attributes:
        text: What is remembered, at least one visible character.
        layer: Where it goes; see `LAYERS`.
        kind: What it is; see `KINDS`.
        speaker: Who said it.
        occurred_at: Aware datetime of when it was said; None means now.
        session: One conversation or sitting. Neighbours are the records before and after in it, by `occurred_at`, then
            by insertion.
        title: A short name shown and searched with the text.
        tags: Free labels.
        vector: Shape (dimensions,), given instead of being computed; normalised when stored.
        external_id: The caller's own id, unique, returned with hits.
        source: Where the text stands, for memories made from documents and conversations.
    """

    text: str
    layer: Layer = "interact"
    kind: Kind = "note"
    speaker: str | None = None
    occurred_at: datetime | None = None
    session: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    vector: Sequence[float] | None = None
    external_id: str | None = None
    source: Source | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """One remembered text. `id` is stable for ever; datetimes are aware and in UTC.

    Attributes (those that a name does not tell):
        expires_at: When it cools; None for never. What is pinned does not cool.
        superseded_by: The memory that says otherwise, or the current one where this is an older version.
        valid_to: Until when it was true in the world.
        superseded_at: When it was recorded no longer to hold.
        version_of: The memory whose earlier text this is.
        repeats: How often the same was said again.
        moved_at: When it came into its layer; None where it was remembered there.
        archived_at: When it cooled.
        deleted_at: When it was deleted; it can be brought back.
    """

    id: str
    text: str
    layer: Layer
    kind: Kind
    created_at: datetime
    occurred_at: datetime
    external_id: str | None = None
    speaker: str | None = None
    session: str | None = None
    title: str | None = None
    tags: tuple[str, ...] = ()
    source: Source | None = None
    pinned: bool = False
    importance: float = 0.0
    access_count: int = 0
    accessed_at: datetime | None = None
    expires_at: datetime | None = None
    superseded_by: str | None = None
    valid_to: datetime | None = None
    superseded_at: datetime | None = None
    version_of: str | None = None
    repeats: int = 0
    moved_at: datetime | None = None
    archived_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One recalled memory.

    Attributes:
        memory: The memory.
        score: The final score; higher is better, comparable within one recall only.
        scores: Every stage's own figure by name: `bm25`, `bm25_window`, `bm25_group`, `dense`, `dense_window`, `fused`,
            `recency`, `use`, `importance`, `rerank`, …; absent where a stage did not see the memory.
        reason: One sentence that says why it was recalled.
    """

    memory: Memory
    score: float
    scores: Mapping[str, float] = field(default_factory=dict)
    reason: str = ""

    @property
    def source(self) -> Source | None:
        """Where the memory stands."""
        return self.memory.source


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """One numbered quotation.

    Attributes:
        number: From 1, as written in the answer's text (`[1]`).
        memory_id: The memory quoted.
        quote: Word for word as it stands in the memory.
        source: Where it stands. `start` and `end` of a document source span the quote itself where that could be found.
    """

    number: int
    memory_id: str
    quote: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Unsourced:
    """A claim in an answer that no source stands behind.

    Attributes:
        start: First code point in the answer's text.
        end: One past the last.
        reason: `no_source`: no number stands behind it; `not_in_source`: nothing of it stands in the source that it
            names; `not_quoted`: it is in quotation marks and stands in no source word for word.
    """

    start: int
    end: int
    reason: Literal["no_source", "not_in_source", "not_quoted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What `ask` gives back.

    Attributes:
        text: The answer, with `[1]` behind what is quoted.
        made_by: `"quotes"`, or `"<provider>/<model>"`.
        abstained: Nothing relevant was found, and `text` says so.
        citations: In the order of their numbers.
        hits: What was recalled, used or not, best first.
        question: The question asked.
        message_id: The stored message, where the question belonged to a conversation.
        seconds: From the call to the answer.
        unsourced: Claims that no source stands behind, in order; always empty for quotes.
        reading: How documents were read for it: `whole`, `parts` (read one after the other, then put together), or
            empty where passages were looked up.
        basis: That in words, with the documents' names; empty where passages were looked up.
        note: What the owner should know of how it came about, as why another model answered; empty if nothing.
    """

    text: str
    made_by: str
    abstained: bool
    citations: tuple[Citation, ...] = ()
    hits: tuple[Hit, ...] = ()
    question: str = ""
    message_id: str | None = None
    seconds: float = 0.0
    unsourced: tuple[Unsourced, ...] = ()
    reading: Literal["", "whole", "parts"] = ""
    basis: str = ""
    note: str = ""

    @property
    def unused(self) -> tuple[Hit, ...]:
        """What was found and is not cited."""
        cited = {citation.memory_id for citation in self.citations}
        return tuple(hit for hit in self.hits if hit.memory.id not in cited)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One conversation, newest change first in lists."""

    id: str
    title: str
    created_at: datetime
    updated_at: datetime
    message_count: int = 0
    snippet: str = ""
    """The passage that matched, where the list came from a search; matched words stand between U+0002 and U+0003."""
    pinned: bool = False
    archived: bool = False
    tags: tuple[str, ...] = ()
    remembers: bool = True
    """Whether what is said in it becomes memory."""
    folder: str = ""
    """The folder that the owner put it into; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """What the owner gave with a message.

    Attributes:
        id: Stable id of the stored attachment.
        name: File name or title.
        kind: `document`: its text goes to the model; `picture`: its bytes do, where the model sees;
            `memory`: one memory.
        media_type: As `application/pdf`.
        size: Bytes; 0 where it is not known.
        characters: Of its text; 0 for pictures.
        document_id: The document in memory that it is, or None for one that belongs to this conversation alone.
        memory_id: The memory that it is, for `memory`.
        problem: Why it cannot be used, in words; None where it can.
    """

    id: str
    name: str
    kind: Literal["document", "picture", "memory"]
    media_type: str = ""
    size: int = 0
    characters: int = 0
    document_id: str | None = None
    memory_id: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUsage:
    """Tokens of a message as its provider counts them; `cost` in US dollars, None where no price is known."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a conversation.

    Attributes:
        id: Stable id.
        conversation_id: Its conversation.
        role: Who speaks.
        text: What is said, in Markdown.
        created_at: When.
        answer: The whole answer behind an assistant's message.
        parent: The message that it follows; None for the first.
        version: Which of the versions at this place it is, from 1.
        versions: How many there are: answers written again, questions edited.
        pinned: The owner keeps it at hand.
        stop: Why an assistant's message ends; None for the owner's.
        attachments: What was given with it.
        model: `<provider>/<model>` or `quotes`; None for the owner's.
        usage: What it took; None where no language model took part.
        thinking: What the model thought before it answered; empty where it tells nothing.
        deleted_at: When the owner deleted it; `undelete_message` brings it back.
    """

    id: str
    conversation_id: str
    role: Role
    text: str
    created_at: datetime
    answer: Answer | None = None
    parent: str | None = None
    version: int = 1
    versions: int = 1
    pinned: bool = False
    stop: MessageStop | None = None
    attachments: tuple[Attachment, ...] = ()
    model: str | None = None
    usage: MessageUsage | None = None
    thinking: str = ""
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file that became memories.

    Attributes:
        note: What the owner should know of how it was read, as which pages gave no text.
        used_at: When one of its memories was last recalled, quoted or opened, aware; None for never.
        missing_since: Since when a watched folder is without the file, aware; None where it is there, or not watched.
        set_aside: Its memories were deleted because the file stayed away; that can be undone.
    """

    id: str
    path: str
    title: str
    media_type: str
    size: int
    content_hash: str
    pages: int
    pages_without_text: int
    chunks: int
    created_at: datetime
    updated_at: datetime
    note: str | None = None
    used_at: datetime | None = None
    missing_since: datetime | None = None
    set_aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """A document's text as it was read.

    Attributes:
        document: The document.
        pages: Text page by page; one entry where the format has no pages.
        paged: False where the format has no pages.
        missing: The file itself is no longer where it was, so pages cannot be drawn; the text remains.
    """

    document: Document
    pages: tuple[str, ...]
    paged: bool
    missing: bool


@dataclass(frozen=True, slots=True)
class Rectangle:
    """In pixels of the rendered page, from the top left."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPage:
    """One page drawn.

    Attributes:
        width: Pixels.
        height: Pixels.
        pixels: BGRA, 4 bytes a pixel, rows without padding, `width * height * 4` bytes.
        highlights: Rectangles of the passage asked for; empty where it could not be found on the page.
    """

    width: int
    height: int
    pixels: bytes
    highlights: tuple[Rectangle, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentStatus:
    """One component of the engine in plain words."""

    name: str
    state: Literal["ok", "degraded", "failed", "off"]
    summary: str
    mend: str | None = None
    figures: Mapping[str, float | int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineStatus:
    """The engine at a glance."""

    state: Literal["ok", "degraded", "failed"]
    summary: str
    components: tuple[ComponentStatus, ...]
    memories: Mapping[str, int]
    documents: int
    conversations: int
    data_dir: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """Database held against indexes. `problems` is empty when they agree; `mended` says what was put right."""

    memories: int
    indexed: Mapping[str, int]
    problems: tuple[str, ...]
    seconds: float
    mended: tuple[str, ...] = ()


def to_json(value: Any) -> Any:
    """Turn a value of this module into what `json.dumps` takes: same names, datetimes in ISO 8601.

    A `Hit` gains its `source` beside its memory.
    """
    if isinstance(value, Hit):
        plain = {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
        plain["source"] = to_json(value.source)
        return plain
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value
