"""Rules of the house that no other tool checks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LONG_FOR_A_REASON = {
    "run.py": "one file that needs nothing else",
    "engine/models/table.py": "one table: every model of the catalogue",
}


def sources(repository: Path) -> list[Path]:
    files = [path for room in ("engine", "desktop") for path in (repository / room).rglob("*.py")]
    return [repository / "run.py", *files]


def test_importing_the_engine_loads_nothing_heavy() -> None:
    script = (
        "import sys, engine\n"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers', 'hnswlib', 'tantivy', 'peewee', 'kreuzberg', 'pypdfium2',"
        " 'pydantic', 'rich', 'PySide6', 'shiboken6', 'qasync', 'asyncio', 'httpx2'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"


def test_the_engine_and_its_open_folder_load_no_qt(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys\n"
        "from engine import Engine, Settings\n"
        "async def main():\n"
        "    async with Engine.open(Settings(data_dir=sys.argv[1])) as engine:\n"
        "        await engine.remember('The key is with Ann.')\n"
        "        await engine.ask('Who has the key?')\n"
        "asyncio.run(main())\n"
        "roots = {name.split('.')[0] for name in sys.modules}\n"
        "print(sorted(roots & {'PySide6', 'shiboken6', 'qasync', 'desktop'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "[]"


def test_files_stay_short(repository: Path) -> None:
    long = {}
    for path in sources(repository):
        count = len(path.read_text(encoding="utf-8").splitlines())
        name = path.relative_to(repository).as_posix()
        if count > 500 and name not in LONG_FOR_A_REASON:
            long[name] = count
    assert long == {}


@pytest.mark.parametrize("word", ["TO" + "DO", "FIX" + "ME", "NotImpl" + "ementedError(", "X" + "XX"])
def test_nothing_is_left_to_do(repository: Path, word: str) -> None:
    assert [path for path in sources(repository) if word in path.read_text(encoding="utf-8")] == []
