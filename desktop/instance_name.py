"""The name under which a running window can be called; apart, so that a first start loads no network module."""

from __future__ import annotations

import getpass
import hashlib
import os
from pathlib import Path

from PySide6.QtCore import QDir


def server_name(data_dir: Path) -> str:
    """The name of the local socket for this owner and this data folder."""
    key = f"{getpass.getuser()}\0{data_dir.absolute()}"
    return f"magray-{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def may_run(data_dir: Path) -> bool:
    """Whether a window may be running on this data folder: False only where that is certain."""
    return os.name == "nt" or (Path(QDir.tempPath()) / server_name(data_dir)).exists()
