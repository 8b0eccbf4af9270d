"""Bytes to text: marks, UTF-8, declarations, old encodings, and what is no text."""

from __future__ import annotations

import pytest

from engine.ingestion.decoding import decode
from engine.ingestion.reading import Unreadable

RUSSIAN = "Договор аренды квартиры. Срок оплаты до десятого числа каждого месяца."
GERMAN = "Über den schönen Garten flögen müde Vögel, für fünf Äpfel."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy."
JAPANESE = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。"


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "cp866", "mac_cyrillic", "iso8859-5"])
@pytest.mark.parametrize("text", [RUSSIAN, "Привет, мир", "Позвонить маме и купить хлеб"])
def test_short_russian_texts_in_old_encodings(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "cp1252"), (CZECH, "cp1250"), (CZECH, "iso8859-2"), (JAPANESE, "shift_jis"), (JAPANESE, "euc_jp")],
)
def test_other_old_encodings(text: str, encoding: str) -> None:
    assert decode((text * 3).encode(encoding)).text == text * 3


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
@pytest.mark.parametrize("text", ["Plain words, nothing else.", "Mixed: Привет, Grüße."])
def test_unicode_with_and_without_marks(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@pytest.mark.parametrize("encoding", ["iso2022_jp", "iso2022_kr"])
def test_seven_bit_encodings_do_not_pass_for_ascii(encoding: str) -> None:
    text = JAPANESE if encoding == "iso2022_jp" else "한국어로 쓴 문장입니다"
    assert decode(text.encode(encoding)).text == text


def test_what_the_file_declares_counts() -> None:
    page = f'<html><meta charset="iso-8859-5"><p>{RUSSIAN}</p></html>'
    assert RUSSIAN in decode(page.encode("iso8859-5")).text


def test_a_declaration_that_makes_no_sense_does_not() -> None:
    page = f'<html><meta charset="iso-8859-1"><p>{RUSSIAN * 5}</p></html>'
    assert RUSSIAN in decode(page.encode("utf-8")).text


def test_a_few_broken_bytes_do_not_spoil_a_text() -> None:
    decoded = decode(("Ünïcödé wörds. " * 200).encode() + b"\xff\xfe")
    assert decoded.encoding == "utf-8"
    assert decoded.lost == 2


@pytest.mark.parametrize("data", [bytes(range(256)) * 20, b"\x00\x01\x02\x03" * 500, b"\x7fELF" + b"\x00" * 400])
def test_binary_data_are_refused(data: bytes) -> None:
    with pytest.raises(Unreadable, match="not a text") as caught:
        decode(data)
    assert caught.value.skipped


def test_signs_in_plain_text_are_signs() -> None:
    text = "The pools coupon won £10 on Saturday, and the second one £2 – more than ever before. " * 4
    assert decode(text.encode("cp1252")).text == text
    polish = "Łódź leży w środku Polski, a Łomża na północnym wschodzie."
    assert decode(polish.encode("cp1250")).text == polish


@pytest.mark.parametrize("word", ["ログイン", "こんにちは", "メール"])
def test_a_single_japanese_word(word: str) -> None:
    assert decode(f"<p>{word}</p>".encode("euc_jp")).text == f"<p>{word}</p>"
