"""What is asked before guests are deleted, written to again, or changed over what somebody else has just done."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtWidgets import QWidget

from waapp.core.guests import Guest, GuestRow
from waapp.core.two_edits import OtherEdit
from waapp.db.opt_outs import PLANNER, Noted, OptOut
from waapp.gui.confirm import ConfirmDialog
from waapp.gui.guest_acts import numbers_words, some_names
from waapp.gui.guest_form import value_words
from waapp.gui.texts import day
from waapp.texts import tr

_SHOWN: Final = 8


def deletion_question(rows: Sequence[GuestRow], invited: int, parent: QWidget) -> ConfirmDialog:
    """Return the question before guests with a history are deleted."""
    kept = tr(
        "The proof of what was sent is kept; statuses and answers that come later are not shown. "
        "For thirty days you can put everything back as it was."
    )
    if len(rows) == 1:
        title = tr("Delete {name}?", name=rows[0].name or tr("No name"))
        text = tr("An invitation was planned or sent already.")
    else:
        title = tr("Delete {n:guest|guests}?", n=len(rows))
        text = tr("{n:of them has an invitation|of them have invitations}.", n=invited)
    return ConfirmDialog(title, f"{text} {kept}", tr("Delete"), tr("Keep"), parent)


def late_deletion_question(changed: Sequence[Guest], parent: QWidget) -> ConfirmDialog:
    """Return the question before guests are deleted whom somebody else has changed a moment ago."""
    title = tr("Somebody else has just changed {n:guest|guests}", n=len(changed))
    names = some_names([guest.name for guest in changed])
    text = tr("You have not seen it yet: {names}. Nothing is deleted so far.", names=names)
    return ConfirmDialog(title, text, tr("Delete all the same"), tr("Keep"), parent)


def late_change_question(
    edits: Sequence[tuple[str, OtherEdit]], title_of: Callable[[str], str], parent: QWidget
) -> ConfirmDialog:
    """Return the question before what somebody else has changed meanwhile is changed again."""
    guests = len({name for name, _edit in edits})
    title = tr("Somebody else has changed {n:guest|guests} meanwhile", n=guests)
    lines = [
        tr(
            "{name}: {field} {old} → {new}",
            name=f"\u2068{name}\u2069",
            field=title_of(edit.field),
            old=value_words(edit.field, edit.was),
            new=value_words(edit.field, edit.theirs),
        )
        for name, edit in edits[:_SHOWN]
    ]
    if len(edits) > _SHOWN:
        lines.append(tr("and {n} more", n=len(edits) - _SHOWN))
    lines.append(tr("They are as the other planner left them."))
    return ConfirmDialog(title, "\n".join(lines), tr("Change them too"), tr("Leave them"), parent)


def lifting_question(stops: Sequence[tuple[str, OptOut]], parent: QWidget) -> ConfirmDialog:
    """Return the question before numbers are written to again, with what is noted of them and by whom."""
    lines = [_stop_words(name, stop) for name, stop in stops[:_SHOWN]]
    if len(stops) > _SHOWN:
        lines.append(tr("and {n} more", n=len(stops) - _SHOWN))
    lines.append(tr("All events can message them again. It is kept that you allowed it."))
    title = tr("Allow messages to {n:number|numbers} again?", n=len(stops))
    return ConfirmDialog(title, "\n".join(lines), tr("Allow messages again"), tr("Cancel"), parent)


def stopped_words(addresses: Sequence[str], noted: Noted) -> str:
    """Say which numbers must not be written to now, and what that has cancelled."""
    words = tr("{numbers} opted out.", numbers=numbers_words(addresses))
    if not noted.cancelled:
        return words
    cancelled = tr("{n:waiting message was|waiting messages were} cancelled.", n=noted.cancelled)
    return f"{words} {cancelled}"


def _stop_words(name: str, stop: OptOut) -> str:
    who = f"\u2068{name or tr('No name')}\u2069"
    own = stop.source != PLANNER
    since = day(stop.created_at.astimezone()) if stop.created_at is not None else ""
    said = (
        tr("{name} asked for it on {day}", name=who, day=since)
        if own
        else tr(
            "{name}: noted on {day} by {desk}", name=who, day=since, desk=stop.created_by or tr("a planner")
        )
    )
    return tr("{said}: {reason}", said=said, reason=stop.reason) if stop.reason else said
