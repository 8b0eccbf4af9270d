"""All devices and all models on them: opens sessions, knows what fails, tells how everything is."""

from __future__ import annotations

import dataclasses
import functools
import logging
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from engine.device_values import DevicesStatus, DeviceState, ProviderStatus
from engine.errors import SettingsError
from engine.runtime.accelerator import START_SECONDS, DeviceRecord
from engine.runtime.backend import Opener
from engine.runtime.buffers import release_unused_memory
from engine.runtime.circuit_breaker import CircuitBreaker
from engine.runtime.device_notes import DeviceNotes
from engine.runtime.device_session import DeviceSession
from engine.runtime.devices import (
    NOT_BUILT_IN,
    Device,
    Inventory,
    Plan,
    Refusal,
    exists_elsewhere,
    parse_device,
    plan_devices,
    take_inventory,
)
from engine.runtime.execution_providers import CPU, CUDA, PLAIN_NAMES, PREFERENCE
from engine.runtime.probing import load_and_try, probe
from engine.runtime.session import open_on
from engine.runtime.surroundings import Surroundings
from engine.settings import RuntimeSettings

_log = logging.getLogger(__name__)
_STREAMS = 4
_State = Literal["in use", "ready", "not tried", "failing", "not loading", "unfit", "missing"]


class Devices:
    """The one place that decides what a model runs on. Thread-safe.

    Nothing is looked at before the first model is opened or the status is asked for.
    """

    def __init__(
        self,
        options: RuntimeSettings,
        *,
        notes: Path | None = None,
        inventory: Callable[[], Inventory] = take_inventory,
        opener: Opener | None = None,
        load: Callable[[Device], None] = load_and_try,
        clock: Callable[[], float] = time.monotonic,
        start_seconds: float = START_SECONDS,
    ) -> None:
        """Make the house without any session.

        Args:
            options: which device is wanted, and how patient to be with it.
            notes: a file for what the next start should know; what TensorRT compiled is kept beside it.
            inventory: looks around.
            opener: loads a model on a device; by default ONNX Runtime.
            load: loads a device's library and tries it.
            clock: seconds, never going back.
            start_seconds: that loading a model on an accelerator may take.

        Raises:
            SettingsError: the device that is wanted does not exist.
        """
        try:
            self._wanted = parse_device(options.device)
        except ValueError as error:
            raise SettingsError(f"runtime.device: {error}.") from error
        self._options = options
        self._notes_path = notes
        self._look = inventory
        self._engines = None if notes is None else notes.with_name("tensorrt")
        self._opener: Opener = functools.partial(open_on, engines=self._engines) if opener is None else opener
        self._load = load
        self._clock = clock
        self._start_seconds = start_seconds
        self._lock = threading.RLock()
        self._around: Surroundings | None = None
        self._records: dict[Device, DeviceRecord] = {}
        self._sessions: dict[DeviceSession, tuple[str, ...]] = {}
        self._probed: dict[str, Refusal | None] = {}
        self._notice: Callable[[str, str], None] | None = None
        self._changed: Callable[[], None] | None = None

    def listen(self, *, notice: Callable[[str, str], None], changed: Callable[[], None] | None = None) -> None:
        """Where to send news; called from any thread, so that it must only pass them on.

        Args:
            notice: what the owner should hear once, as level and text.
            changed: what a model runs on may be another now.
        """
        self._notice = notice
        self._changed = changed

    def open(
        self,
        path: Path,
        *,
        model: str,
        threads: int = 0,
        accelerators: tuple[str, ...] = (),
        cpu_tokens: int | None = None,
    ) -> DeviceSession:
        """Load a model. It answers at once, on the CPU; `accelerate` of the session looks for something better.

        Args:
            path: the ONNX file.
            model: its id and fingerprint, under which measurements are kept.
            threads: of one run on the CPU; 0 takes every core that this process may use.
            accelerators: providers that have kernels for the model's operators.
            cpu_tokens: of a batch on the CPU, padding included; a larger one, made for a card that then fails, is cut,
                so that memory stays bounded. None cuts nothing.

        Raises:
            RuntimeUnavailableError: ONNX Runtime is missing, or not even the CPU takes the model.
        """
        around = self._surroundings()
        session = DeviceSession(
            path=path,
            model=model,
            threads=threads,
            plan=self._plan(accelerators),
            forced=self._wanted is not None,
            around=around,
            cpu_tokens=cpu_tokens,
        )
        with self._lock:
            self._sessions[session] = accelerators
        return session

    def attempts(self, accelerators: tuple[str, ...]) -> tuple[DeviceRecord, ...]:
        """The devices that a model may try before the CPU, best first, for one that loads itself.

        Whoever tries them asks each one's breaker, and tells it how it went.

        Args:
            accelerators: providers that have kernels for the model's operators.

        Raises:
            RuntimeUnavailableError: ONNX Runtime is missing.
        """
        return tuple(self._record(device) for device in self._plan(accelerators).attempts)

    def close_session(self, session: DeviceSession) -> None:
        """Let go of a model."""
        session.close()
        with self._lock:
            self._sessions.pop(session, None)

    def status(self) -> DevicesStatus:
        """How everything is; it looks at the cards anew, which takes milliseconds.

        Raises:
            RuntimeUnavailableError: ONNX Runtime is missing.
        """
        around = self._surroundings()
        with self._lock:
            sessions = list(self._sessions)
            records = list(self._records.values())
        now = self._look()
        providers = tuple(self._provider(provider, sessions, records) for provider in PREFERENCE)
        refused = [refusal for session in sessions for refusal in session.refused]
        mend = next((refusal.advice for refusal in refused if refusal.mend is not None), None)
        return DevicesStatus(
            runtime=around.inventory.runtime.flavour,
            version=around.inventory.runtime.version,
            wanted=self._options.device,
            summary=_summary(sessions),
            mend=mend,
            gpus=now.gpus,
            gpu_note=now.gpu_note,
            providers=providers,
            devices=tuple(_state(record) for record in records),
            models=tuple(session.status for session in sessions),
        )

    def probe(self, *, seconds: float = START_SECONDS) -> None:
        """Find out whether the providers that no model tried load at all; the status tells then.

        It loads their libraries into this process, so it is for a command that ends afterwards.
        """
        around = self._surroundings()
        for provider in PREFERENCE:
            refused = {one.kind for one in self._refusals(provider)}
            tried = any(session.device.provider == provider for session in self._sessions) or refused - {"unfit"}
            if provider != CPU and provider in around.inventory.runtime.providers and not tried:
                device = Device(provider)
                self._probed[provider] = probe(
                    device, inventory=around.inventory, notes=around.notes, seconds=seconds, load=self._load
                )

    def _refusals(self, provider: str) -> list[Refusal]:
        return [one for session in self._sessions for one in session.refused if one.device.provider == provider]

    def try_again(self, *, seconds: float = START_SECONDS) -> None:
        """Forget every failure, look around anew, and choose again for every model; blocks until that is done."""
        with self._lock:
            if self._around is not None:
                self._around.notes.forget()
                self._around = dataclasses.replace(self._around, inventory=self._look())
            for record in self._records.values():
                record.breaker.reset()
            self._probed.clear()
            sessions = dict(self._sessions)
        if self._engines is not None:
            shutil.rmtree(self._engines, ignore_errors=True)  # one of them may be what failed
        for session, accelerators in sessions.items():
            session.try_again(self._plan(accelerators))
        self.settle(seconds)

    def settle(self, seconds: float) -> bool:
        """Wait until devices have been chosen; tells whether they have."""
        end = time.monotonic() + seconds
        with self._lock:
            sessions = list(self._sessions)
        waited = [
            session.settle(max(0.0, end - time.monotonic())) for session in sessions
        ]  # each of them, not the first
        return all(waited)

    def close(self) -> None:
        """Let go of every model. Safe to call twice."""
        with self._lock:
            sessions = list(self._sessions)
            around = self._around
        for session in sessions:
            self.close_session(session)
        if around is not None:
            around.notes.end()

    def _surroundings(self) -> Surroundings:
        with self._lock:
            if self._around is None:
                self._around = Surroundings(
                    inventory=self._look(),
                    notes=DeviceNotes(self._notes_path),
                    record=self._record,
                    open_on=self._opener,
                    gpu_seconds=self._options.gpu_timeout_seconds,
                    start_seconds=self._start_seconds,
                    streams=self._streams,
                    notice=self._tell,
                    changed=self._moved,
                    clock=self._clock,
                )
            return self._around

    def _plan(self, accelerators: tuple[str, ...]) -> Plan:
        return plan_devices(self._surroundings().inventory, accelerators=accelerators, wanted=self._wanted)

    def _record(self, device: Device) -> DeviceRecord:
        with self._lock:
            if device not in self._records:
                breaker = CircuitBreaker(
                    failures=self._options.breaker_failures, seconds=self._options.breaker_seconds, clock=self._clock
                )
                self._records[device] = DeviceRecord(device=device, breaker=breaker)
            return self._records[device]

    def _streams(self, device: Device) -> int:
        """CUDA overlaps the copying of one batch with the computing of another; the others take one at a time."""
        return self._options.streams or (_STREAMS if device.provider == CUDA else 1)

    def _tell(self, level: str, text: str) -> None:
        _log.log(logging.WARNING if level == "warning" else logging.INFO, "%s", text)
        if self._notice is not None:
            self._notice(level, text)
        self._moved()

    def _moved(self) -> None:
        if self._changed is not None:
            self._changed()

    def release_idle(self) -> int:
        """Let go of the memory of models that nobody used for `runtime.idle_minutes`; tells how many."""
        seconds = self._options.idle_minutes * 60
        if not seconds:
            return 0
        with self._lock:
            idle = [one for one in self._sessions if one.loaded and one.idle_seconds >= seconds]
        for session in idle:
            session.release()
        if idle:
            release_unused_memory()
        return len(idle)

    def _provider(self, provider: str, sessions: list[DeviceSession], records: list[DeviceRecord]) -> ProviderStatus:
        name = PLAIN_NAMES[provider]
        listed = provider in self._surroundings().inventory.runtime.providers
        refusals = [one for session in sessions for one in session.refused if one.device.provider == provider]
        if any(session.device.provider == provider for session in sessions):
            return ProviderStatus(name=name, listed=listed, state="in use")
        if provider == CPU:
            reason = "A better device is in use; it stands by." if sessions else "No model is loaded yet."
            return ProviderStatus(name=name, listed=listed, state="ready", reason=reason)
        if any(one.device.provider == provider and one.breaker.state == "open" for one in records):
            return _refused(name, refusals, state="failing", listed=listed)
        if not listed:
            elsewhere = exists_elsewhere(provider)
            if elsewhere is not None:
                return ProviderStatus(name=name, listed=listed, state="missing", reason=f"{elsewhere}.")
            return _refused(name, refusals, state="missing", listed=listed)
        if any(one.library is not None for one in refusals):
            return _refused(name, refusals, state="not loading", listed=listed)
        probed = self._probed.get(provider)
        if probed is not None:
            return _refused(name, [probed], state="not loading" if probed.library else "failing", listed=listed)
        if refusals:
            return _refused(name, refusals, state=_STATES[refusals[0].kind], listed=listed)
        loads = "It loads. " if provider in self._probed else ""
        return ProviderStatus(name=name, listed=listed, state="not tried", reason=f"{loads}No model asked for it yet.")


_STATES: dict[str, _State] = {"unfit": "unfit", "missing": "missing", "slower": "ready", "failed": "failing"}


def _refused(name: str, refusals: list[Refusal], *, state: _State, listed: bool) -> ProviderStatus:
    first = next((one for one in refusals if one.library is not None), refusals[0] if refusals else None)
    reason = first.why if first is not None else NOT_BUILT_IN
    return ProviderStatus(
        name=name,
        listed=listed,
        state=state,
        reason=reason if first is not None and first.library else reason[0].upper() + reason[1:].rstrip(".") + ".",
        library=first.library if first is not None else None,
        mend=first.advice if first is not None else None,
    )


def _state(record: DeviceRecord) -> DeviceState:
    return DeviceState(
        device=record.device.name,
        breaker=record.breaker.state,
        failures_in_row=record.breaker.failures,
        seconds_until_trial=round(record.breaker.seconds_until_trial, 1),
        figures=record.statistics.figures(),
    )


def _summary(sessions: list[DeviceSession]) -> str:
    if not sessions:
        return "No model is loaded yet."
    if len(sessions) == 1:
        return sessions[0].choice.summary
    return " ".join(f"{session.status.model}: {session.choice.summary}" for session in sessions)
