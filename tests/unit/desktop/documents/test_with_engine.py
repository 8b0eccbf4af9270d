"""The views over a real engine and real files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtWidgets import QMainWindow, QTabWidget

from desktop.bridge import Bridge
from desktop.documents.document_view import DocumentView
from desktop.documents.documents_page import DocumentsPage
from desktop.documents.ingestion_panel import IngestionPanel
from desktop.documents.ingestion_strip import IngestionStrip
from engine import DocumentSource, Engine, FileState, Settings, resources
from tests.helpers.desktop_parts import DesktopParts, until

SENTENCE = "Magray works with the network switched off"


def test_files_are_read_listed_and_opened_at_their_passage(
    parts: DesktopParts, settings: Settings, tmp_path: Path
) -> None:
    empty, note = tmp_path / "empty.txt", tmp_path / "note.txt"
    empty.write_text("")
    note.write_text("😀 The gate of the orchard opens at seven.\n", encoding="utf-8")
    pdf = resources() / "welcome" / "privacy-and-memory.pdf"

    async def main() -> None:
        async with Engine.open(settings) as engine:
            bridge, window, tabs = Bridge(), QMainWindow(), QTabWidget()
            bridge.attach(engine)
            window.setCentralWidget(tabs)
            view, documents = DocumentView(**parts.views), DocumentsPage(**parts.views)
            files = IngestionPanel(**parts.views)
            strip = IngestionStrip(theme=parts.theme, icons=parts.icons)
            for page in (files, documents, view, strip):
                tabs.addTab(page, "")
            bridge.ingest_progress.connect(strip.show_progress)
            window.resize(800, 700)
            window.show()
            for page in (view, documents, files):
                page.attach(engine, bridge)
            try:
                await engine.enqueue([pdf, note, empty])
                await until(lambda: files._counts.get(FileState.DONE) == 2, seconds=60)
                await until(lambda: files._counts.get(FileState.SKIPPED) == 1)
                assert files.model.rowCount() == 3
                files.show_state(FileState.SKIPPED)
                await until(lambda: files.model.peek(0) is not None)
                skipped = files.model.file(0)
                assert skipped is not None
                assert skipped.path == str(empty)
                assert skipped.reason

                tabs.setCurrentWidget(documents)
                await until(lambda: documents.model.rowCount() == 2)

                tabs.setCurrentWidget(view)
                hits = await engine.recall(SENTENCE, kind="document_chunk")
                source = next(hit.source for hit in hits if SENTENCE in hit.memory.text)
                assert isinstance(source, DocumentSource)
                view.show_source(source, SENTENCE)
                assert source.page is not None
                number = source.page - 1
                await until(lambda: bool((page := view.canvas._cache.get(number)) and page.highlights), seconds=30)
                assert view.canvas.page == number

                hits = await engine.recall("When does the gate of the orchard open?", kind="document_chunk")
                assert isinstance(hits[0].source, DocumentSource)
                view.show_source(hits[0].source, "The gate of the orchard opens at seven.")
                await until(view.pane.isVisible)
                marked = [one.cursor.selectedText() for one in view.pane.extraSelections()]
                assert marked == ["The gate of the orchard opens at seven."]
            finally:
                bridge.detach()
                strip._hiding.stop()
                for timer in (files._recount, documents._refresh, documents._typing):
                    timer.stop()
                await asyncio.sleep(0)
                window.close()
                window.deleteLater()

    parts.run(main)
