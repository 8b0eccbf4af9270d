"""Fetching the files of one model into a folder, so that an interruption costs nothing that had arrived.

Each file grows as `<name>.part` beside a note that says which file it is a part of. A later attempt goes on where this
one stopped, if the note still fits. A file gets its name only after its checksum was right. Nothing here is installed:
that is one rename, by the store.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import httpx2

from engine.errors import ModelError
from engine.model_values import ModelProgress
from engine.models.entry import ModelEntry, ModelFile
from engine.models.files import (
    BLOCK,
    check_room,
    disk_error,
    in_words,
    read_json,
    sha256_of,
    sync_folder,
    write_json,
)
from engine.models.hub import Hub, InterruptedTransferError
from engine.models.meter import Meter

_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One file, with all that is known of it before it is fetched."""

    name: str
    repository: str
    revision: str
    path: str
    size: int | None
    sha256: str | None
    blob: str | None


class Download:
    """One model on its way from a hub into a folder. Use it once."""

    def __init__(
        self,
        entry: ModelEntry,
        *,
        hub: Hub,
        folder: Path,
        report: Callable[[ModelProgress], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare a download; nothing is sent or written yet.

        Args:
            entry: what to fetch.
            hub: where from.
            folder: where to; it is made, and what an earlier attempt left there is used.
            report: hears how it goes.
            clock: seconds.
        """
        self._entry = entry
        self._hub = hub
        self._folder = folder
        self._meter = Meter(entry.ident, report=report, clock=clock)
        self._commits: dict[tuple[str, str], str] = {}

    async def run(self) -> ModelEntry:
        """Fetch and check every file.

        Returns:
            The entry with the size and checksum of every file, which all lie in the folder.

        Raises:
            ModelError: a file cannot be had, or is not what it should be; no wrong file is kept.
            StoreFullError: the disk is full, or would be.
        """
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            wanted = [await self._describe(file) for file in self._entry.files]
            sizes = [one.size for one in wanted]
            total = None if None in sizes else sum(size or 0 for size in sizes)
            here = sum(self._arrived(one) for one in wanted)
            check_room(self._folder, max(0, (total or sum(size or 0 for size in sizes)) - here))
            self._meter.begin(total=total, done=here)
            files = [await self._fetch(one) for one in wanted]
            sync_folder(self._folder)
            self._meter.step("installing", file="")
        except OSError as error:
            raise disk_error(self._folder, error) from error
        return dataclasses.replace(self._entry, files=tuple(files))

    def finish(self) -> None:
        """Report that everything is done, the installation too."""
        self._meter.finish()

    async def _describe(self, file: ModelFile) -> _Wanted:
        """Ask the hub only for what the catalogue does not know."""
        repository = file.repository or self._entry.repository
        revision = named = file.revision or self._entry.revision
        # A branch may move while this goes on: all files are of the commit that it meant at the first question.
        revision = self._commits.get((repository, named), named)
        path = file.path or file.name
        if not repository:
            raise ModelError(f"{self._entry.ident} cannot be downloaded: it came with Magray or was imported.")
        size, sha256, blob = file.size, file.sha256, None
        if size is None or sha256 is None:
            self._meter.step("asking", file=file.name)
            told = await self._hub.describe(repository, revision, path)
            if sha256 is None and not self._hub.trusted:
                raise ModelError(
                    f"The catalogue knows no checksum of {path}, and {self._hub.address} is not asked over HTTPS, so"
                    " nobody could tell whether it was changed on the way. Nothing was fetched. Use an https address"
                    " in models.hub."
                )
            if size is not None and told.size is not None and told.size != size:
                raise self._other_size(path, size, told.size)
            if sha256 is not None and told.sha256 is not None and told.sha256 != sha256:
                raise self._other_content(path)
            if sha256 is None and told.sha256 is None and told.blob is None:
                raise ModelError(
                    f"Neither the catalogue nor {self._hub.address} tells a checksum of {path}, so it could not be"
                    " checked. Nothing was fetched. Use https://huggingface.co in models.hub for this model."
                )
            size = told.size if size is None else size
            sha256, blob = (sha256 or told.sha256), told.blob
            revision = told.commit or revision
            self._commits[repository, named] = revision
        return _Wanted(
            name=file.name,
            repository=repository,
            revision=revision,
            path=path,
            size=size,
            sha256=sha256,
            blob=None if sha256 else blob,
        )

    def _arrived(self, wanted: _Wanted) -> int:
        """Bytes of a file that an earlier attempt left and that can be used."""
        for path in (self._folder / wanted.name, self._part(wanted)):
            if path.is_file():
                return path.stat().st_size
        return 0

    async def _fetch(self, wanted: _Wanted) -> ModelFile:
        target, part = self._folder / wanted.name, self._part(wanted)
        note = part.with_name(f"{part.name}.json")
        if target.is_file():
            # Finished by an earlier attempt; its bytes are known only after they were read again.
            self._meter.step("checking", file=wanted.name)
            found = sha256_of(target)
            if self._fits(wanted, target, found):
                return self._resolved(wanted, target.stat().st_size, found)
            self._meter.add(-target.stat().st_size)
            target.unlink()
        self._keep_only_what_fits(wanted, part, note)
        size, sha256 = await self._receive_all(wanted, part)
        part.replace(target)
        note.unlink(missing_ok=True)
        return self._resolved(wanted, size, sha256)

    def _keep_only_what_fits(self, wanted: _Wanted, part: Path, note: Path) -> None:
        """Drop a part of another file, then say what the part is going to be."""
        mine = dataclasses.asdict(wanted)
        if part.is_file():
            try:
                same = note.is_file() and read_json(note) == mine
            except ModelError:
                same = False  # torn by a crash: which file it was cannot be known
            if not same or (wanted.size is not None and part.stat().st_size > wanted.size):
                self._meter.add(-part.stat().st_size)
                part.unlink()
        write_json(note, mine)

    async def _receive_all(self, wanted: _Wanted, part: Path) -> tuple[int, str]:
        """Fetch until the file is whole and right.

        Returns:
            Its size and checksum.
        """
        patience = self._hub.patience(wanted.name, on_wait=lambda why: self._meter.step("waiting", note=why))
        resumed = False
        while True:
            digest, have = _digest_of(part)
            resumed = resumed or have > 0
            with part.open("ab") as stream:
                sink = _Sink(stream, digest, have, wanted, self._meter)
                try:
                    while wanted.size is None or sink.have < wanted.size:
                        try:
                            if await self._receive(wanted, sink, patience.renew):
                                break
                        except InterruptedTransferError as error:
                            resumed = True
                            sink.flush()
                            await patience.wait(error)
                finally:
                    sink.flush()
                os.fsync(stream.fileno())
            found = sink.digest.hexdigest()
            if self._fits(wanted, part, found):
                return sink.have, found
            # What an earlier attempt left may be at fault: once, from the beginning.
            self._meter.add(-sink.have)
            part.unlink()
            if not resumed:
                raise self._other_content(wanted.path)
            resumed = False

    async def _receive(self, wanted: _Wanted, sink: _Sink, arrived: Callable[[], None]) -> bool:
        """Fetch from where the file ends.

        Returns:
            Whether the hub says that this was all of it.
        """
        self._meter.step("receiving", file=wanted.name)
        async with self._hub.open(wanted.repository, wanted.revision, wanted.path, start=sink.have) as response:
            whole = self._place(response, wanted, sink)
            if response.status_code == 416:
                return whole
            # As it comes: larger blocks would be collected first, and lost when the connection breaks.
            async for block in response.aiter_bytes():
                sink.write(block)
                arrived()
                if wanted.size is not None and sink.have > wanted.size:
                    sink.reset()
                    raise self._other_size(wanted.path, wanted.size, None)
            if wanted.size is not None and sink.have < wanted.size:
                raise InterruptedTransferError(f"{response.url.host} ended too early")
            return True

    def _place(self, response: httpx2.Response, wanted: _Wanted, sink: _Sink) -> bool:
        """Find out which bytes an answer brings; refuse one that speaks of a file of another size."""
        total: int | None = None
        told = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if told and told[3] != "*":
            total = int(told[3])
        if response.status_code == 416:
            if total is not None and total == sink.have and wanted.size in (None, total):
                return True
            asked = sink.have
            sink.reset()
            raise InterruptedTransferError(f"{response.url.host} does not go on at byte {asked}")
        if response.status_code == 206:
            if not told or told[1] is None or int(told[1]) != sink.have:
                sink.reset()
                raise InterruptedTransferError(f"{response.url.host} went on at another byte than was asked for")
        else:
            sink.reset()  # it knows no ranges and begins anew
            length = response.headers.get("content-length", "")
            if length.isdigit() and response.headers.get("content-encoding", "identity") == "identity":
                total = int(length)
        if wanted.size is not None and total is not None and total != wanted.size:
            raise self._other_size(wanted.path, wanted.size, total)
        return False

    def _fits(self, wanted: _Wanted, path: Path, sha256: str) -> bool:
        if wanted.size is not None and path.stat().st_size != wanted.size:
            return False
        if wanted.sha256 is not None:
            return sha256 == wanted.sha256
        return _git_blob(path) == wanted.blob

    def _resolved(self, wanted: _Wanted, size: int, sha256: str) -> ModelFile:
        return ModelFile(
            name=wanted.name,
            size=size,
            sha256=sha256,
            path=wanted.path,
            repository=wanted.repository,
            revision=wanted.revision,
        )

    def _part(self, wanted: _Wanted) -> Path:
        return self._folder / f"{wanted.name}.part"

    def _other_size(self, path: str, size: int, told: int | None) -> ModelError:
        much = f"{told} bytes ({in_words(told)})" if told is not None else "more bytes than that"
        return ModelError(
            f"{self._hub.address} has {path} with {much}, and it should have {size} ({in_words(size)})."
            " Nothing was installed. Check models.hub, or try again later."
        )

    def _other_content(self, path: str) -> ModelError:
        return ModelError(
            f"{self._hub.address} sent a {path} whose content is not what it should be. It was thrown away and nothing"
            " was installed. Check models.hub, or try again later."
        )


class _Sink:
    """Where bytes go: a file, its running checksum, and the meter."""

    def __init__(self, stream: BinaryIO, digest: hashlib._Hash, have: int, wanted: _Wanted, meter: Meter) -> None:
        self._stream = stream
        self._wanted = wanted
        self._meter = meter
        self.digest = digest
        self.have = have

    def write(self, block: bytes) -> None:
        self._stream.write(block)
        self.digest.update(block)
        self.have += len(block)
        self._meter.add(len(block))

    def reset(self) -> None:
        """Throw away what is there."""
        if self.have:
            self._stream.flush()
            self._stream.seek(0)
            self._stream.truncate()
            self._meter.add(-self.have)
            self.digest, self.have = hashlib.sha256(), 0

    def flush(self) -> None:
        self._stream.flush()


def _digest_of(part: Path) -> tuple[hashlib._Hash, int]:
    """The running checksum of what is there already, and its length."""
    digest, have = hashlib.sha256(), 0
    if part.is_file():
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                have += len(block)
    return digest, have


def _git_blob(path: Path) -> str:
    """A file's Git blob id: SHA-1 over `blob`, the length and the content (Git's own format, not a safeguard)."""
    digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as stream:
        while block := stream.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
