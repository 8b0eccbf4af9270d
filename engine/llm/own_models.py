"""What the owner decided about chat models beyond the options: models added by hand, a month beyond the budget."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

from engine.errors import SettingsError
from engine.llm.lists import info_from_json
from engine.llm.messages import ChatModelInfo
from engine.models.files import read_json, write_json


class OwnModels:
    """One small file in the data folder, `chat-models.json`. Thread-safe; it is read once, at first use."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._data: dict[str, Any] | None = None

    def models(self) -> list[ChatModelInfo]:
        """The models that were added, in the order of their addition."""
        with self._lock:
            rows = self._read().get("models")
            found = [info_from_json(row) for row in rows] if isinstance(rows, list) else []
            return [info for info in found if info is not None]

    def add(self, info: ChatModelInfo) -> None:
        """Add a model, or replace the one of its id.

        Raises:
            SettingsError: the file cannot be written.
        """
        kept = [one for one in self.models() if one.id != info.id]
        self._write(models=[dataclasses.asdict(one) for one in (*kept, info)])

    def remove(self, ident: str) -> bool:
        """Take a model away.

        Returns:
            Whether there was one.

        Raises:
            SettingsError: the file cannot be written.
        """
        models = self.models()
        kept = [one for one in models if one.id != ident]
        if len(kept) == len(models):
            return False
        self._write(models=[dataclasses.asdict(one) for one in kept])
        return True

    @property
    def over_budget_month(self) -> str:
        """The month, as 2026-03, in which the owner allowed to go beyond the budget; empty for none."""
        with self._lock:
            return str(self._read().get("over_budget_month") or "")

    def allow_over_budget(self, month: str) -> None:
        """Remember that month.

        Raises:
            SettingsError: the file cannot be written.
        """
        self._write(over_budget_month=month)

    def _read(self) -> dict[str, Any]:
        if self._data is None:
            found = read_json(self._file) if self._file.is_file() else {}
            self._data = found if isinstance(found, dict) else {}
        return self._data

    def _write(self, **changed: Any) -> None:
        with self._lock:
            data = {**self._read(), **changed}
            try:
                write_json(self._file, data)
            except OSError as error:
                raise SettingsError(
                    f"{self._file} cannot be written ({error.strerror}). Nothing was changed."
                ) from error
            self._data = data
