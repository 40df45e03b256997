"""What an import would do with every row of a list, as the table shows it."""

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from waapp.core import phone
from waapp.core.import_diff import Diff, Line, Outcome
from waapp.core.merging import Side
from waapp.core.rows import RowCode
from waapp.core.status import Shown
from waapp.texts import FIELDS, tr
from waapp.texts.imports import change_words, remarks


class RowFilter(StrEnum):
    """The chips above the rows of a list."""

    ALL = "all"
    ADDS = "adds"
    CHANGES = "changes"
    DUPLICATES = "duplicates"
    MEND = "mend"
    SAME = "same"
    SKIPPED = "skipped"


class ImportRow(NamedTuple):
    """One row of the list and the chips that show it."""

    number: int
    line: Line
    kinds: frozenset[RowFilter]


_OUTCOMES: Final = {
    Outcome.ADD: RowFilter.ADDS,
    Outcome.CHANGE: RowFilter.CHANGES,
    Outcome.SAME: RowFilter.SAME,
    Outcome.SKIP: RowFilter.SKIPPED,
}
_TO_MEND: Final = frozenset(FIELDS) | {RowCode.NO_PHONE.value}


def import_rows(diff: Diff) -> list[ImportRow]:
    """Return what becomes of every row, in the order of the list."""
    shared: dict[frozenset[RowFilter], frozenset[RowFilter]] = {}
    rows = []
    for line in diff.lines:
        kinds = _kinds(line)
        rows.append(ImportRow(line.number, line, shared.setdefault(kinds, kinds)))
    return rows


def count_kinds(rows: Iterable[ImportRow]) -> Counter[RowFilter]:
    """Return how many rows each chip shows."""
    counts: Counter[RowFilter] = Counter()
    for kinds, number in Counter(row.kinds for row in rows).items():
        for kind in kinds:
            counts[kind] += number
    return counts


def row_name(row: ImportRow) -> str:
    """Return the name that the row gives."""
    given = row.line.given
    if given is not None:
        return given.name
    return next((str(f.params["name"]) for f in row.line.findings if "name" in f.params), "")


def row_phone(row: ImportRow) -> str:
    """Return the number that the row gives, as people read it."""
    given = row.line.given
    return "" if given is None else phone.display(given.phone)


def row_email(row: ImportRow) -> str:
    """Return the e-mail address that the row gives."""
    return "" if row.line.given is None else row.line.given.email


def row_group(row: ImportRow) -> str:
    """Return the group that the row gives."""
    return "" if row.line.given is None else row.line.given.group


def needs_look(row: ImportRow) -> bool:
    """Tell whether a planner should look at the row before it is saved as it is."""
    line = row.line
    unsure = line.match is not None and line.outcome is Outcome.ADD
    return unsure or (RowFilter.MEND in row.kinds and line.outcome is not Outcome.SAME)


def verdict_word(row: ImportRow) -> str:
    """Return what becomes of a row, in a word."""
    match row.line.outcome:
        case Outcome.ADD if needs_look(row):
            return tr("Added, look")
        case Outcome.ADD:
            return tr("Added")
        case Outcome.CHANGE:
            return tr("Changed")
        case Outcome.SAME:
            return tr("Unchanged")
        case Outcome.SKIP if row.line.leader is not None:
            return tr("Merged")
        case Outcome.SKIP:
            return tr("Skipped")


def verdict_state(row: ImportRow) -> Shown:
    """Return the colour of that word."""
    match row.line.outcome:
        case Outcome.ADD:
            return Shown.UNKNOWN if needs_look(row) else Shown.DELIVERED
        case Outcome.CHANGE:
            return Shown.SENT
        case Outcome.SAME:
            return Shown.NONE
        case Outcome.SKIP:
            return Shown.FAILED if RowFilter.MEND in row.kinds and row.line.given is None else Shown.NONE


def why_words(row: ImportRow) -> str:
    """Return why a row becomes what it becomes, in one line: first what changes."""
    line = row.line
    changes = [change_words(change) for change in line.changes if change.side is Side.FILE]
    return " ".join((" · ".join(changes), *(words for _, words in remarks(line)))).strip()


def _kinds(line: Line) -> frozenset[RowFilter]:
    kinds = {_OUTCOMES[line.outcome]}
    if line.match is not None:
        kinds.add(RowFilter.DUPLICATES)
    if any(finding.code in _TO_MEND for finding in line.findings):
        kinds.add(RowFilter.MEND)
    return frozenset(kinds)
