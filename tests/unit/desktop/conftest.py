"""What views are made of, once for all tests of the desktop."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QApplication

from tests.helpers.desktop_parts import DesktopParts, make_parts


@pytest.fixture(scope="session")
def parts(qapp: QApplication) -> Iterator[DesktopParts]:
    """Theme, icons, operations, messages; what an operation says is taken out by the test that causes it."""
    yield make_parts(qapp)
    gc.collect()  # widgets in cycles must go before the application does: collected after it, they end the process


@pytest.fixture(autouse=True)
def _plain_figures() -> Iterator[None]:
    """Figures are set as in no language in particular, whatever a test before has left."""
    before = QLocale()
    QLocale.setDefault(QLocale.c())
    yield
    QLocale.setDefault(before)


@pytest.fixture(autouse=True)
def _quiet_messages(request: pytest.FixtureRequest) -> None:
    """Messages of one test are not another's."""
    if "parts" in request.fixturenames:
        found: DesktopParts = request.getfixturevalue("parts")
        while found.messages.take() is not None:
            continue
