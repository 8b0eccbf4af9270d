"""The owner's own prompts: text files in the data folder, one for each, inserted by `/name`."""

from __future__ import annotations

import logging
import re
from pathlib import Path

FOLDER = "prompts"
_NAME = re.compile(r"[^\w-]+")
_LONGEST = 50_000
_log = logging.getLogger(__name__)


class Prompts:
    """Reads and writes them.

    Args:
        data_dir: The data folder; the prompts lie in `prompts/*.md` there.
    """

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER

    def listing(self) -> list[tuple[str, str]]:
        """Name and text of every prompt, by name. A file that cannot be read is left out."""
        found = []
        for path in sorted(self.folder.glob("*.md")) if self.folder.is_dir() else []:
            try:
                found.append((path.stem, path.read_text(encoding="utf-8")[:_LONGEST].strip()))
            except (OSError, UnicodeDecodeError) as error:
                _log.warning("the prompt %s cannot be read: %s", path.name, error)
        return found

    def save(self, name: str, text: str) -> str:
        """Keep a prompt; one of the same name is replaced.

        Returns:
            The name that it has: letters, digits, `-` and `_`.

        Raises:
            OSError: it cannot be written.
            ValueError: no letter of the name can be used.
        """
        clean = _NAME.sub("-", name.strip().lstrip("/")).strip("-")[:60]
        if not clean:
            raise ValueError(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{clean}.md").write_text(text.strip() + "\n", encoding="utf-8")
        return clean

    def remove(self, name: str) -> bool:
        """Forget a prompt.

        Returns:
            Whether there was one.
        """
        path = self.folder / f"{_NAME.sub('-', name.strip().lstrip('/')).strip('-')}.md"
        if not path.is_file():
            return False
        path.unlink()
        return True
