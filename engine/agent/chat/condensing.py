"""Names and short texts by a language model, for consolidation: where one is set up and the owner allows it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from engine.agent.chat.gathering import Models
from engine.agent.chat.prompts import Name, prompt
from engine.agent.chat.sources import as_data
from engine.agent.chat.whole import complete
from engine.errors import ChatModelError, SettingsError
from engine.llm.messages import ChatMessage, ChatRequest
from engine.settings import Settings

_log = logging.getLogger(__name__)
_TOKENS = 1200
_LONGEST_NAME = 60
_LONGEST_SUMMARY = 400
_MATERIAL = 24_000


class Condensing:
    """Asks the small chat model. Offline, over the month's budget, or without a model it gives None.

    The model's own gate keeps all three: nothing is sent past it.
    """

    def __init__(self, models: Models, settings: Settings) -> None:
        self._models = models
        self.settings = settings

    async def name(self, texts: Sequence[str]) -> tuple[str, str] | None:
        """A name and a short text for memories about one thing."""
        written = await self._ask("group", "notes", "\n".join(f"- {' '.join(text.split())}" for text in texts))
        if written is None:
            return None
        first, _, rest = written.partition("\n")
        name, summary = first.strip(" \"'“”«»*#.`"), " ".join(rest.split())
        return (name, summary[:_LONGEST_SUMMARY]) if 0 < len(name) <= _LONGEST_NAME else None

    async def tell(self, turns: Sequence[str]) -> str | None:
        """What was said, in short."""
        return await self._ask("summarise", "conversation", "\n".join(turns))

    async def _ask(self, wanted: Name, mark: str, material: str) -> str | None:
        if not self.settings.consolidation.use_model or not self._models.available():
            return None
        try:
            model = self._models.answering("summarise")
            request = ChatRequest(
                messages=(ChatMessage.of("user", f"<{mark}>\n{as_data(material[-_MATERIAL:])}\n</{mark}>"),),
                system=prompt(wanted),
                max_output_tokens=_TOKENS,
                purpose="summarise",
            )
            return (await complete(model, request)).strip() or None
        except (ChatModelError, SettingsError) as error:
            _log.info("what is tidied up is told in its own words, for no model wrote: %s", error)
            return None
