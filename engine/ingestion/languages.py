"""Tells in which language documents are written, and says once when search by meaning does not know it.

By script, then by stop words: enough to tell whether an embedder knows the language, not more.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from engine.embedding.embedder import Embedder
from engine.errors import StoreError
from engine.events import EventBus, Notice
from engine.executors import Executors
from engine.ingestion.drafts import Ready
from engine.memory.analysis import script_language
from engine.memory.stop_words import STOP_WORDS
from engine.memory.store import said
from engine.memory.store.database import Database
from engine.models import catalog
from engine.models.store import ModelStore
from engine.paths import resources

_log = logging.getLogger(__name__)
_SAMPLE = 20_000
"""Characters of a document that are looked at, from all over it."""
_PIECES = 40
_FEWEST_LETTERS = 40
_SHARE = 0.2
"""Share of the letters that a language must have: a quotation or some names make no document Russian."""
_STOP_SHARE = 0.1
_FEWEST_STOPS = 5
_DENSE = frozenset({"zh", "ja", "ko", "th"})
_DENSITY = 3
"""One character of these scripts says about as much as three letters."""
_WORD = re.compile(r"[^\W\d_]+")
_UKRAINIAN = re.compile(r"[ҐґЄєІіЇї]")
_NAMES = {
    "ar": "Arabic",
    "bn": "Bengali",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hy": "Armenian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ka": "Georgian",
    "ko": "Korean",
    "nl": "Dutch",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
}


def languages_of(texts: Sequence[str]) -> list[str]:
    """The languages of a document's prose as ISO 639-1 codes, the one with the most letters first.

    Args:
        texts: Its passages.

    Returns:
        Those with a fifth of the letters or more; nothing where there is too little text to tell. Latin letters
        without telling words count for no language: names, figures and code have none.
    """
    letters: Counter[str] = Counter()
    stops: Counter[str] = Counter()
    words = 0
    for text in _spread(texts):
        for character in text:
            if character.isalpha():
                letters[script_language(ord(character))] += 1
        for word in _WORD.findall(text.casefold()):
            words += 1
            stops.update(language for language, known in STOP_WORDS.items() if word in known)
    if letters["ja"]:
        letters["ja"] += letters.pop("zh", 0)  # kana among Han
    if letters["ru"] and sum(len(_UKRAINIAN.findall(text)) for text in texts[:_PIECES]) > 0.02 * letters["ru"]:
        letters["uk"] = letters.pop("ru")
    for dense in _DENSE & set(letters):
        letters[dense] *= _DENSITY
    total = letters.total()
    latin = letters.pop("latin", 0)
    language, count = max(stops.items(), key=lambda one: (one[1], one[0] == "en"), default=("", 0))
    latin_words = max(1.0, words * latin / max(1, total))
    if latin and count >= max(_FEWEST_STOPS, _STOP_SHARE * latin_words):
        letters[language] = latin
    return [language for language, amount in letters.most_common() if amount >= max(_FEWEST_LETTERS, _SHARE * total)]


def language_name(code: str) -> str:
    """A language's English name."""
    return _NAMES.get(code, f"the language {code!r}")


def _spread(texts: Sequence[str]) -> Iterable[str]:
    """Pieces from all over a document."""
    step = max(1, len(texts) // _PIECES)
    chosen = texts[::step]
    room = max(200, _SAMPLE // max(1, len(chosen)))
    return (text[:room] for text in chosen)


class LanguageWatch:
    """Looks at new documents until one is in a language that the embedder does not know; then says so, once."""

    def __init__(
        self, *, store: Database, executors: Executors, embedder: Embedder, events: EventBus, models: ModelStore
    ) -> None:
        self._store = store
        self._executors = executors
        self._embedder = embedder
        self._events = events
        self._models = models
        self._quiet: set[str] = set()

    async def look(self, group: Sequence[Ready]) -> None:
        """Look at documents that came into memory."""
        languages, model = self._embedder.languages, self._embedder.model_id
        if "*" in languages or model in self._quiet:
            return
        unknown = await self._executors.run("io", _first_unknown, group, languages)
        if unknown is None:
            return
        self._quiet.add(model)
        try:
            first = await self._executors.run("store", self._say, f"language unknown to {model}")
        except StoreError as error:  # the documents are in memory all the same; the next start says it
            _log.warning("that a language is not known could not be written down (%s)", error)
            return
        if first:
            text, action = await self._executors.run("io", self._words, *unknown)
            self._events.publish(Notice(level="info", text=text, action=action))

    def _say(self, what: str) -> bool:
        with self._store.write() as writer:
            return said.say(writer, what)

    def _words(self, title: str, language: str) -> tuple[str, str | None]:
        """What is said, and the action that goes with it."""
        name = language_name(language)
        text = (
            f"“{title}” is in {name}, which the model that finds texts by meaning does not know. "
            f"Texts in {name} are found by their words only."
        )
        there = {one.id for one in self._models.installed() if one.problem is None}
        fit = [entry for entry in catalog.ENTRIES if entry.task == "embed" and {language, "*"} & entry.languages]
        if not fit:
            return text, None
        entry = min(fit, key=lambda one: (one.id not in there, one.size))
        if entry.id in there:
            return f"{text} {entry.name} is installed and knows it.", f"use_model:{entry.id}"
        return f"{text} {entry.name} knows it and can be downloaded.", f"get_model:{entry.id}"


def _first_unknown(group: Sequence[Ready], known: frozenset[str]) -> tuple[str, str] | None:
    """The first document that is mainly or partly in a language not known: its title and the language."""
    own = str(resources())
    for ready in group:
        if ready.document.path.startswith(own):  # the welcome is there in several languages
            continue
        texts = [memory.text for memory in ready.memories if memory.kind != "code"]
        for language in languages_of(texts):
            if language not in known:
                return ready.document.title, language
    return None
