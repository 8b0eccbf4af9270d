"""Every control of the views has a name for screen readers and can be reached by keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QLineEdit,
    QMainWindow,
    QProgressBar,
    QTextEdit,
    QWidget,
)

from desktop.documents.document_view import DocumentView
from desktop.documents.documents_page import DocumentsPage
from desktop.documents.ingestion_panel import IngestionPanel
from desktop.documents.ingestion_strip import IngestionStrip
from tests.helpers.desktop_parts import DesktopParts
from tests.helpers.hand_engine import make_progress

CONTROLS = (QAbstractButton, QLineEdit, QTextEdit, QAbstractItemView, QProgressBar)


def controls(root: QWidget) -> list[QWidget]:
    """Controls of the view itself, not the parts that Qt builds controls from."""
    found = [widget for widget in root.findChildren(QWidget) if isinstance(widget, CONTROLS)]
    return [
        widget
        for widget in found
        if not isinstance(widget.parent(), QLineEdit | QAbstractItemView) and not widget.objectName().startswith("qt_")
    ]


def unnamed(root: QWidget) -> list[str]:
    names = []
    for widget in controls(root):
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        if not (widget.accessibleName() or text):
            names.append(f"{type(widget).__name__} in {type(widget.parent()).__name__}")
    return names


def unreachable(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.accessibleName()!r}"
        for widget in controls(root)
        if not isinstance(widget, QProgressBar) and not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]


def test_every_control_has_a_name_and_can_be_reached(parts: DesktopParts) -> None:
    async def main() -> None:
        window = QMainWindow()
        strip = IngestionStrip(theme=parts.theme, icons=parts.icons, parent=window)
        strip.show_progress(make_progress())
        views = [DocumentView(**parts.views), DocumentsPage(**parts.views), IngestionPanel(**parts.views), strip]
        for view in views:
            view.setParent(window)
        problems = {type(view).__name__: (unnamed(view), unreachable(view)) for view in views}
        window.deleteLater()
        assert problems == {type(view).__name__: ([], []) for view in views}

    parts.run(main)
