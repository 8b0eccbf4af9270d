"""What is written beside the files of an installed model: the entry with every size and checksum, and its origin."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, cast, get_args

from engine.errors import ModelError
from engine.models import catalog
from engine.models.entry import ModelEntry
from engine.models.entry_json import from_json, to_json
from engine.models.files import read_json, write_json

NAME = "manifest.json"
How = Literal["download", "import", "custom"]
_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One installed model.

    Attributes:
        entry: With size and checksum of every file.
        how: It was downloaded, imported as a model of the catalogue, or imported as the owner's own.
        source: Address or path that it came from.
        installed_at: In UTC.
    """

    entry: ModelEntry
    how: How
    source: str
    installed_at: datetime

    @property
    def current_entry(self) -> ModelEntry:
        """The entry to work with: files as installed, everything else as the catalogue says today."""
        known = catalog.known(self.entry.id)
        if known is None or self.how == "custom":
            return self.entry
        if any(one.name == self.entry.variant for one in known.variants):
            known = known.select(self.entry.variant)
        return replace(
            known,
            variant=self.entry.variant,
            quantization=self.entry.quantization,
            files=self.entry.files,
            model_file=self.entry.model_file,
            tokenizer_file=self.entry.tokenizer_file,
            repository=self.entry.repository,
            revision=self.entry.revision,
        )


def write(folder: Path, *, entry: ModelEntry, how: How, source: str) -> None:
    """Write the manifest of a model whose files lie in `folder`.

    Raises:
        ModelError: a size or checksum is not known.
        OSError: it cannot be written.
    """
    _check_known(entry, folder / NAME)
    write_json(
        folder / NAME,
        {
            "format": _FORMAT,
            "how": how,
            "source": source,
            "installed_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "entry": to_json(entry),
        },
    )


def read(folder: Path) -> Manifest:
    """Read the manifest of an installed model.

    Raises:
        ModelError: there is none, or it is torn, or its entry breaks a rule; the message names file and field.
    """
    path = folder / NAME
    plain = read_json(path)
    if not isinstance(plain, dict) or not isinstance(plain.get("format"), int):
        raise ModelError(f"{path} does not describe a model.")
    if plain["format"] > _FORMAT:
        raise ModelError(f"{path} was written by a newer version of Magray. Install the model again.")
    entry = from_json(plain.get("entry"), where=str(path))
    _check_known(entry, path)
    how = plain.get("how")
    if how not in get_args(How):
        raise ModelError(f"{path} does not say how the model came here. Install the model again.")
    try:
        installed_at = datetime.fromisoformat(str(plain.get("installed_at")))
    except ValueError:
        installed_at = datetime.fromtimestamp(0, UTC)
    return Manifest(
        entry=entry,
        how=cast("How", how),
        source=str(plain.get("source", "")),
        installed_at=installed_at if installed_at.tzinfo else installed_at.replace(tzinfo=UTC),
    )


def _check_known(entry: ModelEntry, path: Path) -> None:
    for file in entry.files:
        if file.size is None or file.sha256 is None:
            raise ModelError(
                f"The model entry {entry.id} in {path} cannot be used: files {file.name} has no size or checksum."
                " Install the model again."
            )
