"""From the rows of a guest list to guests: what each row became, and what to look at."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final

from waapp.core.cells import chat_number, clean_cell, clean_row, one_line
from waapp.core.columns import Column, ColumnMap, GuessedBy, unused
from waapp.core.consent_cells import agreed, is_state, left
from waapp.core.content import is_yes, says_nothing
from waapp.core.country_names import find_country, names_countries
from waapp.core.email_cells import addresses
from waapp.core.guests import (
    GROUP_LIMIT,
    NAME_LIMIT,
    PHONE_LIMIT,
    Consent,
    GuestDraft,
    check_guest,
    is_email,
    make_draft,
    may_be_saved,
)
from waapp.core.headings import OWN_STATUS, Field, fold, is_side, recognise, without_numbers
from waapp.core.language_names import find_language
from waapp.core.name_cells import (
    is_more_than_words,
    joined,
    number_in_name,
    read_name,
    turn,
    without_bullet,
    without_email,
)
from waapp.core.other_rows import comes_with_another, group_of, is_total, names_nobody, stands_in
from waapp.core.permission_headings import Asks, asks_about_messages
from waapp.core.phone import Number, PhoneProblem, read, region_of_code
from waapp.core.phone_cells import choose_phone
from waapp.core.row_details import DETAILS, label, with_details
from waapp.core.rows import Finding, Row, RowCode

# What people are called who have no name, as the members of a group of WhatsApp are.
_OTHER_NAMES: Final = (
    "public name, public display name, push name, pushname, nickname, spitzname, apodo, surnom, soprannome,"
    " takma ad"
)
_CALLED: Final = {fold(word): rank for rank, word in enumerate(_OTHER_NAMES.split(","))}
_OF_WORDS: Final = DETAILS | {Field.EMAIL, Field.LANGUAGE, Field.GROUP, Field.CALLING_CODE}
_NOTHING: Final = GuestDraft("")
# What stands behind the further columns in a draft without more than that.
_FIELDS: Final = [part.name for part in fields(GuestDraft)]
_NO_DETAILS: Final = tuple(getattr(_NOTHING, name) for name in _FIELDS[_FIELDS.index("extra") + 1 :])
_FEWEST_HEADINGS: Final = 2


def apply(
    rows: Iterable[Sequence[str]],
    columns: ColumnMap,
    region: str | None,
    *,
    first: int = 1,
    group: str = "",
    hidden: Container[int] = (),
) -> Iterator[Row]:
    """Read the rows below the heading one by one; blank ones and those up to the heading give no `Row`.

    `rows` are those of the sheet from number `first` on, clean or not, so that a long list can be read in pieces;
    `region` reads national telephone numbers, `group` is what the last heading of a group above them says, `hidden` are
    the numbers of rows that the workbook does not show. Nothing is lost in silence: what cannot stand in its field
    becomes an extra column of the guest (a word for "nothing" is an empty cell there), and every row has a draft or a
    finding that says why it has none.
    """
    reader = _Reader(columns, region, group)
    above = columns.heading_row or 0
    for number, raw in enumerate(rows, start=first):
        if number > above:
            row = clean_row(raw)
            if any(row):
                read_ = reader.read(number, row)
                yield _with_finding(read_, RowCode.HIDDEN) if number in hidden else read_
        elif number == above - 1:
            reader.begin_below(raw)


class _Reader:
    """Reads rows by a map of columns that is taken apart once."""

    def __init__(self, columns: ColumnMap, region: str | None, group: str) -> None:
        self._region = region
        self._group = group
        self._width = max((column.index for column in columns.columns), default=-1) + 1
        phones = [column for column in columns.columns if column.field is Field.PHONE]
        self._phones = [column.index for column in sorted(phones, key=lambda one: (one.rank, one.index))]
        self._extra = [(column.index, column.key) for column in columns.columns if column.field is None]
        self._heading = None if columns.heading_row is None else _heading(columns.columns, self._width)
        self._beside = _second_names(columns.columns)
        called = [
            column for column in columns.columns if column.field is None and fold(column.title) in _CALLED
        ]
        self._called = sorted(called, key=lambda column: _CALLED[fold(column.title)])
        self._has_details = any(column.field in DETAILS for column in columns.columns)
        self._at: dict[Field, int] = {
            column.field: column.index
            for column in columns.columns
            if column.field is not None and column.field not in {Field.PHONE, Field.IGNORED}
        }

        self._country = next(
            (one.index for one in columns.columns if one.field is None and names_countries(one.title)), None
        )
        self._asked = [
            (column, asks)
            for column in columns.columns
            if column.field is None
            and (asks := asks_about_messages(column.title)) in {Asks.LEAVE, Asks.ACCOUNT}
        ]
        # Names in a list that we have written stand as the planner wants them.
        ignored = {fold(column.title) for column in columns.columns if column.field is Field.IGNORED}
        self._is_own = ignored >= OWN_STATUS
        self._states = [
            column.index for column in columns.columns if column.field is None and is_state(column.title)
        ]
        self._family_first = any(
            column.family_first for column in columns.columns if column.field is Field.NAME
        )
        # "n/a" in a field of words is nothing; a guest may well be called so, and a note may say so.
        self._of_words = [index for field, index in self._at.items() if field in _OF_WORDS]

    def begin_below(self, row: Sequence[str]) -> None:
        """Take the row above the headings for the heading of a group, if it is one: "Bride's side"."""
        if Field.GROUP not in self._at:
            self._group = self._group or group_of([clean_cell(cell).rstrip(" :") for cell in row])

    def read(self, number: int, row: list[str]) -> Row:
        row += [""] * (self._width - len(row))
        if row == self._heading:
            return _skip(number, RowCode.REPEATED_HEADING)
        if is_total(row):
            return _skip(number, RowCode.TOTAL)
        by_field = self._by_field(row)
        extra = {key: row[index] for index, key in self._extra if row[index]}
        findings: list[Finding] = []
        chosen = self._telephone(number, row, by_field, extra, findings)
        name, along = self._name(number, row, by_field, findings), 0
        if chosen.e164 is None:
            if (skipped := self._no_guest(number, row, name, chosen)) is not None:
                return skipped
            name, chosen = self._found_elsewhere(number, name, chosen, by_field, findings)
        if name and not self._is_own and is_more_than_words(by_field.get(Field.NAME) or name):
            if names_nobody(name):
                return _skip(number, RowCode.NO_NAME, name=name)
            name, along = read_name(number, name, by_field, findings)
            if self._family_first:
                name = turn(number, name, findings)
        elif stands_in(name):
            findings.append(Finding(number, RowCode.NAME_UNLIKELY, {"text": name}))
        if self._beside is not None and row[self._beside]:
            findings.append(Finding(number, RowCode.SECOND_LIST, {"other": row[self._beside]}))
        draft = self._draft(number, name, chosen, by_field, extra, findings)
        if along and not draft.plus_ones:
            draft = replace(draft, plus_ones=along)
        if self._asked or self._states:
            draft = self._heard(number, row, draft, findings)
        return self._checked(Row(number, draft, tuple(findings)), chosen, row)

    def _by_field(self, row: list[str]) -> dict[Field, str]:
        """Return the cells that say something, by their fields."""
        for index in self._of_words:
            if (cell := row[index]) and "@" not in cell and says_nothing(cell):
                row[index] = ""
        return {field: row[index] for field, index in self._at.items() if row[index]}

    def _draft(
        self,
        number: int,
        name: str,
        chosen: Number,
        by_field: Mapping[Field, str],
        extra: dict[str, str],
        findings: list[Finding],
    ) -> GuestDraft:
        email = by_field.get(Field.EMAIL, "")
        if email and not is_email(email):
            email = _first_email(number, email, extra, findings)
        language = by_field.get(Field.LANGUAGE, "")
        draft = make_draft(
            name,
            "" if chosen.problem is PhoneProblem.EMPTY else chosen.e164 or chosen.text.strip(),
            email,
            label(by_field.get(Field.GROUP, "")) or self._group,
            find_language(language) or language if language else "",
            by_field.get(Field.NOTES, ""),
            extra,
            *_NO_DETAILS,
        )
        return with_details(draft, number, by_field, extra, findings) if self._has_details else draft

    def _heard(
        self, number: int, row: Sequence[str], draft: GuestDraft, findings: list[Finding]
    ) -> GuestDraft:
        """Heed a no under "OK to send WhatsApp?" and an "Unsubscribed", and say a no under "WhatsApp"."""
        for column, asks in self._asked:
            if agreed(row[column.index]) is not False:
                continue
            if asks is Asks.ACCOUNT:
                findings.append(Finding(number, RowCode.NO_WHATSAPP, {"column": column.title}))
            elif draft.consent is not Consent.NO:
                draft = replace(draft, consent=Consent.NO)
                findings.append(Finding(number, RowCode.OPTED_OUT))
        if draft.consent is not Consent.NO and any(left(row[place]) for place in self._states):
            draft = replace(draft, consent=Consent.NO)
            findings.append(Finding(number, RowCode.OPTED_OUT))
        return draft

    def _telephone(
        self,
        number: int,
        row: Sequence[str],
        by_field: dict[Field, str],
        extra: dict[str, str],
        findings: list[Finding],
    ) -> Number:
        """Return the telephone that counts, keep the others beside it, and say what is odd about them."""
        region, named = self._region, None
        if code := by_field.get(Field.CALLING_CODE, ""):
            named = region_of_code(code)
            region = named or region
            if named is None:
                extra[unused("calling_code_as_given", extra)] = code
                findings.append(Finding(number, RowCode.CALLING_CODE_UNCLEAR, {"text": code}))
        cells = [row[index] for index in self._phones if row[index] and not _no_number(row[index])]
        if (email := by_field.get(Field.EMAIL)) and chat_number(email):
            cells.append(by_field.pop(Field.EMAIL))
        chosen, others = choose_phone(cells, region)
        if chosen.e164 is None and self._country is not None:
            # Where a guest lives may say whose number it is that is none at home.
            there = None if named else find_country(row[self._country])
            abroad, further = choose_phone(cells, there) if there else (chosen, others)
            if abroad.e164 is not None:
                chosen, others = abroad._replace(guessed=True), further
        if others:
            other = extra[unused("other_phone", extra)] = ", ".join(others)
            params = {"used": chosen.display, "other": other}
            findings.append(Finding(number, RowCode.SEVERAL_PHONES, params))
        if chosen.guessed:
            params = {"text": chosen.text, "phone": chosen.display}
            findings.append(Finding(number, RowCode.PHONE_GUESSED, params))
        return chosen

    def _checked(self, read: Row, chosen: Number, cells: Sequence[str]) -> Row:
        """Return a row as it may be saved: what cannot stand in its field stands beside it, and is said."""
        number, draft = read.number, read.draft
        if draft is None:
            return read
        broken = "\ufffd" in "".join(cells)
        problems = {} if self._is_fine(draft, chosen) else check_guest(draft, self._region, chosen)
        if draft.phone and not problems and not broken:
            return read
        findings = list(read.findings)
        if "name" in problems:
            missing = Finding(number, problems["name"], {"phone": chosen.display})
            beside = (finding for finding in findings if finding.code == RowCode.SECOND_LIST)
            return Row(number, None, (missing, *beside))
        extra = dict(draft.extra)
        for name, code in problems.items():
            value = getattr(draft, name)
            text = ", ".join(value) if isinstance(value, tuple) else str(value)
            findings.append(Finding(number, code, {"text": text}))
            if not may_be_saved(code):
                extra[unused(f"{name}_as_given", extra)] = text
                draft = replace(_without(draft, name), extra=extra)
        if not draft.phone:
            findings.append(Finding(number, RowCode.NO_PHONE))
        if broken:
            findings.append(Finding(number, RowCode.BROKEN_LETTERS))
        return Row(number, draft, tuple(findings))

    def _no_guest(self, number: int, row: list[str], name: str, chosen: Number) -> Row | None:
        """Return what a row without a telephone is that names no guest."""
        if chosen.problem is PhoneProblem.EMPTY:
            if Field.GROUP not in self._at and (group := group_of(row)):
                self._group = group
                return _skip(number, RowCode.GROUP_HEADING, group=group, name=group)
            if not name and (group := self._group_alone(row)):
                return _skip(number, RowCode.GROUP_ALONE, group=group, name=group)
        elif not any(map(str.isdecimal, chosen.text)):
            fields = {known.field for cell in row if cell and (known := recognise(cell))}
            if len(fields) >= _FEWEST_HEADINGS:
                return _skip(number, RowCode.OTHER_HEADINGS, name=name)
        if name and (names_nobody(name) or comes_with_another(name)):
            return _skip(number, RowCode.NO_NAME, name=name)
        return None

    def _name(
        self, number: int, row: Sequence[str], by_field: dict[Field, str], findings: list[Finding]
    ) -> str:
        """Return the name as it is said, without what lists put before it; an address in it is the guest's e-mail."""
        name = joined(by_field)
        if not name and self._called:
            name = self._other_name(number, row, findings)
        name = without_bullet(name)
        return without_email(number, name, by_field, findings) if "@" in name else name

    def _other_name(self, number: int, row: Sequence[str], findings: list[Finding]) -> str:
        """Return what somebody without a name is called in another column, and say so."""
        column = next((column for column in self._called if row[column.index]), None)
        if column is None:
            return ""
        name = without_bullet(one_line(row[column.index]))
        findings.append(Finding(number, RowCode.NAME_FROM, {"name": name, "column": column.title}))
        return name

    def _group_alone(self, row: list[str]) -> str:
        """Return the group of a row that says nothing else."""
        group = row[self._at[Field.GROUP]] if Field.GROUP in self._at else ""
        return group if sum(map(bool, row)) == 1 else ""

    def _found_elsewhere(
        self,
        number: int,
        name: str,
        chosen: Number,
        by_field: dict[Field, str],
        findings: list[Finding],
    ) -> tuple[str, Number]:
        """Return name and number where the number stands in the name, or an e-mail address in its place."""
        if chosen.problem is PhoneProblem.EMPTY:
            found = number_in_name(name)
            inside = read(found.number, self._region) if found else chosen
            if found is not None and inside.e164 is not None:
                params = {"text": name, "name": found.name, "phone": inside.display}
                findings.append(Finding(number, RowCode.PHONE_IN_NAME, params))
                if found.rest:
                    notes = by_field.get(Field.NOTES, "")
                    by_field[Field.NOTES] = "\n".join(filter(None, (notes, found.rest)))
                return found.name, inside
        elif Field.EMAIL not in by_field and is_email(chosen.text.strip()):
            by_field[Field.EMAIL] = chosen.text.strip()
            return name, read("", self._region)
        return name, chosen

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


def _no_number(text: str) -> bool:
    """Tell whether a cell for a telephone says that there is none: "n/a", "no", "sem telefone"."""
    return not any(map(str.isdecimal, text)) and (says_nothing(text) or is_yes(text) is False)


def _heading(columns: Sequence[Column], width: int) -> list[str]:
    titles = {column.index: column.title for column in columns}
    return [titles.get(index, "") for index in range(width)]


def _second_names(columns: Sequence[Column]) -> int | None:
    """Return the place of the names of a second list that stands beside the first one in the same sheet."""
    titles = [column.title for column in columns if column.field in {Field.NAME, Field.GIVEN}]
    names, of_sides = set(map(without_numbers, titles)), any(map(is_side, titles))
    left = [column for column in columns if column.field is None and column.by is GuessedBy.NOBODY]
    phones = [one.index for one in left if (known := recognise(one.title)) and known.field is Field.PHONE]
    again = (
        column.index
        for column in left
        if column.title and (without_numbers(column.title) in names or (of_sides and is_side(column.title)))
    )
    return next((index for index in again if any(phone > index for phone in phones)), None)


def _with_finding(row: Row, code: str) -> Row:
    return row._replace(findings=(*row.findings, Finding(row.number, code)))


def _skip(number: int, code: str, **params: object) -> Row:
    return Row(number, None, (Finding(number, code, params),))


def _first_email(number: int, text: str, extra: dict[str, str], findings: list[Finding]) -> str:
    """Return the first of several addresses and keep the others beside it; what holds no address as it is."""
    first, *more = addresses(text) or [text]
    if others := ", ".join(more):
        extra[unused("other_email", extra)] = others
        findings.append(Finding(number, RowCode.SEVERAL_EMAILS, {"used": first, "other": others}))
    return first


def _without(draft: GuestDraft, name: str) -> GuestDraft:
    changes: dict[str, Any] = {name: getattr(_NOTHING, name)}
    return replace(draft, **changes)
