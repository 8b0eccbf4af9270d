from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys

import pytest

from engine.errors import ModelError
from engine.models import catalog
from engine.models.entry_json import check
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
        assert entry.size == sum(file.size or 0 for file in entry.files)
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


def test_the_bundled_models_vectors_stay_those_that_are_stored() -> None:
    assert ENTRY.fingerprint == "all-minilm-l6-v2@81aa74accfb9"


def test_every_entry_and_variant_keeps_the_rules_of_entries() -> None:
    for entry in catalog.ENTRIES:
        check(entry)
        for variant in entry.variants:
            chosen = entry.select(variant.name)
            check(chosen)
            assert catalog.find(chosen.ident) == chosen
            assert chosen.repository or all(file.repository for file in chosen.files) or chosen.bundled


def test_what_is_asked_for_is_there() -> None:
    wanted = {
        "all-minilm-l6-v2": ("embed", 384, "mean"),
        "multilingual-e5-small": ("embed", 384, "mean"),
        "bge-m3": ("embed", 1024, "cls"),
        "qwen3-embedding-0.6b": ("embed", 1024, "last_token"),
        "bge-reranker-v2-m3": ("rerank", 0, "none"),
        "qwen3-reranker-0.6b": ("rerank", 0, "none"),
        "mmarco-minilm-l6": ("rerank", 0, "none"),
        "ms-marco-minilm-l6-v2": ("rerank", 0, "none"),
    }
    found = {entry.id: (entry.task, entry.dimensions, entry.pooling) for entry in catalog.ENTRIES}
    assert wanted.items() <= found.items()


def every_file() -> list[tuple[catalog.ModelEntry, catalog.ModelFile]]:
    return [(entry, file) for entry in catalog.ENTRIES for variant in entry.variants for file in variant.files]


def test_every_revision_is_a_commit_or_the_entry_says_that_it_is_none() -> None:
    for entry, file in every_file():
        revision = file.revision or entry.revision
        assert len(revision) == 40 or entry.bundled or "revision is not pinned" in entry.note, (entry.id, file.name)
        assert entry.pinned is ("revision is not pinned" not in entry.note)
        assert entry.pinned or file.sha256 is None  # a branch moves, so a checksum would be wrong one day


def test_one_content_has_one_size_and_two_contents_have_two_checksums() -> None:
    sizes: dict[str, int | None] = {}
    places: dict[tuple[str, str, str], str | None] = {}
    for entry, file in every_file():
        if file.sha256 is not None:
            assert sizes.setdefault(file.sha256, file.size) == file.size, file.name
        place = (file.repository or entry.repository, file.revision or entry.revision, file.path or file.name)
        assert places.setdefault(place, file.sha256) == file.sha256, place


def test_a_fingerprint_needs_checksums() -> None:
    with pytest.raises(ModelError, match=r"mmarco-minilm-l6 is not installed"):
        _ = catalog.find("mmarco-minilm-l6").fingerprint


def test_variants_have_fingerprints_of_their_own() -> None:
    e5 = catalog.find("multilingual-e5-small")
    assert len({e5.select(one.name).fingerprint for one in e5.variants}) == len(e5.variants)
    big = catalog.find("bge-m3:fp32")
    files = tuple(
        dataclasses.replace(file, sha256="0" * 64) if file.name == "model.onnx_data" else file for file in big.files
    )
    assert dataclasses.replace(big, files=files).fingerprint != big.fingerprint


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"no model named bge-m4.*all-minilm-l6-v2.*bge-m3"):
        catalog.find("bge-m4")
    with pytest.raises(ModelError, match=r"bge-m3 has no variant int3.*int8, fp16, fp32"):
        catalog.find("bge-m3:int3")


def test_the_catalogue_loads_nothing_but_itself() -> None:
    script = (
        "import sys, engine.models.catalog\n"
        "print(sorted({'pydantic', 'numpy', 'httpx2', 'asyncio'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
