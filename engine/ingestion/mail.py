"""Mails and mailboxes, by the standard library's parser."""

from __future__ import annotations

import email
import email.policy
import io
import mailbox
from collections.abc import Iterator
from email.message import EmailMessage, Message
from pathlib import Path
from typing import IO, cast

from engine.ingestion.decoding import decode
from engine.ingestion.markup import read_html
from engine.ingestion.reading import ReadDocument, TextBuilder, Unreadable

_FIELDS = ("From", "To", "Cc", "Date")


def read_mail(path: Path) -> ReadDocument:
    """One mail: its subject as a heading, who wrote to whom, and its text; attachments are its members."""
    message = _parse(path.read_bytes())
    builder = TextBuilder()
    _write(message, builder)
    return ReadDocument(
        title=_field(message, "Subject"),
        media_type="message/rfc822",
        pages=(builder.page(),),
        has_members=any(True for _ in _attached(message)),
    )


def read_mailbox(path: Path) -> ReadDocument:
    """A mailbox as one document with a heading for each mail; attachments are only counted."""
    builder = TextBuilder()
    attached = 0
    box = mailbox.mbox(path, create=False)
    try:
        for key in box.keys():  # noqa: SIM118 - a mailbox is no dict: iterating gives messages
            message = _parse(box.get_bytes(key))
            _write(message, builder)
            attached += sum(1 for _ in _attached(message))
    finally:
        box.close()
    notes = (f"{attached} attached {'file was' if attached == 1 else 'files were'} not read",) if attached else ()
    return ReadDocument(title="", media_type="application/mbox", pages=(builder.page(),), notes=notes)


def attachments(path: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files attached to a mail, as (name, content)."""
    for number, part in enumerate(_attached(_parse(path.read_bytes())), 1):
        if part.get_content_type() == "message/rfc822":
            inner = cast("list[Message]", part.get_payload())
            yield f"{_name(part) or f'mail {number}'}.eml".replace(".eml.eml", ".eml"), io.BytesIO(inner[0].as_bytes())
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes):
            yield _name(part) or f"attachment {number}", io.BytesIO(data)


def _parse(data: bytes) -> EmailMessage:
    return email.message_from_bytes(data, policy=email.policy.default)


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    try:
        for part in message.iter_attachments():
            if _name(part) or part.get_content_type() == "message/rfc822":
                yield part
    except (AttributeError, KeyError, TypeError):  # a mail that says multipart and is not
        return


def _name(part: Message) -> str:
    try:
        return " ".join((part.get_filename() or "").split())
    except (TypeError, ValueError, LookupError):
        return ""


def _write(message: EmailMessage, builder: TextBuilder) -> None:
    builder.heading(1, _field(message, "Subject") or "Mail without a subject")
    fields = [f"{name}: {value}" for name in _FIELDS if (value := _field(message, name))]
    builder.paragraph("\n".join(fields))
    for part in _bodies(message):
        text = _text(part)
        if part.get_content_subtype() == "html":
            page = read_html(text)[1]
            for block in page.text.split("\n\n"):
                builder.paragraph(block)
        else:
            builder.paragraph(text)


def _bodies(message: EmailMessage) -> Iterator[Message]:
    """The parts to read: the plain one of several alternatives, else HTML; of a saved web page its HTML."""
    try:
        body = message.get_body(("plain", "html"))
    except (AttributeError, KeyError, TypeError, ValueError):
        body = None
    if body is not None:
        yield body
        return
    for part in message.walk():
        if part.get_content_maintype() == "text" and not _name(part):
            yield part


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes) or not data:
        return ""
    try:
        return decode(data, declared=part.get_content_charset()).text
    except Unreadable:
        return ""


def _field(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name) or "").split())
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        IndexError,
    ):  # fields that the parser cannot make sense of
        return ""
