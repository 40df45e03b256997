"""The name of a guest as it stands in cells: in halves, with an address, with numbers before it and company behind."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from waapp.core.cells import one_line
from waapp.core.email_cells import addresses, without_address
from waapp.core.headings import Field, recognise
from waapp.core.other_rows import without_companions
from waapp.core.rows import Finding, RowCode

# "1. Ana", "- Ana", and "~ Ana" as WhatsApp writes those who are nobody's contacts.
_BEFORE_NAME: Final = re.compile(
    r"^(?:\d{1,3}(?:\s?[.)\u00ba\u00b0]+|\s?[-\u2013](?=\s))|[-*~\u2013\u2022\u25cf\u00b7\u2023\u2713\u2705])\s*(?=[^\W\d_])"
)
# Most names are words and nothing else.
_MORE_THAN_WORDS: Final = re.compile(
    r"[^\w ]|\d| (?:and|und|et|ve|y|e|i|with|con|com|avec|mit) | (?:ו(?:בן|בת|מלווה|אורח)|ومرافق)"
)
# "Vega y Montenegro" may be one person's; behind a single first name there are two.
_SEVERAL_PEOPLE: Final = re.compile(
    r"[^\W\d_].*(?:[&+/]| (?:and|und|et|ve) |,.* (?:y|e|i) ).*[^\W\d_]|[^\W\d_]+ (?:y|e|i) [^\W\d_].*",
    re.IGNORECASE,
)
# "Müller, Hans", "Schmidt, Anna und Peter"; "Smith, Jr." has no given name behind the comma.
_TURNED: Final = re.compile(
    r"(?P<family>[^\d,;&+/@()]+),(?!\s*(?:jr|sr|ii+|iv|ph\.?d|m\.?d|esq|dds|rn|mba)\b)(?P<given>[^\d,;+/@()]+)",
    re.IGNORECASE,
)
_PARTICLE_WORDS: Final = (
    "von van der den de da do dos das del della di du la le las los al el bin ben ter zu zur zum af av st"
)
_PARTICLES: Final = frozenset(_PARTICLE_WORDS.split())
_HALVES: Final = 2
_FAMILY_THEN_GIVEN: Final = (
    [Field.FAMILY, Field.GIVEN],
    [Field.FAMILY, Field.NAME],
    [Field.NAME, Field.GIVEN],
)
_MOST_ARE_TURNED: Final = 0.8
_FEWEST_TURNED: Final = 3
# "+2 " are two who come along: no country has that code.
_NUMBER_IN_NAME: Final = re.compile(r"(?:\+(?![2-689]\s)|(?<![+\d]))\(?\d[\d\s().\-]{6,}\d")
_BEHIND: Final = " \t:,;|/()\u2013\u2014-"
_ANNOUNCED: Final = re.compile(
    r"(?<!\w)(?:tel|tele?f|tlm|tlf|phone|ph|mob|mobile|cell?|celular|cellulare|telefone|tel[ée]fono|telefon|telem[óo]vel"
    r"|m[óo]vil|portable|handy|cep|gsm|wa|whats ?app)\.?$",
    re.IGNORECASE,
)
_CARE_OF: Final = re.compile(r"\b[ac]\s?/\s?[oc]\b", re.IGNORECASE)


class NumberInName(NamedTuple):
    """What one cell holds: a name, its number, and what else stands there."""

    name: str
    number: str
    rest: str


def without_bullet(name: str) -> str:
    """Return a name without the number or sign of a list before it."""
    return name if not name or name[0].isalpha() else _BEFORE_NAME.sub("", name)


def number_in_name(text: str) -> NumberInName | None:
    """Take "Ana Reis 912 345 678 (bride's aunt)" apart; None without a name, without a number, or with several."""
    found = list(_NUMBER_IN_NAME.finditer(text))
    if len(found) != 1:
        return None
    before = text[: found[0].start()].strip(_BEHIND)
    before = _ANNOUNCED.sub("", before).strip(_BEHIND)
    behind = text[found[0].end() :].strip(_BEHIND)
    name, rest = (before, behind) if any(map(str.isalpha, before)) else (behind, before)
    if not any(map(str.isalpha, name)) or any(map(str.isdecimal, name)):
        return None
    return NumberInName(name, found[0][0], rest)


def is_more_than_words(text: str) -> bool:
    """Tell whether a name has to be looked at: there is more in it than words."""
    return _MORE_THAN_WORDS.search(text) is not None


def joined(by_field: Mapping[Field, str]) -> str:
    """Join the name from its halves. Beside a surname "Name" is the given name; beside a given name the surname."""
    name = by_field.get(Field.NAME, "")
    given = by_field.get(Field.GIVEN, "")
    family = by_field.get(Field.FAMILY, "")
    if name and bool(given) == bool(family):
        return one_line(name)
    first, last = given or name, (name if given else "") or family
    if not first or not last:
        return one_line(first or last)
    # Some lists repeat the whole name in one of the halves. In most, one look tells that they do not.
    one, other = first.casefold(), last.casefold()
    if _first_word(one) in other or _first_word(other) in one:
        words, others = set(one.split()), set(other.split())
        if words <= others:
            return one_line(last)
        if others <= words:
            return one_line(first)
    if " " in first:
        # "Tim und Begleitung", "Groß": who comes along stands behind the whole name.
        alone, along = without_companions(first)
        if along:
            return one_line(f"{alone} {last}{first[len(alone) :]}")
    return one_line(f"{first} {last}")


def _first_word(text: str) -> str:
    words = text.split(None, 1)
    return words[0] if words else ""


def is_family_first(title: str, cells: Sequence[str]) -> bool:
    """Tell whether names stand as "Müller, Hans": the heading says so, or most of the cells are like that."""
    halves = [known.field for piece in title.split(",") if (known := recognise(piece))]
    if len(halves) == len(title.split(",")) == _HALVES and halves in _FAMILY_THEN_GIVEN:
        return True
    like = sum(map(_is_turned, cells))
    plain = sum(" " in cell and "," not in cell for cell in cells)
    return like >= _FEWEST_TURNED and like >= _MOST_ARE_TURNED * (like + plain)


def turn(number: int, name: str, findings: list[Finding]) -> str:
    """Return "Hans Müller" for "Müller, Hans", and say so."""
    found = _TURNED.fullmatch(name)
    if found is None:
        return name
    turned = f"{found['given'].strip()} {found['family'].strip()}"
    findings.append(Finding(number, RowCode.NAME_TURNED, {"text": name, "name": turned}))
    return turned


def _is_turned(name: str) -> bool:
    """Tell whether a name by itself looks turned: "Ana Reis, Rui Sá" are two people."""
    found = _TURNED.fullmatch(name)
    return found is not None and 1 in (_words_of(found["family"]), _words_of(found["given"]))


def _words_of(half: str) -> int:
    return sum(word.casefold() not in _PARTICLES for word in half.split())


def read_name(
    number: int, name: str, by_field: Mapping[Field, str], findings: list[Finding]
) -> tuple[str, int]:
    """Return a name without "+1" and the like, and how many come along; say what is odd about it."""
    alone, along = without_companions(name)
    if along:
        params = {"text": name, "name": alone, "count": along}
        findings.append(Finding(number, RowCode.PLUS_ONES_IN_NAME, params))
    elif not any(map(str.isalpha, name)):
        findings.append(Finding(number, RowCode.NAME_UNLIKELY, {"text": name}))
    elif _SEVERAL_PEOPLE.fullmatch(_CARE_OF.sub(" ", name)) or "\n" in by_field.get(Field.NAME, ""):
        findings.append(Finding(number, RowCode.SEVERAL_PEOPLE))
    return alone, along


def without_email(number: int, name: str, by_field: dict[Field, str], findings: list[Finding]) -> str:
    """Return the name beside an address; one that stands alone is all the name there is."""
    found = addresses(name)
    if not found:
        return name
    by_field.setdefault(Field.EMAIL, found[0])
    alone = without_address(name, found[0])
    if not alone:
        return name
    params = {"text": name, "name": alone, "email": found[0]}
    findings.append(Finding(number, RowCode.EMAIL_IN_NAME, params))
    return alone
