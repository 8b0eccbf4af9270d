"""The few words that nearly every question holds, by ISO 639-1 code: they tell languages of Latin script apart."""

from __future__ import annotations

STOP_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about and any are at be been but by can could did do does for from had has have he her his how i "
        "if in is it its me my not of on or our she should so than that the their there they this to was we "
        "were what when where which who why will with would you your",
        "de": "aber als am an auch auf aus bei bin bis das dass dem den der des die durch ein eine einem einen "
        "einer es für hat hatte ich im ist kann man mit nach nicht noch oder sein seine sich sie sind um und "
        "von wann war warum was welche welcher welches wer werden wie wird wo wurde wurden zu zum zur über",
        "fr": "au aux avec ce cette comment dans de des du elle en est et eu il ils je la le les leur lui mais ne "
        "nous ou où par pas plus pour pourquoi qu quand que quel quelle quelles quels qui sa se ses son sont "
        "sur un une vous à été "
        "a combien",
        "es": "al como con cuál cuáles cuándo cuánto cuántos cómo de del donde dónde el ella en era es esta este "
        "está fue ha la las le lo los más no para pero por porque que quién quiénes qué se sin sobre son su "
        "sus un una y",
        "pt": "ao aos as com como da das de do dos e ela ele em entre era foi foram há mais mas na nas no nos não o "
        "os ou para pela pelo por quais qual quando quantos que quem se sua são um uma à às é",
        "it": "al alla anche che chi ci come con cosa da dal dalla dei del della delle di dove e era gli ha i il in "
        "la le lo ma nel nella non o per perché più quale quali quando quanti si sono su un una è",
        "nl": "aan als bij dat de deze die dit door een en er haar het hij hoe hoeveel ik in is je kan maar met "
        "naar niet of om ook op te tot uit van veel voor waar waarom wanneer wat welke werd wie wordt zijn",
        "pl": "ale co czy dla do gdzie i ich ile jak jaka jaki jakie jest już kiedy kto która które który ma na nie "
        "o od po się są ta to w we z za że",
        "tr": "ama bir bu da de en gibi hangi ile için kaç kim mi mı nasıl ne neden nerede olan olarak oldu vardır "
        "ve veya zaman çok şu",
        "vi": "ai bao cho các cái có của gì khi không là lúc mấy người nhiêu những nào này ra thì trong tại và vì "
        "với đâu đã được để ở",
        "ro": "a al ale au ca care ce cine cu cum când câte câți că de din după este fost la mai nu o pe pentru "
        "prin sa se sunt un unde în într și",
        "sv": "att av de den det där en ett från för han har hon hur i inte jag kan med men många när och om på sig "
        "som till vad var varför vem vilka vilken är",
        "id": "ada adalah apa bagaimana berapa dalam dan dari dengan di ini itu kapan ke mana mengapa oleh pada "
        "siapa tidak untuk yang",
    }.items()
}
