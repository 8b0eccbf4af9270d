"""Starting anew once everything is put away, so that a restore takes place by one press."""

from __future__ import annotations

import logging
import sys

from PySide6.QtCore import QProcess

from desktop.options import Options

_log = logging.getLogger(__name__)


def command(options: Options) -> list[str]:
    """What starts the desktop as it was started, without the files that were given to be read."""
    program = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "desktop"]
    folder = [] if options.data_dir is None else ["--data-dir", str(options.data_dir.expanduser().absolute())]
    return [*program, *folder]


def start_again(options: Options) -> bool:
    """Start another desktop that outlives this one; tells whether it started."""
    program, *arguments = command(options)
    started = bool(QProcess.startDetached(program, arguments)[0])
    if not started:
        _log.error("Magray could not be started again; start it by hand")
    return started
