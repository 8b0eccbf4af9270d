"""run.py: what it decides, and how quickly it gets out of the way. The installing itself needs a network."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for Python is a shell script")


@pytest.fixture
def place(tmp_path: Path, repository: Path) -> Path:
    """A copy of run.py in a folder of its own, with spaces in its path and an installation that looks complete."""
    root = tmp_path / "a place with spaces"
    (root / ".venv" / "bin").mkdir(parents=True)
    (root / "run.py").write_bytes((repository / "run.py").read_bytes())
    (root / "uv.lock").write_text("locked")
    (root / "pyproject.toml").write_text("project")
    (root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin")
    python = root / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\necho "platform=$QT_QPA_PLATFORM"\n')
    python.chmod(0o755)
    return root


def load(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("magray_run", root / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(place: Path) -> ModuleType:
    return load(place)


def call(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, str(root / "run.py"), *arguments],
        capture_output=True,
        text=True,
        cwd="/",
        env={**plain, **environment},
        timeout=60,
    )


@posix
def test_a_complete_installation_starts_the_app_at_once_from_any_folder(place: Path, run: ModuleType) -> None:
    run.write_stamp("cpu", [])
    done = call(place, "--data-dir", "some where", DISPLAY=":7")
    assert done.stdout.splitlines() == ["-m", "desktop", "--data-dir", "some where", "platform="]
    assert done.returncode == 0


@posix
def test_without_a_screen_the_same_job_is_done_without_one(place: Path, run: ModuleType) -> None:
    run.write_stamp("cpu", [])
    done = call(place)
    lines = done.stdout.splitlines()
    assert "no display" in lines[0]
    assert lines[1:4] == ["-m", "desktop", "--offscreen-demo"]
    assert Path(lines[4]).name == "magray-window.png"
    assert lines[-1] == "platform=offscreen"


@posix
def test_wayland_and_a_named_platform_count_as_a_screen(place: Path, run: ModuleType) -> None:
    run.write_stamp("cpu", [])
    for name, value in (("WAYLAND_DISPLAY", "wayland-0"), ("QT_QPA_PLATFORM", "vnc")):
        assert "--offscreen-demo" not in call(place, **{name: value}).stdout


@pytest.mark.parametrize("changed", ["uv.lock", "pyproject.toml", ".venv/pyvenv.cfg"])
def test_any_change_asks_for_a_new_look(place: Path, run: ModuleType, changed: str) -> None:
    run.write_stamp("cpu", ["test"])
    assert run.read_stamp() == (run.fingerprint("cpu"), "cpu", ["test"])
    assert run.fingerprint("cpu") != run.fingerprint("cuda")
    (place / changed).write_text("something else")
    assert run.read_stamp() != (run.fingerprint("cpu"), "cpu", ["test"])


def test_a_moved_folder_asks_for_a_new_look(place: Path, run: ModuleType) -> None:
    run.write_stamp("cpu", [])
    moved = place.rename(place.with_name("elsewhere"))
    again = load(moved)
    assert again.read_stamp()[0] != again.fingerprint("cpu")


def test_a_torn_stamp_counts_as_none(place: Path, run: ModuleType) -> None:
    for text in ("", "abc", "abc\nvulkan\n\n", "abc\ncpu\ntest\nmore\n"):
        (place / ".venv" / "magray-setup.txt").write_text(text)
        assert run.read_stamp() == ("", "", [])


def test_the_chosen_flavour_and_the_test_tools_are_kept(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(run, "install", lambda flavour, groups: asked.append((flavour, groups)))
    monkeypatch.setattr(run, "run_checks", lambda rest: 0)
    assert run.main(["--cuda", "setup"]) == 0
    run.write_stamp("cuda", ["test"])
    assert run.main(["setup"]) == 0
    assert run.main(["setup", "--cpu"]) == 0
    assert asked == [("cuda", []), ("cuda", ["test"]), ("cpu", ["test"])]


def test_the_default_flavour_is_the_systems(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(run, "install", lambda flavour, groups: asked.append(flavour))
    run.main(["setup"])
    monkeypatch.setattr(run, "WINDOWS", True)
    run.main(["setup"])
    assert asked == ["directml" if os.name == "nt" else "cpu", "directml"]


def test_pytest_arguments_are_passed_on(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    passed: list[list[str]] = []
    monkeypatch.setattr(run, "install", lambda flavour, groups: None)
    monkeypatch.setattr(run, "run_checks", lambda rest: passed.append(rest) or 3)
    assert run.main(["test", "-k", "name"]) == 3
    assert passed == [["-k", "name"]]


@posix
def test_every_check_runs_though_one_fails(
    place: Path, run: ModuleType, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    python = place / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "ran $*"\ncase "$*" in *"ruff check ."*) exit 3;; esac\n')
    linter = place / ".venv" / "bin" / "lint-imports"
    linter.write_text("#!/bin/sh\necho ran imports\n")
    linter.chmod(0o755)
    assert run.run_checks([]) == 1
    out = capfd.readouterr().out
    for name in ("ruff format --check", "ruff check", "mypy", "imports", "pytest", "coverage report"):
        assert f"ran {name}" in out or f"ran -m {name}" in out
    assert "lint       FAILED (3)" in out
    assert "--cov --cov-report=" in out
    assert "tests      passed" in out
    assert run.run_checks(["-k", "x"]) == 1
    assert "coverage" not in capfd.readouterr().out


@pytest.mark.parametrize(("cores", "given"), [(1, []), (2, ["-n", "2"]), (64, ["-n", "4"])])
def test_the_suite_uses_the_cores(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, cores: int, given: list[str]
) -> None:
    monkeypatch.setattr(run.os, "sched_getaffinity", lambda _process: set(range(cores)), raising=False)
    assert run.side_by_side()[:2] == given


@pytest.mark.parametrize("arguments", [["--cpu", "--cuda"], ["setup", "further"]])
def test_wrong_usage(run: ModuleType, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(arguments) == 2
    assert capsys.readouterr().err


def test_help_changes_nothing(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["--help"]) == 0
    assert "python run.py" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="packages of Debian")
def test_missing_libraries_are_named_by_their_package(run: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "QT_LIBRARIES", {"libc.so.6": "libc6", "libnowhere.so.1": "libnowhere1"})
    assert run.missing_libraries() == {"libnowhere1"}


@pytest.mark.skipif(sys.platform != "linux", reason="what Linux lacks")
@pytest.mark.parametrize(
    ("root", "found", "expected"),
    [
        (False, {"apt-get"}, "sudo apt-get update && sudo apt-get install -y --no-install-recommends a b"),
        (True, {"dnf"}, "sudo dnf install"),
        (True, {"pacman"}, "sudo pacman -S"),
        (True, set(), "On Debian these are: a b"),
    ],
)
def test_what_cannot_be_installed_is_said_exactly(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, root: bool, found: set[str], expected: str
) -> None:
    monkeypatch.setattr(run, "has_command", lambda name: name in found)
    monkeypatch.setattr(os, "geteuid", lambda: 0 if root else 1000)
    with pytest.raises(run.SetupError) as caught:
        run.need_packages({"b", "a"}, "something")
    assert expected in str(caught.value)


@posix
def test_root_on_debian_gets_the_packages_installed(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text(f'#!/bin/sh\necho "$DEBIAN_FRONTEND $*" >> "{tmp_path}/calls"\n')
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools), prepend=os.pathsep)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    run.need_packages({"b", "a"}, "something")
    assert (tmp_path / "calls").read_text().splitlines() == [
        "noninteractive update -qq",
        "noninteractive install -y -qq --no-install-recommends a b",
    ]


@posix
def test_a_broken_environment_is_removed_and_a_whole_one_kept(place: Path, run: ModuleType) -> None:
    (place / ".venv" / "bin" / "activate").write_text(f"VIRTUAL_ENV='{place / '.venv'}'")
    run.remove_broken_venv()
    assert (place / ".venv").is_dir()
    (place / ".venv" / "bin" / "python").unlink()
    run.remove_broken_venv()
    assert not (place / ".venv").exists()


@posix
def test_an_environment_made_elsewhere_is_removed(place: Path, run: ModuleType) -> None:
    (place / ".venv" / "bin" / "activate").write_text("VIRTUAL_ENV='/somewhere/else/.venv'")
    run.remove_broken_venv()
    assert not (place / ".venv").exists()


@posix
def test_a_linked_environment_is_unlinked_and_its_target_kept(place: Path, run: ModuleType) -> None:
    target = place.parent / "target"
    (place / ".venv").rename(target)
    (target / "pyvenv.cfg").unlink()
    (place / ".venv").symlink_to(target)
    run.remove_broken_venv()
    assert not (place / ".venv").is_symlink()
    assert (target / "bin" / "python").exists()


def test_an_old_uv_is_not_taken(run: ModuleType, tmp_path: Path) -> None:
    assert run.uv_version(str(tmp_path / "none")) == ()
    if os.name == "nt":
        pytest.skip("the stand-in for uv is a shell script")
    for text, expected in (("uv 0.4.30 (abc)", (0, 4, 30)), ("uv 0.13.8", (0, 13, 8)), ("pyenv: uv: not found", ())):
        (tmp_path / "uv").write_text(f'#!/bin/sh\necho "{text}"\n')
        (tmp_path / "uv").chmod(0o755)
        assert run.uv_version(str(tmp_path / "uv")) == expected


def test_directml_is_refused_where_it_does_not_exist(run: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    if os.name == "nt":
        pytest.skip("DirectML exists here")
    assert run.main(["--directml", "setup"]) == 1
    assert "Windows only" in capsys.readouterr().err


def test_an_old_python_is_told_so(repository: Path) -> None:
    """Every Python 3 can read the file as far as the message."""
    text = (repository / "run.py").read_text(encoding="utf-8")
    assert text.index("sys.version_info <") < text.index("import hashlib")
    compile(text, "run.py", "exec", dont_inherit=True)
