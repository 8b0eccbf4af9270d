from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import Answered, ChatStep, Conversation, Engine, NotFoundError, Sees
from engine.llm.messages import ChatModelInfo, ImagePart
from tests.helpers.pdf import make_pdf
from tests.helpers.scripted_models import ScriptedModel, ScriptedModels, scripted

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000000020001e221bc330000"
    "000049454e44ae426082"
)
BLIND = ChatModelInfo(id="local/blind", title="Blind", provider="local", context_tokens=16_000, leaves_computer=False)


async def collect(steps: AsyncIterator[ChatStep]) -> list[ChatStep]:
    return [step async for step in steps]


def sees(steps: list[ChatStep]) -> Sees:
    return next(step for step in steps if isinstance(step, Sees))


async def test_a_file_of_one_chat_goes_to_the_model_and_not_into_memory(
    engine: Engine, conversation: Conversation, tmp_path: Path
) -> None:
    file = tmp_path / "menu.txt"
    file.write_text("On Thursdays there is borscht. On Fridays there is fish.", "utf-8")
    given = await engine.attach(conversation.id, file)
    assert (given.kind, given.name, given.problem) == ("document", "menu.txt", None)
    assert given.characters == 56
    model = ScriptedModel(["On Thursdays there is borscht [1]."])
    async with scripted(engine, ScriptedModels(model)):
        steps = await collect(engine.chat(conversation.id, "What is there on Thursdays?", attachments=[given.id]))
        later = await collect(engine.chat(conversation.id, "And what on Fridays, then, to eat?"))
    message = next(step.message for step in steps if isinstance(step, Answered))
    assert message.answer is not None
    assert message.answer.citations[0].quote == "On Thursdays there is borscht."
    assert "fish" in model.asked[0].messages[-1].text
    assert any(part.kind == "document" and "fish" in part.text for part in sees(later).view.parts)
    stored = (await engine.messages(conversation.id))[0]
    assert stored.attachments == (given,)
    assert await engine.documents() == []
    assert all("borscht" not in hit.memory.text for hit in await engine.recall("borscht", kind="document_chunk"))


async def test_pages_of_a_pdf_are_cited_by_page(engine: Engine, conversation: Conversation, tmp_path: Path) -> None:
    pages = [["Cats are welcome in the house."], ["Dogs must be on a lead in the yard."]]
    file = make_pdf(tmp_path / "rules.pdf", pages)
    given = await engine.attach(conversation.id, file)
    model = ScriptedModel(["Dogs must be on a lead in the yard [2]."])
    async with scripted(engine, ScriptedModels(model)):
        steps = await collect(engine.chat(conversation.id, "What about dogs?", attachments=[given.id]))
    message = next(step.message for step in steps if isinstance(step, Answered))
    assert message.answer is not None
    source = message.answer.citations[0].source
    assert source is not None
    assert source.type == "document"
    assert (source.page, source.path) == (2, "rules.pdf")


async def test_what_cannot_be_read_says_why(engine: Engine, conversation: Conversation, tmp_path: Path) -> None:
    empty = tmp_path / "nothing.txt"
    empty.write_text("   ", "utf-8")
    assert (await engine.attach(conversation.id, empty)).problem
    assert "could not read it" in str((await engine.attach(conversation.id, tmp_path / "gone.txt")).problem)
    assert (await engine.attach(conversation.id, b"II*\0 a scan", name="scan.tiff")).problem
    given = await engine.attach(conversation.id, empty)
    model = ScriptedModel(["I could not see it."])
    async with scripted(engine, ScriptedModels(model)):
        steps = await collect(engine.chat(conversation.id, "What does it say?", attachments=[given.id]))
    assert any("nothing.txt was not sent" in note for note in sees(steps).view.notes)
    with pytest.raises(NotFoundError):
        await engine.attach("nobody", b"text", name="a.txt")


async def test_a_picture_goes_to_models_that_see(engine: Engine, conversation: Conversation) -> None:
    given = await engine.attach(conversation.id, PNG, name="dot.png")
    assert (given.kind, given.media_type) == ("picture", "image/png")
    assert await engine.attachment_bytes(given.id) == PNG
    model, blind = ScriptedModel(["A dot."]), ScriptedModel(["What picture?"], BLIND)
    async with scripted(engine, ScriptedModels(model)):
        await collect(engine.chat(conversation.id, "What is on it?", attachments=[given.id]))
    async with scripted(engine, ScriptedModels(blind)):
        steps = await collect(engine.chat(conversation.id, "What is on it?", attachments=[given.id]))
    assert model.asked[0].messages[-1].parts[0] == ImagePart(PNG, "image/png")
    assert not any(isinstance(part, ImagePart) for message in blind.asked[0].messages for part in message.parts)
    assert any("does not see pictures" in note for note in sees(steps).view.notes)
    assert list(engine.settings.paths.cache.glob("attachments/*")) == []


async def test_documents_folders_and_memories_are_named(
    engine: Engine, conversation: Conversation, tmp_path: Path
) -> None:
    folder = tmp_path / "papers"
    folder.mkdir()
    (folder / "a.txt").write_text("The gate's code is 4471.", "utf-8")
    (folder / "b.txt").write_text("The alarm's code is 9020.", "utf-8")
    (tmp_path / "papers2.txt").write_text("Nothing of the kind stands here.", "utf-8")
    await engine.ingest([folder, tmp_path / "papers2.txt"])
    memory = await engine.remember("The cellar's code is 1123.", layer="assets")
    named = await engine.attach_folder(conversation.id, folder)
    assert [one.name for one in named] == ["a.txt", "b.txt"]
    kept = await engine.attach_memory(conversation.id, memory.id)
    model = ScriptedModel(["4471 [2]."])
    async with scripted(engine, ScriptedModels(model)):
        ids = [one.id for one in (*named, kept)]
        steps = await collect(engine.chat(conversation.id, "Which codes?", attachments=ids))
    numbered = {part.number: part.text for part in sees(steps).view.parts if part.number}
    assert numbered[1] == "The cellar's code is 1123."
    assert {numbered[2], numbered[3]} == {"The gate's code is 4471.", "The alarm's code is 9020."}
    with pytest.raises(NotFoundError):
        await engine.attach_folder(conversation.id, tmp_path / "elsewhere")
    with pytest.raises(NotFoundError):
        await engine.attach_memory(conversation.id, "nobody")


async def test_of_a_long_document_the_passages_that_bear_on_the_question_go(
    engine: Engine, conversation: Conversation
) -> None:
    filler = "\n\n".join(f"Paragraph {number} tells of weather and of hills far away. " * 12 for number in range(200))
    text = f"{filler}\n\nThe keeper of the lighthouse feeds nine herons.\n\n{filler}"
    given = await engine.attach(conversation.id, text.encode(), name="tale.txt")
    model = ScriptedModel(["Nine [1]."])
    async with scripted(engine, ScriptedModels(model)):
        steps = await collect(engine.chat(conversation.id, "Who feeds herons?", attachments=[given.id]))
    view = sees(steps).view
    assert any("nine herons" in part.text for part in view.parts if part.kind == "document")
    assert sum(part.tokens for part in view.parts) < view.window - view.reserved
    assert any("passages" in note for note in view.notes)
