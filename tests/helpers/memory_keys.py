"""A store for keys like the system's, in this process."""

from __future__ import annotations

from engine.llm.system_keys import SystemKeysError


class MemoryKeys:
    """Keeps keys; refuses everything while `broken`."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.broken = False
        self.reads = 0

    def get(self, name: str) -> str | None:
        self._check()
        self.reads += 1
        return self.kept.get(name)

    def set(self, name: str, text: str) -> None:
        self._check()
        self.kept[name] = text

    def delete(self, name: str) -> None:
        self._check()
        self.kept.pop(name, None)

    def _check(self) -> None:
        if self.broken:
            raise SystemKeysError("PromptDismissed")
