#!/usr/bin/env python3
"""Set Magray up and start it, with nothing but a Python.

    python run.py [--cpu | --cuda | --directml] [arguments of the app]
    python run.py [--cpu | --cuda | --directml] setup
    python run.py [--cpu | --cuda | --directml] test [arguments of pytest]

The first makes `.venv` from `uv.lock` and starts the app; later starts see that nothing changed and start it at once.
`setup` only installs, and looks everything over again. `test` installs the test tools too and runs every check.
The flavour of ONNX Runtime is DirectML on Windows and CPU elsewhere until one is named; the choice is remembered.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python reads this file too
    sys.exit("Magray needs Python 3.11, 3.12 or 3.13, and this one is " + sys.version.split()[0] + ".")

import hashlib
import os

ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
STAMP = os.path.join(VENV, "magray-setup.txt")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")
FLAVOURS = ("cpu", "cuda", "directml")
NEWEST_PYTHON = (3, 13)
UV_VERSION = "0.13.8"
UV_OLDEST = (0, 9)

SMOKE = (
    "import hnswlib, kreuzberg, numpy, onnxruntime, peewee, pydantic_settings, pypdfium2, qasync, tantivy, tokenizers; "
    "import PySide6.QtSvg, PySide6.QtWidgets; import engine, desktop"
)
"""Imports whatever has a compiled part: a package that is there but broken is found before anything starts."""


class SetupError(Exception):
    """The message says what is missing and what to type."""


def main(arguments: list[str]) -> int:
    """Do what the command line says and return the exit status."""
    named, rest = take_flavours(arguments)
    command = rest.pop(0) if rest[:1] and rest[0] in ("test", "setup") else "start"
    if command != "start":
        more, rest = take_flavours(rest)
        named += more
    if rest[:1] in (["-h"], ["--help"]) and command == "start":
        print(__doc__)
        return 0
    if len(set(named)) > 1:
        print(
            "Name one flavour of ONNX Runtime, not " + " and ".join("--" + name for name in named) + ".",
            file=sys.stderr,
        )
        return 2
    if command == "setup" and rest:
        print(f"setup takes no further arguments, and got {' '.join(rest)}.", file=sys.stderr)
        return 2
    stamped = read_stamp()
    flavour = named[0] if named else stamped[1] or ("directml" if WINDOWS else "cpu")
    groups = sorted({*stamped[2], *(["test"] if command == "test" else [])})
    current = stamped == (fingerprint(flavour), flavour, groups) and os.access(PYTHON, os.X_OK)
    try:
        if command == "setup" or not current:
            install(flavour, groups)
        if command == "setup":
            print("Magray is set up. Start it with: python run.py")
            return 0
        return run_checks(rest) if command == "test" else start(rest)
    except SetupError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130


def take_flavours(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Flavours named at the front of the arguments, and the rest."""
    count = 0
    while count < len(arguments) and arguments[count][:2] == "--" and arguments[count][2:] in FLAVOURS:
        count += 1
    return [argument[2:] for argument in arguments[:count]], arguments[count:]


# --- what is installed already ---------------------------------------------------------------------------------------


def fingerprint(flavour: str) -> str:
    """Names everything that the installed packages depend on; the folder too, since a moved .venv is a broken one."""
    digest = hashlib.sha256(f"{ROOT}\n{flavour}\n{SMOKE}\n".encode())
    for name in (os.path.join(ROOT, "uv.lock"), os.path.join(ROOT, "pyproject.toml"), os.path.join(VENV, "pyvenv.cfg")):
        try:
            with open(name, "rb") as file:
                digest.update(file.read())
        except OSError:
            digest.update(b"\0")
    return digest.hexdigest()


def read_stamp() -> tuple[str, str, list[str]]:
    """(fingerprint, flavour, groups) of the last complete installation; empty where there is none."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except OSError:
        return "", "", []
    if len(lines) != 4 or lines[1] not in FLAVOURS:
        return "", "", []
    return lines[0], lines[1], lines[2].split()


def write_stamp(flavour: str, groups: list[str]) -> None:
    """Note a complete installation."""
    with open(STAMP + ".new", "w", encoding="utf-8") as file:
        file.write(f"{fingerprint(flavour)}\n{flavour}\n{' '.join(groups)}\n")
    os.replace(STAMP + ".new", STAMP)


# --- installing ------------------------------------------------------------------------------------------------------


def install(flavour: str, groups: list[str]) -> None:
    """Bring `.venv` to what `uv.lock` says. Whatever is missing is said before anything is changed.

    Raises:
        SetupError: something cannot be installed from here; the message says what to type.
    """
    if flavour == "directml" and not WINDOWS:
        raise SetupError("DirectML exists on Windows only. Use --cpu, or --cuda with an NVIDIA card.")
    if not os.path.isfile(os.path.join(ROOT, "uv.lock")):
        raise SetupError(f"{ROOT} holds no uv.lock. Run this from a whole copy of the repository.")
    print("Setting Magray up. The first time takes a few minutes; later starts take none.", flush=True)
    check_system()
    uv = find_uv()
    remove_broken_venv()
    if os.path.lexists(STAMP):
        os.remove(STAMP)
    sync(uv, flavour, groups)
    problem = smoke_problem()
    if problem:
        print("The installed packages do not load; installing them anew.", flush=True)
        remove_venv()
        sync(uv, flavour, groups)
        problem = smoke_problem()
    if problem:
        raise SetupError(
            f"The packages were installed, but do not load:\n{problem}\n"
            "Nothing of yours was touched. If a file with .so in its name is missing, install the system package "
            "that holds it, then run this again."
        )
    write_stamp(flavour, groups)


def sync(uv: str, flavour: str, groups: list[str]) -> None:
    """Install exactly what the lock file says; without network from what was fetched before."""
    import subprocess

    inside = sys.version_info[:2] <= NEWEST_PYTHON
    python = sys.executable if inside and sys.executable else ">=3.11,<3.14"
    command = [uv, "sync", "--locked", "--project", ROOT, "--python", python, "--extra", flavour, "--no-default-groups"]
    for group in groups:
        command += ["--group", group]
    environment = build_environment()
    if subprocess.call(command, env=environment, cwd=ROOT) == 0:
        return
    print("Trying once more with what was fetched before.", flush=True)
    if subprocess.call([*command, "--offline"], env=environment, cwd=ROOT) != 0:
        raise SetupError(
            "The packages could not be installed; the reason stands above. Nothing of yours was touched. "
            "Mend it (a network is needed the first time) and run the same command again."
        )


def build_environment() -> dict[str, str]:
    """The environment for uv: this project's `.venv`, and what hnswlib is compiled with."""
    import platform

    environment = dict(os.environ)
    environment.pop("VIRTUAL_ENV", None)
    environment["UV_PROJECT_ENVIRONMENT"] = VENV
    if not WINDOWS and platform.machine().lower() in ("x86_64", "amd64"):
        # Half the query time of a build without; the level of every x86 processor since 2015, not this one's own,
        # so that the built package may be bundled.
        environment.setdefault("CXXFLAGS", "-march=x86-64-v3" if knows_avx2() else "-march=x86-64-v2")
    return environment


def knows_avx2() -> bool:
    """Whether this processor is of the level x86-64-v3; taken as given where the system does not tell."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
            flags = next((line.split() for line in file if line.startswith("flags")), ["avx2", "bmi2", "fma"])
    except OSError:
        return True
    return {"avx2", "bmi2", "fma"} <= set(flags)


def smoke_problem() -> str:
    """The last lines of what goes wrong when everything compiled is imported; empty when nothing does."""
    import subprocess

    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONPATH", None)
    try:
        done = subprocess.run(
            [PYTHON, "-c", SMOKE], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    return "" if done.returncode == 0 else "\n".join(done.stderr.strip().splitlines()[-4:]) or f"exit {done.returncode}"


def remove_broken_venv() -> None:
    """A `.venv` whose Python does not run, or whose scripts name another folder, is of no use to anyone."""
    import subprocess

    if not os.path.lexists(VENV):
        return
    works = os.path.isfile(os.path.join(VENV, "pyvenv.cfg")) and not was_moved()
    try:
        asked = subprocess.run([PYTHON, "-c", "import encodings"], capture_output=True, timeout=60, check=False)
        works = works and asked.returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        works = False
    if not works:
        print(f"{VENV} is broken and is made anew.", flush=True)
        remove_venv()


def was_moved() -> bool:
    """Whether `.venv` was made in another place, which its own activation script names."""
    script = os.path.join(VENV, "Scripts", "activate.bat") if WINDOWS else os.path.join(VENV, "bin", "activate")
    try:
        with open(script, encoding="utf-8", errors="replace") as file:
            text = file.read()
    except OSError:
        return False
    return VENV not in text and os.path.realpath(VENV) not in text


def remove_venv() -> None:
    """Take `.venv` away; a link is taken away itself, not what it leads to."""
    import shutil

    try:
        if os.path.islink(VENV) or os.path.isfile(VENV):
            os.remove(VENV)
        else:
            shutil.rmtree(VENV)
    except OSError as error:
        raise SetupError(f"{VENV} is broken and cannot be removed ({error}). Remove it and run this again.") from error


# --- uv --------------------------------------------------------------------------------------------------------------


def find_uv() -> str:
    """A uv that is recent enough: the one on the PATH, the one fetched before, or one fetched now into `.uv`."""
    import shutil

    own = os.path.join(ROOT, ".uv", "bin", "uv.exe" if WINDOWS else "uv")
    for candidate in (shutil.which("uv"), own):
        if candidate and uv_version(candidate) >= UV_OLDEST:
            return candidate
    fetch_uv()
    if uv_version(own) < UV_OLDEST:
        raise SetupError(
            f"uv was fetched into {os.path.join(ROOT, '.uv')}, but does not run. "
            "Install it by hand (https://docs.astral.sh/uv) and run this again."
        )
    return own


def uv_version(path: str) -> tuple[int, ...]:
    """Its version, or nothing where it does not run."""
    import re
    import subprocess

    try:
        text = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", text)
    return tuple(map(int, found.groups())) if found else ()


def fetch_uv() -> None:
    """Install the pinned uv into `.uv` by pip, taking pip from the standard library where there is none."""
    import importlib.util
    import shutil
    import subprocess
    import tempfile

    folder = os.path.join(ROOT, ".uv")
    shutil.rmtree(folder, ignore_errors=True)
    print(f"Fetching uv {UV_VERSION}, which installs the rest.", flush=True)
    with tempfile.TemporaryDirectory(prefix="magray-setup-") as temporary:
        python = sys.executable
        if importlib.util.find_spec("pip") is None:
            if importlib.util.find_spec("ensurepip") is None:
                need_packages({f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"}, "Python's own venv module")
            if subprocess.call([python, "-m", "venv", temporary]) != 0:
                raise SetupError("Python cannot make a virtual environment here; the reason stands above.")
            python = os.path.join(temporary, os.path.relpath(PYTHON, VENV))
        command = [
            python,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--target",
            folder,
        ]
        if subprocess.call([*command, f"uv=={UV_VERSION}"]) != 0:
            shutil.rmtree(folder, ignore_errors=True)
            raise SetupError(
                "uv could not be fetched; the reason stands above. A network is needed the first time. "
                "uv can also be installed by hand: https://docs.astral.sh/uv"
            )


# --- the machine -----------------------------------------------------------------------------------------------------

QT_LIBRARIES = {
    # what Qt's core and its X11, Wayland and offscreen parts are linked to: library -> package of Debian
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libGLX.so.0": "libglx0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}

OTHER_SYSTEMS = {
    # package manager -> what to type; the names differ, what they bring is the same
    "dnf": "sudo dnf install gcc-c++ python3-devel mesa-libEGL mesa-libGL fontconfig freetype dbus-libs krb5-libs "
    "libxkbcommon libxkbcommon-x11 libX11-xcb xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms "
    "xcb-util-renderutil xcb-util-wm libwayland-client libwayland-cursor libwayland-egl glib2",
    "pacman": "sudo pacman -S --needed gcc python libglvnd mesa fontconfig freetype2 dbus krb5 libxkbcommon "
    "libxkbcommon-x11 libx11 xcb-util xcb-util-cursor xcb-util-image xcb-util-keysyms xcb-util-renderutil xcb-util-wm "
    "wayland glib2",
    "zypper": "sudo zypper install gcc-c++ python3-devel Mesa-libEGL1 Mesa-libGL1 fontconfig libfreetype6 libdbus-1-3 "
    "krb5 libxkbcommon0 libxkbcommon-x11-0 libX11-xcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 "
    "libxcb-render-util0 libxcb-util1 libwayland-client0 libwayland-cursor0 libwayland-egl1 libglib-2_0-0",
}


def check_system() -> None:
    """See that the machine has what no Python package brings: Qt's libraries, and a compiler for hnswlib.

    Raises:
        SetupError: something is missing and cannot be installed from here.
    """
    compiler_needed = not hnswlib_installed()
    if sys.platform.startswith("linux"):
        if sys.maxsize <= 2**32:
            raise SetupError("Magray needs a 64-bit Python.")
        packages = missing_libraries()
        what = "libraries that Qt draws windows with" if packages else ""
        if compiler_needed and (building := missing_for_building()):
            packages |= building
            what += (" and " if what else "") + "what compiles the vector index"
        if packages:
            need_packages(packages, what)
    elif compiler_needed and sys.platform == "darwin" and not has_command("c++"):
        raise SetupError(
            "A C++ compiler is missing. Type this, then run the same command again:\n\n    xcode-select --install"
        )
    elif compiler_needed and WINDOWS and not has_visual_cpp():
        raise SetupError(
            "A C++ compiler is missing. Type this, then run the same command again:\n\n"
            "    winget install Microsoft.VisualStudio.2022.BuildTools --override "
            '"--quiet --wait --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended"'
        )


def hnswlib_installed() -> bool:
    """Whether `.venv` holds the one package that is compiled here."""
    import glob

    places = [os.path.join(VENV, "Lib", "site-packages")] if WINDOWS else []
    places += [os.path.join(glob.escape(VENV), "lib", "python3.*", "site-packages")]
    return any(glob.glob(os.path.join(place, "hnswlib*.dist-info")) for place in places)


def missing_libraries() -> set[str]:
    """Debian's packages of the libraries that the loader does not find."""
    import ctypes

    missing = set()
    for library, package in QT_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.add(package)
    return missing


def missing_for_building() -> set[str]:
    """Debian's packages for compiling an extension of this Python."""
    import sysconfig

    missing = set()
    if not any(
        has_command(name) for name in (os.environ.get("CXX", "").split(" ")[0], "g++", "c++", "clang++") if name
    ):
        missing.add("g++")
    own = sys.version_info[:2] <= NEWEST_PYTHON  # else uv brings a Python, headers with it
    if own and not os.path.isfile(os.path.join(sysconfig.get_paths()["include"], "Python.h")):
        missing.add(f"python{sys.version_info[0]}.{sys.version_info[1]}-dev")
    return missing


def need_packages(packages: set[str], what: str) -> None:
    """Install system packages where that is possible without asking; else say what to type.

    Raises:
        SetupError: it is not possible, or did not work.
    """
    import subprocess

    names = sorted(packages)
    typed = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(names)}"
    if has_command("apt-get"):
        if os.geteuid() != 0:
            typed = typed.replace("apt-get", "sudo apt-get")
            raise SetupError(
                f"This machine lacks {what}. Nothing was changed. Type this, then run the same command again:"
                f"\n\n    {typed}"
            )
        print(f"This machine lacks {what}. Installing: {' '.join(names)}", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.call(["apt-get", "update", "-qq"], env=environment)
        if (
            subprocess.call(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *names], env=environment)
            != 0
        ):
            raise SetupError(f"That did not work; the reason stands above. To try by hand:\n\n    {typed}")
        return
    for manager, line in OTHER_SYSTEMS.items():
        if has_command(manager):
            raise SetupError(
                f"This machine lacks {what}. Nothing was changed. Type this, then run the same command again:"
                f"\n\n    {line}"
            )
    raise SetupError(
        f"This machine lacks {what}. On Debian these are: {' '.join(names)}. Install them and run this again."
    )


def has_command(name: str) -> bool:
    """Whether the PATH leads to it."""
    import shutil

    return shutil.which(name) is not None


def has_visual_cpp() -> bool:
    """Whether Microsoft's compiler is there; its own locator knows, or it is on the PATH already."""
    import subprocess

    if has_command("cl"):
        return True
    folder = os.environ.get("ProgramFiles(x86)", r"C:\Program Files (x86)")  # noqa: SIM112 - its name on Windows
    locator = os.path.join(folder, "Microsoft Visual Studio", "Installer", "vswhere.exe")
    asked = [
        "-products",
        "*",
        "-requires",
        "Microsoft.VisualStudio.Component.VC.Tools.x86.x64",
        "-property",
        "installationPath",
    ]
    try:
        found = subprocess.run(
            [locator, "-latest", *asked], capture_output=True, text=True, timeout=60, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return bool(found.strip())


# --- what is run -----------------------------------------------------------------------------------------------------


def start(arguments: list[str]) -> int:
    """Start the app; without a screen do the same job without a window."""
    environment = dict(os.environ)
    command = [PYTHON, "-m", "desktop", *arguments]
    screenless = sys.platform.startswith("linux") and not any(
        environment.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    )
    if screenless:
        picture = os.path.join(ROOT, "build", "magray-window.png")
        print("There is no display here, so Magray does the same job without a screen.", flush=True)
        environment["QT_QPA_PLATFORM"] = "offscreen"
        command = [PYTHON, "-m", "desktop", "--offscreen-demo", picture, *arguments]
    if not WINDOWS:
        sys.stdout.flush()
        os.execve(PYTHON, command, environment)
    import subprocess

    return subprocess.call(command, env=environment)


def run_checks(arguments: list[str]) -> int:
    """Run every check, go on after a failed one, and say at the end which failed."""
    import subprocess
    import time

    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    tests = [PYTHON, "-m", "pytest", *arguments]
    whole = not arguments
    checks = {
        "format": [PYTHON, "-m", "ruff", "format", "--check", "."],
        "lint": [PYTHON, "-m", "ruff", "check", "."],
        "types": [PYTHON, "-m", "mypy"],
        "imports": [os.path.join(os.path.dirname(PYTHON), "lint-imports.exe" if WINDOWS else "lint-imports")],
        "tests": [*tests, *side_by_side(), "--cov", "--cov-report="] if whole else tests,
    }
    if whole:
        # Only the whole suite says something about coverage.
        checks["coverage"] = [PYTHON, "-m", "coverage", "report", "--include=engine/*", "--fail-under=90"]
    results = []
    for name, command in checks.items():
        print(f"\n== {name}", flush=True)
        began = time.monotonic()
        status = subprocess.call(command, cwd=ROOT, env=environment)
        results.append((name, status, time.monotonic() - began))
    print()
    for name, status, seconds in results:
        print(f"{name:10} {'passed' if status == 0 else f'FAILED ({status})':14} {seconds:7.1f} s")
    return 0 if all(status == 0 for _, status, _ in results) else 1


def side_by_side() -> list[str]:
    """Arguments that have pytest run files of tests at the same time, on four cores at most."""
    cores = min(4, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    return ["-n", str(cores), "--dist", "loadfile"] if cores > 1 else []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
