"""Words of an import: what columns hold, whom rows resemble, what becomes of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from waapp.core import phone
from waapp.core.columns import GuessedBy
from waapp.core.duplicates import Duplicate, Likeness, Reason
from waapp.core.guests import Consent
from waapp.core.headings import Field
from waapp.core.import_diff import Line, Outcome
from waapp.core.import_rows import ImportRow
from waapp.core.imports import Why
from waapp.core.languages import language_name
from waapp.core.merging import Change, Side
from waapp.core.rows import RowCode
from waapp.texts.filling import in_place, tr
from waapp.texts.guests import FIELDS, ROWS

COLUMN_FIELDS: Final = {
    Field.NAME: "Name",
    Field.GIVEN: "First name",
    Field.FAMILY: "Last name",
    Field.PHONE: "WhatsApp number",
    Field.EMAIL: "E-mail",
    Field.GROUP: "Group",
    Field.LANGUAGE: "Language",
    Field.NOTES: "Notes",
    Field.TAGS: "Tags",
    Field.HOUSEHOLD: "Household",
    Field.PLUS_ONES: "Plus-ones",
    Field.TIME_ZONE: "Time zone",
    Field.CONSENT: "Consent",
    Field.CONSENT_SOURCE: "Consent source",
    Field.CONSENT_AT: "Consent date",
    Field.OPT_OUT: "Wants no messages",
    Field.CALLING_CODE: "Country code of the number",
    Field.IGNORED: "Do not import",
}
"""What a column can hold, as the planner chooses it."""

GUESSED_BY: Final = {
    GuessedBy.HEADING: "by its header",
    GuessedBy.CONTENT: "by what is in it",
    GuessedBy.MEMORY: "as last time",
    GuessedBy.PLANNER: "chosen by you",
    GuessedBy.NOBODY: "a column of its own",
}

GUEST_FIELDS: Final = {
    "name": "Name",
    "phone": "WhatsApp",
    "email": "E-mail",
    "group": "Group",
    "language": "Language",
    "notes": "Notes",
    "tags": "Tags",
    "household": "Household",
    "plus_ones": "Plus-ones",
    "time_zone": "Time zone",
    "consent": "Consent",
    "consent_source": "Consent source",
    "consent_at": "Consent date",
}
"""The fields of a guest, as a change of them is told; others are called by their own name."""

KEPT: Final = {
    Why.INVITED: "invited since",
    Why.ANSWERED: "answered since",
    Why.EDITED: "edited since",
    Why.LISTED: "also on a list imported since",
    Why.DELETED: "deleted since",
    Why.AGAIN: "added again since",
}
"""Why a guest of an import cannot be taken back, or brought back."""

_CONSENTS: Final = {Consent.YES: "yes", Consent.NO: "no", Consent.UNKNOWN: ""}

_ON_THE_LIST: Final = {
    (Likeness.SAME, None): "Already on the list.",
    (Likeness.HOUSEHOLD, Reason.PHONE): "Shares the phone of {other}: one message would reach both.",
    (Likeness.HOUSEHOLD, Reason.EMAIL): "Shares the e-mail address of {other}.",
    (Likeness.MAYBE, Reason.PHONE): "Same phone as {other}, and almost the same name.",
    (Likeness.MAYBE, Reason.EMAIL): "Same e-mail address as {other}, and almost the same name.",
    (Likeness.MAYBE, Reason.NAME): "Somebody on the list has the same name.",
    (Likeness.MAYBE, Reason.NEAR_NAME): "Almost the same name as {other}, who is on the list.",
}
_IN_THE_FILE: Final = {
    (Likeness.SAME, None): "Already in row {row}.",
    (
        Likeness.HOUSEHOLD,
        Reason.PHONE,
    ): "Shares the phone of {other} in row {row}: one message would reach both.",
    (Likeness.HOUSEHOLD, Reason.EMAIL): "Shares the e-mail address of {other} in row {row}.",
    (Likeness.MAYBE, Reason.PHONE): "Same phone as {other} in row {row}, and almost the same name.",
    (Likeness.MAYBE, Reason.EMAIL): "Same e-mail address as {other} in row {row}, and almost the same name.",
    (Likeness.MAYBE, Reason.NAME): "The same name as in row {row}.",
    (Likeness.MAYBE, Reason.NEAR_NAME): "Almost the same name as {other} in row {row}.",
}
_ROW_WORDS: Final[Mapping[str, str]] = {**FIELDS, **{code.value: words for code, words in ROWS.items()}}
_SAME_NAME_AND_ADDRESS: Final = "Same name and e-mail address as {other}, but another phone."


def match_words(match: Duplicate) -> str:
    """Return whom a row resembles, and why."""
    if match.likeness is Likeness.MAYBE and {Reason.EMAIL, Reason.NAME} <= set(match.reasons):
        return tr(_SAME_NAME_AND_ADDRESS, other=match.other)
    words = _IN_THE_FILE if match.guest_id is None else _ON_THE_LIST
    reason = None if match.likeness is Likeness.SAME else match.reasons[0]
    return tr(words[match.likeness, reason], other=match.other, row=match.other_row)


def field_name(name: str) -> str:
    """Return what a field of a guest is called; a further column is read as its heading."""
    if name in GUEST_FIELDS:
        return tr(GUEST_FIELDS[name])
    return name.removeprefix("extra.").replace("_", " ").capitalize()


def remarks(line: Line | ImportRow) -> list[tuple[str, str]]:
    """Return everything that there is to say about a row of a list, a code and a sentence each."""
    said = [(f.code, tr(_ROW_WORDS[f.code], **f.params)) for f in line.findings]
    if line.leader is not None:
        said.insert(0, (RowCode.DUPLICATE.value, tr("Merged into row {row:d}.", row=line.leader)))
    elif line.match is not None:
        code = f"row_{line.match.likeness}" if line.match.guest_id is None else f"guest_{line.match.likeness}"
        said.insert(0, (code, match_words(line.match)))
    elif line.outcome is Outcome.SAME:
        said.insert(0, ("guest_same", tr("Already on the list.")))
    elif line.outcome is Outcome.SKIP and line.changes:
        said.insert(0, ("guest_kept", tr("Already on the list, and left as it is there.")))
    if line.outcome is Outcome.SKIP and not said:
        said.append(("row_left_out", tr("Left out.")))
    return said


def verdict_word(row: ImportRow) -> str:
    """Return what becomes of a row, in a word."""
    match row.outcome:
        case Outcome.ADD if row.needs_look:
            return tr("Added, check")
        case Outcome.ADD:
            return tr("Added")
        case Outcome.CHANGE:
            return tr("Changed")
        case Outcome.SAME:
            return tr("Unchanged")
        case Outcome.SKIP if row.leader is not None:
            return tr("Merged")
        case Outcome.SKIP:
            return tr("Skipped")


def why_words(row: ImportRow) -> str:
    """Return why a row becomes what it becomes, in one line: first what changes."""
    changes = [change_words(change) for change in row.changes if change.side is Side.FILE]
    return " ".join((" · ".join(changes), *(words for _, words in remarks(row)))).strip()


def change_words(change: Change) -> str:
    """Return a change as "Group: Bride → Family"."""
    old, new = (in_place(value_words(value, change.field)) for value in (change.old, change.new))
    return tr("{field}: {old} → {new}", field=field_name(change.field), old=old, new=new)


def value_words(value: object, field: str = "") -> str:
    """Return a value of a field in one line; a dash where there is none."""
    match value:
        case str(code) if code and field == "language":
            text = language_name(code)
        case tuple():
            text = ", ".join(map(str, value))
        case datetime():
            text = f"{value:%Y-%m-%d}"
        case Consent():
            text = tr(_CONSENTS[value])
        case None | 0:
            text = ""
        case _:
            text = " ".join(str(value).split())
    return (phone.display(text) if text.startswith("+") else text) or "—"
