"""What is known of a message that Twilio has taken over, whatever the order in which facts about it arrive."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from waapp.core.invitations import Fact
from waapp.core.status import GuestStatus, advance, guest_status

_CENT_FRACTION: Final = Decimal("0.00001")

_ARRIVED: Final = frozenset({GuestStatus.DELIVERED, GuestStatus.READ})


@dataclass(frozen=True, slots=True)
class Known:
    """Twilio's facts about one message, put together. Times are aware UTC."""

    status: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None
    failed_at: datetime | None = None
    price: Decimal | None = None
    price_unit: str | None = None

    @property
    def arrived(self) -> bool:
        """Tell whether the message is on the guest's phone."""
        return guest_status(self.status) in _ARRIVED

    @property
    def failed(self) -> bool:
        """Tell whether Twilio says that it did not come about, as far as it is known now."""
        return guest_status(self.status) is GuestStatus.FAILED


def learn(known: Known, fact: Fact) -> Known:
    """Return what is known after a fact.

    The status that `advance` prefers brings its error along; where two facts are equally far, the smaller code
    wins. A word of Twilio's that we do not know tells only the price.
    """
    known = _learn_price(known, fact)
    if advance(None, fact.status) is None:
        return known
    status = advance(known.status, fact.status)
    now, after = guest_status(fact.status), guest_status(status)
    error = (fact.error_code, fact.error_message if fact.error_code is not None else None)
    if advance(None, known.status or "") is not None and guest_status(known.status) is after:
        own = (known.error_code, known.error_message)
        error = _smaller(own, error) if now is after else own
    arrived = fact.at if now in _ARRIVED else None
    failed_at = _earlier(known.failed_at, fact.at if now is GuestStatus.FAILED else None)
    return replace(
        known,
        status=status,
        error_code=error[0],
        error_message=error[1],
        delivered_at=_earlier(known.delivered_at, arrived),
        read_at=_earlier(known.read_at, fact.at if now is GuestStatus.READ else None),
        # A message that arrived after all did not fail.
        failed_at=failed_at if after is GuestStatus.FAILED else None,
    )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _smaller(*errors: tuple[str | None, str | None]) -> tuple[str | None, str | None]:
    coded = [error for error in errors if error[0] is not None]
    return min(coded, key=lambda error: (error[0] or "", error[1] or ""), default=(None, None))


def _learn_price(known: Known, fact: Fact) -> Known:
    if fact.price is None:
        return known
    # As the column holds it. Twilio gives what it takes as a negative number; should it ever name two prices,
    # the dearer one counts.
    named = (fact.price.quantize(_CENT_FRACTION), fact.price_unit)
    held = named if known.price is None else (known.price, known.price_unit)
    price, unit = min(named, held, key=lambda pair: (pair[0], pair[1] or ""))
    return replace(known, price=price, price_unit=unit)
