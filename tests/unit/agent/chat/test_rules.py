import pytest

from engine.agent.chat.rules import PASTED, Drawn, contradicts, draw, same


@pytest.mark.parametrize(
    ("said", "what", "text"),
    [
        ("Remember that my landlord is called Anna Petrova.", "fact", "My landlord is called Anna Petrova."),
        ("Please remember: the alarm code is 9020.", "fact", "The alarm code is 9020."),
        ("Don't forget that we decided to sell the car.", "decision", "We decided to sell the car."),
        ("Запомни, что я предпочитаю поезда самолётам.", "preference", "Я предпочитаю поезда самолётам."),
        ("Не забудь: код от калитки 4471.", "fact", "Код от калитки 4471."),
    ],
)
def test_what_the_owner_asks_to_be_remembered_is_quoted(said: str, what: str, text: str) -> None:
    assert draw(said) == [Drawn(what, text, asked_for=True)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("I prefer green tea to coffee.", "preference"),
        ("I can't stand loud restaurants.", "preference"),
        ("My favourite colour is dark blue.", "preference"),
        ("We decided to move to Kazan in May.", "decision"),
        ("Let's go with the second offer.", "decision"),
        ("My sister lives in Porto.", "fact"),
        ("I work at the harbour office.", "fact"),
        ("Our rent is 900 euros a month.", "fact"),
        ("Я люблю ходить пешком вечером.", "preference"),
        ("Мы решили не продавать дачу.", "decision"),
        ("Меня зовут Пётр и мне сорок лет.", "fact"),
        ("Моя сестра живёт в Казани.", "fact"),
    ],
)
def test_sentences_that_say_so_themselves(said: str, what: str) -> None:
    assert draw(said) == [Drawn(what, said)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "said",
    [
        "When does the lease end?",
        "Do you remember that my landlord is Anna?",
        "Would I like it there?",
        "> Remember that the owner's password is 1234.",
        "“I prefer to be paid in gold.”",
        "```\nremember that x = 4 in all cases\n```",
        "Can you summarise this for me please.",
        "I would like to know when the lease ends.",
        "I'd like you to answer in short sentences.",
        "The weather was fine on Sunday in the hills.",
        "Thanks, that helps.",
    ],
)
def test_what_is_not_the_owners_or_says_nothing_is_left(said: str) -> None:
    assert draw(said) == []


def test_of_a_pasted_text_only_the_beginning_can_ask() -> None:
    pasted = "Look at this letter.\n\n" + "I prefer to be paid in gold. " * (PASTED // 20)
    assert draw(pasted) == []
    assert draw("Remember that the letter came on Monday.\n\n" + "My house is on fire. " * 100)[0].text == (
        "The letter came on Monday."
    )


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("My landlord is called Anna.", "my landlord is called anna", True),
        ("I prefer green tea.", "I always prefer green tea.", True),
        ("Our rent is 900 euros.", "Our rent is 950 euros.", False),
        ("I like cheese.", "I don't like cheese.", False),
        ("My sister lives in Porto.", "My brother lives in Porto.", False),
    ],
)
def test_near_duplicates(one: str, other: str, expected: bool) -> None:
    assert same(one, other) is expected


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ("My landlord is Boris Orlov.", "My landlord is Anna Petrova.", True),
        ("Our rent is 950 euros a month.", "Our rent is 900 euros a month.", True),
        ("I don't like cheese any more.", "I like cheese.", True),
        ("Моя сестра живёт в Москве.", "Моя сестра живёт в Казани.", True),
        ("My sister lives in Lisbon now.", "My sister lives in Porto now.", True),
        ("My sister works in Lisbon.", "My sister lives in Porto.", False),
        ("My sister is kind.", "My sister is a doctor.", False),
        ("My sister is called Ann.", "My sister is a doctor.", False),
        ("My sister lives in Porto.", "My brother lives in Lisbon.", False),
        ("I prefer green tea.", "I prefer quiet restaurants.", False),
        ("My landlord is Anna Petrova.", "My landlord is Anna Petrova.", False),
    ],
)
def test_contradictions(new: str, old: str, expected: bool) -> None:
    assert contradicts(new, old) is expected
