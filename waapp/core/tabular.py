"""From the rows of a guest list, as planners keep them, to guests: what each row became, and what to look at."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from waapp.core.guests import GuestDraft, check_guest, may_be_saved
from waapp.core.headings import Field, by_content, fold, looks_like_email, looks_like_phone, recognise
from waapp.core.languages import read_language
from waapp.core.phone import Number, PhoneProblem, read
from waapp.core.template import variable_name
from waapp.core.template_values import BUILT_IN


class RowCode(StrEnum):
    """What there is to say about a row, beside the codes of `check_guest`. The first three skip it."""

    DUPLICATE = "row_duplicate"
    REPEATED_HEADING = "row_repeated_heading"
    TOTAL = "row_total"
    SHARED_PHONE = "row_shared_phone"
    SAME_NAME = "row_same_name"
    NO_PHONE = "row_no_phone"
    PLUS_ADDED = "row_plus_added"
    SEVERAL_PHONES = "row_several_phones"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: what it holds, or under which name it becomes a variable of its own.

    Of several columns with telephones the one with the lowest `rank` is looked at first.
    """

    index: int
    title: str
    field: Field | None
    key: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """A remark about one row; `params` fill the placeholders of its words."""

    row: int
    code: str
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one row; `number` is the one that the spreadsheet shows. Without a draft it was skipped."""

    number: int
    draft: GuestDraft | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Import:
    """A guest list as read: every row of the file is a row here, blank, the heading or above the heading."""

    columns: tuple[Column, ...]
    heading_row: int | None
    rows: tuple[Row, ...]
    blank: int
    above: int

    @property
    def drafts(self) -> tuple[GuestDraft, ...]:
        """Return the guests to add, in the order of the list."""
        return tuple(row.draft for row in self.rows if row.draft is not None)

    @property
    def skipped(self) -> tuple[Row, ...]:
        """Return the rows that add nobody; each has a finding that says why."""
        return tuple(row for row in self.rows if row.draft is None)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Return everything that there is to say, row by row."""
        return tuple(finding for row in self.rows for finding in row.findings)


_HEADING_WITHIN: Final = 30
_EDGE: Final = " \t\r\n\u00a0\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
_NOT_STORED: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_SEVERAL: Final = re.compile(r"\s*(?:[;,/|\n]|\b(?:or|ou|o|oder|veya|and|und|et|y|e)\b)\s*", re.IGNORECASE)
_TOTAL_WORDS: Final = "total totals sum suma soma somme summe totale toplam insgesamt gesamt المجموع कुल"
_TOTALS: Final = frozenset(_TOTAL_WORDS.split())
_LANGUAGE_NAMES: Final = {
    fold(name): code
    for code, names in {
        "ar": "arabic, arabe, arabo, arabisch, arapca, العربية, عربي, ערבית",
        "de": "german, deutsch, aleman, alemao, allemand, tedesco, almanca",
        "en": "english, ingles, anglais, englisch, inglese, ingilizce, الانجليزية, אנגלית, अंग्रेज़ी",
        "es": "spanish, espanol, castellano, espanhol, espagnol, spanisch, spagnolo, ispanyolca",
        "fr": "french, francais, frances, franzosisch, francese, fransizca, צרפתית",
        "he": "hebrew, hebreo, hebraico, hebreu, hebraisch, ebraico, ibranice, עברית",
        "hi": "hindi, हिन्दी, हिंदी",
        "it": "italian, italiano, italien, italienisch, italyanca",
        "ja": "japanese, japones, japonais, japanisch, giapponese, japonca, 日本語",
        "pt": "portuguese, portugues, portugais, portugiesisch, portoghese, portekizce",
        "ru": "russian, ruso, russo, russe, russisch, rusca, русский, רוסית",
        "tr": "turkish, turco, turc, turkisch, turkce",
        "zh": "chinese, chino, chines, chinois, chinesisch, cinese, cince, 中文",
    }.items()
    for name in names.split(",")
}


def parse_table(rows: Sequence[Sequence[str]], region: str | None) -> Import:
    """Read a guest list; `region` reads national telephone numbers.

    Nothing is lost in silence: what cannot stand in its field becomes an extra column of the guest, and every
    row is added or skipped with a finding that says why.
    """
    cells = [[clean_cell(cell) for cell in row] for row in rows]
    heading_row = _find_heading(cells)
    first = 0 if heading_row is None else heading_row + 1
    columns = _columns(cells, heading_row)
    heading = [] if heading_row is None else _trimmed(cells[heading_row])
    filled = [(number, row) for number, row in enumerate(cells[first:], start=first + 1) if any(row)]
    seen = _Seen()
    result = []
    for number, row in filled:
        if _trimmed(row) == heading:
            result.append(_skip(number, RowCode.REPEATED_HEADING))
        elif _is_total(row):
            result.append(_skip(number, RowCode.TOTAL))
        else:
            result.append(seen.compare(_read_row(number, row, columns, region)))
    above = first - 1 if heading_row is not None else 0
    return Import(
        columns,
        None if heading_row is None else heading_row + 1,
        tuple(result),
        len(cells) - first - len(filled),
        above,
    )


def clean_cell(text: str) -> str:
    """Return a cell composed (NFC) and without what cannot be seen at its ends or stored at all."""
    if text.isascii() and text.isprintable():
        return text.strip()
    return unicodedata.normalize("NFC", _NOT_STORED.sub("", text)).strip(_EDGE)


def _find_heading(cells: list[list[str]]) -> int | None:
    """Return the row that names the most columns; titles and dates may stand above it."""
    best, best_score = None, 0
    for index, row in enumerate(cells[:_HEADING_WITHIN]):
        if any(map(_is_contact, row)):
            continue
        score = len({known[0] for cell in row if cell and (known := recognise(cell))})
        if score > best_score:
            best, best_score = index, score
    return _heading_above_contacts(cells) if best is None else best


def _heading_above_contacts(cells: list[list[str]]) -> int | None:
    """Return the row of unknown words that stands above the first telephone or e-mail address and names it."""
    for index, row in enumerate(cells[:_HEADING_WITHIN]):
        contacts = [place for place, cell in enumerate(row) if _is_contact(cell)]
        if not contacts:
            continue
        above = cells[index - 1] if index else []
        names_them = all(place < len(above) and above[place] for place in contacts)
        is_words = not any(character.isdecimal() for cell in above for character in cell)
        return index - 1 if names_them and is_words else None
    return None


def _is_contact(cell: str) -> bool:
    return looks_like_email(cell) or looks_like_phone(cell)


def _columns(cells: list[list[str]], heading_row: int | None) -> tuple[Column, ...]:
    width = max((len(row) for row in cells), default=0)
    body = cells if heading_row is None else cells[heading_row + 1 :]
    titles = [""] * width
    if heading_row is not None:
        titles[: len(cells[heading_row])] = cells[heading_row]
    by_heading = [recognise(title) if title else None for title in titles]
    fields = _assign(by_heading)
    named = Field.NAME in fields.values() or Field.GIVEN in fields.values() or Field.FAMILY in fields.values()
    missing = [wanted for wanted in (Field.PHONE, Field.EMAIL) if wanted not in fields.values()]
    missing += [] if named else [Field.NAME]
    unknown = {
        index: [row[index] for row in body if index < len(row)]
        for index in range(width)
        if index not in fields and by_heading[index] is None
    }
    fields |= by_content(unknown, missing)
    used = set(BUILT_IN)
    result = []
    for index, title in enumerate(titles):
        if index not in fields and not title and not any(unknown.get(index, ())):
            continue
        key = _unused(variable_name(title) or f"column_{index + 1}", used)
        known = by_heading[index]
        result.append(Column(index, title, fields.get(index), key, 0 if known is None else known[1]))
    return tuple(result)


def _assign(by_heading: Sequence[tuple[Field, int] | None]) -> dict[int, Field]:
    """Give each field its best column; only telephones may have several."""
    ranked = sorted(
        (known[1], index, known[0]) for index, known in enumerate(by_heading) if known is not None
    )
    fields: dict[int, Field] = {}
    for _, index, known in ranked:
        if known is Field.PHONE or known not in fields.values():
            fields[index] = known
    return fields


def _unused(key: str, used: set[str]) -> str:
    candidate, count = key, 1
    while candidate in used:
        count += 1
        candidate = f"{key}_{count}"
    used.add(candidate)
    return candidate


def _trimmed(row: Sequence[str]) -> list[str]:
    filled = [index for index, cell in enumerate(row) if cell]
    return list(row[: filled[-1] + 1]) if filled else []


def _is_total(row: Sequence[str]) -> bool:
    texts = [cell for cell in row if cell]
    if not texts or (fold(texts[0]).split() or [""])[0] not in _TOTALS:
        return False
    # A guest called Total has a telephone or at least a second word that is no number.
    rest = " ".join([*fold(texts[0]).split()[1:], *map(fold, texts[1:])])
    return all(word.isdecimal() for word in rest.split()) and not any(map(looks_like_phone, texts))


def _skip(number: int, code: str, **params: object) -> Row:
    return Row(number, None, (Finding(number, code, params),))


def _read_row(number: int, row: Sequence[str], columns: Sequence[Column], region: str | None) -> Row:
    texts = {column: row[column.index] for column in columns if column.index < len(row) and row[column.index]}
    by_field = {column.field: text for column, text in texts.items() if column.field is not None}
    extra = {column.key: text for column, text in texts.items() if column.field is None}
    findings: list[Finding] = []

    phones = sorted((column.rank, column.index) for column in texts if column.field is Field.PHONE)
    chosen, others = _choose_phone([row[index] for _, index in phones], region)
    if others:
        other = extra[_unused("other_phone", set(extra))] = ", ".join(others)
        params = {"used": chosen.display, "other": other}
        findings.append(Finding(number, RowCode.SEVERAL_PHONES, params))
    if chosen.guessed:
        findings.append(Finding(number, RowCode.PLUS_ADDED, {"text": chosen.text, "phone": chosen.display}))
    language = by_field.get(Field.LANGUAGE, "")
    draft = GuestDraft(
        name=_name(by_field),
        phone="" if chosen.problem is PhoneProblem.EMPTY else chosen.e164 or chosen.text.strip(),
        email=by_field.get(Field.EMAIL, ""),
        group=_one_line(by_field.get(Field.GROUP, "")),
        language=read_language(language) or _LANGUAGE_NAMES.get(fold(language), language),
        notes=by_field.get(Field.NOTES, ""),
        extra=extra,
    )
    problems = check_guest(draft, region)
    if "name" in problems:
        return _skip(number, problems["name"], phone=chosen.display)
    for name, code in problems.items():
        text = getattr(draft, name)
        findings.append(Finding(number, code, {"text": text}))
        if not may_be_saved(code):
            extra[_unused(f"{name}_as_given", set(extra))] = text
            draft = _without(draft, name)
    if not draft.phone:
        findings.append(Finding(number, RowCode.NO_PHONE))
    return Row(number, draft, tuple(findings))


def _without(draft: GuestDraft, name: str) -> GuestDraft:
    match name:
        case "phone":
            return replace(draft, phone="")
        case "email":
            return replace(draft, email="")
        case "group":
            return replace(draft, group="")
        case "language":
            return replace(draft, language="")
        case _:
            raise AssertionError(name)


def _name(by_field: Mapping[Field, str]) -> str:
    """Join the name from its halves. Beside a surname "Name" is the given name; beside a given name the surname."""
    name = by_field.get(Field.NAME, "")
    given = by_field.get(Field.GIVEN, "")
    family = by_field.get(Field.FAMILY, "")
    if name and bool(given) == bool(family):
        return _one_line(name)
    first, last = given or name, (name if given else "") or family
    # Some lists repeat the whole name in one of the halves.
    if set(fold(first).split()) <= set(fold(last).split()):
        return _one_line(last)
    if set(fold(last).split()) <= set(fold(first).split()):
        return _one_line(first)
    return _one_line(f"{first} {last}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _choose_phone(texts: Sequence[str], region: str | None) -> tuple[Number, tuple[str, ...]]:
    """Return the first number that a message can go to, else what comes nearest; and the other good numbers."""
    numbers = [number for text in texts for number in _numbers(text, region)]
    if not numbers:
        return read("", region), ()
    chosen = min(numbers, key=lambda number: (number.problem is not None, number.e164 is None))
    others = {n.e164: n.display for n in numbers if n.e164 is not None and n.e164 != chosen.e164}
    return chosen, tuple(others.values())


def _numbers(text: str, region: str | None) -> Iterator[Number]:
    whole = read(text, region)
    if whole.e164 is None:
        pieces = [read(piece, region) for piece in _SEVERAL.split(text)]
        good = [piece for piece in pieces if piece.e164 is not None]
        if good:
            yield from good
            return
    yield whole


@dataclass(slots=True)
class _Seen:
    """The guests above in the list, by what makes two of them the same."""

    by_phone: dict[str, tuple[int, str]] = field(default_factory=dict)
    by_phone_and_name: dict[tuple[str, str], int] = field(default_factory=dict)
    by_email_and_name: dict[tuple[str, str], tuple[int, str]] = field(default_factory=dict)
    by_name: dict[str, int] = field(default_factory=dict)

    def compare(self, row: Row) -> Row:
        """Return the row skipped when it repeats one above, or with what it shares with one above."""
        draft = row.draft
        if draft is None:
            return row
        name, phone, email = fold(draft.name), draft.phone, draft.email.casefold()
        first = self.by_phone_and_name.get((phone, name))
        if first is None and (email, name) in self.by_email_and_name:
            number, other_phone = self.by_email_and_name[email, name]
            first = number if not phone or not other_phone else None
        if first is not None:
            return _skip(row.number, RowCode.DUPLICATE, first=first, name=draft.name)
        findings = row.findings
        if phone.startswith("+") and phone in self.by_phone:
            number, other = self.by_phone[phone]
            findings += (Finding(row.number, RowCode.SHARED_PHONE, {"first": number, "other": other}),)
        elif name in self.by_name:
            findings += (Finding(row.number, RowCode.SAME_NAME, {"first": self.by_name[name]}),)
        if phone:
            self.by_phone.setdefault(phone, (row.number, draft.name))
            self.by_phone_and_name[phone, name] = row.number
        if email:
            self.by_email_and_name.setdefault((email, name), (row.number, phone))
        self.by_name.setdefault(name, row.number)
        return replace(row, findings=findings)
