from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings as hypothesis_settings, strategies as st

from engine.errors import ModelError, StoreFullError
from engine.model_values import ModelProgress
from engine.models import download as download_module, files as files_module
from engine.models.download import Download
from engine.models.entry import ModelEntry
from engine.models.hub import Hub
from tests.helpers.hub import COMMIT, Fault, LoopbackHub, loopback_hub

REPOSITORY = "somebody/small-model"


class Waits:
    """Waits that take no time, and are remembered."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


def fill(hub: LoopbackHub, contents: dict[str, bytes]) -> None:
    for path, content in contents.items():
        hub.add(REPOSITORY, path, content)


def unknown(entry: ModelEntry) -> ModelEntry:
    """The same model, of whose files the catalogue knows nothing."""
    files = tuple(dataclasses.replace(file, size=None, sha256=None) for file in entry.files)
    return dataclasses.replace(entry, files=files, variants=())


async def fetch(
    entry: ModelEntry, hub: LoopbackHub, folder: Path, *, waits: Waits | None = None, offline: bool = False
) -> tuple[ModelEntry, list[ModelProgress]]:
    heard: list[ModelProgress] = []
    async with Hub(hub.address, sleep=waits or Waits(), offline=offline, timeout_seconds=5) as client:
        result = await Download(entry, hub=client, folder=folder, report=heard.append).run()
    return result, heard


def assert_right(folder: Path, contents: dict[str, bytes], result: ModelEntry) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(path.rpartition("/")[2] for path in contents)
    for path, content in contents.items():
        name = path.rpartition("/")[2]
        assert (folder / name).read_bytes() == content
        (file,) = [one for one in result.files if one.name == name]
        assert (file.size, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())


def assert_nothing_wrong(folder: Path, contents: dict[str, bytes]) -> None:
    """Whatever bears a file's name is that file; parts are beginnings of it."""
    for path, content in contents.items():
        name = path.rpartition("/")[2]
        if (folder / name).exists():
            assert (folder / name).read_bytes() == content
        part = folder / f"{name}.part"
        if part.exists():
            assert content.startswith(part.read_bytes())


async def test_all_files_of_a_branch_that_moves_are_of_one_commit(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    hub.moving = ["a" * 40, "b" * 40]
    result, _ = await fetch(unknown(entry), hub, tmp_path / "in")
    assert {file.revision for file in result.files} == {"a" * 40}
    assert all(f"/{'a' * 40}/" in one.path for one in hub.asked[1:] if "/resolve/" in one.path)


@pytest.mark.parametrize("redirects", [True, False])
@pytest.mark.parametrize("known", [True, False])
async def test_a_model_arrives(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path, redirects: bool, known: bool
) -> None:
    fill(hub, contents)
    hub.redirects = redirects
    if not known:
        hub.small.add("tokenizer.json")
    result, heard = await fetch(entry if known else unknown(entry), hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)
    assert heard[-1].done == heard[-1].total == sum(map(len, contents.values()))
    assert {one.encoding for one in hub.asked} == {"identity"}
    assert [one.done for one in heard] == sorted(one.done for one in heard)
    asked_first = {one.method for one in hub.asked}
    assert asked_first == ({"GET"} if known else {"HEAD", "GET"})
    assert {file.revision for file in result.files} == {"main" if known else COMMIT}


@pytest.mark.parametrize("at", [0, 1, 1000, 299_998])
async def test_a_cut_connection_goes_on_where_it_stopped(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path, waits: Waits, at: int
) -> None:
    fill(hub, contents)
    hub.faults = [Fault(kind="cut", after=at), Fault(kind="cut", after=1)]
    result, heard = await fetch(entry, hub, tmp_path / "in", waits=waits)
    assert_right(tmp_path / "in", contents, result)
    assert len(waits.seconds) == 2
    ranges = [one.range for one in hub.body_requests][:3]
    assert ranges[1] == (f"bytes={at}-" if at else None)
    assert any(one.step == "waiting" and "broke" in one.note for one in heard)


async def test_a_later_attempt_uses_what_an_earlier_one_left(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    hub.faults = [Fault(kind="cut", after=200_000), *[Fault(kind="status", status=503)] * 6]
    with pytest.raises(ModelError, match=r"model\.onnx could not be fetched: .*503.*What arrived is kept"):
        await fetch(entry, hub, tmp_path / "in")
    assert (tmp_path / "in" / "model.onnx.part").stat().st_size == 200_000
    hub.asked.clear()
    result, heard = await fetch(entry, hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)
    assert hub.body_requests[0].range == "bytes=200000-"
    assert next(one.done for one in heard if one.step == "receiving") == 200_000


async def test_a_finished_file_is_read_and_not_fetched_again(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    await fetch(entry, hub, tmp_path / "in")
    (tmp_path / "in" / "model.onnx").write_bytes(contents["onnx/model.onnx"][::-1])
    hub.asked.clear()
    result, _ = await fetch(entry, hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)
    assert len(hub.body_requests) == 1


@pytest.mark.parametrize(
    "note", [None, "{", json.dumps({"name": "model.onnx", "sha256": "of another revision"}), json.dumps([])]
)
async def test_a_part_of_another_file_is_thrown_away(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path, note: str | None
) -> None:
    fill(hub, contents)
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "model.onnx.part").write_bytes(b"another model" * 1000)
    if note is not None:
        (folder / "model.onnx.part.json").write_text(note)
    result, _ = await fetch(entry, hub, folder)
    assert_right(folder, contents, result)
    assert hub.body_requests[0].range is None


async def test_a_part_that_was_spoilt_is_fetched_once_more_from_the_beginning(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    hub.faults = [Fault(kind="cut", after=1000), *[Fault(kind="status", status=500)] * 6]
    with pytest.raises(ModelError):
        await fetch(entry, hub, tmp_path / "in")
    (tmp_path / "in" / "model.onnx.part").write_bytes(b"x" * 1000)
    result, _ = await fetch(entry, hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)
    assert [one.range for one in hub.body_requests[-4:-2]] == ["bytes=1000-", None]


@pytest.mark.parametrize("kind", ["no ranges", "refuse range", "other offset"])
async def test_a_server_that_cannot_go_on_begins_anew(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    fill(hub, contents)
    hub.faults = [Fault(kind="cut", after=1000), Fault(kind=kind)]
    result, _ = await fetch(entry, hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)


@pytest.mark.parametrize("known", [True, False])
async def test_wrong_bytes_are_thrown_away(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path, known: bool
) -> None:
    fill(hub, contents)
    hub.faults = [Fault(kind="wrong bytes")]
    with pytest.raises(ModelError, match=r"sent a onnx/model\.onnx whose content is not what it should be"):
        await fetch(entry if known else unknown(entry), hub, tmp_path / "in")
    assert not (tmp_path / "in" / "model.onnx").exists()
    assert not (tmp_path / "in" / "model.onnx.part").exists()


@pytest.mark.parametrize("kind", ["other size", "longer"])
async def test_a_lie_about_the_size_is_told(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    fill(hub, contents)
    hub.faults = [Fault(kind=kind)]
    with pytest.raises(ModelError, match=r"has onnx/model\.onnx with .*it should have 300000"):
        await fetch(entry, hub, tmp_path / "in")
    assert_nothing_wrong(tmp_path / "in", contents)
    result, _ = await fetch(entry, hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)


async def test_another_file_under_the_right_name_is_refused_before_it_is_fetched(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    half_known = dataclasses.replace(
        entry, files=tuple(dataclasses.replace(file, size=None) for file in entry.files), variants=()
    )
    hub.add(REPOSITORY, "onnx/model.onnx", b"another model")
    with pytest.raises(ModelError, match=r"onnx/model\.onnx whose content is not what it should be"):
        await fetch(half_known, hub, tmp_path / "in")
    assert hub.body_requests == []


async def test_a_size_that_the_hub_tells_otherwise_is_refused_before_it_is_fetched(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    half_known = dataclasses.replace(
        entry, files=tuple(dataclasses.replace(file, sha256=None) for file in entry.files), variants=()
    )
    hub.add(REPOSITORY, "onnx/model.onnx", b"another model")
    with pytest.raises(ModelError, match=r"13 bytes.*it should have 300000"):
        await fetch(half_known, hub, tmp_path / "in")
    assert hub.body_requests == []


async def test_without_any_checksum_nothing_is_fetched(
    hub: LoopbackHub, entry: ModelEntry, contents: dict[str, bytes], tmp_path: Path
) -> None:
    fill(hub, contents)
    hub.tells_checksums = False
    with pytest.raises(ModelError, match=r"Neither the catalogue nor http://127.* tells a checksum"):
        await fetch(unknown(entry), hub, tmp_path / "in")
    hub.knows_head = False
    with pytest.raises(ModelError, match=r"Neither the catalogue"):
        await fetch(unknown(entry), hub, tmp_path / "in")
    result, _ = await fetch(entry, hub, tmp_path / "in")  # a plain mirror does where the catalogue knows all
    assert_right(tmp_path / "in", contents, result)


async def test_a_full_disk_is_told_before_anything_is_fetched(
    hub: LoopbackHub,
    entry: ModelEntry,
    contents: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(hub, contents)
    free = files_module.shutil._ntuple_diskusage(100, 99, 1)
    monkeypatch.setattr(files_module.shutil, "disk_usage", lambda _: free)
    with pytest.raises(StoreFullError, match=r"1 bytes left and 800 kB more are needed"):
        await fetch(entry, hub, tmp_path / "in")
    assert hub.asked == []


async def test_a_disk_that_fills_up_keeps_what_arrived(
    hub: LoopbackHub,
    entry: ModelEntry,
    contents: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(hub, contents)
    write, full = download_module._Sink.write, [False]

    def fill_up(self: download_module._Sink, block: bytes) -> None:
        if full[0]:
            raise OSError(28, "No space left on device")
        write(self, block)
        full[0] = True

    monkeypatch.setattr(download_module._Sink, "write", fill_up)
    with pytest.raises(StoreFullError, match=r"is full\. What was fetched so far is kept"):
        await fetch(entry, hub, tmp_path / "in")
    assert_nothing_wrong(tmp_path / "in", contents)
    monkeypatch.undo()
    result, _ = await fetch(entry, hub, tmp_path / "in")
    assert_right(tmp_path / "in", contents, result)


FAULTS = st.one_of(
    st.builds(Fault, kind=st.just("cut"), after=st.integers(0, 600_000)),
    st.builds(Fault, kind=st.just("status"), status=st.sampled_from([408, 429, 500, 502, 503, 504, 404, 401, 403])),
    st.builds(
        Fault, kind=st.sampled_from(["wrong bytes", "other size", "no ranges", "other offset", "page", "longer"])
    ),
    st.builds(Fault, kind=st.just("refuse range")),
)


@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(faults=st.lists(FAULTS, max_size=9), known=st.booleans(), redirects=st.booleans())
def test_any_interruption_ends_in_the_right_files_or_a_clear_error(
    entry: ModelEntry,
    contents: dict[str, bytes],
    tmp_path_factory: pytest.TempPathFactory,
    faults: list[Fault],
    known: bool,
    redirects: bool,
) -> None:
    import asyncio

    folder = tmp_path_factory.mktemp("any") / "in"

    async def attempts() -> ModelEntry:
        with loopback_hub() as hub:
            fill(hub, contents)
            hub.redirects, hub.faults = redirects, list(faults)
            while True:
                left, told = len(hub.faults), ""
                try:
                    result, _ = await fetch(entry if known else unknown(entry), hub, folder)
                except ModelError as error:
                    told = str(error)
                else:
                    return result
                assert told.endswith(".")
                assert "Nothing was" in told or "nothing was" in told or "What arrived is kept" in told
                assert_nothing_wrong(folder, contents)
                assert len(hub.faults) < left  # a hub without faults is never an error

    assert_right(folder, contents, asyncio.run(attempts()))
