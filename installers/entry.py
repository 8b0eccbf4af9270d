"""The one program of a bundle: the desktop, the command line, and the process that reads files."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Go where the arguments lead; Qt is loaded for the desktop only."""
    multiprocessing.freeze_support()
    from engine.cli import WORKER_FLAG, main as command_line, wants_desktop

    arguments = sys.argv[1:]
    if arguments[:1] == [WORKER_FLAG] or not wants_desktop(arguments):
        return command_line(arguments)
    from desktop.__main__ import main as desktop

    return desktop(arguments)


if __name__ == "__main__":
    sys.exit(main())
