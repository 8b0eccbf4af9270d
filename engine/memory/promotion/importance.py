"""How important a text is by how it was said: the judge of cues, a logistic regression over `cues.CUES`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.memory.promotion.cues import CUES
from engine.memory.promotion.models.base import FloatArray
from engine.memory.promotion.models.logistic import Logistic, fit_logistic

CUE_SET = "magray-cues.1"
"""Names the cues and their formulas; a judge made for others is refused."""

WIDTH = len(CUES)
PENALTY = 100.0
"""L2 penalty of the judge: many cues overlap, and conversations to learn from are few."""

FOLDS = 4


def fit_judge(cues: FloatArray, used: FloatArray, weight: FloatArray | None = None) -> Logistic:
    """Learn which cues tell that a text is asked for later.

    Raises:
        PromotionModelError: nothing can be learned from these texts.
    """
    return fit_logistic(cues, used, weight, penalty=PENALTY)


def importance_unseen(cues: Sequence[FloatArray], used: Sequence[FloatArray]) -> list[FloatArray]:
    """The importance of every conversation's texts by judges that learned from the other conversations only.

    What stands above it (the model over twelve features) must learn from figures as honest as those it will meet.

    Args:
        cues: One array (n, width) a conversation.
        used: One array (n,) a conversation.

    Returns:
        Logits, one array a conversation.
    """
    folds = min(FOLDS, len(cues))
    if folds < 2:
        judge = fit_judge(np.vstack(cues), np.hstack(used))
        return [judge.logits(rows) for rows in cues]
    found: list[FloatArray] = [np.zeros(len(one)) for one in used]
    for fold in range(folds):
        held = [at for at in range(len(cues)) if at % folds == fold]
        rest = [at for at in range(len(cues)) if at % folds != fold]
        judge = fit_judge(np.vstack([cues[at] for at in rest]), np.hstack([used[at] for at in rest]))
        for at in held:
            found[at] = judge.logits(cues[at])
    return found
