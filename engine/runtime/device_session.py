"""A loaded model that always answers: on the best device while that works, on the CPU whenever it does not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.device_values import ModelDevice
from engine.errors import RuntimeUnavailableError
from engine.runtime.accelerator import Accelerator, DeviceRecord
from engine.runtime.backend import Backend, Opener, Sample, Shape
from engine.runtime.batch_limit import BatchLimit
from engine.runtime.choosing import Chosen, choose
from engine.runtime.circuit_breaker import Permit
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.devices import PROCESSOR, Device, Inventory, Plan, Refusal
from engine.runtime.faults import DeviceError, FaultKind, first_line
from engine.runtime.session import ProviderChoice
from engine.runtime.splitting import run_in_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_CLOSE_SECONDS = 2.0
_LOOK_UP_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a session takes from its house; one for all models.

    Attributes:
        inventory: What there is.
        notes: What earlier starts learned.
        record: Gives what is known of a device.
        open_on: Loads a model.
        gpu_seconds: That a batch may take.
        start_seconds: That loading may take.
        streams: Batches at the same time, by device.
        notice: Tells the owner something once: level and text.
        changed: Tells that something may run elsewhere now.
        clock: Seconds, never going back.
    """

    inventory: Inventory
    notes: DeviceNotes
    record: Callable[[Device], DeviceRecord]
    open_on: Opener
    gpu_seconds: float
    start_seconds: float
    streams: Callable[[Device], int]
    notice: Callable[[str, str], None]
    changed: Callable[[], None]
    clock: Callable[[], float] = time.monotonic

    def accelerator(self, path: Path, device: Device) -> Accelerator:
        """One model on one device, not started."""
        return Accelerator(
            path=path,
            record=self.record(device),
            open_on=self.open_on,
            seconds=self.gpu_seconds,
            streams=self.streams(device),
            start_seconds=self.start_seconds,
        )


class DeviceSession:
    """One model. Thread-safe.

    It answers on the CPU from the first moment. `accelerate` tries better devices behind that and moves to the best.
    Every batch that a device does not compute, for whatever reason, is computed on the CPU in the same call.
    """

    def __init__(
        self,
        *,
        path: Path,
        model: str,
        threads: int,
        plan: Plan,
        forced: bool,
        around: Surroundings,
        cpu_tokens: int | None = None,
    ) -> None:
        """Load the model on the CPU.

        Args:
            path: the ONNX file.
            model: its id, under which measurements are kept.
            threads: of one run on the CPU; 0 takes every core.
            plan: the devices to try.
            forced: the owner wants that device, however fast it is.
            around: everything else.
            cpu_tokens: of a batch on the CPU; one that was made for a card is cut.

        Raises:
            RuntimeUnavailableError: not even the CPU takes the model.
        """
        self._path = path
        self._model = model
        self._threads = threads
        self._plan = plan
        self._forced = forced
        self._around = around
        self._cpu_record = around.record(PROCESSOR)
        self._cpu_limit = BatchLimit(most=cpu_tokens)
        self._lock = threading.RLock()
        self._cpu: Backend | None = None
        self._active: Accelerator | None = None
        self._sample: Callable[[], Sample] | None = None
        self._chosen = Chosen(refused=plan.refused)
        self._background: threading.Thread | None = None
        self._closed = False
        self._last_use = around.clock()
        first = self._cpu_backend()
        self._inputs, self._outputs = dict(first.inputs), dict(first.outputs)
        self._types = dict(first.types)

    @property
    def inputs(self) -> Mapping[str, Shape]:
        """Shapes by name; a name stands for a dimension that may vary."""
        return self._inputs

    @property
    def outputs(self) -> Mapping[str, Shape]:
        """Shapes by name, as for inputs."""
        return self._outputs

    @property
    def types(self) -> Mapping[str, str]:
        """What numpy calls the numbers of each input and output; empty where it has no word for them."""
        return self._types

    @property
    def device(self) -> Device:
        """Where the next batch goes."""
        active = self._active
        usable = active is not None and active.ready and active.record.breaker.state != "open"
        return active.device if active is not None and usable else PROCESSOR

    @property
    def streams(self) -> int:
        """Batches that are worth running at the same time."""
        active = self._active
        return active.streams if active is not None and active.ready else 1

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Devices that are not used, best first, each with its reason; a breaker that is open gives one too."""
        active = self._active
        state = active.record.breaker.state if active is not None else "closed"
        if active is None or (active.ready and state == "closed"):
            return self._chosen.refused
        last = active.record.statistics.figures().last_error or "it failed"
        if active.given_up:
            why, mend = f"{last}; it hung too often to be started again", "Start Magray anew."
        elif state == "open":
            minutes = max(1, round(active.record.breaker.seconds_until_trial / 60))
            why, mend = f"{last}; it is tried again in {minutes} min", _TRY_AGAIN
        else:
            why, mend = f"{last}; it is being tried again", None
        return (Refusal(device=active.device, kind="failed", why=why, mend=mend), *self._chosen.refused)

    @property
    def choice(self) -> ProviderChoice:
        """What it runs on now, and why nothing better."""
        refused = self.refused
        return ProviderChoice(
            provider=self.device.provider,
            runtime=self._around.inventory.runtime,
            passed_over=tuple((one.device.plain, one.why) for one in refused),
            mend=next((one.advice for one in refused if one.mend is not None), None),
            failing=any(one.kind == "failed" or (self._forced and one.kind == "missing") for one in refused),
        )

    @property
    def status(self) -> ModelDevice:
        """The same as a public value."""
        choice = self.choice
        return ModelDevice(
            model=self._model,
            device=self.device.name,
            rates=dict(self._chosen.rates),
            why="; ".join(f"{name}: {why}" for name, why in choice.passed_over),
            mend=choice.mend,
            choosing=self._background is not None,
        )

    @property
    def idle_seconds(self) -> float:
        """Since the last batch."""
        return self._around.clock() - self._last_use

    def run(self, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool = False) -> None:
        """Run a batch and write one output into an array of the caller.

        Args:
            inputs: contiguous arrays by input name, their first axis the texts'.
            output: which output.
            into: contiguous, of exactly the output's shape.
            shrink: give memory back to the system afterwards, on every device that holds some.

        Raises:
            RuntimeUnavailableError: not even the CPU can compute it; the message says why.
        """
        self._last_use = self._around.clock()
        active = self._active
        if active is None:
            self._run_on_cpu(inputs, output, into, shrink=shrink)
            return
        suspect = self._try(active, inputs, output, into, shrink=shrink)
        if suspect is None:
            if shrink:
                active.release_buffers()
                self._run_on_cpu(inputs, output, np.empty_like(into), shrink=True)
            return
        active.record.statistics.fell_back()
        try:
            self._run_on_cpu(inputs, output, into, shrink=shrink)
        except BaseException:
            if suspect.permit is not None:
                active.record.breaker.withdrawn(suspect.permit)  # what no device can compute is no device's fault
            raise
        if suspect.permit is not None:
            self._judge(active, suspect, into)

    def accelerate(self, sample: Callable[[], Sample]) -> None:
        """Begin to look for a better device, behind whatever is computed; returns at once.

        Args:
            sample: makes the batch to compare devices by; called in another thread, and only where there is something
                to compare.
        """
        with self._lock:
            self._sample = sample
        if self._plan.attempts:
            self._in_background(self._choose)

    def settle(self, seconds: float) -> bool:
        """Wait until a choice that is under way has been made; tells whether it has. Closing ends the wait."""
        end = time.monotonic() + seconds
        while (thread := self._background) is not None and not self._closed and time.monotonic() < end:
            thread.join(min(_LOOK_UP_SECONDS, max(0.0, end - time.monotonic())))
        return self._background is None

    def try_again(self, plan: Plan) -> None:
        """Forget what was refused and choose anew, behind whatever is computed."""
        self.settle(_CLOSE_SECONDS)
        with self._lock:
            self._plan = plan
            self._chosen = Chosen(refused=plan.refused)
            active, self._active = self._active, None
        if active is not None:
            active.close()
        if plan.attempts and self._sample is not None:
            self._in_background(self._choose)

    def release(self) -> None:
        """Let go of the model's memory; the next batch loads it again."""
        with self._lock:
            self._cpu = None
            active, self._active = self._active, None
        if active is not None:
            active.close()

    @property
    def loaded(self) -> bool:
        """Whether it holds a model's memory."""
        return self._cpu is not None or self._active is not None

    def close(self) -> None:
        """Let go of everything. Safe to call twice; a driver that hangs is not waited for."""
        with self._lock:
            self._closed = True
        thread = self._background
        if thread is not None:
            thread.join(_CLOSE_SECONDS)
        self.release()

    # The accelerator

    def _try(
        self, active: Accelerator, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool
    ) -> _Suspect | None:
        """Run on the device; None where that worked, else who is to answer for it."""
        record = active.record
        if not active.ready:
            if record.breaker.state != "open" and not active.given_up:
                self._in_background(self._restart)
            return _Suspect(None, None)
        permit = record.breaker.admit()
        if permit is None:
            return _Suspect(None, None)
        began = time.perf_counter()
        try:
            active.run(inputs, output, into, shrink=shrink)
        except DeviceError as fault:
            return _Suspect(permit, fault)
        except BaseException:
            record.breaker.withdrawn(permit)
            raise
        record.statistics.ran(time.perf_counter() - began)
        if record.breaker.succeeded(permit):
            self._around.notice("info", f"{active.device.plain} works again and is used from now on.")
        return None

    def _judge(self, active: Accelerator, suspect: _Suspect, truth: NDArray[Any]) -> None:
        """Count a failure, unless the CPU gave the same nonsense: then the model is to blame, not the device."""
        permit, fault, record = suspect.permit, suspect.fault, active.record
        if permit is None or fault is None:
            return
        if fault.kind is FaultKind.NOT_FINITE and not np.isfinite(truth.sum(dtype=np.float64)):
            record.breaker.withdrawn(permit)
            return
        record.statistics.failed(fault.why)
        _log.info("%s failed (%s): %s", active.device.name, fault.kind, fault.why)
        if record.breaker.failed(permit):
            if permit.trial:
                return  # the owner heard it when it began to fail
            self._around.notice(
                "warning",
                f"{active.device.plain} failed: {fault.why}. The CPU computes in its place, nothing was lost."
                f" It is tried again in {max(1, round(record.breaker.seconds_until_trial / 60))} min.",
            )
        elif not active.ready and not active.given_up:
            self._in_background(self._restart)

    def _choose(self) -> None:
        sample = self._sample
        if sample is None:
            return
        chosen = choose(
            sample=sample(),
            plan=self._plan,
            forced=self._forced,
            model=self._model,
            around=self._around,
            accelerator=lambda device: self._around.accelerator(self._path, device),
            run_on_cpu=self._run_on_cpu,
            stopped=lambda: self._closed,
        )
        with self._lock:
            self._chosen = chosen
            taken = chosen.winner is not None and not self._closed
            if taken:
                self._active = chosen.winner
        if chosen.winner is not None and not taken:
            chosen.winner.close()
        _log.info("%s: %s", self._model, self.choice.summary)
        self._around.changed()

    def _restart(self) -> None:
        """Load the model again on a device that lost it. A breaker that is half open takes this as its trial."""
        active = self._active
        if active is None or active.ready:
            return
        breaker, notes = active.record.breaker, self._around.notes
        permit = breaker.admit()
        if permit is None:
            return
        notes.begin(active.device.name, signature=self._around.inventory.signature)
        try:
            active.start()
        except DeviceError as fault:
            active.record.statistics.failed(fault.why)
            breaker.failed(permit)
            return
        except BaseException:
            breaker.withdrawn(permit)
            raise
        finally:
            notes.end(active.device.name)
        breaker.withdrawn(permit)  # it loads; whether it computes, the next batch tells

    def _in_background(self, work: Callable[[], None]) -> None:
        with self._lock:
            if self._closed or self._background is not None:
                return
            thread = threading.Thread(target=self._work, args=(work,), name="magray-device-start", daemon=True)
            self._background = thread
        thread.start()

    def _work(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # the CPU goes on; a mistake here must not be silent either
            _log.exception("looking for a better device failed")
        finally:
            self._background = None

    # The CPU

    def _cpu_backend(self) -> Backend:
        backend = self._cpu
        if backend is not None:
            return backend
        with self._lock:
            if self._closed:
                raise RuntimeUnavailableError("The model was closed. Nothing was changed; open Magray again.")
            if self._cpu is None:
                self._cpu = self._open_on_cpu()
                if self._sample is not None and self._active is None and self._plan.attempts:
                    self._in_background(self._choose)  # it had been released
            return self._cpu

    def _open_on_cpu(self) -> Backend:
        try:
            return self._around.open_on(self._path, device=PROCESSOR, threads=self._threads)
        except RuntimeUnavailableError:
            raise
        except Exception as error:  # ONNX Runtime raises a dozen types that share no base
            raise RuntimeUnavailableError(
                f"ONNX Runtime {self._around.inventory.runtime.version} cannot load {self._path}"
                f" (CPU: {first_line(error)}). Your memories are untouched. Install Magray again."
            ) from error

    def _run_on_cpu(
        self, inputs: Mapping[str, NDArray[Any]], output: str, into: NDArray[Any], *, shrink: bool = False
    ) -> None:
        backend = self._cpu_backend()
        statistics = self._cpu_record.statistics
        began = time.perf_counter()

        def part(some: Mapping[str, NDArray[Any]], target: NDArray[Any]) -> None:
            backend.run(some, output, target, shrink=shrink)

        try:
            run_in_parts(inputs, into, limit=self._cpu_limit, run=part, refused=statistics.ran_out_of_memory)
        except DeviceError as fault:
            statistics.failed(fault.why)
            raise _told(fault) from fault
        statistics.ran(time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class _Suspect:
    permit: Permit | None
    fault: DeviceError | None


_TRY_AGAIN = "Try it again at once: magray gpu --retry."


def _told(fault: DeviceError) -> RuntimeUnavailableError:
    """The error for the caller: what the backend said itself where it spoke in whole sentences."""
    cause = fault.__cause__
    if isinstance(cause, RuntimeUnavailableError) and not isinstance(cause, DeviceError):
        return cause
    return RuntimeUnavailableError(
        f"The model failed on CPU: {fault.why}. Nothing stored was changed. Try again, or start Magray anew."
    )
