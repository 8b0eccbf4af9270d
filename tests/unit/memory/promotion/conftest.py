from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.helpers.rising_house import RisingHouse


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[RisingHouse]:
    async with RisingHouse(tmp_path / "data") as opened:
        yield opened
