"""A thousand real files, many of them broken or odd: each is read or has a reason, in time, in little memory."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from engine.executors import Executors
from engine.ingestion.worker_client import Worker, WorkerError

SECONDS = 30.0
MEMORY_MB = 900
PEAK_MB = 500
SAID = {
    "testFontAfterBufferedText.rtf": "Уважаемый клиент!",
    "testRTFWord2010CzechCharacters.rtf": "Článek týdne",
    "testRTF-ms932.rtf": "こんにちは",
    "tab-stops.docx": "Default tab stops",
    "testWORD_sdtInTextBox.docx": "rich-text-content-control_inside-text-box",
    "testODFwithOOo3.odt": "Tika is part of the Lucene project.",
    "testPPT_skipBadCompressedObject.ppt": "Compare and contrast the rel",
    "jxl.xls": "Number Formats",
    "test.fb2": "Здесь по новой стих",
    "issue20232.pdf": "Масштаб",
    "issue918.pdf": "signified",
    "form_evince.pdf": "foo bar",
    "testEXCEL_dateFormats.xlsx": "2018-09-20\n1996-08-10",
}
"""What stands in some of the files, as another reader shows it."""


@pytest.mark.end2end
@pytest.mark.timeout(600)
async def test_every_file_is_read_or_has_a_reason(shared_data: Path, repository: Path) -> None:
    executors = Executors()
    worker = Worker(executors, memory_mb=MEMORY_MB)
    tokenizer = repository / "resources" / "models" / "all-minilm-l6-v2" / "tokenizer.json"
    ends: Counter[str] = Counter()
    reasons: dict[str, str] = {}
    ended_the_worker: list[str] = []
    said: dict[str, str] = {}
    slowest = peak = 0.0
    try:
        for path in sorted((shared_data / "documents").rglob("*")):
            if not path.is_file():
                continue
            began = time.monotonic()
            try:
                reply = await worker.ask(
                    "read",
                    seconds=SECONDS,
                    path=str(path),
                    name=path.name,
                    zip_limit=512 << 20,
                    tokenizer=str(tokenizer),
                    tokens=220,
                )
            except WorkerError as error:
                ends["skipped" if error.skipped else "failed"] += 1
                reasons[path.name] = str(error)
                if error.fatal:
                    ended_the_worker.append(f"{path}: {error}")
            else:
                head = reply.head
                if path.name in SAID:
                    said[path.name] = reply.body.decode()
                ends["archive" if "archive" in head else "read" if head["chunks"] else "pictures"] += 1
            slowest = max(slowest, time.monotonic() - began)
            if worker.pid is not None:
                peak = max(peak, psutil.Process(worker.pid).memory_info().rss)
    finally:
        await worker.close()
        executors.close()
    assert sum(ends.values()) > 1000
    assert ended_the_worker == []
    assert "" not in reasons.values()
    assert ends["read"] > 800
    assert ends["failed"] < 10
    assert slowest < SECONDS
    assert peak < PEAK_MB << 20
    assert {name for name, words in SAID.items() if words not in said.get(name, "")} == set()
    assert "password" in reasons["protected_normal_case.docx"]
    assert "password" in reasons["testODTEncrypted.odt"]
    assert "password" in reasons["r3-user-password.pdf"]
    assert "damaged" in reasons["testWORD_truncated.docx"]
    assert "OneNote" in reasons["testOneNote1.one"]
