"""What a turn of a conversation tells while it goes on, and what stands around conversations: frozen values.

`Engine.chat` and its sisters give `ChatStep`s. A turn is, in this order:

    Asked  Recalling  Recalled  [Reading …]  [Sees]  (Thinking | Said | Switched)…  Answered  [Remembered]

Where a model fails, `Failed` comes in place of what was still to come; where the memory can answer by quotes, these
follow as `Said` and `Answered`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from engine.values import Hit, Message, Role


@dataclass(frozen=True, slots=True)
class Asked:
    """What the owner wrote is stored; nothing that happens from here on loses it."""

    message: Message


@dataclass(frozen=True, slots=True)
class Recalling:
    """The memory is being searched."""


@dataclass(frozen=True, slots=True)
class Recalled:
    """What was found, best first."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """Documents are read part by part.

    Attributes:
        done: Parts read.
        total: Parts in all.
        words: What is being read, in words.
    """

    done: int
    total: int
    words: str


PartKind = Literal["system", "summary", "turn", "memory", "document", "picture", "question"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextPart:
    """One piece of what a model was given.

    Attributes:
        kind: What it is.
        title: For people: a file and its page, a date, who spoke.
        tokens: By the model's own count.
        text: Exactly what was given; empty for pictures.
        number: The number by which the answer cites it, or None.
        memory_id: The memory that it is, or None.
        document_id: The document that it is, or stands in, or None.
        message_id: The message that it is, or None.
    """

    kind: PartKind
    title: str
    tokens: int
    text: str = ""
    number: int | None = None
    memory_id: str | None = None
    document_id: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextView:
    """What the model saw, in the order in which it saw it.

    Attributes:
        model: `<provider>/<model>`.
        parts: Everything that went in.
        tokens: Their sum.
        window: Tokens that the model can take in and give out together.
        reserved: Of those, kept free for the answer.
        notes: What was summarised, shortened or left out, in words; empty if nothing was.
        reading: How documents were read: `whole`, `parts`, or empty where passages were looked up.
    """

    model: str
    parts: tuple[ContextPart, ...]
    tokens: int
    window: int
    reserved: int
    notes: tuple[str, ...] = ()
    reading: Literal["", "whole", "parts"] = ""


@dataclass(frozen=True, slots=True)
class Sees:
    """What goes to the model, right before it goes."""

    view: ContextView


@dataclass(frozen=True, slots=True)
class Thinking:
    """More of what the model thinks."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Switched:
    """Another model takes over before anything was said.

    Attributes:
        model: The one that answers now.
        reason: Why the one before does not, in plain words.
    """

    model: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The model did not answer, or not to the end.

    Attributes:
        error: What happened, what was kept and what to do, in words.
        retryable: The same may work later; show a button.
        kept: What had been said; it is stored as a message of its own with the stop `error`.
        message: That message, or None where nothing had been said.
        kind: Name of the error's class in `engine.errors`, as `KeyMissingError`.
    """

    error: str
    retryable: bool = False
    kept: str = ""
    message: Message | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer is stored; `message.answer` has its citations checked. `message.text` replaces what was streamed."""

    message: Message


@dataclass(frozen=True, slots=True)
class Remembered:
    """Facts, decisions and preferences became memories; `Engine.undo_remembered` takes them back."""

    count: int
    ids: tuple[str, ...]


ChatStep = Asked | Recalling | Recalled | Reading | Sees | Thinking | Said | Switched | Failed | Answered | Remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageHit:
    """One message that a search found.

    Attributes:
        message_id: Where to jump: `Engine.messages(conversation_id, around=message_id)`.
        conversation_id: Its conversation.
        conversation_title: That one's title.
        role: Who said it.
        created_at: When.
        snippet: The passage; matched words stand between U+0002 and U+0003.
        shown: It stands on the branch that is shown; if not, `Engine.show_message` shows its branch.
    """

    message_id: str
    conversation_id: str
    conversation_title: str
    role: Role
    created_at: datetime
    snippet: str
    shown: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was typed and not sent yet."""

    text: str = ""
    attachment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationsImport:
    """What became of an export of another program.

    Attributes:
        conversations: Ids of the conversations made, in the order of the file.
        messages: How many messages they hold.
        known: Conversations that had been imported before; they were left as they are.
        problems: What could not be read, one sentence each; everything else was imported.
    """

    conversations: tuple[str, ...]
    messages: int
    known: int = 0
    problems: tuple[str, ...] = ()
