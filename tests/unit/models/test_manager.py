from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import filelock
import pytest

from engine import ModelProgress, ModelProgressChanged, ModelsChanged, Settings
from engine.errors import ModelError
from engine.events import Event
from engine.executors import Executors
from engine.models import catalog
from engine.models.entry import ModelEntry, ModelFile, Variant
from engine.models.manager import ModelManager
from tests.helpers.hub import Fault, LoopbackHub
from tests.helpers.tiny_onnx import write_model

REPOSITORY = "somebody/small-model"


@pytest.fixture(autouse=True)
def entries(entry: ModelEntry, monkeypatch: pytest.MonkeyPatch) -> tuple[ModelEntry, ...]:
    """A catalogue of the bundled model and the small one, in two variants."""
    other = Variant(
        name="int8",
        quantization="int8",
        model_file="other.onnx",
        files=(ModelFile(name="other.onnx", size=None, sha256=None), entry.files[2]),
    )
    both = dataclasses.replace(entry, variants=(*entry.variants, other))
    found = (catalog.find("all-minilm-l6-v2"), both)
    monkeypatch.setattr(catalog, "ENTRIES", found)
    return found


@pytest.fixture
def filled(hub: LoopbackHub, contents: dict[str, bytes]) -> LoopbackHub:
    for path, content in {**contents, "other.onnx": b"other weights" * 100}.items():
        hub.add(REPOSITORY, path, content)
    return hub


Make = Callable[..., ModelManager]


@pytest.fixture
async def heard() -> list[Event]:
    return []


@pytest.fixture
async def make(filled: LoopbackHub, data_dir: Path, heard: list[Event]) -> AsyncIterator[Make]:
    executors = Executors()
    made: list[ModelManager] = []

    def manager(**options: object) -> ModelManager:
        settings = Settings(data_dir=data_dir, **{"models": {"hub": filled.address}, **options})
        made.append(ModelManager(settings, executors=executors, publish=heard.append))
        return made[-1]

    yield manager
    for one in made:
        await one.close()
    await asyncio.to_thread(executors.close)


def folder_of(data_dir: Path, variant: str = "fp32") -> Path:
    return data_dir / "models" / "small-model" / variant


def leftovers(data_dir: Path) -> list[str]:
    """Everything under models that is not a lock and not an installed model."""
    root = data_dir / "models"
    return sorted(
        path.relative_to(root).as_posix()
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] not in (".locks", "small-model")
    )


async def test_a_model_is_downloaded_installed_checked_and_removed(
    make: Make, data_dir: Path, heard: list[Event], contents: dict[str, bytes]
) -> None:
    manager = make()
    (before,) = [one for one in await manager.statuses() if one.id == "small-model"]
    assert (before.state, before.ident, before.disk_bytes, before.in_use) == ("available", "small-model", 0, False)
    assert [one.size for one in before.variants] == [sum(map(len, contents.values())), None]
    progress: list[ModelProgress] = []
    status = await manager.download("small-model", on_progress=progress.append)
    assert (status.state, status.verified, status.ident) == ("installed", True, "small-model")
    assert progress[-1].step == "done"
    assert {one.step for one in progress} >= {"receiving", "installing", "done"}
    assert sorted(path.name for path in folder_of(data_dir).iterdir()) == [
        "manifest.json", "model.onnx", "model.onnx_data", "tokenizer.json",
    ]  # fmt: skip
    assert leftovers(data_dir) == []
    assert ModelsChanged(id="small-model") in heard
    assert any(isinstance(one, ModelProgressChanged) for one in heard)
    assert (await manager.verify("small-model")).verified
    freed = await manager.remove("small-model")
    assert freed >= sum(map(len, contents.values()))
    assert not folder_of(data_dir).parent.exists()
    assert (await manager.status("small-model")).state == "available"


async def test_an_installed_model_is_not_fetched_again(make: Make, filled: LoopbackHub) -> None:
    manager = make()
    await manager.download("small-model")
    filled.asked.clear()
    assert (await manager.download("small-model")).state == "installed"
    assert filled.asked == []


async def test_a_damaged_model_is_told_and_brought_again(make: Make, data_dir: Path) -> None:
    manager = make()
    await manager.download("small-model")
    path = folder_of(data_dir) / "model.onnx"
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"x")
    os.utime(path, ns=(1, 1))
    status = await manager.status("small-model")
    assert (status.state, status.verified) == ("installed", False)  # only a full check can tell
    with pytest.raises(
        ModelError, match=r"model\.onnx cannot be used: its content.*magray models download small-model"
    ):
        await manager.verify("small-model")
    path.write_bytes(content[:100])
    status = await manager.status("small-model")
    assert status.state == "damaged"
    assert status.problem is not None
    assert "100 bytes in place of 300000" in status.problem
    assert (await manager.download("small-model")).verified
    assert path.read_bytes() == content


async def test_a_newer_revision_replaces_the_installed_one(
    make: Make, data_dir: Path, filled: LoopbackHub, monkeypatch: pytest.MonkeyPatch, entries: tuple[ModelEntry, ...]
) -> None:
    import hashlib

    manager = make()
    await manager.download("small-model")
    new = b"new weights" * 1000
    files = tuple(
        dataclasses.replace(file, size=len(new), sha256=hashlib.sha256(new).hexdigest())
        if file.name == "model.onnx"
        else file
        for file in entries[1].files
    )
    variants = (dataclasses.replace(entries[1].variants[0], files=files),)
    monkeypatch.setattr(
        catalog, "ENTRIES", (entries[0], dataclasses.replace(entries[1], files=files, variants=variants))
    )
    filled.add(REPOSITORY, "onnx/model.onnx", new)
    assert (await manager.status("small-model")).state == "installed"
    await manager.download("small-model")
    assert (folder_of(data_dir) / "model.onnx").read_bytes() == new
    assert [path.name for path in folder_of(data_dir).parent.iterdir()] == ["fp32"]


async def test_a_failure_leaves_the_installed_model_alone(
    make: Make, data_dir: Path, filled: LoopbackHub, contents: dict[str, bytes]
) -> None:
    manager = make()
    await manager.download("small-model")
    (folder_of(data_dir) / "tokenizer.json").unlink()
    filled.faults = [Fault(kind="status", status=404)] * 3
    with pytest.raises(ModelError, match=r"Nothing was fetched"):
        await manager.download("small-model")
    assert (folder_of(data_dir) / "model.onnx").read_bytes() == contents["onnx/model.onnx"]
    assert (await manager.status("small-model")).state == "damaged"


async def test_a_variant_has_its_own_folder_and_name(make: Make, data_dir: Path) -> None:
    manager = make()
    status = await manager.download("small-model", variant="int8")
    assert (status.ident, status.state) == ("small-model:int8", "installed")
    assert folder_of(data_dir, "int8").is_dir()
    assert json.loads((folder_of(data_dir, "int8") / "manifest.json").read_text())["entry"]["files"][0]["sha256"]
    chosen = await manager.chosen("small-model")  # the only one that is there
    assert chosen.ident == "small-model:int8"
    assert chosen.fingerprint.startswith("small-model@")
    await manager.download("small-model")
    assert (await manager.chosen("small-model")).ident == "small-model"
    assert (await manager.verify("small-model:int8")).state == "installed"
    await manager.remove("small-model:int8")
    assert not folder_of(data_dir, "int8").exists()
    assert folder_of(data_dir).is_dir()


async def test_stopping_a_download_keeps_what_arrived(make: Make, filled: LoopbackHub, data_dir: Path) -> None:
    manager = make()
    filled.faults = [Fault(kind="stall", after=100_000)]
    running = asyncio.ensure_future(manager.download("small-model"))
    await asyncio.to_thread(filled.stalled.wait, 10)
    part = data_dir / "models" / ".incoming" / "small-model" / "fp32" / "model.onnx.part"
    with pytest.raises(ModelError, match=r"being downloaded already"):
        await manager.download("small-model")
    assert manager.cancel("small-model")
    with pytest.raises(ModelError, match=r"was stopped\. What arrived is kept"):
        await running
    filled.go_on.set()
    assert not manager.cancel("small-model")
    kept = part.stat().st_size
    assert kept <= 100_000
    status = await manager.status("small-model")
    assert (status.state, folder_of(data_dir).exists()) == ("partial", False)
    assert status.disk_bytes >= kept
    assert (await manager.download("small-model")).state == "installed"
    assert filled.body_requests[1].range == (f"bytes={kept}-" if kept else None)


async def test_a_cancelled_caller_stops_its_download(make: Make, filled: LoopbackHub) -> None:
    manager = make()
    filled.faults = [Fault(kind="stall", after=10)]
    running = asyncio.ensure_future(manager.download("small-model"))
    await asyncio.to_thread(filled.stalled.wait, 10)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    filled.go_on.set()
    assert not [one for one in threading.enumerate() if one.name.startswith("magray-download")]


async def test_closing_stops_downloads(make: Make, filled: LoopbackHub) -> None:
    manager = make()
    filled.faults = [Fault(kind="stall", after=10)]
    running = asyncio.ensure_future(manager.download("small-model"))
    await asyncio.to_thread(filled.stalled.wait, 10)
    await manager.close()
    filled.go_on.set()
    with pytest.raises(ModelError, match=r"was stopped"):
        await running


async def test_removing_takes_an_interrupted_download_too(make: Make, filled: LoopbackHub, data_dir: Path) -> None:
    manager = make()
    filled.faults = [Fault(kind="cut", after=5000), Fault(kind="status", status=404)]
    with pytest.raises(ModelError):
        await manager.download("small-model")
    assert await manager.remove("small-model") > 5000
    assert leftovers(data_dir) == []
    with pytest.raises(ModelError, match=r"small-model is not installed"):
        await manager.remove("small-model")


async def test_what_may_not_be_removed(make: Make, data_dir: Path) -> None:
    manager = make()
    await manager.download("small-model")
    in_use = make(embedding={"model": "small-model"})
    assert (await in_use.status("small-model")).in_use
    with pytest.raises(
        ModelError, match=r"small-model is in use: embedding\.model names it.*config unset embedding\.model"
    ):
        await in_use.remove("small-model")
    with pytest.raises(ModelError, match=r"came with Magray and stays"):
        await manager.remove("all-minilm-l6-v2")
    with pytest.raises(ModelError, match=r"came with Magray, so there is nothing"):
        await manager.download("all-minilm-l6-v2")
    assert folder_of(data_dir).is_dir()


async def test_unknown_names_are_answered_with_the_known_ones(make: Make) -> None:
    manager = make()
    for call in (
        manager.download("nothing"),
        manager.verify("nothing"),
        manager.status("nothing"),
        manager.chosen("nothing"),
    ):
        with pytest.raises(ModelError, match=r"no model named nothing.*all-minilm-l6-v2, small-model"):
            await call
    with pytest.raises(ModelError, match=r"nothing is not installed"):
        await manager.remove("nothing")
    with pytest.raises(ModelError, match=r"has no variant q9"):
        await manager.download("small-model:q9")
    with pytest.raises(ModelError, match=r"small-model is not installed.*magray models download small-model"):
        await manager.verify("small-model")


@pytest.mark.parametrize("name", ["..", "../..", "/", "a/b", "a\\b", "", ".incoming", "small-model:../int8", "CON"])
async def test_a_name_never_leads_out_of_the_folder(make: Make, data_dir: Path, name: str) -> None:
    manager = make()
    (data_dir / "own").mkdir(parents=True)
    (data_dir / "own" / "kept").write_text("kept")
    calls = (manager.remove, manager.download, manager.verify, manager.chosen, manager.status)
    for call in calls:
        with pytest.raises(ModelError, match=r"There is no model named"):
            await call(name)
    assert (data_dir / "own" / "kept").exists()


async def test_the_recommended_variant_may_be_named_too(make: Make) -> None:
    manager = make(embedding={"model": "small-model:fp32"})
    await manager.download("small-model:fp32")
    assert (await manager.status("small-model")).in_use
    with pytest.raises(ModelError, match=r"is in use: embedding\.model names it"):
        await manager.remove("small-model")


async def test_a_stopped_import_changes_nothing(
    make: Make, data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.models import importing

    manager = make()
    folder = write_model(tmp_path / "mine")
    begun, go_on = threading.Event(), threading.Event()
    copy = importing.Import._copy

    def slow(self: importing.Import, *arguments: object) -> ModelFile:
        begun.set()
        go_on.wait(10)
        return copy(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(importing.Import, "_copy", slow)
    running = asyncio.ensure_future(manager.import_model(folder))
    await asyncio.to_thread(begun.wait, 10)
    running.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [one.id for one in await manager.statuses()] == ["all-minilm-l6-v2", "small-model"]
    assert leftovers(data_dir) == []


async def test_an_import_that_crashed_is_cleared_away(make: Make, data_dir: Path, tmp_path: Path) -> None:
    manager = make()
    stale, fresh = (data_dir / "models" / ".incoming" / f"import-{name}" for name in ("stale", "fresh"))
    for folder in (stale, fresh):
        folder.mkdir(parents=True)
    os.utime(stale, (1, 1))
    await manager.import_model(write_model(tmp_path / "mine"))
    assert (stale.exists(), fresh.exists()) == (False, True)


async def test_an_old_model_comes_back_where_the_new_one_cannot_be_put(
    make: Make, data_dir: Path, contents: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    manager = make()
    await manager.download("small-model")
    (folder_of(data_dir) / "tokenizer.json").unlink()
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if ".incoming" in self.parts:
            raise PermissionError(13, "in use by another program")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ModelError, match=r"in use by another program"):
        await manager.download("small-model")
    assert (folder_of(data_dir) / "model.onnx").read_bytes() == contents["onnx/model.onnx"]
    monkeypatch.undo()


async def test_another_process_at_work_is_told(make: Make, data_dir: Path) -> None:
    manager = make()
    locks = data_dir / "models" / ".locks"
    locks.mkdir(parents=True)
    with filelock.FileLock(locks / "small-model.lock"):
        with pytest.raises(ModelError, match=r"Another Magray works on small-model"):
            await manager.download("small-model")
    assert (await manager.download("small-model")).state == "installed"


async def test_offline_downloads_nothing(make: Make) -> None:
    manager = make(offline=True, models={"hub": "https://huggingface.co"})
    with pytest.raises(ModelError, match=r"set to stay offline"):
        await manager.download("small-model")
    assert (await make(offline=True).download("small-model")).state == "installed"  # the hub on this computer


async def test_a_folder_that_cannot_be_written_is_told(make: Make, data_dir: Path) -> None:
    manager = make()
    data_dir.mkdir()
    (data_dir / "models").write_text("a file in the way")
    with pytest.raises(ModelError, match=r"models.* cannot be written"):
        await manager.download("small-model")
    assert [one.id for one in await manager.statuses()] == ["all-minilm-l6-v2", "small-model"]


TORN: dict[str, tuple[str, str]] = {
    "no json": ("{", "is not JSON"),
    "a list": ("[]", "does not describe a model"),
    "newer": ('{"format": 9}', "newer version of Magray"),
    "no entry": ('{"format": 1}', "is not an object"),
}


@pytest.mark.parametrize("case", TORN)
async def test_a_torn_manifest_is_a_damaged_model(make: Make, data_dir: Path, case: str) -> None:
    content, why = TORN[case]
    manager = make()
    await manager.download("small-model")
    (folder_of(data_dir) / "manifest.json").write_text(content)
    status = await manager.status("small-model")
    assert status.state == "damaged"
    assert status.problem is not None
    assert why in status.problem
    with pytest.raises(ModelError, match=why):
        await manager.chosen("small-model")
    assert (await manager.download("small-model")).state == "installed"


async def test_a_manifest_without_a_field_names_entry_and_field(make: Make, data_dir: Path) -> None:
    manager = make()
    await manager.download("small-model")
    path = folder_of(data_dir) / "manifest.json"
    plain = json.loads(path.read_text())
    for change, why in (
        ({"how": "by post"}, "does not say how"),
        ({"entry": {**plain["entry"], "pooling": "max"}}, "small-model in .*: pooling must be one of"),
        ({"entry": {**plain["entry"], "id": "other-model"}}, "should hold small-model and holds other-model"),
        (
            {"entry": {**plain["entry"], "files": [{**plain["entry"]["files"][0], "sha256": None}]}},
            "small-model in .*: (tokenizer_file|files)",
        ),
    ):
        path.write_text(json.dumps({**plain, **change}))
        with pytest.raises(ModelError, match=why):
            await manager.chosen("small-model")


async def test_a_folder_without_a_manifest_is_shown_and_can_be_removed(make: Make, data_dir: Path) -> None:
    manager = make()
    stray = data_dir / "models" / "stray" / "own"
    stray.mkdir(parents=True)
    (stray / "weights").write_bytes(bytes(1000))
    (status,) = [one for one in await manager.statuses() if one.id == "stray"]
    assert (status.state, status.disk_bytes, status.custom) == ("damaged", 1000, True)
    assert await manager.remove("stray") == 1000


async def test_what_a_crash_between_two_renames_left_is_put_right(
    make: Make, data_dir: Path, contents: dict[str, bytes]
) -> None:
    manager = make()
    await manager.download("small-model")
    folder_of(data_dir).rename(folder_of(data_dir).with_name(".old-fp32"))
    assert (await manager.status("small-model")).state == "available"
    await manager.download("small-model:int8")  # any change puts things right first
    assert (folder_of(data_dir) / "model.onnx").read_bytes() == contents["onnx/model.onnx"]
    gone = folder_of(data_dir).with_name(".gone-x")
    gone.mkdir()
    old = folder_of(data_dir).with_name(".old-fp32")
    old.mkdir()
    await manager.remove("small-model:int8")
    assert [path.name for path in folder_of(data_dir).parent.iterdir()] == ["fp32"]
