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
from engine.runtime.accelerator import Accelerator
from engine.runtime.backend import Backend, Sample, Shape
from engine.runtime.batch_limit import BatchLimit
from engine.runtime.choosing import Chosen, choose
from engine.runtime.circuit_breaker import Permit
from engine.runtime.devices import PROCESSOR, Device, Plan, Refusal
from engine.runtime.execution_providers import TENSORRT
from engine.runtime.faults import DeviceError, FaultKind, first_line
from engine.runtime.session import ProviderChoice
from engine.runtime.splitting import run_in_parts
from engine.runtime.surroundings import Surroundings
from engine.runtime.team import Team

if TYPE_CHECKING:
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)
_CLOSE_SECONDS = 2.0
_LOOK_UP_SECONDS = 0.2


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
        self._team: Team | None = None
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
        team = self._team
        return next((one.device for one in team.usable), PROCESSOR) if team is not None else PROCESSOR

    @property
    def streams(self) -> int:
        """Batches that are worth running at the same time."""
        team = self._team
        return max(1, team.streams) if team is not None else 1

    @property
    def refused(self) -> tuple[Refusal, ...]:
        """Devices that are not used, best first, each with its reason; a breaker that is open gives one too."""
        team = self._team
        failing = [self._failing(one) for one in team.members] if team is not None else []
        return (*(one for one in failing if one is not None), *self._chosen.refused)

    def _failing(self, active: Accelerator) -> Refusal | None:
        state = active.record.breaker.state
        if active.ready and state == "closed":
            return None
        last = active.record.statistics.figures().last_error or "it failed"
        if active.given_up:
            why, mend = f"{last}; it hung too often to be started again", "Start Magray anew."
        elif state == "open":
            minutes = max(1, round(active.record.breaker.seconds_until_trial / 60))
            why, mend = f"{last}; it is tried again in {minutes} min", _TRY_AGAIN
        else:
            why, mend = f"{last}; it is being tried again", None
        return Refusal(device=active.device, kind="failed", why=why, mend=mend)

    @property
    def choice(self) -> ProviderChoice:
        """What it runs on now, and why nothing better."""
        # TensorRT is an extra that nobody misses who did not ask for it.
        refused = [one for one in self.refused if self._forced or not _is_extra(one)]
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
            device=self._names,
            rates=dict(self._chosen.rates),
            why="; ".join(f"{name}: {why}" for name, why in choice.passed_over),
            mend=choice.mend,
            choosing=self._background is not None,
        )

    @property
    def _names(self) -> str:
        team = self._team
        usable = team.usable if team is not None else ()
        return ", ".join(one.device.name for one in usable) or PROCESSOR.name

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
        team = self._team
        if team is None:
            self._run_on_cpu(inputs, output, into, shrink=shrink)
            return
        with team.turn() as active:
            suspect = self._try(active, inputs, output, into, shrink=shrink)
        for one in team.members:
            if one is not active:
                self._look_after(one)
        if suspect is None:
            if shrink:
                self._shrink(team, active, inputs, output, into)
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
            team, self._team = self._team, None
        if team is not None:
            team.close()
        if plan.attempts and self._sample is not None:
            self._in_background(self._choose)

    def release(self) -> None:
        """Let go of the model's memory; the next batch loads it again."""
        with self._lock:
            self._cpu = None
            team, self._team = self._team, None
        if team is not None:
            team.close()

    @property
    def loaded(self) -> bool:
        """Whether it holds a model's memory."""
        return self._cpu is not None or self._team is not None

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
            self._look_after(active)
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
        else:
            self._look_after(active)

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
        team = None if chosen.winner is None else Team((chosen.winner, *chosen.helpers), rates=chosen.rates)
        with self._lock:
            self._chosen = chosen
            taken = not self._closed
            if taken:
                self._team = team
        if team is not None and not taken:
            team.close()
        _log.info("%s: %s", self._model, self.choice.summary)
        self._around.changed()

    def _look_after(self, active: Accelerator) -> None:
        """Have the model loaded again on a device that lost it."""
        if not active.ready and not active.given_up and active.record.breaker.state != "open":
            self._in_background(lambda: self._restart(active))

    def _shrink(
        self,
        team: Team,
        active: Accelerator,
        inputs: Mapping[str, NDArray[Any]],
        output: str,
        into: NDArray[Any],
    ) -> None:
        """Give memory back on the other devices, too, for which it takes another run there."""
        team.release_buffers()
        for one in team.usable:
            if one is not active:
                self._try(one, inputs, output, np.empty_like(into), shrink=True)
        self._run_on_cpu(inputs, output, np.empty_like(into), shrink=True)

    def _restart(self, active: Accelerator) -> None:
        """Load the model again on a device that lost it. A breaker that is half open takes this as its trial."""
        if active.ready:
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
                if self._sample is not None and self._team is None and self._plan.attempts:
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


def _is_extra(refusal: Refusal) -> bool:
    return refusal.device.provider == TENSORRT and refusal.kind in ("missing", "unfit", "slower")


_TRY_AGAIN = "Try it again at once: magray gpu --retry."


def _told(fault: DeviceError) -> RuntimeUnavailableError:
    """The error for the caller: what the backend said itself where it spoke in whole sentences."""
    cause = fault.__cause__
    if isinstance(cause, RuntimeUnavailableError) and not isinstance(cause, DeviceError):
        return cause
    return RuntimeUnavailableError(
        f"The model failed on CPU: {fault.why}. Nothing stored was changed. Try again, or start Magray anew."
    )
