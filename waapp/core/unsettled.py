"""Finding a message whose outcome is unknown in Twilio's own list (reference, section 9, "reconcile by list")."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from waapp.core.invitations import Unsettled

_CLOCKS_DIFFER: Final = timedelta(minutes=2)
"""How much earlier than our claim Twilio may say that the message was created."""


class ListedMessage(Protocol):
    """What Twilio's message list says of one message.

    Times are aware UTC; addresses come without "whatsapp:"; `from_` is empty while Twilio chooses a sender.
    """

    @property
    def sid(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102
    @property
    def to(self) -> str: ...  # noqa: D102
    @property
    def from_(self) -> str: ...  # noqa: D102
    @property
    def body(self) -> str: ...  # noqa: D102
    @property
    def direction(self) -> str: ...  # noqa: D102
    @property
    def date_created(self) -> datetime | None: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Match:
    """What the search found: one message to adopt (`sid` and `status`), or how many came into question."""

    candidates: int
    sid: str | None = None
    status: str = ""


def find_message(
    wanted: Unsettled,
    sender: str,
    listed: Iterable[ListedMessage],
    taken: Collection[str],
    *,
    skew: timedelta = timedelta(),
) -> Match:
    """Search Twilio's list for one message of ours.

    It must go out from the sender to the recipient, carry the same text, not have been created before the
    claim, and not belong to another row (`taken` holds SIDs). `skew` is Twilio's clock minus the database's.
    Exactly one such message is the one; several are for a person to judge.
    """
    earliest = wanted.claimed_at + skew - _CLOCKS_DIFFER
    found = [
        message
        for message in listed
        if message.direction.startswith("outbound")
        and message.sid not in taken
        and message.to == wanted.recipient
        and message.from_ in ("", sender)
        and (message.date_created is None or message.date_created >= earliest)
        and _one_line(message.body) == _one_line(wanted.body)
    ]
    if len(found) == 1:
        return Match(1, found[0].sid, found[0].status)
    return Match(len(found))


def _one_line(text: str) -> str:
    return " ".join(text.split())
