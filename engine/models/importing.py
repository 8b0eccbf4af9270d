"""Models that somebody brings in a folder or a zip: known by their checksums, else looked at as the owner's own."""

from __future__ import annotations

import contextlib
import dataclasses
import re
import shutil
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.errors import ModelError
from engine.model_values import ModelCorrections, ModelProgress
from engine.models import catalog, manifest
from engine.models.custom import Proposal, find_onnx, own_id, propose
from engine.models.entry import ModelEntry, ModelFile, Variant
from engine.models.files import BLOCK, check_room, disk_error, sha256_of
from engine.models.meter import Meter
from engine.models.model_card import highest_token
from engine.models.store import LocatedModel, ModelStore
from engine.runtime.inspection import inspect_graph

_MOST_MEMBERS = 2000
_UNPACKED = ".unpacked"
WORK = "import-"
"""Folders in the staging folder whose names begin so are not finished imports."""
_SKIPPED = ("__MACOSX", ".DS_Store", "Thumbs.db", ".git")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What a folder holds: an entry, how it is known, and where each of its files lies."""

    entry: ModelEntry
    how: manifest.How
    sources: dict[str, Path]


class Import:
    """One folder or zip on its way in. Blocks; use it once."""

    def __init__(
        self,
        path: Path,
        *,
        store: ModelStore,
        staging: Path,
        report: Callable[[ModelProgress], None],
        stopped: Callable[[], bool] = lambda: False,
        installing: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
        corrections: ModelCorrections | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare an import; nothing is read yet.

        Args:
            path: a folder, or a zip of one.
            store: takes the model in.
            staging: folder on the store's disk for what is not finished.
            report: hears how it goes.
            stopped: asked between blocks; true ends the import with nothing changed.
            installing: entered while the finished model is taken in.
            corrections: what the owner knows better.
            clock: seconds.
        """
        self._path = path
        self._store = store
        self._staging = staging
        self._stopped = stopped
        self._installing = installing
        self._corrections = corrections or ModelCorrections()
        self._meter = Meter(path.name, report=report, clock=clock)

    def run(self) -> LocatedModel:
        """Recognise, copy, check, install.

        Raises:
            ModelError: it is not a model that can be used, or not the one that it says; the message tells why.
            StoreFullError: the disk is full, or would be.
        """
        work = self._staging / f"{WORK}{uuid.uuid4().hex[:12]}"
        try:
            with _removed_afterwards(work):
                found = self._recognise(self._unpacked(work))
                total = sum(path.stat().st_size for path in found.sources.values())
                check_room(self._staging, total)
                self._meter.begin(total=total)
                staged = work / "staged"
                staged.mkdir(parents=True)
                entry = dataclasses.replace(
                    found.entry, files=tuple(self._copy(found, file, staged) for file in found.entry.files)
                )
                self._meter.step("installing", file="")
                with self._installing():
                    located = self._store.install(staged, entry=entry, how=found.how, source=str(self._path))
        except OSError as error:
            raise disk_error(self._staging, error) from error
        self._meter.finish()
        return located

    def look(self) -> Recognised:
        """Recognise only; nothing is installed.

        Raises:
            ModelError: as for `run`.
        """
        work = self._staging / f"{WORK}{uuid.uuid4().hex[:12]}"
        try:
            with _removed_afterwards(work):
                found = self._recognise(self._unpacked(work))
                sized = (
                    dataclasses.replace(file, size=found.sources[file.name].stat().st_size)
                    for file in found.entry.files
                )
                return dataclasses.replace(found, entry=dataclasses.replace(found.entry, files=tuple(sized)))
        except OSError as error:
            raise disk_error(self._staging, error) from error

    def _unpacked(self, work: Path) -> Path:
        """The folder that holds the model: the path itself, or the one inside it or inside the zip."""
        path = self._path
        if path.is_dir():
            return _innermost(path)
        if not path.exists():
            raise ModelError(f"{path} cannot be found. Nothing was changed.")
        if not zipfile.is_zipfile(path):
            raise ModelError(f"{path} is neither a folder nor a zip. Nothing was changed.")
        self._meter.step("copying", file=path.name)
        self._unzip(work / _UNPACKED)
        return _innermost(work / _UNPACKED)

    def _unzip(self, folder: Path) -> None:
        try:
            with zipfile.ZipFile(self._path) as archive:
                members = [one for one in archive.infolist() if not one.is_dir() and _wanted(one.filename)]
                if len(members) > _MOST_MEMBERS:
                    raise ModelError(f"{self._path} holds {len(members)} files: no model does. Nothing was changed.")
                total = sum(one.file_size for one in members)
                check_room(self._staging, 2 * total)
                self._meter.begin(total=total)
                for member in members:
                    self._unzip_one(archive, member, folder)
        except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError) as error:
            why = "it needs a password" if "password" in str(error) else str(error) or "it ends too early"
            raise ModelError(f"{self._path} cannot be unpacked: {why}. Nothing was changed.") from error

    def _unzip_one(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        if inside.is_absolute() or ".." in inside.parts or ":" in member.filename:
            raise ModelError(f"{self._path} holds {member.filename!r}, which leads out of it. Nothing was changed.")
        if (member.external_attr >> 28) == 0xA:
            raise ModelError(f"{self._path} holds the link {member.filename!r}. Nothing was changed.")
        target = folder.joinpath(*inside.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        written = 0
        with archive.open(member) as source, target.open("xb") as stream:
            while block := source.read(BLOCK):
                self._check_stopped()
                written += len(block)
                if written > member.file_size:
                    raise ModelError(f"{member.filename} in {self._path} is larger than it says. Nothing was changed.")
                stream.write(block)
                self._meter.add(len(block))

    def _recognise(self, folder: Path) -> Recognised:
        self._meter.step("checking", file="")
        if (folder / manifest.NAME).is_file():
            return self._by_manifest(folder)
        files = find_onnx(folder)
        for path in files:
            if (entry := self._by_checksum(path)) is not None:
                return Recognised(entry=entry, how="import", sources=self._gather(entry, folder))
        if (named := _named_after(self._name(folder))) is not None:
            return self._by_name(named, folder, files)
        return self._own(folder)

    def _name(self, folder: Path) -> str:
        """What the owner calls it: the folder's name, or the zip's where it holds the files themselves."""
        return self._path.stem if folder.name == _UNPACKED else folder.name

    def _by_manifest(self, folder: Path) -> Recognised:
        """A folder that another Magray made."""
        claimed = manifest.read(folder)
        entry = claimed.entry
        known = catalog.known(entry.id)
        if known is None or claimed.how == "custom":
            fresh = propose(folder, name=entry.name, origin=entry.origin)
            if (entry.task, entry.dimensions) != (fresh.entry.task, fresh.entry.dimensions):
                raise ModelError(
                    f"{folder} says that it holds {entry.id} ({entry.task}, {entry.dimensions} dimensions), but the"
                    f" file is for {fresh.entry.task}, {fresh.entry.dimensions} dimensions. Nothing was changed."
                )
            entry = self._corrected(dataclasses.replace(entry, id=own_id(entry.id), custom=True, bundled=False))
            return Recognised(entry=entry, how="custom", sources=self._gather(entry, folder))
        if known.bundled:
            raise ModelError(f"{entry.id} came with Magray already. Nothing was changed.")
        variant = known.select(entry.variant)
        theirs = {file.name: file for file in entry.files}
        for file in variant.files:
            claim = theirs.get(file.name)
            if file.sha256 is not None and claim is not None and claim.sha256 != file.sha256:
                raise _another(folder / file.name, variant)
        return Recognised(entry=claimed.current_entry, how="import", sources=self._gather(entry, folder))

    def _by_checksum(self, path: Path) -> ModelEntry | None:
        """The entry and variant that has this very ONNX file."""
        size = path.stat().st_size
        candidates = [
            (entry, variant, file)
            for entry in catalog.ENTRIES
            if not entry.bundled
            for variant in entry.variants
            for file in variant.files
            if file.name == variant.model_file and file.sha256 is not None and file.size in (None, size)
        ]
        if not candidates:
            return None
        found = self._sha256(path)
        for entry, variant, file in candidates:
            if file.sha256 == found:
                return entry.select(variant.name)
        return None

    def _by_name(self, entry: ModelEntry, folder: Path, files: list[Path]) -> Recognised:
        """A folder named after a model of the catalogue that holds none of the files that the catalogue knows."""
        names = {path.name for path in files}
        variants = [one for one in entry.variants if one.model_file in names]
        unsure = [one for one in variants if _unknown(one)]
        if not unsure:
            if not files:
                raise ModelError(f"{folder} holds no ONNX file. Nothing was changed.")
            raise _another(files[0], entry)
        chosen = entry.select(unsure[0].name)
        sources = self._gather(chosen, folder)
        # No checksum is known that could tell, so the graph has to: it must at least be of this shape.
        facts = inspect_graph(sources[chosen.model_file], highest_token=highest_token(sources[chosen.tokenizer_file]))
        widths = {shape[-1] for shape in facts.outputs.values() if shape}
        if chosen.dimensions and chosen.dimensions not in widths:
            raise ModelError(
                f"{sources[chosen.model_file]} is not {chosen.ident}: it gives vectors of"
                f" {', '.join(map(str, sorted(widths)))} numbers, not of {chosen.dimensions}. Nothing was changed."
            )
        remark = "Imported without a checksum to hold it against: the catalogue knows none."
        return Recognised(
            entry=dataclasses.replace(chosen, note=f"{chosen.note} {remark}".strip()), how="import", sources=sources
        )

    def _own(self, folder: Path) -> Recognised:
        name = self._corrections.id or self._name(folder)
        proposal: Proposal = propose(folder, name=name, origin=str(self._path))
        return Recognised(entry=self._corrected(proposal.entry), how="custom", sources=proposal.sources)

    def _corrected(self, entry: ModelEntry) -> ModelEntry:
        better = {
            field.name: value
            for field in dataclasses.fields(self._corrections)
            if field.name != "id" and (value := getattr(self._corrections, field.name)) is not None
        }
        if "pooling" in better and entry.pooling == "none" and better["pooling"] != "none":
            raise ModelError(f"{entry.id} gives one vector a text by itself, so nothing is left to pool.")
        return dataclasses.replace(entry, **better)

    def _gather(self, entry: ModelEntry, folder: Path) -> dict[str, Path]:
        """Where each file of an entry lies: as in a repository, or flat."""
        sources = {}
        for file in entry.files:
            places = [folder / name for name in (file.name, file.path, f"onnx/{file.name}") if name]
            there = next((place for place in places if place.is_file()), None)
            if there is None:
                raise ModelError(
                    f"{folder} holds {entry.ident} without its {file.path or file.name}. Nothing was changed."
                )
            sources[file.name] = there
        return sources

    def _copy(self, found: Recognised, file: ModelFile, staged: Path) -> ModelFile:
        """Bring one file over, checked on the way."""
        source = found.sources[file.name]
        self._meter.step("copying", file=file.name)
        target = staged / file.name
        with source.open("rb") as incoming, target.open("xb") as outgoing:
            while block := incoming.read(BLOCK):
                self._check_stopped()
                outgoing.write(block)
                self._meter.add(len(block))
        # Read again: what counts is what lies on the disk now.
        sha256, size = self._sha256(target), target.stat().st_size
        if file.sha256 not in (None, sha256) or file.size not in (None, size):
            raise _another(source, found.entry)
        return dataclasses.replace(file, size=size, sha256=sha256)

    def _sha256(self, path: Path) -> str:
        return sha256_of(path, on_bytes=lambda _: self._check_stopped())

    def _check_stopped(self) -> None:
        if self._stopped():
            raise ModelError("The import was stopped. Nothing was changed.")


def _another(path: Path, entry: ModelEntry) -> ModelError:
    return ModelError(
        f"{path} is not the file of {entry.ident} that the catalogue knows: its content is another one. Nothing was"
        " changed. If it is a model of your own, give its folder another name and import it again."
    )


def _unknown(variant: Variant) -> bool:
    return any(file.sha256 is None for file in variant.files)


def _named_after(name: str) -> ModelEntry | None:
    """The entry that a folder's name means: its id, or the name of its repository or of its authors' one."""
    plain = re.sub(r"[^a-z0-9]", "", name.lower())
    for entry in catalog.ENTRIES:
        names = (entry.id, entry.repository.rpartition("/")[2], entry.origin.rpartition("/")[2])
        if not entry.bundled and plain in {re.sub(r"[^a-z0-9]", "", one.lower()) for one in names if one}:
            return entry
    return None


def _innermost(folder: Path) -> Path:
    """A folder that holds nothing but one folder stands for that one."""
    for _ in range(4):
        inside = [one for one in folder.iterdir() if one.name not in _SKIPPED and not one.name.startswith(".")]
        if len(inside) != 1 or not inside[0].is_dir() or inside[0].name == "onnx":
            break
        folder = inside[0]
    return folder


def _wanted(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and not any(part in _SKIPPED for part in parts)


@contextlib.contextmanager
def _removed_afterwards(folder: Path) -> Iterator[None]:
    """Make a folder that is gone afterwards, whatever happened."""
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)
