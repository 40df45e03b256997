"""The columns of the guest list."""

from collections.abc import Callable
from datetime import datetime

from waapp.core import phone
from waapp.core.guest_search import fold_cached, is_number, phone_problem
from waapp.core.guests import GuestRow
from waapp.core.languages import language_name
from waapp.core.status import Shown
from waapp.db.labels import LabelKind
from waapp.gui.delegates import PillDelegate
from waapp.gui.guest_facts import answer_text
from waapp.gui.labels import LabelsDelegate
from waapp.gui.table import Column
from waapp.gui.texts import shown_word
from waapp.texts import field_problem, tr

_ORDER = {state: place for place, state in enumerate(Shown)}


def guest_columns(
    when: Callable[[datetime], str], color_of: Callable[[LabelKind, str], str]
) -> tuple[Column[GuestRow], ...]:
    """Return the columns; `when` writes a moment as the planner reads it, `color_of` knows the labels' colours."""
    return (
        Column(
            key="name", title=tr("Name"), text=_name, sort_key=_name_key, stretch=True, width=200, tip=_name,
        ),
        Column(
            key="phone", title=tr("WhatsApp"), text=_phone, sort_key=_phone_key, width=168,
            color=_phone_color, tip=_phone_tip,
        ),
        Column(key="group", title=tr("Group"), text=lambda row: row.group, sort_key=_group_key, width=112, least=104,
               most=220, tip=lambda row: row.group, hide_below=560, delegate=LabelsDelegate,
               value=lambda row: ((row.group, color_of("group", row.group)),) if row.group else ()),
        Column(key="tags", title=tr("Tags"), text=lambda row: ", ".join(row.tags), width=150,
               least=120, most=300, hide_below=900, sort_key=lambda row: ", ".join(row.tags).casefold() or None,
               tip=lambda row: ", ".join(row.tags),
               delegate=LabelsDelegate, value=lambda row: tuple((tag, color_of("tag", tag)) for tag in row.tags)),
        Column(key="language", title=tr("Lang."), text=lambda row: row.language, width=68, color="muted",
               sort_key=lambda row: row.language or None, tip=lambda row: language_name(row.language), hide_below=640),
        Column(key="invitation", title=tr("Invitation"), text=lambda row: shown_word(row.shown), width=136, least=124,
               value=lambda row: row.shown, sort_key=lambda row: _ORDER[row.shown], delegate=PillDelegate),
        Column(key="answer", title=tr("Answer"), text=answer_text, width=116, sort_key=_answer_key, hide_below=700),
        Column(key="changed", title=tr("Changed"), text=lambda row: when(row.changed_at), width=112, color="muted",
               sort_key=lambda row: row.changed_at, hide_below=820),
    )  # fmt: skip


def _name(row: GuestRow) -> str:
    return row.name or tr("No name")


def _name_key(row: GuestRow) -> str | None:
    return fold_cached(row.name) or None


def _phone(row: GuestRow) -> str:
    if row.opted_out:
        return f"⊘ {phone.display(row.phone)}"
    if is_number(row.phone):
        return phone.display(row.phone)
    return row.phone or tr("no number")


def _phone_color(row: GuestRow) -> str:
    if row.opted_out:
        return "failed"
    return "muted" if phone_problem(row.phone) is None else "unknown"


def _phone_tip(row: GuestRow) -> str:
    if row.opted_out:
        return tr("Opted out")
    problem = phone_problem(row.phone)
    return "" if problem is None or not row.phone else field_problem(f"phone_{problem}")


def _phone_key(row: GuestRow) -> str | None:
    return row.phone or None


def _group_key(row: GuestRow) -> str | None:
    return fold_cached(row.group) or None


def _answer_key(row: GuestRow) -> str | None:
    text = answer_text(row)
    return None if text == "—" else text
