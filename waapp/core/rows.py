"""What becomes of the rows of a guest list, and what there is to say about each."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final, NamedTuple

from waapp.core.guests import GuestDraft, make_draft


class RowCode(StrEnum):
    """What there is to say about a row, beside the codes of `check_guest`. The first seven skip it."""

    DUPLICATE = "row_duplicate"
    REPEATED_HEADING = "row_repeated_heading"
    TOTAL = "row_total"
    OTHER_HEADINGS = "row_other_headings"
    GROUP_HEADING = "row_group_heading"
    GROUP_ALONE = "row_group_alone"
    NO_NAME = "row_no_name"
    SHARED_PHONE = "row_shared_phone"
    SHARED_EMAIL = "row_shared_email"
    SAME_NAME = "row_same_name"
    NEAR_NAME = "row_near_name"
    NO_PHONE = "row_no_phone"
    PHONE_GUESSED = "row_phone_guessed"
    PLUS_ONE_NAMED = "row_plus_one_named"
    CONSENT_UNCLEAR = "row_consent_unclear"
    CONSENT_DAY_UNCLEAR = "row_consent_day_unclear"
    OPTED_OUT = "row_opted_out"
    NO_WHATSAPP = "row_no_whatsapp"
    BROKEN_LETTERS = "row_broken_letters"
    SEVERAL_PHONES = "row_several_phones"
    SEVERAL_EMAILS = "row_several_emails"
    SEVERAL_PEOPLE = "row_several_people"
    PLUS_ONES_IN_NAME = "row_plus_ones_in_name"
    PHONE_IN_NAME = "row_phone_in_name"
    EMAIL_IN_NAME = "row_email_in_name"
    NAME_FROM = "row_name_from"
    NAME_UNLIKELY = "row_name_unlikely"
    NAME_TURNED = "row_name_turned"
    SECOND_LIST = "row_second_list"
    HIDDEN = "row_hidden"
    CALLING_CODE_UNCLEAR = "row_calling_code_unclear"


# Plain tuples, because a long list makes hundreds of thousands of them.


class Finding(NamedTuple):
    """A remark about one row; `params` fill the placeholders of its words."""

    row: int
    code: str
    params: Mapping[str, object] = {}


class Row(NamedTuple):
    """What became of one row; `number` is the one that the spreadsheet shows. Without a draft it was skipped."""

    number: int
    draft: GuestDraft | None
    findings: tuple[Finding, ...]


Packed = tuple[int, tuple[Any, ...] | None, tuple[Finding, ...]]
"""A row as bare values, its draft too."""

_values: Final = attrgetter(*(one.name for one in fields(GuestDraft)))


def pack(rows: Iterable[Row]) -> list[Packed]:
    """Return rows as bare values: they cross from one process to another in half the time."""
    return [(number, None if draft is None else _values(draft), findings) for number, draft, findings in rows]


def unpack(packed: Iterable[Packed]) -> Iterator[Row]:
    """Return the rows that were packed."""
    for number, values, findings in packed:
        yield Row(number, None if values is None else make_draft(*values), findings)
