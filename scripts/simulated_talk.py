"""Conversations of two people who never lived, made of templates written for this purpose.

They are what the shipped model of promotion learns from: who said what, in which sitting, and how likely each turn is
to be asked for later. Nothing in here comes from a collection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from scripts.simulated_words import NEEDS, SLOTS, TOPICS, TURNS

SITTINGS = (8, 16)
TOPICS_OF_A_SITTING = (3, 6)
ADDED = {
    "event": ["feeling", "opinion", "detail"],
    "detail": ["feeling", "feeling", "opinion"],
    "plan": ["feeling", "reason"],
    "picture": ["feeling", "opinion"],
    "praise": ["question", "praise", "opinion"],
    "feeling": ["opinion", "feeling", "ask_news"],
    "opinion": ["opinion", "feeling"],
    "question": ["praise"],
}
"""What may be said in the same breath: how long a turn is tells little by itself."""

_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One turn with its secret: how often it would be needed in a season.

    Attributes:
        text: What is said.
        speaker: Who says it.
        session: The sitting.
        kind: What it is, a key of `NEEDS`.
        need: Expected uses within the horizon.
    """

    text: str
    speaker: str
    session: str
    kind: str
    need: float


class Talk:
    """Makes one conversation."""

    def __init__(self, seed: int) -> None:
        """The same seed makes the same conversation."""
        self._random = np.random.default_rng(seed)
        self._names = tuple(str(name) for name in self._random.choice(SLOTS["person"], 2, replace=False))
        self._turns: list[Turn] = []
        self._session = ""
        self._weight = 1.0
        self._dear = 0  # what was said of subjects that these two keep coming back to
        # What these two keep coming back to, so that words and topics return.
        self._fond = {
            name: [str(one) for one in self._random.choice(words, min(len(words), 4), replace=False)]
            for name, words in SLOTS.items()
        }

    def whole(self) -> list[Turn]:
        """Every turn, in order."""
        for number in range(int(self._random.integers(*SITTINGS))):
            self._session = f"session_{number + 1}"
            self._weight = float(self._random.gamma(3.0, 1 / 3.0))  # some conversations matter more than others
            self._sitting()
        return self._turns

    def _sitting(self) -> None:
        one, other = self._random.permutation(self._names)
        if self._chance(0.35):
            self._say(one, "greeting", after=self._of("event"))
        else:
            self._say(one, "greeting")
        self._say(other, "greeting", after=self._of("ask_news") if self._chance(0.6) else "")
        for _ in range(int(self._random.integers(*TOPICS_OF_A_SITTING))):
            teller, listener = self._random.permutation((one, other))
            self._topic(str(teller), str(listener))
        for _ in range(int(self._random.integers(1, 3))):
            self._say(one, "cheer")
            self._say(other, "thanks")
        self._say(one, "goodbye")
        if self._chance(0.7):
            self._say(other, "goodbye")

    def _topic(self, teller: str, listener: str) -> None:
        """Something is told, asked about, told more of, and praised."""
        opening = str(self._random.choice(["event", "plan", "taste", "event", "picture", "work", "opinion"]))
        self._say(teller, opening, before=self._of("thanks_short") if self._chance(0.35) else "")
        for _ in range(int(self._random.integers(1, 4))):
            drawn = self._random.random()
            if drawn < 0.62:
                self._say(listener, "question", before=self._of("wow"))
                answer = str(
                    self._random.choice(["detail", "detail", "taste", "feeling", "feeling", "reason", "picture"])
                )
                self._say(teller, answer, before=self._of("thanks_short") if self._chance(0.5) else "")
            elif drawn < 0.85:
                self._say(listener, "praise", before=self._of("wow"))
                self._say(teller, "feeling" if self._chance(0.6) else "thanks")
            else:
                self._say(listener, "share", before=self._of("wow"))
                self._say(teller, "praise")

    def _say(self, speaker: str, kind: str, *, before: str = "", after: str = "") -> None:
        more = self._of(str(self._random.choice(ADDED[kind]))) if kind in ADDED and self._chance(0.4) else ""
        text = " ".join(part for part in (before, self._of(kind), more, after) if part)
        if self._chance(0.25) and kind not in ("event", "detail"):
            other = self._names[1] if speaker == self._names[0] else self._names[0]
            text = re.sub(r"^(Wow|Thanks|Hey|Hi|Yeah|Cool|Nice)\b", rf"\1, {other}", text, count=1)
        # A few of every kind are dull, and a few of the dull ones turn out to matter.
        need = NEEDS[kind] * float(self._random.gamma(1.2, 1 / 1.2))
        if after:
            need += NEEDS["event"] * float(self._random.gamma(1.2, 1 / 1.2))
        need *= self._weight * (0.6 + 0.3 * min(self._dear, 3))
        self._dear = 0
        self._turns.append(Turn(text=text, speaker=speaker, session=self._session, kind=kind, need=need))

    def _of(self, kind: str) -> str:
        """One text of a kind, its slots filled."""
        text = str(self._random.choice(TURNS[kind]))
        while "{" in text:
            text = _SLOT.sub(self._fill, text, count=1)
        return text[0].upper() + text[1:]

    def _fill(self, slot: re.Match[str]) -> str:
        name = slot.group(1)
        if name in TOPICS:
            return str(self._random.choice(TOPICS[name]))
        if self._chance(0.5):
            self._dear += 1
            return str(self._random.choice(self._fond[name]))
        return str(self._random.choice(SLOTS[name]))

    def _chance(self, share: float) -> bool:
        return bool(self._random.random() < share)
