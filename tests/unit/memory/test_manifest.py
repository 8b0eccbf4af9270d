from pathlib import Path

import pytest

from engine.errors import IndexDamagedError
from engine.memory import manifest as manifests
from engine.memory.manifest import Manifest


def test_a_manifest_is_read_as_it_was_written(tmp_path: Path) -> None:
    saved = Manifest(database="d", model="m", dimensions=4, parameters={"m": 24}, sequence=7, deleted=[3], file="f")
    manifests.commit(tmp_path / "x.json", saved)
    assert manifests.read(tmp_path / "x.json") == saved
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
    assert manifests.read(tmp_path / "y.json") is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"database": "d", "unknown": 1}', '{"database": "d", "count": "x"}'])
def test_a_torn_manifest_is_damage(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(IndexDamagedError, match="torn"):
        manifests.read(tmp_path / "x.json")


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    def half(path: Path) -> None:
        path.write_bytes(b"half")
        raise RuntimeError("disk full")

    with pytest.raises(OSError, match="disk full"):
        manifests.write_data(tmp_path / "data", half)
    assert list(tmp_path.iterdir()) == []


def test_a_manifest_that_cannot_be_put_in_place_leaves_the_old_one(tmp_path: Path) -> None:
    manifests.commit(tmp_path / "x.json", Manifest(database="old"))
    (tmp_path / "x.json.new").mkdir()
    with pytest.raises(OSError):
        manifests.commit(tmp_path / "x.json", Manifest(database="new"))
    found = manifests.read(tmp_path / "x.json")
    assert found is not None
    assert found.database == "old"


def test_mismatches_are_told() -> None:
    ours = Manifest(database="d", model="m", dimensions=4)
    assert ours.mismatch(Manifest(database="d", model="m", dimensions=4, sequence=9)) is None
    assert "model" in str(ours.mismatch(Manifest(database="d", model="n", dimensions=4)))


def test_litter_is_removed(tmp_path: Path) -> None:
    for name in ("a-1.hnsw", "a-2.hnsw", "b-1.hnsw"):
        (tmp_path / name).touch()
    manifests.remove_others(tmp_path, "a-*.hnsw", "a-2.hnsw")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-2.hnsw", "b-1.hnsw"]
