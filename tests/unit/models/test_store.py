from __future__ import annotations

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.models import catalog, store as store_module
from engine.models.catalog import ModelEntry, ModelFile
from engine.models.store import ModelStore

CONTENTS = {"model.onnx": b"weights" * 1000, "tokenizer.json": b"{}"}


@pytest.fixture
def entry() -> ModelEntry:
    files = tuple(
        ModelFile(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest())
        for name, content in CONTENTS.items()
    )
    return replace(
        catalog.find("all-minilm-l6-v2"),
        id="small",
        files=files,
        model_file="model.onnx",
        tokenizer_file="tokenizer.json",
    )


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    folder = tmp_path / "models" / "small"
    folder.mkdir(parents=True)
    for name, content in CONTENTS.items():
        (folder / name).write_bytes(content)
    return ModelStore(stamps=tmp_path / "cache" / "models.json", bundled=tmp_path / "models")


def test_a_model_is_found_and_not_yet_verified(store: ModelStore, entry: ModelEntry) -> None:
    located = store.locate(entry)
    assert located.model_path.read_bytes() == CONTENTS["model.onnx"]
    assert located.tokenizer_path.name == "tokenizer.json"
    assert not located.verified


def test_a_full_check_is_remembered(store: ModelStore, entry: ModelEntry, tmp_path: Path) -> None:
    assert store.verify(entry).verified
    again = ModelStore(stamps=tmp_path / "cache" / "models.json", bundled=tmp_path / "models")
    assert again.locate(entry).verified


def test_a_verified_start_reads_no_file(store: ModelStore, entry: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> None:
    store.verify(entry)

    def refuse(path: Path) -> str:
        raise AssertionError(f"{path} was read")

    monkeypatch.setattr(store_module, "sha256_of", refuse)
    assert store.locate(entry).verified


def test_a_touched_file_is_checked_again(store: ModelStore, entry: ModelEntry) -> None:
    path = store.verify(entry).model_path
    os.utime(path, ns=(1, 1))
    assert not store.locate(entry).verified
    assert store.verify(entry).verified


def test_an_altered_file_is_named(store: ModelStore, entry: ModelEntry) -> None:
    path = store.verify(entry).model_path
    path.write_bytes(b"W" + CONTENTS["model.onnx"][1:])
    os.utime(path, ns=(5, 5))
    with pytest.raises(ModelError, match=r"model\.onnx.*content"):
        store.verify(entry)
    assert not store.locate(entry).verified


@pytest.mark.parametrize("name", CONTENTS)
def test_a_missing_or_cut_file_is_named_at_once(store: ModelStore, entry: ModelEntry, name: str) -> None:
    path = store.folder(entry) / name
    path.write_bytes(b"")
    with pytest.raises(ModelError, match=rf"{name}.*0 bytes"):
        store.locate(entry)
    path.unlink()
    for call in (store.locate, store.verify):
        with pytest.raises(ModelError, match=rf"{name}.*cannot be found"):
            call(entry)


def test_a_folder_in_place_of_a_file_is_named(store: ModelStore, entry: ModelEntry) -> None:
    path = store.folder(entry) / "tokenizer.json"
    path.unlink()
    path.mkdir()
    with pytest.raises(ModelError, match=r"tokenizer\.json"):
        store.verify(replace(entry, files=(replace(entry.files[1], size=path.stat().st_size),)))


@pytest.mark.parametrize("content", [b"{", b"[1, 2]", b"\xff\xfe"])
def test_torn_stamps_only_cost_another_check(
    store: ModelStore, entry: ModelEntry, tmp_path: Path, content: bytes
) -> None:
    stamps = tmp_path / "cache" / "models.json"
    stamps.parent.mkdir()
    stamps.write_bytes(content)
    assert not store.locate(entry).verified
    assert store.verify(entry).verified
    assert store.locate(entry).verified


def test_where_no_stamp_can_be_kept_the_check_still_passes(
    entry: ModelEntry, store: ModelStore, tmp_path: Path
) -> None:
    (tmp_path / "occupied").write_text("a file")
    blocked = ModelStore(stamps=tmp_path / "occupied" / "models.json", bundled=tmp_path / "models")
    assert blocked.verify(entry).verified
    assert not blocked.locate(entry).verified
