"""Word lists that tell a remembered fact from small talk, in English and in Russian.

Each word belongs to the categories that name it; `CATEGORY_OF` is looked up once a word. The lists hold everyday words
of conversation, written down by hand; none was taken from a collection.
"""

from __future__ import annotations

_LISTS: dict[str, str] = {
    "self": "i i'm i've i'd i'll my me mine myself я меня мне мной мой моя моё мое мои моего моей моим моих",
    "we": "we we're we've we'd we'll our ours us мы нас нам нами наш наша наше наши нашей нашего",
    "you": "you your you're you've you'll you'd yours u ya ты тебя тебе тобой твой твоя твоё твое твои вы вас "
    "вам ваш ваша ваше ваши",
    "time": "yesterday today tomorrow tonight week weeks weekend month months year years ago last next monday "
    "tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december summer winter spring fall autumn morning evening night birthday "
    "anniversary christmas since recently soon day days hour hours вчера сегодня завтра неделю неделе "
    "недели месяц месяца месяце год года году лет назад прошлый прошлой прошлом следующий следующей "
    "понедельник вторник среду четверг пятницу субботу воскресенье января февраля марта апреля мая июня "
    "июля августа сентября октября ноября декабря летом зимой весной осенью утром вечером недавно скоро "
    "день дня дней час часа часов",
    "number": "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred "
    "thousand million dozen couple few several first second third fourth once twice half один одна два "
    "две три четыре пять шесть семь восемь девять десять двадцать сто тысяча тысяч первый первая второй "
    "вторая третий",
    "plan": "plan plans planning going gonna will hope hoping want wanna goal goals dream dreams looking thinking "
    "considering starting started decided decide signed join joined next план планирую планируем "
    "собираюсь собираемся хочу хотим буду будем надеюсь решил решила начал начала начинаю мечтаю цель "
    "записался записалась",
    "reaction": "wow thanks thank cool awesome congrats congratulations great nice glad sounds amazing yeah "
    "definitely absolutely totally agree agreed yep sure exactly right good sorry aww woah whoa haha lol "
    "incredible спасибо здорово круто отлично поздравляю классно супер ого ага конечно точно согласен "
    "согласна рад рада прекрасно жаль",
    "praise": "support supportive love joy amazing awesome inspiring inspired journey proud believe means lot "
    "important feel feeling feelings happy happiness passion appreciate keep encouragement motivation "
    "positive moments special together strong difference growth поддержка поддержку любовь радость "
    "вдохновляет горжусь верю важно чувствую счастлив счастлива ценю мотивация вместе",
    "farewell": "bye later care goodbye cya soon talk catch see пока увидимся свидания удачи",
    "greeting": "hey hi hello morning привет здравствуй здравствуйте",
    "past": "was were had did went got took made found met saw bought began won lost gave told felt came left ran "
    "wrote read taught learned built signed started finished visited joined tried moved adopted brought "
    "chose drove flew heard kept knew led said sent spent thought thrown был была было были ездил ездила "
    "купил купила нашел нашла встретил встретила сделал сделала получил получила пошел пошла узнал узнала "
    "закончил закончила",
    "kin": "mom mother dad father son daughter kids kid children husband wife partner brother sister grandma "
    "grandpa grandmother family friend friends dog cat puppy pet pets colleague boss girlfriend boyfriend "
    "aunt uncle cousin baby мама маме папа сын дочь дети муж жена брат сестра бабушка дедушка семья друг "
    "друзья подруга собака кошка кот коллега начальник",
    "taste": "favorite favourite best love loved enjoy enjoyed prefer hobby hobbies like любимый любимая любимое "
    "люблю нравится предпочитаю хобби",
    "place": "have has own called named name by from in at есть зовут называется имя из в у",
}

CATEGORIES: tuple[str, ...] = tuple(_LISTS)
"""Names of the categories, in the order of the counts."""

CATEGORY_OF: dict[str, tuple[int, ...]] = {}
for _at, _words in enumerate(_LISTS.values()):
    for _word in _words.split():
        CATEGORY_OF[_word] = (*CATEGORY_OF.get(_word, ()), _at)

_PLAIN = (
    "a about after all also am an and any are as at be been being but by can could did do does doing don't for "
    "from get got had has have having he her here him his how i if in into is it it's its just like me more most "
    "my no not now of off on one or our out over really she so some such than that that's the their them then "
    "there these they this those through to too up us very was we were what when where which who why will with "
    "would you your i'm i've lot much even still и в во не что он на я с со как а то все она так его но да ты к у "
    "же вы за бы по только ее мне было вот от меня еще нет о из ему теперь когда даже ну ли если уже или ни быть "
    "был него до вас нибудь вам ведь там потом себя ничего ей может они тут где есть надо ней для мы тебя их чем "
    "была сам чтоб без будто чего раз тоже себе под будет это этот эта эти очень"
)

STOP: frozenset[str] = frozenset(_PLAIN.split()) | frozenset(f"{_LISTS['reaction']} {_LISTS['praise']}".split())
"""Words that say nothing about what a text is about."""
