"""The engine's calls about conversations and their messages."""

import time

import pytest

from engine import Answered, ConversationsChanged, Engine, Event, InvalidMemoryError, NotFoundError, Settings


async def say(engine: Engine, conversation_id: str, text: str) -> str:
    """One turn by quotes; the answer's id."""
    async for step in engine.chat(conversation_id, text):
        if isinstance(step, Answered):
            return step.message.id
    raise AssertionError("no answer")


async def test_a_conversation_has_marks(engine: Engine) -> None:
    one, other = await engine.create_conversation("One"), await engine.create_conversation("Other")
    changed = await engine.set_conversation(one.id, pinned=True, tags=[" Flat ", "", "Flat", "Work\n"])
    assert (changed.pinned, changed.tags, changed.archived, changed.remembers) == (True, ("Flat", "Work"), False, True)
    assert [found.id for found in await engine.conversations()] == [one.id, other.id]
    assert [found.id for found in await engine.conversations(tag="Work")] == [one.id]
    assert await engine.conversation_tags() == ["Flat", "Work"]
    await engine.set_conversation(one.id, archived=True, remembers=False)
    assert [found.id for found in await engine.conversations()] == [other.id]
    assert [found.id for found in await engine.conversations(archived=True)] == [one.id]
    with pytest.raises(NotFoundError):
        await engine.set_conversation("nobody", pinned=True)


async def test_what_is_typed_outlives_the_program_until_it_is_sent(settings: Settings) -> None:
    async with Engine.open(settings) as engine:
        conversation = await engine.create_conversation()
        await engine.set_draft(conversation.id, "When does the le", attachment_ids=["a"])
        await engine.set_draft(None, "A new cha")
    async with Engine.open(settings) as engine:
        draft = await engine.draft(conversation.id)
        assert (draft.text, draft.attachment_ids) == ("When does the le", ("a",))
        assert (await engine.draft(None)).text == "A new cha"
        await say(engine, conversation.id, "When does the lease end?")
        assert (await engine.draft(conversation.id)).text == ""
        assert (await engine.draft(None)).text == "A new cha"
        await engine.set_draft(None, "")
        assert (await engine.draft(None)).text == ""


async def test_messages_on_every_side(engine: Engine) -> None:
    conversation = await engine.create_conversation()
    for number in range(3):
        await say(engine, conversation.id, f"Question number {number}?")
    ids = [message.id for message in await engine.messages(conversation.id)]
    assert [one.id for one in await engine.messages(conversation.id, limit=2)] == ids[4:]
    assert [one.id for one in await engine.messages(conversation.id, before=ids[3], limit=2)] == ids[1:3]
    assert [one.id for one in await engine.messages(conversation.id, after=ids[3])] == ids[4:]
    assert [one.id for one in await engine.messages(conversation.id, around=ids[2], limit=4)] == ids[0:4]
    with pytest.raises(InvalidMemoryError):
        await engine.messages(conversation.id, before=ids[0], after=ids[1])
    with pytest.raises(NotFoundError):
        await engine.messages(conversation.id, before="nobody")


async def test_a_search_leads_to_the_message(engine: Engine) -> None:
    first, second = await engine.create_conversation("Birds"), await engine.create_conversation("Trees")
    await say(engine, first.id, "Do herons nest in trees?")
    await say(engine, second.id, "Which trees carry nests of storks?")
    hits = await engine.search_messages("trees", conversation_id=second.id)
    assert [hit.conversation_title for hit in hits] == ["Trees"]
    assert {hit.conversation_id for hit in await engine.search_messages("tree")} == {first.id, second.id}
    page = await engine.messages(second.id, around=hits[0].message_id)
    assert hits[0].message_id in [message.id for message in page]


async def test_deleting_pinning_and_their_undoing_are_told(engine: Engine) -> None:
    told: list[Event] = []
    conversation = await engine.create_conversation()
    answer = await say(engine, conversation.id, "Is there a heron?")
    engine.events.subscribe(told.append)
    await engine.pin_message(answer)
    assert [one.id for one in await engine.pinned_messages(conversation.id)] == [answer]
    await engine.delete_message(answer)
    assert [one.id for one in await engine.messages(conversation.id)] != [answer]
    assert await engine.pinned_messages(conversation.id) == []
    await engine.undelete_message(answer)
    await engine.pin_message(answer, pinned=False)
    assert len(await engine.messages(conversation.id)) == 2
    assert sum(isinstance(event, ConversationsChanged) for event in told) == 4
    with pytest.raises(NotFoundError):
        await engine.delete_message("nobody")


async def test_five_thousand_messages_open_at_their_end_at_once(engine: Engine) -> None:
    await engine.remember("The lease of the flat ends on 31 August 2026.", layer="assets")
    conversation = await engine.create_conversation("Long")
    await say(engine, conversation.id, "When does the lease of the flat end?")
    copies = (
        "INSERT INTO message (id, conversation, role, text, answer, created_at, parent, shown, chosen, pinned, stop, "
        "model, thinking, attachments) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500) "
        "SELECT m.id || '-' || n.i, m.conversation, m.role, m.text, m.answer, m.created_at + n.i, "
        "m.id || '-' || (n.i - 1), "
        "1, 1, 0, m.stop, m.model, '', '[]' FROM n, message m WHERE m.conversation = ? ORDER BY n.i, m.number"
    )
    await engine._parts.conversations.change_store(lambda writer: writer.execute_sql(copies, (conversation.id,)))
    best = 1e9
    for _ in range(5):
        began = time.process_time()
        page = await engine.messages(conversation.id, limit=60)
        best = min(best, time.process_time() - began)
    assert len(page) == 60
    assert page[-1].answer is not None
    assert page[-1].answer.citations
    assert (await engine.conversation(conversation.id)).message_count == 5002
    assert best < 0.05
