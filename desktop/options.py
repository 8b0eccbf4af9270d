"""What the desktop takes from its command line."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """One start of the desktop.

    Attributes:
        data_dir: Where everything lives; None takes the platform's folders.
        paths: Files and folders to read once the window is there.
        demo_picture: Do the app's job without a screen and save the window's picture here.
        trace_start: Write when the window was painted and when the engine was ready to the error stream, as JSON.
    """

    data_dir: Path | None = None
    paths: tuple[str, ...] = ()
    demo_picture: Path | None = None
    trace_start: bool = False


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line and `MAGRAY_DATA_DIR`; wrong usage ends the program with status 2."""
    parser = argparse.ArgumentParser(prog="magray", description="A private assistant that remembers.")
    parser.add_argument("--data-dir", metavar="DIR", type=Path, help="folder of everything that Magray keeps")
    parser.add_argument("--offscreen-demo", metavar="PICTURE", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("paths", metavar="PATH", nargs="*", help="files and folders to read")
    given = parser.parse_args(list(arguments))
    data_dir = given.data_dir or (Path(os.environ["MAGRAY_DATA_DIR"]) if os.environ.get("MAGRAY_DATA_DIR") else None)
    return Options(
        data_dir=data_dir,
        paths=tuple(str(Path(path).expanduser().absolute()) for path in given.paths),
        demo_picture=given.offscreen_demo,
        trace_start=os.environ.get("MAGRAY_TRACE_START") == "1",
    )
