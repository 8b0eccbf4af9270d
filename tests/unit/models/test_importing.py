from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import json
import shutil
import stat
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine import ModelCorrections, Settings
from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.errors import ModelError, StoreFullError
from engine.executors import Executors
from engine.models import catalog, files as files_module
from engine.models.entry import ModelEntry, ModelFile, Variant
from engine.models.importing import Import
from engine.models.manager import ModelManager
from engine.models.store import ModelStore
from tests.helpers import tiny_onnx
from tests.helpers.tiny_onnx import write_model

KNOWN, UNSURE = tiny_onnx.model(width=8), tiny_onnx.model(width=4)


def file(name: str, content: bytes, path: str = "") -> ModelFile:
    return ModelFile(name=name, size=len(content), sha256=hashlib.sha256(content).hexdigest(), path=path)


@pytest.fixture(autouse=True)
def small(entry: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> ModelEntry:
    """A catalogue entry of real tiny models: fp32 is known by its checksum, int8 is not."""
    words = tiny_onnx.tokenizer().encode()
    known = (file("model.onnx", KNOWN, "onnx/model.onnx"), file("tokenizer.json", words))
    unsure = (ModelFile(name="model_int8.onnx", size=None, sha256=None, path="onnx/model_int8.onnx"), known[1])
    found = dataclasses.replace(
        entry,
        dimensions=8,
        files=known,
        variants=(
            Variant(name="fp32", quantization="fp32", files=known, model_file="model.onnx"),
            Variant(name="int8", quantization="int8", files=unsure, model_file="model_int8.onnx"),
        ),
    )
    monkeypatch.setattr(catalog, "ENTRIES", (catalog.find("all-minilm-l6-v2"), found))
    return found


@pytest.fixture
async def manager(data_dir: Path) -> AsyncIterator[ModelManager]:
    executors = Executors()
    settings = Settings(data_dir=data_dir, offline=True, models={"hub": "http://127.0.0.1:9"})
    yield ModelManager(settings, executors=executors)
    await asyncio.to_thread(executors.close)


def nothing_left(data_dir: Path) -> None:
    assert list((data_dir / "models" / ".incoming").iterdir()) == []


def packed(folder: Path, *, inside: str = "", name: str = "model.zip") -> Path:
    path = folder.parent / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in sorted(folder.rglob("*")):
            if one.is_file():
                archive.write(one, inside + one.relative_to(folder).as_posix())
    return path


def repository(folder: Path, content: bytes = KNOWN) -> Path:
    """A folder laid out as the repository is."""
    (folder / "onnx").mkdir(parents=True)
    (folder / "onnx" / "model.onnx").write_bytes(content)
    (folder / "tokenizer.json").write_text(tiny_onnx.tokenizer(), encoding="utf-8")
    (folder / "README.md").write_text("---\nlicense: mit\n---\n")
    return folder


@pytest.mark.parametrize("how", ["repository", "flat", "zip", "zip of a folder", "folder in a folder"])
async def test_a_model_of_the_catalogue_is_known_by_its_checksum(
    manager: ModelManager, data_dir: Path, tmp_path: Path, how: str
) -> None:
    folder = tmp_path / "stick" / "whatever"
    if how == "flat":
        write_model(folder, KNOWN)
    else:
        repository(folder)
    path = folder
    if how == "zip":
        path = packed(folder)
    elif how == "zip of a folder":
        path = packed(folder, inside="deep/er/")
    elif how == "folder in a folder":
        path = folder.parent
    status = await manager.import_model(path)
    assert (status.id, status.state, status.verified, status.custom) == ("small-model", "installed", True, False)
    installed = data_dir / "models" / "small-model" / "fp32"
    assert (installed / "model.onnx").read_bytes() == KNOWN
    assert json.loads((installed / "manifest.json").read_text())["how"] == "import"
    assert folder.exists()
    nothing_left(data_dir)


async def test_the_folder_of_another_magray_is_taken_over(
    manager: ModelManager, data_dir: Path, tmp_path: Path
) -> None:
    await manager.import_model(repository(tmp_path / "whatever"))
    stick = tmp_path / "stick" / "fp32"
    shutil.move(data_dir / "models" / "small-model" / "fp32", stick)
    shutil.rmtree(data_dir / "models" / "small-model")
    assert (await manager.import_model(packed(stick))).id == "small-model"
    await manager.remove("small-model")
    (stick / "model.onnx").write_bytes(KNOWN[:-1] + b"x")
    with pytest.raises(ModelError, match=r"model\.onnx is not the file of small-model.*its content is another one"):
        await manager.import_model(stick)
    plain = json.loads((stick / "manifest.json").read_text())
    plain["entry"]["files"][0]["sha256"] = hashlib.sha256(KNOWN[:-1] + b"x").hexdigest()
    (stick / "manifest.json").write_text(json.dumps(plain))
    with pytest.raises(ModelError, match=r"model\.onnx is not the file of small-model"):
        await manager.import_model(stick)  # the catalogue knows better than the manifest
    assert (await manager.status("small-model")).state == "available"
    nothing_left(data_dir)


@pytest.mark.parametrize("name", ["small-model", "Small_Model", "SMALL model"])
async def test_a_file_of_another_model_under_the_right_name_is_refused(
    manager: ModelManager, data_dir: Path, tmp_path: Path, name: str
) -> None:
    folder = repository(tmp_path / name, tiny_onnx.model(width=3))
    with pytest.raises(ModelError, match=r"onnx/model\.onnx is not the file of small-model that the catalogue knows"):
        await manager.import_model(folder)
    assert (await manager.status("small-model")).state == "available"
    nothing_left(data_dir)


async def test_a_tokenizer_of_another_model_is_refused(manager: ModelManager, data_dir: Path, tmp_path: Path) -> None:
    folder = repository(tmp_path / "whatever")
    (folder / "tokenizer.json").write_text(tiny_onnx.tokenizer(7))
    with pytest.raises(ModelError, match=r"tokenizer\.json is not the file of small-model"):
        await manager.import_model(folder)
    (folder / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"small-model without its tokenizer\.json"):
        await manager.import_model(folder)
    nothing_left(data_dir)


async def test_where_no_checksum_is_known_the_graph_has_to_fit(
    manager: ModelManager, data_dir: Path, tmp_path: Path
) -> None:
    folder = write_model(tmp_path / "small-model", UNSURE, name="model_int8.onnx")
    with pytest.raises(ModelError, match=r"is not small-model:int8: it gives vectors of 4 numbers, not of 8"):
        await manager.import_model(folder)
    (folder / "model_int8.onnx").write_bytes(tiny_onnx.model(vocabulary=10))
    with pytest.raises(ModelError, match=r"does not know token 19 of the tokenizer"):
        await manager.import_model(folder)
    (folder / "model_int8.onnx").write_bytes(tiny_onnx.model(width=8, output="token_embeddings"))
    status = await manager.import_model(folder)
    assert (status.ident, status.state) == ("small-model:int8", "installed")
    assert (await manager.verify("small-model:int8")).verified


async def test_an_own_model_is_proposed_then_imported_and_works(
    manager: ModelManager, data_dir: Path, tmp_path: Path, settings: Settings
) -> None:
    folder = write_model(tmp_path / "Mine", tiny_onnx.model(width=6))
    proposed = await manager.propose(folder)
    assert (proposed.id, proposed.custom, proposed.dimensions, proposed.state) == ("mine", True, 6, "available")
    assert proposed.variants[0].size == sum(one.stat().st_size for one in folder.iterdir())
    assert (await manager.statuses())[-1].id == "small-model"
    status = await manager.import_model(folder, corrections=ModelCorrections(query_prefix="find: "))
    assert (status.id, status.ident, status.state, status.verified) == ("mine", "mine", "installed", True)
    assert (status.query_prefix, status.origin) == ("find: ", str(folder))
    assert [one.id for one in await manager.statuses()] == ["all-minilm-l6-v2", "small-model", "mine"]
    entry = await manager.chosen("mine")
    store = ModelStore(stamps=data_dir / "cache" / "models.json", installed=data_dir / "models")
    embedder = OnnxEmbedder(store.locate(entry), store=store)
    try:
        assert embedder.embed_query("word3 word4").shape == (6,)
        assert embedder.model_id == entry.fingerprint
    finally:
        await asyncio.to_thread(embedder.close)
    assert await manager.remove("mine") > 0
    with pytest.raises(ModelError, match=r"no model named mine"):
        await manager.status("mine")


async def test_an_own_model_imported_again_replaces_itself(manager: ModelManager, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "mine", tiny_onnx.model(width=6))
    await manager.import_model(folder)
    (folder / "model.onnx").write_bytes(tiny_onnx.model(width=5))
    assert (await manager.import_model(folder)).dimensions == 5
    assert (
        await manager.import_model(folder, corrections=ModelCorrections(id="other", pooling="cls"))
    ).pooling == "cls"
    assert [one.id for one in await manager.statuses()][-2:] == ["mine", "other"]


async def test_a_rerankers_task_is_kept(manager: ModelManager, data_dir: Path, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "ranker", tiny_onnx.model(output="logits", pooled=True, width=1))
    assert (await manager.import_model(folder)).task == "rerank"
    store = ModelStore(stamps=data_dir / "cache" / "models.json", installed=data_dir / "models")
    assert store.find("ranker", task="rerank").id == "ranker"
    with pytest.raises(ModelError, match=r"ranker is a reranker, not an embedder"):
        store.find("ranker", task="embed")


async def test_an_own_model_goes_to_another_computer_by_its_folder(
    manager: ModelManager, data_dir: Path, tmp_path: Path
) -> None:
    await manager.import_model(
        write_model(tmp_path / "mine", tiny_onnx.model(width=6)),
        corrections=ModelCorrections(passage_prefix="text: "),
    )
    stick = tmp_path / "stick"
    shutil.copytree(data_dir / "models" / "mine" / "own", stick)
    await manager.remove("mine")
    status = await manager.import_model(stick)
    assert (status.id, status.passage_prefix, status.custom) == ("mine", "text: ", True)
    plain = json.loads((stick / "manifest.json").read_text())
    plain["entry"]["dimensions"] = 7
    (stick / "manifest.json").write_text(json.dumps(plain))
    with pytest.raises(ModelError, match=r"says that it holds mine \(embed, 7 dimensions\), but.*6 dimensions"):
        await manager.import_model(stick)


async def test_a_pooled_graph_cannot_be_pooled_otherwise(manager: ModelManager, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "pooled", tiny_onnx.model(output="sentence_embedding", pooled=True))
    with pytest.raises(ModelError, match=r"nothing is left to pool"):
        await manager.import_model(folder, corrections=ModelCorrections(pooling="cls"))


async def test_the_bundled_model_is_not_replaced(manager: ModelManager, tmp_path: Path) -> None:
    from engine.models import manifest

    folder = tmp_path / "bundled"
    shutil.copytree(ModelStore(stamps=tmp_path / "s").folder(catalog.find("all-minilm-l6-v2")), folder)
    manifest.write(folder, entry=catalog.find("all-minilm-l6-v2"), how="download", source="")
    with pytest.raises(ModelError, match=r"all-minilm-l6-v2 came with Magray already"):
        await manager.import_model(folder)


async def test_what_is_no_model(manager: ModelManager, data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "empty").mkdir()
    (tmp_path / "torn.zip").write_bytes(packed(repository(tmp_path / "whole")).read_bytes()[:-40])
    for name, why in (
        ("nowhere", "cannot be found"),
        ("notes.txt", "neither a folder nor a zip"),
        ("empty", "holds no ONNX file"),
        ("torn.zip", "neither a folder nor a zip"),
    ):
        for call in (manager.import_model(tmp_path / name), manager.propose(tmp_path / name)):
            with pytest.raises(ModelError, match=why):
                await call
    nothing_left(data_dir)


def evil(path: Path, name: str, *, link: bool = False) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo(name)
        if link:
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    return path


@pytest.mark.parametrize("name", ["../out.onnx", "/out.onnx", "a/../../out.onnx", "..\\out.onnx", "C:/out.onnx"])
async def test_a_zip_stays_in_its_folder(manager: ModelManager, data_dir: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ModelError, match=r"which leads out of it"):
        await manager.import_model(evil(tmp_path / "evil.zip", name))
    assert not list(tmp_path.rglob("out.onnx"))
    nothing_left(data_dir)


async def test_links_and_crowds_in_a_zip_are_refused(manager: ModelManager, data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"holds the link 'model\.onnx'"):
        await manager.import_model(evil(tmp_path / "link.zip", "model.onnx", link=True))
    crowd = tmp_path / "crowd.zip"
    with zipfile.ZipFile(crowd, "w") as archive:
        for number in range(2001):
            archive.writestr(f"{number}.txt", "")
    with pytest.raises(ModelError, match=r"holds 2001 files"):
        await manager.import_model(crowd)
    nothing_left(data_dir)


async def test_a_zip_with_a_password_or_a_wrong_byte_is_told(
    manager: ModelManager, data_dir: Path, tmp_path: Path
) -> None:
    path = packed(write_model(tmp_path / "mine"), name="mine.zip")
    content = bytearray(path.read_bytes())
    secret = bytearray(content)
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = secret.find(signature)
        secret[at + offset] |= 1  # the flag of encryption
    (tmp_path / "secret.zip").write_bytes(secret)
    with pytest.raises(ModelError, match=r"secret\.zip cannot be unpacked: it needs a password"):
        await manager.import_model(tmp_path / "secret.zip")
    content[60] ^= 0xFF
    (tmp_path / "wrong.zip").write_bytes(content)
    with pytest.raises(ModelError, match=r"wrong\.zip cannot be unpacked"):
        await manager.import_model(tmp_path / "wrong.zip")
    nothing_left(data_dir)


async def test_a_full_disk_is_told_beforehand(
    manager: ModelManager, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_model(tmp_path / "mine")
    free = files_module.shutil._ntuple_diskusage(100, 99, 1)
    monkeypatch.setattr(files_module.shutil, "disk_usage", lambda _: free)
    for path in (folder, packed(folder)):
        with pytest.raises(StoreFullError, match=r"1 bytes left"):
            await manager.import_model(path)
    nothing_left(data_dir)


def test_an_import_stops_when_it_is_told_to(tmp_path: Path) -> None:
    store = ModelStore(stamps=tmp_path / "stamps", installed=tmp_path / "models")
    folder = write_model(tmp_path / "mine")
    job = Import(folder, store=store, staging=tmp_path / "in", report=lambda _: None, stopped=lambda: True)
    with pytest.raises(ModelError, match=r"The import was stopped\. Nothing was changed"):
        job.run()
    assert store.installed() == []
    assert list((tmp_path / "in").iterdir()) == []
