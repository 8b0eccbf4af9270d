from pathlib import Path

import pytest

from engine.memory.lexical_index import WordIndex, WordRecord
from engine.memory.segment_files import check_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    index = WordIndex(tmp_path / "words")
    index.create()
    for number in range(1, 60):
        index.put(
            WordRecord(
                number=number, layer="assets", kind="note", body=f"word{number}", window="w", previous=None, next=None
            )
        )
    index.commit(59)
    index.drop([4])
    index.commit(60)
    index.close()
    return tmp_path / "words"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if len(path.name.split(".")[0]) == 32]


def test_what_tantivy_wrote_is_whole(folder: Path) -> None:
    check_files(folder)
    assert len(files(folder)) >= 6


def test_one_flipped_bit_anywhere_is_noticed(folder: Path) -> None:
    for path in files(folder):
        whole = path.read_bytes()
        body = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
        for at in {0, body // 2, body - 1, len(whole) - 5}:  # the last one is the length of the footer
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(ValueError):
                check_files(folder)
        path.write_bytes(whole[:-3])
        with pytest.raises(ValueError):
            check_files(folder)
        path.write_bytes(whole)
    check_files(folder)
