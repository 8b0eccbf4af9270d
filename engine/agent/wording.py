"""What an answer says in its own words, in English and Russian. Everything else in an answer is quoted."""

from __future__ import annotations

import ntpath
import posixpath

from engine.values import Answer, ConversationSource, DocumentSource, Hit

_STATEMENT = {
    "en": "Quoted word for word from memory: no language model is set up.",
    "ru": "Дословные цитаты из памяти: языковая модель не настроена.",
}
_INSTEAD = {
    "en": "Quoted word for word from memory, for the language model did not answer: {why}",
    "ru": "Дословные цитаты из памяти: языковая модель не ответила. {why}",
}
_WRITTEN = {"en": "Written by {model}.", "ru": "Написано моделью {model}."}
_NOTHING = {
    "en": "Nothing in your memory answers this question.",
    "ru": "В вашей памяти нет ответа на этот вопрос.",
}
_ADVICE = {
    "en": "Drop files on the window that may hold the answer, or ask with the words that they would use.",
    "ru": "Перетащите в окно файлы, где может быть ответ, или спросите словами, которые могут в них стоять.",
}
_CLOSEST = {
    "en": "The closest passage is {place}. [1]",
    "ru": "Ближайшее по теме место — {place}. [1]",
}
_IN = {"en": "in {name}", "ru": "{name}"}
_UNDER = {"en": "in {name}, under “{heading}”", "ru": "{name}, раздел «{heading}»"}
_PAGE = {"en": ", page {page}", "ru": ", страница {page}"}
_TALK = {"en": "in an earlier conversation", "ru": "одна из прежних бесед"}
_NOTE = {"en": "one of your notes", "ru": "одна из ваших заметок"}


def statement(*, language: str = "en") -> str:
    """That the answer was quoted and why; a front end shows it with every answer that is `made_by` quotes."""
    return _STATEMENT.get(language, _STATEMENT["en"])


def statement_for(answer: Answer) -> str | None:
    """Who made an answer, in the language of its question; None where it says it all itself."""
    from engine.agent.questions import language  # loaded where an answer is, not with the command line

    asked = "ru" if language(answer.question) == "ru" else "en"
    if answer.made_by != "quotes":
        written = _WRITTEN[asked].format(model=answer.made_by)
        return f"{written} {answer.note}" if answer.note else written
    if answer.note:
        return _INSTEAD[asked].format(why=answer.note)
    return None if answer.abstained else statement(language=asked)


def abstention(*, language: str, closest: Hit | None) -> str:
    """That nothing was found, with the closest passage as `[1]` where there is one, else with what may help."""
    known = language if language in _NOTHING else "en"
    if closest is None:
        return f"{_NOTHING[known]} {_ADVICE[known]}"
    return f"{_NOTHING[known]} {_CLOSEST[known].format(place=_place(closest, known))}"


def _place(hit: Hit, language: str) -> str:
    source = hit.memory.source
    if isinstance(source, ConversationSource):
        return _TALK[language]
    if not isinstance(source, DocumentSource):
        return _NOTE[language]
    name = ntpath.basename(posixpath.basename(source.path)) or source.path
    heading = " ".join(source.heading[-1].split()) if source.heading else ""
    place = (_UNDER if heading else _IN)[language].format(name=name, heading=heading)
    return place + (_PAGE[language].format(page=source.page) if source.page is not None else "")
