from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.helpers.clock import FakeClock
from tests.helpers.life_house import LifeHouse


@pytest.fixture
async def house(tmp_path: Path, fake_clock: FakeClock) -> AsyncIterator[LifeHouse]:
    async with LifeHouse(tmp_path / "data", clock=fake_clock) as opened:
        yield opened
