"""Backups are read back as they were written, and nothing that was done to one goes unseen."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from engine.errors import BackupDamagedError, BackupError, PassphraseError
from engine.memory.backup import file_format, making, sealing
from engine.memory.backup.file_format import Contents
from engine.memory.backup.making import Made, Order
from engine.memory.backup.sealing import Scrypt, Seal
from engine.memory.store import copies
from tests.helpers.truth import Truth

PASSPHRASE = "correct horse battery staple"
AT = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)
SECRET = b"s" * 32
QUICK = Scrypt(n=1 << 10)
CANARY = "zanzibarcanary"


def still() -> None:
    """Nothing is in the way."""


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory) -> Truth:
    made = Truth(tmp_path_factory.mktemp("truth"))
    # more than two pieces of a MiB, of which some shrink and some do not
    made.add(*[f"{CANARY} {number} " + "words that shrink " * 30 for number in range(4000)])
    made.close()
    return made


def make(truth: Truth, target: Path, passphrase: str | None = None, **changes: object) -> Made:
    order = Order(target=target, reason="owner", created=AT, secret=SECRET, passphrase=passphrase)
    for name, value in changes.items():
        object.__setattr__(order, name, value)
    return making.make(truth.store.path, order, scratch=truth.folder / "backups", breathe=still)


def unpacked(path: Path, passphrase: str | None, target: Path) -> Contents:
    head = file_format.read_head(path)
    with target.open("wb") as file:
        return file_format.unpack(
            path, head, file_format.key_of(path, head, passphrase), target=file, breathe=lambda _done: None
        )


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_what_is_read_is_what_was_written(truth: Truth, tmp_path: Path, passphrase: str | None) -> None:
    made = make(truth, tmp_path / "a.magray-backup", passphrase)
    contents = unpacked(made.path, passphrase, tmp_path / "out.db")
    assert contents == made.contents
    assert (contents.memories, contents.documents, contents.sequence) == (4000, 0, 4000)
    assert contents.size > 2 * file_format.PIECE
    assert made.size < contents.size
    with copies.opened(tmp_path / "out.db") as copy, copies.opened(truth.store.path) as original:
        texts = "SELECT id, text FROM memory ORDER BY number"
        assert copy.execute(texts).fetchall() == original.execute(texts).fetchall()
    assert made.header.encrypted is (passphrase is not None)
    assert list((truth.folder / "backups").iterdir()) == []


def test_an_encrypted_backup_shows_nothing_that_is_in_it(truth: Truth, tmp_path: Path) -> None:
    made = make(truth, tmp_path / "a.magray-backup", PASSPHRASE)
    data = made.path.read_bytes()
    with copies.opened(truth.store.path) as original:
        ids = [str(row[0]) for row in original.execute("SELECT id FROM memory LIMIT 20")]
    for word in (CANARY, *ids):
        assert word.encode() not in data
        assert bytes.fromhex(word) not in data if len(word) == 32 else True
    assert made.header.marks % 4096 == 0
    head = file_format.read_head(made.path)
    with pytest.raises(PassphraseError, match="needs its passphrase"):
        file_format.key_of(made.path, head, None)
    with pytest.raises(PassphraseError, match="does not open"):
        file_format.key_of(made.path, head, PASSPHRASE + "r")


def test_a_passphrase_is_the_same_however_it_is_typed() -> None:
    composed, apart = "Grüße an alle", "Gru\u0308ße an alle"
    assert composed != apart
    salt = sealing.new_salt()
    assert sealing.derive(composed, salt, QUICK) == sealing.derive(apart, salt, QUICK)


@pytest.mark.parametrize("passphrase", ["", "       ", "seven77"])
def test_a_passphrase_too_short_is_refused_before_anything_is_written(
    truth: Truth, tmp_path: Path, passphrase: str
) -> None:
    with pytest.raises(PassphraseError, match="at least 8"):
        make(truth, tmp_path / "a.magray-backup", passphrase)
    assert not (tmp_path / "a.magray-backup").exists()


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE])
def test_whatever_is_done_to_a_backup_is_seen(
    truth: Truth, tmp_path: Path, passphrase: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick: Callable[[], Scrypt] = lambda: QUICK  # noqa: E731
    monkeypatch.setattr(sealing, "Scrypt", quick)
    made = make(truth, tmp_path / "a.magray-backup", passphrase)
    whole = made.path.read_bytes()
    pieces_at = file_format.read_head(made.path).pieces_at
    second = pieces_at + 4 + int.from_bytes(whole[pieces_at : pieces_at + 4], "big")
    third = second + 4 + int.from_bytes(whole[second : second + 4], "big")
    fourth = third + 4 + int.from_bytes(whole[third : third + 4], "big")
    bad = tmp_path / "bad.magray-backup"
    changed = {
        "cut in the middle": whole[: len(whole) // 2],
        "cut at the end of a piece": whole[:third],
        "cut by a byte": whole[:-1],
        "nothing but a head": whole[:pieces_at],
        "cut inside the head": whole[: pieces_at - 40],
        "something behind it": whole + b"\x00\x00\x00\x01\x00",
        "a byte behind it": whole + b"x",
        "two pieces changed places": whole[:second] + whole[third:fourth] + whole[second:third] + whole[fourth:],
        "a piece left out": whole[:second] + whole[third:],
        "a piece twice": whole[:third] + whole[second:third] + whole[third:],
        "the beginning of another file": b"SQLite format 3\x00" + whole[16:],
        "empty": b"",
    }
    for what, data in changed.items():
        bad.write_bytes(data)
        with pytest.raises(BackupDamagedError):
            unpacked(bad, passphrase, tmp_path / "out.db")
            pytest.fail(what)


def test_a_flipped_bit_anywhere_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "Scrypt", lambda: QUICK)
    truth = Truth(tmp_path / "data")
    truth.add("one", "two")
    truth.close()
    files = [make(truth, tmp_path / f"{name}.magray-backup", name or None).path for name in ("", PASSPHRASE)]
    bad = tmp_path / "bad.magray-backup"

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(which=st.integers(0, 1), place=st.floats(0, 0.999999), bit=st.integers(0, 7))
    def flip(which: int, place: float, bit: int) -> None:
        data = bytearray(files[which].read_bytes())
        data[int(place * len(data))] ^= 1 << bit
        bad.write_bytes(data)
        with pytest.raises(BackupError):  # a flip in the salt makes the passphrase another one
            unpacked(bad, PASSPHRASE if which else None, tmp_path / "out.db")

    flip()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"format": 2}, "newer Magray"),
        ({"format": "1"}, "damaged"),
        ({"created": "yesterday"}, "damaged"),
        ({"created": "2026-03-14T09:26:53"}, "damaged"),
        ({"marks": -1}, "damaged"),
        ({"marks": 10**12}, "damaged"),
        ({"marks": 5}, "damaged"),
        ({"schema": 0}, "damaged"),
        ({"app": 7}, "damaged"),
        ({"cipher": "rot13"}, "damaged"),
        ({"kdf": {"name": "scrypt", "n": 2**40, "r": 8, "p": 1}}, "damaged"),
        ({"kdf": {"name": "scrypt", "n": 12345, "r": 8, "p": 1}}, "damaged"),
        ({"kdf": {"name": "scrypt", "n": 2**10, "r": 8, "p": 2**30}}, "damaged"),
        ({"salt": "!!!"}, "damaged"),
        ({"prefix": "AA=="}, "damaged"),
    ],
)
def test_a_header_that_asks_for_the_impossible_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, object], words: str
) -> None:
    monkeypatch.setattr(sealing, "Scrypt", lambda: QUICK)
    truth = Truth(tmp_path / "data")
    truth.add("one")
    truth.close()
    path = make(truth, tmp_path / "a.magray-backup", PASSPHRASE).path
    data = path.read_bytes()
    length = int.from_bytes(data[8:12], "big")
    header = json.dumps({**json.loads(data[12 : 12 + length]), **change}).encode()
    path.write_bytes(data[:8] + len(header).to_bytes(4, "big") + header + data[12 + length :])
    with pytest.raises(BackupError, match=words):
        file_format.read_head(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import zlib

    truth = Truth(tmp_path / "data")
    truth.add("one")
    truth.close()
    path = make(truth, tmp_path / "a.magray-backup").path
    head = file_format.read_head(path)
    bomb = Seal(bytes(32), bytes(7), head.digest).close_piece(b"\x01" + zlib.compress(bytes(64 << 20), 1), last=True)
    path.write_bytes(path.read_bytes()[: head.pieces_at] + len(bomb).to_bytes(4, "big") + bomb)
    with pytest.raises(BackupDamagedError, match="wrong length"):
        file_format.read_contents(path, head, None)


def test_pieces_of_one_stream_do_not_open_in_another() -> None:
    key, other = b"k" * 32, b"o" * 32
    first, second = Seal(key, b"prefix1", b"head"), Seal(key, b"prefix1", b"head")
    sealed = first.close_piece(b"hello", last=True)
    assert second.open_piece(sealed, last=True) == b"hello"
    for seal, last in (
        (Seal(other, b"prefix1", b"head"), True),
        (Seal(key, b"prefix2", b"head"), True),
        (Seal(key, b"prefix1", b"another head"), True),
        (Seal(key, b"prefix1", b"head"), False),
    ):
        with pytest.raises(BackupDamagedError):
            seal.open_piece(sealed, last=last)


def test_a_backup_tells_whose_ids_it_holds(truth: Truth, tmp_path: Path) -> None:
    with copies.opened(truth.store.path) as original:
        ids = [str(row[0]) for row in original.execute("SELECT id FROM memory")]
    for passphrase in (None, PASSPHRASE):
        path = make(truth, tmp_path / f"{passphrase}.magray-backup", passphrase).path
        head = file_format.read_head(path)
        for one in (ids[0], ids[-1], ids[1234]):
            assert file_format.holds(path, head, [file_format.mark(SECRET, one)])
        assert not file_format.holds(path, head, [file_format.mark(SECRET, "f" * 32)])
        assert not file_format.holds(path, head, [file_format.mark(b"another", ids[0])])
