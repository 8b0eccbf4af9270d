from collections.abc import AsyncIterator

import pytest

from engine import ChatStep, Conversation, Engine, Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"chat": settings.chat.model_copy(update={"titles": False})})


@pytest.fixture
async def conversation(engine: Engine) -> Conversation:
    return await engine.create_conversation("Lease")


async def collect(steps: AsyncIterator[ChatStep]) -> list[ChatStep]:
    return [step async for step in steps]
