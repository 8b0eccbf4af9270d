"""The bench of answers judges as a reader would."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

from engine.bench.answers import HELD_OUT, QUESTIONS, Asked, judge, load, says
from engine.values import Answer, Citation, DocumentSource, Hit


def test_the_questions_are_a_hundred_and_whole() -> None:
    questions = load()
    assert len(questions) == 100
    assert sum(not asked.sources for asked in questions) == 30
    assert all(bool(asked.sources) == bool(asked.sentences) for asked in questions)
    assert {asked.split for asked in questions} == {"dev", "test"}
    assert len({asked.id for asked in questions}) == 100


def test_held_out_questions_stand_nowhere_else() -> None:
    held_out = load(HELD_OUT)
    assert len(held_out) == 40
    assert sum(not asked.sources for asked in held_out) == 20
    assert all(bool(asked.sources) == bool(asked.sentences) for asked in held_out)
    others = {asked.question for path in (QUESTIONS, QUESTIONS.with_name("calibration.jsonl")) for asked in load(path)}
    assert not others & {asked.question for asked in held_out}


def test_line_breaks_hyphens_and_markup_do_not_count() -> None:
    assert says("We use [uv](https://x.dev) for inhabi-\ntants.", "We use uv for inhabitants.")
    assert says("The lease ends on 31 May 2027 unless it", "The lease ends on 31 May 2027 unless it is renewed.")
    assert not says("The lease", "The lease ends on 31 May 2027 unless it is renewed.")


def test_an_answer_is_judged_by_what_it_quotes(hit: Callable[..., Hit]) -> None:
    good, other = hit("It ends in May. It is dear.", name="a.md"), hit("A cat sat.", name="b.md")
    asked = Asked("a1", "test", "When?", ("a.md",), ("It ends in May.",))
    source = good.memory.source
    assert isinstance(source, DocumentSource)
    answer = Answer(
        text="It ends in May. [1]",
        made_by="quotes",
        abstained=False,
        citations=(Citation(number=1, memory_id=good.memory.id, quote="It ends in May.", source=source),),
        hits=(other, good),
    )
    outcome = judge(asked, answer, Path("/files"))
    assert outcome.answered
    assert outcome.source_quoted
    assert outcome.sentence_quoted
    assert outcome.plain_sentence
    refused = judge(asked, dataclasses.replace(answer, abstained=True), Path("/files"))
    assert refused.source_shown
    assert (refused.answered, refused.source_quoted, refused.sentence_quoted) == (False, False, False)
