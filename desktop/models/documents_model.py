"""The documents that were read, as a table fetched in pages."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QModelIndex, QObject, Qt

from desktop.documents.document_words import coverage, coverage_words, day, state_look, state_of, used_words
from desktop.models.paged_model import VALUE_ROLE, Index, PagedModel
from desktop.words import bytes_words, file_name, folder_name, is_pasted, number, passages_words, sentence
from engine import Document

NAME, FOLDER, STATE, PAGES, PASSAGES, SIZE, USED, READ = range(8)
FIGURES = (PAGES, PASSAGES, SIZE)
ROLE_ROLE = VALUE_ROLE + 1
"""The colour role of a cell that asks for attention, or None."""


class DocumentsModel(PagedModel[Document]):
    """Name, folder, state, pages, passages, size, when it was last used, and when it was read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_document_id, parent)

    def document(self, row: int) -> Document | None:
        """The document of a row, or None while it is on the way."""
        return self.value(row)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Eight columns."""
        return 0 if parent.isValid() else READ + 1

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Titles of the columns."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return {
            NAME: QCoreApplication.translate("Documents", "Document"),
            FOLDER: QCoreApplication.translate("Documents", "Folder"),
            STATE: QCoreApplication.translate("Documents", "State"),
            PAGES: QCoreApplication.translate("Documents", "Pages"),
            PASSAGES: QCoreApplication.translate("Documents", "Passages"),
            SIZE: QCoreApplication.translate("Documents", "Size"),
            USED: QCoreApplication.translate("Documents", "Last used"),
            READ: QCoreApplication.translate("Documents", "Read on"),
        }.get(section)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Words of a cell; `VALUE_ROLE` gives the document."""
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(index.column())
        document = self.value(index.row())
        if role == VALUE_ROLE:
            return document
        if document is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return _cell(document, index.column())
            case Qt.ItemDataRole.ToolTipRole:
                return _tool_tip(document, index.column())
            case Qt.ItemDataRole.AccessibleTextRole:
                if index.column() == PAGES:
                    return coverage_words(document)
                if index.column() == PASSAGES:
                    return passages_words(document.chunks)
                return _cell(document, index.column())
            case _ if role == ROLE_ROLE and index.column() == STATE and state_of(document) == "missing":
                return state_look("missing").role
        return None


def _document_id(document: Document) -> str:
    return document.id


def _alignment(column: int) -> Qt.AlignmentFlag:
    if column in FIGURES:
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter


def _cell(document: Document, column: int) -> str:
    match column:
        case 0:
            return document_name(document)
        case 1:
            return folder_name(document.path)
        case 2:
            return state_look(state_of(document)).word
        case 3:
            return coverage(document)
        case 4:
            return number(document.chunks)
        case 5:
            return bytes_words(document.size)
        case 6:
            return used_words(document)
        case _:
            return day(document.updated_at)


def _tool_tip(document: Document, column: int) -> str:
    if column in (STATE, PAGES) and document.note:
        return sentence(document.note)
    return document.path


def is_file(document: Document) -> bool:
    """It lies on the disk; pasted text does not."""
    return not is_pasted(document.path)


def document_name(document: Document) -> str:
    """The name to show: the file's, or the title of what was pasted."""
    return file_name(document.path) if is_file(document) else document.title or document.path
