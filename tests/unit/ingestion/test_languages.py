"""In which language documents are written, and that it is said once what the embedder does not know."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import Engine, Event, Notice, Settings
from engine.cli import main
from engine.ingestion.languages import language_name, languages_of
from engine.paths import resources

RUSSIAN = "Договор аренды квартиры заканчивается в последний день мая. Плата вносится до десятого числа каждого месяца."
UKRAINIAN = "Договір оренди квартири закінчується в останній день травня, і його можна продовжити ще на рік."
ENGLISH = "The lease of the flat ends on the last day of May. The rent is to be paid before the tenth of each month."
GERMAN = (
    "Der Vertrag über die Miete der Wohnung endet am letzten Tag im Mai, und die Miete ist bis zum Zehnten zu zahlen."
)
CHINESE = "公寓的租约在五月的最后一天结束。租金必须在每月十号之前支付，否则合同将被终止，押金不予退还给承租人。"
JAPANESE = "アパートの賃貸契約は五月の最後の日に終わります。家賃は毎月十日までに支払わなければなりません。"
CODE = "def main():\n    return [x for x in range(10) if x % 2]\n\nclass Reader(Base):\n    value: int = 3\n"


@pytest.mark.parametrize(
    ("texts", "languages"),
    [
        ([RUSSIAN], ["ru"]),
        ([UKRAINIAN], ["uk"]),
        ([ENGLISH], ["en"]),
        ([GERMAN], ["de"]),
        ([CHINESE], ["zh"]),
        ([JAPANESE], ["ja"]),
        ([ENGLISH, RUSSIAN], ["ru", "en"]),
        ([ENGLISH * 10, "Her name is Иван Петров."], ["en"]),
        ([RUSSIAN * 5, "import numpy as np; docker compose up"], ["ru"]),
        ([CODE], []),
        (["SKU-4471 | 12.50 | 3", "Hotel Miramar, Calle Mayor 5"], []),
        (["Да"], []),
        ([], []),
    ],
)
def test_languages_of_a_document(texts: list[str], languages: list[str]) -> None:
    assert languages_of(texts) == languages


def test_a_book_is_looked_at_all_over() -> None:
    assert languages_of([ENGLISH] * 300 + [RUSSIAN] * 300) == ["ru", "en"]
    assert languages_of([ENGLISH] * 900 + [RUSSIAN] * 20) == ["en"]


def test_names_of_languages() -> None:
    assert (language_name("ru"), language_name("xx")) == ("Russian", "the language 'xx'")


def notices(engine: Engine) -> list[Notice]:
    heard: list[Notice] = []

    def hear(event: Event) -> None:
        if isinstance(event, Notice):
            heard.append(event)

    engine.events.subscribe(hear)
    return heard


async def test_it_is_said_once_and_never_again(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "lease.txt").write_text(ENGLISH, encoding="utf-8")
    (tmp_path / "аренда.txt").write_text(RUSSIAN, encoding="utf-8")
    (tmp_path / "租约.txt").write_text(CHINESE, encoding="utf-8")
    async with Engine.open(settings) as engine:
        heard = notices(engine)
        await engine.ingest([tmp_path / "lease.txt"])
        assert heard == []
        await engine.ingest([tmp_path / "аренда.txt"])
        (notice,) = heard
        assert "“аренда” is in Russian" in notice.text
        assert "by their words only" in notice.text
        assert "Multilingual E5 small knows it" in notice.text
        assert notice.action == "get_model:multilingual-e5-small"
        await engine.ingest([tmp_path / "租约.txt"])
    async with Engine.open(settings) as engine:
        again = notices(engine)
        await engine.ingest_text(RUSSIAN + " Ещё раз.")
    assert len(heard) == 1
    assert again == []


async def test_source_code_with_foreign_comments_says_nothing(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(f"# {RUSSIAN}\n{CODE}", encoding="utf-8")
    async with Engine.open(settings) as engine:
        heard = notices(engine)
        await engine.ingest([tmp_path / "main.py"])
    assert heard == []


async def test_the_welcome_in_several_languages_says_nothing(settings: Settings) -> None:
    async with Engine.open(settings) as engine:
        heard = notices(engine)
        report = await engine.ingest([resources() / "welcome"])
    assert len(report.files) > 3
    assert heard == []


def test_the_command_line_says_it_beside_its_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "аренда.txt"
    path.write_text(RUSSIAN, encoding="utf-8")
    assert main(["--data-dir", str(tmp_path / "data"), "ingest", str(path), "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["files"][0]["state"] == "done"
    assert "is in Russian" in err
    assert "    magray models download multilingual-e5-small\n    magray models use multilingual-e5-small" in err
    assert main(["--data-dir", str(tmp_path / "data"), "ingest", str(path)]) == 0
    assert "Russian" not in capsys.readouterr().err
