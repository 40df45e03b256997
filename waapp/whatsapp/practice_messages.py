"""How the practice Twilio judges a message and shows it: Twilio's rules, words and JSON shapes. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode

from waapp.whatsapp.practice_script import FINAL_WORDS, Fate, Script, Steps, course
from waapp.whatsapp.practice_store import Stored, StoredContent

_WHATSAPP: Final = re.compile(r"whatsapp:(?:\+[1-9]\d{6,14}|[A-Z]{2}\.\w+)")
_CONTENT_SID: Final = re.compile(r"HX[0-9a-fA-F]{32}")
_SERVICE_SID: Final = re.compile(r"MG[0-9a-fA-F]{32}")
_PLACEHOLDER: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_BODY_LIMIT: Final = 1600
_TEMPLATE_LIMIT: Final = 1024
_WINDOW_SECONDS: Final = 24 * 3600
_SCHEDULE_FROM: Final = 300
_SCHEDULE_TO: Final = 35 * 86_400
_MOST_VALIDITY: Final = 36_000
MOST_ON_A_PAGE: Final = 1000

_MESSAGES: Final = {
    63003: "Channel could not find To address",
    63013: "Channel policy violation",
    63016: "Failed to send freeform message because you are outside the allowed window",
    63018: "Rate limit exceeded for channel",
    63021: "Channel invalid content error",
    63024: "Invalid message recipient",
    63049: "Meta chose not to deliver this WhatsApp marketing message",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal as Twilio words it."""

    status: int
    code: int
    message: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that Twilio takes, and what will become of it."""

    to: str
    from_: str | None
    body: str
    steps: Steps
    error_code: int | None
    service_sid: str | None
    send_at: float | None


def judge(
    form: Mapping[str, str],
    *,
    script: Script,
    now: float,
    content: Callable[[str], StoredContent | None],
    last_inbound: Callable[[str, str | None], float | None],
) -> Draft | Problem:
    """Take or refuse the form of a new message, by Twilio's rules."""
    problem = _check_addresses(form, script) or _check_options(form)
    if problem is not None:
        return problem
    text = _text(form, content)
    if isinstance(text, Problem):
        return text
    send_at = _send_at(form, now)
    if isinstance(send_at, Problem):
        return send_at
    to, from_ = form["To"], form.get("From")
    number = to.removeprefix("whatsapp:")
    fate = script.fate(number)
    body, template = text
    approved = template is not None and is_approved(template, script, now)
    if template is not None and len(body) > _TEMPLATE_LIMIT:
        fate = Fate("failed", 63021)
    elif not approved and not script.window_open:
        wrote = last_inbound(to, from_)
        if wrote is None or now - wrote > _WINDOW_SECONDS:
            fate = Fate("failed", 63016)
    steps = course(fate, number, script.speed)
    if send_at is not None:
        steps = ((0.0, "scheduled"), *((at + send_at - now, word) for at, word in steps))
    elif form.get("MessagingServiceSid") and not from_:
        steps = ((0.0, "accepted"), *((at + 0.1 / script.speed, word) for at, word in steps))
    return Draft(to, from_, body, steps, fate.error_code, form.get("MessagingServiceSid"), send_at)


def _check_addresses(form: Mapping[str, str], script: Script) -> Problem | None:
    to, from_ = form.get("To", ""), form.get("From", "")
    service = form.get("MessagingServiceSid", "")
    problem = None
    if not to:
        problem = Problem(400, 21604, "A 'To' phone number is required.")
    elif not from_ and not service:
        problem = Problem(400, 21603, "A 'From' phone number is required.")
    elif service and not _SERVICE_SID.fullmatch(service):
        problem = Problem(400, 21705, "The Messaging Service Sid is invalid.")
    elif from_ and to.startswith("whatsapp:") is not from_.startswith("whatsapp:"):
        problem = Problem(400, 21910, "'From' and 'To' addresses are not of the same channel.")
    elif not _WHATSAPP.fullmatch(to):
        problem = Problem(400, 21211, f"Invalid 'To' Phone Number: {to}")
    elif from_ and not _WHATSAPP.fullmatch(from_):
        problem = Problem(400, 21212, f"Invalid From Number: {from_}")
    elif from_ == to:
        problem = Problem(400, 63031, "Channels message cannot have same From and To.")
    elif from_ and script.senders and from_.removeprefix("whatsapp:") not in script.senders:
        problem = Problem(400, 63007, "Twilio could not find a Channel with the specified From address")
    return problem


def _check_options(form: Mapping[str, str]) -> Problem | None:
    validity = form.get("ValidityPeriod", "1")
    if not validity.isdecimal() or not 1 <= int(validity) <= _MOST_VALIDITY:
        return Problem(400, 21624, "The ValidityPeriod is invalid.")
    callback = form.get("StatusCallback", "https://")
    if not callback.startswith(("http://", "https://")):
        return Problem(400, 21609, "The StatusCallback URL is not a valid URL.")
    return None


def _text(
    form: Mapping[str, str], content: Callable[[str], StoredContent | None]
) -> tuple[str, StoredContent | None] | Problem:
    body, sid, variables = form.get("Body", ""), form.get("ContentSid", ""), form.get("ContentVariables")
    if body and variables is not None:
        return Problem(400, 35127, "Body and ContentVariables cannot be used together.")
    if variables is not None and not sid:
        return Problem(400, 21654, "ContentSid is required with ContentVariables.")
    if not sid:
        if not body and not form.get("MediaUrl"):
            return Problem(400, 21602, "A text message body or media urls must be specified.")
        if len(body) > _BODY_LIMIT:
            return Problem(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        return body, None
    found = content(sid) if _CONTENT_SID.fullmatch(sid) else None
    if found is None:
        return Problem(400, 21655, "The ContentSid is invalid.")
    values = _variables(variables)
    if values is None:
        return Problem(400, 21656, "The ContentVariables parameter is invalid.")
    # What is left out silently takes the template's sample value, as at the real one.
    values = {**found.document.get("variables", {}), **values}
    return _PLACEHOLDER.sub(lambda place: values.get(place[1], place[0]), content_body(found)), found


def _variables(text: str | None) -> dict[str, str] | None:
    if text is None:
        return {}
    try:
        values = json.loads(text)
    except ValueError:
        return None
    if not isinstance(values, dict) or not all(isinstance(v, str) and v for v in values.values()):
        return None
    return values


def _send_at(form: Mapping[str, str], now: float) -> float | Problem | None:
    text, kind = form.get("SendAt"), form.get("ScheduleType")
    if text is None and kind is None:
        return None
    if not form.get("MessagingServiceSid"):
        return Problem(400, 35118, "A Messaging Service is required to schedule a message.")
    if text is None:
        return Problem(400, 35111, "SendAt is missing.")
    if kind is None:
        return Problem(400, 35119, "ScheduleType is missing.")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Problem(400, 35114, "SendAt is not a valid time.")
    at = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if at - now < _SCHEDULE_FROM:
        return Problem(400, 35115, "SendAt is too soon.")
    if at - now > _SCHEDULE_TO:
        return Problem(400, 35117, "SendAt is too far in the future.")
    return at


def content_body(content: StoredContent) -> str:
    """Return the text of a template, whatever its kind."""
    for parts in content.document["types"].values():
        body = parts.get("body") or parts.get("title")
        if body:
            return str(body)
    return ""


def is_approved(content: StoredContent, script: Script, now: float) -> bool:
    """Tell whether a template may be sent to anyone."""
    return bool(approval_json(content, script, now)["status"] == "approved")


def approval_json(content: StoredContent, script: Script, now: float) -> dict[str, Any]:
    """Show how far a template's approval is: received, then pending, then decided."""
    kind = next(iter(content.document["types"]))
    approval = content.approval or {}
    name = approval.get("name", "")
    reason = ""
    category = approval.get("category", "")
    status = "unsubmitted"
    if content.submitted_at is not None:
        status, reason = script.approval(name, now - content.submitted_at)
        if status not in {"received", "pending"}:
            category = script.moved.get(name, category)
    return {
        "type": "whatsapp",
        "name": name,
        "category": category,
        "content_type": kind,
        "status": status,
        "rejection_reason": reason,
        "allow_category_change": approval.get("allow_category_change", True),
    }


def message_json(message: Stored, *, account_sid: str, now: float, ahead: float = 0.0) -> dict[str, Any]:
    """Show a message as Twilio's Message resource."""
    status, since = message.status(now)
    failed = status in {"failed", "undelivered"}
    settled = status in FINAL_WORDS and not failed and message.direction != "inbound"
    sent = message.date_sent
    uri = f"/2010-04-01/Accounts/{account_sid}/Messages/{message.sid}"
    code = message.error_code if failed else None
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": message.body,
        "date_created": _date(message.accepted_at + ahead),
        "date_sent": None if sent is None or (status == "scheduled") else _date(sent + ahead),
        "date_updated": _date(since + ahead),
        "direction": message.direction,
        "error_code": code,
        "error_message": None if code is None else _MESSAGES.get(code, "The message was not delivered"),
        "from": message.from_,
        "messaging_service_sid": message.service_sid,
        "num_media": "0",
        "num_segments": "0" if message.from_ is None else "1",
        "price": "-0.00500" if settled else None,
        "price_unit": "USD",
        "sid": message.sid,
        "status": status,
        "subresource_uris": {"media": f"{uri}/Media.json"},
        "to": message.to,
        "uri": f"{uri}.json",
    }


def page_json(
    messages: list[dict[str, Any]], *, path: str, query: Mapping[str, str], page: int, size: int, more: bool
) -> dict[str, Any]:
    """Show one page of messages; the address of the next one is relative and carries a token."""
    filters = {name: value for name, value in query.items() if name not in {"Page", "PageToken", "PageSize"}}

    def uri(number: int, token: str | None) -> str:
        paging = {"PageSize": str(size), "Page": str(number), **({"PageToken": token} if token else {})}
        return f"{path}?{urlencode({**filters, **paging})}"

    return {
        "messages": messages,
        "page": page,
        "page_size": size,
        "start": page * size,
        "end": page * size + max(len(messages) - 1, 0),
        "uri": uri(page, query.get("PageToken")),
        "first_page_uri": uri(0, None),
        "previous_page_uri": uri(page - 1, f"PB{messages[0]['sid']}") if page and messages else None,
        "next_page_uri": uri(page + 1, f"PA{messages[-1]['sid']}") if more else None,
    }


def account_json(account_sid: str, script: Script) -> dict[str, Any]:
    """Show the account."""
    return {
        "sid": account_sid,
        "friendly_name": "Practice",
        "status": script.account_status,
        "type": script.account_type,
        "owner_account_sid": account_sid,
        "uri": f"/2010-04-01/Accounts/{account_sid}.json",
    }


def senders_json(script: Script, default: str) -> dict[str, Any]:
    """Show the WhatsApp senders of the account; one `default` number when the script names none."""
    limit = script.messaging_limit
    properties = {"quality_rating": "HIGH", "messaging_limit": limit} if limit else None
    senders = [
        {
            "sid": f"XE{index:032x}",
            "status": "ONLINE",
            "sender_id": f"whatsapp:{number}",
            "configuration": {"waba_id": "1"},
            "properties": properties,
            "offline_reasons": None,
        }
        for index, number in enumerate(script.senders or (default,))
    ]
    return {"senders": senders, "meta": {"page": 0, "key": "senders", "next_page_url": None}}


def sent_bounds(query: Mapping[str, str]) -> tuple[float | None, float | None]:
    """Read the filters on DateSent, whole days or moments, as a half-open interval.

    Raises ValueError for what is neither.
    """
    begins: list[float] = []
    ends: list[float] = []
    for name, value in query.items():
        if not name.startswith("DateSent"):
            continue
        first, after = _interval(value)
        if name in {"DateSent", "DateSent>"}:
            begins.append(first)
        if name in {"DateSent", "DateSent<"}:
            ends.append(after)
    return max(begins, default=None), min(ends, default=None)


def _interval(text: str) -> tuple[float, float]:
    moment = datetime.fromisoformat(text)
    start = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    whole_day = len(text) == len("2026-11-22")
    return start, start + (86_400 if whole_day else 1)


def _date(moment: float) -> str:
    return _date_of_second(int(moment))


@lru_cache(maxsize=4096)
def _date_of_second(moment: int) -> str:
    return format_datetime(datetime.fromtimestamp(moment, UTC))
