from __future__ import annotations

import gc
import json
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QMainWindow

from desktop.bridge import Bridge
from desktop.settings.carrying_panel import CarryingPanel
from engine import Engine, Settings
from tests.helpers.desktop_parts import DesktopParts, until


def test_memories_are_written_and_read_and_bad_lines_told(parts: DesktopParts, tmp_path: Path) -> None:
    async def main() -> None:
        window, bridge = QMainWindow(), Bridge()
        async with Engine.open(Settings(data_dir=tmp_path / "data")) as engine:
            await engine.remember("a note", layer="assets")
            panel = CarryingPanel(
                theme=parts.theme, icons=parts.icons, engine=engine, bridge=bridge, operations=parts.operations
            )
            window.setCentralWidget(panel)
            window.show()
            panel.refresh()
            assert not panel.said.isVisible()
            file = tmp_path / "a.jsonl"
            panel.vectors.setChecked(True)
            panel.write(str(file))
            assert not panel.out.isEnabled()
            await until(lambda: "1 memory written" in panel.said.text())
            assert panel.out.isEnabled()
            assert json.loads(file.read_text())["vector"]
            with file.open("a") as opened:
                opened.write('{"text": "another"}\n' + "bad\n" * 9)
            panel.read(str(file))
            await until(lambda: "1 added, 1 were there already." in panel.said.text())
            assert "9 lines were not taken" in panel.said.text()
            assert "line 3: it is not JSON" in panel.said.text()
            assert panel.said.text().endswith("…")
            assert len(await engine.memories()) == 2
            panel.read(str(tmp_path / "nowhere.jsonl"))
            await until(lambda: "cannot be read" in panel.said.text())
            panel.write(str(tmp_path / "nowhere" / "a.jsonl"))
            await until(lambda: "cannot be written" in panel.said.text())
            await until(lambda: not parts.operations._tasks.names)
        window.close()
        window.deleteLater()
        bridge.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # type: ignore[call-overload]

    parts.run(main)
    gc.collect()


@pytest.mark.parametrize("name", ["backups", "carrying"])
def test_the_page_of_backups_has_both_panels(name: str) -> None:
    from desktop.settings.pages import page_specs

    assert name in next(spec for spec in page_specs() if spec.key == "backups").panels
