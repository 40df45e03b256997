"""What becomes of the rows of a list, as a window shows it: light enough to cross from one process to another."""

from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, Final, NamedTuple

from waapp.core.duplicates import Duplicate
from waapp.core.guests import Consent, GuestDraft
from waapp.core.import_diff import Choice, Line, Outcome
from waapp.core.merging import Change
from waapp.core.rows import Finding, RowCode


class RowFilter(StrEnum):
    """Kinds of rows that a planner may want to see; a row may be of several."""

    ALL = "all"
    ADDS = "adds"
    CHANGES = "changes"
    DUPLICATES = "duplicates"
    MEND = "mend"
    SAME = "same"
    SKIPPED = "skipped"


MENDABLE: Final = (
    "name",
    "phone",
    "email",
    "group",
    "language",
    "tags",
    "household",
    "plus_ones",
    "time_zone",
    "consent",
    "notes",
)
"""The fields that can be corrected row by row, which are those that a row shows."""


class ImportRow(NamedTuple):
    """One row of the list. `cells` are the texts of the fields of `MENDABLE`, as the row gives them.

    `is_guest` tells that it names somebody, `is_known` that it is somebody whom the event has.
    """

    number: int
    outcome: Outcome
    kinds: frozenset[RowFilter]
    cells: tuple[str, ...]
    findings: tuple[Finding, ...]
    match: Duplicate | None
    leader: int | None
    choice: Choice | None
    changes: tuple[Change, ...]
    is_guest: bool
    is_known: bool

    @property
    def name(self) -> str:
        """The name that the row gives, also where it is skipped for something else."""
        return self.cells[0]

    def cell(self, field: str) -> str:
        """Return what the row gives for a field."""
        return self.cells[_PLACES[field]]

    @property
    def needs_look(self) -> bool:
        """Whether a planner should look at the row before it is saved as it is."""
        unsure = self.match is not None and self.outcome is Outcome.ADD
        return unsure or (RowFilter.MEND in self.kinds and self.outcome is not Outcome.SAME)


class Packed(NamedTuple):
    """Rows as they cross from one process to another, field by field and in bare values: in a third of the time."""

    fields: list[tuple[Any, ...]]


_MATCH: Final = ImportRow._fields.index("match")
_PLACES: Final = {field: place for place, field in enumerate(MENDABLE)}
_OUTCOMES: Final = {
    Outcome.ADD: RowFilter.ADDS,
    Outcome.CHANGE: RowFilter.CHANGES,
    Outcome.SAME: RowFilter.SAME,
    Outcome.SKIP: RowFilter.SKIPPED,
}
# All other findings are the problems of `check_guest`.
_ONLY_SAID: Final = frozenset(RowCode) - {
    RowCode.NO_PHONE,
    RowCode.CONSENT_UNCLEAR,
    RowCode.NO_WHATSAPP,
    RowCode.NO_NAME,
    RowCode.OTHER_HEADINGS,
    RowCode.NAME_UNLIKELY,
    RowCode.SECOND_LIST,
    RowCode.HIDDEN,
    RowCode.CALLING_CODE_UNCLEAR,
}
_FURTHER: Final = ("",) * (len(MENDABLE) - 4)
_KINDS: Final = {
    (outcome, matched, wrong): frozenset(
        {kind} | ({RowFilter.DUPLICATES} if matched else set()) | ({RowFilter.MEND} if wrong else set())
    )
    for outcome, kind in _OUTCOMES.items()
    for matched in (False, True)
    for wrong in (False, True)
}


def import_rows(lines: Iterable[Line]) -> Iterator[ImportRow]:
    """Return what becomes of every row, in the order of the list."""
    for line in lines:
        given = line.given
        wrong = bool(line.findings) and any(finding.code not in _ONLY_SAID for finding in line.findings)
        yield ImportRow(
            line.number,
            line.outcome,
            _KINDS[line.outcome, line.match is not None, wrong],
            _nobody(line) if given is None else _cells(given),
            line.findings,
            line.match,
            line.leader,
            line.choice,
            line.changes,
            given is not None,
            line.guest_id is not None,
        )


def pack(rows: Iterable[ImportRow]) -> Packed:
    """Return rows as they are sent."""
    columns = list(zip(*rows, strict=True))
    columns[_MATCH] = tuple(None if match is None else tuple(match) for match in columns[_MATCH])
    return Packed(columns)


def unpack(packed: Packed) -> Iterator[ImportRow]:
    """Return the rows that were packed."""
    columns = list(packed.fields)
    columns[_MATCH] = tuple(None if match is None else Duplicate._make(match) for match in columns[_MATCH])
    return map(ImportRow._make, zip(*columns, strict=True))


def count_kinds(rows: Iterable[ImportRow]) -> Counter[RowFilter]:
    """Return how many rows there are of each kind."""
    counts: Counter[RowFilter] = Counter()
    for kinds, number in Counter(row.kinds for row in rows).items():
        for kind in kinds:
            counts[kind] += number
    return counts


def _nobody(line: Line) -> tuple[str, ...]:
    named = next((str(f.params["name"]) for f in line.findings if "name" in f.params), "")
    return (named, *("",) * (len(MENDABLE) - 1))


def _cells(given: GuestDraft) -> tuple[str, ...]:
    extra = given.extra
    if _has_four(given) and not any(key.endswith("_as_given") for key in extra):
        return (given.name, given.phone, given.email, given.group, *_FURTHER)
    cells = (
        given.name,
        given.phone,
        given.email,
        given.group,
        given.language,
        ", ".join(given.tags),
        given.household,
        str(given.plus_ones or ""),
        given.time_zone,
        "" if given.consent is Consent.UNKNOWN else given.consent.value,
        given.notes,
    )
    # What could not stand in its field is what the planner corrects.
    return tuple(
        cell or extra.get(f"{field}_as_given", "") for field, cell in zip(MENDABLE, cells, strict=True)
    )


def _has_four(given: GuestDraft) -> bool:
    """Tell that a row gives no more than most lists do."""
    return not (
        given.language
        or given.tags
        or given.household
        or given.plus_ones
        or given.time_zone
        or given.notes
        or given.consent is not Consent.UNKNOWN
    )
