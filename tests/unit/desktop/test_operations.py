from __future__ import annotations

import asyncio
import gc

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QDialog

from desktop import aio
from desktop.operations import Operation, Operations
from engine import EngineClosedError, StoreFullError
from tests.helpers.desktop_parts import DesktopParts, until


def test_an_operation_hands_over_its_result(parts: DesktopParts) -> None:
    got: list[int] = []

    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    async def main() -> None:
        parts.operations.start(Operation(name="seven", run=work, success=got.append))
        await until(lambda: bool(got))

    parts.run(main)
    assert got == [7]


def test_a_task_that_nobody_holds_still_ends(parts: DesktopParts) -> None:
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0.01)
        done.append(number)

    async def main() -> None:
        for number in range(50):
            parts.operations.start(Operation(name="held", run=lambda number=number: work(number)))
            if number % 10 == 9:
                gc.collect()
        await until(lambda: len(done) == 50)

    parts.run(main)


@pytest.mark.expected_logs("save failed: The disk is full")
def test_the_engine_s_own_error_speaks_for_itself(parts: DesktopParts) -> None:
    async def fail() -> None:
        raise StoreFullError("The disk is full.")

    async def main() -> None:
        await parts.operations.start(Operation(name="save", run=fail))

    parts.run(main)
    told = parts.messages.take()
    assert told is not None
    assert (told.level, told.text, told.seconds) == ("error", "The disk is full.", None)


@pytest.mark.expected_logs("draw failed")
def test_an_unexpected_error_is_told_and_logged(parts: DesktopParts) -> None:
    async def fail() -> None:
        raise ZeroDivisionError("division by zero")

    async def main() -> None:
        await parts.operations.start(Operation(name="draw", run=fail))

    parts.run(main)
    told = parts.messages.take()
    assert told is not None
    assert "division by zero" in told.text
    assert "kept" in told.text


def test_a_failure_may_have_its_own_way(parts: DesktopParts) -> None:
    caught: list[Exception] = []

    async def fail() -> None:
        raise ValueError("no")

    async def main() -> None:
        await parts.operations.start(Operation(name="own", run=fail, failure=caught.append))

    parts.run(main)
    assert isinstance(caught[0], ValueError)
    assert parts.messages.take() is None


def test_a_closed_engine_is_no_news(parts: DesktopParts) -> None:
    async def fail() -> None:
        raise EngineClosedError("closed")

    async def main() -> None:
        await parts.operations.start(Operation(name="late", run=fail))

    parts.run(main)
    assert parts.messages.take() is None


def test_nothing_is_called_for_an_owner_that_is_gone(parts: DesktopParts) -> None:
    called: list[object] = []

    async def main() -> None:
        owner = QObject()

        async def work() -> int:
            owner.deleteLater()
            await asyncio.sleep(0.02)
            return 1

        await parts.operations.start(Operation(name="gone", run=work, success=called.append, owner=owner))

    parts.run(main)
    assert called == []


def test_a_newer_operation_takes_the_place_of_an_older_one(parts: DesktopParts) -> None:
    got: list[str] = []

    async def search(text: str) -> str:
        await asyncio.sleep(0.02)
        return text

    async def main() -> None:
        for text in ("l", "le", "lease"):
            parts.operations.start(
                Operation(name="search", run=lambda text=text: search(text), success=got.append, replaces="search")
            )
        await until(lambda: bool(got))
        await asyncio.sleep(0.05)

    parts.run(main)
    assert got == ["lease"]


def test_only_what_takes_long_is_shown(parts: DesktopParts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop.operations.SHOW_AFTER_SECONDS", 0.05)
    shown: list[str] = []
    operations: Operations = parts.operations
    operations.progress_changed.connect(shown.append)

    async def main() -> None:
        await operations.start(Operation(name="quick", run=lambda: asyncio.sleep(0), progress="Quick"))
        assert shown == []
        await operations.start(Operation(name="slow", run=lambda: asyncio.sleep(0.15), progress="Slow"))

    parts.run(main)
    assert shown == ["Slow", ""]


def test_tasks_are_named_and_cancelled(parts: DesktopParts) -> None:
    errors: list[tuple[str, BaseException]] = []
    tasks = aio.Tasks(on_error=lambda name, error: errors.append((name, error)))

    async def fail() -> None:
        raise RuntimeError("broken")

    async def main() -> None:
        tasks.start(asyncio.sleep(60), name="long")
        tasks.start(fail(), name="broken")
        await until(lambda: bool(errors))
        assert tasks.names == ["long"]
        await tasks.cancel()
        assert tasks.names == []

    parts.run(main)
    assert errors[0][0] == "broken"


def test_a_dialog_is_awaited_without_a_loop_of_its_own(parts: DesktopParts) -> None:
    ticks: list[int] = []

    async def tick() -> None:
        for number in range(5):
            await asyncio.sleep(0.01)
            ticks.append(number)

    async def main() -> None:
        beside = asyncio.create_task(tick())
        dialog = QDialog()
        waiting = asyncio.create_task(aio.dialog_result(dialog))
        await beside
        dialog.accept()
        assert await waiting == int(QDialog.DialogCode.Accepted.value)
        dialog.deleteLater()

    parts.run(main)
    assert ticks == [0, 1, 2, 3, 4]


def test_what_asyncio_reports_is_routed(parts: DesktopParts) -> None:
    routed: list[str] = []

    async def main() -> int:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(0.02)
        return 3

    assert aio.run(parts.app, main, on_error=lambda _where, error: routed.append(type(error).__name__)) == 3
    assert routed == ["ZeroDivisionError"]
