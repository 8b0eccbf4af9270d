"""Starts the desktop: `python -m desktop [--data-dir DIR] [PATH…]`."""

from __future__ import annotations

import gc
import importlib
import sys
from collections.abc import Sequence

WORKER = "--magray-worker"
"""First argument of the process that reads files. It must not load Qt."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the worker or the window.

    Returns:
        The exit status: 0 done, 1 failed.
    """
    if getattr(sys, "frozen", False):
        import multiprocessing  # the import alone takes longer than the whole choice below

        multiprocessing.freeze_support()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == [WORKER]:
        # The program itself is the worker's executable in a frozen build. By name: it is no public part of the engine.
        worker = importlib.import_module("engine.ingestion.worker")
        return int(worker.main(given[1:]) or 0)
    from desktop.options import parse

    options = parse(given)
    # Hardly anything that is made until the first paint is garbage; looking for it takes 5 % of that time.
    gc.disable()
    if options.demo_picture is not None:
        from desktop.demo import run_demo

        return run_demo(options)
    from desktop.app import run_desktop

    return run_desktop(options)


if __name__ == "__main__":
    sys.exit(main())
