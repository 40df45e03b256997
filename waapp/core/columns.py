"""Which column of a guest list holds what: recognised, corrected by the planner, remembered by the list's shape."""

import hashlib
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from itertools import islice
from typing import Final

from waapp.core.cells import one_line
from waapp.core.consent_cells import agreed
from waapp.core.content import Look, Shape, by_content, is_yes, look_at, looks_like_email, looks_like_phone
from waapp.core.email_cells import addresses
from waapp.core.guests import GuestDraft
from waapp.core.headings import (
    DOUBTFUL,
    OWN_STATUS,
    Field,
    Known,
    fold,
    is_about_others,
    is_ambiguous,
    is_side,
    recognise,
    without_numbers,
)
from waapp.core.name_cells import is_family_first
from waapp.core.permission_headings import Asks, asks_about_messages
from waapp.core.template import variable_name
from waapp.core.template_values import BUILT_IN

Cells = Sequence[Sequence[str]]


class GuessedBy(StrEnum):
    """Who said what a column holds."""

    HEADING = "heading"
    CONTENT = "content"
    MEMORY = "memory"
    PLANNER = "planner"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the list: what it holds, or under which name it becomes a variable of its own (field None).

    Of several columns with telephones the one with the lowest `rank` is looked at first. `confidence` goes from 0
    to 1; `shape` is what most of its cells look like; with `family_first` its names stand as "Müller, Hans".
    """

    index: int
    title: str
    field: Field | None
    key: str
    rank: int = 0
    by: GuessedBy = GuessedBy.NOBODY
    confidence: float = 0.0
    shape: Shape = Shape.TEXT
    family_first: bool = False


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What each column of a list holds; `heading_row` is the number that the spreadsheet shows, None without one."""

    heading_row: int | None
    columns: tuple[Column, ...]

    @property
    def fingerprint(self) -> str:
        """Return what lists of the same shape share: their headings in order, else the shapes of their columns."""
        if self.heading_row is None:
            words = ["", *(f"{column.index}:{column.shape}" for column in self.columns)]
        else:
            words = [fold(column.title) for column in self.columns]
        return hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:32]

    @property
    def choices(self) -> dict[str, str]:
        """Return what is worth remembering for `recall`: place and heading of each column, and what it holds."""
        return {_place(column): _EXTRA if column.field is None else column.field for column in self.columns}

    def assign(self, index: int, field: Field | None) -> "ColumnMap":
        """Return the map after the planner said what a column holds; None makes it a variable of its own.

        Only telephones may stand in several columns: the one that held the field before becomes a variable.
        """
        return self._with({index: field}, GuessedBy.PLANNER)

    def recall(self, choices: Mapping[str, str]) -> "ColumnMap":
        """Return the map as it was chosen for a list of this shape before; what is not known stays as guessed."""
        remembered = {
            column.index: None if word == _EXTRA else Field(word)
            for column in self.columns
            if (word := choices.get(_place(column), "")) in _CHOICES
        }
        return self._with(remembered, GuessedBy.MEMORY)

    def _with(self, chosen: Mapping[int, Field | None], by: GuessedBy) -> "ColumnMap":
        taken = {field for field in chosen.values() if field is not None} - _SEVERAL
        columns = []
        for column in self.columns:
            if column.index in chosen:
                columns.append(replace(column, field=chosen[column.index], by=by, confidence=1.0))
            elif column.field in taken:
                columns.append(replace(column, field=None, by=by, confidence=1.0))
            else:
                columns.append(column)
        return replace(self, columns=tuple(columns))


@dataclass(frozen=True, slots=True)
class HeadingChoice:
    """A row that may hold the headings: its number, its cells and how many of them are known."""

    row: int
    titles: tuple[str, ...]
    known: int


HEADING_WITHIN: Final = 30
"""Rows from the top in which the headings are looked for."""
ENOUGH_ROWS: Final = HEADING_WITHIN + 400
"""Rows from the top that have to be clean for telling what columns hold."""
_EXTRA: Final = "extra"
# Were a further column called as a field is, an exported list would have two columns of one name.
_FIELDS: Final = frozenset(part.name for part in fields(GuestDraft))
_CHOICES: Final = frozenset({_EXTRA, *Field})
_SEVERAL: Final = frozenset({Field.PHONE, Field.IGNORED})
# With fewer cells than this a heading is believed whatever stands below it.
_ENOUGH_TO_DOUBT: Final = 5
_DIGITS_OF_A_PHONE: Final = 5
_NUMBER_BEFORE: Final = frozenset({"no", "n"})
# A phrase is less sure than a heading that is known, and stands behind it.
_PHRASE: Final = 0.8
_BEHIND_ALL: Final = 999


def heading_choices(cells: Cells) -> tuple[HeadingChoice, ...]:
    """Return the rows that the planner may choose as headings, in the order of the list."""
    return tuple(
        HeadingChoice(index + 1, tuple(row), len(_fields_in(row)))
        for index, row in enumerate(islice(cells, HEADING_WITHIN))
        if any(row)
    )


def find_heading(cells: Cells) -> int | None:
    """Return the number of the row that names the most columns; titles and dates may stand above it."""
    best, best_score = None, 0
    for index, row in enumerate(islice(cells, HEADING_WITHIN)):
        if any(map(_is_contact, row)):
            continue
        score = len(_fields_in(row))
        if score > best_score:
            best, best_score = index, score
    found = _heading_above_contacts(cells) if best is None else best
    return None if found is None else found + 1


def recognise_columns(cells: Cells, heading_row: int | None) -> ColumnMap:
    """Tell by headings, else by cells, what each column holds; `heading_row` as `find_heading` or the planner says.

    The cells of the first `ENOUGH_ROWS` rows are clean ones (`cells.clean_cell`). Columns without a heading and
    without a cell are left out.
    """
    body = cells if heading_row is None else cells[heading_row:]
    titles = _titles(cells, heading_row)
    samples = [_sample(body, index) for index in range(len(titles))]
    looks = [look_at(sample) for sample in samples]
    announced = {
        index: known
        for index, title in enumerate(titles)
        if title and (known := _announced(title, samples[index], looks[index]))
    }
    announced = _without_other_names(_first_of_two_lists(_without_others(announced, titles, samples)), body)
    announced = _without_numbers_of_others(announced, titles, looks)
    if {fold(title) for title in titles} >= OWN_STATUS:
        announced |= {
            index: Known(Field.IGNORED, 0, 1.0)
            for index, title in enumerate(titles)
            if fold(title) in OWN_STATUS
        }
    assigned = _assign(announced)
    fields = {index: known.field for index, known in assigned.items()}
    unknown = {
        index: look
        for index, look in enumerate(looks)
        if index not in announced and not is_about_others(titles[index])
    }
    seen = by_content(unknown, _missing(set(fields.values())))
    party = next((index for index, field in fields.items() if field is Field.HOUSEHOLD), None)
    if party is not None and Field.NAME in _missing(
        {*fields.values(), *(field for field, _ in seen.values())}
    ):
        # "Party Name" is what the only names of a list may be called.
        assigned[party] = Known(Field.NAME, 0, DOUBTFUL)
    used = set(BUILT_IN)
    columns = []
    for index, title in enumerate(titles):
        if not title and not samples[index] and not _any_cell(body, index):
            continue
        is_own = index not in assigned and index not in seen
        taken = used | _FIELDS if is_own else used
        key = unused(variable_name(title) or f"column_{index + 1}", taken)
        used.add(key)
        shape = looks[index].shape
        if index in assigned:
            known = assigned[index]
            column = Column(
                index, title, known.field, key, known.rank, GuessedBy.HEADING, known.confidence, shape
            )
        elif index in seen:
            field, confidence = seen[index]
            column = Column(index, title, field, key, 0, GuessedBy.CONTENT, confidence, shape)
        else:
            column = Column(index, title, None, key, shape=shape)
        if is_family_first(title, samples[index]):
            column = replace(column, family_first=True)
        columns.append(column)
    return ColumnMap(heading_row, tuple(columns))


def _titles(cells: Cells, heading_row: int | None) -> list[str]:
    titles = [""] * max(map(len, cells), default=0)
    if heading_row is not None:
        heading = cells[heading_row - 1]
        titles[: len(heading)] = map(one_line, heading)
    return titles


def _sample(body: Cells, index: int) -> list[str]:
    return [row[index] for row in body[: ENOUGH_ROWS - HEADING_WITHIN] if index < len(row) and row[index]]


def _any_cell(body: Cells, index: int) -> bool:
    return any(index < len(row) and row[index] for row in body)


def _announced(title: str, sample: Sequence[str], look: Look) -> Known | None:
    """Return what a heading announces, unless the cells below it cannot be that."""
    known = recognise(title)
    if known is not None and not _is_contradicted(known, sample, look):
        return known
    if look.shape is Shape.PHONES:
        # "No. WhatsApp" is a number, though "No WhatsApp" is a refusal.
        first, _, others = fold(title).partition(" ")
        number = recognise(others) if first in _NUMBER_BEFORE else None
        return number if number is not None and number.field is Field.PHONE else None
    if not sample or any(agreed(cell) is not None for cell in sample):
        match asks_about_messages(title):
            case Asks.AGREEMENT:
                return Known(Field.CONSENT, _BEHIND_ALL, _PHRASE)
            case Asks.REFUSAL:
                return Known(Field.OPT_OUT, _BEHIND_ALL, _PHRASE)
            case _:
                return None
    return None


def _is_contradicted(known: Known, sample: Sequence[str], look: Look) -> bool:
    """Tell whether no cell can be what the heading announces: "Guests" with a count, "Contact" with names."""
    if known.field in {Field.CONSENT, Field.OPT_OUT}:
        return look.shape is Shape.PHONES
    if known.field is Field.PHONE and look.shape is Shape.DATES:
        return True
    if known.field is Field.PHONE and sample and all(is_yes(cell) is not None for cell in sample):
        # "WhatsApp: yes" tells who has it.
        return True
    if len(sample) < (_ENOUGH_TO_DOUBT if known.confidence > DOUBTFUL else 1):
        return False
    match known.field:
        case Field.PHONE:
            return not any(map(_has_digits, sample))
        case Field.EMAIL:
            return not any("@" in cell for cell in sample)
        case Field.NAME | Field.GIVEN | Field.FAMILY:
            return not any(c.isalpha() for cell in sample for c in cell)
        case _:
            return False


def _without_others(
    announced: Mapping[int, Known], titles: Sequence[str], samples: Sequence[Sequence[str]]
) -> dict[int, Known]:
    """Leave out what holds none of what another column has: "Contact" with names, "E-mail: shown as"."""
    proven = {known.field for index, known in announced.items() if _has_some_of(known.field, samples[index])}

    def is_other(index: int, field: Field) -> bool:
        doubtful = field is Field.EMAIL or (field is Field.PHONE and is_ambiguous(titles[index]))
        return (
            doubtful and field in proven and bool(samples[index]) and not _has_some_of(field, samples[index])
        )

    return {index: known for index, known in announced.items() if not is_other(index, known.field)}


def _without_numbers_of_others(
    announced: Mapping[int, Known], titles: Sequence[str], looks: Sequence[Look]
) -> dict[int, Known]:
    """Leave out telephones that stand behind somebody else, headed as the guest's: "Partner" and one more "Phone"."""
    left = dict(announced)
    seen: set[str] = set()
    sides = [index for index, title in enumerate(titles) if is_side(title)]
    if len(sides) > 1 and not {Field.NAME, Field.GIVEN} & {known.field for known in left.values()}:
        left[sides[0]] = Known(Field.NAME, 0, DOUBTFUL)
    for index, title in enumerate(titles):
        known = announced.get(index)
        if known is None or known.field is not Field.PHONE:
            continue
        plain = without_numbers(title)
        before = next((at for at in range(index - 1, -1, -1) if looks[at].shape is not Shape.EMPTY), index)
        about = announced.get(before)
        others = (
            before in sides[1:] or is_about_others(titles[before])
            if about is None
            else about.field is Field.PLUS_ONES and looks[before].shape is Shape.NAMES
        )
        if plain in seen and others:
            del left[index]
        seen.add(plain)
    return left


def _without_other_names(announced: Mapping[int, Known], body: Cells) -> dict[int, Known]:
    """Leave out whole names without the given names beside them: "Guests" may count or name who comes along.

    Who comes along often has the same family name, so that this one proves nothing.
    """
    place = {known.field: index for index, known in announced.items()}
    if not {Field.NAME, Field.GIVEN, Field.FAMILY} <= place.keys():
        return dict(announced)
    given = [index for index, known in announced.items() if known.field is Field.GIVEN]
    rows = body[: ENOUGH_ROWS - HEADING_WITHIN]

    def is_other(whole: int) -> bool:
        both = [
            (_words_in(row, [whole]), words)
            for row in rows
            if whole < len(row) and row[whole] and (words := _words_in(row, given))
        ]
        return bool(both) and 2 * sum(not names.isdisjoint(words) for names, words in both) <= len(both)

    return {
        index: known
        for index, known in announced.items()
        if known.field is not Field.NAME or not is_other(index)
    }


def _words_in(row: Sequence[str], places: Sequence[int]) -> frozenset[str]:
    return frozenset(word for place in places if place < len(row) for word in fold(row[place]).split())


def _has_some_of(field: Field, sample: Sequence[str]) -> bool:
    match field:
        case Field.PHONE:
            return any(map(_has_digits, sample))
        case Field.EMAIL:
            return any(map(looks_like_email, sample))
        case _:
            return True


def _has_digits(cell: str) -> bool:
    return sum(c.isdecimal() for c in cell) >= _DIGITS_OF_A_PHONE


def _assign(announced: Mapping[int, Known]) -> dict[int, Known]:
    """Give each field its best column; only telephones may have several."""
    assigned: dict[int, Known] = {}
    taken = set()
    for index, known in sorted(announced.items(), key=lambda pair: (pair[1].rank, pair[0])):
        if known.field in _SEVERAL or known.field not in taken:
            assigned[index] = known
            taken.add(known.field)
    return dict(sorted(assigned.items()))


def _first_of_two_lists(announced: Mapping[int, Known]) -> dict[int, Known]:
    """Leave out the second of two lists side by side: its telephones are not those of the first one's guests."""
    for field in (Field.NAME, Field.GIVEN):
        names = [index for index, known in announced.items() if known.field is field]
        phones = [index for index, known in announced.items() if known.field is Field.PHONE]
        for second in names[1:]:
            if any(names[0] < phone < second for phone in phones) and any(phone > second for phone in phones):
                first = {known.field for index, known in announced.items() if index < second}
                return {
                    index: known
                    for index, known in announced.items()
                    if index < second or known.field not in first
                }
    return dict(announced)


def _missing(found: set[Field]) -> list[Field]:
    missing = [wanted for wanted in (Field.PHONE, Field.EMAIL, Field.LANGUAGE) if wanted not in found]
    named = found & {Field.NAME, Field.GIVEN, Field.FAMILY}
    return missing if named else [*missing, Field.NAME]


def _fields_in(row: Sequence[str]) -> set[Field]:
    return {known.field for cell in row if cell and (known := recognise(cell))}


def _heading_above_contacts(cells: Cells) -> int | None:
    """Return the row of unknown words that stands above the first telephone or e-mail address and names it."""
    for index, row in enumerate(islice(cells, HEADING_WITHIN)):
        contacts = [place for place, cell in enumerate(row) if _is_contact(cell)]
        if not contacts:
            continue
        above = cells[index - 1] if index else []
        names_them = all(place < len(above) and above[place] for place in contacts)
        is_words = not any(character.isdecimal() for cell in above for character in cell)
        return index - 1 if names_them and is_words else None
    return None


def _is_contact(cell: str) -> bool:
    return looks_like_email(cell) or looks_like_phone(cell) or ("@" in cell and bool(addresses(cell)))


def _place(column: Column) -> str:
    return f"{column.index}:{fold(column.title)}"


def unused(key: str, used: Container[str]) -> str:
    """Return the key, with a number behind it where it is taken."""
    candidate, count = key, 1
    while candidate in used:
        count += 1
        candidate = f"{key}_{count}"
    return candidate
