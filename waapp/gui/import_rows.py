"""What an import would do with every row of a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from waapp.core import phone
from waapp.core.guests import GuestDraft, GuestRow
from waapp.core.rows import Row
from waapp.core.tabular import Import
from waapp.gui.guest_facts import fold
from waapp.texts import row_finding, tr


class Verdict(StrEnum):
    """What becomes of a row; the chips of the import dialog."""

    ADD = "add"
    LOOK = "look"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One row of the file: `draft` is None for a row that adds nobody, and `words` say why."""

    number: int
    name: str
    phone: str
    group: str
    verdict: Verdict
    words: str
    draft: GuestDraft | None


class Present:
    """The guests that the event has already, by what makes a row of a file the same person."""

    def __init__(self, rows: Iterable[GuestRow]) -> None:
        self._phones: set[tuple[str, str]] = set()
        self._emails: set[tuple[str, str]] = set()
        self._names: set[str] = set()
        for row in rows:
            key = fold(row.name)
            if row.phone:
                self._phones.add((row.phone, key))
            if row.email:
                self._emails.add((row.email.casefold(), key))
            if not row.phone and not row.email:
                self._names.add(key)

    def has(self, draft: GuestDraft) -> bool:
        """Tell whether the event has this guest: the same name with the same phone, the same e-mail, or neither."""
        key = fold(draft.name)
        if draft.phone:
            return (draft.phone, key) in self._phones
        if draft.email:
            return (draft.email.casefold(), key) in self._emails
        return key in self._names


def import_rows(table: Import, present: Present) -> list[ImportRow]:
    """Return what becomes of every row, in the order of the file."""
    return [_import_row(row, present) for row in table.rows]


def _import_row(row: Row, present: Present) -> ImportRow:
    words = " ".join(row_finding(finding.code, finding.params) for finding in row.findings)
    draft = row.draft
    if draft is None:
        given = next(
            (str(finding.params["name"]) for finding in row.findings if "name" in finding.params), ""
        )
        return ImportRow(row.number, given, "", "", Verdict.SKIP, words or tr("Adds nobody."), None)
    shown = phone.display(draft.phone)
    if present.has(draft):
        return ImportRow(
            row.number, draft.name, shown, draft.group, Verdict.SKIP, tr("On the list already."), None
        )
    verdict = Verdict.LOOK if row.findings else Verdict.ADD
    return ImportRow(row.number, draft.name, shown, draft.group, verdict, words, draft)
