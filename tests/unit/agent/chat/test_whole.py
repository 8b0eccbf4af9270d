import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import Answered, ChatStep, Conversation, Engine, Failed, Reading, Sees
from engine.agent.chat import documents
from engine.agent.chat.documents import Text
from engine.agent.chat.whole import asks_for_whole, named
from engine.errors import UnreachableError
from engine.memory.store.documents import DocumentName
from tests.helpers.scripted_models import INFO, ScriptedModel, ScriptedModels, scripted

DIARY = "\n\n".join(f"Day {day}: the keeper fed {day % 7} herons and slept well all night long." for day in range(900))


async def collect(steps: AsyncIterator[ChatStep]) -> list[ChatStep]:
    return [step async for step in steps]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Summarise the lease.", True),
        ("What is this document about?", True),
        ("List all dates in the contract", True),
        ("How many herons does it name?", True),
        ("Compare a.txt with b.txt", True),
        ("Кратко перескажи договор", True),
        ("Сколько раз упомянута аренда?", True),
        ("When does the lease end?", False),
        ("Кто чинил бойлер?", False),
    ],
)
def test_questions_about_the_whole(question: str, expected: bool) -> None:
    assert asks_for_whole(question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Summarise lease-2026.pdf", ["/a/flat/lease-2026.pdf"]),
        ("Summarise the lease of 2026", ["/a/flat/lease-2026.pdf"]),
        ("Compare lease-2026.pdf and rules.txt", ["/a/flat/lease-2026.pdf", "/a/flat/rules.txt"]),
        ("List all codes in the folder flat", ["/a/flat/lease-2026.pdf", "/a/flat/rules.txt"]),
        ("Summarise the minutes", []),
        ("List all codes in the folder garage", []),
    ],
)
def test_documents_are_named_by_file_title_or_folder(question: str, expected: list[str]) -> None:
    known = [
        DocumentName(str(place), path, "A title")
        for place, path in enumerate(["/a/flat/lease-2026.pdf", "/a/flat/rules.txt", "/a/boat/log.txt"])
    ]
    assert [document.path for document in named(question, known)] == expected


async def ingested(engine: Engine, folder: Path, **texts: str) -> None:
    for name, text in texts.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    await engine.ingest([folder / f"{name}.txt" for name in texts])


async def test_what_fits_goes_in_whole_and_it_is_said(
    engine: Engine, conversation: Conversation, tmp_path: Path
) -> None:
    lines = "\n\n".join(f"Rule {number}: no heron may be number {number} in the yard." for number in range(1, 41))
    await ingested(engine, tmp_path, rules=lines)
    model = ScriptedModel(["There are 40 rules [1]."])
    async with scripted(engine, ScriptedModels(model)):
        steps = await collect(engine.chat(conversation.id, "How many rules are there in rules.txt?"))
    answer = next(step.message.answer for step in steps if isinstance(step, Answered))
    assert answer is not None
    assert answer.reading == "whole"
    assert "rules.txt" in answer.basis
    assert all(f"number {number} in" in model.asked[0].messages[-1].text for number in range(1, 41))
    view = next(step.view for step in steps if isinstance(step, Sees))
    assert view.reading == "whole"
    assert answer.basis in view.notes


async def test_what_does_not_fit_is_read_part_by_part(
    engine: Engine, conversation: Conversation, tmp_path: Path
) -> None:
    await ingested(engine, tmp_path, diary=DIARY)
    small = dataclasses.replace(INFO, context_tokens=6000)
    model = ScriptedModel(["He fed them every day [1][2]."], small)
    reader = ScriptedModel(["- fed herons in these days", "NOTHING", "- fed more herons"], small)
    async with scripted(engine, ScriptedModels(model, summarise=reader)):
        steps = await collect(engine.chat(conversation.id, "Summarise diary.txt"))
    progress = [step for step in steps if isinstance(step, Reading)]
    answer = next(step.message.answer for step in steps if isinstance(step, Answered))
    assert answer is not None
    assert len(progress) == progress[-1].total == progress[-1].done > 3
    assert answer.reading == "parts"
    assert str(progress[-1].total) in answer.basis
    read = "\n".join(request.messages[0].text for request in reader.asked)
    assert all(f"Day {day}:" in read for day in range(900))
    assert "- fed herons in these days" in model.asked[0].messages[-1].text
    assert "NOTHING" not in model.asked[0].messages[-1].text
    assert all(citation.quote.startswith("Day ") for citation in answer.citations)


async def test_notes_that_do_not_fit_together_are_condensed(
    engine: Engine, conversation: Conversation, tmp_path: Path
) -> None:
    await ingested(engine, tmp_path, diary=DIARY)
    small = dataclasses.replace(INFO, context_tokens=4000)
    reader = ScriptedModel([*["- a long note about herons " * 60] * 40, "- short"], small)
    model = ScriptedModel(["All of it [1]."], small)
    async with scripted(engine, ScriptedModels(model, summarise=reader)):
        steps = await collect(engine.chat(conversation.id, "Summarise diary.txt"))
    view = next(step.view for step in steps if isinstance(step, Sees))
    assert view.tokens <= view.window - view.reserved
    assert any(isinstance(step, Answered) for step in steps)


async def test_a_part_that_cannot_be_read_ends_in_quotes(
    engine: Engine, conversation: Conversation, tmp_path: Path
) -> None:
    await ingested(engine, tmp_path, diary=DIARY)
    small = dataclasses.replace(INFO, context_tokens=6000)
    reader = ScriptedModel(["- note", UnreachableError("The server is gone.")], small)
    async with scripted(engine, ScriptedModels(ScriptedModel(["never"], small), summarise=reader)):
        steps = await collect(engine.chat(conversation.id, "Summarise diary.txt"))
    assert any(isinstance(step, Failed) for step in steps)
    assert isinstance(steps[-1], Answered)
    assert steps[-1].message.model == "quotes"


def test_parts_hold_every_character_of_a_text_once() -> None:
    pages = tuple(f"Page {page}.\n\n" + "word " * 900 + "\n\n" + f"end of {page}" for page in range(5))
    text = Text(id="d", path="/a.pdf", pages=pages, paged=True)
    parts = documents.parts([text], size=400, count=lambda one: len(one) // 4)
    joined = "".join("".join(part.text.split()) for part in parts)
    assert joined == "".join("".join(page.split()) for page in pages)
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))


def test_passages_come_in_order_and_within_the_budget() -> None:
    pages = (
        "alpha " * 300 + "\n\nThe heron stands here.\n\n" + "beta " * 300,
        "gamma " * 200 + "\n\nA heron and its nest.",
    )
    text = Text(id="d", path="/a.pdf", pages=pages, paged=True)
    chosen = documents.passages(
        [text], "Where is the heron's nest?", budget=500, first=4, count=lambda one: len(one) // 4
    )
    assert [one.number for one in chosen] == list(range(4, 4 + len(chosen)))
    assert any("nest" in one.text for one in chosen)
    assert sum(one.tokens for one in chosen) <= 500
    places = [
        (one.place.page, one.place.start) for one in chosen if one.place is not None and one.place.type == "document"
    ]
    assert places == sorted(places)  # type: ignore[type-var]
