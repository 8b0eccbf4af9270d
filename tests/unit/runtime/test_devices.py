from __future__ import annotations

import pytest

from engine.device_values import Gpu
from engine.runtime.devices import (
    NOT_BUILT_IN,
    PROCESSOR,
    Device,
    Inventory,
    exists_elsewhere,
    parse_device,
    plan_devices,
    take_inventory,
)
from engine.runtime.execution_providers import COREML, CPU, CUDA, DIRECTML, InstalledRuntime
from engine.settings import RuntimeSettings


def there_is(*providers: str, cards: int = 0, free: tuple[int, ...] = ()) -> Inventory:
    gpus = tuple(
        Gpu(index=number, name=f"Card {number}", driver="1", free_bytes=free[number] if free else None)
        for number in range(cards)
    )
    return Inventory(runtime=InstalledRuntime(flavour="cuda", version="1.31.1", providers=providers), gpus=gpus)


@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("auto", None),
        ("cpu", PROCESSOR),
        ("cuda", Device(CUDA)),
        ("cuda:1", Device(CUDA, 1)),
        ("directml:12", Device(DIRECTML, 12)),
        ("coreml", Device(COREML)),
    ],
)
def test_names_of_devices(name: str, device: Device | None) -> None:
    assert parse_device(name) == device
    assert RuntimeSettings(device=name).device == name


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:x", "cpu:1", "coreml:0", "CUDA", "cuda:123"])
def test_what_names_no_device(name: str) -> None:
    with pytest.raises(ValueError, match="is no device"):
        parse_device(name)
    with pytest.raises(ValueError, match="device"):
        RuntimeSettings(device=name)


def test_devices_speak_of_themselves() -> None:
    assert Device(CUDA, 1).name == "cuda:1"
    assert Device(CUDA, 1).plain == "CUDA (card 1)"
    assert Device(COREML).name == "coreml"
    assert PROCESSOR.name == "cpu"


def test_the_best_first_and_what_has_no_kernels_ruled_out() -> None:
    plan = plan_devices(there_is(CUDA, DIRECTML, CPU), accelerators=(DIRECTML,), wanted=None)
    assert plan.attempts == (Device(DIRECTML),)
    (refusal,) = plan.refused
    assert refusal.device == Device(CUDA)
    assert refusal.kind == "unfit"
    assert "no kernels" in refusal.why


def test_of_several_cards_the_one_with_the_most_free_memory() -> None:
    plan = plan_devices(there_is(CUDA, CPU, cards=3, free=(5, 9, 9)), accelerators=(CUDA,), wanted=None)
    assert plan.attempts == (Device(CUDA, 1),)


def test_a_card_that_the_installed_runtime_cannot_use_is_told_with_the_mend() -> None:
    plan = plan_devices(there_is(CPU, cards=1), accelerators=(CUDA,), wanted=None)
    assert plan.attempts == ()
    (refusal,) = plan.refused
    assert "Card 0" in refusal.why
    assert "uv sync --extra cuda" in (refusal.advice or "")
    # For a model that no card can run there is nothing to mend.
    assert plan_devices(there_is(CPU, cards=1), accelerators=(), wanted=None).refused == ()


def test_one_that_is_forced_is_tried_alone_whatever_the_kernels() -> None:
    plan = plan_devices(there_is(CUDA, DIRECTML, CPU), accelerators=(), wanted=Device(CUDA))
    assert plan.attempts == (Device(CUDA),)
    assert plan.refused == ()
    assert plan_devices(there_is(CUDA, CPU), accelerators=(CUDA,), wanted=PROCESSOR).attempts == ()


def test_one_that_is_forced_and_not_there_is_told_with_the_mend() -> None:
    (refusal,) = plan_devices(there_is(CPU), accelerators=(), wanted=Device(CUDA)).refused
    assert NOT_BUILT_IN in refusal.why
    assert refusal.mend is not None
    (refusal,) = plan_devices(there_is(CUDA, CPU, cards=2), accelerators=(), wanted=Device(CUDA, 2)).refused
    assert refusal.why == "the cards are cuda:0 to cuda:1"
    (refusal,) = plan_devices(there_is(CUDA, CPU, cards=1), accelerators=(), wanted=Device(CUDA, 1)).refused
    assert refusal.why == "the only card is cuda:0"
    (refusal,) = plan_devices(there_is(CPU, cards=1), accelerators=(), wanted=Device(CUDA)).refused
    assert "Card 0" in refusal.why


def test_what_exists_on_another_system_only() -> None:
    assert exists_elsewhere(DIRECTML, system="linux") == "It exists on Windows only"
    assert exists_elsewhere(DIRECTML, system="win32") is None
    assert exists_elsewhere(COREML, system="win32") == "It exists on macOS only"
    assert exists_elsewhere(CUDA, system="darwin") == "It does not exist on macOS"
    assert exists_elsewhere(CUDA, system="linux") is None


def test_a_signature_changes_with_runtime_driver_and_card() -> None:
    base = there_is(CUDA, CPU, cards=1)
    assert base.signature == there_is(CUDA, CPU, cards=1).signature
    assert base.signature == there_is(CUDA, CPU, cards=1, free=(77,)).signature  # free memory is no property
    assert base.signature != there_is(CPU, cards=1).signature
    assert base.signature != there_is(CUDA, CPU, cards=2).signature


def test_this_computers_inventory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_DEVICE_ORDER", raising=False)
    found = take_inventory()
    assert CPU in found.runtime.providers
    assert found.gpu_note
