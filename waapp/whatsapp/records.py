"""What we read from Twilio, as records of our own, and its address form."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any, Final

from waapp.core.invitations import Fact

_SCHEME: Final = "whatsapp:"
_LIMIT: Final = re.compile(r"(\d[\d,.]*)\s*([KM]?)", re.IGNORECASE)
_THOUSANDS: Final = {"": 1, "K": 1_000, "M": 1_000_000}
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def to_address(number: str) -> str:
    """Return a number or business-scoped id as Twilio wants it: "whatsapp:+351…"."""
    return number if number.startswith(_SCHEME) else f"{_SCHEME}{number}"


def from_address(address: str | None) -> str:
    """Return what is behind "whatsapp:"; it is not always a phone number."""
    return (address or "").removeprefix(_SCHEME)


@dataclass(frozen=True, slots=True)
class MessageRecord:
    """One message as Twilio lists it; times are aware UTC, addresses without "whatsapp:"."""

    sid: str
    status: str
    to: str
    from_: str
    body: str
    direction: str
    date_created: datetime | None
    date_sent: datetime | None
    date_updated: datetime | None
    error_code: str | None = None
    error_message: str | None = None
    price: Decimal | None = None
    price_unit: str | None = None

    def fact(self) -> Fact:
        """Return what the poller stores of it."""
        return Fact(
            sid=self.sid,
            status=self.status,
            at=self.date_updated or self.date_sent or self.date_created or _EPOCH,
            to=self.to,
            error_code=self.error_code,
            error_message=self.error_message,
            price=self.price,
            price_unit=self.price_unit,
        )


@dataclass(frozen=True, slots=True)
class AccountInfo:
    """The account behind the credentials; `status` is "active", "suspended" or "closed"."""

    sid: str
    name: str
    status: str
    trial: bool


@dataclass(frozen=True, slots=True)
class SenderInfo:
    """A WhatsApp sender of the account.

    `daily_limit` counts people who may be written to in 24 hours; None: unlimited if `unlimited`, else unknown.
    """

    sid: str
    number: str
    status: str
    daily_limit: int | None = None
    unlimited: bool = False

    @property
    def online(self) -> bool:
        """Whether it can send."""
        return self.status.upper().startswith("ONLINE")


@dataclass(frozen=True, slots=True)
class ApprovalInfo:
    """How far WhatsApp's approval of a template is; unknown words of Twilio are passed on in lower case."""

    status: str
    category: str = ""
    rejection_reason: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ContentRecord:
    """A template as Twilio has it: `types` by kind, in Twilio's own form; `variables` are its samples."""

    sid: str
    name: str
    language: str
    types: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, str]
    approval: ApprovalInfo


def message_record(message: Mapping[str, Any]) -> MessageRecord:
    """Read a message as Twilio's API gives it."""
    return MessageRecord(
        sid=str(message.get("sid") or ""),
        status=str(message.get("status") or ""),
        to=from_address(message.get("to")),
        from_=from_address(message.get("from")),
        body=message.get("body") or "",
        direction=str(message.get("direction") or ""),
        date_created=read_moment(message.get("date_created")),
        date_sent=read_moment(message.get("date_sent")),
        date_updated=read_moment(message.get("date_updated")),
        error_code=str(message["error_code"]) if message.get("error_code") else None,
        error_message=message.get("error_message") or None,
        price=_decimal(message.get("price")),
        price_unit=(message.get("price_unit") or "").upper() or None,
    )


@lru_cache(maxsize=2048)
def read_moment(text: str | None) -> datetime | None:
    """Read a date as e-mail and HTTP write it, in UTC; None for what is none. A page of messages has few of them."""
    try:
        moment = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def sender_info(instance: Any) -> SenderInfo:  # noqa: ANN401
    """Read a sender; Twilio leaves its properties out at times."""
    properties = instance.properties if isinstance(instance.properties, dict) else {}
    limit, unlimited = parse_limit(str(properties.get("messaging_limit") or ""))
    return SenderInfo(
        sid=str(instance.sid or ""),
        number=from_address(instance.sender_id),
        status=str(instance.status or ""),
        daily_limit=limit,
        unlimited=unlimited,
    )


def parse_limit(text: str) -> tuple[int | None, bool]:
    """Read "10K Customers/24hr", "2,000", "TIER_1K", "Unlimited" …; (None, False) if it says nothing."""
    if "UNLIMITED" in text.upper():
        return None, True
    found = _LIMIT.search(text)
    if not found:
        return None, False
    digits, unit = found[1], found[2].upper()
    if unit:
        # "1.5K" has a fraction; without a unit both marks can only separate thousands.
        return int(float(digits.replace(",", ".").rstrip(".")) * _THOUSANDS[unit]), False
    return int(re.sub(r"\D", "", digits)), False


def _decimal(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
