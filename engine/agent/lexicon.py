"""Word lists of English and Russian that the reading of questions and sentences goes by."""

from __future__ import annotations


def _words(*lines: str) -> frozenset[str]:
    return frozenset(word for line in lines for word in line.split())


NEVER_AN_END = _words(
    "mr mrs ms dr prof st sr jr rev hon gen col capt lt sgt gov sen rep pres no nos vs e.g i.e cf viz al fig figs",
    "eq sec bldg ave blvd ch vol pp p ed eds tr approx ca dept est jan feb mar apr jun jul aug sep sept oct nov",
    "dec mt ft sq",
    "т.е т.к т.н ул пр просп пер д кв стр с им проф акад доц рис табл гл ср см напр тов гр г-н г-жа н руб тыс млн",
    "млрд",
)
"""Abbreviations whose full stop never ends a sentence while something follows."""

PERHAPS_AN_END = _words(
    "inc ltd co corp bros etc a.m p.m u.s u.k u.n d.c e.u b.c a.d ph.d m.d т.д т.п др г гг в вв н.э л",
)
"""Abbreviations whose full stop ends a sentence when a word follows that often begins one."""

STARTERS = _words(
    "the a an it its this that these those he she they we you i in on at by for from to with as if when while",
    "after before but and or so however there here what who how why where his her their our no not all some many",
    "most each",
    "он она оно они мы вы я это этот эта эти в на по с за из для от до при если когда но и а так однако там здесь",
    "что кто как почему где его её их наш все некоторые многие каждый не ни",
)
"""Words that often begin a sentence."""

POINTING = _words(
    "it its this that these those he she they his her their him them such",
    "он она оно они его её ее их это этот эта эти этого этой этих тот та те он ему ей им такой такая такие",
)
"""Words that mean little without the sentence before."""

STOP_WORDS = _words(
    # English
    "a an the and or but nor so if than then of in on at by for from to with without into onto over under between",
    "among about as is are was were be been being am do does did doing done have has had having will would shall",
    "should can could may might must need i me my mine we us our ours you your yours he him his she her hers it",
    "its they them their theirs this that these those there here what which who whom whose when where why how not",
    "no any some all each every s t d ll re ve m don didn doesn isn aren wasn weren can't won wouldn couldn",
    "shouldn please tell let's also just very ever still yet again own same too more most much many such up down",
    "out off during before after while until because whether once through per via upon within",
    # Russian
    "и а но или да не ни же ли бы то ж в во на по с со к ко у о об обо от ото до из изо за под подо над при про",
    "для без через между перед около среди после как так что чтобы если когда где куда откуда почему зачем кто",
    "кого кому кем ком чего чему чем чём чей чья чьё чьи какой какая какое какие каков какова какого какому каким",
    "каком каких какими какую который которая которое которые которого которому которым котором которых которую",
    "сколько это этот эта эти этого этой этому этом этих эту тот та те того той тому том тех ту все всё всех",
    "всего весь вся я мы ты вы он она оно они меня мне мной нас нам нами тебя тебе вас вам вами его ему ним нём",
    "нем её ее ей ней их им ними них мой моя моё мои моего моей моих наш наша наше наши нашего нашей наших ваш",
    "ваша ваше ваши свой своя своё свои своего своей своих себя себе собой быть был была было были есть будет",
    "будут бывает можно нужно надо ли уж уже еще ещё только даже лишь вот там тут здесь тогда потом также тоже",
    "очень более менее самый самая самое самые сам сама само сами",
)
"""Words that say nothing about what is asked."""

WEAK_WORDS = _words(
    "name named call called kind kinds sort type types many number amount use used using get gets got make makes",
    "made say says said happen happens happened become becomes come comes came go goes went give gives given take",
    "takes took find mean means according long big large high old time times way thing things people person one",
    "two first last new work works year years day days month months put keep show someone somebody something",
    "anything actually usually normally exactly",
    "имя зовут называется называют назвали вид виды число количество много делать делает сделать сделали стать",
    "стал стало говорит сказал сказано происходит произошло получить дать взять найти значит один два первый",
    "последний новый время раз человек люди людей вещь нужен нужна нужны нужное работает являются является именно",
    "обычно",
)
"""Words of a question that weigh little: its answer seldom repeats them."""

NUMBER_WORDS = _words(
    "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen",
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred hundreds thousand thousands",
    "million millions billion dozen half twice double doubled triple tripled quarter third percent once none",
    "several",
    "два две двух три трёх трех четыре пять шесть семь восемь девять десять одиннадцать двенадцать пятнадцать",
    "двадцать двадцати тридцать сорок пятьдесят шестьдесят семьдесят восемьдесят девяносто сто двести триста",
    "тысяча тысяч тысячи миллион миллионов миллиона миллиард половина вдвое втрое дважды полтора процент",
    "процентов несколько двоих троих",
)

MONTH_STEMS = tuple(
    sorted(
        _words(
            "january february march april june july august september october november december",
            "январ феврал март апрел июн июл август сентябр октябр ноябр декабр",
        )
    )
)

DAY_WORDS = _words(
    "monday tuesday wednesday thursday friday saturday sunday yesterday today tomorrow week weeks month months",
    "year years day days hour hours minute minutes century decade morning evening noon midnight",
    "понедельник вторник среду среда четверг пятница пятницу суббота субботу воскресенье вчера сегодня завтра",
    "неделя недели неделю недель месяц месяца месяцев год года году годов лет день дня дней час часа часов минут",
    "века век веке",
)

REASON_WORDS = _words(
    "because since due therefore hence so reason reasons cause caused causes thus owing thanks purpose means",
    "потому поскольку из-за поэтому причина причины причиной вследствие благодаря чтобы следовательно значит",
    "затем",
)

PLACE_WORDS = _words(
    "in at near from to inside under below above across outside within between street avenue city county state",
    "island",
    "в на из около близ возле под над между улица город городе область области остров",
)

MEASURES = _words(
    "years year months month weeks week days day hours hour minutes minute seconds miles kilometres kilometers metres",
    "meters feet inches pounds kilograms kilos tons dollars euros percent degrees litres liters",
    "лет года годов месяцев месяца недель недели дней дня часов часа минут минуты секунд километров метров рублей",
    "процентов градусов тонн килограммов литров долларов евро",
)
"""Units that an answer hardly leaves out when it is asked how many of them."""
