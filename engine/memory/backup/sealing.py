"""Authenticated encryption of a stream in pieces, by a passphrase.

The key comes from scrypt (RFC 7914) with N = 2^17, r = 8, p = 1, as OWASP's Password Storage Cheat Sheet recommends:
128 MiB of memory and some 0.4 s for each guess. Pieces are sealed by ChaCha20-Poly1305 (RFC 8439) after the STREAM
construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015): the nonce holds a random beginning, the piece's number and
whether it is the last, so that a piece that was changed, moved, left out or put behind the end is noticed, and each
piece can be trusted as soon as it is opened.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from engine.errors import BackupDamagedError, PassphraseError

SHORTEST = 8
"""Characters that a new passphrase has at least."""

SALT_BYTES, PREFIX_BYTES, CHECK_BYTES = 16, 7, 16
_KEY_BYTES = 32
_MOST_MEMORY = 512 * 1024 * 1024
"""What a file may ask for: one that asks for more wants to fill this computer's memory."""


@dataclass(frozen=True, slots=True)
class Scrypt:
    """The cost of a guess: N, r and p of RFC 7914."""

    n: int = 1 << 17
    r: int = 8
    p: int = 1

    @property
    def memory(self) -> int:
        """Bytes that deriving a key takes."""
        return 128 * self.r * (self.n + self.p + 2)

    def is_allowed(self) -> bool:
        """Whether these are numbers that a file may ask for."""
        powers = self.n > 1 and self.n & (self.n - 1) == 0
        return powers and self.r > 0 and 0 < self.p <= 16 and self.memory <= _MOST_MEMORY


class Seal:
    """Seals or opens the pieces of one stream, in order.

    Args:
        key: 32 bytes.
        prefix: `PREFIX_BYTES` random bytes that belong to this stream alone.
        bound: What every piece is bound to without being hidden, as the digest of the file's head.
    """

    def __init__(self, key: bytes, prefix: bytes, bound: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        self._cipher = ChaCha20Poly1305(key)
        self._prefix = prefix
        self._bound = bound
        self._number = 0

    def close_piece(self, piece: bytes, *, last: bool) -> bytes:
        """Seal the next piece; 16 bytes longer."""
        return self._cipher.encrypt(self._nonce(last), piece, self._bound)

    def open_piece(self, sealed: bytes, *, last: bool) -> bytes:
        """Open the next piece.

        Raises:
            BackupDamagedError: it was changed, or is not the one that belongs here.
        """
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(self._nonce(last), sealed, self._bound)
        except InvalidTag as error:
            raise BackupDamagedError("a piece of it was changed, moved or cut off") from error

    def _nonce(self, last: bool) -> bytes:
        number, self._number = self._number, self._number + 1
        return self._prefix + number.to_bytes(4, "big") + (b"\x01" if last else b"\x00")


def check_new(passphrase: str) -> None:
    """Hold a new passphrase against the rules.

    Raises:
        PassphraseError: it is too short to protect anything.
    """
    if len(passphrase.strip()) < SHORTEST:
        raise PassphraseError(
            f"A passphrase needs at least {SHORTEST} characters; four or five words that belong together for nobody "
            "else are good. Nothing was written."
        )


def new_salt() -> bytes:
    """For one file."""
    return secrets.token_bytes(SALT_BYTES)


def derive(passphrase: str, salt: bytes, cost: Scrypt) -> tuple[bytes, bytes]:
    """The key of a passphrase, and what tells a wrong one without opening anything. Takes some 0.4 s.

    The passphrase is taken in Unicode's form NFKC, so that it is the same whatever keyboard it was typed on.
    """
    plain = unicodedata.normalize("NFKC", passphrase).encode("utf-8", "surrogatepass")
    made = hashlib.scrypt(
        plain, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=_MOST_MEMORY + (1 << 20), dklen=2 * _KEY_BYTES
    )
    key, other = made[:_KEY_BYTES], made[_KEY_BYTES:]
    return key, hmac.digest(other, b"magray backup", "sha256")[:CHECK_BYTES]


def key_of(passphrase: str, salt: bytes, cost: Scrypt, check: bytes) -> bytes:
    """The key, once it is known that the passphrase is the one.

    Raises:
        PassphraseError: it is another one.
    """
    key, found = derive(passphrase, salt, cost)
    if not hmac.compare_digest(found, check):
        raise PassphraseError("The passphrase does not open this backup. Nothing was changed; try another one.")
    return key
