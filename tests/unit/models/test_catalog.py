from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from engine.errors import ModelError
from engine.models import catalog
from engine.paths import resources

ENTRY = catalog.find("all-minilm-l6-v2")


def test_every_bundled_file_is_what_the_entry_says() -> None:
    for entry in catalog.ENTRIES:
        if entry.bundled:
            for file in entry.files:
                content = (resources() / "models" / entry.id / file.name).read_bytes()
                assert (len(content), hashlib.sha256(content).hexdigest()) == (file.size, file.sha256)


def test_entries_name_their_own_files_and_have_ids_of_their_own() -> None:
    ids = [entry.id for entry in catalog.ENTRIES]
    assert len(set(ids)) == len(ids)
    for entry in catalog.ENTRIES:
        names = {file.name for file in entry.files}
        assert {entry.model_file, entry.tokenizer_file} <= names
        assert entry.size == sum(file.size for file in entry.files)
        assert entry.licence
        assert entry.origin


def test_the_entry_agrees_with_the_models_own_configuration() -> None:
    config = json.loads((resources() / "models" / ENTRY.id / "config.json").read_text())
    assert config["hidden_size"] == ENTRY.dimensions
    assert config["max_position_embeddings"] >= ENTRY.max_tokens


def test_origin_and_licence_lie_beside_the_model() -> None:
    folder = resources() / "models" / ENTRY.id
    origin = (folder / "ORIGIN.md").read_text(encoding="utf-8")
    assert ENTRY.origin in origin
    assert all(file.sha256 in origin for file in ENTRY.files)
    assert "Apache License" in (folder / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change", [{"max_tokens": 128}, {"passage_prefix": "passage: "}, {"query_prefix": "query: "}, {"files": ()}]
)
def test_the_fingerprint_changes_with_whatever_changes_the_vectors(change: dict[str, object]) -> None:
    assert dataclasses.replace(ENTRY, **change).fingerprint != ENTRY.fingerprint  # type: ignore[arg-type]


def test_the_fingerprint_does_not_change_with_the_rest() -> None:
    assert dataclasses.replace(ENTRY, name="other", accelerators=(), licence="MIT").fingerprint == ENTRY.fingerprint
    assert ENTRY.fingerprint.startswith("all-minilm-l6-v2@")


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"bge-m3.*all-minilm-l6-v2"):
        catalog.find("bge-m3")
