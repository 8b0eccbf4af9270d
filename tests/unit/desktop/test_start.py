from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, qWarning
from pytestqt.qtbot import QtBot

from desktop.__main__ import WORKER, main
from desktop.crash import CrashReporter
from desktop.i18n import install_language
from desktop.instance_name import may_run, server_name
from desktop.messages import Messages
from desktop.options import parse
from desktop.single_instance import SingleInstance
from desktop.start_errors import explain
from desktop.window_state import WindowState
from engine import (
    MagrayError,
    ModelError,
    SettingsError,
    StoreBusyError,
    StoreDamagedError,
    StoreFullError,
    StoreNewerError,
    StoreReadOnlyError,
    resources,
)


def test_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAGRAY_DATA_DIR", str(tmp_path))
    assert parse([]).data_dir == tmp_path
    given = parse(["--data-dir", "/x", "a.pdf"])
    assert given.data_dir == Path("/x")
    assert given.paths == (str(Path("a.pdf").absolute()),)
    with pytest.raises(SystemExit) as ended:
        parse(["--no-such"])
    assert ended.value.code == 2


def test_the_worker_runs_without_qt(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import types; worker = types.ModuleType('engine.ingestion.worker')\n"
        "worker.main = lambda arguments: print(arguments, sorted(n for n in sys.modules if 'PySide' in n))\n"
        "sys.modules['engine.ingestion.worker'] = worker\n"
        "from desktop.__main__ import main; sys.exit(main(sys.argv[2:]))"
    )
    command = [sys.executable, "-c", program, str(Path(__file__).parents[3]), WORKER, "3"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "['3'] []"


def test_wrong_usage_ends_before_a_window(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--what"])
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_second_start_calls_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path)
    assert first.listen()
    assert may_run(tmp_path)
    calls: list[list[str]] = []
    first.called.connect(calls.append)
    answers: list[bool] = []
    program = (
        "import sys; from pathlib import Path; from desktop.single_instance import call_first_instance\n"
        "sys.exit(0 if call_first_instance(Path(sys.argv[1]), paths=sys.argv[2:]) else 1)"
    )

    def start() -> None:
        command = [sys.executable, "-c", program, str(tmp_path), "/a/b.pdf"]
        done = subprocess.run(command, timeout=60, check=False, cwd=Path(__file__).parents[3])
        answers.append(done.returncode == 0)

    thread = threading.Thread(target=start)
    thread.start()
    qtbot.waitUntil(lambda: bool(answers), timeout=20_000)
    thread.join()
    assert answers == [True]
    assert calls == [["/a/b.pdf"]]
    first.close()


def test_nobody_answers_on_another_data_folder(qapp: QCoreApplication, tmp_path: Path) -> None:
    from desktop.single_instance import call_first_instance

    assert not may_run(tmp_path / "other") or os.name == "nt"
    assert not call_first_instance(tmp_path / "other")
    assert server_name(tmp_path / "a") != server_name(tmp_path / "b")
    assert server_name(tmp_path / "a") == server_name(tmp_path / "a")


@pytest.mark.skipif(os.name == "nt", reason="a named pipe ends with its process")
def test_the_socket_of_a_dead_instance_is_taken_over(qapp: QCoreApplication, tmp_path: Path) -> None:
    import socket
    import tempfile

    place = Path(tempfile.gettempdir()) / server_name(tmp_path)
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(place))
    dead.close()
    instance = SingleInstance(tmp_path)
    assert instance.listen()
    instance.close()


@pytest.mark.expected_logs("unexpected error in", "the last run ended")
def test_an_error_in_a_slot_is_told_and_the_hooks_come_back(qtbot: QtBot, tmp_path: Path) -> None:
    messages = Messages()
    crash = CrashReporter(messages=messages)
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    crash.install()
    try:
        sys.excepthook(ValueError, ValueError("broken"), None)
        thread = threading.Thread(target=lambda: 1 / 0, name="drawing")
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: messages.waiting == 1)
    finally:
        crash.uninstall()
    told = messages.take()
    assert told is not None
    assert "ZeroDivisionError" in told.text
    assert sys.excepthook is sys.__excepthook__
    sys.excepthook, threading.excepthook, sys.unraisablehook = before


@pytest.mark.expected_logs("the last run ended in a crash")
def test_the_last_run_s_crash_is_told_once(qapp: QCoreApplication, tmp_path: Path) -> None:
    (tmp_path / "fault.log").write_text("Fatal Python error: Segmentation fault\n")
    messages = Messages()
    crash = CrashReporter(messages=messages)
    crash.watch_faults(tmp_path)
    told = messages.take()
    assert told is not None
    report = next(tmp_path.glob("crash-*.log"))
    assert str(report) in told.text
    assert "Segmentation fault" in report.read_text()
    crash._close_fault_file()
    assert not (tmp_path / "fault.log").exists()
    again = CrashReporter(messages=messages)
    again.watch_faults(tmp_path)
    again._close_fault_file()
    assert messages.take() is None


@pytest.mark.expected_logs("native crashes are not kept")
def test_a_folder_that_cannot_be_written_only_leaves_the_watch_off(qapp: QCoreApplication, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    messages = Messages()
    CrashReporter(messages=messages).watch_faults(file / "logs")
    assert messages.take() is None


@pytest.mark.expected_logs("qt: careful")
def test_what_qt_says_goes_to_the_log(qapp: QCoreApplication, caplog: pytest.LogCaptureFixture) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    crash = CrashReporter(messages=Messages())
    crash.install()
    qWarning("careful")
    crash.uninstall()
    sys.excepthook, threading.excepthook, sys.unraisablehook = before
    assert "careful" in caplog.text


@pytest.mark.parametrize(
    "error",
    [
        StoreBusyError("x"),
        StoreFullError("x"),
        StoreReadOnlyError("x"),
        StoreNewerError("x"),
        StoreDamagedError("x"),
        SettingsError("index.m = 2 (from config.toml): too small."),
        ModelError("model_int8.onnx is damaged."),
        MagrayError("odd"),
        OSError(5, "Input/output error"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_reason_says_what_was_kept_and_what_to_do(error: Exception) -> None:
    problem = explain(error, data_dir=Path("/home/anna/magray"))
    assert problem.title
    assert "!" not in problem.title + problem.words
    assert any(word in problem.words.lower() for word in ("nothing was changed", "kept", "untouched"))
    if isinstance(error, (StoreBusyError, StoreFullError, StoreReadOnlyError, StoreNewerError, StoreDamagedError)):
        assert "/home/anna/magray" in problem.words
    else:
        assert str(error) in problem.words


def test_reasons_differ() -> None:
    stores = [StoreBusyError(), StoreFullError(), StoreReadOnlyError(), StoreNewerError(), StoreDamagedError()]
    errors = [*stores, SettingsError(), OSError()]
    assert len({explain(error, data_dir=Path("/x")).title for error in errors}) == len(errors)


def test_the_window_s_memory(qapp: QCoreApplication, tmp_path: Path) -> None:
    state = WindowState(tmp_path)
    assert state.draft(None) == ""
    assert state.panel_shown("left")
    assert state.geometry.isEmpty()
    state.set_draft(None, 'half a question\nsecond line, with "quotes"; and a\\slash')
    state.set_draft("c1", "другой вопрос")
    state.set_panel_shown("right", False)
    state.set_panel_width("left", 301)
    state.conversation = "c1"
    state.welcomed = True
    state.save()
    again = WindowState(tmp_path)
    assert again.draft(None) == 'half a question\nsecond line, with "quotes"; and a\\slash'
    assert again.draft("c1") == "другой вопрос"
    assert not again.panel_shown("right")
    assert again.panel_width("left", 1) == 301
    assert again.conversation == "c1"
    assert again.welcomed
    again.set_draft("c1", "")
    again.conversation = None
    again.save()
    third = WindowState(tmp_path)
    assert third.draft("c1") == ""
    assert third.conversation is None


def test_a_damaged_memory_of_the_window_is_no_trouble(qapp: QCoreApplication, tmp_path: Path) -> None:
    (tmp_path / "window.ini").write_bytes(b"\x00\xff[panels\nleft_width=wide\n[panels]\nleft_width=wide\n")
    state = WindowState(tmp_path)
    assert state.panel_width("left", 236) == 236
    assert state.draft(None) == ""


def test_a_language_without_a_translation_stays_english(qapp: QCoreApplication) -> None:
    assert install_language(qapp, folder=resources() / "translations", language="tlh") == "en"
    assert install_language(qapp, folder=resources() / "translations", language="en") == "en"
