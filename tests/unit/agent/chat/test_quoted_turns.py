import pytest

from engine import Answered, Asked, Engine, InvalidMemoryError, NotFoundError, Recalled, Recalling, Said


async def test_a_turn_without_a_model_quotes_step_by_step(engine: Engine) -> None:
    await engine.remember("The landlord is called Anna Petrova.", layer="assets")
    conversation = await engine.create_conversation()
    steps = [step async for step in engine.chat(conversation.id, "What is the landlord called?")]
    asked, recalling, recalled, said, answered = steps
    assert isinstance(asked, Asked)
    assert isinstance(recalling, Recalling)
    assert isinstance(recalled, Recalled)
    assert isinstance(said, Said)
    assert isinstance(answered, Answered)
    assert asked.message.text == "What is the landlord called?"
    assert recalled.hits[0].memory.text == "The landlord is called Anna Petrova."
    assert said.text == answered.message.text == "The landlord is called Anna Petrova. [1]"
    assert [message.id for message in await engine.messages(conversation.id)] == [
        asked.message.id,
        answered.message.id,
    ]


@pytest.mark.parametrize("text", ["", " \n", "\u200b"])
async def test_nothing_said_stores_nothing(engine: Engine, text: str) -> None:
    conversation = await engine.create_conversation()
    with pytest.raises(InvalidMemoryError):
        await anext(engine.chat(conversation.id, text))
    assert await engine.messages(conversation.id) == []


async def test_a_conversation_that_is_not_there(engine: Engine) -> None:
    with pytest.raises(NotFoundError, match="nobody"):
        await anext(engine.chat("nobody", "Hello?"))
