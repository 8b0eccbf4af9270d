"""Names and short texts for groups of memories, in the words of the memories themselves.

Names by class-based TF-IDF: a word counts by how often a group uses it, and by how little the others do,
tf(word, group) x log(1 + words per group / tf(word)) (M. Grootendorst, "BERTopic: neural topic modeling with a
class-based TF-IDF procedure", 2022, equation 2). A word must stand in two memories, so that a name never repeats what
one memory alone says. Short texts are central sentences: those of the memories nearest to the centre that hold most of
these words, and not the same ones twice (after D. Radev et al., "Centroid-based summarization of multiple documents",
2004).
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from engine.memory.consolidation.language import Language
from engine.memory.consolidation.statement_words import words

WORDS = 3
"""Words in a name."""

LONGEST_SENTENCE = 240
SENTENCES = 2
_WORD = re.compile(r"(?<![\w'’])[^\W\d_]{3,}(?!['’](?!s\b)\w)")
_SAME_WORDS = 0.5
_CHAT = words(
    "yeah yep okay thanks thank hey hi hello wow lol haha sure great good nice really sounds like love glad awesome "
    "cool know think going get got one thing things time year day week last next lot way let want see look make made "
    "mean means happened feel feeling woohoo yay thats amazing totally definitely absolutely tough other others since "
    "being everyone something someone anything",
    "спасибо привет пока хорошо ладно конечно очень просто вообще думаю знаю надо могу хочу раз день год время "
    "неделя сегодня завтра вчера",
)
"""What people say whatever they talk of; it names nothing."""


class Namer:
    """Counts the words of groups, and names them."""

    def __init__(self, language: Language, *, besides: Sequence[str] = ()) -> None:
        """Make it.

        Args:
            language: How texts are read.
            besides: Texts whose words name nothing, as the names of those who speak to each other.
        """
        self._language = language
        self._empty = (
            frozenset({""})
            | frozenset(language.stem(word) for word in _CHAT)
            | frozenset(language.stem(word) for word in language.stop)
        )
        self._stems: dict[str, str] = {}
        self._empty |= {self._stem(word) for text in besides for word in _WORD.findall(text)}
        self._groups: dict[int, Counter[str]] = {}
        self._shared: dict[int, frozenset[str]] = {}
        self._forms: dict[int, dict[str, Counter[str]]] = {}
        self._all: Counter[str] = Counter()

    def add(self, group: int, texts: Sequence[str]) -> None:
        """Count the words of some of a group's memories."""
        counted: Counter[str] = Counter()
        spread: Counter[str] = Counter()
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        for text in texts:
            here: Counter[str] = Counter()
            for written in _WORD.findall(text):
                stem = self._stem(written)
                if stem not in self._empty:
                    here[stem] += 1
                    forms[stem][written] += 1
            counted.update(here)
            spread.update(here.keys())
        self._groups[group] = counted
        self._forms[group] = forms
        self._shared[group] = frozenset(stem for stem, times in spread.items() if times > 1)
        self._all.update(counted)

    def weights(self, group: int) -> Mapping[str, float]:
        """The group's words that two of its memories hold, by class-based TF-IDF; all of them where there are none."""
        counted = self._groups[group]
        average = sum(self._all.values()) / max(1, len(self._groups))
        total = max(1, sum(counted.values()))
        return {
            stem: times / total * math.log(1.0 + average / self._all[stem])
            for stem, times in counted.items()
            if stem in self._shared[group] or not self._shared[group]
        }

    def name(self, group: int) -> str:
        """Up to `WORDS` words that tell a group from the others; `…` where its memories hold no words."""
        weights = self.weights(group)
        best = sorted(weights, key=lambda stem: (-weights[stem], stem))[:WORDS]
        written = [self._written(group, stem) for stem in best]
        named = ", ".join(written) or "…"
        return named[:1].upper() + named[1:]

    def summary(self, group: int, texts: Sequence[str]) -> str:
        """Central sentences of texts, the nearest to the centre first."""
        weights = self.weights(group)
        rated: list[tuple[float, str, frozenset[str]]] = []
        for place, text in enumerate(texts):
            for sentence in self._language.sentences(text):
                written = " ".join(sentence.split())
                stems = frozenset(self._stem(word) for word in _WORD.findall(written)) - self._empty
                if len(stems) < 2 or len(written) > LONGEST_SENTENCE or written.endswith(("?", "？")):
                    continue
                value = sum(weights.get(stem, 0.0) for stem in stems) / math.sqrt(len(stems))
                rated.append((value / math.log2(place + 2), written, stems))
        chosen: list[tuple[str, frozenset[str]]] = []
        for _, written, stems in sorted(rated, key=lambda one: (-one[0], one[1])):
            if all(len(stems & other) < _SAME_WORDS * min(len(stems), len(other)) for _, other in chosen):
                chosen.append((written, stems))
            if len(chosen) == SENTENCES:
                break
        return " ".join(written if written[-1] in ".!…" else f"{written}." for written, _ in chosen)

    def _stem(self, written: str) -> str:
        if written not in self._stems:
            folded = written.casefold().replace("ё", "е").replace("’", "'").removesuffix("'s")
            self._stems[written] = "" if folded in self._language.stop else self._language.stem(folded)
        return self._stems[written]

    def _written(self, group: int, stem: str) -> str:
        """A word as the group's memories write it most often; in lower case where they do so at all."""
        forms = self._forms[group][stem]
        low = {form: times for form, times in forms.items() if form.islower()}
        choice = low or forms
        return max(sorted(choice), key=lambda form: choice[form])
