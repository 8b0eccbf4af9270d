"""Which device a model runs on: tried, held against the CPU, and measured."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.runtime.accelerator import Accelerator, alike, texts_per_second
from engine.runtime.backend import Sample, rows_of
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.devices import PROCESSOR, Device, Inventory, Plan, Refusal, other_cards
from engine.runtime.execution_providers import CUDA
from engine.runtime.faults import DeviceError, FaultKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
LEAST_LIKENESS = 0.99
"""Mean cosine to the CPU's vectors below which a device computes something else. Half precision gives 0.9999, sums in
another order as much; 8-bit tensors, whose scales depend on the rounding before them, 0.998."""
_WORTH_IT = 1.1  # a device must beat the CPU by so much, for it costs memory and may fail
_AGAIN = "Try it again: magray gpu --retry."
_HELPS = 0.25  # a card with a smaller share of the best one's speed would only be waited for


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The outcome.

    Attributes:
        winner: Started, to be used; None where the CPU is best.
        helpers: Other cards of the same kind, started too, that batches are spread over.
        rates: Texts a second by device.
        refused: The others, best first, each with its reason.
    """

    winner: Accelerator | None = None
    helpers: tuple[Accelerator, ...] = ()
    rates: Mapping[str, float] = field(default_factory=dict)
    refused: tuple[Refusal, ...] = ()


class Around(Protocol):
    """What choosing needs of a session's surroundings."""

    @property
    def inventory(self) -> Inventory:
        """What there is."""

    @property
    def notes(self) -> DeviceNotes:
        """What earlier starts learned."""


class RunOnCpu(Protocol):
    """Computes a batch on the CPU."""

    def __call__(self, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any]) -> None:
        """Write the output of a batch."""


def choose(
    *,
    sample: Sample,
    plan: Plan,
    forced: bool,
    model: str,
    around: Around,
    accelerator: Callable[[Device], Accelerator],
    run_on_cpu: RunOnCpu,
    stopped: Callable[[], bool],
) -> Chosen:
    """Try the devices of a plan and take the fastest that computes rightly. It takes seconds; failures are refusals.

    What was measured before on this very machine is not measured again: then only the best of then is started.

    Args:
        sample: a batch of ordinary texts.
        plan: devices, best first, and what is ruled out.
        forced: the first device is taken however fast it is.
        model: under which measurements are kept.
        around: what there is, and what is remembered.
        accelerator: makes one for a device, not started.
        run_on_cpu: computes what is right.
        stopped: nobody wants to know any more.
    """
    signature = around.inventory.signature
    known = {} if forced else around.notes.rates(model, signature=signature)
    attempts = list(plan.attempts)
    if known and all(device.name in known for device in attempts):
        best = max((PROCESSOR, *attempts), key=lambda device: _worth(known, device))
        if best == PROCESSOR:
            return Chosen(rates=known, refused=(*(_slower(device, known) for device in attempts), *plan.refused))
        attempts = [best]
    else:
        known = {}
    truth = np.empty(sample.shape, dtype=sample.dtype)
    _on_cpu(sample, run_on_cpu, truth)
    rates: dict[str, float] = dict(known)
    refused: list[Refusal] = []
    started: list[Accelerator] = []
    for device in attempts:
        if stopped():
            break
        one = accelerator(device)
        try:
            rate = _tried(one, sample, truth, around, measure=not known and not forced)
        except DeviceError as fault:
            one.close()
            refused.append(refusal_of(device, fault, around.inventory))
            _log.info("%s is not used: %s", device.name, fault.why)
            continue
        started.append(one)
        if rate is not None:
            rates[device.name] = rate
    if not known and not forced and started:
        cpu_rate = texts_per_second(lambda: _on_cpu(sample, run_on_cpu, truth), texts=sample.shape[0])
        rates[PROCESSOR.name] = cpu_rate
        if not stopped():
            around.notes.keep_rates(model, rates, signature=signature)
    winner = max(started, key=lambda one: rates.get(one.device.name, 0.0), default=None)
    if winner is not None and not forced and _worth(rates, winner.device) <= _worth(rates, PROCESSOR):
        winner = None
    for one in started:
        if one is not winner:
            one.close()
            refused.append(_slower(one.device, rates))
    helpers: list[Accelerator] = []
    measured = len(rates)
    if winner is not None and not forced:
        for device in other_cards(around.inventory, winner.device):
            if stopped():
                break
            helper, refusal = _recruit(accelerator(device), sample, truth, around, rates, best=winner.device)
            if helper is not None:
                helpers.append(helper)
            if refusal is not None:
                refused.append(refusal)
        if len(rates) > measured and not stopped():
            around.notes.keep_rates(model, rates, signature=signature)
    return Chosen(winner=winner, helpers=tuple(helpers), rates=rates, refused=(*refused, *plan.refused))


def _recruit(
    one: Accelerator,
    sample: Sample,
    truth: NDArray[Any],
    around: Around,
    rates: dict[str, float],
    *,
    best: Device,
) -> tuple[Accelerator | None, Refusal | None]:
    """Another card to help the best one, started, or why it does not."""
    name, least = one.device.name, _HELPS * rates.get(best.name, 0.0)
    if rates.get(name, least) < least:  # as was measured before
        return None, _slower(one.device, rates)
    try:
        rate = _tried(one, sample, truth, around, measure=name not in rates)
    except DeviceError as fault:
        one.close()
        return None, refusal_of(one.device, fault, around.inventory)
    if rate is not None:
        rates[name] = rate
    if rates[name] < least:
        one.close()
        return None, _slower(one.device, rates)
    return one, None


def _tried(one: Accelerator, sample: Sample, truth: NDArray[Any], around: Around, *, measure: bool) -> float | None:
    """Start a device and hold it against the CPU; gives its texts a second where that is asked for."""
    name, signature = one.device.name, around.inventory.signature
    if around.notes.crashed(name, signature=signature):
        raise crashed()
    if one.record.breaker.state == "open":
        raise DeviceError(FaultKind.RAISED, "it keeps failing with another model")
    around.notes.begin(name, signature=signature)
    try:
        one.start()
        given = np.empty(sample.shape, dtype=sample.dtype)
        one.run(sample.inputs, sample.output, given)
        likeness = alike(given, truth)
        if likeness < LEAST_LIKENESS:
            raise DeviceError(
                FaultKind.WRONG, f"it computes something else than the CPU (likeness {likeness:.3f} in place of 1)"
            )
        if not measure:
            return None
        return texts_per_second(lambda: one.run(sample.inputs, sample.output, given), texts=sample.shape[0])
    except DeviceError as fault:
        one.record.statistics.failed(fault.why)
        raise
    finally:
        around.notes.end(name)


def crashed() -> DeviceError:
    """A start died on the device, so that it is left alone."""
    return DeviceError(FaultKind.LOST, "Magray ended while it started this device the last time", mend=_AGAIN)


def _on_cpu(sample: Sample, run_on_cpu: RunOnCpu, into: NDArray[Any]) -> None:
    count = sample.shape[0]
    for start in range(0, count, sample.cpu_rows):
        rows = slice(start, min(start + sample.cpu_rows, count))
        run_on_cpu(rows_of(sample.inputs, rows, count=count), sample.output, into[rows])


def refusal_of(device: Device, fault: DeviceError, inventory: Inventory) -> Refusal:
    """What the owner is told of a fault."""
    mend = fault.mend or _AGAIN
    if device.provider != CUDA or inventory.gpus:
        return Refusal(device=device, kind="failed", why=fault.why, mend=mend, library=fault.library)
    # Where no card is, nothing has failed: an ONNX Runtime for cards was installed on a computer without one.
    if "driver" not in mend:
        mend = f"No NVIDIA card answers here. If there is one, install its driver first. {mend}"
    return Refusal(device=device, kind="missing", why=fault.why, mend=mend, library=fault.library)


def _worth(rates: Mapping[str, float], device: Device) -> float:
    rate = rates.get(device.name, 0.0)
    return rate * _WORTH_IT if device == PROCESSOR else rate


def _slower(device: Device, rates: Mapping[str, float]) -> Refusal:
    own, cpu = rates.get(device.name, 0.0), rates.get(PROCESSOR.name, 0.0)
    best = max(rates.values(), default=0.0)
    if best > max(own, cpu):
        why = f"another one is faster ({own:,.0f} texts/s against {best:,.0f})"
    else:
        why = f"the CPU does as well ({own:,.0f} texts/s against {cpu:,.0f})"
    return Refusal(device=device, kind="slower", why=why)
