"""What an empty conversation shows: what this place is for, the first steps, and questions to begin with."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop.chat.column import ColumnLayout
from desktop.icons import Icons
from desktop.theme import Theme, restyle
from desktop.widgets.flow_layout import FlowLayout


class Welcome(QScrollArea):
    """Title, one sentence, two buttons, and questions that the welcome documents answer.

    Attributes:
        question_chosen: A sample question is to be asked.
        files_wanted: The owner wants to choose files.
        folder_wanted: The owner wants to choose a folder.
    """

    question_chosen = Signal(str)
    files_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, theme: Theme, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        px = theme.px
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        page = QWidget(self)
        self.setWidget(page)
        page.setAutoFillBackground(False)  # the scroll area has just turned it on
        column = QWidget(page)
        ColumnLayout(theme, page, top=24, bottom=24).addWidget(column)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(px(8))
        layout.addStretch(3)
        self.title = QLabel(column)
        restyle(self.title, role="large")
        self.lead = QLabel(column)
        restyle(self.lead, role="lead")
        for label in (self.title, self.lead):
            label.setWordWrap(True)
            layout.addWidget(label)
        layout.addSpacing(px(12))
        layout.addWidget(self._make_buttons(column, icons))
        layout.addSpacing(px(24))
        self._ask = QLabel(self.tr("Or begin with a question"), column)
        restyle(self._ask, role="muted")
        layout.addWidget(self._ask)
        self._questions = QWidget(column)
        flow = FlowLayout(self._questions, spacing=px(8))
        for question in self._samples():
            button = QPushButton(question, self._questions)
            restyle(button, kind="chip")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleDescription(self.tr("Asks this question"))
            button.clicked.connect(lambda _checked=False, text=question: self.question_chosen.emit(text))
            flow.addWidget(button)
        layout.addWidget(self._questions)
        layout.addStretch(4)
        self.show_documents(0)

    def _make_buttons(self, column: QWidget, icons: Icons) -> QWidget:
        box = QWidget(column)
        flow = FlowLayout(box, spacing=self._theme.px(8))
        self.folder = QPushButton(icons.icon("folder"), self.tr("Choose a folder…"), box)
        self.files = QPushButton(icons.icon("document"), self.tr("Choose files…"), box)
        self.folder.clicked.connect(self.folder_wanted)
        self.files.clicked.connect(self.files_wanted)
        for button in (self.folder, self.files):
            button.setIconSize(icons.box() * 0.9)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            flow.addWidget(button)
        return box

    def _samples(self) -> list[str]:
        return [
            self.tr("Which files can Magray read?"),
            self.tr("Is anything sent over the internet?"),
            self.tr("How long is a question remembered?"),
            self.tr("What happens when nothing in my files answers the question?"),
        ]

    def show_documents(self, count: int) -> None:
        """Fit the words to what Magray knows.

        Args:
            count: Documents of the owner's own, the welcome documents left out.
        """
        if count == 0:
            self.title.setText(self.tr("Drop files, then ask"))
            self.lead.setText(
                self.tr(
                    "Magray reads your files on this computer and answers with their own sentences, each with its "
                    "source. Drop files or folders anywhere on this window."
                )
            )
        else:
            self.title.setText(self.tr("What would you like to know?"))
            self.lead.setText(
                self.tr("Answers are quoted from your files, each with its source. Drop more files anywhere.")
            )
        self._ask.setVisible(count == 0)
        self._questions.setVisible(count == 0)
