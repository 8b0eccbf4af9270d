"""The guards themselves: what is left behind fails the test that left it, and clean tests pass."""

from __future__ import annotations

from pathlib import Path

import pytest

LEAVERS = """
import asyncio, logging, subprocess, sys, threading
import pytest

stop = threading.Event()
kept = []

def test_thread():
    threading.Thread(target=stop.wait, args=(20,), name="forgotten", daemon=True).start()

@pytest.mark.leaves("threads")
def test_thread_on_purpose():
    threading.Thread(target=stop.wait, args=(20,), daemon=True).start()

def test_thread_that_ends():
    threading.Thread(target=lambda: None).start()

def test_process():
    kept.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"]))

def test_log():
    logging.getLogger("engine.x").warning("something %s", "odd")

@pytest.mark.expected_logs("something .*d")
def test_log_on_purpose():
    logging.getLogger("engine.x").warning("something %s", "odd")

@pytest.mark.expected_logs("something else")
def test_other_log():
    logging.getLogger("engine.x").error("nothing alike")

async def test_task():
    kept.append(asyncio.create_task(asyncio.sleep(20), name="forgotten"))

async def test_task_awaited():
    await asyncio.create_task(asyncio.sleep(0))

def test_window(qtbot):
    from PySide6.QtWidgets import QWidget
    widget = QWidget()
    widget.setObjectName("forgotten")
    kept.append(widget)

def test_window_closed(qtbot):
    from PySide6.QtWidgets import QWidget
    qtbot.addWidget(QWidget())

def test_timer(qtbot):
    from PySide6.QtCore import QTimer
    timer = QTimer()
    timer.start(60_000)
    kept.append(timer)

def test_timer_stopped(qtbot):
    from PySide6.QtCore import QTimer
    timer = QTimer()
    timer.start(60_000)
    timer.stop()
    kept.append(timer)

def test_qt_message(qtbot):
    from PySide6.QtCore import qWarning
    qWarning("Qt is not amused")

def test_end():
    stop.set()
    for item in kept:
        if isinstance(item, subprocess.Popen):
            item.kill()
            item.wait()
"""

NETWORK = """
import asyncio, socket
import pytest

def test_connect():
    with socket.socket() as s, pytest.raises(OSError, match="only the loopback"):
        s.connect(("192.0.2.1", 80))

def test_send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s, pytest.raises(OSError, match="only the loopback"):
        s.sendto(b"x", ("192.0.2.1", 53))

def test_look_up():
    with pytest.raises(OSError, match="may not look up 'example.org'"):
        socket.create_connection(("example.org", 80), timeout=1)

async def test_asyncio():
    with pytest.raises(OSError, match="only the loopback"):
        await asyncio.open_connection("192.0.2.1", 80)

def test_loopback():
    with socket.create_server(("127.0.0.1", 0)) as server:
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=5):
            server.accept()[0].close()

def test_unix(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # such addresses are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("s")
        server.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect("s")
"""


@pytest.fixture
def guarded(pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    monkeypatch.setenv("PYTHONPATH", str(repository))
    pytester.makepyprojecttoml(
        """
        [tool.pytest.ini_options]
        asyncio_mode = "auto"
        asyncio_default_fixture_loop_scope = "function"
        qt_log_level_fail = "WARNING"
        addopts = "-p tests.helpers.guards -p tests.helpers.network -p no:randomly"
        markers = ["leaves", "expected_logs", "network"]
        """
    )
    return pytester


def test_what_is_left_behind_fails_its_test(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(LEAVERS)
    result = guarded.runpytest_subprocess("-v")
    result.assert_outcomes(passed=14, failed=1, errors=7)
    result.stdout.fnmatch_lines_random(
        [
            "ERROR *::test_thread *",
            "*threads left behind: forgotten*",
            "*processes left behind: *time.sleep(20)*",
            "*WARNING engine.x: something odd*",
            "*ERROR engine.x: nothing alike*",
            "*tasks left behind: *forgotten*",
            "*windows left behind: QWidget 'forgotten'*",
            "*timers left behind: QTimer*60000 ms*",
            "FAILED *::test_qt_message*",
        ]
    )
    for clean in (
        "thread_on_purpose",
        "thread_that_ends",
        "log_on_purpose",
        "task_awaited",
        "window_closed",
        "timer_stopped",
    ):
        result.stdout.no_re_match_line(f"ERROR .*::test_{clean}( |$)")


def test_the_network_is_closed_but_for_the_loopback(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(NETWORK)
    guarded.runpytest_subprocess().assert_outcomes(passed=6)
