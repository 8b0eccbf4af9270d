"""`magray models`, in this process, with a hub on the loopback."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.cli import main
from engine.cli.progress import MemoriesBar, ModelBar
from engine.model_values import ModelProgress, ReembeddingStatus
from engine.models import catalog
from engine.models.entry import ModelEntry, ModelFile, Variant
from tests.helpers import tiny_onnx
from tests.helpers.hub import LoopbackHub, loopback_hub
from tests.helpers.tiny_onnx import write_model
from tests.helpers.two_models import TEXTS, models, prepare

REPOSITORY = "somebody/small-model"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackHub]:
    variants = tuple(
        Variant(
            name=name,
            quantization=name,
            model_file=f"model_{name}.onnx",
            files=(
                ModelFile(name=f"model_{name}.onnx", size=None, sha256=None),
                ModelFile(name="tokenizer.json", size=None, sha256=None),
            ),
        )
        for name in ("int8", "fp16")
    )
    entry = ModelEntry(
        id="small-model",
        task="embed",
        name="Small",
        origin=REPOSITORY,
        licence="MIT",
        files=variants[0].files,
        model_file=variants[0].model_file,
        tokenizer_file="tokenizer.json",
        languages=frozenset({"ru", "en"}),
        dimensions=8,
        pooling="mean",
        max_tokens=64,
        variant="int8",
        quantization="int8",
        variants=variants,
        repository=REPOSITORY,
        revision="main",
        note="A note.",
    )
    monkeypatch.setattr(catalog, "ENTRIES", (catalog.find("all-minilm-l6-v2"), entry))
    with loopback_hub() as server:
        for variant in variants:
            server.add(REPOSITORY, variant.model_file, tiny_onnx.model(half=variant.name == "fp16"))
        server.add(REPOSITORY, "tokenizer.json", tiny_onnx.tokenizer().encode())
        monkeypatch.setenv("MAGRAY_MODELS__HUB", server.address)
        yield server


class Magray:
    def __init__(self, data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.data_dir = data_dir
        self._capsys = capsys
        self.err = ""

    def __call__(self, *arguments: str, status: int = 0) -> str:
        found = main(["--data-dir", str(self.data_dir), "models", *arguments])
        captured = self._capsys.readouterr()
        self.err = captured.err
        assert found == status, captured
        return captured.out

    def json(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))


@pytest.fixture
def magray(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Magray:
    return Magray(data_dir, capsys)


def test_a_model_from_the_list_to_its_removal(magray: Magray, hub: LoopbackHub) -> None:
    listed = magray("list")
    assert "all-minilm-l6-v2   bundled, in use" in listed
    assert "small-model:fp16  fp16, size not known, available" in listed
    assert f"Models that you add are kept in {magray.data_dir / 'models'}" in listed
    told = magray("download", "small-model", "--variant", "fp16")
    assert "small-model:fp16 is installed and checked" in told
    assert "small-model:fp16 is what it should be" in magray("verify", "small-model:fp16")
    assert "small-model:fp16 is the embedder from the next start on" in magray("use", "small-model")
    config = tomllib.loads((magray.data_dir / "config.toml").read_text())
    assert config["embedding"]["model"] == "small-model:fp16"
    magray("remove", "small-model:fp16", status=1)
    assert "is in use: embedding.model names it" in magray.err
    magray("use", "all-minilm-l6-v2")
    assert "are free again" in magray("remove", "small-model:fp16")


def test_json_has_the_same_names(magray: Magray, hub: LoopbackHub) -> None:
    document = magray.json("list")
    assert document["folder"] == str(magray.data_dir / "models")
    rows = {row["id"]: row for row in document["models"]}
    assert rows["small-model"]["languages"] == ["en", "ru"]
    assert [one["state"] for one in rows["small-model"]["variants"]] == ["available", "available"]
    assert magray.json("download", "small-model")["state"] == "installed"
    assert magray.json("verify", "small-model")["verified"] is True
    assert magray.json("use", "small-model") == {"name": "embedding.model", "value": "small-model"}
    magray("use", "all-minilm-l6-v2")
    assert magray.json("remove", "small-model")["bytes"] > 0


def test_the_environment_is_named_where_it_is_stronger(
    magray: Magray, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    magray("download", "small-model")
    monkeypatch.setenv("MAGRAY_EMBEDDING__MODEL", "all-minilm-l6-v2")
    assert "the environment says all-minilm-l6-v2, which is stronger" in magray("use", "small-model")


def test_only_an_installed_embedder_can_be_chosen(magray: Magray, hub: LoopbackHub) -> None:
    magray("use", "small-model", status=1)
    assert "The model small-model is not installed" in magray.err
    assert not (magray.data_dir / "config.toml").exists()


def test_a_reranker_is_chosen_by_its_own_option(magray: Magray, tmp_path: Path) -> None:
    magray("import", str(write_model(tmp_path / "ranker", tiny_onnx.model(output="logits", pooled=True, width=1))))
    assert "ranker is the reranker from the next start on" in magray("use", "ranker")
    assert tomllib.loads((magray.data_dir / "config.toml").read_text()) == {"reranking": {"model": "ranker"}}
    assert {row["id"] for row in magray.json("list")["models"] if row["in_use"]} == {"all-minilm-l6-v2", "ranker"}
    magray("remove", "ranker", status=1)
    assert "ranker is in use: reranking.model names it" in magray.err
    assert main(["--data-dir", str(magray.data_dir), "config", "unset", "reranking.model"]) == 0
    assert "are free again" in magray("remove", "ranker")


def test_a_failure_is_one_line(magray: Magray, hub: LoopbackHub, monkeypatch: pytest.MonkeyPatch) -> None:
    hub.files.clear()
    assert magray("download", "small-model", status=1) == ""
    assert magray.err.startswith("magray: Nothing was fetched: 127.0.0.1 has no model_int8.onnx")
    monkeypatch.setenv("MAGRAY_OFFLINE", "true")
    monkeypatch.setenv("MAGRAY_MODELS__HUB", "https://huggingface.co")
    magray("download", "small-model", status=1)
    assert "set to stay offline, so huggingface.co was not asked" in magray.err
    monkeypatch.setenv("MAGRAY_MODELS__HUB", "not an address")
    magray("list", status=1)
    assert "models.hub" in magray.err


def test_an_own_model_is_looked_at_and_imported(magray: Magray, tmp_path: Path) -> None:
    folder = write_model(tmp_path / "mine")
    assert "It would be imported as mine. Nothing was changed." in magray("import", "--check", str(folder))
    assert not (magray.data_dir / "models" / "mine").exists()
    told = magray("import", str(folder), "--id", "ours", "--pooling", "cls", "--query-prefix", "find: ")
    assert "ours is imported and checked" in told
    row = magray.json("verify", "ours")
    assert (row["pooling"], row["query_prefix"], row["custom"]) == ("cls", "find: ", True)
    (folder / "tokenizer.json").unlink()
    magray("import", str(folder), status=1)
    assert "no tokenizer.json" in magray.err


def test_a_model_can_be_fetched_while_the_chosen_one_is_missing(magray: Magray, hub: LoopbackHub) -> None:
    magray.data_dir.mkdir()
    (magray.data_dir / "config.toml").write_text('[embedding]\nmodel = "small-model"\n')
    assert "small-model   available, in use" in magray("list")
    magray("download", "small-model")
    assert main(["--data-dir", str(magray.data_dir), "status"]) == 0


@pytest.mark.parametrize(
    "arguments", [(), ("download",), ("use",), ("fetch", "x"), ("import", "x", "--pooling", "max")]
)
def test_wrong_usage(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["models", *arguments])
    assert ended.value.code == 2
    assert "usage: magray models" in capsys.readouterr().err


def test_the_bar_shows_where_it_is_and_why_it_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("engine.cli.progress.PATIENCE", 0.0)
    with ModelBar() as bar:
        bar.update(ModelProgress(ident="x", step="receiving", file="model.onnx", done=5, total=10))
        bar.update(ModelProgress(ident="x", step="waiting", file="model.onnx", done=5, note="the hub is busy"))
        assert bar._bar is not None
        (task,) = bar._bar.tasks
        assert task.fields["name"] == "waiting model.onnx: the hub is busy"
        assert (task.completed, task.total) == (5, 10)


@pytest.fixture
def two_models(data_dir: Path, tmp_path: Path) -> Path:
    return asyncio.run(prepare(data_dir, tmp_path, TEXTS[:20]))


def test_the_embedder_is_changed_paused_and_taken_back(magray: Magray, two_models: Path) -> None:
    assert "All memories are embedded by first." in magray("reembed")
    assert "`magray models reembed` does it now" in " ".join(magray("use", "second").split())
    assert "It is paused, also over the next starts." in magray("reembed", "--pause")
    paused = magray.json("reembed", "--pause")["reembedding"]
    assert (paused["from_model"], paused["to_model"], paused["total"]) == ("first", "second", 20)
    assert paused["paused"] is True
    assert "first stays the embedder. Nothing was lost." in magray("reembed", "--cancel")
    assert models(two_models) == {"first": 20}
    assert "There is nothing to cancel" in magray("reembed", "--cancel")
    magray("use", "second")
    magray("reembed", "--pause")
    magray("reembed", "--resume")
    assert "All memories are embedded by second." in magray("reembed")
    assert models(two_models) == {"second": 20}


def test_a_bar_over_memories_is_drawn_for_those_who_look(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setattr("engine.cli.progress.PATIENCE", 0.0)
    status = ReembeddingStatus(from_model="first", to_model="second", done=7, total=20, paused=False)
    with MemoriesBar() as bar:
        bar.update(status)
        bar.update(dataclasses.replace(status, done=20))
    assert "20/20" in capsys.readouterr().err
