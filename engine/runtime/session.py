"""Building and running ONNX sessions within bounded memory.

Measured with the bundled embedder on two cores: the memory pattern planner doubles the resident size when batches
differ in shape and gains nothing, so it is off. The arena is worth a third of the speed, so it stays on; it never
shrinks by itself, so a caller asks for that at the end of much work. Threads that spin while they wait gain 3 % and
would cost the desktop a core, so they sleep.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import RuntimeUnavailableError
from engine.executors import usable_cores
from engine.runtime.devices import Device
from engine.runtime.execution_providers import (
    COREML,
    CPU,
    CUDA,
    DIRECTML,
    PLAIN_NAMES,
    TENSORRT,
    InstalledRuntime,
    installed_runtime,
    load_onnxruntime,
)
from engine.runtime.faults import DeviceError, FaultKind, first_line
from engine.runtime.probe_model import COLUMNS, INNER, ROWS, probe_model, weights
from engine.runtime.provider_library import check_library
from engine.runtime.tensorrt import options as tensorrt_options

if TYPE_CHECKING:
    from numpy.typing import NDArray

_SHRINK = "memory.enable_memory_arena_shrinkage"
_SLOW_ON_CPU = ["SkipLayerNormFusion"]
"""Left undone there, 8-bit MiniLM takes a tenth less of the processor's time, with vectors just as near to fp32's."""
_NUMPY_NAMES = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(int64)": "int64",
    "tensor(int32)": "int32",
    "tensor(bool)": "bool",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChoice:
    """What a session runs on and why nothing better."""

    provider: str
    runtime: InstalledRuntime
    passed_over: tuple[tuple[str, str], ...]  # (provider, why), best first
    mend: str | None = None  # what the owner can do about the best that was passed over
    failing: bool = False  # one of those passed over should work and does not

    @property
    def summary(self) -> str:
        """One sentence for the owner."""
        chosen = PLAIN_NAMES.get(self.provider, self.provider)
        if not self.passed_over:
            return f"Runs on {chosen}."
        why = "; ".join(f"{PLAIN_NAMES.get(name, name)} is not used: {reason}" for name, reason in self.passed_over)
        return f"Runs on {chosen}. {why[0].upper()}{why[1:]}."


class OnnxSession:
    """One loaded model. Thread-safe: runs of several threads share the session's threads."""

    def __init__(self, *, session: Any, choice: ProviderChoice, index: int = 0) -> None:
        self._session = session
        self._choice = choice
        self._inputs = {node.name: tuple(node.shape) for node in session.get_inputs()}
        self._outputs = {node.name: tuple(node.shape) for node in session.get_outputs()}
        nodes = (*session.get_inputs(), *session.get_outputs())
        self._types = {node.name: _NUMPY_NAMES.get(node.type, "") for node in nodes}
        # DirectML forbids two runs of one session at a time.
        self._serial = threading.Lock() if choice.provider == DIRECTML else None
        self._shrinking: Any = None
        if choice.provider in (CPU, CUDA, TENSORRT):
            self._shrinking = load_onnxruntime().RunOptions()
            arenas = "cpu:0" if choice.provider == CPU else f"cpu:0;gpu:{index}"
            self._shrinking.add_run_config_entry(_SHRINK, arenas)

    @property
    def choice(self) -> ProviderChoice:
        """What it runs on."""
        return self._choice

    @property
    def inputs(self) -> Mapping[str, tuple[int | str | None, ...]]:
        """Shapes by name; a name stands for a dimension that may vary."""
        return self._inputs

    @property
    def outputs(self) -> Mapping[str, tuple[int | str | None, ...]]:
        """Shapes by name, as for inputs."""
        return self._outputs

    @property
    def types(self) -> Mapping[str, str]:
        """What numpy calls the numbers of each input and output, as `int64`; empty where it has no word for them."""
        return self._types

    def run(
        self,
        inputs: Mapping[str, NDArray[Any]],
        output: str,
        into: NDArray[Any],
        *,
        shrink: bool = False,
    ) -> None:
        """Run once and write one output into an array of the caller.

        Args:
            inputs: contiguous arrays by input name.
            output: which output.
            into: contiguous, of exactly the output's shape.
            shrink: give memory that the arena holds and does not use back to the system afterwards.

        Raises:
            RuntimeUnavailableError: the model cannot be run on these inputs.
        """
        binding = self._session.io_binding()
        for name, array in inputs.items():
            binding.bind_input(name, "cpu", 0, array.dtype.type, array.shape, array.ctypes.data)
        binding.bind_output(output, "cpu", 0, into.dtype.type, into.shape, into.ctypes.data)
        options = self._shrinking if shrink else None
        try:
            if self._serial is None:
                self._session.run_with_iobinding(binding, options)
            else:
                with self._serial:
                    self._session.run_with_iobinding(binding, options)
        except Exception as error:  # ONNX Runtime raises a dozen types that share no base
            device = PLAIN_NAMES.get(self._choice.provider, self._choice.provider)
            raise RuntimeUnavailableError(
                f"The model failed on {device}: {first_line(error)}."
                " Nothing stored was changed. Try again, or start Magray anew."
            ) from error


def open_on(path: Path, *, device: Device, threads: int, engines: Path | None = None) -> OnnxSession:
    """Load a model on one device and nowhere else. An accelerator is first tried with a tiny graph of known result.

    Args:
        path: the ONNX file.
        device: what to load it on.
        threads: of one run on the CPU; 0 takes every core that this process may use.
        engines: folder in which TensorRT keeps what it compiled; None keeps nothing.

    Raises:
        DeviceError: the device or its library cannot be used; it names the library and the mend.
        RuntimeUnavailableError: ONNX Runtime is missing.
    """
    onnxruntime = load_onnxruntime()
    if device.provider != CPU:
        check_library(device.provider, onnxruntime=onnxruntime)
        try_out(device)
    special: dict[str, str] = {}
    if device.provider == TENSORRT:
        if engines is not None:
            engines.mkdir(mode=0o700, parents=True, exist_ok=True)
        inputs = _text_inputs(path)
        if any(axes != 2 for axes in inputs.values()):
            raise DeviceError(FaultKind.RAISED, "it is prepared for inputs of texts and tokens only")
        special = tensorrt_options(index=device.index, cache=engines, inputs=inputs)
    session = _build(path, provider=device.provider, threads=threads, index=device.index, special=special)
    choice = ProviderChoice(provider=device.provider, runtime=installed_runtime(), passed_over=())
    return OnnxSession(session=session, choice=choice, index=device.index)


def try_out(device: Device) -> None:
    """Multiply two small matrices on a device.

    Raises:
        DeviceError: it does not load, or it multiplies wrongly.
    """
    import numpy as np

    session = _build(probe_model(), provider=device.provider, threads=1, index=device.index)
    x = np.arange(ROWS * INNER, dtype=np.float32).reshape(ROWS, INNER) - INNER
    expected = np.maximum(x @ np.array(weights(), dtype=np.float32), 0)
    (given,) = session.run(None, {"x": x})
    if given.shape != (ROWS, COLUMNS) or not np.allclose(given, expected, rtol=1e-2):
        raise DeviceError(FaultKind.WRONG, f"{device.plain} multiplies two small matrices wrongly")


def _text_inputs(path: Path) -> dict[str, int]:
    """Inputs whose shape varies, with the number of their axes: the model is loaded on the CPU for a moment."""
    session = _build(path, provider=CPU, threads=1)
    return {
        node.name: len(node.shape)
        for node in session.get_inputs()
        if not all(isinstance(axis, int) for axis in node.shape)
    }


def _build(
    model: Path | bytes, *, provider: str, threads: int, index: int = 0, special: dict[str, str] | None = None
) -> Any:
    onnxruntime = load_onnxruntime()
    if provider not in onnxruntime.get_available_providers():
        raise RuntimeUnavailableError("the installed ONNX Runtime was built without it")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads or usable_cores()
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.enable_mem_pattern = False  # DirectML demands it too
    options.enable_cpu_mem_arena = True
    options.log_severity_level = 3  # its warnings speak of node placement, not to an owner
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    wanted: list[Any] = [CPU] if provider == CPU else [(provider, special or _provider_options(provider, index)), CPU]
    if provider == TENSORRT:  # what it has no kernels for stays on the card
        wanted.insert(1, (CUDA, _provider_options(CUDA, index)))
    # Without this it would print and run on the CPU where the provider raises.
    session = onnxruntime.InferenceSession(
        model if isinstance(model, bytes) else str(model),
        options,
        providers=wanted,
        enable_fallback=0,
        disabled_optimizers=_SLOW_ON_CPU if provider == CPU else None,
    )
    loaded = session.get_providers()
    if provider not in loaded:  # ONNX Runtime falls back by itself and says so on stderr only
        raise RuntimeUnavailableError(_why_missing(provider))
    session.disable_fallback()
    return session


def _provider_options(provider: str, index: int) -> dict[str, str]:
    if provider == CUDA:
        # Memory is taken as it is needed, not by doubling: other programs draw on the same card.
        return {"device_id": str(index), "arena_extend_strategy": "kSameAsRequested"}
    return {"device_id": str(index)} if provider in (DIRECTML, TENSORRT) else {}


def _why_missing(provider: str) -> str:
    if provider == CUDA:
        return "its driver or libraries (CUDA 12 or newer, cuDNN 9) do not load"
    if provider == TENSORRT:
        return "its libraries (TensorRT 10, CUDA, cuDNN) do not load"
    if provider in (DIRECTML, COREML):
        return "this system's device does not take it"
    return "it does not load"
