"""The columns of the message list, and the order in which trouble comes first."""

from typing import Final

from waapp.core.errors_twilio import Table
from waapp.core.guest_search import fold_cached
from waapp.core.invitations import Invitation
from waapp.core.status import Shown
from waapp.gui.delegates import PillDelegate, TwoLineDelegate
from waapp.gui.message_facts import addressee, advise, invitation_shown
from waapp.gui.table import Column
from waapp.gui.texts import shown_word, when
from waapp.texts import tr

_URGENCY: Final = {
    state: place
    for place, state in enumerate(
        (
            Shown.UNKNOWN,
            Shown.FAILED,
            Shown.WAITING,
            Shown.SENDING,
            Shown.QUEUED,
            Shown.SENT,
            Shown.DELIVERED,
            Shown.READ,
            Shown.CANCELLED,
            Shown.NONE,
        )
    )
}
STATE_COLUMN: Final = 1


def message_columns(errors: Table) -> tuple[Column[Invitation], ...]:
    """Return the columns; sorted by state, what needs a person comes first."""

    def todo(invitation: Invitation) -> str:
        advice = advise(invitation, errors)
        return advice.todo or advice.happened

    def happened(invitation: Invitation) -> str:
        advice = advise(invitation, errors)
        return advice.happened if advice.todo else ""

    def both(invitation: Invitation) -> str:
        advice = advise(invitation, errors)
        return "\n".join(line for line in (advice.happened, advice.todo) if line)

    return (
        Column(
            "guest",
            tr("Guest"),
            addressee,
            lambda row: fold_cached(row.guest_name) or None,
            width=180,
            tip=addressee,
        ),
        Column(
            "state",
            tr("State"),
            lambda row: shown_word(invitation_shown(row)),
            lambda row: (_URGENCY[invitation_shown(row)], fold_cached(row.guest_name)),
            width=132,
            value=invitation_shown,
            delegate=PillDelegate,
        ),
        Column(
            "advice",
            tr("What happened and what to do"),
            todo,
            stretch=True,
            width=220,
            detail=happened,
            tip=both,
            delegate=lambda: TwoLineDelegate(detail_first=True),
        ),
        Column(
            "changed",
            tr("Changed"),
            lambda row: when(row.updated_at),
            lambda row: row.updated_at,
            width=104,
            color="muted",
            hide_below=720,
        ),
    )
