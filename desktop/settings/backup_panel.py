"""Backups: when they are made, the list of those that there are, and the way back to one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop.main_window import MainWindow
from desktop.settings.backup_rows import BackupRow, Question
from desktop.settings.panel import SettingsPanel, clear
from desktop.theme import restyle
from desktop.widgets.buttons import LinkButton
from desktop.widgets.card import Card
from desktop.words import moment_words, number, short_path

if TYPE_CHECKING:
    from engine import BackupInfo, BackupPlan

_FIRST = 12
"""Backups shown at once."""


class BackupPanel(SettingsPanel):
    """A card with the plan, a card while a restore waits, a question when there is one, and a row for each backup."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._backups: list[BackupInfo] = []
        self._whole = False
        self.rows: list[BackupRow] = []
        self._make_plan()
        self._make_waiting()
        self.question = Question(self.theme, self)
        self.column.addWidget(self.question)
        self.delete_erased = QPushButton(self)
        self.delete_erased.setAutoDefault(False)
        self.delete_erased.clicked.connect(self._ask_delete_erased)
        self.column.addWidget(self.delete_erased, 0, Qt.AlignmentFlag.AlignLeft)
        self._list = QVBoxLayout()
        self._list.setSpacing(self.theme.px(8))
        self.column.addLayout(self._list)
        self.more = LinkButton(self.tr("Show all backups"), self)
        self.more.clicked.connect(self._show_all)
        self.column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self.delete_erased, self.more):
            widget.hide()
        self.bridge.status_changed.connect(lambda name: self.refresh() if name == "backups" else None)
        self.bridge.settings_changed.connect(lambda name: self.refresh() if name.startswith("backup.") else None)
        self.refresh()

    def _make_plan(self) -> None:
        card = Card(self.theme, self)
        self.title = self.label(role="strong")
        self.plan_words = self.label(role="muted")
        self.now = QPushButton(self.tr("Back up now"), card)
        self.file = QPushButton(self.tr("Restore from a file…"), card)
        self.sealed = LinkButton(self.tr("Back up with a passphrase…"), card)
        self.folder = LinkButton(self.tr("Choose the folder…"), card)
        self.passphrase = LinkButton(self.tr("Set the passphrase of the schedule…"), card)
        self.said = self.label(role="success")
        self.said.hide()
        rows = ((self.now, self.file), (self.sealed, self.folder, self.passphrase))
        card.body.addWidget(self.title)
        card.body.addWidget(self.plan_words)
        for row in rows:
            line = QHBoxLayout()
            line.setSpacing(self.theme.px(8 if row is rows[0] else 16))
            for button in row:
                button.setAutoDefault(False)
                line.addWidget(button)
            line.addStretch(1)
            card.body.addSpacing(self.theme.px(4))
            card.body.addLayout(line)
        card.body.addWidget(self.said)
        self.column.addWidget(card)
        self.now.clicked.connect(lambda: self._back_up(None))
        self.sealed.clicked.connect(self._ask_sealed)
        self.file.clicked.connect(self._choose_file)
        self.folder.clicked.connect(self._choose_folder)
        self.passphrase.clicked.connect(self._ask_passphrase)

    def _make_waiting(self) -> None:
        self.waiting = Card(self.theme, self, kind="notice")
        self.waiting.body.addWidget(self.label(self.tr("A backup is ready to be restored"), role="strong"))
        self.waiting.body.addWidget(
            self.label(
                self.tr(
                    "It was checked, and takes the place of everything when Magray starts next. What is there now is "
                    "kept as a backup."
                ),
                role="muted",
            )
        )
        row = QHBoxLayout()
        row.setSpacing(self.theme.px(8))
        self.restart = QPushButton(self.tr("Restart and restore now"), self.waiting)
        self.take_back = QPushButton(self.tr("Do not restore"), self.waiting)
        for button in (self.restart, self.take_back):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addStretch(1)
        self.waiting.body.addSpacing(self.theme.px(4))
        self.waiting.body.addLayout(row)
        self.column.addWidget(self.waiting)
        self.waiting.hide()
        self.restart.clicked.connect(self._start_again)
        self.take_back.clicked.connect(
            lambda: self.start("give up a restore", self.engine.give_up_restore, lambda _there: self.refresh())
        )

    # What there is

    def refresh(self) -> None:
        """Ask for the plan and the list."""

        async def read() -> tuple[BackupPlan, list[BackupInfo]]:
            return await self.engine.backup_plan(), await self.engine.backups()

        self.start("backups", read, lambda found: self._show(*found), replaces="settings-backups")

    def _show(self, plan: BackupPlan, backups: list[BackupInfo]) -> None:
        self._backups = backups
        self.title.setText(
            self.tr("Last backup: {0}").format(moment_words(plan.last))
            if plan.last is not None
            else self.tr("There is no backup yet")
        )
        self.plan_words.setText(self._plan_words(plan))
        self.passphrase.setVisible(plan.encrypted)
        self.waiting.setVisible(plan.waits_for_restart)
        erased = sum(one.holds_erased for one in backups)
        self.delete_erased.setVisible(bool(erased))
        self.delete_erased.setText(
            self.tr("Delete the backups that hold what was erased ({0})…").format(number(erased))
        )
        self._fill()

    def _plan_words(self, plan: BackupPlan) -> str:
        folder = short_path(plan.folder)
        every = {
            "off": self.tr("Backups are made only when you ask for one. They go to {0}."),
            "daily": self.tr("One is made every day and goes to {0}."),
            "weekly": self.tr("One is made every week and goes to {0}."),
        }
        words = [every[plan.every].format(folder)]
        if plan.due is not None and plan.last is not None:
            words.append(self.tr("The next one: {0}.").format(moment_words(plan.due)))
        if plan.encrypted and plan.passphrase_known is None:
            words.append(self.tr("This computer has no key store that opens, so the schedule has no passphrase."))
        elif plan.encrypted and not plan.passphrase_known:
            words.append(self.tr("The schedule waits for its passphrase."))
        return " ".join(words)

    def _fill(self) -> None:
        clear(self._list)
        self.rows = []
        shown = self._backups if self._whole else self._backups[:_FIRST]
        for info in shown:
            row = BackupRow(self.theme, info, self)
            row.wanted.connect(self._do)
            self.rows.append(row)
            self._list.addWidget(row)
        self.more.setVisible(len(shown) < len(self._backups))

    def _show_all(self) -> None:
        self._whole = True
        self._fill()

    # Deeds

    def _do(self, deed: str, info: BackupInfo) -> None:
        when = moment_words(info.created) if info.created is not None else short_path(info.path)
        match deed:
            case "restore":
                self._ask_restore(info.path, when, encrypted=info.encrypted)
            case "check" if info.encrypted:
                words = self.tr("Type the passphrase of the backup of {0}.").format(when)
                self.question.ask(words, self.tr("Check"), lambda text: self._check(info.path, text), passphrases=1)
            case "check":
                self._check(info.path, None)
            case "delete":
                words = self.tr("Delete the backup of {0}? It cannot be brought back.").format(when)
                self.question.ask(words, self.tr("Delete"), lambda _: self._delete([info.path]))

    def _back_up(self, passphrase: str | None) -> None:
        self._busy(self.tr("Making a backup…"))
        self.start(
            "back up",
            lambda: self.engine.back_up(None, passphrase),
            lambda made: self._say(self.tr("The backup is made and was read back: {0}").format(short_path(made.path))),
            failure=self._failed,
        )

    def _check(self, path: str, passphrase: str | None) -> None:
        self._busy(self.tr("Reading the backup…"))
        self.start(
            "check a backup",
            lambda: self.engine.check_backup(path, passphrase),
            lambda _checked: self._say(self.tr("The backup is whole.")),
            failure=self._failed,
        )

    def _restore(self, path: str, passphrase: str | None) -> None:
        self._busy(self.tr("Checking the backup…"))
        self.start(
            "restore a backup",
            lambda: self.engine.restore(path, passphrase),
            lambda _ready: self._say(self.tr("The backup is whole and waits for the next start.")),
            failure=self._failed,
        )

    def _delete(self, paths: list[str]) -> None:
        self.start(
            "delete backups",
            lambda: self.engine.delete_backups(paths),
            lambda _count: self._say(self.tr("Deleted.")),
            failure=self._failed,
        )

    def ask_restore(self, path: str) -> None:
        """Ask before a file is restored; it may be encrypted, so the passphrase may be left empty."""
        known = next((one for one in self._backups if one.path == path), None)
        encrypted = known.encrypted if known is not None else Path(path).suffix != ".db"
        self._ask_restore(path, short_path(path), encrypted=encrypted, known=known is not None)

    def _ask_restore(self, path: str, when: str, *, encrypted: bool, known: bool = True) -> None:
        words = self.tr(
            "Restore the backup of {0}? Everything goes back to what it was then, and what was erased since comes "
            "back, too. What is there now is kept as a backup."
        ).format(when)
        if not known:
            words += " " + self.tr("If it is not encrypted, leave the passphrase empty.")
        self.question.ask(
            words,
            self.tr("Check and restore"),
            lambda text: self._restore(path, text or None),
            passphrases=1 if encrypted else 0,
            may_be_empty=not known,
        )

    def _ask_sealed(self) -> None:
        words = self.tr(
            "Choose a passphrase of at least eight characters. Without it nobody can open the backup, you neither."
        )
        self.question.ask(words, self.tr("Back up"), self._back_up, passphrases=2)

    def _ask_passphrase(self) -> None:
        words = self.tr("Choose the passphrase of backups made by themselves. It lies in the system's key store.")
        self.question.ask(words, self.tr("Keep"), self._keep, passphrases=2)

    def _keep(self, passphrase: str) -> None:
        self.start(
            "keep the passphrase of backups",
            lambda: self.engine.keep_backup_passphrase(passphrase),
            lambda _none: self._say(self.tr("The passphrase is kept. Write it down, too: another computer needs it.")),
            failure=self._failed,
        )

    def _ask_delete_erased(self) -> None:
        paths = [one.path for one in self._backups if one.holds_erased]
        words = self.tr("Delete {0} backups that hold what was erased? They cannot be brought back.")
        self.question.ask(words.format(number(len(paths))), self.tr("Delete"), lambda _: self._delete(paths))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Restore a backup"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilter(self.tr("Backups (*.magray-backup *.db)"))
        dialog.fileSelected.connect(self.ask_restore)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _choose_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder of backups"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.fileSelected.connect(self.take_folder)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def take_folder(self, path: str) -> None:
        """Let backups go to this folder from now on."""
        self.start(
            "choose the folder of backups",
            lambda: self.engine.change_option("backup.folder", path),
            lambda _state: self.refresh(),
            failure=self._failed,
        )

    def _start_again(self) -> None:
        main: QWidget = self.window()
        while (parent := main.parentWidget()) is not None:
            main = parent.window()
        if isinstance(main, MainWindow):
            main.starts_again = True
        main.close()

    # What came of it

    def _busy(self, words: str) -> None:
        self.now.setEnabled(False)
        self._tell(words, "muted")

    def _say(self, words: str) -> None:
        self._tell(words, "success")
        self.now.setEnabled(True)
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self._tell(str(error), "danger")
        self.now.setEnabled(True)
        self.refresh()

    def _tell(self, words: str, role: str) -> None:
        restyle(self.said, role=role)
        self.said.setText(words)
        self.said.show()
