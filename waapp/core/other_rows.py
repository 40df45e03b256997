"""Rows of a guest list that are no guests: sums, headings of groups, stand-ins for a name."""

import re
from collections.abc import Sequence
from typing import Final

from waapp.core.content import looks_like_phone
from waapp.core.headings import fold

_TOTAL_WORDS: Final = (
    "total totals subtotal subtotals sum suma soma somme summe zwischensumme totale toplam insgesamt gesamt"
    ' المجموع الاجمالي الإجمالي مجموع कुल סה"כ סה״כ סהכ סך итого всего разом razem celkem spolu összesen totaal totalt'
    " summa yhteensä ukupno σύνολο 合計 合计 总计 總計 小計 합계 총계"
)
_TOTALS: Final = frozenset(fold(word).split()[0] for word in _TOTAL_WORDS.split())
_BEFORE_TOTALS: Final = frozenset({"grand", "gran", "sub", "overall"})
_BEGINNINGS: Final = _TOTALS | frozenset(_TOTAL_WORDS.split())
"""As they are written, and folded."""
_INITIALS_OF_TOTALS: Final = frozenset(word[0] for word in _BEGINNINGS | _BEFORE_TOTALS)
_COUNTED_WORDS: Final = (
    "guest guests people persons pax adults adult children child kids invited attending of de do da di"
    " invitados personas adultos ninos convidados pessoas criancas adultos general geral invites personnes adultes"
    " כ הכל اشخاص ضيوف человек гостей osob gosci hostu personer gasten"
    " enfants generale gaste personen erwachsene kinder ospiti persone adulti bambini kisi misafir davetli"
)
_COUNTED: Final = frozenset(_COUNTED_WORDS.split())

# What lists put above the guests of one group; a heading is made of nothing but such words.
_GROUP_WORDS: Final = (
    "bride brides groom grooms bridegroom side family families relatives friends colleagues coworkers work school"
    " university college church neighbours neighbors others children kids vip vips table tables vendors suppliers"
    " novia novio novios lado familia familiares amigos amigas companeros trabajo universidad colegio vecinos otros"
    " ninos mesa mesas proveedores"
    " noiva noivo noivos parentes colegas trabalho faculdade universidade escola vizinhos outros criancas fornecedores"
    " mariee maries cote famille amis amies collegues travail universite ecole voisins autres enfants"
    " braut brautigam brautigams brautseite seite familie verwandte freunde kollegen arbeit schule nachbarn andere"
    " kinder tisch"
    " sposa sposo sposi lato famiglia parenti amici colleghi lavoro scuola vicini altri bambini tavolo"
    " gelin damat taraf tarafi aile akraba akrabalar arkadaslar is okul komsular diger masa"
    " العروس العريس اهل طرف عائلة اصدقاء الاصدقاء زملاء العمل طاولة"
    " כלה הכלה חתן החתן צד משפחה משפחת חברים עבודה שולחן"
    " वधू वर पक्ष परिवार मित्र दोस्त मेज"
)
_GROUPS: Final = frozenset(map(fold, _GROUP_WORDS.split()))
_JOINING_WORDS: Final = (
    "the of and s from at in de del la el los las y e do da dos das du des le les d l et der die das des von und"
    " di della dello dei degli ve"
)
_JOINING: Final = frozenset(_JOINING_WORDS.split())
# "Amigos da Ana": a family's name is made the same way, so that only friends and colleagues count.
_WITH_A_NAME: Final = re.compile(
    r"(?:friends of|colleagues of|amig[oa]s (?:de|del|da|do|dos|das)|colegas (?:de|da|do)|amis d[eu]?|freunde von"
    r"|kollegen von|amici d[ei]|colleghi d[ei]) \S.*"
)
_STAND_IN_WORDS: Final = (
    "guest, guest guest, plus one, plusone, plus 1, 1, 2, tbc, tbd, tba, n a, unknown, no name, acompanante,"
    " acompanhante, acompanante de, accompagnant, accompagnante, begleitung, begleitperson, accompagnatore,"
    " accompagnatrice, refakatci, invitado, invitada, convidado, convidada, invite, gast, ospite, misafir,"
    " por confirmar, a confirmar, sem nome, sin nombre, sans nom, ohne name, ohne namen, senza nome, isimsiz,"
    " ضيف, مرافق, بدون اسم, אורח, מלווה, ללא שם, मेहमान, साथी"
)
_STAND_INS: Final = frozenset(map(fold, _STAND_IN_WORDS.split(",")))
_COMPANION: Final = (
    r"guest|plus one|partner|companion|acompañante|acompanante|acompanhante|pareja|accompagnante?|begleitung"
    r"|begleitperson|accompagnatore|accompagnatrice|refakatçi|مرافقة?|ضيف|מלווה|בן זוג|בת זוג|אורחת?|साथी|मेहमान"
)
_WHO_ALONG: Final = (
    r"kids?|child(?:ren)?|adults?|guests?|people|others|more|niñ[oa]s?|hij[oa]s?|adultos?|personas?|invitados?|más"
    r"|crianças?|filh[oa]s?|pessoas?|convidados?|mais|enfants?|adultes?|personnes?|invités?|kinder|erwachsene"
    r"|personen|gäste|bambini|figli|adulti|persone|ospiti|çocuk|kişi|misafir|أطفال|اطفال|أشخاص|مرافقين|ילדים|מלווים|बच्चे|लोग"
)
_COMES_ALONG: Final = re.compile(
    rf"(.*[^\W\d_].*?)[\s,]*(?:\(\s*\+\s*(\d)\s*\)|\+\s*(\d)(?:\s+(?:{_WHO_ALONG}))?|\(?(?:&|\+|and|with|plus|y|con|e"
    rf"|com|et|avec|und|mit|ve|और)\s+(?:a\s+|one\s+)?(?:{_COMPANION})\)?"
    r"|\s(?:ו(?:בן זוג|בת זוג|מלווה|אורחת?)|ومرافقه?ا?))",
    re.IGNORECASE,
)
# "Ana (2 pax)", "Ana x3": the guest is counted, too.
_COUNTED_WITH: Final = re.compile(
    r"(.*[^\W\d_].*?)\s*(?:\(\s*(?P<of>[2-9])\s*(?:pax|p|pp|pers?|people|persons|guests|personas|invitados|lugares|pessoas"
    r"|convidados|personnes|personen|persone|kişi)\.?\s*\)|\s[x×]\s?(?P<times>[2-9])|\s(?P<pax>[2-9])\s?pax)",
    re.IGNORECASE,
)
# "Família Sousa (4)"; "Ana (4)" may be the fourth Ana.
_FAMILY_OF: Final = re.compile(
    r"((?:fam(?:il\w*|íl\w*|\.)?|.* (?:family|ailesi)|aile|los|las|os|as|les|die|i|the|משפחת|أسرة|عائلة)(?: .*)?)"
    r"\s*\(\s*(\d)\s*\)",
    re.IGNORECASE,
)
_LAST_OF_COMPANIONS: Final = (
    "guest one partner companion acompañante acompanante acompanhante pareja accompagnant accompagnante begleitung"
    " begleitperson accompagnatore accompagnatrice refakatçi साथी मेहमान"
    " זוג ומלווה ואורח ואורחת ومرافق ومرافقه ومرافقها"
)
_LAST_WORDS: Final = frozenset(_LAST_OF_COMPANIONS.split())


_OF_ANOTHER: Final = re.compile(
    r".+['\u2019]s?\s+(?:guest|plus one|\+1|partner|date)(?:\s+\d)?"
    r"|(?:guest|plus one|partner) of .+|(?:acompañante|invitad[oa]) de .+|acompanhante d[aeo] .+"
    r"|accompagnante? d(?:e |['\u2019]).+|begleit(?:ung|person) von .+|accompagnat(?:ore|rice) di .+",
    re.IGNORECASE,
)


def is_total(row: Sequence[str]) -> bool:
    """Tell whether a row, which is not blank, is a sum: "Total: 120 guests". A guest called Total has a telephone."""
    first = next(filter(None, row))
    if first[0].lower() not in _INITIALS_OF_TOTALS:
        return False
    begins = first.split(None, 1)[0].rstrip(":.=-\uff1a").lower()
    if begins not in _BEGINNINGS and begins.partition("-")[0] not in _BEFORE_TOTALS:
        return False
    texts = [cell for cell in row if cell]
    words = fold(first).split()
    if words[0] in _BEFORE_TOTALS:
        del words[0]
    if not words or words[0] not in _TOTALS:
        return False
    others = [*words[1:], *" ".join(map(fold, texts[1:])).split()]
    counted = all(word.isdecimal() or word in _COUNTED for word in others)
    return counted and not any(map(looks_like_phone, texts))


def group_of(row: Sequence[str]) -> str:
    """Return the group whose guests stand below a row: "Bride's side"; empty where the row is no such heading."""
    texts = [cell for cell in row if cell]
    if len(texts) != 1:
        return ""
    text = texts[0]
    words = fold(text).split()
    known = any(word in _GROUPS for word in words) and all(
        word in _GROUPS or word in _JOINING or word.isdecimal() or len(word) == 1 for word in words
    )
    if known or text.endswith(":") or _WITH_A_NAME.fullmatch(" ".join(words)):
        return " ".join(text.rstrip(" :").split())
    return ""


def comes_with_another(name: str) -> bool:
    """Tell whether a name is that of somebody else, who brings this one: "Ana Reis's Guest", "Guest of Ana"."""
    return _OF_ANOTHER.fullmatch(name) is not None


def names_nobody(name: str) -> bool:
    """Tell whether a name only stands in for one: "+1", "TBC", "?"."""
    return fold(name) in _STAND_INS or not any(map(str.isalnum, name))


def stands_in(name: str) -> bool:
    """Tell at little cost whether words only stand in for a name: "TBC", "Sem nome"."""
    return name.lower() in _STAND_INS


def without_companions(name: str) -> tuple[str, int]:
    """Return the name of "Ana Reis +1" and how many come along; 0 where the name says nothing of it."""
    if not name.isalpha() and (counted := _COUNTED_WITH.fullmatch(name)):
        return counted[1].strip(), int(counted["of"] or counted["times"] or counted["pax"]) - 1
    if name.endswith(")") and (family := _FAMILY_OF.fullmatch(name)) and int(family[2]) > 1:
        return family[1].strip(), int(family[2]) - 1
    if "+" not in name and name.rsplit(None, 1)[-1].rstrip(")").lower() not in _LAST_WORDS:
        return name, 0
    found = _COMES_ALONG.fullmatch(name)
    if found is None:
        return name, 0
    return found[1].strip(), int(found[2] or found[3] or 1)
