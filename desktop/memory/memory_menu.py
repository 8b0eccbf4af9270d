"""All that can be done with what is selected, as a menu."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop.icons import Icons
from desktop.widgets.layer_mark import layer_name
from engine import LAYERS, Layer


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the menu needs to know of the selection; a field that is None differs among the memories.

    Attributes:
        count: How many.
        layer: Where they are.
        pinned: Whether they are pinned.
        archived: Whether they are in the archive.
        deleted: Whether they are deleted.
        superseded: Whether newer ones replaced them.
        has_source: There is something to open.
    """

    count: int
    layer: Layer | None = None
    pinned: bool | None = None
    archived: bool | None = None
    deleted: bool | None = None
    superseded: bool | None = None
    has_source: bool = False


def memory_menu(parent: QWidget, icons: Icons, chosen: Chosen, run: Callable[[str], None]) -> QMenu:
    """The menu; it deletes itself. `run` is called with a deed's name, `move:<layer>`, `open`, `edit` or `only`."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    translate = QCoreApplication.translate

    def add(name: str, words: str, icon: str = "", keys: str = "") -> None:
        action = QAction(words, menu)
        if icon:
            action.setIcon(icons.icon(icon))
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: run(name))
        menu.addAction(action)

    one = chosen.count == 1
    if one and chosen.has_source:
        add("open", translate("MemoryMenu", "Open source"), "open-external", "Return")
        add("only", translate("MemoryMenu", "Only from this source"), "list")
        menu.addSeparator()
    if chosen.deleted:
        add("restore", translate("MemoryMenu", "Bring back"), "undo")
    elif chosen.superseded:
        add("copy", translate("MemoryMenu", "Copy the text"), "copy", "Ctrl+C")
    else:
        if one:
            add("edit", translate("MemoryMenu", "Edit"), "edit", "F2")
        add("copy", translate("MemoryMenu", "Copy the text"), "copy", "Ctrl+C")
        if chosen.pinned is not True:
            add("pin", translate("MemoryMenu", "Pin"), "bookmark", "Ctrl+D")
        if chosen.pinned is not False:
            add("unpin", translate("MemoryMenu", "Unpin"), "bookmark", "Ctrl+D")
        add("tags", translate("MemoryMenu", "Tags…"), "tag", "Ctrl+T")
        menu.addSeparator()
        if chosen.layer != LAYERS[-1]:
            add("promote", translate("MemoryMenu", "Raise a layer"), "chevron-up", "Ctrl+Up")
        if chosen.layer != LAYERS[0]:
            add("demote", translate("MemoryMenu", "Lower a layer"), "chevron-down", "Ctrl+Down")
        for layer in LAYERS:
            if layer != chosen.layer:
                words = translate("MemoryMenu", "Move to {0}").format(layer_name(layer))
                add(f"move:{layer}", words, f"layer-{layer}")
        add("keep", translate("MemoryMenu", "Keep for longer"), "clock")
        if chosen.archived is not True:
            add("archive", translate("MemoryMenu", "Put into the archive"), "archive")
        if chosen.archived is not False:
            add("wake", translate("MemoryMenu", "Take out of the archive"), "archive")
        menu.addSeparator()
        if one:
            add("split", translate("MemoryMenu", "Split…"))
        else:
            add("merge", translate("MemoryMenu", "Merge…"))
        add("export", translate("MemoryMenu", "Export…"), "download")
    menu.addSeparator()
    if not chosen.deleted and not chosen.superseded:
        add("delete", translate("MemoryMenu", "Delete"), "trash", "Del")
    add("erase", translate("MemoryMenu", "Erase for good…"), "", "Shift+Del")
    return menu
