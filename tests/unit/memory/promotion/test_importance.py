import numpy as np
import pytest

from engine.memory.promotion.importance import WIDTH, fit_judge, importance_unseen
from engine.memory.promotion.models.base import PromotionModelError, area_under_curve


def conversations(count: int, seed: int = 0) -> tuple[list[np.ndarray], list[np.ndarray]]:
    random = np.random.default_rng(seed)
    cues = [random.normal(size=(50, WIDTH)) for _ in range(count)]
    used = [(one[:, 3] + 0.5 * random.normal(size=50) > 0.8).astype(float) for one in cues]
    return cues, used


def test_the_importance_that_is_learned_from_saw_other_conversations_only() -> None:
    cues, used = conversations(6)
    found = importance_unseen(cues, used)
    for changed in range(6):
        other = [1 - one if at == changed else one for at, one in enumerate(used)]
        again = importance_unseen(cues, other)
        assert np.array_equal(again[changed], found[changed])  # what happened to it does not reach it
        assert not np.array_equal(again[changed - 1], found[changed - 1])
    assert area_under_curve(np.hstack(found), np.hstack(used)) > 0.7


def test_a_single_conversation_is_judged_by_its_own_judge() -> None:
    cues, used = conversations(1)
    (found,) = importance_unseen(cues, used)
    assert np.array_equal(found, fit_judge(cues[0], used[0]).logits(cues[0]))


def test_a_judge_needs_both_kinds() -> None:
    cues, used = conversations(1)
    with pytest.raises(PromotionModelError):
        fit_judge(cues[0], np.zeros_like(used[0]))
