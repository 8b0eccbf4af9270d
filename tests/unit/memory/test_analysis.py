import pytest
from hypothesis import given, strategies as st

from engine.memory.analysis import guess_language, question_text, searchable, single_characters


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("黑猫警长", ["黑猫", "猫警", "警长", "长"]),
        ("東京タワー", ["東京", "京タ", "タワ", "ワー", "ー"]),
        ("서울", ["서울", "울"]),
        ("แมว", ["แม", "มว", "ว"]),
        ("猫", ["猫"]),
    ],
)
def test_unspaced_scripts_become_pairs(text: str, pairs: list[str]) -> None:
    assert searchable(text).split() == pairs


def test_other_scripts_stay_as_they_are() -> None:
    assert searchable("plain words 42") == "plain words 42"
    assert searchable("Ёлка и ёж").split() == ["Елка", "и", "еж"]
    assert searchable("ﬁne ｗｉｄｅ") == "fine wide"
    assert searchable("read 黑猫 now").split() == ["read", "黑猫", "猫", "now"]


def test_thai_tones_do_not_part_words() -> None:
    assert searchable("บ้าน") == searchable("บาน")


def test_questions_leave_the_last_character_out() -> None:
    assert question_text("黑猫警长").split() == ["黑猫", "猫警", "警长"]
    assert question_text("猫").split() == ["猫"]
    assert single_characters("猫 and 黑猫") == ["猫"]
    assert single_characters("cat") == []


@given(st.text())
def test_any_text_can_be_indexed_and_asked(text: str) -> None:
    pairs = set(searchable(text).split())
    assert set(question_text(text).split()) <= pairs | set(single_characters(text))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("When did Caroline go to the support group?", "en"),
        ("Сколько очков уступила защита Пэнтерс?", "ru"),
        ("как настроить Docker compose", "ru"),
        ("who is Иван Петров", "en"),
        ("Docker compose", "en"),
        ("Wie viele Punkte gab die Verteidigung ab?", "de"),
        ("¿Cuántos puntos tiene la defensa?", "es"),
        ("Combien de points a la défense?", "fr"),
        ("防守丢了多少分", "zh"),
        ("猫は何ですか", "ja"),
        ("수비는 몇 점을 내주었습니까", "ko"),
        ("แมวอยู่ที่ไหน", "th"),
        ("Πόσους πόντους", "el"),
        ("كم عدد النقاط", "ar"),
        ("12 34", "en"),
        ("", "en"),
    ],
)
def test_languages_are_guessed(text: str, language: str) -> None:
    assert guess_language(text) == language
