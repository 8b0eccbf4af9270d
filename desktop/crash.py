"""Layered handling of what should not happen: the owner is told, the details are kept, the window stays.

First layer: an error in a slot, a task or a thread is logged and told in the message bar. Second: where even that
fails, the interpreter's own hook prints it. Third: a crash of native code leaves its stacks in a file by
`faulthandler`, and the next start tells of it.
"""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TextIO

from PySide6.QtCore import QCoreApplication, QMessageLogContext, QObject, Qt, QtMsgType, Signal, qInstallMessageHandler

from desktop.messages import Messages

_log = logging.getLogger(__name__)
_qt_log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_REPORTS_KEPT = 5


class CrashReporter(QObject):
    """Installs the hooks and keeps the reports.

    Args:
        messages: Where the owner is told.
    """

    _from_any_thread = Signal(str)

    def __init__(self, *, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._messages = messages
        self._fault_file: TextIO | None = None
        self._folder: Path | None = None
        self._from_any_thread.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Take over the hooks of the interpreter and of Qt's own messages."""
        sys.excepthook = self._excepthook
        threading.excepthook = self._thread_excepthook
        sys.unraisablehook = self._unraisablehook
        qInstallMessageHandler(_log_qt)

    def uninstall(self) -> None:
        """Give the hooks back. The run ended well, so its fault file goes."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        sys.unraisablehook = sys.__unraisablehook__
        qInstallMessageHandler(None)
        self._close_fault_file()

    def watch_faults(self, folder: Path) -> None:
        """Keep native crashes of this run in `folder`, and tell of the last run's, if there was one.

        A folder that cannot be written leaves the watch off; nothing else depends on it.
        """
        self._folder = folder
        path = folder / "fault.log"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            report = self._take_last_fault(path)
            self._fault_file = path.open("w", encoding="utf-8")
        except OSError as error:
            _log.warning("native crashes are not kept, %s cannot be written: %s", path, error)
            return
        faulthandler.enable(self._fault_file)
        if report is not None:
            _log.error("the last run ended in a crash of native code, see %s", report)
            self._messages.warning(
                QCoreApplication.translate(
                    "CrashReporter",
                    "Magray stopped unexpectedly last time. What was stored is safe. The details are in {0}.",
                ).format(report)
            )

    @staticmethod
    def _take_last_fault(path: Path) -> Path | None:
        if not path.exists() or path.stat().st_size == 0:
            return None
        when = datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        report = path.with_name(f"crash-{when:%Y%m%d-%H%M%S}.log")
        path.replace(report)
        for old in sorted(path.parent.glob("crash-*.log"))[:-_REPORTS_KEPT]:
            old.unlink(missing_ok=True)
        return report

    def _close_fault_file(self) -> None:
        if self._fault_file is None:
            return
        faulthandler.disable()
        path = Path(self._fault_file.name)
        self._fault_file.close()
        self._fault_file = None
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            _log.warning("%s cannot be removed: %s", path, error)

    def report(self, where: str, error: BaseException) -> None:
        """Log an error that nobody handled and tell the owner of it. May be called from any thread."""
        _log.error("unexpected error in %s", where, exc_info=error)
        summary = "".join(traceback.format_exception_only(error)).strip().splitlines()[-1]
        self._from_any_thread.emit(summary)

    def _tell(self, summary: str) -> None:
        self._messages.error(
            self.tr(
                "Something went wrong inside Magray ({0}). What was stored is kept, and you can go on. "
                "The log holds the details."
            ).format(summary),
            key="unexpected",
        )

    def _excepthook(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            QCoreApplication.quit()
            return
        try:
            self.report("the interface", error)
        except Exception:
            traceback.print_exc()
            sys.__excepthook__(kind, error, trace)

    def _thread_excepthook(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is None or issubclass(arguments.exc_type, SystemExit):
            return
        self.report(f"thread {arguments.thread.name if arguments.thread else '?'}", arguments.exc_value)

    def _unraisablehook(self, unraisable: sys.UnraisableHookArgs) -> None:
        _log.error(
            "error that could not be raised: %s in %r",
            unraisable.err_msg or "",
            unraisable.object,
            exc_info=unraisable.exc_value,
        )


def _log_qt(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    category: str | None = context.category
    named = category not in (None, "", "default")
    _qt_log.log(_LEVELS.get(kind, logging.WARNING), "%s%s", f"{category}: " if named else "", text)
