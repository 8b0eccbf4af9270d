"""Which chat model answers: its name, and a menu with what each costs and whether it leaves this computer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from desktop.theme import Theme, restyle

if TYPE_CHECKING:
    from engine import ChatModelInfo

QUOTES_ONLY = "quotes"


def price_words(info: ChatModelInfo) -> str:
    """`free, on this computer`, or what a million tokens cost."""
    if not info.leaves_computer:
        return QCoreApplication.translate("Models", "free, on this computer")
    leaves = QCoreApplication.translate("Models", "leaves this computer")
    if info.input_price is None or info.output_price is None:
        return leaves
    locale = QLocale()

    def dollars(price: float) -> str:
        text = locale.toString(float(price), "f", 2)
        return text.removesuffix(locale.decimalPoint() + "00")

    prices = QCoreApplication.translate("Models", "${0} in, ${1} out for a million tokens").format(
        dollars(info.input_price), dollars(info.output_price)
    )
    return f"{prices} · {leaves}"


class ModelButton(QPushButton):
    """The model in the header.

    Attributes:
        chosen: The id of a model; empty for the one in the settings, `quotes` for none.
        settings_wanted: Models are to be set up.
        menu_wanted: The owner wants to choose; whoever knows what there is calls `show_menu`.
    """

    chosen = Signal(str)
    menu_wanted = Signal()
    settings_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: tuple[ChatModelInfo, ...] = ()
        self._default = ""
        self._model: str | None = None
        restyle(self, kind="subtle")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(self.menu_wanted)
        self._name()

    def set_models(self, models: Sequence[ChatModelInfo], *, default: str) -> None:
        """Know these models.

        Args:
            models: What can be chosen; none where no model is set up.
            default: The id of the one in the settings; empty for quotes.
        """
        self._models, self._default = tuple(models), default
        self._name()

    def set_model(self, model: str | None) -> None:
        """Show which one is chosen; None is the one in the settings."""
        self._model = model
        self._name()

    @property
    def current(self) -> str:
        """The id of the model that answers; `quotes` for none."""
        return self._model or self._default or QUOTES_ONLY

    def title_of(self, model: str) -> str:
        """A model's name for people."""
        if model == QUOTES_ONLY:
            return self.tr("Quoting from memory")
        info = next((one for one in self._models if one.id == model), None)
        return info.title if info is not None else model.split("/", 1)[-1]

    def _name(self) -> None:
        current = self.current
        self.setText(self.title_of(current))
        info = next((one for one in self._models if one.id == current), None)
        if current == QUOTES_ONLY:
            words = self.tr("Answers are sentences from your files, word for word. No language model is asked.")
        else:
            words = price_words(info) if info is not None else current
        self.setToolTip(words)
        self.setAccessibleName(self.tr("Who answers: {0}").format(self.text()))
        self.setAccessibleDescription(words)

    def menu_of_models(self) -> QMenu:
        """What can be chosen; it deletes itself."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        rows: list[tuple[str, str, str]] = [
            (info.id, info.title, price_words(info)) for info in sorted(self._models, key=lambda one: one.provider)
        ]
        rows.append((QUOTES_ONLY, self.tr("Quoting from memory"), self.tr("free, on this computer")))
        for model, title, words in rows:
            action = QAction(f"{title}\t{words}".replace("&", "&&"), menu)
            action.setCheckable(True)
            action.setChecked(model == self.current)
            action.triggered.connect(
                lambda _checked=False, model=model: self.chosen.emit("" if model == self._default else model)
            )
            group.addAction(action)
            menu.addAction(action)
        menu.addSeparator()
        setup = QAction(self.tr("Set up language models…"), menu)
        setup.triggered.connect(self.settings_wanted)
        menu.addAction(setup)
        return menu

    def show_menu(self) -> None:
        """Let the owner choose."""
        self.menu_of_models().popup(self.mapToGlobal(self.rect().bottomLeft()))
