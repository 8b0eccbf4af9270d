"""What a screen reader finds in the transcript: for every turn in view a label that says who speaks and what is said.

The labels show nothing and take no clicks. They are kept only while a screen reader listens, and only for the turns in
view, so that a long conversation costs nothing. (Interfaces of `QAccessible` made in Python end the process when Qt
deletes them: seen with PySide6 6.11.3.)
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QWidget

from desktop.chat.entries import Entry
from desktop.markdown.inline import without_marks

_LONGEST = 20_000


def spoken(entry: Entry) -> str:
    """Who speaks, and what is said."""
    speaker = QCoreApplication.translate("Transcript", "You") if entry.question else "Magray"
    return f"{speaker}: {without_marks(entry.text)[:_LONGEST]}"


class SpokenTurns:
    """Labels over the turns in view.

    Args:
        viewport: They are its children.
    """

    def __init__(self, viewport: QWidget) -> None:
        self._viewport = viewport
        self._labels: list[QLabel] = []

    def show(self, turns: list[tuple[str, QRect]]) -> None:
        """Name the turns in view; without a listener nothing is made.

        Args:
            turns: What is said of each, and where it stands in the viewport.
        """
        if not QAccessible.isActive() and not self._labels:
            return
        while len(self._labels) < len(turns):
            label = QLabel(self._viewport)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
            label.lower()
            self._labels.append(label)
        for label, (words, rect) in zip(self._labels, turns, strict=False):
            if label.accessibleName() != words:
                label.setAccessibleName(words)
            label.setGeometry(rect)
            label.show()
        for label in self._labels[len(turns) :]:
            label.hide()
