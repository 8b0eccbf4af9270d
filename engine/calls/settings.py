"""Options: what there is, what holds and from where, and changing one."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from engine.calls.base import Calls
from engine.events import SettingsChanged
from engine.settings import Settings
from engine.settings_table import OptionState, find_option, get_option, read_options, reset_option, write_option


class SettingsCalls(Calls):
    """Options: what there is, what holds and from where, and changing one."""

    async def options(self) -> list[OptionState]:
        """Every option with what holds for it, in the order of the table.

        Raises:
            SettingsError: `config.toml` is not TOML, or a variable cannot be parsed.
        """
        self._check()
        return await self._parts.executors.run("io", read_options, self.settings)

    async def change_option(self, name: str, value: Any) -> OptionState:
        """Set one option in `config.toml`; one that needs no restart holds from now on.

        Raises:
            OptionError: the option is unknown, or the value does not fit it.
            SettingsError: the file cannot be written.
        """
        self._check()
        await self._parts.executors.run("io", write_option, self.settings.paths, name, value)
        return await self._follow(name)

    async def reset_option(self, name: str) -> OptionState:
        """Take one option out of `config.toml`, so that the profile's or the default value holds again.

        Raises:
            OptionError: the option is unknown.
            SettingsError: the file cannot be written.
        """
        self._check()
        await self._parts.executors.run("io", reset_option, self.settings.paths, name)
        return await self._follow(name)

    async def _follow(self, name: str) -> OptionState:
        """Read what holds now and hand it to the parts that can take it while they run."""
        option = find_option(name)
        if not option.needs_restart:
            read = await self._parts.executors.run("io", lambda: Settings(**self.settings.given))
            self.settings = with_option(self.settings, name, get_option(read, name))
            if name == "offline":
                self._parts.offline.set(self.settings.offline)
            if name == "offline" or name.startswith("llm."):
                self._parts.models.follow(self.settings)
                self._parts.llm.follow(self.settings)
            if name.startswith(("embedding.", "reranking.")):
                await self._parts.in_use.follow(self.settings)
            if name.startswith("life."):
                self._parts.life.follow(self.settings)
            if name.startswith(("consolidation.", "chat.", "llm.")):
                self._parts.consolidator.follow(self.settings)
            if name.startswith("promotion."):
                self._parts.promotion.follow(self.settings)
            if name.startswith("backup."):
                self._parts.backups.follow(self.settings.backup)
            if name.startswith(("chat.", "llm.")):
                self._parts.chat.follow(self.settings)
            if name.startswith("background."):
                self._parts.resources.follow(self.settings)
            if name.startswith("streaming."):
                self._parts.streams.follow(self.settings)
        self.events.publish(SettingsChanged(name=name, settings=self.settings))
        return next(state for state in await self.options() if state.option.name == name)


def with_option(settings: Settings, name: str, value: Any) -> Settings:
    """The same settings but for one option.

    Args:
        settings: what holds.
        name: dotted, as `llm.model`.
        value: of the option's type.
    """

    def changed(model: BaseModel, parts: list[str]) -> BaseModel:
        first, *rest = parts
        inner = changed(getattr(model, first), rest) if rest else value
        return model.model_copy(update={first: inner})

    copied = changed(settings, name.split("."))
    assert isinstance(copied, Settings)
    return copied
