"""Where the files of a model lie, and whether they are what the catalogue says.

Models that came with the program lie in its resources, one folder each. The others lie in the data folder as
`models/<id>/<variant>/`, each with a manifest that holds the size and checksum of every file.

A checksum over all files takes about a tenth of a second for the smallest model, too much for each start. So a full
check leaves a stamp (size and time of change of every file) in the cache folder, and a start compares stamps only.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from engine import paths
from engine.errors import ModelError
from engine.models import catalog, manifest
from engine.models.entry import ModelEntry, ModelFile, Task
from engine.models.files import bytes_in, sha256_of, sync_file, sync_folder

_log = logging.getLogger(__name__)
_OWN = "own"
"""Folder of a model that has no variants."""
_OLD = ".old-"
_TASKS: dict[Task, str] = {"embed": "an embedder", "rerank": "a reranker", "chat": "a language model"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocatedModel:
    """A model whose files are all there, each of the right size.

    `verified` tells that a full check has passed since the files last changed.
    """

    entry: ModelEntry
    folder: Path
    verified: bool

    @property
    def model_path(self) -> Path:
        """The ONNX file."""
        return self.folder / self.entry.model_file

    @property
    def tokenizer_path(self) -> Path:
        """The tokenizer's file."""
        return self.folder / self.entry.tokenizer_file


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A folder of the data folder that holds a model, or what is left of one.

    Attributes:
        id: As the folder is named.
        variant: As the folder is named; empty for a model without variants.
        folder: Where it lies.
        manifest: None where it cannot be read.
        problem: Why the model cannot be used, or None.
        bytes: On disk.
        verified: A full check has passed since the files last changed.
    """

    id: str
    variant: str
    folder: Path
    manifest: manifest.Manifest | None
    problem: str | None
    bytes: int
    verified: bool


class ModelStore:
    """Finds, checks, installs and removes models. Thread-safe."""

    def __init__(self, *, stamps: Path, bundled: Path | None = None, installed: Path | None = None) -> None:
        """Make a store.

        Args:
            stamps: file that remembers which checks have passed; made when it is first needed.
            bundled: folder of the models that came with the program, one folder each.
            installed: folder of the models that came later; None knows only the bundled ones.
        """
        self._stamps = stamps
        self._bundled = paths.resources() / "models" if bundled is None else bundled
        self._installed = installed
        self._lock = threading.Lock()

    def find(self, ident: str, *, task: Task | None = None) -> ModelEntry:
        """The entry of that name, as `bge-m3:fp16`: of the catalogue or of the owner's own models.

        An installed model comes with the size and checksum of every file.

        Args:
            ident: id, and the variant where it is not the recommended one.
            task: what the model must be fit for.

        Raises:
            ModelError: no model has that name, or it is for another task.
        """
        model_id, variant = catalog.split(ident)
        if catalog.known(model_id) is not None:
            entry = catalog.find(ident)
            folder = self.folder(entry)
            if not entry.bundled and (folder / manifest.NAME).is_file():
                entry = self._read(folder, entry.id).current_entry
        elif self._installed is not None and (self._installed / model_id / (variant or _OWN)).is_dir():
            entry = self._read(self._installed / model_id / (variant or _OWN), model_id).current_entry
        else:
            entry = catalog.find(ident)  # raises, with the names that there are
        if task is not None and entry.task != task:
            raise ModelError(
                f"{ident} is {_TASKS[entry.task]}, not {_TASKS[task]}. `magray models list` shows what there is."
            )
        return entry

    def folder(self, entry: ModelEntry) -> Path:
        """Where the files of an entry belong."""
        if entry.bundled or self._installed is None:
            return self._bundled / entry.id
        return self._installed / entry.id / (entry.variant or _OWN)

    def locate(self, entry: ModelEntry) -> LocatedModel:
        """Find a model by a quick look: every file is there and has its size.

        Raises:
            ModelError: it is not installed, or a file is missing or of another size; the message names it.
        """
        entry, folder = self._resolve(entry)
        stamp = _stamp(entry, folder)
        return LocatedModel(entry=entry, folder=folder, verified=self._read_stamps().get(str(folder)) == stamp)

    def verify(self, entry: ModelEntry) -> LocatedModel:
        """Check every byte and remember that it was right.

        Raises:
            ModelError: a file is missing, cannot be read or was altered; the message names it.
        """
        entry, folder = self._resolve(entry)
        stamp = _stamp(entry, folder)
        for file in entry.files:
            path = folder / file.name
            try:
                found = sha256_of(path)
            except OSError as error:
                raise _damaged(entry, path, f"it cannot be read ({error.strerror})") from error
            if found != file.sha256:
                raise _damaged(entry, path, "its content is not what it should be")
        self._write_stamp(folder, stamp)
        return LocatedModel(entry=entry, folder=folder, verified=True)

    def installed(self) -> list[InstalledModel]:
        """Every model of the data folder, by name; damaged ones too."""
        found: list[InstalledModel] = []
        if self._installed is None or not self._installed.is_dir():
            return found
        for parent in sorted(self._installed.iterdir()):
            if not parent.name.startswith(".") and parent.is_dir():
                folders = (one for one in sorted(parent.iterdir()) if one.is_dir() and not one.name.startswith("."))
                found += [self._look(folder) for folder in folders]
        return found

    def install(self, staged: Path, *, entry: ModelEntry, how: manifest.How, source: str) -> LocatedModel:
        """Take a folder with checked files in, at once or not at all. What was there under that name is replaced.

        Args:
            staged: on the same disk, with exactly the entry's files; it is gone afterwards.
            entry: with size and checksum of every file.
            how: see `Manifest`.
            source: address or path that it came from.

        Raises:
            ModelError: a size or checksum is not known.
            OSError: the disk refuses; what was installed before is still there.
        """
        if entry.bundled or self._installed is None:
            raise ModelError(f"{entry.id} came with Magray and is not replaced. Nothing was changed.")
        target = self.folder(entry)
        manifest.write(staged, entry=entry, how=how, source=source)
        for file in entry.files:
            sync_file(staged / file.name)
        sync_folder(staged)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        aside = target.with_name(_OLD + target.name)
        with self._lock:
            if aside.exists():
                shutil.rmtree(aside)
            if target.exists():
                target.rename(aside)
            try:
                staged.rename(target)
            except OSError:
                if aside.exists():
                    aside.rename(target)
                raise
        sync_folder(target.parent)
        shutil.rmtree(aside, ignore_errors=True)  # a leftover is taken away by the next `recover`
        self._write_stamp(target, _stamp(entry, target))
        return LocatedModel(entry=entry, folder=target, verified=True)

    def remove(self, model: InstalledModel) -> int:
        """Take a model out.

        Returns:
            Bytes that are free now.

        Raises:
            OSError: the disk refuses, or another program holds a file open.
        """
        aside = model.folder.with_name(f".gone-{model.folder.name}")
        with self._lock:
            if aside.exists():
                shutil.rmtree(aside)
            model.folder.rename(aside)  # at once: half a model is never seen
        shutil.rmtree(aside)
        if not any(model.folder.parent.iterdir()):
            model.folder.parent.rmdir()
        return model.bytes

    def recover(self) -> None:
        """Finish what a crash between two renames left: put the old model back, or take leftovers away."""
        if self._installed is None or not self._installed.is_dir():
            return
        for aside in self._installed.glob(f"*/{_OLD}*"):
            target = aside.with_name(aside.name.removeprefix(_OLD))
            if target.exists():
                shutil.rmtree(aside, ignore_errors=True)
            else:
                aside.rename(target)
        for aside in self._installed.glob("*/.gone-*"):
            shutil.rmtree(aside, ignore_errors=True)

    def _resolve(self, entry: ModelEntry) -> tuple[ModelEntry, Path]:
        folder = self.folder(entry)
        if entry.bundled or self._installed is None:
            return entry, folder
        if not (folder / manifest.NAME).is_file():
            raise ModelError(
                f"The model {entry.ident} is not installed. Install it by `magray models download {entry.ident}`,"
                " or go back to the one that came with Magray by `magray models use all-minilm-l6-v2`."
            )
        return self._read(folder, entry.id).current_entry, folder

    def _read(self, folder: Path, model_id: str) -> manifest.Manifest:
        """The manifest in a folder, which must speak of the model that the folder is named after."""
        found = manifest.read(folder)
        if found.entry.id != model_id or (found.entry.variant or _OWN) != folder.name:
            raise ModelError(
                f"{folder} should hold {model_id} and holds {found.entry.ident}. Remove the model and install it again."
            )
        return found

    def _look(self, folder: Path) -> InstalledModel:
        model_id, variant = folder.parent.name, "" if folder.name == _OWN else folder.name
        found, problem, verified = None, None, False
        try:
            found = self._read(folder, model_id)
            verified = self._read_stamps().get(str(folder)) == _stamp(found.current_entry, folder)
        except ModelError as error:
            problem = str(error)
        return InstalledModel(
            id=model_id,
            variant=variant,
            folder=folder,
            manifest=found,
            problem=problem,
            bytes=bytes_in(folder),
            verified=verified,
        )

    def _read_stamps(self) -> dict[str, object]:
        try:
            stamps = json.loads(self._stamps.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            _log.info("the stamps of checked models cannot be read (%s): they are checked again", error)
            return {}
        return stamps if isinstance(stamps, dict) else {}

    def _write_stamp(self, folder: Path, stamp: dict[str, list[int]]) -> None:
        with self._lock:
            stamps = self._read_stamps() | {str(folder): stamp}
            temporary = self._stamps.with_name(f"{self._stamps.name}.{os.getpid()}.new")
            try:
                self._stamps.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                temporary.write_text(json.dumps(stamps), "utf-8")
                temporary.replace(self._stamps)
            except OSError as error:
                _log.info("the stamp of a checked model cannot be kept (%s): it is checked again next time", error)


def _stamp(entry: ModelEntry, folder: Path) -> dict[str, list[int]]:
    stamp: dict[str, list[int]] = {}
    for file in entry.files:
        stat = _stat(entry, folder / file.name, file)
        stamp[file.name] = [stat.st_size, stat.st_mtime_ns]
    return stamp


def _stat(entry: ModelEntry, path: Path, file: ModelFile) -> os.stat_result:
    try:
        stat = path.stat()
    except OSError as error:
        raise _damaged(entry, path, f"it cannot be found ({error.strerror})") from error
    if stat.st_size != file.size:
        raise _damaged(entry, path, f"it has {stat.st_size} bytes in place of {file.size}")
    return stat


def _damaged(entry: ModelEntry, path: Path, why: str) -> ModelError:
    if entry.bundled:
        mend = "Install Magray again."
    elif entry.custom:
        mend = "Import the model again."
    else:
        mend = f"`magray models download {entry.ident}` brings it again."
    return ModelError(f"The model file {path} cannot be used: {why}. Your memories are untouched. {mend}")
