"""What every test stands on: no screen, no network, nobody's own data, and nothing left behind."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.helpers.clock import FakeClock

# Set before anything imports Qt or reads the platform's folders.
_home = tempfile.TemporaryDirectory(prefix="magray-tests-")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["PYTEST_QT_API"] = "pyside6"
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # nobody's own keys are read or written
for _name in [
    name
    for name in os.environ
    if (name.startswith("MAGRAY_") and name != "MAGRAY_SHARED_DATA") or name.startswith(("OPENAI_", "ANTHROPIC_"))
]:
    del os.environ[_name]
for _name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "LOCALAPPDATA", "APPDATA"):
    os.environ[_name] = str(Path(_home.name) / _name.lower())

# A shell that starts the suite in the background has it ignore Ctrl+C, and so would every process that a test starts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from engine import Engine, Settings

pytest_plugins = ["pytester", "tests.helpers.guards", "tests.helpers.network"]

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def repository() -> Path:
    """The folder that holds run.py."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Collections and documents too large to keep beside the code; tests that need them are skipped without."""
    named = os.environ.get("MAGRAY_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (folder / "README.md").is_file():
        pytest.skip(f"the shared data are not at {folder} (MAGRAY_SHARED_DATA names another place)")
    return folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder of one test's own, not made yet."""
    return tmp_path / "data"


@pytest.fixture
def settings(data_dir: Path) -> Settings:
    """Defaults in that folder."""
    from engine import Settings

    return Settings(data_dir=data_dir)


@pytest.fixture
async def engine(settings: Settings) -> AsyncIterator[Engine]:
    """A real engine with the bundled embedder, closed behind the test."""
    from engine import Engine

    async with Engine.open(settings) as opened:
        yield opened


@pytest.fixture
def fake_clock() -> FakeClock:
    """Time that moves only when told to."""
    return FakeClock()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Let go of what was copied: Qt's clipboard outlives the interpreter, and what Python made for it must not."""
    gui = sys.modules.get("PySide6.QtGui")
    if gui is not None and gui.QGuiApplication.instance() is not None:
        gui.QGuiApplication.clipboard().clear()
