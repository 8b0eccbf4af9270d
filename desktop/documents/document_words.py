"""How the state of a document, what was read of it and its use are put into words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from desktop.tokens import ColorRole
from desktop.words import StateLook, number, pages_words, passages_words, sentence, short_path
from engine import Document, DocumentDetails, DocumentState

DATE_FORMAT = "d MMM yyyy"
STATES: tuple[DocumentState, ...] = ("read", "partly", "missing", "set_aside")
"""Those that a list shows; only the details of one document know that it waits."""
_SHOWN_PAGES = 8
"""Numbers of skipped pages that are named; more only blur what is said."""


def day(moment: datetime) -> str:
    """`14 Mar 2026`, of the owner's own day."""
    local = moment.astimezone()
    return QLocale().toString(QDate(local.year, local.month, local.day), DATE_FORMAT)


def state_of(document: Document) -> DocumentState:
    """How it stands with a document, by what the list knows of it."""
    if document.set_aside:
        return "set_aside"
    if document.missing_since is not None:
        return "missing"
    return "partly" if document.pages_without_text else "read"


def state_look(state: DocumentState) -> StateLook:
    """Icon, colour role and word of a state."""
    looks: dict[DocumentState, tuple[str, ColorRole, str]] = {
        "read": ("check", "success", QCoreApplication.translate("Documents", "Read")),
        "partly": ("info", "muted", QCoreApplication.translate("Documents", "Partly read")),
        "waiting": ("clock", "muted", QCoreApplication.translate("Documents", "Waiting")),
        "missing": ("warning", "warning", QCoreApplication.translate("Documents", "Missing")),
        "set_aside": ("archive", "muted", QCoreApplication.translate("Documents", "Set aside")),
    }
    return StateLook(*looks[state])


def coverage(document: Document) -> str:
    """`14`, or `12 of 14` where some pages gave no text; a dash where the format has no pages."""
    if not document.pages:
        return "–"
    if not document.pages_without_text:
        return number(document.pages)
    read = document.pages - document.pages_without_text
    return QCoreApplication.translate("Documents", "{0} of {1}").format(number(read), number(document.pages))


def coverage_words(document: Document) -> str:
    """The same in words: `12 of 14 pages`."""
    if not document.pages:
        return QCoreApplication.translate("Documents", "no pages")
    if not document.pages_without_text:
        return pages_words(document.pages)
    read = document.pages - document.pages_without_text
    return QCoreApplication.translate("Documents", "{0} of {1}").format(number(read), pages_words(document.pages))


def used_words(document: Document) -> str:
    """When a document was last used, or a dash."""
    return "–" if document.used_at is None else day(document.used_at)


def facts(details: DocumentDetails) -> list[str]:
    """All that is known of a document, in a few short sentences, what needs attention first."""
    document = details.document
    said = []
    if details.state == "missing":
        if document.missing_since is not None:
            since = QCoreApplication.translate("Documents", "The file has not been there since {0}; its text is kept.")
            said.append(since.format(day(document.missing_since)))
        else:
            said.append(QCoreApplication.translate("Documents", "The file is not there now; its text is kept."))
    elif details.state == "set_aside":
        said.append(
            QCoreApplication.translate(
                "Documents", "The file was gone for so long that its memories were deleted. They come back with it."
            )
        )
    elif details.state == "waiting":
        said.append(QCoreApplication.translate("Documents", "It waits to be read."))
    if details.why is not None:
        said.append(sentence(details.why))
    elif details.pages_skipped:
        words = QCoreApplication.translate("Documents", "{0} were read.")
        said.append(words.format(coverage_words(document)))
    if details.pages_skipped:
        said.append(_skipped(details.pages_skipped))
    said.append(_use(details))
    if details.folder is not None:
        said.append(
            QCoreApplication.translate("Documents", "Kept in step with {0}.").format(short_path(details.folder.path))
        )
    return said


def _skipped(pages: Sequence[int]) -> str:
    shown = ", ".join(number(page) for page in pages[:_SHOWN_PAGES])
    if len(pages) > _SHOWN_PAGES:
        return QCoreApplication.translate("Documents", "Pages without text: {0} and others.").format(shown)
    return QCoreApplication.translate("Documents", "Pages without text: {0}.").format(shown)


def _use(details: DocumentDetails) -> str:
    amount = [passages_words(details.passages)]
    if details.document.pages and not details.document.pages_without_text:  # else they are told before
        amount.insert(0, pages_words(details.document.pages))
    passages = ", ".join(amount)
    if not details.uses or details.used_at is None:
        return QCoreApplication.translate("Documents", "{0}, not used yet.").format(passages)
    if details.uses == 1:
        return QCoreApplication.translate("Documents", "{0}, used once, on {1}.").format(passages, day(details.used_at))
    return QCoreApplication.translate("Documents", "{0}, used {1} times, last on {2}.").format(
        passages, number(details.uses), day(details.used_at)
    )
