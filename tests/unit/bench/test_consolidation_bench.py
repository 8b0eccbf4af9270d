import random

import pytest

from engine.bench.consolidation import _alike, _mutual, _otherwise, _same

TEXTS = [
    "We met the notary on 12 May, and the contract doesn't mention the garden at all.",
    "Мы встретили нотариуса 12 мая, и в договоре ещё ничего не сказано про сад.",
]


@pytest.mark.parametrize("text", TEXTS)
def test_rewordings_say_the_same_and_changed_texts_do_not(text: str) -> None:
    assert all(_same(text, made) for made in _alike(text))
    changed = list(_otherwise(text, random.Random(3)))
    assert len(changed) == 4
    assert not any(_same(text, made) for made in changed)


def test_mutual_information_is_one_for_equal_labellings_and_none_for_one_label() -> None:
    pairs = [("a", 1), ("a", 1), ("b", 2), ("b", 2)]
    assert _mutual(pairs) == pytest.approx(1.0)
    assert _mutual([(name, 0) for name, _ in pairs]) == pytest.approx(0.0)
