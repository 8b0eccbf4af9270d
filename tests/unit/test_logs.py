import logging
from pathlib import Path

from engine.logs import LogFile


def test_records_of_the_engine_reach_the_file_until_it_is_closed(tmp_path: Path) -> None:
    logs = LogFile(tmp_path, level="INFO")
    logger = logging.getLogger("engine.something")
    logger.info("opened in %d ms", 12)
    logger.debug("too much")
    logs.close()
    logger.info("after the end")
    logs.close()
    text = logs.path.read_text()
    assert "INFO engine.something: opened in 12 ms" in text
    assert "too much" not in text
    assert "after the end" not in text


def test_levels_are_put_back(tmp_path: Path) -> None:
    before = logging.getLogger("engine").level
    LogFile(tmp_path, level="DEBUG").close()
    assert logging.getLogger("engine").level == before


def test_words_are_covered_in_every_file_and_logging_goes_on(tmp_path: Path) -> None:
    (tmp_path / "magray.log.1").write_text("older: /home/ann/kubla-khan.md was read\n", encoding="utf-8")
    logs = LogFile(tmp_path, level="INFO")
    logger = logging.getLogger("engine.something")
    logger.info("%s was read", "/home/ann/kubla-khan.md")
    logger.info("and 'кубла' too")
    logs.cover(["/home/ann/kubla-khan.md", ""])
    logger.info("after that")
    logs.close()
    logs.cover(["кубла"])
    whole = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert "kubla" not in whole
    assert "кубла" not in whole
    assert whole.count("… was read") == 2
    assert "after that" in whole
