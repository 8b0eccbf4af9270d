"""The form of a backup file: a head that anyone may read, then the database in pieces.

```
"MAGRAYBK"          8 bytes
length of header    4 bytes, big-endian, as all lengths
header              JSON: format, when and by what it was made, its database's format, how it is sealed
marks               `header["marks"]` times 5 bytes, rising: what it holds, for those who have the database
digest              SHA-256 of everything so far
pieces              length (4 bytes), then so many bytes, sealed
```

Every piece is sealed (`sealing.py`): by the passphrase's key, or where there is none by a key of zeros that everyone
knows, so that damage, a piece in a wrong place and a wrong end are noticed in the same way.

A piece is one byte, 0 for bytes as they are and 1 for zlib, then the bytes; at most a MiB of them when they are taken
out. The first piece is JSON: size and SHA-256 of the database, and how much it holds. All others are the database. zlib
at its quickest: vectors make nine tenths of a database and hardly shrink, and level 6 and LZMA give 1 % and 3 %
more, LZMA for ten times the time (bench `backup`).

A mark is the beginning of HMAC-SHA256 of an id under a secret of the database: with the database at hand it can be said
whether a backup holds something that was erased, and without it a mark says nothing. An encrypted backup has random
marks among them, so that their number says little, too.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import dataclasses
import hashlib
import hmac
import json
import os
import secrets
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from engine.errors import BackupDamagedError, BackupError, PassphraseError
from engine.memory.backup import sealing
from engine.memory.backup.sealing import Scrypt, Seal

MAGIC = b"MAGRAYBK"
FORMAT = 1
SUFFIX = ".magray-backup"
PIECE = 1 << 20
_LONGEST_HEADER = 1 << 16
_MOST_MARKS = 100_000_000
_MARK = 5
_MARK_STEP = 4096
_STORED, _DEFLATED = b"\x00", b"\x01"
_DIGEST = 32
_DAMAGED = "is damaged or was changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a backup holds.

    Attributes:
        size: Bytes of the database.
        sha256: Of those bytes, in hexadecimal digits.
        memories: Memories, deleted ones included.
        documents: Documents that are not deleted.
        conversations: Conversations that are not deleted.
        sequence: The last change that it holds.
    """

    size: int
    sha256: str
    memories: int
    documents: int
    conversations: int
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What anyone may read of a backup.

    Attributes:
        created: When it was made, aware and in UTC.
        app: The version of Magray that made it.
        schema: The format of the database in it.
        reason: `owner`, `schedule`, `migration` or `restore`.
        origin: Tells backups of one database from those of others; says nothing else.
        marks: How many marks follow.
        salt: Of the key; empty where it is not encrypted.
        prefix: Beginning of every nonce.
        check: Tells a wrong passphrase.
        cost: Of the key.
    """

    created: datetime
    app: str
    schema: int
    reason: str
    origin: str
    marks: int = 0
    salt: bytes = b""
    prefix: bytes = b""
    check: bytes = b""
    cost: Scrypt = field(default_factory=Scrypt)

    @property
    def encrypted(self) -> bool:
        """Whether a passphrase is needed."""
        return bool(self.salt)


@dataclass(frozen=True, slots=True)
class Head:
    """A header with where the pieces begin, and what they are bound to."""

    header: Header
    digest: bytes
    marks_at: int
    pieces_at: int


def mark(secret: bytes, what: str) -> bytes:
    """What stands for an id in a backup."""
    return hmac.digest(secret, what.encode(), "sha256")[:_MARK]


def write(
    target: IO[bytes],
    *,
    header: Callable[[int], Header],
    contents: Contents,
    marks: Iterable[bytes],
    source: Path,
    key: bytes | None,
    breathe: Callable[[int], None],
) -> None:
    """Write a backup from its beginning to its end.

    Args:
        target: An empty file.
        header: Makes the header, given the number of marks.
        contents: Of the database.
        marks: What it holds, in any order.
        source: The copy of the database; nobody writes to it.
        key: Seals the pieces; None takes the one that everyone knows.
        breathe: Called with the bytes read so far, between pieces; may wait or raise.

    Raises:
        OSError: the disk is full or cannot be written.
    """
    held = sorted(set(marks))
    if key is not None:
        held = sorted([*held, *(secrets.token_bytes(_MARK) for _ in range(-len(held) % _MARK_STEP))])
    made = header(len(held))
    text = json.dumps(_plain(made)).encode()
    head = b"".join([MAGIC, len(text).to_bytes(4, "big"), text, *held])
    digest = hashlib.sha256(head).digest()
    target.write(head + digest)
    seal = _seal(made, digest, key)
    done = 0

    def put(piece: bytes, *, last: bool) -> None:
        small = zlib.compress(piece, 1)
        body = _DEFLATED + small if len(small) < len(piece) else _STORED + piece
        sealed = seal.close_piece(body, last=last)
        target.write(len(sealed).to_bytes(4, "big") + sealed)

    put(json.dumps(asdict(contents)).encode(), last=contents.size == 0)
    with source.open("rb") as file:
        while piece := file.read(PIECE):
            done += len(piece)
            put(piece, last=done >= contents.size)
            breathe(done)


def read_head(path: Path) -> Head:
    """Read and check what anyone may read.

    Raises:
        BackupDamagedError: it is no backup, or its head is damaged.
        BackupError: it cannot be read, or was made by a newer Magray.
    """
    try:
        with path.open("rb") as file:
            return _head(file, path)
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror}). Nothing was changed.") from error


def holds(path: Path, head: Head, wanted: Iterable[bytes]) -> bool:
    """Whether one of these marks stands in a backup.

    Raises:
        BackupError: it cannot be read any more.
    """
    try:
        with path.open("rb") as file:
            file.seek(head.marks_at)
            held = file.read(head.header.marks * _MARK)
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror}).") from error
    count = len(held) // _MARK
    for one in wanted:
        place = bisect.bisect_left(range(count), one, key=lambda n: held[n * _MARK : (n + 1) * _MARK])
        if place < count and held[place * _MARK : (place + 1) * _MARK] == one:
            return True
    return False


def key_of(path: Path, head: Head, passphrase: str | None) -> bytes | None:
    """The key of a backup, or None where it needs none. Takes some 0.4 s where it does.

    Raises:
        PassphraseError: it is encrypted, and this is not its passphrase.
    """
    header = head.header
    if not header.encrypted:
        return None
    if not passphrase:
        raise PassphraseError(f"{path.name} is encrypted. It needs its passphrase; nothing was changed.")
    return sealing.key_of(passphrase, header.salt, header.cost, header.check)


def read_contents(path: Path, head: Head, key: bytes | None) -> Contents:
    """What a backup says of what it holds: its first piece.

    Raises:
        BackupDamagedError: it is damaged.
        BackupError: it cannot be read.
    """
    return next(_parts(path, head, key))[0]


def unpack(
    path: Path, head: Head, key: bytes | None, *, target: IO[bytes] | None, breathe: Callable[[int], None]
) -> Contents:
    """Read a backup to its end, check every byte, and write the database in it where it is wanted.

    Args:
        path: The backup.
        head: Its head.
        key: Its key, or None.
        target: Takes the database; None only checks.
        breathe: Called with the bytes taken out so far, between pieces; may wait or raise.

    Raises:
        BackupDamagedError: it is damaged, was changed, or is not whole; what was written is worth nothing.
        BackupError: it cannot be read.
        OSError: the target cannot be written.
    """
    digest, size = hashlib.sha256(), 0
    parts = _parts(path, head, key)
    contents, _ = next(parts)
    for _, piece in parts:
        digest.update(piece)
        size += len(piece)
        if target is not None:
            target.write(piece)
        breathe(size)
    if size != contents.size or digest.hexdigest() != contents.sha256:
        raise BackupDamagedError(f"{path.name} {_DAMAGED}: its database is not what was put into it.")
    return contents


def _parts(path: Path, head: Head, key: bytes | None) -> Iterator[tuple[Contents, bytes]]:
    """The contents with no byte, then with each piece of the database."""
    seal = _seal(head.header, head.digest, key)
    contents: Contents | None = None
    try:
        with path.open("rb") as file:
            end = os.fstat(file.fileno()).st_size
            file.seek(head.pieces_at)
            while contents is None or file.tell() < end:
                piece = _piece(file, end, seal)
                if contents is None:
                    contents = _contents(piece)
                    yield contents, b""
                else:
                    yield contents, piece
    except BackupDamagedError as error:
        raise BackupDamagedError(f"{path.name} {_DAMAGED}: {error}. Nothing was changed.") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be read ({error.strerror}). Nothing was changed.") from error


def _seal(header: Header, digest: bytes, key: bytes | None) -> Seal:
    return Seal(key or bytes(32), header.prefix or bytes(sealing.PREFIX_BYTES), digest)


def _piece(file: IO[bytes], end: int, seal: Seal) -> bytes:
    length = int.from_bytes(file.read(4), "big")
    if not 1 <= length <= PIECE + 64 or file.tell() + length > end:
        raise BackupDamagedError("it ends too early, or a length in it is wrong")
    body = file.read(length)
    if len(body) != length:
        raise BackupDamagedError("it ends too early")
    body = seal.open_piece(body, last=file.tell() == end)
    kind, data = body[:1], body[1:]
    if kind == _STORED:
        return data
    if kind != _DEFLATED:
        raise BackupDamagedError("a piece of it has an unknown form")
    unpacker = zlib.decompressobj()
    try:
        piece = unpacker.decompress(data, PIECE + 1)
    except zlib.error as error:
        raise BackupDamagedError("a piece of it cannot be unpacked") from error
    if not unpacker.eof or unpacker.unused_data or len(piece) > PIECE:
        raise BackupDamagedError("a piece of it has a wrong length")
    return piece


def _head(file: IO[bytes], path: Path) -> Head:
    start = file.read(len(MAGIC) + 4)
    length = int.from_bytes(start[len(MAGIC) :], "big")
    if start[: len(MAGIC)] != MAGIC or not 2 <= length <= _LONGEST_HEADER:
        raise BackupDamagedError(f"{path.name} is no backup of Magray, or its beginning is damaged.")
    text = file.read(length)
    try:
        plain = json.loads(text)
        number = plain["format"]
        if isinstance(number, int) and number > FORMAT:
            raise BackupError(f"{path.name} was made by a newer Magray. Nothing was changed; install that version.")
        header = _header(plain)
    except (ValueError, KeyError, TypeError, RecursionError, OverflowError, binascii.Error) as error:
        raise BackupDamagedError(f"{path.name} {_DAMAGED}: its beginning cannot be read.") from error
    marks_at = file.tell()
    digest = hashlib.sha256(start + text)
    left = header.marks * _MARK
    while left:
        piece = file.read(min(left, PIECE))
        if not piece:
            raise BackupDamagedError(f"{path.name} {_DAMAGED}: it ends too early.")
        digest.update(piece)
        left -= len(piece)
    if file.read(_DIGEST) != digest.digest():
        raise BackupDamagedError(f"{path.name} {_DAMAGED}: its beginning is not what was written.")
    return Head(header, digest.digest(), marks_at, file.tell())


def _plain(header: Header) -> dict[str, Any]:
    plain: dict[str, Any] = {
        "format": FORMAT,
        "created": header.created.isoformat(),
        "app": header.app,
        "schema": header.schema,
        "reason": header.reason,
        "origin": header.origin,
        "marks": header.marks,
    }
    if header.encrypted:
        plain["cipher"] = "ChaCha20-Poly1305"
        plain["kdf"] = {"name": "scrypt", **asdict(header.cost)}
        for name in ("salt", "prefix", "check"):
            plain[name] = base64.b64encode(getattr(header, name)).decode()
    return plain


def _header(plain: dict[str, Any]) -> Header:
    created = datetime.fromisoformat(plain["created"])
    marks, schema = plain["marks"], plain["schema"]
    if created.utcoffset() is None or not 0 <= marks <= _MOST_MARKS or schema < 1:
        raise ValueError("a field is outside of its limits")
    texts = {name: plain[name] for name in ("app", "reason", "origin")}
    if not all(isinstance(text, str) for text in texts.values()) or plain["format"] != FORMAT:
        raise ValueError("a field is of another type")
    header = Header(created=created, schema=int(schema), marks=int(marks), **texts)
    if "cipher" not in plain:
        return header
    kdf = plain["kdf"]
    cost = Scrypt(n=int(kdf["n"]), r=int(kdf["r"]), p=int(kdf["p"]))
    sealed = {name: base64.b64decode(plain[name], validate=True) for name in ("salt", "prefix", "check")}
    lengths = (sealing.SALT_BYTES, sealing.PREFIX_BYTES, sealing.CHECK_BYTES)
    if plain["cipher"] != "ChaCha20-Poly1305" or kdf["name"] != "scrypt" or not cost.is_allowed():
        raise ValueError("it is sealed in an unknown way")
    if tuple(len(one) for one in sealed.values()) != lengths:
        raise ValueError("a length is wrong")
    return dataclasses.replace(header, cost=cost, salt=sealed["salt"], prefix=sealed["prefix"], check=sealed["check"])


def _contents(piece: bytes) -> Contents:
    try:
        plain: dict[str, Any] = json.loads(piece)
        contents = Contents(**plain)
    except (ValueError, TypeError, RecursionError) as error:
        raise BackupDamagedError("what it says of its contents cannot be read") from error
    digest = plain.pop("sha256")
    if not isinstance(digest, str) or not all(isinstance(number, int) and number >= 0 for number in plain.values()):
        raise BackupDamagedError("what it says of its contents cannot be right")
    return contents
