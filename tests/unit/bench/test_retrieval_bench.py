import json
from pathlib import Path

import pytest

from engine.bench.retrieval import Sums, ndcg, read_collection


def test_ndcg_is_one_for_the_ideal_order_and_falls_with_rank() -> None:
    assert ndcg(["a", "b"], {"a": 2.0, "b": 1.0}) == pytest.approx(1.0)
    assert ndcg(["x", "a"], {"a": 1.0}) == pytest.approx(0.6309, abs=1e-4)
    assert ndcg(["x", "y"], {"a": 1.0}) == 0.0
    assert ndcg(["x"] * 10 + ["a"], {"a": 1.0}) == 0.0


def test_recall_is_uncapped() -> None:
    sums = Sums()
    sums.add([f"d{n}" for n in range(10)], {f"d{n}": 1.0 for n in range(20)})
    assert (sums.count, sums.recall5, sums.recall10) == (1, 0.25, 0.5)


def test_collections_are_read(tmp_path: Path) -> None:
    rows = [
        {"_id": "D1:1", "title": "", "text": "Hi", "speaker": "Ann", "time": "1:56 pm on 8 May, 2023", "session": "s"},
        {"_id": "D1:2", "title": "", "text": " "},
        {"_id": "D1:3", "title": "A title", "text": "Words"},
    ]
    (tmp_path / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    questions = [{"_id": "q1", "text": "who?"}, {"_id": "q2", "text": "unjudged"}]
    (tmp_path / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in questions))
    (tmp_path / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tD1:1\t1\nq2\tD1:1\t0\n")
    found = read_collection(tmp_path)
    assert [memory.external_id for memory in found.memories] == ["D1:1", "D1:3"]
    assert found.memories[0].occurred_at is not None
    assert found.memories[0].occurred_at.hour == 13
    assert (found.memories[0].layer, found.memories[1].layer) == ("interact", "assets")
    assert (found.questions, found.relevant) == ({"q1": "who?"}, {"q1": {"D1:1": 1.0}})
