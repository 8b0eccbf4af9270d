"""Build the bundle: `python installers/build.py` makes `dist/magray/`; `--archive` packs it beside.

Run it by the project's own Python with the `package` group installed:
`uv sync --locked --extra cpu --group package`.
"""

from __future__ import annotations

import argparse
import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLE = ROOT / "dist" / "magray"


def build() -> None:
    """Run PyInstaller over build_app.spec.

    Raises:
        SystemExit: it is not installed, or failed.
    """
    if importlib.util.find_spec("PyInstaller") is None:
        sys.exit("PyInstaller is missing. Type: uv sync --locked --extra cpu --group package")
    shutil.rmtree(BUNDLE, ignore_errors=True)
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(ROOT / "dist"), "--workpath", str(ROOT / "build" / "pyinstaller")]
    if subprocess.call([*command, str(ROOT / "build_app.spec")], cwd=ROOT) != 0:
        sys.exit("The bundle could not be built; the reason stands above.")


def size(folder: Path) -> int:
    """Bytes of all files, links counted once."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def main() -> None:
    """Build, and say what came of it."""
    parser = argparse.ArgumentParser(description="Build the bundle.")
    parser.add_argument("--archive", action="store_true", help="pack it: .tar.gz, or .zip on Windows")
    options = parser.parse_args()
    began = time.monotonic()
    build()
    print(f"{BUNDLE}: {size(BUNDLE) / 1e6:.0f} MB, built in {time.monotonic() - began:.0f} s")
    if options.archive:
        kind = "zip" if sys.platform == "win32" else "gztar"
        packed = Path(shutil.make_archive(str(BUNDLE), kind, root_dir=BUNDLE.parent, base_dir=BUNDLE.name))
        print(f"{packed}: {packed.stat().st_size / 1e6:.0f} MB")
    print("Check it by: python scripts/check_bundle.py")


if __name__ == "__main__":
    main()
