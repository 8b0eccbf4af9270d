"""One backup in the list, and the question that stands before what cannot be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QWidget

from desktop.theme import Theme, restyle
from desktop.widgets.buttons import LinkButton
from desktop.widgets.card import Card
from desktop.words import bytes_words, moment_words, short_path

if TYPE_CHECKING:
    from engine import BackupInfo


def _contents(info: BackupInfo) -> list[str]:
    """How much is in a backup, where that is known."""
    if info.memories is None:
        return []
    translate = QCoreApplication.translate
    words = [
        (info.memories, translate("Backups", "1 memory"), translate("Backups", "%Ln memories", "", info.memories)),
        (
            info.documents or 0,
            translate("Backups", "1 document"),
            translate("Backups", "%Ln documents", "", info.documents or 0),
        ),
        (
            info.conversations or 0,
            translate("Backups", "1 conversation"),
            translate("Backups", "%Ln conversations", "", info.conversations or 0),
        ),
    ]
    return [one if count == 1 else many for count, one, many in words if count or many == words[0][2]]


class BackupRow(Card):
    """When it was made, what is in it, whether it is whole, and what can be done with it.

    Attributes:
        wanted: The owner wants something done (`restore`, `check`, `delete`, the backup).
    """

    wanted = Signal(str, object)

    def __init__(self, theme: Theme, info: BackupInfo, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.info = info
        name = self._name()
        title = QLabel(f"{name} · {bytes_words(info.size)}", self)
        restyle(title, role="strong")
        self.body.addWidget(title)
        for words, role in self._lines():
            label = QLabel(words, self)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            restyle(label, role=role)
            self.body.addWidget(label)
        row = QHBoxLayout()
        row.setSpacing(theme.px(16))
        deeds = {
            "restore": (self.tr("Restore…"), self.tr("Restore the backup of {0}")),
            "check": (self.tr("Check"), self.tr("Check the backup of {0}")),
            "delete": (self.tr("Delete…"), self.tr("Delete the backup of {0}")),
        }
        self.buttons: dict[str, LinkButton] = {}
        for deed, (words, accessible) in deeds.items():
            if info.problem is not None and deed == "restore":
                continue
            button = LinkButton(words, self)
            button.setAccessibleName(accessible.format(name))
            button.clicked.connect(lambda _=False, deed=deed: self.wanted.emit(deed, self.info))
            self.buttons[deed] = button
            row.addWidget(button)
        row.addStretch(1)
        self.body.addSpacing(theme.px(4))
        self.body.addLayout(row)

    def _name(self) -> str:
        return moment_words(self.info.created) if self.info.created is not None else short_path(self.info.path)

    def _lines(self) -> list[tuple[str, str]]:
        info = self.info
        reasons = {
            "owner": self.tr("made by you"),
            "schedule": self.tr("made by itself"),
            "migration": self.tr("made before an upgrade"),
            "restore": self.tr("made before a restore"),
        }
        held = [
            *_contents(info),
            self.tr("encrypted") if info.encrypted else "",
            reasons[info.reason] if info.problem is None else "",
        ]
        lines = [(" · ".join(one for one in held if one), "secondary"), (short_path(info.path), "muted")]
        if info.problem is not None:
            lines.append((info.problem, "danger"))
        elif info.verified_at is not None:
            lines.append((self.tr("Read to its end and whole, {0}").format(moment_words(info.verified_at)), "success"))
        else:
            lines.append((self.tr("Not checked on this computer yet"), "muted"))
        if info.holds_erased:
            lines.append((self.tr("It holds something that you have erased since."), "warning"))
        return [line for line in lines if line[0]]


class Question(Card):
    """Asks before something is done, for a passphrase too where one is needed. Hidden until it asks."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent, kind="notice")
        self._run: Callable[[str], None] | None = None
        self._may_be_empty = False
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.body.addWidget(self.words)
        self.fields = [self._field(self.tr("Passphrase")), self._field(self.tr("The same passphrase again"))]
        for field in self.fields:
            self.body.addWidget(field)
        self.yes = QPushButton(self)
        self.no = QPushButton(self.tr("Cancel"), self)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        for button in (self.yes, self.no):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self.body.addSpacing(theme.px(4))
        self.body.addLayout(row)
        self.yes.clicked.connect(self._answer)
        self.no.clicked.connect(self.close_question)
        self.hide()

    def ask(
        self,
        words: str,
        yes: str,
        run: Callable[[str], None],
        *,
        passphrases: int = 0,
        may_be_empty: bool = False,
    ) -> None:
        """Ask.

        Args:
            words: What it is about.
            yes: What the button says that does it.
            run: Does it, with the passphrase where one was asked for.
            passphrases: How often the passphrase is typed: 0, 1, or 2 for a new one.
            may_be_empty: It may be left out.
        """
        self._run = run
        self._may_be_empty = may_be_empty
        self.words.setText(words)
        self.yes.setText(yes)
        for place, field in enumerate(self.fields):
            field.clear()
            field.setVisible(place < passphrases)
        self._check()
        self.show()
        first = self.fields[0] if passphrases else self.no
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_question(self) -> None:
        """Ask no more."""
        self._run = None
        for field in self.fields:
            field.clear()
        self.hide()

    def _field(self, words: str) -> QLineEdit:
        field = QLineEdit(self)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        field.setPlaceholderText(words)
        field.setAccessibleName(words)
        field.textChanged.connect(lambda _text: self._check())
        field.returnPressed.connect(self._answer)
        return field

    def _check(self) -> None:
        texts = [field.text() for field in self.fields if field.isVisibleTo(self)]
        self.yes.setEnabled((self._may_be_empty or all(texts)) and len(set(texts)) <= 1)

    def _answer(self) -> None:
        run, passphrase = self._run, self.fields[0].text()
        if run is None or not self.yes.isEnabled():
            return
        self.close_question()
        run(passphrase)
