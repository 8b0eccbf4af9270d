"""The small words around an answer: who made it, what it took, why it looks as it does."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from desktop.chat.entries import Entry
from desktop.words import number

if TYPE_CHECKING:
    from engine import Attachment, MessageUsage

_LOOKED_AT = 400
"""Letters of a message that tell its direction."""


def model_title(model: str) -> str:
    """The name of a model without its provider: `gpt-5` of `openai/gpt-5`."""
    return model.split("/", 1)[-1] if model else ""


def name_note(entry: Entry) -> str:
    """Stands beside the name over an answer."""
    if entry.state == "failed":
        return QCoreApplication.translate("Transcript", "could not answer")
    parts = []
    if entry.quoted:
        parts.append(QCoreApplication.translate("Transcript", "quoted from your files"))
    elif entry.message is not None and entry.message.model and entry.message.model != "quotes":
        parts.append(model_title(entry.message.model))
    if entry.message is not None and entry.message.pinned:
        parts.append(QCoreApplication.translate("Transcript", "pinned"))
    return " · ".join(parts)


def money(cost: float) -> str:
    """US dollars, with as many places as it takes to see something."""
    if cost == 0:
        return ""
    places = 2 if cost >= 0.1 else 4
    return f"${QLocale().toString(float(cost), 'f', places)}" if cost >= 0.0001 else "< $0.0001"


def usage_words(usage: MessageUsage | None) -> str:
    """`1,240 tokens read, 310 written · $0.0042`."""
    if usage is None or not (usage.input_tokens or usage.output_tokens):
        return ""
    parts = [
        QCoreApplication.translate("Transcript", "{0} tokens read, {1} written").format(
            number(usage.input_tokens), number(usage.output_tokens)
        )
    ]
    if usage.cost and (words := money(usage.cost)):
        parts.append(words)
    return " · ".join(parts)


def stop_words(entry: Entry) -> str:
    """Why an answer ends where it does; empty where it ends by itself."""
    stop = entry.message.stop if entry.message is not None else None
    if stop == "stopped":
        return QCoreApplication.translate("Transcript", "You stopped it here.")
    if stop == "length":
        return QCoreApplication.translate("Transcript", "It reached the longest answer of the model.")
    if stop == "error":
        return QCoreApplication.translate("Transcript", "The connection broke here.")
    if stop == "filtered":
        return QCoreApplication.translate("Transcript", "The provider held the rest back.")
    return ""


def remembered_words(count: int) -> str:
    """`3 things remembered`."""
    if count == 1:
        return QCoreApplication.translate("Transcript", "1 thing remembered")
    return QCoreApplication.translate("Transcript", "%Ln things remembered", "", count)


def attachment_words(attachment: Attachment) -> str:
    """A name, and what is wrong with it if anything is."""
    return f"{attachment.name}: {attachment.problem}" if attachment.problem else attachment.name


def reason_words(reason: str) -> str:
    """Why a claim is marked."""
    if reason == "not_in_source":
        return QCoreApplication.translate("Transcript", "The source that this names does not say so.")
    if reason == "not_quoted":
        return QCoreApplication.translate("Transcript", "These words stand in no source.")
    return QCoreApplication.translate("Transcript", "No source of yours stands behind this.")


def right_to_left(text: str) -> bool:
    """Most letters at the beginning of a text are written from right to left."""
    return _right_to_left(text[:_LOOKED_AT])


@lru_cache(maxsize=256)
def _right_to_left(text: str) -> bool:
    if text.isascii():
        return False
    right = left = 0
    for letter in text:
        direction = unicodedata.bidirectional(letter)
        right += direction in ("R", "AL")
        left += direction == "L"
    return right > left
