"""An engine whose clock a test moves, with the bundled embedder."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine import Engine, Settings
from tests.helpers.clock import FakeClock


@pytest.fixture
async def lived(settings: Settings, fake_clock: FakeClock) -> AsyncIterator[Engine]:
    """A real engine; `fake_clock` is its time."""
    async with Engine.open(settings, clock=fake_clock) as opened:
        yield opened
