"""Embedders and rerankers: what there is, what is on this computer, and fetching, choosing or removing one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QLocale, QTimer, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop.icons import Icons
from desktop.settings.panel import SettingsPanel, clear
from desktop.theme import Theme, restyle
from desktop.widgets.buttons import LinkButton
from desktop.widgets.card import Card
from desktop.widgets.choice_box import ChoiceBox
from desktop.words import bytes_words, sentence, time_left_words

if TYPE_CHECKING:
    from engine import ModelProgress, ModelStatus

_REFRESH_MS = 200
_HERE = ("bundled", "installed", "damaged")


class ModelCard(Card):
    """One model with its buttons.

    Attributes:
        wanted: An action (`download`, `cancel`, `use`, `verify`, `remove`) and the name to do it to.
    """

    wanted = Signal(str, str)

    def __init__(self, theme: Theme, icons: Icons, model: ModelStatus, parent: QWidget) -> None:
        super().__init__(theme, parent, kind="active" if model.in_use else "plain")
        self.model = model
        px = theme.px
        head = QHBoxLayout()
        head.setSpacing(px(8))
        name = QLabel(model.name, self)
        restyle(name, role="strong")
        name.setWordWrap(True)
        head.addWidget(name, 1)
        state = QLabel(self._state_words(), self)
        restyle(state, role="danger" if model.state == "damaged" else "success" if model.in_use else "muted")
        head.addWidget(state)
        self.body.addLayout(head)
        for words in (self._facts(), model.note, model.problem or ""):
            if words:
                label = QLabel(sentence(words) if words == model.problem else words, self)
                label.setWordWrap(True)
                restyle(label, role="danger" if words == model.problem else "muted")
                self.body.addWidget(label)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Download of {0}").format(model.name))
        self._doing = QLabel(self)
        restyle(self._doing, role="muted")
        self._doing.setWordWrap(True)
        self.body.addWidget(self._bar)
        self.body.addWidget(self._doing)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(px(8))
        self.body.addSpacing(px(4))
        self.body.addLayout(self._buttons)
        self._variants: ChoiceBox | None = None
        self._cancel = self._button(self.tr("Cancel"), "cancel")
        self._add_buttons(theme)
        self._buttons.addStretch(1)
        self.show_progress(None)

    def _add_buttons(self, theme: Theme) -> None:
        model = self.model
        if model.state in ("available", "partial"):
            if len(model.variants) > 1:
                self._variants = ChoiceBox(theme, self)
                self._variants.setAccessibleName(self.tr("Precision of {0}").format(model.name))
                for variant in model.variants:
                    self._variants.addItem(self._variant_words(variant.quantization, variant.size), variant.name)
                self._buttons.addWidget(self._variants)
            self._button(
                self.tr("Download") if model.state == "available" else self.tr("Go on downloading"), "download"
            )
        if model.state in ("installed", "bundled") and not model.in_use and model.task != "chat":
            self._button(self.tr("Use"), "use", primary=True)
        if model.state in _HERE and model.state != "bundled":
            self._button(self.tr("Check"), "verify")
        if model.state in ("installed", "damaged", "partial") and not model.in_use:
            self._button(self.tr("Remove"), "remove")

    def _button(self, words: str, action: str, *, primary: bool = False) -> QPushButton:
        button = QPushButton(words, self)
        button.setAutoDefault(False)
        if primary:
            restyle(button, kind="primary")
        button.setAccessibleName(f"{words}: {self.model.name}")
        button.clicked.connect(lambda: self.wanted.emit(action, self.ident))
        self._buttons.addWidget(button)
        return button

    @property
    def ident(self) -> str:
        """The model with the variant that the owner picked."""
        if self._variants is None:
            return self.model.ident
        first = self._variants.currentIndex() == 0
        return self.model.id if first else f"{self.model.id}:{self._variants.currentData()}"

    def show_progress(self, progress: ModelProgress | None) -> None:
        """Show how far a download is, or that none runs."""
        running = progress is not None and progress.step != "done"
        self._bar.setVisible(running)
        self._doing.setVisible(running)
        for place in range(self._buttons.count()):
            item = self._buttons.itemAt(place)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.setVisible(running if widget is self._cancel else not running)
        if progress is None or not running:
            return
        self._bar.setRange(0, 1000 if progress.total else 0)
        if progress.total:
            self._bar.setValue(round(1000 * progress.done / progress.total))
        self._doing.setText(_progress_words(progress))

    def _state_words(self) -> str:
        if self.model.in_use and self.model.state != "damaged":
            return self.tr("In use")
        return {
            "bundled": self.tr("Came with Magray"),
            "installed": self.tr("On this computer"),
            "damaged": self.tr("Damaged"),
            "partial": self.tr("Partly downloaded"),
            "available": self.tr("Not downloaded"),
        }[self.model.state]

    def _facts(self) -> str:
        model = self.model
        if "*" in model.languages:
            languages = self.tr("about a hundred languages")
        else:
            languages = ", ".join(QLocale.languageToString(QLocale(code).language()) for code in model.languages)
        taken = bytes_words(model.disk_bytes) if model.disk_bytes else ""
        parts = [
            languages,
            self.tr("{0} dimensions").format(model.dimensions) if model.dimensions else "",
            model.licence,
        ]
        if taken:
            parts.append(self.tr("{0} on disk").format(taken))
        return " · ".join(part for part in parts if part)

    def _variant_words(self, quantization: str, size: int | None) -> str:
        told = bytes_words(size) if size else self.tr("size not known")
        return f"{quantization} · {told}"


class ModelsPanel(SettingsPanel):
    """Cards of the embedders and rerankers, and the way to bring a model on a stick."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self._cards: dict[str, ModelCard] = {}
        self._progress: dict[str, ModelProgress] = {}
        self._list = QVBoxLayout()
        self._list.setSpacing(self.theme.px(12))
        self.column.addLayout(self._list)
        self._used = self.label(role="muted")
        self.column.addWidget(self._used)
        row = QHBoxLayout()
        self.folder_button = LinkButton(self.tr("Add a model from a folder"), self)
        self.folder_button.clicked.connect(lambda: self._choose(QFileDialog.FileMode.Directory))
        self.zip_button = LinkButton(self.tr("Add a model from a zip file"), self)
        self.zip_button.clicked.connect(lambda: self._choose(QFileDialog.FileMode.ExistingFile))
        row.setSpacing(self.theme.px(16))
        row.addWidget(self.folder_button)
        row.addWidget(self.zip_button)
        row.addStretch(1)
        self.column.addLayout(row)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_REFRESH_MS)
        self._later.timeout.connect(self.refresh)
        self.bridge.models_changed.connect(lambda _id: self._later.start())
        self.bridge.model_progress.connect(self._show_progress)
        self.refresh()

    def refresh(self) -> None:
        """Ask what models there are."""
        self.start("models", self.engine.models, self._show, replaces="settings-models")

    def card(self, model_id: str) -> ModelCard | None:
        """The card of a model."""
        return self._cards.get(model_id)

    def _show(self, models: list[ModelStatus]) -> None:
        clear(self._list)
        self._cards.clear()
        titles = {"embed": self.tr("Embedders"), "rerank": self.tr("Rerankers"), "chat": self.tr("Local chat models")}
        helps = {
            "embed": self.tr("One is in use. Another one embeds everything anew in the background; search goes on."),
            "rerank": self.tr("Read close hits a second time. Not needed, and slow without a graphics card."),
            "chat": self.tr("Write answers on this computer alone."),
        }
        for task, title in titles.items():
            those = [model for model in models if model.task == task]
            if not those:
                continue
            self._list.addWidget(self.label(title, role="strong_chat"))
            self._list.addWidget(self.label(helps[task], role="muted"))
            for model in sorted(those, key=lambda one: one.state not in _HERE):
                card = ModelCard(self.theme, self.icons, model, self)
                card.wanted.connect(self._do)
                self._cards[model.id] = card
                card.show_progress(self._progress.get(model.id))
                self._list.addWidget(card)
        taken = bytes_words(sum(model.disk_bytes for model in models))
        self._used.setText(self.tr("Models take {0} on this computer.").format(taken))

    def _show_progress(self, progress: ModelProgress) -> None:
        model_id = progress.ident.partition(":")[0]
        if progress.step == "done":
            self._progress.pop(model_id, None)
        else:
            self._progress[model_id] = progress
        card = self._cards.get(model_id)
        if card is not None:
            card.show_progress(progress)

    def _do(self, action: str, ident: str) -> None:
        engine = self.engine
        model_id, _, variant = ident.partition(":")
        match action:
            case "download":
                self._run(
                    model_id, "download a model", lambda: engine.download_model(model_id, variant=variant or None)
                )
            case "cancel":
                self.start("stop a download", lambda: engine.cancel_model_download(ident))
            case "use":
                self._run(model_id, "use a model", lambda: engine.use_model(ident))
            case "verify":
                self._run(model_id, "check a model", lambda: engine.verify_model(ident))
            case "remove":
                self._ask_remove(ident)

    def _run(self, model_id: str, name: str, run: Any) -> None:
        def ended(_result: object = None) -> None:
            self._progress.pop(model_id, None)
            self.refresh()

        def failed(error: Exception) -> None:
            ended()
            card = self._cards.get(model_id)
            self._say(card.model.name if card is not None else model_id, str(error))

        self.start(name, run, ended, failure=failed)

    def _say(self, title: str, words: str) -> None:
        box = QMessageBox(self)
        box.setWindowTitle(title)
        box.setText(words)
        box.setStandardButtons(QMessageBox.StandardButton.Close)
        box.open()

    def _ask_remove(self, ident: str) -> None:
        model = self._cards[ident.partition(":")[0]].model
        box = QMessageBox(self)
        box.setWindowTitle(model.name)
        box.setText(
            self.tr("Remove {0} from this computer? It frees {1} and can be downloaded again.").format(
                model.name, bytes_words(model.disk_bytes)
            )
        )
        remove = box.addButton(self.tr("Remove"), QMessageBox.ButtonRole.DestructiveRole)
        box.addButton(self.tr("Keep"), QMessageBox.ButtonRole.RejectRole)
        box.buttonClicked.connect(
            lambda button: (
                self._run(model.id, "remove a model", lambda: self.engine.remove_model(ident))
                if button is remove
                else None
            )
        )
        box.open()

    def _choose(self, mode: QFileDialog.FileMode) -> None:
        dialog = QFileDialog(self, self.tr("Add a model"))
        dialog.setFileMode(mode)
        if mode == QFileDialog.FileMode.ExistingFile:
            dialog.setNameFilter(self.tr("Zip files (*.zip)"))
        dialog.fileSelected.connect(self.add_model)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add_model(self, path: str) -> None:
        """Take a model in from a folder or a zip."""
        self.start(
            "add a model",
            lambda: self.engine.import_model(path),
            lambda _status: self.refresh(),
            failure=lambda error: self._say(self.tr("Add a model"), str(error)),
        )


def _progress_words(progress: ModelProgress) -> str:
    parts = [progress.note]
    if progress.total:
        parts.append(f"{bytes_words(progress.done)} / {bytes_words(progress.total)}")
    elif progress.done:
        parts.append(bytes_words(progress.done))
    if progress.bytes_per_second:
        parts.append(f"{bytes_words(round(progress.bytes_per_second))}/s")
    parts.append(time_left_words(progress.seconds_left))
    return " · ".join(part for part in parts if part)
