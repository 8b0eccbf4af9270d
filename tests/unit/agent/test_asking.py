import pytest

from engine import Engine, InvalidMemoryError
from engine.agent.asking import only_asks


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("When does the lease end?", True),
        ("when does the lease end", True),
        ("Когда заканчивается аренда?", True),
        ("租约什么时候结束？", True),
        ("My landlord is Anna, her number is 555 0199.", False),
        ("I moved to Kazan. Where is my contract?", False),
        ("Арендодателя зовут Анна.", False),
    ],
)
def test_questions_are_told_from_what_is_said(text: str, asks: bool) -> None:
    assert only_asks(text) is asks


async def test_what_was_said_in_a_conversation_is_quoted_later(engine: Engine) -> None:
    conversation = await engine.create_conversation()
    await engine.ask("My landlord is called Anna Petrova.", conversation_id=conversation.id)
    answer = await engine.ask("What is my landlord called?", conversation_id=conversation.id)
    assert not answer.abstained
    assert answer.citations[0].quote == "My landlord is called Anna Petrova."
    assert answer.citations[0].source is not None
    assert answer.citations[0].source.type == "conversation"


async def test_earlier_questions_are_no_sources(engine: Engine) -> None:
    conversation = await engine.create_conversation()
    for _ in range(10):
        await engine.ask("Who repaired the boiler?", conversation_id=conversation.id)
    await engine.remember("Mr Fields repaired the boiler in March.", layer="assets")
    answer = await engine.ask("Who repaired the boiler?")
    assert [hit.memory.text for hit in answer.hits] == ["Mr Fields repaired the boiler in March."]


@pytest.mark.parametrize("text", [" \n", "\u200b", "\x00\x07"])
async def test_nothing_asked_leaves_nothing_behind(engine: Engine, text: str) -> None:
    conversation = await engine.create_conversation()
    with pytest.raises(InvalidMemoryError, match="question"):
        await engine.ask(text, conversation_id=conversation.id)
    assert await engine.messages(conversation.id) == []


async def test_a_pasted_line_is_quoted_though_it_is_its_own_title(engine: Engine) -> None:
    await engine.ingest_text("The gate's code is 4471 since the second of March.")
    await engine.ingest_text("The alarm code is 9020.\nIt was changed by Ann in May.")
    gate = await engine.ask("What is the code of the gate?")
    alarm = await engine.ask("What is the alarm code?")
    assert "4471" in gate.text
    assert "9020" in alarm.text
