"""From the rows of a guest list to guests: what each row became, and what to look at."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from waapp.core.cells import clean_cell, one_line
from waapp.core.columns import Column, ColumnMap, unused
from waapp.core.content import is_yes, looks_like_phone
from waapp.core.days import read_day
from waapp.core.guests import (
    GROUP_LIMIT,
    NAME_LIMIT,
    PHONE_LIMIT,
    Consent,
    GuestDraft,
    check_guest,
    is_email,
    may_be_saved,
)
from waapp.core.headings import Field, fold
from waapp.core.language_names import find_language
from waapp.core.phone import Number, PhoneProblem, read
from waapp.core.rows import Finding, Row, RowCode

_SEVERAL: Final = re.compile(
    r"\s*(?::::|[;,/|\n]|\b(?:or|ou|o|oder|veya|and|und|et|y|e)\b)\s*", re.IGNORECASE
)
_BETWEEN_TAGS: Final = re.compile(r":::|[;,|\n]")
_DETAILS: Final = frozenset(
    {
        Field.TAGS,
        Field.HOUSEHOLD,
        Field.PLUS_ONES,
        Field.TIME_ZONE,
        Field.CONSENT,
        Field.CONSENT_SOURCE,
        Field.CONSENT_AT,
    },
)
_NOTHING: Final = GuestDraft("")
_LONGEST_COUNT: Final = 4
_TOTAL_WORDS: Final = "total totals sum suma soma somme summe totale toplam insgesamt gesamt المجموع कुल"
_TOTALS: Final = frozenset(_TOTAL_WORDS.split())
_INITIALS_OF_TOTALS: Final = frozenset(word[0] for word in _TOTALS)


def apply(
    rows: Iterable[Sequence[str]], columns: ColumnMap, region: str | None, *, first: int = 1
) -> Iterator[Row]:
    """Read the rows below the heading one by one; blank ones and those up to the heading give no `Row`.

    `rows` are those of the sheet from number `first` on, clean or not, so that a long list can be read in pieces;
    `region` reads national telephone numbers. Nothing is lost in silence: what cannot stand in its field becomes
    an extra column of the guest, and every row has a draft or a finding that says why it has none.
    """
    reader = _Reader(columns, region)
    above = columns.heading_row or 0
    for number, raw in enumerate(rows, start=first):
        if number > above:
            row = [clean_cell(cell) for cell in raw]
            if any(row):
                yield reader.read(number, row)


class _Reader:
    """Reads rows by a map of columns that is taken apart once."""

    def __init__(self, columns: ColumnMap, region: str | None) -> None:
        self._region = region
        self._width = max((column.index for column in columns.columns), default=-1) + 1
        phones = [column for column in columns.columns if column.field is Field.PHONE]
        self._phones = [column.index for column in sorted(phones, key=lambda one: (one.rank, one.index))]
        self._extra = [(column.index, column.key) for column in columns.columns if column.field is None]
        self._heading = None if columns.heading_row is None else _heading(columns.columns, self._width)
        self._has_details = any(column.field in _DETAILS for column in columns.columns)
        self._at: dict[Field, int] = {
            column.field: column.index
            for column in columns.columns
            if column.field is not None and column.field not in {Field.PHONE, Field.IGNORED}
        }

    def read(self, number: int, row: list[str]) -> Row:
        row += [""] * (self._width - len(row))
        if row == self._heading:
            return _skip(number, RowCode.REPEATED_HEADING)
        if _is_total(row):
            return _skip(number, RowCode.TOTAL)
        by_field = {field: row[index] for field, index in self._at.items() if row[index]}
        extra = {key: row[index] for index, key in self._extra if row[index]}
        findings: list[Finding] = []
        chosen, others = _choose_phone([row[index] for index in self._phones if row[index]], self._region)
        if others:
            other = extra[unused("other_phone", extra)] = ", ".join(others)
            params = {"used": chosen.display, "other": other}
            findings.append(Finding(number, RowCode.SEVERAL_PHONES, params))
        if chosen.guessed:
            params = {"text": chosen.text, "phone": chosen.display}
            findings.append(Finding(number, RowCode.PHONE_GUESSED, params))
        language = by_field.get(Field.LANGUAGE, "")
        draft = GuestDraft(
            name=_name(by_field),
            phone="" if chosen.problem is PhoneProblem.EMPTY else chosen.e164 or chosen.text.strip(),
            email=by_field.get(Field.EMAIL, ""),
            group=one_line(by_field.get(Field.GROUP, "")),
            language=find_language(language) or language if language else "",
            notes=by_field.get(Field.NOTES, ""),
            extra=extra,
        )
        if self._has_details:
            draft = _with_details(draft, number, by_field, extra, findings)
        problems = {} if self._is_fine(draft, chosen) else check_guest(draft, self._region, chosen)
        if "name" in problems:
            return _skip(number, problems["name"], phone=chosen.display)
        for name, code in problems.items():
            value = getattr(draft, name)
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            findings.append(Finding(number, code, {"text": text}))
            if not may_be_saved(code):
                extra[unused(f"{name}_as_given", extra)] = text
                draft = _without(draft, name)
        if not draft.phone:
            findings.append(Finding(number, RowCode.NO_PHONE))
        if "\ufffd" in "".join(row):
            findings.append(Finding(number, RowCode.BROKEN_LETTERS))
        return Row(number, draft, tuple(findings))

    def _is_fine(self, draft: GuestDraft, number: Number) -> bool:
        """Tell at little cost that `check_guest` would find nothing, as for most rows."""
        return (
            0 < len(draft.name) <= NAME_LIMIT
            and (number.problem is None or number.problem is PhoneProblem.EMPTY)
            and len(draft.phone) <= PHONE_LIMIT
            and (not draft.email or is_email(draft.email))
            and len(draft.group) <= GROUP_LIMIT
            and not draft.language
            and not self._has_details
        )


def _heading(columns: Sequence[Column], width: int) -> list[str]:
    titles = {column.index: column.title for column in columns}
    return [titles.get(index, "") for index in range(width)]


def _is_total(row: Sequence[str]) -> bool:
    first = next(filter(None, row))
    if (
        first[0].lower() not in _INITIALS_OF_TOTALS
        or first.split(None, 1)[0].rstrip(":.=").lower() not in _TOTALS
    ):
        return False
    texts = [cell for cell in row if cell]
    # A guest called Total has a telephone or at least a second word that is no number.
    rest = " ".join([*fold(first).split()[1:], *map(fold, texts[1:])])
    return all(word.isdecimal() for word in rest.split()) and not any(map(looks_like_phone, texts))


def _skip(number: int, code: str, **params: object) -> Row:
    return Row(number, None, (Finding(number, code, params),))


def _with_details(
    draft: GuestDraft,
    number: int,
    by_field: Mapping[Field, str],
    extra: dict[str, str],
    findings: list[Finding],
) -> GuestDraft:
    """Fill in what fewer lists have; words that say nothing clear stay as an extra column."""
    plus_ones, consent = 0, Consent.UNKNOWN
    if text := by_field.get(Field.PLUS_ONES, ""):
        count = _count(text)
        plus_ones = 1 if count is None else count
        if count is None:
            extra[unused("plus_one", extra)] = text
            findings.append(Finding(number, RowCode.PLUS_ONE_NAMED, {"text": text}))
    if text := by_field.get(Field.CONSENT, ""):
        agreed = is_yes(text)
        consent = Consent.UNKNOWN if agreed is None else Consent.YES if agreed else Consent.NO
        if agreed is None:
            extra[unused("consent_as_given", extra)] = text
            findings.append(Finding(number, RowCode.CONSENT_UNCLEAR, {"text": text}))
    day = None
    if text := by_field.get(Field.CONSENT_AT, ""):
        day = read_day(text)
        if day is None:
            extra[unused("consent_at_as_given", extra)] = text
            findings.append(Finding(number, RowCode.CONSENT_DAY_UNCLEAR, {"text": text}))
    return replace(
        draft,
        tags=_tags(by_field.get(Field.TAGS, "")),
        household=one_line(by_field.get(Field.HOUSEHOLD, "")),
        plus_ones=plus_ones,
        time_zone=by_field.get(Field.TIME_ZONE, ""),
        consent=consent,
        consent_source=one_line(by_field.get(Field.CONSENT_SOURCE, "")),
        consent_at=day,
    )


def _count(text: str) -> int | None:
    """Return how many come along: a number, or yes and no for one and none; None for anything else."""
    plain = text.removeprefix("+").strip()
    if plain.isdecimal() and len(plain) < _LONGEST_COUNT:
        return int(plain)
    agreed = is_yes(plain)
    if agreed is None:
        return 0 if not any(c.isalpha() for c in plain) else None
    return int(agreed)


def _tags(text: str) -> tuple[str, ...]:
    """Split tags; what Google puts in front of its own is dropped, and so is the tag that all contacts have."""
    tags = (one_line(tag.strip().strip('"').removeprefix("* ")) for tag in _BETWEEN_TAGS.split(text))
    return tuple(dict.fromkeys(tag for tag in tags if tag and tag != "myContacts"))


def _without(draft: GuestDraft, name: str) -> GuestDraft:
    changes: dict[str, Any] = {name: getattr(_NOTHING, name)}
    return replace(draft, **changes)


def _name(by_field: Mapping[Field, str]) -> str:
    """Join the name from its halves. Beside a surname "Name" is the given name; beside a given name the surname."""
    name = by_field.get(Field.NAME, "")
    given = by_field.get(Field.GIVEN, "")
    family = by_field.get(Field.FAMILY, "")
    if name and bool(given) == bool(family):
        return one_line(name)
    first, last = given or name, (name if given else "") or family
    # Some lists repeat the whole name in one of the halves.
    words, others = set(first.casefold().split()), set(last.casefold().split())
    if words <= others:
        return one_line(last)
    return one_line(first if others <= words else f"{first} {last}")


def _choose_phone(texts: Sequence[str], region: str | None) -> tuple[Number, tuple[str, ...]]:
    """Return the first number that a message can go to, else what comes nearest; and the other good numbers."""
    if len(texts) == 1 and (only := read(texts[0], region)).e164 is not None:
        return only, ()
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
