"""`magray gpu`: what this computer can compute on, what is used, and why nothing better.

No engine is opened for it: the embedder is loaded here and tried on every device, also while the desktop runs.
"""

from __future__ import annotations

import sys
from argparse import Namespace

from engine.cli import show
from engine.cli.progress import spinner
from engine.device_values import DevicesStatus, Gpu, ModelDevice
from engine.embedding.onnx_embedder import OnnxEmbedder
from engine.errors import ModelError
from engine.models.store import ModelStore
from engine.runtime.manager import Devices
from engine.settings import Settings

_SECONDS = 600.0  # for the first measurement; loading on one device alone may take three minutes


def run(options: Namespace, settings: Settings) -> int:
    """Look, choose, and show.

    Raises:
        RuntimeUnavailableError: ONNX Runtime is missing.
    """
    with spinner("Trying every device" if options.retry else "Looking at the devices"):
        status = _look(settings, retry=options.retry)
    if options.json:
        show.print_json(status)
    else:
        _print(status)
    return 0


def _look(settings: Settings, *, retry: bool) -> DevicesStatus:
    paths = settings.paths
    devices = Devices(settings.runtime, notes=paths.device_notes)
    try:
        embedder = _embedder(settings, devices)
        try:
            if retry:
                devices.try_again(seconds=_SECONDS)
            devices.settle(_SECONDS)
            devices.probe()
            return devices.status()
        finally:
            if embedder is not None:
                embedder.close()
    finally:
        devices.close()


def _embedder(settings: Settings, devices: Devices) -> OnnxEmbedder | None:
    """The embedder in use, loaded; without one there is still something to tell about the computer."""
    paths, chosen = settings.paths, settings.embedding
    store = ModelStore(stamps=paths.cache / "models.json", installed=paths.models)
    try:
        model = store.locate(store.find(chosen.model, task="embed"))
        embedder = OnnxEmbedder(
            model, store=store, batch_tokens=chosen.batch_tokens, threads=chosen.threads, devices=devices
        )
        embedder.warm()
    except ModelError as error:
        print(f"magray: {error} No model was tried.", file=sys.stderr)
        return None
    return embedder


def _print(status: DevicesStatus) -> None:
    print(show.wrapped(status.summary))
    if status.mend is not None:
        print(show.wrapped(status.mend))
    print(f"\nONNX Runtime {status.version} ({status.runtime}), runtime.device = {status.wanted}")
    print("\nGraphics cards")
    for gpu in status.gpus:
        print(f"  {_card(gpu)}")
    if not status.gpus:
        print(f"  none. {status.gpu_note}")
    print("\nProviders")
    for provider in status.providers:
        print(f"  {provider.name:9} {provider.state:12} {provider.reason or ''}".rstrip())
        if provider.library is not None:
            print(f"{'':25}Library: {provider.library}")
        if provider.mend is not None:
            print(f"{'':25}{provider.mend}")
    print("\nModels")
    for model in status.models:
        print(f"  {_model(model)}")
    if not status.models:
        print("  none is loaded")
    print("\nDevices")
    for state in status.devices:
        figures = state.figures
        wait = f", next trial in {state.seconds_until_trial:.0f} s" if state.seconds_until_trial else ""
        print(
            f"  {state.device:12} {show.plural(figures.calls, 'batch', 'batches')}, {figures.failures} failed,"
            f" {figures.fallbacks} done by the CPU in its place; breaker {state.breaker}{wait}"
        )
        if figures.p50_ms is not None:
            print(f"{'':15}{figures.p50_ms:.1f} / {figures.p95_ms:.1f} / {figures.p99_ms:.1f} ms (p50 / p95 / p99)")
        if figures.last_error is not None:
            print(f"{'':15}last error: {figures.last_error}")


def _card(gpu: Gpu) -> str:
    parts = [gpu.name]
    if gpu.memory_bytes is not None:
        free = f", {gpu.free_bytes / 2**30:.1f} free" if gpu.free_bytes is not None else ""
        parts.append(f"{gpu.memory_bytes / 2**30:.1f} GiB{free}")
    if gpu.compute_capability is not None:
        parts.append(f"compute capability {gpu.compute_capability}")
    if gpu.driver is not None:
        parts.append(f"driver {gpu.driver}")
    return f"{gpu.index}: " + ", ".join(parts)


def _model(model: ModelDevice) -> str:
    rates = ", ".join(f"{device} {rate:,.0f} texts/s" for device, rate in model.rates.items())
    return f"{model.model} on {model.device}" + (f" (measured: {rates})" if rates else "")
