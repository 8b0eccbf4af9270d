"""Words that reading of statements goes by: which make a sentence unfit, which attributes have one value at a time."""

from __future__ import annotations

import re


def words(*lines: str) -> frozenset[str]:
    """The words of some lines."""
    return frozenset(word for line in lines for word in line.split())


UNSURE = re.compile(
    r"\b(?:if|unless|might|(?<!\d )(?<!in )(?<!by )(?<!of )may(?! \d)|"
    r"maybe|perhaps|probably|possibly|would|could|should|plan(?:s|ned|"
    r"ning)?|wants?|wish(?:es)?|"
    r"hopes?|hoping|thinks?|guess|considering|going to|used to|once|formerly|previously|originally|(?:was|"
    r"were)(?! (?:moved|postponed|rescheduled|shifted|pushed|brought forward)\b)|had|"
    r"sometimes|often|occasionally|usually|also|too|another|additional(?:ly)?|as well|besides|both|one of|about|around|"
    r"approximately|roughly|nearly|almost|at least|at most|up to|more than|less than|over|under|between|or|"
    r"said|says|asked|told|tells|wrote|writes|claims?|according|heard|today|tomorrow|yesterday|tonight|"
    r"not only|just like|except|until recently|pretend\w*|dream\w*|imagine\w*)\b",
    re.IGNORECASE,
)
"""What is hoped, past, heard of, rough, besides, or true today only: it neither supersedes nor is superseded."""

UNSURE_RUSSIAN = re.compile(
    r"(?<!\w)(?:если|может|могу|могут|возможно|наверное|вероятно|кажется|бы|хочет|хочу|хотим|хотят|хотел\w*|планиру\w+|"
    r"собира\w+|надеюсь|надеется|думаю|думает|раньше|когда-то|прежде|был|была|было|были|иногда|часто|обычно|тоже|также|"
    r"ещ[её]|вдобавок|кроме|один из|одна из|одно из|около|примерно|почти|приблизительно|не меньше|не больше|до \d+|"
    r"более|менее|между|или|сказал\w*|говор\w+|пишет|писал\w*|спросил\w*|слышал\w*|по словам|сегодня|завтра|вчера|"
    r"не только|мечта\w+|вообрази\w*|второй раз|жил|жила|жили|работал|работала|работали)(?!\w)",
    re.IGNORECASE,
)

OPENERS = re.compile(
    r"^(?:(?:please |now |also )?(?:remember|note|update|correction|fyi|keep in mind)(?: this)?(?: that|[:,–—-])\s+|"
    r"(?:actually|in fact|now|currently|from now on|as of now|at the moment|these days|meanwhile)[, ]+|"
    r"(?:запомни(?:те)?|учти(?:те)?|обновление|исправление|поправка)(?:[,:–—-]|,? что)\s*(?:что\s+)?|"
    r"(?:теперь|сейчас|отныне|на самом деле|уже|с этого дня)[, ]+)+",
    re.IGNORECASE,
)
ADVERBS = re.compile(
    r"(?:,?\s*(?<!\w)(?:now|currently|already|actually|any ?more|anymore|any longer|these days|at the moment|finally|"
    r"instead|recently|just|really|теперь|сейчас|уже|наконец|недавно|только что|отныне|на данный момент)(?!\w))",
    re.IGNORECASE,
)
CHANGED = re.compile(
    r"(?<!\w)(?:now|no longer|any ?more|instead|moved|relocated|changed|switched|rescheduled|postponed|new|"
    r"теперь|сейчас|больше не|уже не|вместо|переехал\w*|перенес\w*|перенёс\w*|сменил\w*|новый|новая|новое|"
    r"устроил\w*|переш[её]л|перешла)(?!\w)",
    re.IGNORECASE,
)
"""Words by which a sentence itself says that something changed."""

SINGLE = words(
    "password passcode pin code number phone email address birthday deadline date time price rent salary fee cost size "
    "height weight age colour color name nickname surname "
    "username login url website host port version status plan tariff "
    "job profession occupation position title major goal limit budget temperature rate speed "
    "distance length width iban account size",
    "пароль пин код номер телефон почта адрес рождения срок дедлайн дата время цена аренда зарплата оклад стоимость "
    "размер рост вес возраст цвет имя кличка прозвище фамилия "
    "логин сайт порт версия статус тариф план должность "
    "профессия цель лимит бюджет температура скорость расстояние длина ширина счет ставка квартплата",
)
"""Attributes that have one value at a time."""

SINGLE_NAMES = words(
    "boss manager doctor dentist landlord wife husband fiance fiancee capital director ceo president chairman "
    "provider bank "
    "employer",
    "начальник начальница директор врач стоматолог хозяин жена муж невеста жених столица президент банк провайдер "
    "работодатель",
)
"""The same, where only a name is a value: "my doctor is on holiday" says nothing about who it is."""

FAVOURITE = re.compile(r"(?<!\w)(?:favou?rite|любим\w+)(?!\w)", re.IGNORECASE)

FEELINGS_FOR = words("like love enjoy adore люблю любит любим обожаю обожает нравится нравятся")
FEELINGS_AGAINST = words("hate hates dislike dislikes detest loathe ненавижу ненавидит")

LOOSE_SUBJECTS = words(
    "it this that these those there he she they here what who which one someone everyone nobody everything nothing",
    "это он она они оно там тут кто что который все никто кто-то ему ей им его ее",
)
"""Who is meant stands in another sentence."""

COUNTRIES = words(
    "portugal spain france germany italy russia ukraine belarus poland austria switzerland netherlands holland belgium "
    "denmark sweden norway finland estonia latvia lithuania greece turkey georgia armenia kazakhstan israel egypt "
    "morocco india china japan korea thailand vietnam indonesia australia canada mexico brazil argentina chile "
    "usa us uk "
    "england scotland wales ireland britain america europe asia africa california texas florida bavaria "
    "catalonia siberia "
    "czechia hungary romania bulgaria serbia croatia slovenia slovakia cyprus malta iceland",
    "португалии испании франции германии италии россии украине беларуси белоруссии польше австрии швейцарии голландии "
    "нидерландах бельгии дании швеции норвегии финляндии эстонии латвии литве греции турции грузии армении казахстане "
    "израиле египте марокко индии китае японии корее таиланде вьетнаме индонезии австралии канаде мексике бразилии "
    "аргентине чили сша англии шотландии ирландии британии америке европе азии африке калифорнии техасе баварии сибири "
    "чехии венгрии румынии болгарии сербии хорватии словении словакии кипре исландии подмосковье крыму "
    "португалию испанию францию германию италию россию польшу австрию швейцарию голландию грузию армению казахстан "
    "израиль турцию грецию чехию венгрию сербию америку европу канаду австралию англию",
)
"""A city lies in one of these: to live in both is no contradiction."""

NUMBERS = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9",
    "ten": "10", "eleven": "11", "twelve": "12", "noon": "12:00", "midnight": "0:00",
    "один": "1", "одна": "1", "одно": "1", "два": "2", "две": "2", "три": "3", "четыре": "4", "пять": "5", "шесть": "6",
    "семь": "7", "восемь": "8", "девять": "9", "десять": "10", "одиннадцать": "11", "двенадцать": "12",
    "полдень": "12:00", "полночь": "0:00", "двое": "2", "трое": "3", "четверо": "4", "пятеро": "5",
}  # fmt: skip

MONTHS = {
    name: f"m{number}"
    for number, names in enumerate(
        (
            "january jan январь января январе", "february feb февраль февраля феврале", "march mar март марта марте",
            "april apr апрель апреля апреле", "may май мая мае", "june jun июнь июня июне", "july jul июль июля июле",
            "august aug август августа августе", "september sep sept сентябрь сентября сентябре",
            "october oct октябрь октября октябре", "november nov ноябрь ноября ноябре",
            "december dec декабрь декабря декабре",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip

DAYS = {
    name: f"d{number}"
    for number, names in enumerate(
        (
            "monday mondays понедельник понедельника понедельникам", "tuesday tuesdays вторник вторника вторникам",
            "wednesday wednesdays среда среду среды средам", "thursday thursdays четверг четверга четвергам",
            "friday fridays пятница пятницу пятницы пятницам", "saturday saturdays суббота субботу субботы субботам",
            "sunday sundays воскресенье воскресенья воскресеньям",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
