"""`magray <command>`: a thin skin over the engine.

Exit status: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl+C. What is asked for goes to standard output, all
else to standard error. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

WORKER_FLAG = "--magray-worker"
"""First argument by which a bundled Magray starts itself again to read files in a process of its own."""

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line (by default this process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == [WORKER_FLAG]:
        from engine.ingestion.worker import main as work

        return work(arguments[1:]) or 0
    _prepare_output()
    if wants_desktop(arguments):
        return _start_desktop(arguments)
    from engine.cli.parser import build_parser

    options = build_parser().parse_args(arguments)
    from engine.errors import MagrayError

    try:
        from engine.cli.commands import run

        status = run(options)
        sys.stdout.flush()
        return status
    except MagrayError as error:
        print(f"magray: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. What was acknowledged is kept.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has enough. Python would complain once more while it closes the stream.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def wants_desktop(arguments: Sequence[str]) -> bool:
    """Whether a command line names no command, so that the desktop is meant."""
    rest = iter(arguments)
    for argument in rest:
        if argument == "--data-dir":
            next(rest, None)
        elif argument in ("-h", "--help", "--version") or not argument.startswith("-"):
            return False
    return True


def _start_desktop(arguments: list[str]) -> int:
    """Become the desktop. The engine knows it only as a command: no import leads there."""
    command = [sys.executable, "-P", "-m", "desktop", *arguments]
    if os.name != "nt":
        sys.stdout.flush()
        os.execv(sys.executable, command)
    import subprocess

    return subprocess.call(command)


def _prepare_output() -> None:
    """Text of any script must not fail on a console or pipe of another encoding; paths may hold undecodable bytes."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            if stream.isatty():
                reconfigure(errors="backslashreplace")
            else:
                reconfigure(encoding="utf-8", errors="backslashreplace")
