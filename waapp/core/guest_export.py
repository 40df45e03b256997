"""A guest list as it leaves the program: as a table with what became of each invitation, or as contacts.

Everything is text. Cells that a spreadsheet would run as a formula are made harmless in CSV (OWASP, "CSV injection");
workbooks hold text cells, which are never run.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

from waapp.core import phone
from waapp.core.guests import Consent, Guest
from waapp.core.status import Shown


class ExportColumn(StrEnum):
    """The columns of an exported list, in their order; `texts.EXPORT_HEADINGS` has the headings."""

    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    GROUP = "group"
    TAGS = "tags"
    HOUSEHOLD = "household"
    PLUS_ONES = "plus_ones"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    CONSENT = "consent"
    CONSENT_SOURCE = "consent_source"
    CONSENT_DATE = "consent_date"
    NOTES = "notes"
    ANSWER = "answer"
    COMING = "coming"
    INVITATION = "invitation"
    CAUSE = "cause"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    LINK = "link"


STATUS_COLUMNS: Final = (
    ExportColumn.ANSWER, ExportColumn.COMING, ExportColumn.INVITATION, ExportColumn.CAUSE,
    ExportColumn.SENT, ExportColumn.DELIVERED, ExportColumn.READ, ExportColumn.LINK,
)  # fmt: skip
"""What became of a guest. A list that has all of these is one of ours, and they are no business of the next import."""


@dataclass(frozen=True, slots=True)
class ExportRow:
    """A guest with what became of the newest invitation. `cause` says in words why it is as it is, if it is trouble."""

    guest: Guest
    shown: Shown = Shown.NONE
    cause: str = ""
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    link: str = ""


# A cell that begins with apostrophes before one is guarded once more: what is read back is exactly what was there.
_FORMULA: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
GROUP_PROPERTY: Final = "X-WAAPP-GROUP"
"""Which of a contact's categories is the guest's group."""

_SPOKEN_NUMBER: Final = re.compile(r"[+-]?[\d ().,]*")
_ESCAPED: Final = re.compile(r"([\\,;])")
_LONGEST_LINE: Final = 75


def table(
    rows: Sequence[ExportRow],
    zone: tzinfo,
    headings: Mapping[ExportColumn, str],
    state_word: Callable[[Shown], str],
) -> list[list[str]]:
    """Return the heading and a row for each guest; the planner's own columns follow ours. Times are those of `zone`."""
    own = list(dict.fromkeys(name for row in rows for name in row.guest.extra))
    heading = [headings[column] for column in ExportColumn] + own
    return [heading, *([*_cells(row, zone, state_word), *_extra(row.guest, own)] for row in rows)]


def harmless(cell: str) -> str:
    """Return a cell for CSV that no spreadsheet runs as a formula; numbers, of phones too, stay as they are."""
    return f"'{cell}" if _FORMULA.match(cell) and not _SPOKEN_NUMBER.fullmatch(cell) else cell


def as_it_was(cell: str) -> str:
    """Return a cell of a CSV file as it was before `harmless`, which other programs do too."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def vcards(guests: Iterable[Guest]) -> str:
    """Return contacts as phones and address books read them (vCard 3.0, RFC 2426), one for each guest."""
    return "".join(_vcard(guest) for guest in guests)


def _cells(row: ExportRow, zone: tzinfo, state_word: Callable[[Shown], str]) -> list[str]:
    guest = row.guest
    return [
        guest.name,
        # With blanks alone: "+1 555-0100" is a subtraction to some spreadsheets.
        shown if (shown := phone.display(guest.phone)) == guest.phone else shown.replace("-", " "),
        guest.email,
        guest.group,
        ", ".join(guest.tags),
        guest.household,
        str(guest.plus_ones) if guest.plus_ones else "",
        guest.language,
        guest.time_zone,
        "" if guest.consent is Consent.UNKNOWN else guest.consent.value,
        guest.consent_source,
        "" if guest.consent_at is None else f"{guest.consent_at:%Y-%m-%d}",
        guest.notes,
        guest.rsvp_status,
        "" if guest.rsvp_count is None else str(guest.rsvp_count),
        state_word(row.shown),
        row.cause,
        *(_moment(at, zone) for at in (row.sent_at, row.delivered_at, row.read_at)),
        row.link,
    ]


def _extra(guest: Guest, names: Iterable[str]) -> list[str]:
    return [guest.extra.get(name, "") for name in names]


def _moment(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _vcard(guest: Guest) -> str:
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{_escaped(guest.name)}",
        f"N:;{_escaped(guest.name)};;;",
    ]
    if guest.phone:
        lines.append(f"TEL;TYPE=CELL:{_escaped(guest.phone)}")
    if guest.email:
        lines.append(f"EMAIL:{_escaped(guest.email)}")
    if categories := [one for one in (guest.group, *guest.tags) if one]:
        lines.append(f"CATEGORIES:{','.join(map(_escaped, categories))}")
    if guest.group:
        # An address book shows it as a category; who reads the file back knows it from a tag.
        lines.append(f"{GROUP_PROPERTY}:{_escaped(guest.group)}")
    if guest.language:
        lines.append(f"LANG:{_escaped(guest.language.replace('_', '-'))}")
    if guest.notes:
        lines.append(f"NOTE:{_escaped(guest.notes)}")
    lines.append("END:VCARD")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _escaped(text: str) -> str:
    return _ESCAPED.sub(r"\\\1", text).replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Fold after 75 octets, never inside a character (RFC 2426, section 2.6)."""
    pieces: list[str] = []
    piece, size = "", 0
    for character in line:
        octets = len(character.encode("utf-8", "replace"))
        if size + octets > _LONGEST_LINE:
            pieces.append(piece)
            piece, size = " ", 1
        piece += character
        size += octets
    return "\r\n".join([*pieces, piece])
