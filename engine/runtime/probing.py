"""Whether a listed provider really loads, found out without a model: its library, then two small matrices on it."""

from __future__ import annotations

from collections.abc import Callable

from engine.runtime.abandonable import AbandonableThreads, HungError
from engine.runtime.choosing import crashed, refusal_of
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.devices import Device, Inventory, Refusal, without_library
from engine.runtime.execution_providers import load_onnxruntime
from engine.runtime.faults import DeviceError, FaultKind, classify
from engine.runtime.provider_library import check_library
from engine.runtime.session import try_out


def load_and_try(device: Device) -> None:
    """Load a provider's library and multiply two small matrices.

    Raises:
        DeviceError: it does not load, or it multiplies wrongly.
    """
    check_library(device.provider, onnxruntime=load_onnxruntime())
    try_out(device)


def probe(
    device: Device,
    *,
    inventory: Inventory,
    notes: DeviceNotes,
    seconds: float,
    load: Callable[[Device], None] = load_and_try,
) -> Refusal | None:
    """Why a device cannot be used by any model, or None.

    Args:
        device: to try.
        inventory: what there is.
        notes: what is about to be tried is written down, for a driver may take the process with it.
        seconds: that it may take.
        load: tries it.
    """
    missing = without_library(inventory, device)
    if missing is not None:
        return missing
    signature = inventory.signature
    if notes.crashed(device.name, signature=signature):
        return refusal_of(device, crashed(), inventory)
    threads = AbandonableThreads(f"magray-probe-{device.name}")
    notes.begin(device.name, signature=signature)
    try:
        threads.call(lambda: load(device), seconds=seconds)
    except HungError:
        fault = DeviceError(FaultKind.HUNG, f"it did not answer within {seconds:g} s")
    except Exception as error:  # what a driver raises has no common base
        fault = classify(error)
    else:
        return None
    finally:
        notes.end(device.name)
        threads.close()
    return refusal_of(device, fault, inventory)
