"""The documents that were read, as a table fetched in pages."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QModelIndex, QObject, Qt

from desktop.models.paged_model import VALUE_ROLE, Index, PagedModel
from desktop.words import file_name, folder_name, is_pasted, number, pages_words, passages_words
from engine import Document

DATE_FORMAT = "d MMM yyyy"
NAME, FOLDER, PAGES, PASSAGES, READ = range(5)


class DocumentsModel(PagedModel[Document]):
    """Name, folder, pages, passages, and when it was read."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(_document_id, parent)

    def document(self, row: int) -> Document | None:
        """The document of a row, or None while it is on the way."""
        return self.value(row)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Five columns."""
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
            PAGES: QCoreApplication.translate("Documents", "Pages"),
            PASSAGES: QCoreApplication.translate("Documents", "Passages"),
            READ: QCoreApplication.translate("Documents", "Read"),
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
                return document.path
            case Qt.ItemDataRole.AccessibleTextRole:
                if index.column() == PAGES:
                    return pages_words(document.pages)
                if index.column() == PASSAGES:
                    return passages_words(document.chunks)
                return _cell(document, index.column())
        return None


def _document_id(document: Document) -> str:
    return document.id


def _alignment(column: int) -> Qt.AlignmentFlag:
    if column in (PAGES, PASSAGES):
        return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter


def _cell(document: Document, column: int) -> str:
    match column:
        case 0:
            return document_name(document)
        case 1:
            return folder_name(document.path)
        case 2:
            return number(document.pages) if document.pages else "–"
        case 3:
            return number(document.chunks)
        case _:
            read = document.updated_at.astimezone()
            return QLocale().toString(QDate(read.year, read.month, read.day), DATE_FORMAT)


def is_file(document: Document) -> bool:
    """It lies on the disk; pasted text does not."""
    return not is_pasted(document.path)


def document_name(document: Document) -> str:
    """The name to show: the file's, or the title of what was pasted."""
    return file_name(document.path) if is_file(document) else document.title or document.path
