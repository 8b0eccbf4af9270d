from __future__ import annotations

import time

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from tests.helpers.stalls import StallMeter


def test_a_held_loop_is_seen(qtbot: QtBot) -> None:
    meter = StallMeter()
    meter.start()
    QTimer.singleShot(30, lambda: time.sleep(0.12))
    qtbot.wait(250)
    report = meter.stop()
    assert 0.1 <= report.longest < 0.6
    assert report.above(0.1)
    assert meter.own.longest < 0.1, "sleeping takes no processor time"


def test_work_of_the_thread_itself_is_told_apart(qtbot: QtBot) -> None:
    def work() -> None:
        end = time.thread_time() + 0.08
        while time.thread_time() < end:
            sum(range(200))

    meter = StallMeter()
    meter.start()
    QTimer.singleShot(20, work)
    qtbot.wait(150)
    meter.stop()
    assert meter.own.longest >= 0.08


def test_a_free_loop_ticks(qtbot: QtBot) -> None:
    meter = StallMeter()
    meter.start()
    qtbot.wait(100)
    assert meter.stop().ticks >= 5
